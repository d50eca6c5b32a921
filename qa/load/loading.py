"""Paths -> documents, and one line for every file that is left out."""

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.errors import NothingToIndex, UnreadableFile
from qa.load.disk import read_bytes, require_regular, why
from qa.load.folder import about_link, list_files
from qa.load.markdown import read_markdown
from qa.load.names import one_line, refusal, require_fit
from qa.load.plain import read_plain
from qa.records import Document

# From (id, bytes) to the document and a note. The first ending of a format is the one that messages name.
Format = Callable[[str, bytes], tuple[Document, str]]
FORMATS: dict[tuple[str, ...], Format] = {
    (".txt", ".text"): read_plain,
    (".md", ".markdown"): read_markdown,
}


@dataclass(frozen=True)
class Loaded:
    """What was read, sorted by id, and what was not, sorted by path; ids are relative to ``root``.

    ``notes`` are lines about documents that were read in an unusual way.
    """

    root: Path
    documents: tuple[Document, ...]
    refused: tuple[UnreadableFile, ...]
    notes: tuple[str, ...]


def load(paths: Sequence[str | Path], *, known: Mapping[str, Document] | None = None) -> Loaded:
    """Every document in ``paths``, each a file or a folder; NothingToIndex if there is none at all.

    A file whose bytes are those of the document ``known`` by its id is not parsed again.
    """
    if isinstance(paths, str):
        raise ValueError(f"paths must be a sequence of paths, got the text {paths!r}")
    given, refused = _resolve(paths)
    root = _common_folder(given)
    listing = list_files(given)
    refused.extend(refusal(_name(path, root), reason) for path, reason in listing.failed)
    documents: list[Document] = []
    notes: list[str] = []
    for path in listing.files:
        try:
            document, note = _read(path, root, known or {})
        except UnreadableFile as error:
            refused.append(error)
            continue
        documents.append(document)
        if note:
            notes.append(f"{one_line(document.id)}: {note}")
    indexed = {document.id for document in documents}
    for link in listing.links:
        refused.append(refusal(_name(link, root), about_link(link, root=root, given=given, indexed=indexed)))
    refused.sort(key=lambda error: (error.path, error.reason))
    if not documents:
        raise NothingToIndex(_nothing(paths, refused))
    return Loaded(
        root, tuple(sorted(documents, key=lambda document: document.id)), tuple(refused), tuple(sorted(notes))
    )


def load_file(path: Path, root: Path) -> Document:
    """The document in one file at or below ``root``; UnreadableFile where it cannot be read."""
    return _read(path, root, {})[0]


def _read(path: Path, root: Path, known: Mapping[str, Document]) -> tuple[Document, str]:
    name = _name(path, root)
    require_fit(name)
    require_regular(path, name)
    read, data = _format(path, name), read_bytes(path, name)
    before = known.get(name)
    if before and before.sha256 == hashlib.sha256(data).hexdigest():
        return before, ""
    return read(name, data)


def _format(path: Path, name: str) -> Format:
    ending = path.suffix.lower()
    for endings, read in FORMATS.items():
        if ending in endings:
            return read
    what = f"format {ending} is" if ending else "files without an ending are"
    raise refusal(name, f"{what} not read; {' and '.join(endings[0] for endings in FORMATS)} are")


def _resolve(paths: Iterable[str | Path]) -> tuple[list[Path], list[UnreadableFile]]:
    """The given paths without links or repeats, and those that lead nowhere."""
    found: dict[Path, None] = {}
    refused: list[UnreadableFile] = []
    for path in paths:
        try:
            found[Path(os.path.realpath(path, strict=True))] = None
        except (OSError, ValueError) as error:
            reason = why(error) if isinstance(error, OSError) else "no such file or folder"
            refused.append(refusal(str(path), reason))
    return list(found), refused


def _common_folder(given: Sequence[Path]) -> Path:
    folders = [path if path.is_dir() else path.parent for path in given]
    return Path(os.path.commonpath(folders)) if folders else Path.cwd()


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _nothing(paths: Sequence[str | Path], refused: Sequence[UnreadableFile]) -> str:
    """What was found instead of documents, and what to do."""
    where = ", ".join(one_line(str(path)) for path in paths[:3]) + (", …" if len(paths) > 3 else "")
    advice = "name a file or a folder with .txt or .md files"
    if not paths:
        return f"no file or folder was named; {advice}"
    if not refused:
        return f"nothing to read in {where}; {advice}"
    count = f"{len(refused)} files" if len(refused) > 1 else "1 file"
    return f"nothing in {where} could be read ({count} left out, first {refused[0]}); {advice}"
