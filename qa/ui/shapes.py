"""What the page gives to programs, as JSON has it."""

from collections import Counter
from collections.abc import Mapping, Sequence

from typing_extensions import TypedDict  # pydantic takes no other before Python 3.12

from qa.library import Library
from qa.receipt import Verdict
from qa.records import Document, Passage
from vector_store import Hit


class FoundPassage(TypedDict):
    """A passage that is near a question; its text is ``[start, end)`` of its document's, in code points."""

    document: str
    title: str
    place: str
    text: str
    score: float
    start: int
    end: int


class ListedDocument(TypedDict):
    """A document: how long it is, in how many passages it is searched, and whether it is a copy of another one."""

    id: str
    title: str
    date: str
    source: str
    author: str
    sha256: str
    characters: int
    pages: int
    passages: int
    state: str
    copy_of: str


class QuoteVerdict(TypedDict):
    """Whether a quote of a receipt stands, has moved or was altered, and what was seen."""

    place: str
    standing: str
    detail: str


def found(passage: Passage, hit: Hit) -> FoundPassage:
    """A hit of a search."""
    return {
        "document": passage.document.id,
        "title": passage.document.title,
        "place": passage.place,
        "text": passage.text,
        "score": hit.score,
        "start": passage.start,
        "end": passage.end,
    }


def listed(library: Library, some: Sequence[Document]) -> list[ListedDocument]:
    """``some`` documents of ``library``, in their order."""
    counts = Counter(passage.document.id for passage in library.passages)
    return [_entry(one, counts[one.id], *_state(library, one.id, counts)) for one in some]


def told(verdict: Verdict) -> QuoteVerdict:
    """A verdict on a quote."""
    return {"place": verdict.place, "standing": verdict.standing, "detail": verdict.detail}


def _state(library: Library, document_id: str, counts: Mapping[str, int]) -> tuple[str, str]:
    """What becomes of it in a search, and the document that it is a copy of, if it is one."""
    shown, group = library.contents.shown[document_id], library.contents.groups[document_id]
    if shown != document_id:
        return "copy", shown
    if group != document_id:
        return "near copy", group
    return ("searched" if counts[document_id] else "nothing to search"), ""


def _entry(document: Document, passages: int, state: str, copy_of: str) -> ListedDocument:
    return {
        "id": document.id,
        "title": document.title,
        "date": document.date,
        "source": document.source,
        "author": document.author,
        "sha256": document.sha256,
        "characters": len(document.text),
        "pages": len(document.page_starts),
        "passages": passages,
        "state": state,
        "copy_of": copy_of,
    }


class Added(TypedDict):
    """What became of a document that was added: ``done`` is "added", "replaced" or "already here"."""

    document: str
    done: str
    message: str


class Removed(TypedDict):
    """A document that was removed, and what became of its file."""

    document: str
    message: str
