"""One writer at a time, across threads and processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

LOCK = ".lock"


class SnapshotBusy(Exception):
    """Another program writes to the folder, and did not finish in time."""


@contextmanager
def writing(folder: Path, *, wait: float = 60.0) -> Iterator[None]:
    """Within it nobody else writes to ``folder``; who holds it may enter it again.

    Up to ``wait`` seconds another writer is waited for, then SnapshotBusy. The
    system holds the lock, not the file: with the process that had it, it is
    gone, however that ended.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK, is_singleton=True)
    try:
        lock.acquire(timeout=wait)
    except Timeout as error:
        raise SnapshotBusy(f"{folder} is being written to by another program") from error
    try:
        yield
    finally:
        lock.release()
