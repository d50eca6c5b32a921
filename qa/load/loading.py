"""Paths -> documents, and one line for every file that is left out."""

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qa.errors import NothingToIndex, UnreadableFile
from qa.load.bounded import Bounded
from qa.load.disk import MAX_BYTES, MAX_BYTES_WITH_PICTURES, read_bytes, require_regular, why
from qa.load.folder import about_link, common_folder, list_files
from qa.load.markdown import read_markdown
from qa.load.names import one_line, refusal, require_fit
from qa.load.plain import read_plain
from qa.records import Document

# From (id, bytes) to the document and a note. The first ending of a format is the one that messages name.
Format = Callable[[str, bytes], tuple[Document, str]]
FORMATS: dict[tuple[str, ...], Format] = {
    (".txt", ".text"): read_plain,
    (".md", ".markdown"): read_markdown,
    (".pdf",): Bounded("qa.load.pdf", "read_pdf"),
    (".docx", ".docm"): Bounded("qa.load.word", "read_word"),
    (".html", ".htm", ".xhtml"): Bounded("qa.load.webpage", "read_webpage"),
    (".mhtml", ".mht"): Bounded("qa.load.webpage", "read_web_archive"),
    (".epub",): Bounded("qa.load.book", "read_book"),
    (".csv", ".tsv"): Bounded("qa.load.table", "read_table"),
    (".xlsx", ".xlsm"): Bounded("qa.load.workbook", "read_workbook"),
    (".eml",): Bounded("qa.load.mail", "read_mail"),
    (".jsonl", ".ndjson"): Bounded("qa.load.entries", "read_entries"),
}
ADVICE = "name a file or a folder with .txt, .md, .pdf, .docx, .html or other files that are read"

_WITH_PICTURES = (".pdf", ".docx", ".docm", ".epub", ".mhtml", ".mht")
_WITH_FIELDS = (".jsonl", ".ndjson")
# What is not read, and can be made into what is.
_SAVE_AS = {
    **dict.fromkeys((".doc", ".odt", ".rtf", ".pages", ".wpd"), ".docx"),
    **dict.fromkeys((".xls", ".ods", ".numbers"), ".xlsx"),
    **dict.fromkeys((".ppt", ".pptx", ".odp", ".key", ".ps", ".djvu", ".xps"), ".pdf"),
    **dict.fromkeys((".mobi", ".azw3", ".fb2"), ".epub"),
    **dict.fromkeys((".msg", ".mbox", ".pst"), ".eml"),
    ".json": ".jsonl, an object a line",
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


def load(
    paths: Sequence[str | Path],
    *,
    field: str = "",
    known: Mapping[str, Document] | None = None,
    apart: Path | None = None,
) -> Loaded:
    """Every document in ``paths``, each a file or a folder; NothingToIndex if there is none at all.

    ``field`` is the one whose text is read of JSON lines; ``text`` unless given.
    A file whose bytes are those of the document ``known`` by its id is not parsed again.
    What stands in the folder ``apart`` is passed over: an index may stand among the files that it is made of.
    """
    if isinstance(paths, str):
        raise ValueError(f"paths must be a sequence of paths, got the text {paths!r}")
    given, refused = _resolve(paths)
    root = common_folder(given)
    listing = list_files(given)
    refused.extend(refusal(_name(path, root), reason) for path, reason in listing.failed)
    documents: list[Document] = []
    notes: list[str] = []
    for path in listing.files:
        if apart and path.is_relative_to(apart):
            continue
        try:
            document, note = read_file(path, root, field=field, known=known)
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


def load_file(path: Path, root: Path, *, field: str = "") -> Document:
    """The document in one file at or below ``root``; UnreadableFile where it cannot be read."""
    return read_file(path, root, field=field)[0]


def read_file(
    path: Path, root: Path, *, field: str = "", known: Mapping[str, Document] | None = None
) -> tuple[Document, str]:
    """As :func:`load_file`, with a note where the document was read in an unusual way, else an empty one.

    It is not parsed again where its bytes are those of the document ``known`` by its id.
    """
    name = _name(path, root)
    require_fit(name)
    require_regular(path, name)
    ending = path.suffix.lower()
    read = _format(ending, name)
    named = field if ending in _WITH_FIELDS else ""
    if named and isinstance(read, Bounded):
        read = replace(read, field=named)
    data = read_bytes(path, name, MAX_BYTES_WITH_PICTURES if ending in _WITH_PICTURES else MAX_BYTES)
    before = known.get(name) if known else None
    if before and (before.sha256, before.field) == (hashlib.sha256(data).hexdigest(), named):
        return before, ""
    return read(name, data)


def _format(ending: str, name: str) -> Format:
    for endings, read in FORMATS.items():
        if ending in endings:
            return read
    if ending in _SAVE_AS:
        raise refusal(name, f"format {ending} is not read; save it as {_SAVE_AS[ending]}")
    *most, last = (endings[0] for endings in FORMATS)
    what = f"format {ending} is" if ending else "files without an ending are"
    raise refusal(name, f"{what} not read; {', '.join(most)} and {last} are")


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


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _nothing(paths: Sequence[str | Path], refused: Sequence[UnreadableFile]) -> str:
    """What was found instead of documents, and what to do."""
    where = ", ".join(one_line(str(path)) for path in paths[:3]) + (", …" if len(paths) > 3 else "")
    if not paths:
        return f"no file or folder was named; {ADVICE}"
    if not refused:
        return f"nothing to read in {where}; {ADVICE}"
    count = f"{len(refused)} files" if len(refused) > 1 else "1 file"
    return f"nothing in {where} could be read ({count} left out, first {refused[0]}); {ADVICE}"
