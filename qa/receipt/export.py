"""A conversation as one page or as Markdown, and the receipts back out of such a page.

All of it is made of receipts alone, so it can be made when the index is long gone.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from qa.errors import BadReceipt
from qa.receipt.cite import attribution, block
from qa.receipt.claim import parts
from qa.receipt.statement import Statement, statement
from qa.receipt.verifying import checked, parse
from qa.records import Document
from qa.render import NEAREST, block_quote, described, escaped, how_sure, one_line, said_by, silence

_HERE = Path(__file__).parent
_EMBEDDED = "receipts"
_SCRIPT = re.compile(r"<script\b[^<>]*>", re.IGNORECASE)
_ITS_ID = re.compile(rf"\sid\s*=\s*[\"']?{_EMBEDDED}[\"'\s>]", re.IGNORECASE)


@dataclass(frozen=True)
class Turn:
    """The receipt of a question, and when it was asked: ISO 8601, or empty."""

    receipt: Mapping[str, Any]
    asked_at: str = ""


def to_html(turns: Iterable[Turn]) -> str:
    """A page that needs nothing else, oldest question first, with the receipts in it; BadReceipt for what is none.

    The same turns give the same page, to the byte.
    """
    turns = list(turns)
    told = [statement(turn.receipt) for turn in turns]
    page = _environment().from_string(_read("export.html"))
    html = page.render(
        turns=list(zip(told, map(_when, turns), strict=True)),
        title=one_line(told[0].question) if told else "Nothing was asked",
        style=Markup(_read("export.css")),  # noqa: S704 - the program's own file
        receipts=Markup(_embeddable([turn.receipt for turn in turns])),  # noqa: S704 - JSON without a "<"
        documents=_documents(told),
    )
    return html.encode("utf-8", "replace").decode()  # a name may hold half a surrogate pair, a file may not


def to_markdown(turns: Iterable[Turn]) -> str:
    """The questions as headings, with their answers; every character of a document that Markdown knows is escaped."""
    blocks = [block for turn in turns for block in _blocks(statement(turn.receipt), _when(turn))]
    return "\n\n".join(blocks) + "\n"


def receipts(text: str) -> list[dict[str, Any]]:
    """The receipts in a saved page, or the one that ``text`` is itself; BadReceipt where it is neither."""
    if not text.lstrip("\ufeff \t\r\n").startswith("<"):
        return [parse(text)]
    for tag in _SCRIPT.finditer(text):
        if _ITS_ID.search(tag.group()):
            try:
                held = json.loads(text[tag.end() : text.index("</script", tag.end())])
            except (ValueError, RecursionError) as error:
                raise BadReceipt(f"the receipts in the page are damaged ({error}); save it once more") from error
            if isinstance(held, list):
                return [checked(each) for each in held]
    raise BadReceipt("a page without receipts; save one from the page of Chapter & Verse")


def _blocks(told: Statement, when: str) -> list[str]:
    """What is said of one question, block by block."""
    asked = ", ".join(filter(None, [when, f"asked only: documents {told.only}" if told.only else ""]))
    blocks = [f"## {escaped(one_line(told.question))}", *([escaped(one_line(asked))] if asked else [])]
    if not told.citations:
        blocks.append(f"**{silence(told.refusal)}**")
        near = told.nearest if told.refusal == "not stated" else ()
        blocks += [NEAREST] if near else []
        return blocks + [block_quote(escaped(one_line(place.text)), attribution(place)) for place in near]
    for number, citation in enumerate(told.citations, start=1):
        blocks.append(block(citation, number=number))
        if citation.also:
            also = "; ".join(place.place for place in citation.also)
            blocks.append(escaped(one_line(f"Also: {also}; {said_by(citation.sources)}.")))
    return [*blocks, escaped(f"{how_sure(told.confidence).capitalize()}.")]


def _when(turn: Turn) -> str:
    """When it was asked, for people: ``2026-03-01 10:15+00:00``."""
    if not turn.asked_at:
        return ""
    try:
        return datetime.fromisoformat(turn.asked_at).isoformat(" ", "minutes")
    except (TypeError, ValueError) as error:
        raise BadReceipt(f"{str(turn.asked_at)[:40]!r} is no time at which a question was asked") from error


def _documents(told: Iterable[Statement]) -> list[Document]:
    """Every document that is quoted, once, in the order in which they are."""
    places = [place for each in told for first in each.citations for place in (first, *first.also)]
    return list({(place.document.id, place.document.sha256): place.document for place in places}.values())


def _embeddable(held: list[Mapping[str, Any]]) -> str:
    """The receipts as JSON that nothing in them can end: a ``</script>`` in a document is text like any other."""
    try:
        return json.dumps(held, allow_nan=False, indent=1).replace("<", r"\u003c")
    except (TypeError, ValueError, RecursionError) as error:
        raise BadReceipt(f"not a receipt: not JSON ({error})") from error


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _environment() -> Environment:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals |= {"nearest": NEAREST}
    environment.filters |= {
        "attribution": attribution,
        "described": described,
        "parts": parts,
        "silence": silence,
        "sure": how_sure,
        "said_by": said_by,
    }
    return environment
