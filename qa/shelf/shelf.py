"""The shelf: documents that people add to an index and take out of it while it is being asked."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import SimpleQueue

from qa.changes import Changes
from qa.errors import IndexBusy, NothingToIndex, NotWritable, TooManyFiles, UnknownDocument
from qa.library import Library
from qa.live import Live
from qa.load.names import one_line
from qa.shelf.batch import Batch, Step, Tell
from qa.shelf.catalogue import Catalogue, Entry, Files
from qa.uploads import Uploads
from vector_store import SnapshotBusy, writing

MAX_FILES = 200
"""At once: all of them are held in memory until the index is saved, and who adds more waits too long for the first."""

# Who adds next waits for who adds now. Ten thousand pages take half an hour to embed on two cores.
_PATIENCE = 3600.0
_TELL_EVERY = 1.0

NO_INDEX = (
    "these documents were read without an index, so none can be added or removed; "
    "make an index with: qa index FOLDER, and serve that"
)
NOT_ALLOWED = "documents can be asked here, not added or removed"


class Shelf:
    """The documents of an index, to be listed, added to and taken from; ``live`` takes up every change at once.

    ``index`` is the folder that ``live`` gives the library of, None where there
    is none. Without ``writable`` documents are only listed, and who tries more is told how to ``allow`` it.
    """

    def __init__(
        self,
        live: Live,
        index: Path | None,
        *,
        writable: bool = True,
        allow: str = "whoever started this page can allow it",
    ) -> None:
        self._live = live
        self._index = index
        self._obstacle = NO_INDEX if index is None else "" if writable else f"{NOT_ALLOWED}; {allow}"
        self._catalogue = Catalogue(index)
        self._listing = threading.Lock()

    @property
    def obstacle(self) -> str:
        """Why nothing can be added or removed, and what to do; empty where it can."""
        return self._obstacle

    def entries(self) -> list[Entry]:
        """One of every document, by id."""
        with self._listing:
            return self._catalogue.entries(self._live.library)

    def waiting(self) -> tuple[str, ...]:
        """Ids of files that are kept and not in the index: being taken in now, or left by a program that was killed.

        The next :meth:`add` takes those in, also one of no files.
        """
        return tuple(Uploads(self._index).waiting(self._live.library.contents.documents)) if self._index else ()

    def file(self, document_id: str) -> Path | None:
        """The regular file of a document, uploaded or the owner's; None where there is none, or no more."""
        library = self._live.library
        path, _ = Files(library, self._index).of(document_id) if library.holds(document_id) else (None, False)
        return path if path and path.is_file() and not path.is_symlink() else None

    def consequence(self, document_id: str) -> str:
        """What :meth:`remove` will do to the file of that document, in a sentence; UnknownDocument if there is none."""
        library = self._live.library
        if not library.holds(document_id):
            raise _unknown(document_id)
        path, added = Files(library, self._index).of(document_id)
        if path is None:
            return "it is in no file: nothing is left of it"
        if not path.exists():
            return "its file is gone already: nothing is left of it"
        if added:
            return "the uploaded file is deleted"
        return "the file stays in its folder; the next qa index takes it in again"

    def remove(self, document_ids: Iterable[str]) -> Changes:
        """Take documents out of the index, and delete those of their files that were uploaded.

        UnknownDocument, and nothing removed, where there is no such document.
        Raises as :meth:`qa.library.Library.without`, and NotWritable.
        """
        index, gone = self._writing_to(), list(document_ids)
        if not gone:
            return Changes()
        try:
            library = Library.without(gone, index=index, embedder=self._live.library.embedder)
        except KeyError as error:
            raise UnknownDocument(f"{error.args[0]}; nothing was removed") from error
        except OSError as error:
            raise _unwritable(index, error, "what was removed may be there still: remove it again") from error
        self._taken_up()
        return library.changes

    def add(
        self,
        files: Sequence[tuple[str, Path]],
        *,
        replace: bool = False,
        release: Callable[[], object] = lambda: None,
    ) -> Iterator[Step]:
        """Take in ``files``, each the name that it was given and where it is now; a step for all that happens.

        A file that cannot be taken is told as refused and the others are taken.
        Where an uploaded file has the name, ``replace`` takes its place; else
        the new one gets a number. Adding goes on to its end though nobody asks
        for the next step; then ``release`` is called, also where it failed, for
        none of ``files`` is needed any more. Raises NotWritable and TooManyFiles
        at once, IndexBusy and all that :meth:`qa.library.Library.load` raises with a step.
        """
        with ExitStack() as until_added:
            until_added.callback(release)
            index = self._writing_to()
            if len(files) > MAX_FILES:
                raise TooManyFiles(f"{len(files):,} files at once; at most {MAX_FILES} are taken: add them in parts")
            adding = until_added.pop_all()

        def work(tell: Tell) -> None:
            with adding:
                self._add(index, files, replace, tell)

        return _told(work)

    def _add(self, index: Path, files: Sequence[tuple[str, Path]], replace: bool, tell: Tell) -> None:
        try:
            with _turn(index, tell):
                batch = Batch(self._newest(index), index, tell)
                batch.take_left()
                for name, path in files:
                    batch.take(name, path, replace=replace)
                batch.save()
        except OSError as error:
            raise _unwritable(index, error, "what was kept goes in with what is added next") from error
        self._taken_up()
        batch.sum_up()

    def _newest(self, index: Path) -> Library:
        """The library in the index, one of our own to change; an empty one where there is no index yet."""
        live = self._live.library
        try:
            return Library.load(index, embedder=live.embedder, reader=live.reader)
        except NothingToIndex:
            return Library(embedder=live.embedder, reader=live.reader, fusion=live.fusion)

    def _writing_to(self) -> Path:
        if self._index is None or self._obstacle:
            raise NotWritable(self._obstacle)
        return self._index

    def _taken_up(self) -> None:
        with self._listing:
            self._catalogue.entries(self._live.library)  # nothing is kept of what is gone


def _told(work: Callable[[Tell], None]) -> Iterator[Step]:
    """Start ``work``; what it tells, as it comes.

    In a thread of its own, for embedding tells by calling back; and since the
    lock belongs to a thread, while each step may be asked for by another.
    """
    steps: SimpleQueue[Step | BaseException | None] = SimpleQueue()

    def run() -> None:
        try:
            work(steps.put)
            steps.put(None)
        except BaseException as error:  # noqa: BLE001 -- is raised where the steps are asked for
            steps.put(error)

    threading.Thread(target=run, daemon=True).start()
    return _steps(steps)


def _steps(steps: "SimpleQueue[Step | BaseException | None]") -> Iterator[Step]:
    while (step := steps.get()) is not None:
        if isinstance(step, BaseException):
            raise step
        yield step


@contextmanager
def _turn(index: Path, tell: Tell) -> Iterator[None]:
    """Within it nobody else writes to ``index``; tells that it waits, and raises IndexBusy when it waited too long."""
    until = time.monotonic() + _PATIENCE
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(writing(index, wait=_TELL_EVERY))
                break
            except SnapshotBusy as error:
                if time.monotonic() > until:
                    raise IndexBusy(f"{error}; nothing was added: add it again when that is done") from error
                tell(Step("waiting", "somebody else is changing the documents; yours are taken in after that"))
        yield


def _unknown(document_id: str) -> UnknownDocument:
    return UnknownDocument(f"no such document: {one_line(document_id)}")


def _unwritable(index: Path, error: OSError, then: str) -> NotWritable:
    return NotWritable(f"{error.filename or index}: {error.strerror or error}; {then}")
