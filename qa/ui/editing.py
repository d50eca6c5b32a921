"""What programs can change, over the page's API and as tools, where that was allowed: add a document, remove one."""

import binascii
from base64 import b64decode
from pathlib import Path
from tempfile import TemporaryDirectory

from qa.errors import BadRequest, NotWritable
from qa.shelf import Shelf
from qa.shelf.batch import MAX_FILE_BYTES, Step
from qa.ui.programs import Program
from qa.ui.shapes import Added, Removed


def editing(shelf: Shelf) -> tuple[Program, ...]:
    """Functions that change the library; each raises QAError where it cannot do what it was asked."""

    def add(name: str, content: str, encoding: str = "text", replace: bool = False) -> Added:
        """Add a document to those that can be asked; its file is kept with the index.

        It gives the document's id and what was done: "added", "replaced", or "already here" where the same file was.

        Args:
            name: the file's name, whose ending says what it is: lease.pdf, notes.md
            content: the text, or the bytes of the file in base64
            encoding: text or base64
            replace: take the place of an added document of that name; else the new one gets a number
        """
        if not (isinstance(name, str) and isinstance(content, str) and name.strip()):
            raise BadRequest("name and content must be texts")
        with TemporaryDirectory() as folder:
            file = Path(folder) / "received"
            file.write_bytes(_bytes(content, encoding))
            *_, last = _about_it(shelf, name, file, replace=bool(replace))
        if last.kind == "refused":
            raise BadRequest(f"{name}: {last.message}")
        return {"document": last.document_id, "done": last.kind, "message": last.message}

    def remove(document: str) -> Removed:
        """Remove a document from those that can be asked. The file of an added one is deleted; others' files stay.

        Args:
            document: its id, as the list of documents gives it
        """
        if not isinstance(document, str):
            raise BadRequest("document must be a text")
        consequence = shelf.consequence(document)
        shelf.remove([document])
        return {"document": document, "message": consequence}

    return add, remove


def _about_it(shelf: Shelf, name: str, file: Path, *, replace: bool) -> list[Step]:
    """The steps that tell what became of the one file."""
    if shelf.obstacle:
        raise NotWritable(shelf.obstacle)
    told = [
        step for step in shelf.add([(name, file)], replace=replace) if step.name == name and step.kind != "embedding"
    ]
    if not told:
        raise BadRequest(f"nothing became of {name}; try again")
    return told


def _bytes(content: str, encoding: object) -> bytes:
    """The bytes of a file; BadRequest where they are none, or too many."""
    if encoding == "text":
        data = content.encode("utf-8", "replace")
    elif encoding == "base64":
        try:
            data = b64decode(content, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadRequest(f"content is not base64: {error}") from error
    else:
        raise BadRequest("encoding must be text or base64")
    if len(data) > MAX_FILE_BYTES:
        raise BadRequest(f"the file has {len(data):,} bytes; at most {MAX_FILE_BYTES:,} are taken")
    return data
