"""A row of a table as one sentence: ``Item: hammer; Price: 12.50.``"""

import re
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
_YEAR = r"(?:1[5-9]|2[01])\d\d"
# 2020, 2019/20, 2020-01, FY2020, Jan 2020, 5 May 2020; Q1 2020, 2020-Q1, Q1; 31.01.2020, 1/22/20; 01/2020.
_PERIOD = re.compile(
    rf"(?:(?:\d\d?\.? )?[^\W\d]+\.?[ -]?)?{_YEAR}(?: ?[-/–] ?(?:{_YEAR}|\d\d?))?"
    rf"|[QH]\d(?:[ /-]?{_YEAR})?|{_YEAR}[ /-]?[QH]\d"
    rf"|\d{{1,4}}(?P<mark>[-/.])\d\d?(?P=mark)\d{{1,4}}|\d\d?[-/]{_YEAR}",
    re.IGNORECASE,
)


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
    return _names_numbers(first, below)


def _names_numbers(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a number stands under a word, in all rows of a column."""
    columns = ([row[number] for row in below if number < len(row)] for number in range(len(first)))
    return any(all(map(_has_digit, column)) and not _has_digit(first[number]) for number, column in enumerate(columns))


def _has_digit(cell: str) -> bool:
    return any(map(str.isdigit, cell))


def _has_letter(cell: str) -> bool:
    return any(map(str.isalpha, cell))


def _says(cell: str) -> bool:
    """Whether it holds anything but a sign for nothing: "-", ":", ".."."""
    return any(map(str.isalnum, cell))


def header(rows: Sequence[Sequence[str]]) -> int | None:
    """Which of the first rows names the columns: the first as wide as any, all names and all different; or None."""
    head = rows[:_HEAD_ROWS]
    widest = max((sum(map(bool, row)) for row in rows), default=0)
    for number, row in enumerate(head):
        filled = [cell for cell in row if cell]
        if len(filled) < max(1, 0.7 * widest):
            continue
        names = len(set(filled)) == len(filled) and _are_names(row, rows[number + 1 :])
        return number if names and (widest > 1 or number == 0) else None
    return None


def column_names(row: Sequence[str]) -> Sequence[str]:
    """The names in ``row``, the long ones cut; all as they are where two would then be the same."""
    cut = [cell if len(cell) <= _LONGEST_NAME else f"{cell[: _LONGEST_NAME - 1]}…" for cell in row]
    return cut if len(set(cut)) == len(set(row)) else row


def _are_names(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether the cells of a row name the columns that go on below it.

    A year or a long text may as well be what the rows tell, and they then go on as they began. A single 1990 may be
    a price, too, but not beside a word that names numbers.
    """
    doubtful = [number for number, cell in enumerate(first) if cell and not _may_name(cell)]
    periods = [cell for cell in first if _PERIOD.fullmatch(cell)]
    sure = len(below) > 1 and _names_numbers(first, below)
    if not doubtful:
        return True
    if len(periods) == sum(map(bool, first)) or (len(periods) == 1 and not sure and not _has_letter(periods[0])):
        return False
    columns = [[row[number] for row in below if number < len(row) and _says(row[number])] for number in doubtful]
    return any(columns) and all(
        _goes_on_otherwise(first[number], column, sure=sure) for number, column in zip(doubtful, columns, strict=True)
    )


def _goes_on_otherwise(name: str, column: Sequence[str], *, sure: bool) -> bool:
    """Whether a period stands above numbers that are none, or a long text above shorter ones, most of them."""
    if _PERIOD.fullmatch(name):
        others = [cell for cell in column if _has_digit(cell) and not _PERIOD.fullmatch(cell)]
    elif _is_text(name):
        others = [cell for cell in column if sure or len(cell) <= _LONGEST_NAME]
    else:
        return False
    return not column or 2 * len(others) > len(column)


def _may_name(cell: str) -> bool:
    """Whether a cell may name a column: short, and with more letters than digits."""
    return len(cell) <= _LONGEST_NAME and _is_text(cell)


def _is_text(cell: str) -> bool:
    return sum(map(str.isalpha, cell)) > sum(map(str.isdigit, cell))
