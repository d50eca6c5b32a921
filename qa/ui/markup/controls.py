"""Buttons, as HTML."""

from html import escape

from qa.texts import say


def small(key: str, *, name: str = "", extra: str = "", **data: object) -> str:
    """A small button with the text of ``key``; ``data`` tells the page's script what it does.

    ``name`` is what a screen reader calls it instead, ``extra`` are attributes
    that are no text of a document.
    """
    told = "".join(f' data-{key}="{escape(str(value))}"' for key, value in data.items())
    named = f' aria-label="{escape(name)}"' if name else ""
    return f'<button type="button" class="small"{told}{named}{extra}>{escape(say(key))}</button>'


def step(do: str, sign: str) -> str:
    """A button of the source pane that shows a ``sign`` instead of its name."""
    return (
        f'<button type="button" class="small" data-source="{do}" aria-label="{escape(say(f"source.{do}"))}">'
        f"{sign}</button>"
    )


def group(name: str, content: str, *, kind: str = "") -> str:
    """Controls that belong together, called ``name`` by a screen reader; ``name`` is shown, too."""
    return f'<div class="{kind}" role="group" aria-label="{escape(name)}"><span>{escape(name)}</span>{content}</div>'
