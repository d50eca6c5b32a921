"""The library: documents, their passages, and the store that finds them; passage i is row i of the store."""

import hashlib
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from qa import in_step
from qa.answer import PASSAGES_READ, answer_from
from qa.changes import Changes, compare
from qa.contents import Contents, Marks, Progress
from qa.embed import Embedder, SentenceTransformerEmbedder
from qa.errors import NothingToIndex, QAError, UnreadableFile
from qa.filters import Filter
from qa.index import check_embedder, reading, tidy, told_of, writing
from qa.load import Loaded
from qa.load import load as load_files
from qa.question import check
from qa.read import Reader, TrainedReader
from qa.records import Answer, Document, Passage
from qa.retrieve import Retriever
from qa.rules import made_by
from qa.saved import from_files, to_files
from qa.unfinished import Unfinished
from qa.uploads import Uploads, load_all
from vector_store import FUSIONS, Hit, HybridStore, snapshot
from vector_store.store import Fusion

_RENEWED = "the index was made by another version, and was made anew"


class Library:
    """Documents that can be asked. Its answers depend on its content alone, not on how it came to be.

    Several threads may ask and search at once. Whoever changes the content must be alone with it meanwhile: load
    another library, and let :class:`qa.live.Live` take it up.
    """

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
        self.changes = Changes()
        self.paths: tuple[str, ...] = ()
        self.field = ""
        self.version = ""
        """Of the index that it was loaded from or saved to, as :func:`vector_store.snapshot.version` tells it."""
        self._made_by = made_by()
        self._contents = Contents()
        self._retriever: Retriever | None = None

    @classmethod
    def from_folder(
        cls,
        *paths: str | Path,
        embedder: Embedder | None = None,
        reader: Reader | None = None,
        fusion: Fusion = "weighted",
        field: str = "",
        progress: Progress | None = None,
    ) -> "Library":
        """A library of every readable file under ``paths``; ``refused`` tells of the others.

        Raises NothingToIndex where none can be read.
        """
        loaded = load_files(paths, field=field)
        library = cls(embedder=embedder, reader=reader, fusion=fusion)
        library.add(loaded.documents, progress=progress)
        library.refused, library.notes = loaded.refused, loaded.notes
        library.paths, library.field = tuple(str(Path(path).resolve()) for path in paths), field
        return library

    @classmethod
    def open(
        cls,
        *paths: str | Path,
        index: str | Path,
        embedder: Embedder | None = None,
        fusion: Fusion = "weighted",
        field: str = "",
        progress: Progress | None = None,
    ) -> "Library":
        """A library of ``paths`` and of what was uploaded to the index, which is brought in step with them: only what
        changed is read and embedded.

        An index that cannot be used (none, damaged, of another embedder) is
        made anew. What a run that was stopped had embedded is not embedded
        again. ``changes`` tells what was different. NothingToIndex where
        nothing can be read, IndexBusy where another program writes for longer
        than a minute; the index is then as it was.
        """
        version, began = snapshot.version(Path(index)), time.time()
        library, loaded = cls._before(paths, index, embedder, field)
        with writing(Path(index)):
            if snapshot.version(Path(index)) != version:  # somebody else was quicker
                library, loaded = cls._before(paths, index, embedder, field)
            library.changes = compare(library.documents, loaded.documents)
            made = (fusion, field, tuple(str(Path(path).resolve()) for path in paths), made_by())
            renewed = (_RENEWED,) if library.store and library._made_by != made_by() else ()
            if library.changes or library.store is None or made != library._made:
                unfinished = Unfinished(Path(index), library.embedder.digest)
                library.hold(loaded.documents, progress=progress, unfinished=unfinished)
                library.fusion, library.field, library.paths, library._made_by = made
                library.save(index)
                in_step.tell(Path(index), began)
            else:
                tidy(Path(index))
            Uploads(Path(index)).settle(library._contents.documents)
        library.refused, library.notes = loaded.refused, (*loaded.notes, *renewed)
        return library

    @classmethod
    def without(cls, document_ids: Iterable[str], *, index: str | Path, embedder: Embedder | None = None) -> "Library":
        """The library in ``index`` without these documents, and every trace of them gone from the disk: an uploaded
        file too, but no file of the folders that the index was made of.

        Raises as :meth:`load`, IndexBusy as :meth:`open`, and KeyError, with nothing removed, for an unknown id.
        """
        with writing(Path(index)):
            library = cls.load(index, embedder=embedder)
            before = library.documents
            library.remove(document_ids)
            library.changes = compare(before, library.documents)
            # Before it is saved: who is killed in between must not have them taken in again.
            Uploads(Path(index)).discard(library.changes.removed)
            library.save(index)
        return library

    @classmethod
    def _before(
        cls, paths: Sequence[str | Path], index: str | Path, embedder: Embedder | None, field: str
    ) -> tuple["Library", Loaded]:
        """The library that is in ``index``, an empty one if that cannot be used; and what ``paths`` hold now."""
        try:
            library = cls.load(index, embedder=embedder)
        except QAError:
            library = cls(embedder=embedder)
        return library, load_all(paths, Path(index), field=field, known=library._known())

    @classmethod
    def status(cls, *paths: str | Path, index: str | Path) -> "Library":
        """The library in ``index`` as it is; its ``changes``, ``refused`` and ``notes`` tell what :meth:`open` of
        ``paths`` (those it was made of, unless given) would find. Raises as :meth:`load`."""
        library = cls.load(index)
        loaded = load_all(paths or library.paths, Path(index), field=library.field, known=library._known())
        library.changes = compare(library.documents, loaded.documents)
        library.refused, library.notes = loaded.refused, loaded.notes
        return library

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every document, by id."""
        return tuple(self._contents.documents.values())

    @property
    def passages(self) -> tuple[Passage, ...]:
        """Every passage, by document and place."""
        return tuple(self._contents.passages)

    @property
    def contents(self) -> Contents:
        """All that is held, and what is known of it; not to be changed."""
        return self._contents

    @property
    def store(self) -> HybridStore | None:
        """Where the passages are found, row by row; None before there is any."""
        return self._contents.store

    def holds(self, document_id: str) -> bool:
        """Whether there is a document with that id."""
        return document_id in self._contents.documents

    def document(self, document_id: str) -> Document:
        """The document with that id; KeyError if there is none."""
        return self._contents.documents[document_id]

    def marks(self, document_id: str) -> Marks:
        """The ranges of that document that are never quoted; KeyError if there is no such document."""
        return self._contents.marks[document_id]

    def add(self, documents: Iterable[Document], *, progress: Progress | None = None) -> None:
        """Add documents; one whose id is taken replaces the one that has it."""
        self.hold([*self._contents.documents.values(), *documents], progress=progress)

    def remove(self, document_ids: Iterable[str]) -> None:
        """Remove documents, and every trace of them; KeyError, and nothing removed, if an id is unknown."""
        gone = set(document_ids)
        if unknown := gone - self._contents.documents.keys():
            raise KeyError(f"no such document: {', '.join(sorted(unknown))}")
        self.hold([document for key, document in self._contents.documents.items() if key not in gone])

    def search(self, question: str, k: int, *, only: Filter | None = None) -> list[tuple[Passage, Hit]]:
        """The ``k`` passages nearest to the question, of documents that meet ``only``, best first.

        How telling a word is, is still told by all documents.
        """
        retriever = self._retriever
        if retriever is None:
            retriever = self._retriever = Retriever(self._contents, self.embedder, self.fusion)
        return retriever.search(question, k, only=only)

    def ask(self, question: str, *, top: int = 3, threshold: float | None = None, only: Filter | None = None) -> Answer:
        """What the documents, those that meet ``only``, say to ``question``: up to ``top`` citations, best first.

        None where the confidence is below ``threshold``, or where that is None
        below the library's own. Raises BadQuestion for
        a question without a word, or of more than 2,000 characters.
        """
        check(question)
        found = self.search(question, PASSAGES_READ, only=only)
        return self.answer(question, found, top=top, threshold=threshold, only=only)

    def answer(
        self,
        question: str,
        found: Sequence[tuple[Passage, Hit]],
        *,
        top: int = 3,
        threshold: float | None = None,
        only: Filter | None = None,
    ) -> Answer:
        """The second half of :meth:`ask`: what the passages ``found`` by :meth:`search`, best first, say to it."""
        return answer_from(
            question,
            found,
            reader=self.reader,
            groups=self._contents.groups,
            documents=[document for document in self.documents if not only or only.meets(document)],
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
        ranges = [[passage.document.id, passage.start, passage.end] for passage in self._contents.passages]
        content = json.dumps([lines, ranges, self.embedder.digest, self.fusion])
        return hashlib.sha256(content.encode()).hexdigest()

    def save(self, folder: str | Path) -> None:
        """Write the library to ``folder``, whole or not at all; IndexBusy where another program does so for longer
        than a minute."""
        if self.store is None:
            raise NothingToIndex("no document holds a text to be asked, so there is nothing to save")
        files = to_files(self._contents)
        with writing(Path(folder)):
            snapshot.save(Path(folder), files, self._about())
            tidy(Path(folder))
            self.version = snapshot.version(Path(folder))

    @classmethod
    def load(cls, folder: str | Path, *, embedder: Embedder | None = None, reader: Reader | None = None) -> "Library":
        """The library that was saved there, for the embedder that made it (the packaged one unless given).

        Raises NothingToIndex where no index is, IndexMismatch and IndexDamaged as their names say.
        """
        folder = Path(folder)
        version = snapshot.version(folder)
        with reading(folder):
            files, about = snapshot.load(folder)
            library = cls(
                embedder=embedder or SentenceTransformerEmbedder(about["embedder"]["name"]),
                reader=reader,
                fusion=about["fusion"],
            )
            check_embedder(about["embedder"], library.embedder)
            library.paths, library.field = tuple(about.get("paths", ())), about.get("field", "")
            library._made_by = about.get("made_by", "")
            library._contents, library.version = from_files(files), version
        return library

    def hold(
        self,
        documents: Iterable[Document],
        *,
        progress: Progress | None = None,
        unfinished: Unfinished | None = None,
    ) -> None:
        """Hold exactly ``documents``, as :meth:`qa.contents.Contents.become` says."""
        anew = self._made_by != made_by()
        self._contents = self._contents.become(
            documents, self.embedder, anew=anew, progress=progress, unfinished=unfinished
        )
        self._retriever = None
        self.reader.forget()

    @property
    def _made(self) -> tuple[Fusion, str, tuple[str, ...], str]:
        """How, from what, and by which versions it was made."""
        return self.fusion, self.field, self.paths, self._made_by

    def _known(self) -> Mapping[str, Document]:
        """The documents that would be read the same way again: another version may read a file otherwise."""
        return self._contents.documents if self._made_by == made_by() else {}

    def _about(self) -> dict[str, Any]:
        return {
            "embedder": told_of(self.embedder),
            "fusion": self.fusion,
            "made_by": self._made_by,
            "field": self.field,
            "paths": self.paths,
            "documents": len(self._contents.documents),
            "passages": len(self._contents.passages),
        }
