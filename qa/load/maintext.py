"""Which blocks of a web page are its main text: those that trafilatura takes, and what belongs to them.

trafilatura tells the text from the rest best of what was tried, but gives it
back in a form of its own: paragraphs set apart by breaks run together, lists
and headings are lost. So it only says what is text, and the page says how it
stands there. benchmarks/extraction.py measures both.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

from qa.load.blocks import Block

# A shorter block must be a whole line of what trafilatura took: "Reply" stands within many a sentence.
_LONG = 40
# So far ahead, in characters, the next block is looked for in what trafilatura took.
_AHEAD = 50_000
# Above this share of links a block leads to other pages. Amid the prose it may be a list of films or of towns.
_LINKED = 0.8
_PROSE = 80
# So many blocks may stand between two of the text and still be its own: items of a list, rows, code.
_BETWEEN = 30
_ABOVE = 8


def main_text(found: Sequence[Block], taken: str, title: str) -> list[Block]:
    """The blocks of ``found`` that are in ``taken``, the text that was told apart, in their order, and their own."""
    stands = list(_in(found, taken))
    kept = [how == "alone" for how in stands]
    prose = [row for row, keep in enumerate(kept) if keep and _is_prose(found[row])]
    for row, block in enumerate(found):
        if prose and block.linked > _LINKED and not prose[0] < row < prose[-1]:
            kept[row] = False
        if stands[row] == "within" and kept[row - 1 : row] == [True] and stands[row + 1 : row + 2] == ["alone"]:
            kept[row] = True
    if not any(kept):
        return []
    _keep_between(found, kept)
    for row, block in enumerate(found):
        above = row - 2 if found[row - 1].kind == "heading" else row - 1
        if block.kind == "row" and block.linked <= _LINKED and above >= 0 and kept[above]:
            kept[row] = True  # trafilatura leaves out small tables; one that stands below the text is of it
    for row in reversed(range(len(found) - 1)):
        if found[row].kind == "heading" and kept[row + 1]:
            kept[row] = True
    first = kept.index(True)
    for row in range(max(0, first - _ABOVE), first):
        if found[row].kind == "heading" and title and _squashed(found[row].text) in _squashed(title):
            kept[row] = True
    return [block for block, keep in zip(found, kept, strict=True) if keep]


def _in(found: Sequence[Block], taken: str) -> Iterator[Literal["alone", "within", ""]]:
    """For every block how it was taken: as a line or a long part of one, as a short part of one, or not."""
    lines = {_squashed(line) for line in taken.split("\n")}
    whole, place = _squashed(taken), 0
    for block in found:
        text = _squashed(block.printed or block.text)
        at = whole.find(text, place, place + len(text) + _AHEAD)
        if at >= 0 and len(text) >= _LONG:
            place = at
        alone = text in lines or (at >= 0 and len(text) >= _LONG)
        yield "alone" if alone else "within" if at >= 0 else ""


def _is_prose(block: Block) -> bool:
    return len(block.text) >= _PROSE and block.linked <= _LINKED / 2


def _keep_between(found: Sequence[Block], kept: list[bool]) -> None:
    """Keep what stands in the midst of the text and is an item, a row or a heading, but no way to other pages."""
    rows = [row for row, keep in enumerate(kept) if keep]
    for above, below in pairwise(rows):
        between = range(above + 1, below)
        if len(between) <= _BETWEEN and all(
            found[row].kind in ("item", "row", "heading") and found[row].linked <= _LINKED for row in between
        ):
            for row in between:
                kept[row] = True


def _squashed(text: str) -> str:
    """Without white space and the lines that trafilatura draws between cells."""
    return "".join(text.replace("|", "").split())
