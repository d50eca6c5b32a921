"""Documents, their marks and their passages as the JSON lines that an index keeps of them."""

import json
from collections.abc import Iterator, Mapping, Sequence

from qa.records import Document, Mark, Passage, Range

Marks = tuple[Mark, ...]

_FIELDS = ("id", "text", "title", "date", "source", "sha256", "encoding")


def to_lines(documents: Sequence[Document], marks: Mapping[str, Marks], passages: Sequence[Passage]) -> bytes:
    """A line a document, with its marks and passages as ranges; the same content gives the same bytes."""
    ranges: dict[str, list[list[int]]] = {}
    for passage in passages:
        ranges.setdefault(passage.document.id, []).append([passage.start, passage.end])
    lines = (
        {
            **{name: getattr(document, name) for name in _FIELDS},
            "page_starts": list(document.page_starts),
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
        document = Document(**{name: entry[name] for name in _FIELDS}, page_starts=tuple(entry["page_starts"]))
        marks = tuple(Mark(Range(start, end), reason) for start, end, reason in entry["marks"])
        yield document, marks, [Passage(document, start, end) for start, end in entry["passages"]]
