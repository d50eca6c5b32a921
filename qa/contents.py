"""What a library holds: documents, which of them are copies, their passages, and the store that finds these."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from qa.clean import mark
from qa.copies import Signature, exact_copies, first_of, near_copies, signature
from qa.embed import Embedder, Vectors
from qa.pieces import Piece, pieces
from qa.records import Document, Mark, Passage
from qa.split import split
from qa.text import words
from qa.unfinished import Unfinished
from vector_store import HybridStore

Progress = Callable[[int, int, str], None]
"""Told how many passages are embedded, of how many, and at which document."""

Marks = tuple[Mark, ...]

# At least this many tokens of every passage are its own, however long its document's title is.
_LEAST_TOKENS = 32


@dataclass
class Contents:
    """All of it; passage i is row i of the store. Depends on the documents alone, not on how it came to be."""

    documents: dict[str, Document] = field(default_factory=dict)
    """By id."""
    marks: dict[str, Marks] = field(default_factory=dict)
    """Of every document, by its id, the ranges that are never quoted."""
    shown: dict[str, str] = field(default_factory=dict)
    """By id, the id of the document that has the passages: another one's for an exact copy."""
    groups: dict[str, str] = field(default_factory=dict)
    """By id, the id that the group of its copies, exact and near, is known by."""
    signatures: dict[str, Signature] = field(default_factory=dict)
    """By id, of the documents that have passages."""
    passages: list[Passage] = field(default_factory=list)
    store: HybridStore | None = None
    """None before there was any passage."""

    @property
    def copies(self) -> tuple[str, ...]:
        """A line for every document that is a copy of another one, and why that one is shown."""
        return tuple(
            f"{key} is {'a copy' if self.shown[key] != key else 'a near copy'} of {first}, "
            f"which is {_why(self.documents[first], self.documents[key])}"
            for key, first in self.groups.items()
            if key != first
        )

    def become(
        self,
        documents: Iterable[Document],
        embedder: Embedder,
        *,
        anew: bool = False,
        progress: Progress | None = None,
        unfinished: Unfinished | None = None,
    ) -> "Contents":
        """The contents of exactly ``documents``; of several with one id the last one. These go up in them.

        What they or ``unfinished`` have a vector of is not embedded again, and
        what is embedded is kept in ``unfinished`` at once. ``anew``: nothing
        else is taken over, since it was made by other rules.
        """
        before = Contents() if anew else self
        by_id = {document.id: document for document in documents}
        wanted = {key: by_id[key] for key in sorted(by_id)}
        copies = [(first_of(some), some) for some in exact_copies(list(wanted.values()))]
        shown = {document.id: first.id for first, some in copies for document in some}
        firsts = [document for key, document in wanted.items() if shown[key] == key]
        marked = dict(zip((first.id for first in firsts), mark(firsts), strict=True))
        signatures = {first.id: before._signature(first) for first in firsts}
        groups = near_copies(firsts, signatures)
        passages = before._split(firsts, marked, embedder)
        return Contents(
            documents=wanted,
            marks={key: marked[shown[key]] for key in wanted},
            shown=shown,
            groups={key: groups[shown[key]] for key in wanted},
            signatures=signatures,
            passages=passages,
            store=self._stored(passages, embedder, anew, progress, unfinished),
        )

    def _signature(self, document: Document) -> Signature:
        before = self.documents.get(document.id)
        known = self.signatures.get(document.id) if before and before.text == document.text else None
        return signature(document.text) if known is None else known

    def _split(self, documents: Sequence[Document], marks: Mapping[str, Marks], embedder: Embedder) -> list[Passage]:
        """The passages of ``documents``; of what did not change they are there already."""
        there = {key: list(passages) for key, passages in groupby(self.passages, key=lambda one: one.document.id)}
        found: list[Passage] = []
        for document in documents:
            key, own = document.id, marks[document.id]
            if self.shown.get(key) == key and self.documents[key] == document and self.marks[key] == own:
                found += there.get(key, [])
                continue
            (taken,) = embedder.count_tokens([document.context])
            limit = max(embedder.window - taken, _LEAST_TOKENS)
            found += split(document, own, count_tokens=embedder.count_tokens, limit=limit)
        return found

    def _stored(
        self,
        passages: Sequence[Passage],
        embedder: Embedder,
        anew: bool,
        progress: Progress | None,
        unfinished: Unfinished | None,
    ) -> HybridStore | None:
        """A store of exactly ``passages``, row by row; the present one, or at least its vectors, go up in it."""
        wanted = pieces(passages)
        held, present = _rows(pieces(self.passages)), self.store
        rows, store = ({}, None) if anew else (held, present)

        def known(key: bytes) -> Vectors | None:
            if present is not None and key in held:
                return present.vectors(held[key])
            return unfinished.find(key) if unfinished else None

        new = list({piece.key: piece for piece in wanted if piece.key not in rows}.values())
        if new:
            vectors = _embedded(new, embedder, known, progress, unfinished)
            store = HybridStore(vectors.shape[1]) if store is None else store
            rows |= _rows(new, first=len(store))
            store.add(vectors, (words(passage.titled) for piece in new for passage in piece.passages))
            del vectors
        if store is not None:
            store.take([row for piece in wanted for row in rows[piece.key]])
        return store


def _why(first: Document, other: Document) -> str:
    if first.date and not other.date:
        return f"the one with a date, {first.date}"
    if first.date != other.date:
        return f"the earlier one, {first.date}"
    return "the first by name"


def _embedded(
    new: Sequence[Piece],
    embedder: Embedder,
    known: Callable[[bytes], Vectors | None],
    progress: Progress | None,
    unfinished: Unfinished | None,
) -> Vectors:
    parts, done, count = [], 0, sum(len(piece.passages) for piece in new)
    documents = len({piece.passages[0].document.id for piece in new})
    for number, (_, group) in enumerate(groupby(new, key=lambda piece: piece.passages[0].document.id), start=1):
        for piece in group:
            vectors = known(piece.key)
            if vectors is None:
                vectors = embedder.embed_passages(piece.texts)
                if unfinished:
                    unfinished.keep(piece.key, vectors)
            parts.append(vectors)
            done += len(vectors)
            if progress:
                progress(done, count, f"document {number} of {documents}")
    return np.concatenate(parts)


def _rows(some: Sequence[Piece], *, first: int = 0) -> dict[bytes, range]:
    """Of every piece its rows, where they stand one after the other from ``first`` on."""
    rows: dict[bytes, range] = {}
    for piece in some:
        rows[piece.key] = range(first, first + len(piece.passages))
        first += len(piece.passages)
    return rows
