"""The records of an evaluation: questions, and the answers that are right."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from qa.filters import Filter
from qa.records import Document


@dataclass(frozen=True)
class Gold:
    """An answer that is right: ``text`` as it stands in document ``doc_id`` from ``start`` on."""

    text: str
    doc_id: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends, white space at its end left out."""
        return self.start + len(self.text.rstrip())

    def stands_in(self, documents: Mapping[str, Document]) -> bool:
        """Whether it really stands there."""
        document = documents.get(self.doc_id)
        return document is not None and self.start >= 0 and document.text.startswith(self.text, self.start)


@dataclass(frozen=True)
class Question:
    """A question and its right answers; ``relevant`` are graded documents, where a set judges only those.

    It is asked of the documents that meet ``only``.
    """

    id: str
    question: str
    gold: tuple[Gold, ...] = ()
    answerable: bool = True
    relevant: Mapping[str, int] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    only: Filter = field(default_factory=Filter)


@dataclass(frozen=True)
class QuestionSet:
    """Questions in the order of the file, and the documents that came with them, if any did.

    ``open`` are the ids of questions of which nobody has said whether there is an answer: they cannot be scored.
    """

    questions: tuple[Question, ...]
    documents: tuple[Document, ...] = ()
    open: tuple[str, ...] = ()
