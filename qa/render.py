"""An answer as plain text and as Markdown."""

import re

from qa.records import Answer, Document

NOT_FOUND = "The documents don’t say."
# Of the confidence, from each on. Each says less than the number does, never more.
_IN_WORDS = ((0.7, "likely right"), (0.4, "perhaps right"), (0.0, "near, but perhaps no answer"))

# Not "which do not answer it": a refusal can be wrong.
NEAREST = "Nearest passages:"

# Control characters would steer a terminal; a line break and a tab are kept.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
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


def confidence(answer: Answer) -> str:
    """How sure the first citation is, in a word and a number: ``likely right (confidence 0.82)``."""
    word = next(word for least, word in _IN_WORDS if answer.confidence >= least)
    return f"{word} (confidence {answer.confidence:.2f})"


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
    lines.append(confidence(answer))
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


def _markdown(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)
