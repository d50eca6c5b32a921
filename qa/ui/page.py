"""The page: its components, and what happens between them."""

import hashlib
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from qa.errors import QAError
from qa.filters import Filter
from qa.followup import ask_after
from qa.library import Library
from qa.live import Live
from qa.load.names import one_line
from qa.shelf import Shelf
from qa.shelf.batch import Step
from qa.texts import say
from qa.ui import desk, layout, markup, programs
from qa.ui.conversation import Conversation, not_held
from qa.ui.sent import Page, discard, is_upload
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
    with Page(title=layout.TITLE, analytics_enabled=False, fill_width=True) as page:
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
    """A question is asked by the page's script, whether typed or not; a conversation is taken up again."""
    chat, _, button, conversation = answered

    def on_asked(event: gr.EventData, held: Conversation | None, *some: str | None) -> Iterator[tuple[Update, ...]]:
        """Asked by the script: as typed in the box, again, a suggestion, from a link."""
        wish = event._data if isinstance(event._data, dict) else {}
        asking = str(wish.get("id", ""))
        again = held is not None and held.has_heard(asking)
        only = wish.get("only")
        if isinstance(only, dict):
            some = tuple(str(only.get(name, "")) for name in FIELDS)
        if "turns" in wish and not again:
            held = opened(wish, held)
        if held is None or held.name != wish.get("chat"):
            yield not_held(wish), gr.skip(), gr.skip(), gr.skip()
        elif again and not held.busy:  # its answer did not arrive
            yield held.shown, gr.skip(), gr.update(interactive=True), held
        elif not held.busy:
            asked = str(wish.get("question", ""))
            yield from _ask(live.library, asked, held, some, asking=asking, typed=bool(wish.get("typed")))
        yield gr.skip(), gr.skip(), gr.skip(), gr.skip()  # Gradio ends by sending what was given last once more

    def on_reopen(event: gr.EventData, held: Conversation | None) -> tuple[Update, ...]:
        """A conversation that the browser kept, or a new one where it sends no turns.

        A question may have overtaken it, and brought the turns along: then that is the conversation.
        """
        wish = event._data if isinstance(event._data, dict) else {}
        if held is None or held.name != wish.get("chat"):
            held = opened(wish, held)
        return held.shown, gr.update(interactive=not held.busy), held

    def opened(wish: dict[str, Any], last: Conversation | None) -> Conversation:
        if last:
            last.left = True
        return Conversation.again(wish.get("turns"), live.library, str(wish.get("chat")))

    # All that is asked goes through the script, what is typed as well, as that knows of which chat. "multiple": Gradio
    # passes over what comes while the last is at work, and its cancels= waits for that, too; a chat can be left at any
    # time.
    always: dict[str, Any] = {"trigger_mode": "multiple", **_PRIVATE}
    source.asked(on_asked, [conversation, *only], answered, concurrency_id="ask", **always)
    source.reopen(on_reopen, conversation, [chat, button, conversation], queue=False, **always)


def _adding(shelf: Shelf) -> None:
    """Files are dropped: each goes in or is refused, and that is told."""
    files, steps = layout.adding()

    def on_upload(sent: list[dict[str, Any]] | None) -> Iterator[tuple[Update, ...]]:
        yield from _add(shelf, [Path(file["path"]) for file in sent or []])

    adding = files.upload(
        on_upload,
        files,
        [steps, files],
        preprocess=False,  # Gradio's would leave an empty file behind for every upload
        concurrency_id="add",
        concurrency_limit=4,
        **_PRIVATE,
    )
    adding.then(None, None, None, js=_CHANGED)


def _only(typed: Sequence[str | None]) -> Filter:
    """The filter of four fields of the page; BadFilter where a date is none."""
    after, before, source, document = ((text or "").strip() for text in typed)  # None: never opened
    return Filter(after, before, [source] if source else [], [document] if document else [])


def _ask(
    library: Library,
    asked: str,
    held: Conversation,
    some: Sequence[str | None],
    *,
    asking: str = "",
    typed: bool = False,
) -> Iterator[tuple[Update, ...]]:
    """First that the question was taken, then its answer; one that could not be asked is given back. No answer where
    another conversation was opened meanwhile.

    ``asking`` is what the page's script calls it; ``typed``: it is to be understood as it was typed, whatever was asked
    before.
    """
    try:
        yield held.begin(asked, asking), "", gr.update(interactive=False), held
    except GeneratorExit:  # Gradio goes no further where the page's stream broke off: it may be sent again
        held.dropped()
        raise
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
    if not held.left:
        yield shown, left, gr.update(interactive=True), held


def _add(shelf: Shelf, paths: Sequence[Path]) -> Iterator[tuple[Update, ...]]:
    """What has become of each file so far; at last the field is empty again, and nothing is left of what it held."""
    sent = [path for path in paths if is_upload(path)]
    told = {path.name: _elsewhere(path) for path in paths if path not in sent}
    try:
        # Not when this generator ends: Gradio closes it with the page, while the shelf has still to read.
        for step in shelf.add([(path.name, path) for path in sent], release=lambda: discard(sent)):
            told[step.name] = step
            yield markup.steps(told.values()), gr.skip()
        yield markup.steps(told.values()), None
    except QAError as problem:
        yield markup.steps(told.values()) + markup.error(str(problem)), None


def _elsewhere(path: Path) -> Step:
    return Step("refused", f"{one_line(path.name)}: is no file that was sent here; send it again", path.name)
