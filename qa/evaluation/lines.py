"""JSON lines, gzipped or not, and the documents of a corpus that is kept as such."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qa.errors import BadQuestions
from qa.records import Document


def read_text(path: Path) -> str:
    """The UTF-8 text of a file, unpacked where its name ends in .gz."""
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
    except OSError as error:
        raise BadQuestions(f"{path}: cannot be read ({error.strerror or error})") from error
    except (EOFError, zlib.error) as error:
        raise BadQuestions(f"{path}: cannot be unpacked ({error})") from error
    except UnicodeDecodeError as error:
        raise BadQuestions(f"{path}: not UTF-8 text ({error})") from error


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every JSON object of a file of JSON lines, gzipped or not, with the number of its line, from 1."""
    # Not splitlines(), which also cuts at line separators that may stand in a JSON string as they are.
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadQuestions(f"{path}, line {number}: not JSON ({error})") from error
        if not isinstance(entry, dict):
            raise BadQuestions(f"{path}, line {number}: a JSON object was expected, not {line[:40]!r}")
        yield number, entry


def read_documents(path: str | Path) -> tuple[Document, ...]:
    """The documents of a corpus file: a JSON object a line with ``doc_id`` or ``_id``, ``text``, perhaps ``title``."""
    documents: dict[str, Document] = {}
    for number, entry in read_lines(Path(path)):
        document_id = entry.get("doc_id", entry.get("_id"))
        text, title = entry.get("text"), entry.get("title", "")
        if not (isinstance(document_id, str) and isinstance(text, str) and isinstance(title, str)):
            raise BadQuestions(f"{path}, line {number}: a document needs doc_id and text, and both must be text")
        if document_id in documents:
            raise BadQuestions(f"{path}, line {number}: a second document has the id {document_id!r}")
        documents[document_id] = Document(document_id, text, title)
    if not documents:
        raise BadQuestions(f"{path} holds no document")
    return tuple(documents.values())


def find_file(folder: Path, *names: str) -> Path:
    """The first of ``names`` that the folder holds."""
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise BadQuestions(f"{folder}: there is no {' or '.join(names)}")
