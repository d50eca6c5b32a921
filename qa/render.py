"""An answer as plain text and as Markdown."""

import re

from qa.records import Answer, Citation, Document, Passage
from qa.texts import say

NOT_FOUND = say("refusal")
# Of the confidence, from each on. Each says less than the number does, never more.
_IN_WORDS = ((0.7, "confidence.likely"), (0.4, "confidence.perhaps"), (0.0, "confidence.near"))

# Not "which do not answer it": a refusal can be wrong.
NEAREST = say("refusal.nearest")

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
    """Title, author, source and date, as far as they are known: ``A title (Jane Doe, The Post, 2020-09-28)``.

    The day on which a file was saved is called that: it is seldom the day on which its text was written.
    """
    date = say("saved", date=document.date) if ("date", "saved") in document.origins else document.date
    known = ", ".join(part for part in (document.author, document.source, date) if part)
    return f"{document.name} ({known})" if known else document.name


def confidence(answer: Answer) -> str:
    """How sure the first citation is, in a word and a number: ``likely right (confidence 0.82)``."""
    return say("confidence", word=in_a_word(answer), number=f"{answer.confidence:.2f}")


def in_a_word(answer: Answer) -> str:
    """How sure the first citation is: ``likely right``, ``perhaps right`` or ``near, but perhaps no answer``."""
    return say(next(key for least, key in _IN_WORDS if answer.confidence >= least))


def sources(citation: Citation) -> str:
    """How many of the places of a quote are independent of each other; copies of one text, exact or near, are one."""
    return say("sources", citation.sources)


def refusal(answer: Answer) -> str:
    """That the documents don't say, and which kind of silence it is; empty where they do."""
    return "" if answer.found else f"{NOT_FOUND} {say(f'refusal.{answer.refusal}')}"


def nearest(answer: Answer, top: int) -> tuple[Passage, ...]:
    """The passages that are shown in place of an answer: ``top`` of the nearest, if they are near at all."""
    return answer.passages[:top] if answer.refusal == "not stated" else ()


def to_text(answer: Answer, *, top: int = 3) -> str:
    """The answer as plain text, for a terminal without colours, a file or a pipe."""
    if not answer.found:
        lines = [refusal(answer), ""]
        if near := nearest(answer, top):
            lines += [NEAREST, ""]
        for passage in near:
            lines += [f"  {passage.place}", f"  {one_line(passage.text)}", ""]
        return safe("\n".join(lines).rstrip())
    lines = []
    for number, citation in enumerate(answer.citations, start=1):
        said = [f"“{one_line(citation.quote.text)}”"]
        if citation.exact and citation.exact != citation.quote:
            said = [one_line(citation.exact.text), *said]
        lines += [f"[{number}] {said[0]}", *(f"    {line}" for line in said[1:])]
        lines += [
            f"    {described(citation.quote.document)}",
            f"    {citation.place}",
            *(f"    also: {place.place}" for place in citation.also),
            *([f"    {sources(citation)}"] if citation.also else []),
            "",
        ]
    lines.append(confidence(answer))
    return safe("\n".join(lines))


def to_markdown(answer: Answer, *, top: int = 3) -> str:
    """The answer as Markdown; every character of a document that Markdown knows is escaped."""
    if not answer.found:
        parts = [f"**{refusal(answer)}**"]
        parts += [f"> {_markdown(one_line(p.text))}\n>\n> — {_markdown(p.place)}" for p in nearest(answer, top)]
        return "\n\n".join(parts)
    return "\n\n".join(
        f"> {_bold(citation)}\n>\n"
        f"> — {number}. {_markdown(described(citation.quote.document))}, {_markdown(citation.place)}"
        for number, citation in enumerate(answer.citations, start=1)
    )


def _bold(citation: Citation) -> str:
    """The quote with the exact answer in bold."""
    quote, exact = citation.quote, citation.exact
    if not exact:
        return _markdown(one_line(quote.text))
    text = quote.document.text
    parts = [text[quote.start : exact.start], exact.text, text[exact.end : quote.end]]
    before, inside, after = (_markdown(re.sub(r"\s+", " ", safe(part))) for part in parts)
    return f"{before}**{inside}**{after}"


def _markdown(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)
