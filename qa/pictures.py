"""A page of a PDF as a picture, with the places of quotes on it: what people check a citation against."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from qa.errors import NoPicture, UnreadableFile
from qa.load.bounded import Task
from qa.load.disk import MAX_BYTES_WITH_PICTURES, read_bytes
from qa.load.names import one_line
from qa.records import Document, Range

# A page of text takes 0.05 s and 60 to 110 kB, 0.3 s where the worker has to start; a map or a plan takes seconds.
MAX_SECONDS = 15


@dataclass(frozen=True)
class Box:
    """Fractions of the page's width and height, in [0, 1], from its left and its top."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Picture:
    """A page as a PNG of ``width`` times ``height`` pixels.

    ``boxes`` are, for each range that was asked for, one for each line of it on the page; none where it stands on
    other pages, or where it is not certain where on this one it stands.
    """

    image: bytes
    width: int
    height: int
    boxes: tuple[tuple[Box, ...], ...]


def picture(path: Path, document: Document, page: int, ranges: Sequence[Range], *, width: int = 1000) -> Picture:
    """``page``, from 1, of ``document``, which was read from the PDF at ``path``, and where ``ranges`` of it stand.

    It is narrower than ``width`` only where it would have more than 4 million pixels or be 10,000 high. Raises
    NoPicture where the document is no PDF or has no such page, where the file is gone or is no longer what was read,
    and where it takes too much time or memory.
    """
    if width < 1:
        raise ValueError(f"width must be at least 1, got {width}")
    name = one_line(document.id)
    if PurePosixPath(document.id).suffix.lower() != ".pdf":
        raise NoPicture(name, page, "only a PDF has pages that can be shown")
    if not 1 <= page <= len(document.page_starts):
        raise NoPicture(name, page, f"the document ends with page {len(document.page_starts):,}")
    try:
        data = read_bytes(path, document.id, MAX_BYTES_WITH_PICTURES)
        if hashlib.sha256(data).hexdigest() != document.sha256:
            raise NoPicture(name, page, "the file has changed since it was indexed; index it again")
        return _drawn(data, document, page, ranges, width)
    except UnreadableFile as error:
        raise NoPicture(name, page, error.reason) from error


def _drawn(data: bytes, document: Document, page: int, ranges: Sequence[Range], width: int) -> Picture:
    start, end = (*document.page_starts, len(document.text))[page - 1 : page + 1]
    clipped = [(max(start, each.start) - start, min(end, each.end) - start) for each in ranges]
    options = {"page": page, "width": width, "text": document.text[start:end], "ranges": clipped}
    made, image = Task("qa.load.image", "page_image", options, seconds=MAX_SECONDS)(document.id, data)
    boxes = tuple(tuple(Box(*map(float, box)) for box in lines) for lines in made["boxes"])
    return Picture(image, int(made["width"]), int(made["height"]), boxes)
