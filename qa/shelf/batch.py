"""Files that go into a library together: each is kept, read, and told of; then the index is saved with all of them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from qa import in_step
from qa.errors import UnreadableFile
from qa.library import Library
from qa.load.disk import MAX_BYTES_WITH_PICTURES, read_bytes
from qa.load.names import one_line, refusal
from qa.records import Document
from qa.shelf.catalogue import Files, extent
from qa.shelf.filename import folded, free_name, safe_name
from qa.unfinished import Unfinished
from qa.uploads import UPLOADED, Uploads, read_upload

MAX_FILE_BYTES = MAX_BYTES_WITH_PICTURES
"""Of a file: the most that is read of any format."""

MAX_UPLOADS = 10_000
"""In an index: for as many the catalogue is quick. Whoever has more has them in folders, and indexes those."""

MAX_UPLOADS_BYTES = 4 * 1024**3
"""In an index, all together: a disk is not to be filled through a page."""

Kind = Literal["waiting", "received", "read", "embedding", "added", "replaced", "already here", "refused", "done"]


@dataclass(frozen=True)
class Step:
    """Something that happened while files were added: what, to which file, and in a sentence.

    ``name`` is the file's as it was given, whatever that holds, and empty where
    it is about all of them; ``document_id`` that of its document, once there is
    one. ``done`` of ``total`` are passages for ``embedding``, and files that
    were added or replaced for ``done``.
    """

    kind: Kind
    message: str
    name: str = ""
    document_id: str = ""
    done: int = 0
    total: int = 0


Tell = Callable[[Step], None]


class Batch:
    """What goes into ``library``, which is the newest of ``index``; only for who holds the lock of that."""

    def __init__(self, library: Library, index: Path, tell: Tell) -> None:
        self._library = library
        self._index = index
        self._tell = tell
        self._uploads = Uploads(index)
        self._before = frozenset(one.id for one in library.documents)
        self._documents: list[Document] = []
        self._given: dict[str, str] = {}  # of what was taken, by id, the name as it was given
        files = Files(library, index)
        # An uploaded file of these bytes need not be kept once more, unless the one that is known is gone.
        self._known = {one.sha256: one.id for one in library.documents if one.sha256 and files.stand(one.id)}
        self._sizes = {key: path.lstat().st_size for key, path in self._uploads.files.items()}
        self._ids = {folded(key): key for key in self._sizes}
        self._own = {folded(key) for key in self._before if key.startswith(f"{UPLOADED}/") and not files.of(key)[1]}

    def take_left(self) -> None:
        """Take in what a program that was stopped had taken."""
        for key, path in self._uploads.waiting(self._before).items():
            self._read(key, path, path.name)

    def take(self, name: str, path: Path, *, replace: bool) -> None:
        """Keep one file, and read it; tells where it is refused."""
        shown = one_line(name)
        self._tell(Step("received", f"{shown} is received", name))
        try:
            data = read_bytes(path, shown, MAX_FILE_BYTES)
            if there := self._known.get(hashlib.sha256(data).hexdigest()):
                self._tell(Step("already here", f"{shown} is already here as {there}", name, there))
                return
            self._require_room(shown, len(data))
            key = self._uploads.arrive(self._name(name, replace=replace), data)
        except UnreadableFile as error:
            self._refuse(name, error.reason)
        except OSError as error:
            self._refuse(name, f"could not be kept: {error.strerror or error}")
        else:
            if self._read(key, self._uploads.arrived[key], name):
                self._sizes[key] = len(data)
                self._ids[folded(key)] = key

    def save(self) -> None:
        """Embed, and save the index with all that was taken."""
        library = self._library
        if self._documents:
            unfinished = Unfinished(self._index, library.embedder.digest)
            library.hold([*library.documents, *self._documents], progress=self._embedding, unfinished=unfinished)
            in_step.tell_once(self._index)
            library.save(self._index)
        self._uploads.settle(library.contents.documents)

    def sum_up(self) -> None:
        """Tell of every document that it is added, and whose copy it is, and how many there are now."""
        for key, name in self._given.items():
            kind: Kind = "replaced" if key in self._before else "added"
            self._tell(Step(kind, self._about(key, name, kind), name, key))
        taken, held = len(self._given), len(self._library.documents)
        message = f"{_counted(taken)} added or replaced; {_counted(held)} can be asked"
        self._tell(Step("done", message, done=taken, total=taken))

    def _read(self, key: str, path: Path, name: str) -> bool:
        """Whether what arrived could be read; what cannot is not kept."""
        try:
            document, note = read_upload(path, field=self._library.field)
        except UnreadableFile as error:
            self._uploads.discard_arrived(key)
            self._refuse(name, error.reason)
            return False
        self._given[key] = name
        self._known = {digest: held for digest, held in self._known.items() if held != key} | {document.sha256: key}
        self._documents.append(document)
        about = f"{extent(document)}{f'; {note}' if note else ''}"
        self._tell(Step("read", f"{one_line(name)} is read: {about}", name, key))
        return True

    def _require_room(self, shown: str, size: int) -> None:
        """Raise UnreadableFile where one more file has no room."""
        held, count = sum(self._sizes.values()), len(self._sizes)
        if count >= MAX_UPLOADS:
            raise refusal(shown, f"{count:,} files were added, and no more are kept: remove some, or index a folder")
        if held + size > MAX_UPLOADS_BYTES:
            full = f"of {MAX_UPLOADS_BYTES:,} bytes for added files {held:,} are taken"
            raise refusal(shown, f"holds {size:,} bytes, and {full}: remove some, or index a folder")

    def _name(self, name: str, *, replace: bool) -> str:
        """What a file is kept as: its name made safe, that of the one that it replaces, or one with a number."""
        wanted = safe_name(name)
        same = self._ids.get(folded(f"{UPLOADED}/{wanted}"))
        if same and replace and same not in self._given:  # two of one name that come together are two
            return same.removeprefix(f"{UPLOADED}/")
        taken = {one.removeprefix(f"{UPLOADED}/") for one in (*self._ids, *self._own)}
        return free_name(wanted, taken)

    def _about(self, key: str, name: str, kind: Kind) -> str:
        groups, kept = self._library.contents.groups, key.removeprefix(f"{UPLOADED}/")
        said = f"{one_line(name)} is {kind}{'' if kept == name else f' as {kept}'}"
        copies = [other for other, group in groups.items() if group == groups[key] and other != key]
        return f"{said}, a copy of {', '.join(copies[:3])}" if copies else said

    def _embedding(self, done: int, total: int, _: str) -> None:
        self._tell(Step("embedding", f"embedding {done:,} of {total:,} passages", done=done, total=total))

    def _refuse(self, name: str, reason: str) -> None:
        self._tell(Step("refused", f"{one_line(name)}: {reason}", name))


def _counted(number: int) -> str:
    return f"{number:,} document{'' if number == 1 else 's'}"
