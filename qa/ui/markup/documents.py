"""The list of documents as HTML: what each is, and what can be done with it."""

from collections.abc import Mapping, Sequence
from html import escape

from qa.records import Document
from qa.render import described
from qa.texts import say
from qa.ui.markup.controls import small

# More rows than these are not looked through by eye: the field above finds the others.
_SHOWN = 300


def documents(held: Sequence[Document], *, notes: Mapping[str, str] | None = None, writable: bool = False) -> str:
    """The documents, each a button that opens it, with its size and, by its id, a note on its state.

    Where the library is ``writable``, each can be removed.
    """
    rows = "".join(_row(document, (notes or {}).get(document.id, ""), writable) for document in held[:_SHOWN])
    find = (
        f'<input type="search" class="find-document" aria-label="{escape(say("library.find"))}" '
        f'placeholder="{escape(say("library.find"))}">'
        if len(held) > 1
        else ""
    )
    left_out = len(held) - _SHOWN
    more = f'<p class="quiet">{escape(say("library.more", left_out))}</p>' if left_out > 0 else ""
    return (
        f'<div class="source documents"><h2>{escape(say("library", len(held)))}</h2>{find}'
        f'<ul class="rows">{rows}</ul>{more}</div>'
    )


def _row(document: Document, note: str, writable: bool) -> str:
    state = f'<span class="state">{escape(note)}</span>' if note else ""
    actions = small("library.only", name=say("library.only_named", document=document.name), only=document.id)
    if writable:
        name = say("library.remove_named", document=document.name)
        actions += small("library.remove", name=name, remove=document.id)
    return (
        f'<li><button type="button" class="opener" data-open="{escape(document.id)}">'
        f'<span class="title" dir="auto">{escape(described(document))}</span> '
        f'<span class="place" dir="auto">{escape(document.id)}, {_extent(document)}</span>{state}</button>'
        f'<div class="row-actions">{actions}</div></li>'
    )


def _extent(document: Document) -> str:
    """How much there is of it, counted in what its citations count in."""
    if document.page_starts:
        return say("library.pages", len(document.page_starts))
    if document.extracted:
        return say("library.words", len(document.text.split()))
    return say("library.lines", document.line(len(document.text)))
