"""CSV and TSV files: every row is a sentence that names its columns."""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice

from qa.load.draft import Draft
from qa.load.encoding import decode
from qa.load.metadata import Metadata
from qa.load.names import refusal
from qa.load.rows import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, as_sentence, column_names, header, is_header
from qa.load.signature import require
from qa.records import Document

RULES = 2
# A cell with more is no cell: a quote that opened and was not closed takes in the rest of the file.
MAX_CELL = 100_000
_DELIMITERS = ",;\t|"
_SAMPLE_ROWS = 50
_PAIR = 2
_SAMPLE_CHARACTERS = 100_000


def read_table(name: str, data: bytes) -> tuple[Document, str]:
    """The document, each row a part of it, and a note, or an empty note."""
    require(name, data, "")
    decoded = decode(data, name)
    draft = Draft(name)
    write_rows(draft, _numbered(name, decoded.text), sheet="")
    if draft.is_empty:
        raise refusal(name, "holds the names of columns but no row")
    return draft.to_document(data, file=Metadata(), extracted=f"csv, rules {RULES}"), decoded.note


def write_rows(draft: Draft, rows: Iterator[tuple[int, Sequence[str]]], *, sheet: str) -> None:
    """Add the filled rows, each as a sentence and a part: ``row 5``, or ``Sheet1, row 5``.

    A CSV file begins with the names of its columns. A ``sheet`` may as well
    hold notes, or in two columns things and what they are: ``Client: Example Ltd.``
    """
    before = list(islice(rows, _SAMPLE_ROWS))
    sample = [row for _, row in before]
    named = header(sample)
    if sheet and not _has_columns(sample, named):
        for number, row in (*before, *rows):
            pair = len(row) == _PAIR and all(row)
            _write(draft, number, as_sentence(row[:1], row[1:]) if pair else " ".join(filter(None, row)), sheet)
        return
    columns: Sequence[str] = [] if named is None else column_names(sample[named])
    for place, (number, row) in enumerate(before):
        if named is None or place > named:
            _write(draft, number, as_sentence(columns, row), sheet)
        elif place < named:
            _write(draft, number, " ".join(filter(None, row)), sheet)
    for number, row in rows:
        _write(draft, number, as_sentence(columns, row), sheet)


def _has_columns(sample: Sequence[Sequence[str]], named: int | None) -> bool:
    """Whether the rows of a sheet are a table: of three columns and two rows, or of two that are named beyond doubt."""
    widest = max(map(len, sample), default=0)
    if widest <= _PAIR:
        return widest == _PAIR and named is not None and is_header(sample[named:])
    return named is None or named < len(sample) - 1


def _write(draft: Draft, number: int, sentence: str, sheet: str) -> None:
    if sentence:
        draft.part(f"{sheet}, row {number}" if sheet else f"row {number}")
        draft.paragraph(sentence)


def _numbered(name: str, text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Every row as a spreadsheet numbers it, its cells on one line each; refuses what is over a limit."""
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=_delimiter(text))
    cells = 0
    try:
        for number, row in enumerate(reader, start=1):
            cells += len(row)
            check(name, number, len(row), cells)
            yield number, [" ".join(cell.split()) for cell in row]
    except csv.Error as error:
        reason = f"holds a cell of more than {MAX_CELL:,} characters near line {reader.line_num}"
        reason = reason if "limit" in str(error) else f"is no CSV near line {reader.line_num} ({error})"
        raise refusal(name, f"{reason}; is a quotation mark left open there?") from error


def check(name: str, rows: int, columns: int, cells: int) -> None:
    """Refuse a table that is over a limit."""
    if columns > MAX_COLUMNS:
        raise refusal(name, f"has a row of {columns:,} columns; at most {MAX_COLUMNS:,} are read: cut it into parts")
    if rows > MAX_ROWS:
        raise refusal(name, f"has more than {MAX_ROWS:,} rows; cut it into parts")
    if cells > MAX_CELLS:
        raise refusal(name, f"has more than {MAX_CELLS:,} cells; cut it into parts")


def _delimiter(text: str) -> str:
    """The one that cuts most of the first rows into as many cells, two at least; the comma where none does."""
    sample = text[:_SAMPLE_CHARACTERS]

    def agreement(delimiter: str) -> tuple[int, int]:
        try:
            reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
            widths = [len(row) for _, row in zip(range(_SAMPLE_ROWS), reader, strict=False) if row]
        except csv.Error:
            return 0, 0
        width = max(set(widths), key=widths.count, default=0)
        return (widths.count(width), width) if width > 1 else (0, 0)

    return max(_DELIMITERS, key=agreement)
