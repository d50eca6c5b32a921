"""What the page's script asks of the program: documents to look at, citations to copy, conversations to save.

Each function takes what a browser sent, and trusts nothing in it; each gives
JSON. Where something is wrong, ``{"problem": …}`` says it to people.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from qa.errors import NoPicture, QAError
from qa.library import Library
from qa.live import Live
from qa.load import find_file
from qa.pictures import picture
from qa.records import Document, Quote, Range
from qa.texts import say
from qa.ui import markup

Given = Any  # what a browser sent

# Of a picture, in pixels: fine print can be read, and it is there in a tenth of a second.
_WIDTH = 1200
# An answer has three quotes, and as many others as its documents have copies.
_MOST_OTHERS = 50


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

    @_told
    def page_picture(wish: Given) -> dict[str, Any]:
        """A page of a PDF as a picture, the quotes of the wish framed."""
        return pictured(live.library, wish)

    return [open_source, find_documents, page_picture]


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
    document = _document(library, wish)
    if document is None:
        return listed(library)
    quote, others = _quotes(document, wish)
    page = (document.page(quote.start if quote else 0) or 0) if _has_pictures(document) else 0
    return markup.source(document, quote, library.marks(document.id), others=others, page=page)


def pictured(library: Library, wish: Given) -> dict[str, Any]:
    """The page that is wished for; NoPicture where there is none."""
    document = _document(library, wish)
    number = wish.get("page") if document else None
    if document is None or type(number) is not int:
        raise NoPicture(str(document.id if document else ""), 1, "there is no such page")
    quote, others = _quotes(document, wish)
    path = find_file(library.paths, document.id)
    if path is None:
        raise NoPicture(document.id, number, "its file is no longer where it was indexed")
    ranges = [Range(each.start, each.end) for each in ([quote, *others] if quote else others)]
    drawn = picture(path, document, number, ranges, width=_WIDTH)
    return {
        "html": markup.page_picture(drawn, number, first=quote is not None),
        "place": say("source.page_of", number=number, all=len(document.page_starts)),
    }


def _has_pictures(document: Document) -> bool:
    return bool(document.page_starts) and document.id.lower().endswith(".pdf")


def _document(library: Library, wish: Given) -> Document | None:
    name = wish.get("document") if isinstance(wish, dict) else None
    return library.document(name) if isinstance(name, str) and library.holds(name) else None


def _quotes(document: Document, wish: dict[str, Given]) -> tuple[Quote | None, list[Quote]]:
    """The quote that is wished for, and the others of its answer."""
    listed = wish.get("others")
    others = [_quote(document, pair) for pair in (listed[:_MOST_OTHERS] if isinstance(listed, list) else [])]
    quote = _quote(document, [wish.get("start"), wish.get("end")])
    return quote, [other for other in others if other and other != quote]


def _quote(document: Document, pair: Given) -> Quote | None:
    """The quote at ``[start, end]``; None where that is no range of the document."""
    start, end = pair if isinstance(pair, list) and len(pair) == 2 else (None, None)
    if not (type(start) is int and type(end) is int and 0 <= start < end <= len(document.text)):
        return None
    return Quote(document, start, end)
