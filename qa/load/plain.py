"""Plain text files, and what all formats have in common whose text is the file's own."""

import hashlib
from collections.abc import Callable, Sequence

from qa.load.encoding import decode
from qa.load.metadata import Metadata, describe, settled
from qa.load.stem import describe_name
from qa.records import Document, Part


def read_plain(name: str, data: bytes) -> tuple[Document, str]:
    """The document and a note, or an empty note."""
    return read_text(name, data, lambda text: ([("text", describe(text))], ()))


def read_text(
    name: str, data: bytes, look: Callable[[str], tuple[list[tuple[str, Metadata]], Sequence[Part]]]
) -> tuple[Document, str]:
    """The same for any format whose text is the file's: only what ``look`` finds in it differs.

    ``look`` gives the metadata with their origin, the most trusted first, and the parts of the text.
    """
    decoded = decode(data, name)
    by_origin, parts = look(decoded.text)
    found, origins = settled([*by_origin, ("name", describe_name(name))])
    document = Document(
        name,
        decoded.text,
        title=found.title,
        date=found.date,
        source=found.source,
        author=found.author,
        origins=origins,
        parts=tuple(parts),
        sha256=hashlib.sha256(data).hexdigest(),
        encoding=decoded.codec,
    )
    return document, decoded.note
