"""A file's bytes, and nothing but a regular file's: no pipe is waited on, no device read, no link followed."""

import errno
import os
import stat
from pathlib import Path

from qa.load.names import refusal

# A text of this size takes about a second to decode and digest, and far longer to embed:
# what is larger is a database or a log, and is better cut into parts by its owner.
MAX_BYTES = 64 * 1024 * 1024
# Of formats that hold pictures beside their text.
MAX_BYTES_WITH_PICTURES = 256 * 1024 * 1024

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
_REASONS = {
    errno.ENOENT: "no such file or folder",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ELOOP: "a symbolic link that loops or is not followed",
    errno.ENAMETOOLONG: "its path is too long for the system",
    errno.ENXIO: "is not a regular file",
}
# No link is followed, and opening returns at once even if a pipe took the file's place since it was looked at.
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def why(error: OSError) -> str:
    """The system's reason in plain words."""
    return _REASONS.get(error.errno or 0) or (error.strerror or str(error)).lower()


def require_regular(path: Path, name: str) -> None:
    """Raise UnreadableFile unless ``path`` is a regular file; it is not opened."""
    try:
        _require_regular(path.lstat().st_mode, name)
    except OSError as error:
        raise refusal(name, why(error)) from error


def read_bytes(path: Path, name: str, most: int = MAX_BYTES) -> bytes:
    """All bytes of the file, at most ``most``; what is open is looked at again, so no swapped file gets through."""
    require_regular(path, name)
    try:
        with os.fdopen(os.open(path, _FLAGS), "rb") as file:
            status = os.fstat(file.fileno())
            _require_regular(status.st_mode, name)
            if status.st_size > most:
                raise refusal(name, f"holds {status.st_size:,} bytes; at most {most:,} are read: cut it into parts")
            data = file.read(status.st_size + 1)  # one more than there should be: a file that grows is seen, and ends
    except OSError as error:
        raise refusal(name, why(error)) from error
    if len(data) != status.st_size:
        raise refusal(name, "changed while it was read; try again")
    return data


def _require_regular(mode: int, name: str) -> None:
    if not stat.S_ISREG(mode):
        raise refusal(name, f"is {_KINDS.get(stat.S_IFMT(mode), 'something else')}, not a regular file")
