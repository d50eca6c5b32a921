"""Lines with their places on a page -> paragraphs in reading order. Pure geometry: it knows no PDF.

A page of a PDF is lines of print at places, in the order in which a program
drew them. Mostly that is the order of reading, and no guess beats it; only
columns that were drawn across, line by line, are put one after the other.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from statistics import median

# All in multiples of a line's height or of the usual distance of lines.
_SAME_SIZE = 1.1
_WIDE_GAP = 1.3
_INDENT = 0.6
_WORD_SPACE = 0.25
_SLACK = 0.15
_SLACK_WITHIN = 2.0
# Columns: so many lines on either side of a strip that hardly any line crosses, most of them as wide as their column.
_COLUMN_LINES = 4
_CROSSING = 0.35
_FILLED = 0.7
_COLUMN_WIDTH = 6.0  # of a line's height; narrower ones are of a table
# Drawings and tables have thousands of pieces: no columns of prose, and the search takes their number squared.
_MOST_LINES = 400

_ITEM = re.compile(r"(?:[-*+•◦▪‣·–—>|]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s")
_SENTENCE_END = re.compile(r"[.!?:;…。][\"'”’»)\]]*$")
HYPHENS = "-\u2010\u00ad"
"""At one of these a word may be cut at a line's end."""
_HYPHEN = re.compile(rf"(?<=\w)[{HYPHENS}]$")
_HARD_HYPHEN = "-"
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LAST_WORD = re.compile(r"[^\W\d_]+(?=.$)")
_FIRST_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Line:
    """A line of print, or one column's part of it; ``bottom`` < ``top``, as on paper.

    ``gaps`` are the wide spaces within it: where in ``text``, from where and to where on the page.
    ``start`` is where its first character stands among those of the page, as they were drawn.
    """

    text: str
    left: float
    right: float
    bottom: float
    top: float
    gaps: tuple[tuple[int, float, float], ...] = ()
    start: int = 0

    @property
    def size(self) -> float:
        """Its height."""
        return self.top - self.bottom


