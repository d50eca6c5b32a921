"""What the page's script asks of the program: documents to look at, citations to copy, conversations to save.

Each function takes what a browser sent, and trusts nothing in it; each gives
JSON. Where something is wrong, ``{"problem": …}`` says it to people.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from qa.errors import QAError
from qa.library import Library
from qa.live import Live
from qa.records import Document, Quote
from qa.ui import markup

Given = Any  # what a browser sent


def functions(live: Live) -> list[Callable[..., Any]]:
    """The functions by which the page's script calls the program."""

    @_told
    def open_source(wish: Given) -> dict[str, Any]:
        """The document that was wished for, its quote marked; the list of documents for none."""
        return {"html": opened(live.library, wish)}

    @_told
    def find_documents(part: Given) -> dict[str, Any]:
        """The list of the documents that have this in their name."""
        return {"html": listed(live.library, str(part))}

    return [open_source, find_documents]


def _told(function: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    @wraps(function)
    def telling(given: Given = None) -> dict[str, Any]:
        try:
            return function(given)
        except QAError as error:
            return {"problem": str(error)}

    return telling


def listed(library: Library, part: str = "") -> str:
    """The documents that have ``part`` in their id, title, source or author."""
    wanted = part.casefold().strip()
    return markup.documents([document for document in library.documents if wanted in _names(document)])


def _names(document: Document) -> str:
    return " ".join([document.id, document.title, document.source, document.author, document.date]).casefold()


def opened(library: Library, wish: Given) -> str:
    """The source pane for what the browser wishes to see; the list where there is no such document."""
    wish = wish if isinstance(wish, dict) else {}
    name = wish.get("document")
    if not isinstance(name, str) or not library.holds(name):
        return listed(library)
    document = library.document(name)
    others = wish.get("others")
    quotes = [_quote(document, pair) for pair in (others[:50] if isinstance(others, list) else [])]
    quote = _quote(document, [wish.get("start"), wish.get("end")])
    return markup.source(
        document, quote, library.marks(name), others=[other for other in quotes if other and other != quote]
    )


def _quote(document: Document, pair: Given) -> Quote | None:
    """The quote at ``[start, end]``; None where that is no range of the document."""
    start, end = pair if isinstance(pair, list) and len(pair) == 2 else (None, None)
    if not (type(start) is int and type(end) is int and 0 <= start < end <= len(document.text)):
        return None
    return Quote(document, start, end)
