"""The library of an index as it is now: whoever asks takes up what was indexed meanwhile."""

import threading
from pathlib import Path

from qa.errors import QAError
from qa.library import Library
from vector_store import snapshot


class Live:
    """Gives the newest version of a library; a question that was begun goes on with the one that it has."""

    def __init__(self, library: Library, *, index: Path | None = None) -> None:
        """``library`` was loaded from the folder ``index``; without one it stays as it is."""
        self._library = library
        self.index = index
        self._version = library.version
        self._loading = threading.Lock()

    @property
    def library(self) -> Library:
        """The library that is in the index now; where that cannot be used, the last one that could."""
        if self.index and self._loading.acquire(blocking=False):  # who comes meanwhile takes the one that there is
            try:
                self._take_up(self.index)
            finally:
                self._loading.release()
        return self._library

    def _take_up(self, index: Path) -> None:
        version = snapshot.version(index)
        if not version or version == self._version:
            return
        self._version = version
        before = self._library
        try:
            library = Library.load(index, embedder=before.embedder, reader=before.reader)
        except QAError:
            return
        library.threshold = before.threshold
        before.reader.forget()
        self._library = library
