"""A document as JSON-ready data, and back: in an index, and between processes."""

from collections.abc import Mapping
from typing import Any

from qa.records import Document, Part

_FIELDS = ("id", "text", "title", "date", "source", "sha256", "encoding", "author", "extracted", "field")


def to_entry(document: Document) -> dict[str, Any]:
    """``document`` as JSON-ready data; the inverse of :func:`from_entry`."""
    return {
        **{name: getattr(document, name) for name in _FIELDS},
        "page_starts": list(document.page_starts),
        "parts": [[part.start, part.name] for part in document.parts],
        "origins": [list(pair) for pair in document.origins],
    }


def from_entry(entry: Mapping[str, Any]) -> Document:
    """The document that :func:`to_entry` made ``entry`` of; KeyError, TypeError or ValueError where it is none."""
    return Document(
        **{name: entry[name] for name in _FIELDS},
        page_starts=tuple(entry["page_starts"]),
        parts=tuple(Part(start, name) for start, name in entry["parts"]),
        origins=tuple((field, origin) for field, origin in entry["origins"]),
    )
