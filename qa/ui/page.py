"""The page's components, and what happens between them."""

import json
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from qa.errors import QAError
from qa.filters import Filter
from qa.followup import ask_after
from qa.library import Library
from qa.live import Live
from qa.texts import say, texts
from qa.ui import desk, markup, programs
from qa.ui.conversation import Conversation
from qa.ui.turns import TURNS

_HERE = Path(__file__).parent
_SCRIPTS = ("source.js", "chat.js", "earlier.js", "library.js")
TOP = 3
"""Citations at the most."""

FIELDS = ("after", "before", "source", "document")
"""Of the filter, in order."""

Update = Any  # what Gradio takes as a component's new value


def build(library: Library | Live, examples: Sequence[str] = ()) -> gr.Blocks:
    """The page: its components and what happens between them."""
    live = library if isinstance(library, Live) else Live(library)
    page: gr.Blocks
    with gr.Blocks(title=say("page.title"), analytics_enabled=False, fill_width=True) as page:
        gr.HTML(_masthead(), elem_id="masthead", js_on_load=None)
        conversation = gr.State(None)
        with gr.Row(elem_id="columns", equal_height=False):
            with gr.Column(min_width=280):
                gr.HTML(_tools(), elem_id="tools", js_on_load=None)
                chat = _chat()
                gr.HTML('<p id="asked-only" role="status"></p>', elem_id="filtered", js_on_load=None)
                box, button = _question()
                gr.HTML(_suggested(examples), elem_id="suggested", js_on_load=None)
                with gr.Accordion(say("filter"), open=False, elem_id="only"):
                    only = _filters()
            with gr.Column(min_width=280):
                source = gr.HTML(
                    markup.documents(live.library.documents),
                    elem_id="source",
                    js_on_load=script(),
                    apply_default_css=False,
                    server_functions=desk.functions(live),
                )

        def on_ask(asked: str, held: Conversation | None, *some: str | None) -> Iterator[tuple[Update, ...]]:
            yield from _ask(live.library, asked, held or Conversation(), some)

        def on_asked(event: gr.EventData, held: Conversation | None, *some: str | None) -> Iterator[tuple[Update, ...]]:
            """Asked by the page's script: again, as typed, a suggestion, from a link."""
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

        asking: dict[str, Any] = {"show_progress": "hidden", "concurrency_id": "ask", "api_visibility": "private"}
        answered = [chat, box, button, conversation]
        for trigger in (box.submit, button.click):
            trigger(on_ask, [box, conversation, *only], answered, **asking)
        source.asked(on_asked, [conversation, *only], answered, **asking)
        source.reopen(
            on_reopen, None, [chat, conversation], show_progress="hidden", queue=False, api_visibility="private"
        )

        programs.endpoints(live)
    return page


def script() -> str:
    """The page's script, run when the source pane is mounted, with ``element``, ``trigger`` and ``server``."""
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS)


def _masthead() -> str:
    spoken = {key: text for key, text in texts().items() if key.startswith("script.")}
    return (
        f"<h1>{escape(say('page.title'))}</h1><p>{escape(say('page.about'))}</p>"
        f'<p id="status" role="status"></p><template id="texts" data-texts="{escape(json.dumps(spoken))}"></template>'
    )


def _tools() -> str:
    saves = "".join(
        f'<button type="button" class="small" data-save="{kind}">{escape(say(f"tools.save_{kind}"))}</button>'
        for kind in ("html", "markdown", "receipts")
    )
    return (
        f'<nav aria-label="{escape(say("tools"))}">'
        f'<button type="button" class="small" data-do="new">{escape(say("tools.new"))}</button>'
        f'<details class="menu" id="earlier"><summary>{escape(say("tools.earlier"))}</summary><div></div></details>'
        f'<details class="menu"><summary>{escape(say("tools.save"))}</summary><div>{saves}</div></details></nav>'
    )


def _chat() -> gr.Chatbot:
    return gr.Chatbot(
        elem_id="chat",
        label=say("page.chat"),
        show_label=False,
        height="min(66vh, 760px)",
        buttons=[],
        feedback_options=None,
        render_markdown=False,
        latex_delimiters=[],
        group_consecutive_messages=False,
        allow_file_downloads=False,
        autoscroll=False,
        placeholder=say("page.placeholder"),
    )


def _question() -> tuple[gr.Textbox, gr.Button]:
    with gr.Row(elem_id="asking"):
        box = gr.Textbox(
            elem_id="question",
            label=say("page.question"),
            show_label=False,
            container=False,
            placeholder=say("page.question_here"),
            lines=1,
            max_lines=1,
            autofocus=True,
            scale=5,
        )
        button = gr.Button(say("page.ask"), variant="primary", elem_id="ask", min_width=80)
    return box, button


def _filters() -> list[gr.Textbox]:
    """After, before, source, document."""
    with gr.Row():
        dates = [_filter("after", say("filter.date")), _filter("before", say("filter.date"))]
    with gr.Row():
        names = [_filter(name, say(f"filter.{name}_hint")) for name in ("source", "document")]
    return [*dates, *names]


def _filter(name: str, hint: str) -> gr.Textbox:
    return gr.Textbox(
        label=say(f"filter.{name}"),
        placeholder=hint,
        elem_id=f"only-{name}",
        lines=1,
        max_lines=1,
        min_width=120,
    )


def _suggested(questions: Sequence[str]) -> str:
    offered = "".join(
        f'<li><button type="button" class="example" data-ask="{escape(text)}" dir="auto">{escape(text)}</button></li>'
        for text in questions
    )
    return f'<h2 class="quiet">{escape(say("page.suggested"))}</h2><ul>{offered}</ul>' if offered else ""


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
        shown, left = held.failed(problem), asked
    yield shown, left, gr.update(interactive=True), held
