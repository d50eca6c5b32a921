"""Where the file of a document is: below the folder that its id begins at, and nowhere else."""

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from qa.errors import UnreadableFile
from qa.load.disk import require_regular
from qa.load.folder import common_folder
from qa.load.names import refusal


def find_file(paths: Sequence[str | Path], document_id: str) -> Path | None:
    """The file of a document of an index that was made of ``paths``; None where no file in or below them is it.

    What it holds may have changed since, which its ``sha256`` tells.
    """
    try:
        given = [Path(os.path.realpath(path)) for path in paths]
        path = path_in(common_folder(given), document_id)
        require_regular(path, document_id)
        inside = any(path.resolve().is_relative_to(folder) for folder in given)
    except (UnreadableFile, OSError, ValueError):  # paths may be of another machine
        return None
    return path if inside else None


def path_in(folder: Path, document_id: str) -> Path:
    """The path in ``folder`` that the id stands for, whether a file is there or not.

    Raises UnreadableFile where it leads out of the folder, by its name or by a link.
    """
    parts = PurePosixPath(document_id)
    if parts.is_absolute() or ".." in parts.parts:
        raise refusal(document_id, "its name leads out of the folder")
    path = folder / parts
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a NUL, half a surrogate pair
        raise refusal(document_id, "no file can have its name") from error
    if not inside:
        raise refusal(document_id, "its name leads out of the folder")
    return path
