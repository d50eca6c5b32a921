"""The folder of an index: written by one at a time and kept tidy, and what is wrong with it in words for people."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qa.embed import Embedder
from qa.errors import IndexBusy, IndexDamaged, IndexMismatch, NothingToIndex
from qa.unfinished import UNFINISHED
from vector_store import SnapshotBusy, SnapshotDamaged, SnapshotNewer, snapshot
from vector_store import writing as writing_alone


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """What goes wrong while the index in ``folder`` is read becomes NothingToIndex, IndexMismatch or IndexDamaged."""
    try:
        yield
    except FileNotFoundError as error:
        raise NothingToIndex(f"{folder} holds no index; make one with: qa index FOLDER --index {folder}") from error
    except SnapshotNewer as error:
        raise IndexMismatch(f"{error}; update chapterverse, or index again") from error
    except (SnapshotDamaged, KeyError, TypeError, ValueError) as error:
        raise IndexDamaged(f"{folder}: {error}; index again to repair it") from error


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Nobody else writes to ``folder`` meanwhile; IndexBusy where another program does so for longer than a minute."""
    try:
        with writing_alone(folder):
            yield
    except SnapshotBusy as error:
        raise IndexBusy(f"{error}; wait until it is done, or name another folder with --index") from error


def tidy(folder: Path) -> None:
    """Nothing but the newest version of the index stays in ``folder``; what was kept of a run is in it by now."""
    snapshot.tidy(folder)
    (folder / UNFINISHED).unlink(missing_ok=True)


def told_of(embedder: Embedder) -> dict[str, str]:
    """What an index remembers of the embedder that made it."""
    return {"name": embedder.name, "digest": embedder.digest}


def check_embedder(maker: Mapping[str, Any], embedder: Embedder) -> None:
    """IndexMismatch unless ``embedder`` is the one that :func:`told_of` told of; KeyError where nothing is told."""
    if maker["digest"] != embedder.digest:
        raise IndexMismatch(
            f"the index was made by the embedder {maker['name']} ({maker['digest'][:12]}…), "
            f"not by {embedder.name} ({embedder.digest[:12]}…); name that one, or index again"
        )
