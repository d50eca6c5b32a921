"""Is an index what it should be: every digest, count, row and offset; and is nothing else left of it on the disk?"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qa.clean import mark
from qa.copies import near_copies, signature
from qa.errors import QAError
from qa.library import Library
from qa.pieces import pieces
from qa.text import words
from qa.unfinished import UNFINISHED
from qa.uploads import Uploads
from vector_store import snapshot

REPAIR = "index again to repair it: qa index"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what was found, and whether it is as it should be."""

    what: str
    sound: bool = True

    def __str__(self) -> str:
        return f"{'sound' if self.sound else 'WRONG':6}  {self.what}"


@dataclass(frozen=True)
class Examination:
    """What was found, in the order in which it was looked at."""

    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return all(finding.sound for finding in self.findings)

    @property
    def lines(self) -> tuple[str, ...]:
        """A line a finding, and if anything is wrong one that says what to do."""
        return (*map(str, self.findings), *(() if self.sound else (REPAIR,)))


def examine(folder: Path, *, deep: bool = False, library: Library | None = None) -> Examination:
    """Look at the index in ``folder``; ``deep`` embeds every passage once more, which takes as long as indexing."""
    try:
        library = library or Library.load(folder)
        named = snapshot.names(folder)
    except QAError as error:
        return Examination((Finding(str(error), sound=False),))
    checks: list[Callable[[Library], Iterator[Finding]]] = [_documents, _copies, _marks, _passages, _rows]
    if deep:
        checks.append(_vectors)
    found = [Finding(f"{len(named)} files have the digests that the manifest names")]
    for check in checks:
        found += check(library)
    return Examination((*found, *_uploads(library, Uploads(folder)), *_strays(folder)))


def _documents(library: Library) -> Iterator[Finding]:
    """The text of a document, encoded again, is the file that it was read from."""
    wrong = [
        document.id
        for document in library.documents
        if document.encoding
        and document.sha256
        and hashlib.sha256(document.text.encode(document.encoding)).hexdigest() != document.sha256
    ]
    yield from _each(wrong, f"{len(library.documents)} documents: each text is what its file's digest says", "document")


def _marks(library: Library) -> Iterator[Finding]:
    """What is marked is what would be marked now."""
    shown = library.contents.shown
    firsts = [document for document in library.documents if shown[document.id] == document.id]
    found = dict(zip((first.id for first in firsts), mark(firsts), strict=True))
    wrong = [one.id for one in library.documents if library.marks(one.id) != found.get(shown[one.id])]
    yield from _each(wrong, f"{sum(map(len, found.values()))} marks stand where they belong", "marks of")


def _copies(library: Library) -> Iterator[Finding]:
    """Exact copies have the passages of one of them, and near ones are of one group."""
    contents = library.contents
    wrong = []
    for key, first in contents.shown.items():
        same = library.holds(first) and library.document(first).text == library.document(key).text
        if not same or contents.groups[first] != contents.groups[key]:
            wrong.append(key)
    firsts = [document for document in library.documents if contents.shown[document.id] == document.id]
    groups = near_copies(firsts, {first.id: signature(first.text) for first in firsts})
    wrong += [key for key, group in groups.items() if contents.groups[key] != group]
    kinds = len(set(contents.groups.values()))
    yield from _each(wrong, f"{kinds} sources: copies, exact and near, count as one", "copies of")


def _passages(library: Library) -> Iterator[Finding]:
    """Passages stand in order, in a document that there is, and on nothing that is marked."""
    wrong, last = [], ("", 0)
    for passage in library.passages:
        key = passage.document.id
        marked = (one.range for one in library.marks(key))
        touches = any(one.start < passage.end and passage.start < one.end for one in marked)
        if not library.holds(key) or (key, passage.start) < last or touches:
            wrong.append(passage.place)
        last = (key, passage.end)
    yield from _each(
        wrong, f"{len(library.passages)} passages stand in order, and on nothing that is marked", "passage"
    )


def _rows(library: Library) -> Iterator[Finding]:
    """A row a passage, in both indexes: a vector of length 1, and its very words."""
    store = library.store
    count = len(store) if store else 0
    if count != len(library.passages):
        yield Finding(f"{count} rows for {len(library.passages)} passages", sound=False)
        return
    if not store:
        return
    lengths = np.linalg.norm(store.vectors(range(count)), axis=1)
    off = np.flatnonzero(np.abs(lengths - 1) > 1e-3)
    passages = library.passages
    yield from _each(
        [passages[row].place for row in off], f"{count} vectors of {store.dimension} numbers have length 1", "vector of"
    )
    held: set[str] = set()
    wrong = []
    for passage, found in zip(passages, store.words(), strict=True):
        expected = words(passage.titled)
        held.update(expected)
        if sorted(expected) != sorted(found):
            wrong.append(passage.place)
    left = set(store.vocabulary) - held
    if left:
        wrong.append(f"{len(left)} words that stand in no document, as {min(left)!r}")
    yield from _each(
        wrong, f"{len(held)} words: every row holds those of its passage, and no other is left", "words of"
    )


def _vectors(library: Library) -> Iterator[Finding]:
    """Every vector is what the embedder makes of its passage."""
    wrong, row = [], 0
    for piece in pieces(library.passages):
        rows = range(row, row + len(piece.passages))
        row = rows.stop
        if library.store and not np.array_equal(
            library.store.vectors(rows), library.embedder.embed_passages(piece.texts)
        ):
            wrong.append(piece.passages[0].place)
    yield from _each(wrong, f"{row} vectors are those that the embedder makes now", "vectors from")


def _uploads(library: Library, uploads: Uploads) -> Iterator[Finding]:
    """The files that were uploaded are those that the index was made of, and each is in it."""
    waiting = uploads.waiting(library.contents.documents)
    kept = {key: path for key, path in uploads.kept.items() if key not in waiting}
    if kept:
        wrong = [
            key
            for key, path in kept.items()
            if hashlib.sha256(path.read_bytes()).hexdigest() != library.document(key).sha256
        ]
        yield from _each(wrong, f"{len(kept)} uploaded files have the bytes that are in the index", "uploaded file")
    for key in waiting:
        yield Finding(f"{key} is kept and not in the index yet; the next qa index takes it in")
    if uploads.is_cut_short:
        yield Finding("a part of an uploaded file was cut short; the next qa index takes it away", sound=False)


def _strays(folder: Path) -> Iterator[Finding]:
    """What a save or a run that was cut short left behind."""
    if (folder / UNFINISHED).exists():
        yield Finding(f"{UNFINISHED}: a run was stopped; the next qa index goes on with it")
    for name in sorted(snapshot.leftovers(folder)):
        yield Finding(f"{name} is left of a save that was cut short; the next qa index takes it away", sound=False)


def _each(wrong: list[str], right: str, what: str) -> Iterator[Finding]:
    """One line where all is right, else a line each, the first ten of them."""
    if not wrong:
        yield Finding(right)
    for name in wrong[:10]:
        yield Finding(f"{what} {name}", sound=False)
    if len(wrong) > 10:
        yield Finding(f"{len(wrong) - 10} more like the last", sound=False)
