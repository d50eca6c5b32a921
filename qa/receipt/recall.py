"""An answer that was given earlier, from its receipt: only if every word of it still stands where it stood."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from qa.errors import BadReceipt
from qa.receipt.statement import statement
from qa.records import Answer, Citation, Document, Passage, Quote

if TYPE_CHECKING:
    from qa.library import Library

P = TypeVar("P", Passage, Quote)


def recall(content: Mapping[str, Any], library: "Library") -> Answer | None:
    """The answer of a parsed receipt, with the documents of ``library``; None where any of them is not as it was.

    Raises BadReceipt where a field is missing or of the wrong kind: a receipt
    may have been anywhere meanwhile.
    """
    told = statement(content)
    try:
        found = [_citation(entry, library) for entry in content["citations"]]
        near = [_part(Passage, entry, library) for entry in content.get("nearest", [])]
        citations, passages = [c for c in found if c], [p for p in near if p]
        if len(citations) < len(found) or len(passages) < len(near):
            return None
        near_at_all = told.refusal != "nothing near"
        return Answer(told.question, tuple(citations), tuple(passages), told.confidence, near=near_at_all)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadReceipt(f"not a whole receipt: {error}") from error


def _citation(entry: Mapping[str, Any], library: "Library") -> Citation | None:
    quote = _part(Quote, entry, library)
    document = _document(entry, library)
    also = [_part(Quote, place, library) for place in entry["also"]]
    places = tuple(place for place in also if place)
    if quote is None or document is None or len(places) < len(also):
        return None
    passage = Passage(document, int(entry["passage"]["start"]), int(entry["passage"]["end"]))
    exact, columns = _words(entry, "exact", document), _words(entry, "columns", document)
    why = tuple((str(kind), float(value)) for kind, value in entry.get("why", {}).items())
    return Citation(
        quote,
        passage,
        float(entry["score"]),
        also=places,
        sources=int(entry["sources"]),
        exact=exact,
        columns=columns,
        why=why,
    )


def _words(entry: Mapping[str, Any], name: str, document: Document) -> Quote | None:
    held = entry.get(name)
    return Quote(document, int(held["start"]), int(held["end"])) if held else None


def _part(kind: type[P], entry: Mapping[str, Any], library: "Library") -> P | None:
    """The part of a document that ``entry`` tells of; None unless the same words stand there."""
    document = _document(entry, library)
    if document is None or not 0 <= int(entry["start"]) < int(entry["end"]) <= len(document.text):
        return None
    part = kind(document, int(entry["start"]), int(entry["end"]))
    return part if part.text == entry.get("quote", entry.get("text")) else None


def _document(entry: Mapping[str, Any], library: "Library") -> Document | None:
    document_id = entry["document"]["id"]
    held = library.document(document_id) if isinstance(document_id, str) and library.holds(document_id) else None
    return held if held and held.sha256 == entry["document"]["sha256"] else None
