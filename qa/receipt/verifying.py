"""Whether the quotes of a receipt still stand."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from qa.errors import BadReceipt, UnreadableFile
from qa.load import load_file, path_in
from qa.read.table import header_above
from qa.receipt.claim import Claim, claim
from qa.receipt.making import FORMAT
from qa.records import Document, Quote

if TYPE_CHECKING:
    from qa.library import Library

Standing = Literal["stands", "moved", "altered"]


@dataclass(frozen=True)
class Verdict:
    """Whether a quote of a receipt still stands: ``stands``, ``moved`` or ``altered``, and what was seen."""

    place: str
    standing: Standing
    detail: str


def parse(text: str) -> dict[str, Any]:
    """The receipt in ``text``; BadReceipt unless it is one, of a format that this version reads."""
    try:
        content: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadReceipt(f"not a receipt: not JSON ({error})") from error
    return checked(content)


def checked(content: object) -> dict[str, Any]:
    """``content`` as a receipt, not looked into further; BadReceipt as :func:`parse` does."""
    version = content.get("format") if isinstance(content, dict) else None
    if not isinstance(content, dict) or type(version) is not int or not isinstance(content.get("citations"), list):
        raise BadReceipt("not a receipt: make one with qa ask --json")
    if version > FORMAT:
        raise BadReceipt(f"a receipt of format {version}; this version reads up to {FORMAT}")
    return dict(content)


def verify(content: Mapping[str, Any], folder: str | Path) -> list[Verdict]:
    """A verdict on every quote of a parsed receipt, other places included, against the files in ``folder``.

    ``stands``: the same words at the same place. ``moved``: elsewhere in the
    same file. ``altered``: not in the file, or there is no such file. Raises
    BadReceipt where a field is missing or of the wrong kind.
    """
    return _verdicts(content, lambda document_id, field: _read(Path(folder), document_id, field))


def verify_in(content: Mapping[str, Any], library: "Library") -> list[Verdict]:
    """As :func:`verify`, but against the documents as ``library`` holds them: "the file" is what was indexed of it."""

    def held(document_id: str, _: str) -> Document | str:
        return library.document(document_id) if library.holds(document_id) else "there is no such document here"

    return _verdicts(content, held)


def _verdicts(content: Mapping[str, Any], found: Callable[[str, str], Document | str]) -> list[Verdict]:
    """A verdict on every quote; ``found`` gives the document of an id and a field, or why there is none."""
    documents: dict[tuple[str, str], Document | str] = {}
    verdicts = []
    for first in [claim(entry) for entry in content["citations"]]:
        for told in (first, *first.also):
            key = told.document.id, told.document.field
            if key not in documents:
                documents[key] = found(*key)
            verdicts.append(_judge(told, documents[key]))
    return verdicts


def _read(folder: Path, document_id: str, field: str) -> Document | str:
    """The document, or why there is none. An id that leads out of the folder is not followed."""
    try:
        return load_file(path_in(folder, document_id), folder, field=field)
    except UnreadableFile as error:
        return error.reason


def _judge(told: Claim, document: Document | str) -> Verdict:
    if isinstance(document, str):
        return Verdict(told.place, "altered", document)
    unchanged = document.sha256 == told.document.sha256
    if told.start >= 0 and document.text.startswith(told.text, told.start):
        quote = Quote(document, told.start, told.start + len(told.text))
        if told.end != quote.end or (unchanged and not _bytes_agree(told, quote)):
            return Verdict(quote.place, "altered", "the words stand there, but the receipt gives other offsets")
        if not _exact_agrees(told, quote):
            return Verdict(quote.place, "altered", "the words stand there, but the exact answer does not within them")
        if not _columns_agree(told, quote, unchanged):
            return Verdict(quote.place, "altered", "the words stand there, but other names of columns above them")
        return Verdict(
            quote.place, "stands", "the file is as it was" if unchanged else "the file has changed elsewhere"
        )
    found = document.text.find(told.text)
    otherwise = document.extracted != told.document.extracted
    how = f"; read by {_reader(document)} now, by {_reader(told.document)} then" if otherwise else ""
    if found < 0:
        return Verdict(told.place, "altered", f"the file does not hold these words{how}")
    now = Quote(document, found, found + len(told.text)).place
    if unchanged and otherwise:
        return Verdict(told.place, "moved", f"the file is as it was, and the words stand at {now}{how}")
    if unchanged:
        return Verdict(told.place, "altered", f"the file is as it was, but the words stand at {now}")
    return Verdict(told.place, "moved", f"now at {now}{how}")


def _reader(document: Document) -> str:
    return document.extracted or "no library"


def _bytes_agree(told: Claim, quote: Quote) -> bool:
    """Whether the bytes that a receipt gives are those of the quote."""
    document = quote.document
    return (told.byte_start, told.byte_end) == (document.byte_offset(quote.start), document.byte_offset(quote.end))


def _exact_agrees(told: Claim, quote: Quote) -> bool:
    """Whether the exact answer that a receipt gives, if it gives one, stands in the quote."""
    exact = told.exact
    return exact is None or (
        quote.start <= exact.start < exact.end <= quote.end
        and quote.document.text[exact.start : exact.end] == exact.text
    )


def _columns_agree(told: Claim, quote: Quote, unchanged: bool) -> bool:
    """Whether the names of the columns that a receipt gives, if it gives any, are those that stand above the quote."""
    if told.columns is None:
        return True
    above = header_above(quote.document.text, quote.start)
    return (
        above is not None
        and above.of(quote.document.text) == told.columns.text
        and (not unchanged or tuple(above) == (told.columns.start, told.columns.end))
    )
