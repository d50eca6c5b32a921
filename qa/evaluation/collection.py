"""The documents that questions are asked of: from a folder, a file of documents, a saved index, or the questions'."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.errors import BadQuestions, UnreadableFile
from qa.evaluation.questions import read_documents, read_questions
from qa.library import Library
from qa.load import load
from qa.records import Document


@dataclass(frozen=True)
class Collection:
    """Documents, by id; ``library`` where they are indexed already, else it is made of ``found``.

    ``again`` reads them anew from where they come from; a saved index comes from nowhere else.
    """

    found: tuple[Document, ...]
    path: str
    library: Library | None = None
    refused: tuple[UnreadableFile, ...] = ()
    notes: tuple[str, ...] = ()
    again: Callable[[], Iterable[Document]] | None = None

    def texts_read_anew(self) -> Mapping[str, str]:
        """The texts by id, as they are now: what every quote must be a part of."""
        return {document.id: document.text for document in (self.again() if self.again else self.found)}

    @property
    def about(self) -> dict[str, Any]:
        """What tells it from others, as JSON; titles apart, since one may be this program’s own reading of a text."""
        return {
            "path": self.path,
            "count": len(self.found),
            "sha256": _digest([document.id, document.text] for document in self.found),
            "titles": _digest([document.id, document.title] for document in self.found),
            "left_out": [str(error) for error in self.refused],
        }


def read_collection(
    questions: Path, own: Iterable[Document], *, documents: Path | None, index: Path | None, corpus: Path | None
) -> Collection:
    """The documents in one of the last three, else the questions' ``own``; BadQuestions where there are none."""
    if index is not None:
        library = Library.load(index)
        return Collection(library.documents, str(index), library)
    if documents is not None:
        loaded = load([documents])
        return Collection(
            _sorted(loaded.documents),
            str(documents),
            refused=tuple(loaded.refused),
            notes=tuple(loaded.notes),
            again=lambda: load([documents]).documents,
        )
    if corpus is not None:
        return Collection(_sorted(read_documents(corpus)), str(corpus), again=lambda: read_documents(corpus))
    if not own:
        raise BadQuestions(
            f"{questions} brings no documents; name them with --documents FOLDER, --index DIR or --corpus FILE"
        )
    return Collection(_sorted(own), str(questions), again=lambda: read_questions(questions).documents)


def _sorted(documents: Iterable[Document]) -> tuple[Document, ...]:
    return tuple(sorted(documents, key=lambda document: document.id))


def _digest(rows: Iterable[list[str]]) -> str:
    total = hashlib.sha256()
    for row in rows:
        total.update(json.dumps(row).encode() + b"\n")
    return total.hexdigest()
