"""Texts that resemble a question and do not answer it: a reader that never saw them believes every one."""

import random
import re
from collections import defaultdict
from collections.abc import Sequence

from qa.embed import SentenceTransformerEmbedder
from qa.text import asked_words, sentences, words
from vector_store import HybridStore

ALIKE = 12
"""Contexts that resemble a question and do not answer it: so many are kept of each."""

_EMBED_AT_ONCE = 4096
# What tells one question from its neighbour: a year, a number, a name that does not begin the question.
_TELLING = {
    "year": re.compile(r"\b(?:1\d|20)\d\d\b"),
    "number": re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3})*(?![\w]|[.,]\d)"),
    "name": re.compile(r"(?<=[a-z,] )[A-Z][\w’'-]+(?: (?:of |the |de )*[A-Z][\w’'-]+)*"),
}


def lookalikes(
    questions: Sequence[str], home: Sequence[int], answers: Sequence[Sequence[str]], contexts: Sequence[str]
) -> list[list[int]]:
    """Of every question the contexts, by number, that the product's own retrieval ranks highest for it, best first.

    Without its own context, number ``home[i]``, and without those that hold the text of one of its ``answers``.
    """
    embedder = SentenceTransformerEmbedder()
    texts = embedder.embed_passages(contexts)
    store = HybridStore(texts.shape[1])
    store.add(texts, [words(context) for context in contexts])
    lowered = [context.lower() for context in contexts]
    found: list[list[int]] = []
    for start in range(0, len(questions), _EMBED_AT_ONCE):
        some = questions[start : start + _EMBED_AT_ONCE]
        for row, (question, vector) in enumerate(zip(some, embedder.embed_passages(some), strict=True), start):
            held = [answer.lower() for answer in answers[row]]
            hits = store.search(vector, asked_words(question, store.vocabulary), 3 * ALIKE)
            lacking = [
                hit.row
                for hit in hits
                if hit.row != home[row] and not any(answer in lowered[hit.row] for answer in held)
            ]
            found.append(lacking[:ALIKE])
    return found


def without_answer(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """``text`` without the sentences that answer; empty where fewer than two are left, or they state it still."""
    left = [
        (start, end) for start, end in sentences(text) if not any(start < stop and begin < end for begin, stop in spans)
    ]
    rest = " ".join(text[start:end] for start, end in left)
    stated = any(text[begin:stop].lower() in rest.lower() for begin, stop in spans)
    return "" if len(left) < 2 or stated else rest


class NearMisses:
    """Questions about something else than their context: what tells one from its neighbour, exchanged.

    "When did Beyoncé leave Destiny's Child?" asks for what no text about Solange
    states, however alike it is. After the unanswerable questions of SQuAD 2.0
    (Rajpurkar et al. 2018), of which an exchanged name or number is one kind.
    """

    def __init__(self, questions: Sequence[str], titles: Sequence[str]) -> None:
        """``titles``: of the document of each question; what is exchanged comes from the same document, if it can."""
        self._telling: dict[tuple[str, str], list[str]] = defaultdict(list)
        for question, title in zip(questions, titles, strict=True):
            for kind, pattern in _TELLING.items():
                for match in pattern.finditer(question):
                    self._telling[kind, title].append(match.group())
                    self._telling[kind, ""].append(match.group())

    def of(self, draw: random.Random, question: str, title: str, context: str) -> str | None:
        """``question`` with a name, number or year of another; None where it has none, or no other is found."""
        places = [(kind, match) for kind, pattern in _TELLING.items() for match in pattern.finditer(question)]
        if not places:
            return None
        kind, match = draw.choice(places)
        for pool in (self._telling[kind, title], self._telling[kind, ""]):
            other = draw.choice(pool)
            if other not in question and match.group() not in other and (kind != "name" or other not in context):
                return question[: match.start()] + other + question[match.end() :]
        return None
