"""The numbers by which a sentence is judged: from retrieval, from its words, from the network."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.read.spans import Found
from qa.read.table import Row
from qa.records import Passage, Range
from qa.spelling import Respelt
from qa.text import asked_words, words
from vector_store import Hit, LexicalIndex

NAMES = ("passage", "cosine", "rank", "lead", "coverage", "span")
"""The columns of :func:`evidence`, in order."""

SPAN = NAMES.index("span")
"""The column that only reading tells."""
SUREST = 12.0
"""Log-odds beyond these are no surer."""


@dataclass(frozen=True)
class Sentence:
    """A sentence that was read: its passage as retrieval found it, its range there, and, where there is any, the answer
    that the network marks in it, the question of the text that it stands below, and the row of a table that it is."""

    passage: Passage
    hit: Hit
    range: Range
    found: Found | None
    below: Range | None = None
    row: Row | None = None


def evidence(question: str, read: Sequence[Sequence[Sentence]], respelt: Sequence[Respelt] = ()) -> NDArray[np.float64]:
    """Of every sentence of every passage, best passage first, the numbers of NAMES, shape (sentences, 6).

    ``passage``: the score of its passage, from retrieval, in [0, 1].
    ``cosine``: how near its passage is by meaning alone; 0 for one that is not among the nearest hundred.
    ``rank``: 1 / the rank of its passage.
    ``lead``: 1 / its number in the passage; what a text is about, it tends to say first. Rows of a table count as the
    first of them.
    ``coverage``: the share of the question's words that the sentence holds, or what it stands under (the title, its
    heading, a question of the text), weighed by idf among the sentences; the other spellings in ``respelt`` count as
    the word.
    ``span``: the log-odds of the answer that was marked in it against "not in this passage", in [-12, 12].
    """
    every = [one for some in read for one in some]
    return np.column_stack(
        [
            [one.hit.score for one in every],
            [one.hit.cosine or 0.0 for one in every],
            [1 / rank for rank, some in enumerate(read, start=1) for _ in some],
            [1 / number for some in read for number in _numbers(some)],
            _coverage(question, every, {word.word: word.others for word in respelt}),
            spans(read),
        ]
    )


def _numbers(some: Sequence[Sentence]) -> Iterator[int]:
    first = 1
    for number, one in enumerate(some, start=1):
        first = first if one.row and number > 1 and some[number - 2].row else number
        yield first


def spans(read: Sequence[Sequence[Sentence]]) -> NDArray[np.float64]:
    """The column ``span`` of :func:`evidence`."""
    return np.array([log_odds(one.found) for some in read for one in some], np.float64)


def log_odds(found: Found | None) -> float:
    """Of an answer that was found, in [-SUREST, SUREST]; the least where there is none."""
    return min(max(found.score, -SUREST), SUREST) if found else -SUREST


def _coverage(question: str, read: Sequence[Sentence], others: Mapping[str, Sequence[str]]) -> list[float]:
    index = LexicalIndex()
    held = [words(one.range.of(one.passage.text)) for one in read]
    index.add(held)
    idf = {word: index.idf(word) for word in asked_words(question, index.vocabulary)}
    total = sum(idf.values()) or 1.0  # a question without a word
    shares = []
    for one, its_words in zip(read, held, strict=True):
        known = {*its_words, *words(_above(one))}
        covered = sum(
            weight for word, weight in idf.items() if word in known or not known.isdisjoint(others.get(word, ()))
        )
        shares.append(covered / total)
    return shares


def _above(one: Sentence) -> str:
    """What a sentence stands under: its document's title, its heading, the question of the text, names of columns."""
    document = one.passage.document
    question = one.below.of(one.passage.text) if one.below else ""
    columns = " ".join(one.row.names) if one.row else ""
    return f"{document.context} {document.part(one.passage.start + one.range.start)} {question} {columns}"
