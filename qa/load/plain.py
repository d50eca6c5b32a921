"""Plain text files."""

import hashlib
from collections.abc import Callable

from qa.load.encoding import decode
from qa.load.metadata import Metadata, describe
from qa.records import Document


def read_plain(name: str, data: bytes) -> tuple[Document, str]:
    """The document and a note, or an empty note."""
    return read_text(name, data, describe)


def read_text(name: str, data: bytes, describe: Callable[[str], Metadata]) -> tuple[Document, str]:
    """The same for any format whose text is the file's: only what ``describe`` finds in it differs."""
    decoded = decode(data, name)
    found = describe(decoded.text)
    document = Document(
        name,
        decoded.text,
        title=found.title,
        date=found.date,
        source=found.source,
        sha256=hashlib.sha256(data).hexdigest(),
        encoding=decoded.codec,
    )
    return document, decoded.note
