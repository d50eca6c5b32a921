"""Asking: every question put to a library, timed step by step, and judged."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from qa.answer import PASSAGES_READ
from qa.evaluation.gold import Judged
from qa.evaluation.outcomes import Outcome, judge
from qa.library import Library

# Passages are ranked this deep, so that there are ten documents to rank even where one fills the first places.
DEPTH = 100


@dataclass(frozen=True)
class Seconds:
    """How long a question took: to embed, to search, to read, in seconds of wall time."""

    embed: float
    search: float
    read: float

    @property
    def all(self) -> float:
        """From question to answer."""
        return self.embed + self.search + self.read


def ask_each(
    library: Library, questions: Iterable[Judged], *, top: int, threshold: float, texts: Mapping[str, str]
) -> Iterator[tuple[Outcome, Seconds]]:
    """The outcome of every question, as :meth:`Library.ask` answers it, and how long that took.

    ``texts`` are the documents' texts by id, as they came from where they come
    from; every quote is held against them.
    """
    library.search("?", 1)  # the first one waits for the model and more, which is no question's own time
    for judged in questions:
        asked = judged.question.question
        began = time.perf_counter()
        library.embedder.embed_question(asked)  # kept for the search, which asks for it again
        embedded = time.perf_counter()
        found = library.search(asked, DEPTH, only=judged.question.only)
        searched = time.perf_counter()
        answer = library.answer(asked, found[:PASSAGES_READ], top=top, threshold=0, only=judged.question.only)
        read = time.perf_counter()
        passages = [passage for passage, _ in found]
        yield (
            judge(judged, passages, answer, threshold=threshold, texts=texts),
            Seconds(embedded - began, searched - embedded, read - searched),
        )
