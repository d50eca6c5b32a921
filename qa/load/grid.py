"""Rows of cells of HTML -> a grid: every cell in all the columns and rows that it reaches over."""

import re
from collections.abc import Sequence
from itertools import count
from typing import Any

from qa.load.rows import MAX_COLUMNS

Cell = Any  # lxml has no types of its own

_NUMBER = re.compile(r"\s*(\d{1,9})")


def as_grid(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """The cells of every row from left to right, None where there is none.

    ``rows`` are one group, at whose end a cell ends that would reach down further. A cell reaches over no more than
    MAX_COLUMNS columns, and one beyond these over none but its own: what a page says of itself costs no more than that.
    """
    grid: list[dict[int, Cell]] = [{} for _ in rows]
    for number, cells in enumerate(rows):
        at = 0
        for cell in cells:
            at = next(free for free in count(at) if free not in grid[number])
            across = down = 1
            if at < MAX_COLUMNS:
                across = min(_span(cell, "colspan") or 1, MAX_COLUMNS)
                down = _span(cell, "rowspan") or len(rows)
            for row in grid[number : number + down]:
                for column in range(at, at + across):
                    row.setdefault(column, cell)
    return [[row.get(column) for column in range(max(row, default=-1) + 1)] for row in grid]


def _span(cell: Cell, name: str) -> int:
    """What the cell says, 1 where it says nothing; 0 is a row's way to say "to the end"."""
    number = _NUMBER.match(cell.get(name) or "")
    return int(number[1]) if number else 1
