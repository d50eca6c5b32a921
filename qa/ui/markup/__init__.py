"""Answers and documents as HTML. All text of documents and people is escaped in these modules, and nowhere else."""

from qa.ui.markup.answers import answer, busy, error, question, remembered
from qa.ui.markup.documents import documents, steps, sure
from qa.ui.markup.marks import marked
from qa.ui.markup.pages import page_picture
from qa.ui.markup.sources import source

__all__ = [
    "answer",
    "busy",
    "documents",
    "error",
    "marked",
    "page_picture",
    "question",
    "remembered",
    "source",
    "steps",
    "sure",
]
