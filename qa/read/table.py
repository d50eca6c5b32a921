"""Rows of tables in a text: each is read by itself, under the names of its columns.

A network that learnt to read prose finds the words of a question in one row and the answer in another, or under another
column's name, where rows stand one below the other. Of a row alone, told as a sentence, it finds the right cell.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa.records import Range
from qa.text import asks, trim, words

# A row of more is prose in cells, and its sentences are read as such.
_LONGEST = 400
_LONGEST_NAME = 100
# How far above a row the names of its columns are looked for: some 5,000 rows, looked through in 3 ms.
_FURTHEST = 300_000
# More words do not name a thing, they tell of it.
_WORDS_OF_A_NAME = 4

_LINE = re.compile(r"[^\r\n]+")
_BORDER = re.compile(r"(?<!\\)\|")
# What stands between the names of the columns and the rows of a Markdown table: |---|:--:|
_RULE = re.compile(r"\|?:?-+:?(?:\|:?-+:?)*\|?")
_EMPHASIS = " \t*_`"


@dataclass(frozen=True)
class Cell:
    """The name of its column, empty where it has none, and the range of its words."""

    name: str
    range: Range


@dataclass(frozen=True)
class Row:
    """A row of a table: its line, and the cells in it that hold anything."""

    range: Range
    cells: tuple[Cell, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(cell.name for cell in self.cells)

    def asked_for(self, text: str, asked: Mapping[str, Collection[str]]) -> list[tuple[bool, bool]]:
        """Of each cell whether it says anything that the question, whose words are ``asked``, does not say itself, and
        whether the question names its column: the higher, the rather it is asked for."""
        spelt = {other for its in asked.values() for other in its}
        return [
            (not spelt.issuperset(words(cell.range.of(text))), not spelt.isdisjoint(words(cell.name)))
            for cell in self.cells
        ]

    def told(self, text: str) -> tuple[str, list[Range]]:
        """The row as a sentence that names its columns, and the range of each cell in it."""
        said, places = "", []
        for cell in self.cells:
            said += f"{cell.name}: " if cell.name else ""
            places.append(Range(len(said), len(said) + cell.range.end - cell.range.start))
            said += f"{cell.range.of(text)}; "
        return f"{said[:-2]}.", places

    def known_by(self, text: str, asked: Mapping[str, Collection[str]]) -> set[str]:
        """The words, of those ``asked`` with their other spellings, that its short cells hold.

        By them a row is told from the others. Of several numbers in a cell all must be asked for: no 11 is an 11:38.
        """
        spelt = {other for its in asked.values() for other in its}
        held: set[str] = set()
        for cell in self.cells:
            its_words = words(cell.range.of(text))
            if len(its_words) <= _WORDS_OF_A_NAME:
                partly = any(word.isdecimal() and word not in spelt for word in its_words)
                held.update(word for word in its_words if not (partly and word.isdecimal()))
        return {word for word, its in asked.items() if not held.isdisjoint(its)}


@dataclass(frozen=True)
class Tables:
    """The rows of a text in order, and the lines that only name their columns."""

    rows: tuple[Row, ...]
    heads: tuple[Range, ...]


def tables(text: str, above: str = "", *, rows: bool = False) -> Tables:
    """The tables in ``text``: lines of Markdown between bars, and lines such as ``Item: hammer; Price: 12.50.``

    ``above`` names the columns of a Markdown table that ``text`` goes on with (:func:`header_above`). Named cells are a
    row where two lines have two names in common, or ``rows`` says that they are.
    """
    found: list[Row] = []
    heads: list[Range] = []
    if "|" in text:
        _read_markdown(text, above, found, heads)
    told = [row for line in _lines(text) if (row := _of_named_cells(text, line))]
    for row in told:
        alike = any(len(set(row.names) & set(other.names)) > 1 for other in told if other is not row)
        if (rows or alike) and not any(_touch(row.range, other.range) for other in found):
            found.append(row)
    short = [row for row in found if row.range.end - row.range.start <= _LONGEST and not _asks(text, row)]
    return Tables(tuple(sorted(short, key=lambda row: row.range)), tuple(heads))


def header_above(text: str, start: int) -> Range | None:
    """The line that names the columns of the Markdown table that goes on at ``start``; None where none does."""
    below = text.rfind("\n", 0, start) + 1
    line = text[start : start + _LONGEST].partition("\n")[0]
    if start - below > _LONGEST or text[below:start].strip() or "|" not in line:
        return None
    ruled = _is_rule(line)
    top = max(start - _FURTHEST, 0)
    while below > top:
        above = max(text.rfind("\n", top, below - 1) + 1, top)
        line = text[above:below]
        if "|" not in line:
            return None
        if ruled:
            return trim(text, above, below)
        ruled, below = _is_rule(line), above
    return None


def _read_markdown(text: str, above: str, found: list[Row], heads: list[Range]) -> None:
    columns = [_name(above, cell) for cell in _cells(above, 0, len(above))] if above else []
    lines = list(_lines(text))
    for number, line in enumerate(lines):
        said = line.of(text)
        below = lines[number + 1].of(text) if number + 1 < len(lines) else ""
        if "|" not in said:
            columns = []
        elif columns and _is_rule(said):
            heads.append(line)
        elif _is_rule(below):
            columns = [_name(text, cell) for cell in _cells(text, *line)]
            heads.append(line)
        elif columns:
            cells = zip(columns, _cells(text, *line), strict=False)  # Markdown drops what is too much in a row
            filled = tuple(Cell(name, cell) for name, cell in cells if cell)
            if filled:
                found.append(Row(line, filled))


def _cells(text: str, start: int, end: int) -> list[Range | None]:
    """Of a line between bars each cell without what marks it as bold or code; None for one that is empty."""
    borders = [match.start() for match in _BORDER.finditer(text, start, end)]
    if not borders:
        return []
    first = [] if not text[start : borders[0]].strip() else [start - 1]
    last = [] if not text[borders[-1] + 1 : end].strip() else [end]
    edges = [*first, *borders, *last]
    return [_unmarked(text, one + 1, other) for one, other in pairwise(edges)]


def _unmarked(text: str, start: int, end: int) -> Range | None:
    while start < end and text[start] in _EMPHASIS:
        start += 1
    while end > start and text[end - 1] in _EMPHASIS:
        end -= 1
    return trim(text, start, end) if start < end else None


def _name(text: str, cell: Range | None) -> str:
    return cell.of(text) if cell else ""


def _is_rule(line: str) -> bool:
    # Without its white space, or the pattern takes time by the square of it.
    return "|" in line and "-" in line and _RULE.fullmatch("".join(line.split())) is not None


def _of_named_cells(text: str, line: Range) -> Row | None:
    """A line of two or more named cells, as :func:`qa.load.rows.as_sentence` writes them."""
    cells: list[Cell] = []
    start = line.start
    for piece in line.of(text).split("; "):
        name, colon, value = piece.partition(": ")
        end = start + len(piece)
        if colon and name and value.strip() and len(name) <= _LONGEST_NAME:
            cells.append(Cell(name, Range(start + len(name) + 2, end)))
        elif not cells:
            return None
        else:  # the cell before has a semicolon of its own
            cells[-1] = Cell(cells[-1].name, Range(cells[-1].range.start, end))
        start = end + 2
    if len(cells) < 2:
        return None
    last = cells[-1]
    if text[last.range.end - 1] == "." and last.range.end - last.range.start > 1:
        cells[-1] = Cell(last.name, Range(last.range.start, last.range.end - 1))
    return Row(line, tuple(cells))


def _lines(text: str) -> Iterator[Range]:
    found = (trim(text, *match.span()) for match in _LINE.finditer(text))
    return (line for line in found if line)


def _asks(text: str, row: Row) -> bool:
    return any(asks(cell.range.of(text)) for cell in row.cells)


def _touch(one: Range, other: Range) -> bool:
    return one.start < other.end and other.start < one.end


def outdone(rows: Sequence[tuple[str, Row, set[str]]]) -> list[bool]:
    """Of rows, each with its document's id and the words of the question that it is known by: whether another of the
    same table is known by all of these and more. Such a row is about something else."""
    return [
        any(known < more and document == other and _same_table(row, its) for other, its, more in rows)
        for document, row, known in rows
    ]


def _same_table(one: Row, other: Row) -> bool:
    """Whether most columns are the same; in an empty cell nothing stands."""
    names, others = set(one.names), set(other.names)
    return 2 * len(names & others) > max(len(names), len(others))
