"""A page of a PDF as HTML: its picture, and a frame on every line of the quotes."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape

from qa.pictures import Box, Picture
from qa.texts import say


def page_picture(picture: Picture, number: int, *, first: bool) -> str:
    """The picture of page ``number``; with ``first``, the frames of its first range stand out."""
    frames = "".join(
        _frame(box, "" if first and not at else " other") for at, boxes in enumerate(picture.boxes) for box in boxes
    )
    data = b64encode(picture.image).decode()
    return (
        f'<div class="sheet"><img src="data:image/png;base64,{data}" width="{picture.width}" height="{picture.height}" '
        f'alt="{escape(say("source.page_picture", number=number))}">{frames}</div>'
    )


def _frame(box: Box, kind: str) -> str:
    width, height = box.right - box.left, box.bottom - box.top
    place: Sequence[tuple[str, float]] = (
        ("left", box.left),
        ("top", box.top),
        ("width", width),
        ("height", height),
    )
    style = ";".join(f"{name}:{100 * value:.3f}%" for name, value in place)
    return f'<span class="frame{kind}" style="{style}"></span>'
