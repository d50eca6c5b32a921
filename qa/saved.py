"""What a library holds as the files of an index, and back."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from qa.contents import Contents
from qa.entry import from_entry, to_entry
from qa.records import Mark, Passage, Range
from vector_store import HybridStore, SnapshotDamaged


def to_files(contents: Contents) -> dict[str, bytes]:
    """Name to bytes: documents as JSON lines, signatures, and the store's own; the same content gives the same bytes.

    ValueError where there is no store.
    """
    if contents.store is None:
        raise ValueError("nothing to be found in, so nothing to save")
    signatures = [contents.signatures[key] for key in sorted(contents.signatures)]
    return {
        "documents.jsonl": "".join(json.dumps(line) + "\n" for line in _lines(contents)).encode(),
        "copies.safetensors": safetensors.numpy.save({"signatures": np.array(signatures, np.uint32)}),
        **contents.store.to_files(),
    }


def from_files(files: Mapping[str, bytes]) -> Contents:
    """The inverse of :func:`to_files`; SnapshotDamaged, KeyError, TypeError or ValueError where they are none."""
    if "copies.safetensors" not in files:
        raise SnapshotDamaged("it was made by an earlier version")
    contents = Contents(store=HybridStore.from_files(files))
    for line in files["documents.jsonl"].decode().splitlines():
        _take(contents, json.loads(line))
    if len(contents.passages) != len(contents.store or ()):
        raise SnapshotDamaged(f"{len(contents.passages)} passages for {len(contents.store or ())} rows")
    try:
        signatures = safetensors.numpy.load(files["copies.safetensors"])["signatures"]
    except safetensors.SafetensorError as error:
        raise SnapshotDamaged(f"the index's files cannot be read: {error}") from error
    firsts = [key for key in sorted(contents.documents) if contents.shown[key] == key]
    if len(signatures) != len(firsts):
        raise SnapshotDamaged(f"{len(signatures)} signatures for {len(firsts)} documents")
    contents.signatures = dict(zip(firsts, signatures, strict=True))
    return contents


def _lines(contents: Contents) -> Iterator[dict[str, object]]:
    """A document with its marks and passages as ranges."""
    ranges: dict[str, list[list[int]]] = {}
    for passage in contents.passages:
        ranges.setdefault(passage.document.id, []).append([passage.start, passage.end])
    for key in sorted(contents.documents):
        yield {
            **to_entry(contents.documents[key]),
            "shown": contents.shown[key],
            "group": contents.groups[key],
            "marks": [[*mark.range, mark.reason] for mark in contents.marks[key]],
            "passages": ranges.get(key, []),
        }


def _take(contents: Contents, entry: Mapping[str, Any]) -> None:
    """Put the document of one line, and what is known of it, in ``contents``."""
    document = from_entry(entry)
    contents.documents[document.id] = document
    contents.shown[document.id], contents.groups[document.id] = entry["shown"], entry["group"]
    contents.marks[document.id] = tuple(Mark(Range(start, end), reason) for start, end, reason in entry["marks"])
    contents.passages += [Passage(document, start, end) for start, end in entry["passages"]]
