"""Which characters of a page of a PDF the characters of its text are: the layout, followed backwards. It knows no PDF.

The text of a page is its lines in reading order, but for heads and feet that
are told by other pages, for white space, and for hyphens that joining words
took away. So the letters say which lines were left out: only with the right
ones do all of them agree, in order and number.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, combinations

from qa.load.draft import UNFIT
from qa.load.layout import HYPHENS, Line, ordered
from qa.load.running import at_edges

Letters = dict[int, tuple[int, int]]
"""Of each offset into the text that is no white space: the line, by its ``start``, and the character of the page."""


def aligned(lines: Sequence[Line], text: str) -> list[Letters]:
    """Every way in which ``text`` can have been made of the ``lines`` of a page: one, or none where it was not.

    More than one where the same words stand at the head or foot again.
    """
    ways: list[Letters] = []
    for kept in _kept(lines, text):
        way = _followed(list(chain.from_iterable(ordered(kept))), text)
        if way is not None and way not in ways:
            ways.append(way)
    return ways


def _kept(lines: Sequence[Line], text: str) -> Iterator[list[Line]]:
    """The lines without such heads and feet that what is left has the letters of ``text``, in whatever order."""
    rows = at_edges(lines)
    missing = Counter(_alphanumeric("".join(line.text for line in lines)))
    missing.subtract(_alphanumeric(text))
    for count in range(len(rows) + 1):
        for left_out in combinations(rows, count):
            if Counter(_alphanumeric("".join(lines[row].text for row in left_out))) == missing:
                yield [line for row, line in enumerate(lines) if row not in left_out]


def _alphanumeric(text: str) -> list[str]:
    return [character for character in text if character.isalnum()]


def _followed(lines: Sequence[Line], text: str) -> Letters | None:
    """The letters of ``lines``, in this order, as they stand in ``text``; None where they are not the same."""
    found: Letters = {}
    expected = ((offset, character) for offset, character in enumerate(text) if not character.isspace())
    offset, awaited = next(expected, (0, ""))
    for line in lines:
        last = len(line.text.rstrip()) - 1
        for column, character in enumerate(line.text):
            if character.isspace() or UNFIT.match(character):
                continue
            if character == awaited:
                found[offset] = line.start, line.start + column
                offset, awaited = next(expected, (0, ""))
            elif column < last or character not in HYPHENS:
                return None
    return None if awaited else found
