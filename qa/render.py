"""An answer as plain text and as Markdown, and the words for what is the same everywhere."""

import re
import unicodedata

from qa.records import Answer, Citation, Document, Passage, Refusal
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
    return how_sure(answer.confidence)


def how_sure(confidence: float) -> str:
    """A confidence in a word and a number."""
    return say("confidence", word=in_a_word(confidence), number=f"{confidence:.2f}")


def in_a_word(confidence: float) -> str:
    """A confidence in a word: ``likely right``, ``perhaps right`` or ``near, but perhaps no answer``."""
    return say(next(key for least, key in _IN_WORDS if confidence >= least))


def sources(citation: Citation) -> str:
    """How many of the places of a quote are independent of each other; copies of one text, exact or near, are one."""
    return said_by(citation.sources)


def said_by(count: int) -> str:
    """So many independent sources, in words."""
    return say("sources", count)


def refusal(answer: Answer) -> str:
    """That the documents don't say, and which kind of silence it is; empty where they do."""
    return silence(answer.refusal)


def silence(why: Refusal) -> str:
    """A refusal in words; empty where it is none."""
    return f"{NOT_FOUND} {say(f'refusal.{why}')}" if why else ""


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
        under = [f"“{one_line(citation.columns.text)}”"] if citation.columns else []
        said = [*under, f"“{one_line(citation.quote.text)}”"]
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
        parts += [block_quote(escaped(one_line(p.text)), p.place) for p in nearest(answer, top)]
        return "\n\n".join(parts)
    return "\n\n".join(
        block_quote(
            _quoted(citation),
            f"{described(citation.quote.document)}, {citation.place}",
            number=number,
            above=citation.columns.text if citation.columns else "",
        )
        for number, citation in enumerate(answer.citations, start=1)
    )


def _quoted(citation: Citation) -> str:
    """The quote with the exact answer in bold."""
    quote, exact = citation.quote, citation.exact
    if not exact:
        return escaped(one_line(quote.text))
    text = quote.document.text
    return bold(text[quote.start : exact.start], exact.text, text[exact.end : quote.end])


def escaped(text: str) -> str:
    """``text`` as Markdown that shows it as it is; it says nothing of line breaks, so give it one line."""
    return _MARKDOWN.sub(r"\\\1", text)


def block_quote(quote: str, attribution: str, *, number: int | None = None, above: str = "") -> str:
    """``quote``, one line of Markdown, as a block of its own, with where it is from, perhaps numbered, and in a line
    ``above`` it the names of its columns."""
    counted = f"{number}. " if number else ""
    head = f"> {escaped(one_line(above))}\\\n" if above else ""
    return f"{head}> {quote}\n>\n> — {counted}{escaped(one_line(attribution))}"


def bold(before: str, inside: str, after: str) -> str:
    """One line of Markdown with the middle part bold."""
    before, inside, after = (safe(re.sub(r"\s+", " ", part)) for part in (before, inside, after))
    words = inside.strip()
    if not words:
        return escaped(before + inside + after)
    if words != inside:  # "** 31 May **" is not bold
        left, right = inside.split(words)
        before, after = before + left, right + after
    if before and _is_letter(before[-1]) and not _is_letter(words[0]):
        opening = f"{escaped(before[:-1])}&#{ord(before[-1])};"
    else:
        opening = escaped(before)
    if after and _is_letter(after[0]) and not _is_letter(words[-1]):
        closing = f"&#{ord(after[0])};{escaped(after[1:])}"
    else:
        closing = escaped(after)
    return f"{opening}**{escaped(words)}**{closing}"


def _is_letter(character: str) -> bool:
    """Neither space, punctuation nor sign.

    In "US**$5**" the asterisks begin nothing, since a letter stands before
    them and a sign behind; with the letter as an entity, which ends on ";",
    they do.
    """
    return character != " " and unicodedata.category(character)[0] not in "PS"
