"""What of a document is not to be quoted: page furniture, running heads, and paragraphs that stand a second time.

Lines are marked, never cut out: the document keeps every character and every
offset, and a marked line is neither indexed nor quoted.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from qa.furniture import PROSE_LENGTH, SEVERAL, STRUCTURE, WORD, furniture_rows
from qa.records import Document, Mark, Range
from qa.text import lines

# Sections of one document may share a sentence ("Requests are made in writing, two weeks ahead."), hardly a longer one.
_REPEAT_LENGTH = 100
# Running heads and feet stand within so many lines of a page's border, on half of the pages.
_EDGE = 2
_DIGITS = re.compile(r"\d+")


def mark(documents: Sequence[Document]) -> list[tuple[Mark, ...]]:
    """For every document what of it is ``furniture`` or ``repeated``: whole lines, in order, disjoint.

    Lines that several documents have in common are told by that, so the marks
    depend on the whole set, though not on its order.
    """
    split = [lines(document.text) for document in documents]
    texts = [[piece.of(document.text) for piece in pieces] for document, pieces in zip(documents, split, strict=True)]
    counts = Counter(line for document in texts for line in document)
    shared = frozenset(line for line, count in counts.items() if count >= SEVERAL)
    return [_marks(*each, shared) for each in zip(documents, split, texts, strict=True)]


def _marks(
    document: Document, pieces: Sequence[Range], texts: Sequence[str], shared: frozenset[str]
) -> tuple[Mark, ...]:
    reasons = dict.fromkeys(furniture_rows(texts, shared) | _running_heads(document, pieces, texts), "furniture")
    reasons |= dict.fromkeys(_repeated(texts), "repeated")
    return tuple(Mark(pieces[row], reasons[row]) for row in sorted(reasons))


def _repeated(texts: Sequence[str]) -> set[int]:
    """Rows of long lines that stood before, and of the lines beside them if those stood beside them there too."""
    keys = [" ".join(text.split()) for text in texts]
    seen: dict[str, int] = {}
    first = [seen.setdefault(key, row) for row, key in enumerate(keys)]
    again = (row for row, key in enumerate(keys) if first[row] < row and len(key) >= _REPEAT_LENGTH)
    rows = {row for row in again if not STRUCTURE.match(texts[row])}  # an item may be true under two headings
    for row in sorted(rows):
        for step in (-1, 1):
            beside = row + step
            # A row that is found already has been walked on from, or will be: each row is passed once a direction.
            while 0 <= beside < len(keys) and beside not in rows and first[beside] == first[row] + beside - row:
                rows.add(beside)
                beside += step
    return rows


def _running_heads(document: Document, pieces: Sequence[Range], texts: Sequence[str]) -> set[int]:
    """Rows at the borders of pages that are the same on most of them, numbers aside; not the first such row."""
    starts = [piece.start for piece in pieces]
    borders = [bisect_left(starts, offset) for offset in (*document.page_starts, len(document.text))]
    standings: dict[str, list[int]] = {}
    for top, bottom in pairwise(borders):
        page = range(top, bottom)
        for row in sorted({*page[:_EDGE], *page[-_EDGE:]}):
            if _may_run(texts[row]):
                standings.setdefault(_DIGITS.sub("0", texts[row]), []).append(row)
    enough = max(SEVERAL, len(document.page_starts) / 2)
    return {row for rows in standings.values() if len(rows) >= enough for row in rows[1:]}


def _may_run(text: str) -> bool:
    """Whether a line may be a head or a foot: one of a table has more numbers than "Page 3 of 12" or "7"."""
    return len(text) < PROSE_LENGTH and len(_DIGITS.findall(text)) <= (2 if WORD.search(text) else 1)
