"""The library: documents, their passages, and the store that finds them; passage i is row i of the store."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from qa.answer import PASSAGES_READ, answer_from
from qa.clean import mark
from qa.embed import Embedder, SentenceTransformerEmbedder
from qa.errors import IndexDamaged, IndexMismatch, NothingToIndex, QAError, UnreadableFile
from qa.load import load as load_files
from qa.question import check
from qa.read import Reader, TrainedReader
from qa.records import Answer, Document, Mark, Passage
from qa.saved import from_lines, to_lines
from qa.spelling import Spelling
from qa.split import split
from qa.text import asked_words, words
from vector_store import FUSIONS, Hit, HybridStore, SnapshotDamaged, SnapshotNewer, snapshot
from vector_store.store import Fusion

Progress = Callable[[int, int], None]
"""Told how many passages are embedded, and of how many."""

Marks = tuple[Mark, ...]

_EMBED_AT_ONCE = 128
# At least this many tokens of every passage are its own, however long its document's title is.
_LEAST_TOKENS = 32


class Library:
    """Documents that can be asked. Its answers depend on its content alone, not on how it came to be."""

    def __init__(
        self, *, embedder: Embedder | None = None, reader: Reader | None = None, fusion: Fusion = "weighted"
    ) -> None:
        if fusion not in FUSIONS:
            raise ValueError(f"fusion must be one of {', '.join(FUSIONS)}, got {fusion!r}")
        self.embedder: Embedder = SentenceTransformerEmbedder() if embedder is None else embedder
        self.fusion: Fusion = fusion
        self.reader: Reader = TrainedReader() if reader is None else reader
        self.threshold = self.reader.calibration.least
        self.refused: tuple[UnreadableFile, ...] = ()
        self.notes: tuple[str, ...] = ()
        self._documents: dict[str, Document] = {}
        self._marks: dict[str, Marks] = {}
        self._passages: list[Passage] = []
        self._store: HybridStore | None = None
        self._spelling: Spelling | None = None

    @classmethod
    def from_folder(
        cls,
        *paths: str | Path,
        embedder: Embedder | None = None,
        reader: Reader | None = None,
        fusion: Fusion = "weighted",
        progress: Progress | None = None,
    ) -> "Library":
        """A library of every readable file under ``paths``; ``refused`` tells of the others.

        Raises NothingToIndex where none can be read.
        """
        loaded = load_files(paths)
        library = cls(embedder=embedder, reader=reader, fusion=fusion)
        library.add(loaded.documents, progress=progress)
        library.refused, library.notes = loaded.refused, loaded.notes
        return library

    @classmethod
    def open(cls, *paths: str | Path, index: str | Path, progress: Progress | None = None) -> "Library":
        """A library of ``paths``: the one saved in ``index`` if the files are still the same, else made and saved."""
        loaded = load_files(paths)
        try:
            library = cls.load(index)
        except QAError:
            library = cls()
        if library.documents != loaded.documents:
            library._become({document.id: document for document in loaded.documents}, progress)
            library.save(index)
        library.refused, library.notes = loaded.refused, loaded.notes
        return library

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every document, by id."""
        return tuple(self._documents[key] for key in sorted(self._documents))

    @property
    def passages(self) -> tuple[Passage, ...]:
        """Every passage, by document and place."""
        return tuple(self._passages)

    def holds(self, document_id: str) -> bool:
        """Whether there is a document with that id."""
        return document_id in self._documents

    def document(self, document_id: str) -> Document:
        """The document with that id; KeyError if there is none."""
        return self._documents[document_id]

    def marks(self, document_id: str) -> Marks:
        """The ranges of that document that are never quoted; KeyError if there is no such document."""
        return self._marks[document_id]

    def add(self, documents: Iterable[Document], *, progress: Progress | None = None) -> None:
        """Add documents; one whose id is taken replaces the one that has it."""
        self._become({**self._documents, **{document.id: document for document in documents}}, progress)

    def remove(self, document_ids: Iterable[str]) -> None:
        """Remove documents, and every trace of them; KeyError, and nothing removed, if an id is unknown."""
        gone = set(document_ids)
        if unknown := gone - self._documents.keys():
            raise KeyError(f"no such document: {', '.join(sorted(unknown))}")
        self._become({key: document for key, document in self._documents.items() if key not in gone}, None)

    def search(self, question: str, k: int) -> list[tuple[Passage, Hit]]:
        """The ``k`` passages nearest to the question, best first."""
        if self._store is None or not len(self._store):
            return []
        if self._spelling is None:
            self._spelling = Spelling(self._store.vocabulary)
        hits = self._store.search(
            self.embedder.embed_question(question),
            asked_words(question, self._store.vocabulary),
            k,
            variants=self._spelling.variants(question, self.embedder.count_tokens),
            fusion=self.fusion,
        )
        return [(self._passages[hit.row], hit) for hit in hits]

    def ask(self, question: str, *, top: int = 3, threshold: float | None = None) -> Answer:
        """What the documents say to ``question``: up to ``top`` citations, best first.

        None where the confidence is below ``threshold``, or where that is None
        below the library's own. Raises BadQuestion for
        a question without a word, or of more than 2,000 characters.
        """
        check(question)
        return self.answer(question, self.search(question, PASSAGES_READ), top=top, threshold=threshold)

    def answer(
        self, question: str, found: Sequence[tuple[Passage, Hit]], *, top: int = 3, threshold: float | None = None
    ) -> Answer:
        """The second half of :meth:`ask`: what the passages ``found`` by :meth:`search`, best first, say to it."""
        return answer_from(
            question,
            found,
            reader=self.reader,
            documents=self.documents,
            top=top,
            threshold=self.threshold if threshold is None else threshold,
        )

    def expect(self, precision: float) -> None:
        """Answer from now on only where ``precision`` of the answers, in [0, 1], are expected to be right.

        Raises NotMeasured where that was not measured for the reader.
        """
        self.threshold = self.reader.calibration.threshold(precision)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that an answer depends on: documents, passages, embedder and fusion."""
        lines = [
            [document.id, document.sha256 or hashlib.sha256(document.text.encode()).hexdigest(), document.title]
            for document in self.documents
        ]
        ranges = [[passage.document.id, passage.start, passage.end] for passage in self._passages]
        content = json.dumps([lines, ranges, self.embedder.digest, self.fusion])
        return hashlib.sha256(content.encode()).hexdigest()

    def save(self, folder: str | Path) -> None:
        """Write the library to ``folder``, whole or not at all."""
        if self._store is None:
            raise NothingToIndex("no document holds a text to be asked, so there is nothing to save")
        files = {"documents.jsonl": to_lines(self.documents, self._marks, self._passages), **self._store.to_files()}
        snapshot.save(Path(folder), files, self._about())

    @classmethod
    def load(cls, folder: str | Path, *, embedder: Embedder | None = None, reader: Reader | None = None) -> "Library":
        """The library that was saved there, for the embedder that made it (the packaged one unless given).

        Raises NothingToIndex where no index is, IndexMismatch and IndexDamaged as their names say.
        """
        try:
            files, about = snapshot.load(Path(folder))
            library = cls(
                embedder=embedder or SentenceTransformerEmbedder(about["embedder"]["name"]),
                reader=reader,
                fusion=about["fusion"],
            )
            library._check_embedder(about)
            for document, marks, passages in from_lines(files["documents.jsonl"]):
                library._documents[document.id] = document
                library._marks[document.id] = marks
                library._passages.extend(passages)
            library._store = HybridStore.from_files(files)
            if len(library._store) != len(library._passages):
                raise SnapshotDamaged(f"{len(library._passages)} passages for {len(library._store)} rows")
        except FileNotFoundError as error:
            raise NothingToIndex(f"{folder} holds no index; make one with: qa index FOLDER --index {folder}") from error
        except SnapshotNewer as error:
            raise IndexMismatch(f"{error}; update chapterverse, or index again") from error
        except (SnapshotDamaged, KeyError, TypeError, ValueError) as error:
            raise IndexDamaged(f"{folder}: {error}; index again to repair it") from error
        return library

    def _become(self, documents: dict[str, Document], progress: Progress | None) -> None:
        """Hold exactly ``documents``, embedding only the passages that are new."""
        ordered = [documents[key] for key in sorted(documents)]
        marks = {document.id: found for document, found in zip(ordered, mark(ordered), strict=True)}
        unchanged = {
            document.id
            for document in ordered
            if self._documents.get(document.id) == document and self._marks[document.id] == marks[document.id]
        }
        kept = [row for row, passage in enumerate(self._passages) if passage.document.id in unchanged]
        new = [
            passage
            for document in ordered
            if document.id not in unchanged
            for passage in self._split(document, marks[document.id])
        ]
        vectors = self._embed(new, progress)
        store = self._store
        if store is None and new:
            store = HybridStore(vectors.shape[1])
        if store is not None:
            passages = [self._passages[row] for row in kept] + new
            order = sorted(range(len(passages)), key=lambda row: (passages[row].document.id, passages[row].start))
            store.take(kept)
            store.add(vectors, [words(passage.titled) for passage in new])
            store.take(order)
            self._passages = [passages[row] for row in order]
        self._store, self._documents, self._marks = store, documents, marks
        self._spelling = None
        self.reader.forget()

    def _split(self, document: Document, marks: Marks) -> list[Passage]:
        counts = self.embedder.count_tokens([document.context])
        limit = max(self.embedder.window - counts[0], _LEAST_TOKENS)
        return split(document, marks, count_tokens=self.embedder.count_tokens, limit=limit)

    def _embed(self, passages: Sequence[Passage], progress: Progress | None) -> "np.typing.NDArray[np.float32]":
        """Document by document: in a batch with another's passages the same model gives other last digits."""
        parts = [self.embedder.embed_passages([])]
        done = 0
        for _, group in groupby(passages, key=lambda passage: passage.document.id):
            texts = [passage.titled for passage in group]
            for start in range(0, len(texts), _EMBED_AT_ONCE):
                parts.append(self.embedder.embed_passages(texts[start : start + _EMBED_AT_ONCE]))
                done += len(parts[-1])
                if progress:
                    progress(done, len(passages))
        return np.concatenate(parts)

    def _about(self) -> dict[str, Any]:
        return {
            "embedder": {"name": self.embedder.name, "digest": self.embedder.digest},
            "fusion": self.fusion,
            "documents": len(self._documents),
            "passages": len(self._passages),
        }

    def _check_embedder(self, about: Mapping[str, Any]) -> None:
        made_by = about["embedder"]
        if made_by["digest"] != self.embedder.digest:
            raise IndexMismatch(
                f"the index was made by the embedder {made_by['name']} ({made_by['digest'][:12]}…), "
                f"not by {self.embedder.name} ({self.embedder.digest[:12]}…); name that one, or index again"
            )
