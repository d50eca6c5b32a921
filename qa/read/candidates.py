"""What can answer a question: the sentences of a text that do not ask themselves, each with the question above it."""

import re
from dataclasses import dataclass

from qa.records import Range
from qa.text import asks, sentences

_PARAGRAPH_ENDS = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True)
class Candidate:
    """A sentence of a text, and the question in the text whose answer it belongs to, if it does."""

    range: Range
    below: Range | None = None


def candidates(text: str) -> tuple[Candidate, ...]:
    """Every sentence of ``text`` that does not ask, in order.

    A list of frequent questions, an interview: what is asked there stands in
    one sentence and what is answered in the next ones, mostly in other words.
    What is asked is never the answer, and likest of all to the question. Below
    a question are the sentences that follow it to the end of their paragraph.
    """
    found: list[Candidate] = []
    asked: Range | None = None
    last: Range | None = None  # what was asked or answered last
    for piece in sentences(text):
        if asks(piece.of(text)):
            asked = Range(asked.start, piece.end) if asked and asked.end == (last and last.end) else piece
        else:
            if asked and last and last.end > asked.end and _PARAGRAPH_ENDS.search(text, last.end, piece.start):
                asked = None
            found.append(Candidate(piece, asked))
        last = piece
    return tuple(found)
