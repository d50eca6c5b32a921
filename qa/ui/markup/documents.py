"""The list of documents as HTML: what each is, what can be done with it, and what becomes of one that is added."""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import PurePosixPath

from qa.shelf.batch import Step
from qa.shelf.catalogue import READY, Entry
from qa.texts import say
from qa.ui.markup.controls import small

# More rows than these are not looked through by eye: the field above finds the others.
_SHOWN = 300
_UNITS = ("bytes", "kB", "MB", "GB")


def documents(held: Sequence[Entry], *, writable: bool = False, find: str = "") -> str:
    """The documents, each a button that opens it, with its size and state; ``find`` is what they were looked for by.

    Where the library is ``writable``, each can be removed.
    """
    rows = "".join(_row(entry, writable) for entry in held[:_SHOWN])
    few = " hidden" if len(held) < 2 and not find else ""
    looked_for = (
        f'<input type="search" class="find-document" aria-label="{escape(say("library.find"))}" '
        f'placeholder="{escape(say("library.find"))}" value="{escape(find)}"{few}>'
    )
    left_out = len(held) - _SHOWN
    more = f'<p class="quiet">{escape(say("library.more", left_out))}</p>' if left_out > 0 else ""
    return (
        f'<div class="source documents"><h2>{escape(say("library", len(held)))}</h2>{looked_for}'
        f'<div class="found"><ul class="rows">{rows}</ul>{more}</div></div>'
    )


def _row(entry: Entry, writable: bool) -> str:
    name = entry.title or PurePosixPath(entry.id).name
    actions = small("library.only", name=say("library.only_named", document=name), only=entry.id)
    if writable:
        actions += small("library.remove", name=say("library.remove_named", document=name), remove=entry.id)
    state = f'<span class="state" dir="auto">{escape(entry.state)}</span>' if entry.state != READY else ""
    return (
        f'<li><button type="button" class="opener" data-open="{escape(entry.id)}">'
        f'<span class="title" dir="auto">{escape(name)}</span> '
        f'<span class="place" dir="auto">{escape(_about(entry))}</span>{state}</button>'
        f'<div class="row-actions">{actions}</div></li>'
    )


def _about(entry: Entry) -> str:
    """``Jane Doe, The Post, 2021-03-31, hr/leave.pdf, 12 pages, 340 kB``, as far as it is known."""
    date = say("saved", date=entry.date) if entry.date and entry.date_is_saved else entry.date
    size = _size(entry.size) if entry.size is not None else ""
    return ", ".join(filter(None, [entry.author, entry.source, date, entry.id, entry.extent, size]))


def _size(count: int) -> str:
    """``340 kB``: three digits tell enough."""
    size = float(count)
    for unit in _UNITS:
        if size < 1000 or unit == _UNITS[-1]:
            return f"{size:.3g} {unit}"
        size /= 1000
    raise AssertionError


def sure(name: str, consequence: str) -> str:
    """What is asked before a document is removed."""
    return (
        f'<form method="dialog"><h2>{escape(say("library.remove_sure"))}</h2><p dir="auto">{escape(name)}</p>'
        f"<p>{escape(consequence[:1].upper() + consequence[1:])}.</p>"
        f'<div class="choice"><button value="no" class="small" autofocus>{escape(say("library.remove_no"))}</button>'
        f'<button value="yes" class="small">{escape(say("library.remove_yes"))}</button></div></form>'
    )


def steps(told: Iterable[Step]) -> str:
    """What has become of each file that is added, and of all of them."""
    rows = "".join(_step(step) for step in told)
    return f'<ul class="steps" role="status">{rows}</ul>' if rows else ""


def _step(step: Step) -> str:
    bar = (
        f'<progress max="{step.total}" value="{step.done}" aria-label="{escape(step.message)}"></progress>'
        if step.kind == "embedding"
        else ""
    )
    return f'<li class="{step.kind.replace(" ", "-")}" dir="auto">{escape(step.message)}{bar}</li>'
