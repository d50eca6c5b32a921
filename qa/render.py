"""An answer for people: plain text, Markdown, and escaped HTML. The only place where document text meets markup."""

import re
from collections.abc import Sequence
from html import escape
from itertools import pairwise

from qa.records import Answer, Citation, Document, Quote, Slice

NOT_FOUND = "The documents don’t say."
NEAREST = "Nearest passages, which do not answer it:"

# Control characters would steer a terminal; a line break and a tab are kept.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|$~&])")


def safe(text: str) -> str:
    """``text`` with control characters and direction overrides made visible, for a terminal."""
    return _CONTROL.sub(lambda match: f"\\x{ord(match.group()):02x}", text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """``text`` with every run of white space made one space, fit for a terminal's line."""
    return safe(" ".join(text.split()))


def described(document: Document) -> str:
    """Title, source and date, as far as they are known: ``A title (Source, 2020-09-28)``."""
    known = ", ".join(part for part in (document.source, document.date) if part)
    return f"{document.name} ({known})" if known else document.name


def to_text(answer: Answer, *, top: int = 3) -> str:
    """The answer as plain text, for a terminal without colours, a file or a pipe."""
    if not answer.found:
        lines = [NOT_FOUND, ""]
        if answer.passages:
            lines += [NEAREST, ""]
        for passage in answer.passages[:top]:
            lines += [f"  {passage.place}", f"  {one_line(passage.text)}", ""]
        return safe("\n".join(lines).rstrip())
    lines = []
    for number, citation in enumerate(answer.citations, start=1):
        lines += [f"[{number}] “{one_line(citation.quote.text)}”", f"    {described(citation.quote.document)}"]
        lines += [f"    {citation.place}", *(f"    also: {place.place}" for place in citation.also), ""]
    lines.append(f"confidence {answer.confidence:.2f}")
    return safe("\n".join(lines))


def to_markdown(answer: Answer, *, top: int = 3) -> str:
    """The answer as Markdown; every character of a document that Markdown knows is escaped."""
    if not answer.found:
        parts = [f"**{NOT_FOUND}**"]
        parts += [f"> {_markdown(one_line(p.text))}\n>\n> — {_markdown(p.place)}" for p in answer.passages[:top]]
        return "\n\n".join(parts)
    return "\n\n".join(
        f"> {_markdown(one_line(citation.quote.text))}\n>\n"
        f"> — {number}. {_markdown(described(citation.quote.document))}, {_markdown(citation.place)}"
        for number, citation in enumerate(answer.citations, start=1)
    )


def quote_in_passage(citation: Citation) -> str:
    """HTML: the passage with the quote in ``<mark>``, every character of the document escaped."""
    return marked(citation.passage, [citation.quote])


def marked(part: Slice, quotes: Sequence[Quote], *, current: int | None = None, greyed: Sequence[Slice] = ()) -> str:
    """HTML of ``part`` with ``quotes`` in ``<mark>``; number ``current`` has the id ``quote``, ``greyed`` is dimmed.

    Overlapping ranges are cut at each other's borders, so the tags always nest.
    """
    borders = {part.start, part.end}
    for piece in (*quotes, *greyed):
        borders |= {offset for offset in (piece.start, piece.end) if part.start < offset < part.end}
    ordered = sorted(borders)
    html = []
    for start, end in pairwise(ordered):
        text = escape(part.document.text[start:end])
        inside = [n for n, quote in enumerate(quotes) if quote.start <= start and end <= quote.end]
        if inside:
            here = current in inside
            attributes = ' class="current"' if here else ""
            if here and current is not None and quotes[current].start == start:
                attributes += ' id="quote" tabindex="-1"'
            html.append(f"<mark{attributes}>{text}</mark>")
        elif any(grey.start <= start and end <= grey.end for grey in greyed):
            html.append(f'<span class="furniture">{text}</span>')
        else:
            html.append(text)
    return "".join(html)


def _markdown(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)
