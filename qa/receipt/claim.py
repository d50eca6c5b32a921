"""What a receipt says of one quote, checked: one that comes back from a browser or a file may say anything."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from qa.errors import BadReceipt
from qa.records import Document

_METADATA = ("title", "date", "source", "author", "encoding", "extracted", "field")  # an older receipt lacks some
_CALLED = {"exact": "exact answer in", "columns": "line of names of columns above"}


@dataclass(frozen=True)
class Words:
    """What a receipt says of the exact answer within a quote, or of the columns' names above it; offsets in the
    document."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Claim:
    """What a receipt says of one quote, or of a passage that stands in place of one.

    Every field is of its kind; whether it is true is another matter.
    ``document`` is without its text, which no receipt holds.
    """

    document: Document
    place: str
    text: str
    start: int
    end: int
    byte_start: int | None
    byte_end: int | None
    exact: Words | None = None
    columns: Words | None = None
    also: tuple["Claim", ...] = ()
    sources: int = 1


def claim(entry: Mapping[str, Any]) -> Claim:
    """The claim in a citation of a receipt, with the other places; BadReceipt where a field is missing or wrong."""
    first = _claim(entry, "quote")
    also, sources = entry.get("also", []), entry.get("sources", 1)
    if not isinstance(also, list):
        raise BadReceipt("not a whole receipt: a citation is not one")
    if type(sources) is not int or not 1 <= sources <= 1 + len(also):
        raise BadReceipt(f"not a whole receipt: the quote at {first.place!r} has a wrong number of sources")
    return replace(first, also=tuple(_claim(place, "quote") for place in also), sources=sources)


def near(entry: Mapping[str, Any]) -> Claim:
    """The claim in a passage that a receipt names in place of an answer; BadReceipt as above."""
    return _claim(entry, "text")


def parts(claim: Claim) -> tuple[str, str, str]:
    """The quote before, within and after the exact answer; without one, all of it is within.

    BadReceipt where the offsets do not fit the words.
    """
    exact = claim.exact or Words(claim.text, claim.start, claim.end)
    start, end = exact.start - claim.start, exact.end - claim.start
    if claim.start < 0 or claim.end != claim.start + len(claim.text):
        raise BadReceipt(f"not a whole receipt: the quote at {claim.place!r} is not as long as its offsets say")
    if not 0 <= start < end or claim.text[start:end] != exact.text:
        raise BadReceipt(f"not a whole receipt: the exact answer does not stand in the quote at {claim.place!r}")
    return claim.text[:start], exact.text, claim.text[end:]


def _claim(entry: Mapping[str, Any], words: str) -> Claim:
    try:
        document = entry["document"]
        offsets = [entry[name] for name in ("start", "end", "byte_start", "byte_end")]
        texts = [entry["place"], document["id"], document["sha256"], entry[words]]
        known = {name: document.get(name, "") for name in _METADATA}
        origins = document.get("origins", {})
        exact = _words(entry, "exact")
        columns = _words(entry, "columns")
    except (KeyError, TypeError, AttributeError) as error:
        raise BadReceipt(f"not a whole receipt: a quote lacks {error}") from error
    if not all(isinstance(text, str) for text in (*texts, *known.values())) or not texts[3]:
        raise BadReceipt("not a whole receipt: a quote, its place or its document is not text")
    if not all(type(offset) is int or (offset is None and n > 1) for n, offset in enumerate(offsets)):  # no bool
        raise BadReceipt(f"not a whole receipt: the offsets of the quote at {texts[0]!r} are not numbers")
    if not isinstance(origins, dict) or not all(isinstance(text, str) for pair in origins.items() for text in pair):
        raise BadReceipt(f"not a whole receipt: the origins of the document at {texts[0]!r} are not text")
    whole = Document(texts[1], "", sha256=texts[2], origins=tuple(origins.items()), **known)
    start, end, byte_start, byte_end = offsets
    return Claim(whole, texts[0], texts[3], start, end, byte_start, byte_end, exact, columns)


def _words(entry: Mapping[str, Any], name: str) -> Words | None:
    """The words of this ``name`` that a receipt gives with a quote, if it gives any."""
    held = entry.get(name)
    if held is None:
        return None
    text, start, end = (held.get(key) for key in ("text", "start", "end")) if isinstance(held, dict) else (None,) * 3
    if not isinstance(text, str) or type(start) is not int or type(end) is not int:
        raise BadReceipt(f"not a whole receipt: the {_CALLED[name]} the quote at {entry['place']!r} is not one")
    return Words(text, start, end)
