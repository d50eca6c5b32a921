"""The page's components, and what happens between them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from qa.errors import QAError
from qa.filters import Filter
from qa.library import Library
from qa.live import Live
from qa.records import Quote
from qa.ui import markup, programs
from qa.ui.turns import TURNS

_HERE = Path(__file__).parent
_ABOUT = """<h1>Chapter &amp; Verse</h1>
<p>Ask your documents. They answer in their own words, or not at all.</p>"""

Update = Any  # what Gradio takes as a component's new value


def build(library: Library | Live, examples: Sequence[str] = ()) -> gr.Blocks:
    """The page: its components and what happens between them."""
    live = library if isinstance(library, Live) else Live(library)
    page: gr.Blocks
    with gr.Blocks(title="Chapter & Verse", analytics_enabled=False, fill_width=True) as page:
        gr.HTML(_ABOUT, elem_id="masthead", js_on_load=None)
        with gr.Row(elem_id="columns", equal_height=False):
            with gr.Column(min_width=320):
                chat = gr.Chatbot(
                    elem_id="chat",
                    show_label=False,
                    height="min(62vh, 640px)",
                    buttons=[],
                    feedback_options=None,
                    render_markdown=False,
                    latex_delimiters=[],
                    group_consecutive_messages=False,
                    allow_file_downloads=False,
                    autoscroll=False,
                    placeholder="Ask a question about the documents.",
                )
                with gr.Row():
                    box = gr.Textbox(
                        elem_id="question",
                        label="Question",
                        show_label=False,
                        container=False,
                        placeholder="Your question",
                        lines=1,
                        max_lines=1,
                        autofocus=True,
                        scale=5,
                    )
                    button = gr.Button("Ask", variant="primary", elem_id="ask", min_width=80)
                    anew = gr.Button("New chat", elem_id="new", min_width=110)
                with gr.Accordion("Only some documents", open=False, elem_id="only"):
                    with gr.Row():
                        after = _filter("From", "2021, 2021-03 or 2021-03-31")
                        before = _filter("Up to", "2021, 2021-03 or 2021-03-31")
                    with gr.Row():
                        of_source = _filter("Source", "a part of its name")
                        named = _filter("Document", "a path, a folder, or *.md")
                with gr.Row(elem_id="examples"):
                    offered = [gr.Button(text, size="sm", elem_classes="example") for text in examples]
            with gr.Column(min_width=320):
                source = gr.HTML(
                    markup.documents(live.library.documents),
                    elem_id="source",
                    js_on_load=(_HERE / "page.js").read_text(encoding="utf-8"),
                    apply_default_css=False,
                )

        def on_ask(asked: str, history: list[Update], *only: str | None) -> Iterator[tuple[Update, ...]]:
            yield from _ask(live.library, asked, history, only)

        for trigger, asked in [(box.submit, box), (button.click, box), *((o.click, o) for o in offered)]:
            trigger(
                on_ask,
                [asked, chat, after, before, of_source, named],
                [chat, box, button],
                show_progress="hidden",
                concurrency_id="ask",
                api_visibility="private",
            )

        anew.click(lambda: ([], ""), None, [chat, box], queue=False, show_progress="hidden", api_visibility="private")

        def on_open(event: gr.EventData) -> Update:
            return _open(live.library, event._data)

        source.open_source(
            on_open,
            None,
            [source],
            queue=False,
            show_progress="hidden",
            trigger_mode="multiple",
            api_visibility="private",
        )

        programs.endpoints(live)
    return page


def _filter(label: str, placeholder: str) -> gr.Textbox:
    return gr.Textbox(label=label, placeholder=placeholder, lines=1, max_lines=1, min_width=120)


def _only(typed: Sequence[str | None]) -> Filter:
    """The filter of four fields of the page; BadFilter where a date is none."""
    after, before, source, document = ((text or "").strip() for text in typed)  # None: never opened
    return Filter(after, before, [source] if source else [], [document] if document else [])


def _ask(
    library: Library, asked: str, history: list[Update], only: Sequence[str | None] = ("", "", "", "")
) -> Iterator[tuple[Update, ...]]:
    """First that the question was taken, then its answer; one that could not be asked is given back."""
    history = [*history, _message("user", markup.question(asked))]
    yield [*history, _message("assistant", markup.busy())], "", gr.update(interactive=False)
    try:
        with TURNS:
            which = _only(only)
            reply, left = markup.answer(library.ask(asked, only=which), only=which), gr.skip()
    except QAError as problem:
        reply, left = markup.error(str(problem)), asked
    yield [*history, _message("assistant", reply)], left, gr.update(interactive=True)


def _message(role: str, html: str) -> dict[str, Any]:
    """A message of the chat. A component, not text: Gradio would read Markdown in it and drop what it does not like."""
    return {"role": role, "content": gr.HTML(html, js_on_load=None)}


def _open(library: Library, wish: object) -> Update:
    """The source pane for what the browser wishes to see; it is not trusted to wish for what there is."""
    wish = wish if isinstance(wish, dict) else {}
    name, start, end, click = (wish.get(key) for key in ("document", "start", "end", "click"))
    click = click if isinstance(click, int) else 0
    if name == "":
        return markup.documents(library.documents, click=click)
    if not isinstance(name, str) or not library.holds(name):
        return gr.skip()
    document = library.document(name)
    quote = None
    if isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(document.text):
        quote = Quote(document, start, end)
    return markup.source(document, quote, library.marks(name), click=click)
