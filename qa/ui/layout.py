"""The page's components, each as it looks before anything has happened."""

import json
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from qa.texts import say, texts

_HERE = Path(__file__).parent
_SCRIPTS = ("source.js", "find.js", "pages.js", "chat.js", "ask.js", "earlier.js", "library.js")

TITLE = say("page.title")


def head() -> str:
    """What the page's head holds: the script that hears what is typed, also where Gradio does not."""
    return f"<script>{(_HERE / 'typed.js').read_text(encoding='utf-8')}</script>"


def script() -> str:
    """The page's script, run when the source pane is mounted, with ``element``, ``trigger`` and ``server``."""
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS)


def source(documents: str, functions: Sequence[Callable[..., Any]]) -> gr.HTML:
    """The pane beside the chat, the list of ``documents`` in it; its script calls ``functions`` of the program."""
    return gr.HTML(
        f'<div id="pane">{documents}</div>',
        elem_id="source",
        js_on_load=script(),
        apply_default_css=False,
        server_functions=list(functions),
    )


def masthead(library: str) -> str:
    """The name, and what the script needs: a place for what it tells, its texts, and which library this is."""
    spoken = {key: text for key, text in texts().items() if key.startswith("script.")}
    return (
        f"<h1>{escape(say('page.title'))}</h1><p>{escape(say('page.about'))}</p>"
        f'<p id="status" role="status"></p><template id="texts" data-library="{library}" '
        f'data-texts="{escape(json.dumps(spoken))}"></template>'
    )


def tools() -> str:
    """What can be done with a conversation as a whole."""
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


def chat() -> gr.Chatbot:
    """The conversation."""
    return gr.Chatbot(
        elem_id="chat",
        label=say("page.chat"),
        show_label=False,
        height="66vh",
        buttons=[],
        feedback_options=None,
        render_markdown=False,
        latex_delimiters=[],
        group_consecutive_messages=False,
        allow_file_downloads=False,
        autoscroll=False,
        placeholder=say("page.placeholder"),
    )


def question() -> tuple[gr.Textbox, gr.Button]:
    """Where a question is typed, and the button that asks it."""
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
            interactive=True,  # Gradio takes what no event of its own reads for something that is only shown
            scale=5,
        )
        button = gr.Button(say("page.ask"), variant="primary", elem_id="ask", min_width=80)
    return box, button


def filters() -> list[gr.Textbox]:
    """After, before, source, document."""
    with gr.Accordion(say("filter"), open=False, elem_id="only"):
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


def suggesting() -> str:
    """What stands where suggestions will be."""
    return f'<p class="quiet">{escape(say("page.suggesting"))}</p>'


def suggested(questions: Sequence[str]) -> str:
    """Questions, each a button that asks it."""
    offered = "".join(
        f'<li><button type="button" class="example" data-ask="{escape(text)}" dir="auto">{escape(text)}</button></li>'
        for text in questions
    )
    return f'<h2 class="quiet">{escape(say("page.suggested"))}</h2><ul>{offered}</ul>' if offered else ""


def adding() -> tuple[gr.File, gr.HTML]:
    """Where files are dropped, and what has become of them."""
    with gr.Accordion(say("library.add"), open=False, elem_id="adding"):
        files = gr.File(
            label=say("library.add_hint"), file_count="multiple", type="filepath", height=140, elem_id="add"
        )
        steps = gr.HTML("", elem_id="steps", js_on_load=None)
    return files, steps
