"""When an index was last brought in step with its files: what changed on the disk since then may be another text."""

import os
from pathlib import Path

from vector_store.snapshot import MANIFEST

_MARK = "in-step"  # an empty file, whose time it is: an index of the same files is the same to the last byte
# Some file systems count in steps of two seconds.
_COARSE = 2.0


def tell(index: Path, began: float) -> None:
    """Remember that the files were read from the time ``began`` on, in seconds."""
    (index / _MARK).touch()
    os.utime(index / _MARK, (began - _COARSE, began - _COARSE))


def since(index: Path) -> float:
    """When the files were last read; where that was not told the time at which the index was saved; 0 without one."""
    for name in (_MARK, MANIFEST):
        try:
            return (index / name).stat().st_mtime
        except OSError:
            continue
    return 0.0


def tell_once(index: Path) -> None:
    """Remember what :func:`since` says now, where it is only told by a save: the next save is not of all files."""
    if not (index / _MARK).exists() and (began := since(index)):
        tell(index, began + _COARSE)
