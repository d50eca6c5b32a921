"""What the page's script asks of the program: documents to look at, citations to copy, conversations to save.

Each function takes what a browser sent, and trusts nothing in it; each gives
JSON. Where something is wrong, ``{"problem": …}`` says it to people.
"""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, TypeVar, get_args

from qa.errors import BadReceipt, NoPicture, NotKept, QAError
from qa.evaluation.feedback import Verdict, keep, record
from qa.evaluation.records import Gold
from qa.library import Library
from qa.live import Live
from qa.pictures import picture
from qa.receipt import cite as styles
from qa.receipt import parse
from qa.receipt.export import Turn, to_html, to_markdown
from qa.records import Document, Quote, Range
from qa.shelf import Shelf
from qa.shelf.catalogue import Entry
from qa.texts import say
from qa.ui import markup

Given = Any  # what a browser sent
T = TypeVar("T")

FEEDBACK = "feedback.jsonl"
"""The question set that verdicts make, in the folder of the index."""

_STYLES: dict[str, Callable[[Given], str]] = {
    "plain": styles.plain,
    "markdown": styles.markdown,
    "bibtex": styles.bibtex,
}

# Of a picture, in pixels: fine print can be read, and it is there in a tenth of a second.
_WIDTH = 1200
# An answer has three quotes, and as many others as its documents have copies.
_MOST_OTHERS = 50


def functions(live: Live, shelf: Shelf) -> list[Callable[..., Any]]:
    """The functions by which the page's script calls the program, each by its name there."""

    def open_source(wish: Given) -> dict[str, Any]:
        """The document that was wished for, its quote marked; the list of documents for none."""
        return {"html": opened(live.library, wish) or listed(shelf)}

    def find_documents(part: Given) -> dict[str, Any]:
        """The list of the documents that have this in a name."""
        return {"html": listed(shelf, str(part))}

    def page_picture(wish: Given) -> dict[str, Any]:
        """A page of a PDF as a picture, the quotes of the wish framed."""
        return pictured(live.library, shelf, wish)

    def cite(wish: Given) -> dict[str, Any]:
        """A citation of a receipt as text to copy; empty where it cannot be had in that style."""
        return {"text": cited(wish)}

    def save(wish: Given) -> dict[str, Any]:
        """A conversation as one page, or as Markdown."""
        return {"text": saved(wish)}

    def judge(wish: Given) -> dict[str, Any]:
        """A verdict on an answer, kept beside the index; the file that keeps it."""
        return {"file": judged(live, wish)}

    def consequence(name: Given) -> dict[str, Any]:
        """What is asked before a document is removed."""
        return {"html": markup.sure(str(name), shelf.consequence(str(name)))}

    def remove(name: Given) -> dict[str, Any]:
        """A document is removed; the list without it."""
        shelf.remove([str(name)])
        return {"html": listed(shelf), "done": say("library.removed", document=str(name))}

    asked = [open_source, find_documents, page_picture, cite, save, judge, consequence, remove]
    return [_told(function) for function in asked]


def _told(function: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    @wraps(function)
    def telling(given: Given = None) -> dict[str, Any]:
        try:
            return function(given)
        except QAError as error:
            return {"problem": str(error)}

    return telling


def listed(shelf: Shelf, part: str = "") -> str:
    """The documents that have ``part`` in their id, title, source, author or date."""
    wanted = part.casefold().strip()
    found = [entry for entry in shelf.entries() if wanted in _names(entry)]
    return markup.documents(found, writable=not shelf.obstacle, find=part)


def _names(entry: Entry) -> str:
    return " ".join([entry.id, entry.title, entry.source, entry.author, entry.date]).casefold()


def opened(library: Library, wish: Given) -> str:
    """The source pane for what the browser wishes to see; empty where there is no such document."""
    document = _document(library, wish)
    if document is None:
        return ""
    quote, others = _quotes(document, wish)
    page = (document.page(quote.start if quote else 0) or 0) if _has_pictures(document) else 0
    return markup.source(document, quote, library.marks(document.id), others=others, page=page)


def pictured(library: Library, shelf: Shelf, wish: Given) -> dict[str, Any]:
    """The page that is wished for; NoPicture where there is none."""
    document = _document(library, wish)
    number = wish.get("page") if document else None
    if document is None or type(number) is not int:
        raise NoPicture(str(document.id if document else ""), 1, "there is no such page")
    quote, others = _quotes(document, wish)
    path = shelf.file(document.id)
    if path is None:
        raise NoPicture(document.id, number, "its file is no longer where it was indexed")
    ranges = [Range(each.start, each.end) for each in ([quote, *others] if quote else others)]
    drawn = picture(path, document, number, ranges, width=_WIDTH)
    return {
        "html": markup.page_picture(drawn, number, first=quote is not None),
        "place": say("source.page_of", number=number, all=len(document.page_starts)),
    }


def cited(wish: Given) -> str:
    """Citation ``number``, from 1, of a receipt in one of the styles; BadReceipt where there is none."""
    number, style = _field(wish, "number", int), _field(wish, "style", str)
    citations = parse(_field(wish, "receipt", str))["citations"]
    if style not in _STYLES or not 1 <= number <= len(citations):
        raise BadReceipt(f"the receipt has no citation {number} as {style}")
    return _STYLES[style](citations[number - 1])


def saved(wish: Given) -> str:
    """The turns ``[{"receipt", "at"}, …]`` as ``html`` or ``markdown``; BadReceipt where they are none."""
    given = _field(wish, "turns", list)
    turns = [Turn(parse(_field(each, "receipt", str)), _field(each, "at", str)) for each in given]
    return to_html(turns) if _field(wish, "kind", str) == "html" else to_markdown(turns)


def judged(live: Live, wish: Given) -> str:
    """Keep what a person says of an answer, and tell in which file. NotKept where there is no index to keep it in."""
    if live.index is None:
        raise NotKept("verdicts are kept in the folder of an index, and there is none: make one with qa index")
    verdict = _field(wish, "verdict", str)
    golds = [_quote_of(live.library, each) for each in _field(wish, "gold", list)]
    if verdict not in get_args(Verdict):
        raise BadReceipt(f"a verdict is {', '.join(get_args(Verdict))}, not {verdict}")
    right = [Gold(each.text, each.document.id, each.start) for each in golds if each]
    content, today = parse(_field(wish, "receipt", str)), date.today().isoformat()
    line = record(content, verdict, when=today, gold=right)  # type: ignore[arg-type]  # it is one of them, seen above
    keep(line, live.index / FEEDBACK)
    return f"{live.index.name}/{FEEDBACK}"  # who is elsewhere need not know the folders of this machine


def _quote_of(library: Library, place: Given) -> Quote | None:
    document = _document(library, place)
    return _quote(document, [place.get("start"), place.get("end")]) if document else None


def _field(given: Given, name: str, kind: type[T]) -> T:
    """A field of what a browser sent; BadReceipt where it is not of that kind."""
    value = given.get(name) if isinstance(given, dict) else None
    if type(value) is not kind:
        raise BadReceipt(f"what was sent lacks {name}")
    return value


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