def ordered(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines of a page in reading order, in blocks: all of it, or the columns and what stands above and between."""
    gutter = _gutter(lines)
    if gutter is None:
        return [list(lines)] if lines else []
    pieces = [piece for line in lines for piece in _cut(line, gutter)]
    spanning = [piece for piece in pieces if piece.left < gutter < piece.right]
    borders = sorted(piece.bottom for piece in spanning)
    bands: dict[int, list[Line]] = {}
    for piece in pieces:
        if piece not in spanning:
            bands.setdefault(bisect_left(borders, piece.top - piece.size / 2), []).append(piece)
    blocks: list[list[Line]] = []
    for band in range(len(borders), -1, -1):
        sides = bands.get(band, [])
        for side in ([p for p in sides if p.right <= gutter], [p for p in sides if p.left >= gutter]):
            blocks.extend(ordered(_downwards(side)))
        blocks.extend([piece] for piece in spanning if band and piece.bottom == borders[band - 1])
    return _merged(blocks, spanning)


def _downwards(side: Sequence[Line]) -> list[Line]:
    """As drawn where that goes down the page, else sorted: what was drawn across goes up again and again."""
    upward = sum(below.bottom > above.top for above, below in pairwise(side))
    return list(side) if upward <= 1 else sorted(side, key=lambda line: (-line.bottom, line.left))


def _merged(blocks: Iterable[list[Line]], spanning: Sequence[Line]) -> list[list[Line]]:
    """The same, neighbours joined that are lines across all columns: they are one block."""
    across = {id(line) for line in spanning}
    merged: list[list[Line]] = []
    for block in blocks:
        joins = merged and id(block[0]) in across and id(merged[-1][-1]) in across
        if joins:
            merged[-1].extend(block)
        else:
            merged.append(block)
    return merged


def _gutter(lines: Sequence[Line]) -> float | None:
    """The middle of the strip between two columns of prose, or None where there is none."""
    if not 2 * _COLUMN_LINES <= len(lines) <= _MOST_LINES:
        return None
    size = median(line.size for line in lines)
    spaces = [(start, end) for line in lines for _, start, end in line.gaps]
    edges = [(line.right, line.right + size) for line in lines]
    tried = {round(start / size): start + min(size, end - start) / 2 for start, end in spaces + edges}
    for crossing, x in sorted((_crossings(lines, x), x) for x in tried.values()):
        if crossing > _CROSSING * len(lines):
            break
        pieces = [piece for line in lines for piece in _cut(line, x)]
        sides = [[p for p in pieces if p.right <= x], [p for p in pieces if p.left >= x]]
        if all(_is_column(side, size) for side in sides) and _beside(*sides):
            return x
    return None


def _crossings(lines: Sequence[Line], x: float) -> int:
    return sum(line.left < x < line.right and not _gap_at(line, x) for line in lines)


def _gap_at(line: Line, x: float) -> tuple[int, float, float] | None:
    return next((gap for gap in line.gaps if gap[1] <= x <= gap[2]), None)


def _is_column(side: Sequence[Line], size: float) -> bool:
    """Whether these are lines of prose under each other: enough, and most of them fill the width."""
    if len(side) < _COLUMN_LINES:
        return False
    left, right = min(line.left for line in side), max(line.right for line in side)
    full = sum(line.right - line.left > _FILLED * (right - left) for line in side)
    return right - left > _COLUMN_WIDTH * size and full >= len(side) / 2


def _beside(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Whether the two stand beside each other for most of the shorter one's height."""
    tops = [max(line.top for line in side) for side in (left, right)]
    bottoms = [min(line.bottom for line in side) for side in (left, right)]
    shorter = min(top - bottom for top, bottom in zip(tops, bottoms, strict=True))
    return min(tops) - max(bottoms) > shorter / 2


def _cut(line: Line, x: float) -> list[Line]:
    """The line, or its two parts where ``x`` lies in a wide space of it."""
    gap = _gap_at(line, x)
    if not gap or not line.left < x < line.right:
        return [line]
    at, start, end = gap
    left = replace(
        line, text=line.text[:at].rstrip(), right=start, gaps=tuple(each for each in line.gaps if each[0] < at)
    )
    rest = line.text[at:].lstrip()
    moved = len(line.text) - len(rest)
    gaps = tuple((where - moved, *x_range) for where, *x_range in line.gaps if where > at)
    right = replace(line, text=rest, left=end, start=line.start + moved)
    return [left, replace(right, gaps=gaps)]  # type: ignore[arg-type]  # the star hides two floats


def paragraphs(blocks: Sequence[Sequence[Line]]) -> Iterator[list[str]]:
    """The paragraphs of the blocks of a page, each as its lines."""
    pitch = _pitch(blocks)
    for block in blocks:
        right = _right_edges(block)
        taken: list[Line] = []
        for line in block:
            if taken and not _goes_on(taken, line, pitch, right[round(line.size)]):
                yield [each.text for each in taken]
                taken = []
            taken.append(line)
        if taken:
            yield [each.text for each in taken]


def _pitch(blocks: Sequence[Sequence[Line]]) -> float:
    """The usual distance from line to line, in multiples of a line's height."""
    steps = [
        (above.bottom - below.bottom) / above.size
        for block in blocks
        for above, below in pairwise(block)
        if above.size and 0.5 < (above.bottom - below.bottom) / above.size < 3
    ]
    return median(steps) if steps else 1.2


def _right_edges(block: Sequence[Line]) -> dict[int, float]:
    """How far lines of a size reach to the right in this block."""
    by_size = sorted(block, key=lambda line: round(line.size))
    groups = groupby(by_size, key=lambda line: round(line.size))
    return {size: max(line.right for line in group) for size, group in groups}


def _goes_on(taken: Sequence[Line], line: Line, pitch: float, right: float) -> bool:
    """Whether ``line`` goes on with the paragraph: as near, as large, and its first word did not fit above.

    Its width is estimated, so where no sentence ends the benefit of the doubt is given to the paragraph.
    """
    first, last = taken[0], taken[-1]
    size = max(last.size, line.size)
    if not size or size > _SAME_SIZE * min(last.size, line.size) or _ITEM.match(line.text):
        return False
    if not 0 < last.bottom - line.bottom <= _WIDE_GAP * pitch * last.size:
        return False
    is_item = _ITEM.match(first.text) is not None
    if line.left > last.left + _INDENT * size and not (is_item and len(taken) == 1):
        return False
    slack = _SLACK if _SENTENCE_END.search(last.text) else _SLACK_WITHIN
    if is_cut(last.text, line.text):
        slack = (right - last.left) / 2 / size
    return last.right + _first_word_width(line) + _WORD_SPACE * size > right - slack * size


def _first_word_width(line: Line) -> float:
    word = line.text.split(maxsplit=1)[0] if line.text.split() else ""
    return (line.right - line.left) * len(word) / max(1, len(line.text))


def joined(lines: Sequence[str], vocabulary: frozenset[str]) -> str:
    """The lines of a paragraph as one; a word that was cut at a line's end is whole again."""
    text = ""
    for line in lines:
        text = join(text, line.strip(), vocabulary) if text else line.strip()
    return text


def join(above: str, below: str, vocabulary: frozenset[str]) -> str:
    """Two lines as one. A hyphen between small letters goes, unless the text knows the word with it."""
    hyphen = _HYPHEN.search(above)
    if not hyphen or not below[:1].isalnum():
        return f"{above} {below}"
    if not (above[-2].isalpha() and below[0].islower()):
        return above + below
    last, first = _LAST_WORD.search(above), _FIRST_WORD.match(below)
    if last and first and hyphen.group() == _HARD_HYPHEN:
        whole, compound = last.group() + first.group(), f"{last.group()}-{first.group()}"
        if compound.lower() in vocabulary and whole.lower() not in vocabulary:
            return above + below
    return above[:-1] + below


def words_in(lines: Iterable[str]) -> frozenset[str]:
    """Every word that stands whole in the lines, with its hyphens."""
    return frozenset(word.lower() for line in lines for word in _WORD.findall(_HYPHEN.sub("", line)))


def is_cut(above: str, below: str) -> bool:
    """Whether a paragraph goes on over the end of a column or a page: no sentence ends, and a small letter follows."""
    return not _SENTENCE_END.search(above) and below[:1].islower()
