"""Questions that the documents can answer, found once for each version of a library."""

import threading

from qa.library import Library
from qa.live import Live
from qa.suggest import suggestions


class Suggested:
    """The suggestions for the library as it is; whoever asks first waits while they are found, others with them."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._finding = threading.Lock()
        self._of: Library | None = None
        self._questions: list[str] = []

    def questions(self) -> list[str]:
        """Each is answered by the library as it is now."""
        library = self._live.library
        with self._finding:
            if library is not self._of:
                self._questions, self._of = suggestions(library), library
            return self._questions
