"""What can answer a question: the sentences of a text that do not ask themselves, each with the question above it, and
the rows of its tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.read.table import Row, Tables, tables
from qa.records import Range
from qa.text import asks, sentences

_PARAGRAPH_ENDS = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True)
class Candidate:
    """A sentence of a text or a row of a table, and the question in the text whose answer it belongs to, if it does."""

    range: Range
    below: Range | None = None
    row: Row | None = None


def candidates(text: str, above: str = "", *, rows: bool = False) -> tuple[Candidate, ...]:
    """Every sentence of ``text`` that does not ask, in order; of tables, found as :func:`qa.read.table.tables` says,
    every row.

    A list of frequent questions, an interview: what is asked there stands in
    one sentence and what is answered in the next ones, mostly in other words.
    What is asked is never the answer, and likest of all to the question. Below
    a question are the sentences that follow it to the end of their paragraph.
    """
    found: list[Candidate] = []
    asked: Range | None = None
    last: Range | None = None  # what was asked or answered last
    for piece, row in _pieces(text, tables(text, above, rows=rows)):
        if not row and asks(piece.of(text)):
            asked = Range(asked.start, piece.end) if asked and asked.end == (last and last.end) else piece
        else:
            if asked and last and last.end > asked.end and _PARAGRAPH_ENDS.search(text, last.end, piece.start):
                asked = None
            found.append(Candidate(piece, asked, row))
        last = piece
    return tuple(found)


def _pieces(text: str, inside: Tables) -> Iterator[tuple[Range, Row | None]]:
    """Sentences and, in the place of those that they are made of, rows; the names of columns are neither."""
    rows = list(inside.rows)
    for piece in sentences(text):
        while rows and rows[0].range.start < piece.end:
            row = rows.pop(0)
            yield row.range, row
        blocks = [*inside.heads, *(row.range for row in inside.rows)]
        taken = sum(max(0, min(piece.end, block.end) - max(piece.start, block.start)) for block in blocks)
        if taken < (piece.end - piece.start) / 2:
            yield piece, None
