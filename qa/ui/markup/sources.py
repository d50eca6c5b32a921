"""A whole document as HTML, with its quotes marked, and what moves about in it."""

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from qa.records import Document, Mark, Quote, Slice
from qa.render import described
from qa.texts import say
from qa.ui.markup.controls import small, step
from qa.ui.markup.marks import marked

# A document is shown in parts of about this many characters, whole lines: the browser lays out those in view.
_PART = 8000


def source(
    document: Document, quote: Quote | None, marks: Sequence[Mark], *, others: Sequence[Quote] = (), page: int = 0
) -> str:
    """The whole document with ``quote`` marked, the ``others`` of its answer faintly, page furniture greyed.

    ``page`` is that of the quote where there are pictures of pages, from 1.
    """
    furniture = [Slice(document, *mark.range) for mark in marks]
    quotes = [*([quote] if quote else []), *others]
    body = "".join(
        f'<div class="part" data-start="{part.start}" dir="auto">{marked(part, quotes, furniture, current=quote)}</div>'
        for part in _parts(document)
    )
    place = quote.place if quote else document.id
    pages = f' data-page="{page}" data-pages="{len(document.page_starts)}"' if page else ""
    return (
        f'<div class="source" data-document="{escape(document.id)}"{pages}><div class="source-head">'
        f'<div class="named"><h2 dir="auto">{escape(described(document))}</h2>'
        f'<p class="place" dir="auto">{escape(place)}</p></div>'
        f"{small('source.close', open='')}</div>"
        f'<div class="source-tools">{_quotes()}{_search()}{_views() if page else ""}'
        f"{small('source.this', source='this', extra=' hidden')}</div>"
        f'<div class="page" tabindex="0" role="region" aria-label="{escape(say("source.view_page"))}" hidden></div>'
        f'<div class="source-body" tabindex="0" role="region" '
        f'aria-label="{escape(say("source.text"))}">{body}</div></div>'
    )


def _quotes() -> str:
    """Previous and next quote; shown by the script where there are several."""
    return (
        f'<div class="quotes" role="group" aria-label="{escape(say("source.quotes"))}" hidden>'
        f'{step("previous", "↑")}<span class="at" role="status"></span>{step("next", "↓")}</div>'
    )


def _search() -> str:
    label = escape(say("source.search"))
    return (
        f'<div class="find" role="search"><input type="search" aria-label="{label}" placeholder="{label}">'
        f'<span class="at" role="status"></span>{step("found_previous", "↑")}{step("found_next", "↓")}</div>'
    )


def _views() -> str:
    """Whether the page's picture or the text is shown, and the page before and after."""
    off, on = (f' aria-pressed="{pressed}"' for pressed in ("false", "true"))
    return (
        f'<div class="views" role="group" aria-label="{escape(say("source.view"))}">'
        f"{small('source.view_page', extra=off, source='view_page')}"
        f"{small('source.view_text', extra=on, source='view_text')}</div>"
        f'<div class="pages" hidden>{step("page_previous", "←")}<span class="at" role="status"></span>'
        f"{step('page_next', '→')}</div>"
    )


def _parts(document: Document) -> list[Slice]:
    borders = [0]
    while borders[-1] < len(document.text):
        newline = document.text.find("\n", borders[-1] + _PART)
        borders.append(newline + 1 if newline >= 0 else len(document.text))
    return [Slice(document, start, end) for start, end in pairwise(borders)]
