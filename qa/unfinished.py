"""Vectors that were made and are in no index yet: a run that was stopped goes on where it was."""

from pathlib import Path
from zlib import crc32

import numpy as np

from qa.embed import Vectors

UNFINISHED = "unfinished.vectors"
"""Its name in the folder of an index."""

_KEY = 32  # bytes of a SHA-256
_NUMBER = 4  # bytes of a count and of a check sum


class Unfinished:
    """What one run embedded, in a file that each piece is added to at once; whoever indexes next takes it from there.

    A record is its key, two counts (rows, columns), the vectors as float32 and
    a check sum; the digest of the embedder stands before the first. What was cut short is
    made again, and a file of another embedder is begun anew.
    """

    def __init__(self, folder: Path, embedder_digest: str) -> None:
        self._path = folder / UNFINISHED
        self._head = bytes.fromhex(embedder_digest)
        self._known: dict[bytes, Vectors] = {}
        self._whole = self._read()

    def find(self, key: bytes) -> Vectors | None:
        """The vectors that were kept by that key."""
        return self._known.get(key)

    def keep(self, key: bytes, vectors: Vectors) -> None:
        """Add what was made; once this returns, no end of this process takes it away."""
        rows, columns = vectors.shape
        body = key + _bytes_of(rows) + _bytes_of(columns) + np.asarray(vectors, "<f4").tobytes()
        with self._path.open("r+b" if self._whole else "wb") as file:
            if not self._whole:
                self._whole = file.write(self._head)
            file.seek(self._whole)
            self._whole += file.write(body + _bytes_of(crc32(body)))
            file.truncate()

    def _read(self) -> int:
        """Take in every whole record; gives where the last one ends."""
        data = self._path.read_bytes() if self._path.exists() else b""
        if data[: len(self._head)] != self._head:
            return 0
        at = len(self._head)
        while (end := self._record(data, at)) > at:
            at = end
        return at

    def _record(self, data: bytes, at: int) -> int:
        """Take in the record at ``at``; gives its end, or ``at`` where none is whole."""
        rows, columns = (
            int.from_bytes(data[place : place + _NUMBER], "little") for place in (at + _KEY, at + _KEY + _NUMBER)
        )
        start = at + _KEY + 2 * _NUMBER
        end = start + 4 * rows * columns
        if len(data) < end + _NUMBER or _bytes_of(crc32(data[at:end])) != data[end : end + _NUMBER]:
            return at
        found = np.frombuffer(data[start:end], "<f4").astype(np.float32)
        self._known[data[at : at + _KEY]] = found.reshape(rows, columns)
        return end + _NUMBER


def _bytes_of(number: int) -> bytes:
    return number.to_bytes(_NUMBER, "little")
