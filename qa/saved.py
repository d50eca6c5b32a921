"""Documents, their marks and their passages as JSON: the lines that an index keeps of them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from qa.records import Document, Mark, Part, Passage, Range

Marks = tuple[Mark, ...]

_FIELDS = ("id", "text", "title", "date", "source", "sha256", "encoding")
# These came later: an index written before is read as if it said nothing of them.
_LATER_FIELDS = ("author", "extracted", "field")


def to_entry(document: Document) -> dict[str, Any]:
    """``document`` as JSON-ready data; the inverse of :func:`from_entry`."""
    return {
        **{name: getattr(document, name) for name in (*_FIELDS, *_LATER_FIELDS)},
        "page_starts": list(document.page_starts),
        "parts": [[part.start, part.name] for part in document.parts],
        "origins": [list(pair) for pair in document.origins],
    }


def from_entry(entry: Mapping[str, Any]) -> Document:
    """The document that :func:`to_entry` made ``entry`` of; KeyError, TypeError or ValueError where it is none."""
    return Document(
        **{name: entry[name] for name in _FIELDS},
        **{name: entry.get(name, "") for name in _LATER_FIELDS},
        page_starts=tuple(entry["page_starts"]),
        parts=tuple(Part(start, name) for start, name in entry.get("parts", [])),
        origins=tuple((field, origin) for field, origin in entry.get("origins", [])),
    )


def to_lines(documents: Sequence[Document], marks: Mapping[str, Marks], passages: Sequence[Passage]) -> bytes:
    """A line a document, with its marks and passages as ranges; the same content gives the same bytes."""
    ranges: dict[str, list[list[int]]] = {}
    for passage in passages:
        ranges.setdefault(passage.document.id, []).append([passage.start, passage.end])
    lines = (
        {
            **to_entry(document),
            "marks": [[*mark.range, mark.reason] for mark in marks[document.id]],
            "passages": ranges.get(document.id, []),
        }
        for document in documents
    )
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def from_lines(data: bytes) -> Iterator[tuple[Document, Marks, list[Passage]]]:
    """The inverse of :func:`to_lines`, a document at a time; KeyError, TypeError or ValueError where it is none."""
    for line in data.decode().splitlines():
        entry = json.loads(line)
        document = from_entry(entry)
        marks = tuple(Mark(Range(start, end), reason) for start, end, reason in entry["marks"])
        yield document, marks, [Passage(document, start, end) for start, end in entry["passages"]]
