"""Files that people added to an index itself: kept in a folder of its own, and on their way into it.

::

    INDEX/uploaded/lease.pdf             kept; the document "uploaded/lease.pdf" of the index
    INDEX/arriving/uploaded/lease.pdf    kept, and not yet known to be in the index

A file arrives whole or not at all, then the index is saved with it, and only
then it goes where it stays. So what a program that was killed in between had
taken is still here, and whoever writes the index next takes it in. Nobody
changes anything here but who holds :func:`vector_store.lock.writing`.
"""

import hashlib
import os
from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path

from qa.errors import NothingToIndex, NotWritable, UnreadableFile
from qa.load import Loaded, load, read_file
from qa.load.names import refusal
from qa.records import Document

UPLOADED = "uploaded"
"""The folder within that of an index, and what the ids of its documents begin with."""

ARRIVING = "arriving"
_PART = ".part"  # hidden, so never taken for a file that arrived


class Uploads:
    """The uploaded files of the index in a folder; made there when the first one arrives."""

    def __init__(self, index: Path) -> None:
        self._index = index
        self._arriving = index / ARRIVING / UPLOADED

    @property
    def files(self) -> dict[str, Path]:
        """Where every file is now, by its document's id; one that arrives takes the place of one that is there."""
        return self.kept | self.arrived

    @property
    def kept(self) -> dict[str, Path]:
        """The files that stay, by id."""
        return _files(self._index / UPLOADED)

    @property
    def arrived(self) -> dict[str, Path]:
        """The files that are not yet known to be in the index, by id."""
        return _files(self._arriving)

    @property
    def is_cut_short(self) -> bool:
        """Whether a part of a file is left that did not arrive."""
        return (self._arriving / _PART).exists()

    def waiting(self, held: Container[str]) -> dict[str, Path]:
        """What the next who writes the index takes in: all that arrived, and what is kept and not ``held``."""
        return {key: path for key, path in self.kept.items() if key not in held} | self.arrived

    def arrive(self, name: str, data: bytes) -> str:
        """Keep a file under ``name``, a safe one, in the place of one that has it; gives its document's id.

        It is written whole or not at all, for its owner alone, and never to be executed.
        """
        for folder in (self._arriving.parent, self._arriving):
            _make(folder)
        part = self._arriving / _PART
        part.unlink(missing_ok=True)
        part.touch(mode=0o600, exist_ok=False)
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._arriving / name)
        return f"{UPLOADED}/{name}"

    def settle(self, held: Mapping[str, Document]) -> None:
        """Let all that arrived stay of which the index, as it was saved, has the very bytes."""
        if self.is_cut_short:
            (self._arriving / _PART).unlink()
        for key, path in self.arrived.items():
            if key in held and held[key].sha256 == _sha256(path):
                _make(self._index / UPLOADED)
                path.replace(self._index / key)
        for folder in (self._arriving, self._arriving.parent):
            if folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir()):
                folder.rmdir()

    def discard(self, document_ids: Iterable[str]) -> None:
        """Delete the files of these documents, wherever they are; those that have none here are passed over."""
        gone, kept, arrived = set(document_ids), self.kept, self.arrived
        for files in (kept, arrived):
            for key in sorted(gone & files.keys()):
                files[key].unlink()

    def discard_arrived(self, document_id: str) -> None:
        """Delete a file that arrived and is not to stay; what it would have replaced is there again."""
        if path := self.arrived.get(document_id):
            path.unlink()


def read_upload(path: Path, *, field: str = "", known: Mapping[str, Document] | None = None) -> tuple[Document, str]:
    """The document of one of the :attr:`Uploads.files`, and a note; UnreadableFile where it is none."""
    return read_file(path, path.parent.parent, field=field, known=known)


def load_all(
    paths: Sequence[str | Path], index: Path, *, field: str = "", known: Mapping[str, Document] | None = None
) -> Loaded:
    """What :func:`qa.load.load` gives of ``paths``, and all that was uploaded to ``index``.

    Raises NothingToIndex where ``paths`` hold nothing that can be read, and only
    where none are given may it be the uploads alone: a folder that is not there
    today must not empty its index.
    """
    files = Uploads(index).files
    if paths or not files:
        loaded = load(paths, field=field, known=known, apart=index.resolve())
    else:
        loaded = Loaded(index, (), (), ())
    if not files:
        return loaded
    documents, refused, notes = _own(loaded, files), list(loaded.refused), list(loaded.notes)
    refused += [
        refusal(one.id, "has the name of an uploaded file; rename it") for one in loaded.documents if one.id in files
    ]
    for key, path in files.items():
        try:
            document, note = read_upload(path, field=field, known=known)
        except UnreadableFile as error:
            refused.append(error)
            continue
        documents.append(document)
        if note:
            notes.append(f"{key}: {note}")
    if not documents:
        raise NothingToIndex(f"nothing that was uploaded to {index} could be read (first {refused[0]})")
    return Loaded(
        loaded.root,
        tuple(sorted(documents, key=lambda document: document.id)),
        tuple(sorted(refused, key=lambda error: (error.path, error.reason))),
        tuple(sorted(notes)),
    )


def _own(loaded: Loaded, files: Container[str]) -> list[Document]:
    return [document for document in loaded.documents if document.id not in files]


def _files(folder: Path) -> dict[str, Path]:
    """Every regular file in ``folder``, by id. A link is none, nor is what stands in a folder that is one."""
    linked = folder.is_symlink() or (folder.parent.name == ARRIVING and folder.parent.is_symlink())
    if linked or not folder.is_dir():
        return {}
    with os.scandir(folder) as entries:
        names = sorted(one.name for one in entries if one.is_file(follow_symlinks=False) and one.name[0] != ".")
    return {f"{UPLOADED}/{name}": folder / name for name in names}


def _make(folder: Path) -> None:
    """Let there be a folder, for its owner alone; NotWritable where a link or a file has its name."""
    folder.mkdir(mode=0o700, exist_ok=True, parents=True)
    if folder.is_symlink():
        raise NotWritable(f"{folder} is a symbolic link, which is not followed; remove it")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
