"""A citation in the forms that people paste. Each takes a citation as a receipt has it, and raises BadReceipt for less.

>>> print(plain(receipt["citations"][0]))
“The lease ends on 31 May.” — Lease (Jane Doe, 2024-03-01), hr/lease.md, line 2
"""

from collections.abc import Mapping
from typing import Any

from qa.receipt.bibliography import entry
from qa.receipt.claim import Claim, claim, parts
from qa.render import block_quote, bold, described, escaped, one_line

__all__ = ["attribution", "bibtex", "block", "markdown", "plain"]


def plain(citation: Mapping[str, Any]) -> str:
    """One line: the quote, what it is of, and its place."""
    told = claim(citation)
    under = f"“{one_line(told.columns.text)}” " if told.columns else ""
    return f"{under}“{one_line(''.join(parts(told)))}” — {one_line(attribution(told))}"


def markdown(citation: Mapping[str, Any]) -> str:
    """A block quote, the exact answer in it bold, with what it is of and its place."""
    return block(claim(citation))


def bibtex(citation: Mapping[str, Any]) -> str:
    """An entry of a bibliography; empty without a title, or without an author, a source and a date."""
    return entry(claim(citation))


def block(told: Claim, *, number: int | None = None) -> str:
    """A block quote of a claim, as :func:`markdown` gives it, perhaps numbered."""
    above = told.columns.text if told.columns else ""
    return block_quote(_marked(told), attribution(told), number=number, above=above)


def _marked(told: Claim) -> str:
    """The quote as one line of Markdown, the exact answer in it bold."""
    split = parts(told)
    return bold(*split) if told.exact else escaped(one_line("".join(split)))


def attribution(told: Claim) -> str:
    """``Lease (Jane Doe, 2024-03-01), hr/lease.md, line 2``; what has no title is named by its place alone."""
    known = described(told.document)
    if told.document.title:
        return f"{known}, {told.place}"
    return told.place + known.removeprefix(told.document.id)
