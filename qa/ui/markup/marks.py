"""A part of a document as HTML, with what is quoted in it marked: the only place where its text meets markup."""

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from qa.records import Slice
from qa.render import described


def written(text: str) -> str:
    """``text`` as HTML whose text is the same, character for character.

    A browser reads CR LF as one character, which would move every offset
    behind it; CR alone it reads as LF, which is as long.
    """
    return escape(text).replace("\r\n", "&#13;\n")


def marked(
    part: Slice,
    quotes: Sequence[Slice],
    furniture: Sequence[Slice] = (),
    *,
    current: Slice | None = None,
    exact: Slice | None = None,
) -> str:
    """``part`` with ``quotes`` in ``<mark>``, what is ``exact`` in them strong, and ``furniture`` dimmed.

    Where ``current`` begins has the id ``quote``, and all of it the class
    ``current``. Ranges are cut at each other's borders and the part's, so the
    tags always nest.
    """
    pieces = (*quotes, *furniture, *([exact] if exact else []))
    near = [piece for piece in pieces if piece.start < part.end and part.start < piece.end]
    borders = {part.start, part.end, *(offset for piece in near for offset in (piece.start, piece.end))}
    html = []
    for start, end in pairwise(sorted(offset for offset in borders if part.start <= offset <= part.end)):
        text = written(part.document.text[start:end])
        around = [piece for piece in near if piece.start <= start and end <= piece.end]
        if any(piece in quotes for piece in around):
            text = f"<strong>{text}</strong>" if exact in around else text
            html.append(f"<mark{_standing(start, around, current)}>{text}</mark>")
        elif around and around != [exact]:
            html.append(f'<span class="furniture">{text}</span>')
        else:
            html.append(text)
    return "".join(html)


def _standing(start: int, around: Sequence[Slice], current: Slice | None) -> str:
    """The attributes of a marked piece that begins at ``start``."""
    if current is None or current not in around:
        return ""
    return ' id="quote" class="current" tabindex="-1"' if start == current.start else ' class="current"'


def opener(part: Slice, number: int | None = None) -> str:
    """A button that opens the document at ``part``."""
    counted = f'<span class="number">[{number}]</span> ' if number else ""
    return (
        f'<button type="button" class="opener" {place_of(part)}>{counted}<span class="title" dir="auto">'
        f'{escape(described(part.document))}</span> <span class="place" dir="auto">{escape(part.place)}</span></button>'
    )


def place_of(part: Slice) -> str:
    """The attributes by which the page's script opens the document at ``part``."""
    return f'data-open="{escape(part.document.id)}" data-start="{part.start}" data-end="{part.end}"'
