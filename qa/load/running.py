"""Running heads and feet: lines at the edges of pages that come again at the same height, page after page."""

import re
from collections.abc import Sequence
from itertools import pairwise

from qa.load.layout import Line

# At either edge so many lines are looked at.
_EDGE = 2
# On so many pages, none more than so many pages from the next: those of a chapter, or of left pages only.
_SEVERAL = 3
_FARTHEST = 2
# Heights differ by less than this where a program set them, in points.
_SAME_HEIGHT = 3.0

_NUMBER = re.compile(r"\d+")
_LONGEST = 150


def running(pages: Sequence[Sequence[Line]]) -> set[tuple[int, int]]:
    """The (page, line) of all running heads and feet but the first of each; of bare page numbers also the first.

    A number that differs from page to page must count the pages: rows of a
    table may look alike, but they do not count.
    """
    standings: dict[str, list[tuple[int, int]]] = {}
    for page, lines in enumerate(pages):
        for row in at_edges(lines):
            text = " ".join(lines[row].text.split())
            if len(text) <= _LONGEST:
                standings.setdefault(_NUMBER.sub("0", text), []).append((page, row))
    found: set[tuple[int, int]] = set()
    for key, places in standings.items():
        bare = not re.search(r"[^\W\d_]{3,}", key.replace("page", "").replace("Page", ""))
        for run in _runs(places, pages):
            if len(run) >= (2 if bare else _SEVERAL) and _counts(run, pages):
                found.update(run if bare else run[1:])
    return found


def at_edges(lines: Sequence[Line]) -> list[int]:
    """The rows of a page that may be heads or feet; no others are left out."""
    by_height = sorted(range(len(lines)), key=lambda row: -lines[row].top)
    return sorted({*by_height[:_EDGE], *by_height[-_EDGE:]})


def _runs(places: Sequence[tuple[int, int]], pages: Sequence[Sequence[Line]]) -> list[list[tuple[int, int]]]:
    """Places in a row of pages at the same height."""
    runs: list[list[tuple[int, int]]] = []
    for page, row in places:
        height = pages[page][row].bottom
        near = (
            run
            for run in runs
            if 0 < page - run[-1][0] <= _FARTHEST and abs(pages[run[-1][0]][run[-1][1]].bottom - height) <= _SAME_HEIGHT
        )
        run = next(near, None)
        if run is None:
            runs.append([(page, row)])
        else:
            run.append((page, row))
    return runs


def _counts(run: Sequence[tuple[int, int]], pages: Sequence[Sequence[Line]]) -> bool:
    """Whether every number that is not the same on all pages goes up with them."""
    numbers = [[int(number) for number in _NUMBER.findall(pages[page][row].text)] for page, row in run]
    for one, other in pairwise(range(len(run))):
        step = run[other][0] - run[one][0]
        if any(b - a not in (0, step) for a, b in zip(numbers[one], numbers[other], strict=True)):
            return False
    return True
