"""The page: its components, and what happens between them."""

import hashlib
import logging
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from qa.errors import QAError
from qa.filters import Filter
from qa.followup import ask_after
from qa.library import Library
from qa.live import Live
from qa.shelf import Shelf
from qa.shelf.batch import Step
from qa.texts import say
from qa.ui import desk, layout, markup, programs
from qa.ui.conversation import Conversation
from qa.ui.suggested import Suggested
from qa.ui.turns import TURNS

TOP = 3
"""Citations at the most."""

FIELDS = ("after", "before", "source", "document")
"""Of the filter, in order."""

_LOG = logging.getLogger(__name__)

Update = Any  # what Gradio takes as a component's new value
_PRIVATE: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_CHANGED = "() => document.dispatchEvent(new Event('library-changed'))"


def build(live: Live, shelf: Shelf | None = None, *, writing: Sequence[programs.Program] = ()) -> gr.Blocks:
    """The page of a library; ``shelf`` lists its documents, and where it can be written adds and removes them.

    ``writing`` are what programs may do besides reading.
    """
    shelf = shelf or Shelf(live, live.index)
    page: gr.Blocks
    with gr.Blocks(title=layout.TITLE, analytics_enabled=False, fill_width=True) as page:
        gr.HTML(layout.masthead(_which(live)), elem_id="masthead", js_on_load=None)
        conversation = gr.State(None)
        with gr.Row(elem_id="columns", equal_height=False):
            with gr.Column(min_width=280):
                gr.HTML(layout.tools(), elem_id="tools", js_on_load=None)
                chat = layout.chat()
                gr.HTML('<p id="asked-only" role="status"></p>', elem_id="filtered", js_on_load=None)
                box, button = layout.question()
                suggested = gr.HTML(layout.suggesting(), elem_id="suggested", js_on_load=None)
                only = layout.filters()
            with gr.Column(min_width=280):
                source = layout.source(desk.listed(shelf), desk.functions(live, shelf))
                if not shelf.obstacle:
                    _adding(shelf)
        _asking(live, source, (chat, box, button, conversation), only)
        offered = Suggested(live)
        page.load(lambda: layout.suggested(offered.questions()), None, suggested, concurrency_id="suggest", **_PRIVATE)
        programs.endpoints(live, writing)
    return page


def _which(live: Live) -> str:
    """A name for the library, so that a browser keeps its conversations apart from those with others."""
    made_of = [str(live.index.resolve())] if live.index else live.library.paths
    return hashlib.sha256("\n".join(made_of).encode("utf-8", "replace")).hexdigest()[:16]


def _asking(live: Live, source: gr.HTML, answered: Sequence[Any], only: Sequence[gr.Textbox]) -> None:
    """A question is asked in the box, or by the page's script; a conversation is taken up again."""
    chat, box, button, conversation = answered

    def on_ask(asked: str, held: Conversation | None, *some: str | None) -> Iterator[tuple[Update, ...]]:
        yield from _ask(live.library, asked, held or Conversation(), some)

    def on_asked(event: gr.EventData, held: Conversation | None, *some: str | None) -> Iterator[tuple[Update, ...]]:
        """Asked by the script: again, as typed, a suggestion, from a link."""
        wish = event._data if isinstance(event._data, dict) else {}
        only = wish.get("only")
        if isinstance(only, dict):
            some = tuple(str(only.get(name, "")) for name in FIELDS)
        asked = str(wish.get("question", ""))
        yield from _ask(live.library, asked, held or Conversation(), some, typed=bool(wish.get("typed")))

    def on_reopen(event: gr.EventData) -> tuple[Update, ...]:
        """A conversation that the browser kept, or a new one where it sends none."""
        held = Conversation.again(event._data, live.library)
        return held.messages, held

    for trigger in (box.submit, button.click):
        trigger(on_ask, [box, conversation, *only], answered, concurrency_id="ask", **_PRIVATE)
    source.asked(on_asked, [conversation, *only], answered, concurrency_id="ask", **_PRIVATE)
    source.reopen(on_reopen, None, [chat, conversation], queue=False, **_PRIVATE)


def _adding(shelf: Shelf) -> None:
    """Files are dropped: each goes in or is refused, and that is told."""
    files, steps = layout.adding()

    def on_upload(paths: list[str] | None) -> Iterator[tuple[Update, ...]]:
        yield from _add(shelf, [Path(path) for path in paths or []])

    files.upload(on_upload, files, [steps, files], concurrency_id="add", concurrency_limit=4, **_PRIVATE).then(
        None, None, None, js=_CHANGED
    )


def _only(typed: Sequence[str | None]) -> Filter:
    """The filter of four fields of the page; BadFilter where a date is none."""
    after, before, source, document = ((text or "").strip() for text in typed)  # None: never opened
    return Filter(after, before, [source] if source else [], [document] if document else [])


def _ask(
    library: Library, asked: str, held: Conversation, some: Sequence[str | None], *, typed: bool = False
) -> Iterator[tuple[Update, ...]]:
    """First that the question was taken, then its answer; one that could not be asked is given back.

    ``typed``: it is to be understood as it was typed, whatever was asked before.
    """
    yield held.begin(asked), "", gr.update(interactive=False), held
    try:
        only = _only(some)
        with TURNS:
            found, _ = ask_after(library, asked, [] if typed else held.before, only=only, top=TOP)
        shown, left = held.answered(asked, found, library, only, top=TOP), gr.skip()
    except QAError as problem:
        shown, left = held.failed(str(problem)), asked
    except Exception as defect:  # noqa: BLE001  # of ours: it is told, and the page can be asked again
        _LOG.exception("a question could not be answered")
        shown, left = held.failed(say("answer.defect", defect=type(defect).__name__)), asked
    yield shown, left, gr.update(interactive=True), held


def _add(shelf: Shelf, paths: Sequence[Path]) -> Iterator[tuple[Update, ...]]:
    """What has become of each file so far; at last the field is empty again, and nothing is left of what it held."""
    told: dict[str, Step] = {}
    try:
        for step in shelf.add([(path.name, path) for path in paths]):
            told[step.name] = step
            yield markup.steps(told.values()), gr.skip()
        yield markup.steps(told.values()), None
    except QAError as problem:
        yield markup.steps(told.values()) + markup.error(str(problem)), None
    finally:
        for path in paths:
            shutil.rmtree(path.parent, ignore_errors=True)  # Gradio gives every upload a folder of its own
