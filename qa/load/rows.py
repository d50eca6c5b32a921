"""A row of a table as one sentence: ``Item: hammer; Price: 12.50.``"""

import string
from collections.abc import Sequence

# As one sentence a row of more is read by nobody, nor found by its meaning.
MAX_COLUMNS = 1_000
# 150,000 rows of ten columns of a workbook take 12 s to read, and hours to embed: what is larger is a database.
MAX_ROWS = 200_000
MAX_CELLS = 5_000_000
# Rows above the names of the columns: a title, a date, a blank line.
_HEAD_ROWS = 10
_LONGEST_NAME = 100


def as_sentence(columns: Sequence[str], row: Sequence[str]) -> str:
    """The filled cells of ``row`` behind the names of their columns, as one line with a full stop."""
    named = [
        f"{columns[number] if number < len(columns) and columns[number] else letters(number)}: {cell}"
        for number, cell in enumerate(row)
        if cell
    ]
    sentence = "; ".join(named)
    return sentence if not sentence or sentence.endswith((".", "!", "?")) else f"{sentence}."


def letters(number: int) -> str:
    """What a spreadsheet calls the column of that number, from 0: A, B, … Z, AA."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = string.ascii_uppercase[rest] + name
    return f"Column {name}"


def is_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns beyond doubt: a number stands under a word, in all rows of a column.

    In a list of two columns, "Name | Ada" above "Age | 41", the first row names nothing.
    """
    first, below = rows[0], rows[1:]
    if len(below) < 2 or not all(map(_may_name, filter(None, first))) or len(set(first)) != len(first):
        return False
    columns = ([row[number] for row in below if number < len(row)] for number in range(len(first)))
    return any(all(map(_has_digit, column)) and not _has_digit(first[number]) for number, column in enumerate(columns))


def _has_digit(cell: str) -> bool:
    return any(map(str.isdigit, cell))


def header(rows: Sequence[Sequence[str]]) -> int | None:
    """Which of the first rows names the columns: the first as wide as any, all text and all different; or None."""
    head = rows[:_HEAD_ROWS]
    widest = max((sum(map(bool, row)) for row in rows), default=0)
    for number, row in enumerate(head):
        filled = [cell for cell in row if cell]
        if len(filled) < max(1, 0.7 * widest):
            continue
        names = len(set(filled)) == len(filled) and all(map(_may_name, filled))
        return number if names and (widest > 1 or number == 0) else None
    return None


def _may_name(cell: str) -> bool:
    """Whether a cell may name a column: short, and with more letters than digits."""
    letters_, digits = sum(map(str.isalpha, cell)), sum(map(str.isdigit, cell))
    return len(cell) <= _LONGEST_NAME and letters_ > digits
