"""The catalogue: what a library holds, document by document, and how its files are; told without reading them."""

import hashlib
import math
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from qa import in_step
from qa.library import Library
from qa.records import Document
from qa.uploads import UPLOADED, Uploads

READY, CHANGED, GONE = "ready", "changed on disk", "file is gone"
# Files that seem to have changed are read to be sure, each once: a tenth of a second of them a time, the rest the next.
_READ_AT_ONCE = 64 * 1024 * 1024

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Entry:
    """A document as a list of them shows it.

    ``state`` is ``ready``, ``changed on disk``, ``file is gone``, or ``copy of X`` or ``near copy of X`` with the id X,
    which is ``copy_of``, too. ``size`` counts the bytes of its file, None where there is none; ``added`` says that it
    was uploaded, so that its file belongs to the index.
    """

    id: str
    title: str
    date: str
    date_is_saved: bool
    source: str
    author: str
    kind: str
    extent: str
    characters: int
    size: int | None
    added: bool
    state: str
    copy_of: str = ""


class Catalogue:
    """The entries of libraries, one after the other as they take each other's place."""

    def __init__(self, index: Path | None) -> None:
        self._index = index
        self._library: Library | None = None
        self._extents: dict[str, tuple[Document, str]] = {}
        self._digests: dict[Path, tuple[tuple[int, int, int], str]] = {}

    def entries(self, library: Library) -> list[Entry]:
        """One of every document, by id. Costs a look at every file's status, and reads what seems to have changed."""
        self._measure(library)
        files, left = Files(library, self._index), _READ_AT_ONCE
        found = []
        for document in library.documents:
            path, added = files.of(document.id)
            status = _status(path)
            state = READY
            if path and not status:
                state = GONE
            elif path and status and max(status.st_mtime, status.st_ctime) > files.since and document.sha256:
                digest, cost = self._digest(path, status, left)
                left -= cost
                state = CHANGED if digest and digest != document.sha256 else READY
            found.append(self._entry(library, document, state, status, added))
        return found

    def _entry(
        self, library: Library, document: Document, state: str, status: os.stat_result | None, added: bool
    ) -> Entry:
        contents = library.contents
        shown, group = contents.shown[document.id], contents.groups[document.id]
        copy_of = shown if shown != document.id else group if group != document.id else ""
        if copy_of and state == READY:
            state = f"{'copy' if copy_of == shown else 'near copy'} of {copy_of}"
        return Entry(
            document.id,
            document.title,
            document.date,
            ("date", "saved") in document.origins,
            document.source,
            document.author,
            PurePosixPath(document.id).suffix.lower().removeprefix("."),
            self._extents[document.id][1],
            len(document.text),
            status.st_size if status else None,
            added,
            state,
            copy_of,
        )

    def _measure(self, library: Library) -> None:
        """Count what was not counted before; nothing is kept of a document that is there no more."""
        if library is self._library:
            return
        before, self._extents = self._extents, {}
        for document in library.documents:
            known, counted = before.get(document.id, (None, ""))
            self._extents[document.id] = document, counted if known == document else extent(document)
        self._library = library

    def _digest(self, path: Path, status: os.stat_result, left: int) -> tuple[str, int]:
        """SHA-256 of the file, or nothing where it is larger than what is ``left`` to read now; and what that took."""
        seen = status.st_size, status.st_mtime_ns, status.st_ctime_ns
        before, digest = self._digests.get(path, (None, ""))
        if before == seen:
            return digest, 0
        if status.st_size > left and left < _READ_AT_ONCE:
            return "", 0
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return "", 0
        self._digests[path] = seen, digest
        return digest, status.st_size


class Files:
    """Where the files of a library's documents are; ``since`` when they were last read, in seconds,
    and without an index never again."""

    def __init__(self, library: Library, index: Path | None) -> None:
        self._index = index
        self._root = _root(library.paths)
        self._uploads = Uploads(index).files if index else {}
        self.since = in_step.since(index) if index else math.inf

    def of(self, document_id: str) -> tuple[Path | None, bool]:
        """The file of a document, whether it is there or not, None for a text that is of none; and if it was added."""
        if document_id in self._uploads:
            return self._uploads[document_id], True
        own = self._root / document_id if self._root else None
        if self._index and document_id.startswith(f"{UPLOADED}/") and not (own and own.exists()):
            return self._index / document_id, True
        return own, False

    def stand(self, document_id: str) -> bool:
        """Whether the file of a document is there, or it is a text of none."""
        path, _ = self.of(document_id)
        return path is None or path.exists()


def extent(document: Document) -> str:
    """How much there is of it, counted in what its citations count in: ``12 pages``."""
    if document.page_starts:
        counted, unit = len(document.page_starts), "page"
    elif document.extracted:
        counted, unit = len(document.text.split()), "word"
    else:
        counted, unit = sum(1 for _ in _LINE_BREAK.finditer(document.text)) + 1, "line"
    return f"{counted:,} {unit}{'s' if counted != 1 else ''}"


def _root(paths: tuple[str, ...]) -> Path | None:
    """The folder that ids are relative to; of what is gone, a name with an ending was a file's."""
    folders = [one if one.is_dir() or not (one.exists() or one.suffix) else one.parent for one in map(Path, paths)]
    return Path(os.path.commonpath(folders)) if folders else None


def _status(path: Path | None) -> os.stat_result | None:
    """Of a regular file; None where there is none."""
    try:
        status = path.lstat() if path else None
    except (OSError, ValueError):
        return None
    return status if status and stat.S_ISREG(status.st_mode) else None
