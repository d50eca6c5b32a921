"""Answers and documents as HTML. The only place where their text meets markup: all of it is escaped here."""

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from qa.filters import Filter
from qa.records import Answer, Citation, Document, Mark, Quote, Range, Slice
from qa.render import NEAREST, confidence, described, refusal, sources
from qa.render import nearest as near
from qa.text import sentences

# A document is shown in parts of about this many characters, whole lines: the browser lays out those in view.
_PART = 8000


def question(text: str) -> str:
    """What was asked."""
    return f'<div class="question" dir="auto">{escape(text)}</div>'


def busy() -> str:
    """What stands where the answer will be."""
    return '<div class="answer busy" role="status">Reading your documents…</div>'


def error(message: str) -> str:
    """Why there is no answer."""
    return f'<div class="answer error" role="alert">{escape(message)}</div>'


def answer(found: Answer, *, only: Filter | None = None, nearest: int = 3) -> str:
    """The citations, each a button that opens its source; or that there is none, with the ``nearest`` passages.

    Above it stands which documents were asked, where it was not all.
    """
    asked = f'<p class="quiet">Asked only: documents {escape(str(only))}</p>' if only else ""
    if not found.found:
        passages = "".join(
            f'<li><blockquote dir="auto">{escape(passage.text)}</blockquote>{_opener(passage)}</li>'
            for passage in near(found, nearest)
        )
        head = f'{asked}<p class="verdict">{escape(refusal(found))}</p>'
        return (
            f'<div class="answer none">{head}<details><summary>{escape(NEAREST)}</summary>'
            f"<ol>{passages}</ol></details></div>"
            if passages
            else f'<div class="answer none">{head}</div>'
        )
    items = "".join(_citation(citation, number) for number, citation in enumerate(found.citations, start=1))
    sure = f'<p class="quiet">{escape(confidence(found).capitalize())}</p>'
    return f'<div class="answer">{asked}{sure}<ol>{items}</ol></div>'


def _citation(citation: Citation, number: int) -> str:
    """The quote between its neighbours; the button opens the whole document."""
    said_by = f'<p class="quiet">{escape(sources(citation).capitalize())}</p>' if citation.also else ""
    return (
        f'<li><blockquote dir="auto">{_in_passage(citation)}</blockquote>'
        f"{_opener(citation.quote, number)}"
        f"{''.join(_opener(place, label='also at') for place in citation.also)}"
        f"{said_by}</li>"
    )


def _in_passage(citation: Citation) -> str:
    """The quote marked within its passage, cut down to a sentence on either side."""
    passage, quote = citation.passage, citation.quote
    ranges = [Range(passage.start + start, passage.start + end) for start, end in sentences(passage.text)]
    start = max((piece.start for piece in ranges if piece.end <= quote.start), default=passage.start)
    end = min((piece.end for piece in ranges if piece.start >= quote.end), default=passage.end)
    before = "… " if start > passage.start else ""
    after = " …" if end < passage.end else ""
    return f"{before}{marked(Slice(passage.document, start, end), [quote], exact=citation.exact)}{after}"


def _opener(part: Slice, number: int | None = None, *, label: str = "") -> str:
    """A button that opens the document at ``part``."""
    counted = f'<span class="number">[{number}]</span> ' if number else ""
    before = f"{escape(label)} " if label else ""
    return (
        f'<button type="button" data-open="{escape(part.document.id)}" data-start="{part.start}" '
        f'data-end="{part.end}">{counted}<span class="title" dir="auto">{before}'
        f'{escape(described(part.document))}</span> <span class="place" dir="auto">{escape(part.place)}</span></button>'
    )


def documents(held: Sequence[Document], *, click: int = 0) -> str:
    """The list of documents, each a button that opens it."""
    items = "".join(
        f'<li><button type="button" data-open="{escape(document.id)}">'
        f'<span class="title" dir="auto">{escape(described(document))}</span> '
        f'<span class="place" dir="auto">{escape(document.id)}, {_extent(document)}</span>'
        "</button></li>"
        for document in held
    )
    count = "1 document" if len(held) == 1 else f"{len(held):,} documents"
    return f'<div class="source documents" data-click="{click}"><h2>{count}</h2><ul>{items}</ul></div>'


def _extent(document: Document) -> str:
    """How much there is of it, counted in what its citations count in."""
    if document.page_starts:
        counted, unit = len(document.page_starts), "page"
    elif document.extracted:
        counted, unit = len(document.text.split()), "word"
    else:
        counted, unit = document.line(len(document.text)), "line"
    return f"{counted:,} {unit}{'s' if counted != 1 else ''}"


def source(document: Document, quote: Quote | None, marks: Sequence[Mark], *, click: int = 0) -> str:
    """The whole document with ``quote`` marked, page furniture greyed, and a button back to the list.

    ``click`` tells the page's script which click this replies to.
    """
    furniture = [Slice(document, *mark.range) for mark in marks]
    body = "".join(
        f'<div class="part" dir="auto">{marked(part, [quote] if quote else [], furniture, current=quote)}</div>'
        for part in _parts(document)
    )
    place = quote.place if quote else document.id
    return (
        f'<div class="source" data-click="{click}"><div class="source-head"><div>'
        f'<h2 dir="auto">{escape(described(document))}</h2><p dir="auto">{escape(place)}</p></div>'
        '<button type="button" data-open="">All documents</button></div>'
        f'<div class="source-body" tabindex="0" role="region" aria-label="Text of the document">{body}</div></div>'
    )


def _parts(document: Document) -> list[Slice]:
    borders = [0]
    while borders[-1] < len(document.text):
        newline = document.text.find("\n", borders[-1] + _PART)
        borders.append(newline + 1 if newline >= 0 else len(document.text))
    return [Slice(document, start, end) for start, end in pairwise(borders)]


def marked(
    part: Slice,
    quotes: Sequence[Slice],
    furniture: Sequence[Slice] = (),
    *,
    current: Slice | None = None,
    exact: Slice | None = None,
) -> str:
    """``part`` with ``quotes`` in ``<mark>``, what is ``exact`` in them strong, and ``furniture`` dimmed.

    Where ``current`` begins has the id ``quote``. Ranges are cut at each
    other's borders and the part's, so the tags always nest.
    """
    pieces = (*quotes, *furniture, *([exact] if exact else []))
    near = [piece for piece in pieces if piece.start < part.end and part.start < piece.end]
    borders = {part.start, part.end, *(offset for piece in near for offset in (piece.start, piece.end))}
    html = []
    for start, end in pairwise(sorted(offset for offset in borders if part.start <= offset <= part.end)):
        text = escape(part.document.text[start:end])
        around = [piece for piece in near if piece.start <= start and end <= piece.end]
        if any(piece in quotes for piece in around):
            if exact in around:
                text = f"<strong>{text}</strong>"
            here = current is not None and current.start == start
            html.append(
                f'<mark id="quote" class="current" tabindex="-1">{text}</mark>' if here else f"<mark>{text}</mark>"
            )
        elif around:
            html.append(f'<span class="furniture">{text}</span>')
        else:
            html.append(text)
    return "".join(html)
