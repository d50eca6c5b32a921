"""An answer as a receipt: JSON that anyone can check."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import qa
from qa.answer import PASSAGES_READ
from qa.filters import Filter, to_entry
from qa.records import Answer, Citation, Quote, Slice

if TYPE_CHECKING:
    from qa.library import Library

FORMAT = 1


def receipt(
    answer: Answer, library: "Library", *, top: int, threshold: float, only: Filter | None = None
) -> dict[str, Any]:
    """``answer`` as JSON-ready data: the quotes and where they stand, and all that the answer depends on."""
    return {
        "format": FORMAT,
        "program": f"chapterverse {qa.__version__}",
        "question": answer.question,
        "found": answer.found,
        "refusal": answer.refusal,
        "confidence": answer.confidence,
        "citations": [_citation(citation) for citation in answer.citations],
        "nearest": [] if answer.found else [_slice(passage) for passage in answer.passages[:top]],
        "settings": {
            "top": top,
            "threshold": threshold,
            "passages_read": PASSAGES_READ,
            "fusion": library.fusion,
            "only": to_entry(only or Filter()),
        },
        "index": {"sha256": library.fingerprint, "documents": len(library.documents)},
        "embedder": {"name": library.embedder.name, "sha256": library.embedder.digest},
        "reader": {"name": library.reader.name, "sha256": library.reader.digest},
    }


def to_json(content: Mapping[str, Any], *, short: bool = False) -> str:
    """The receipt as text, the same for the same content; a name that is not text keeps its bytes as escapes.

    ``short``: on one line without spaces, for programs; else for people.
    """
    form: dict[str, Any] = {"separators": (",", ":")} if short else {"indent": 2}
    text = json.dumps(content, ensure_ascii=False, **form)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(content, ensure_ascii=True, **form)
    return text


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        **_slice(citation.quote),
        "exact": _words(citation.exact),
        "columns": _words(citation.columns),
        "score": citation.score,
        "why": dict(citation.why),
        "passage": {"start": citation.passage.start, "end": citation.passage.end},
        "also": [_slice(place) for place in citation.also],
        "sources": citation.sources,
    }


def _words(part: Quote | None) -> dict[str, Any] | None:
    """What belongs to a quote, if there is any; offsets in the document, as the quote's."""
    return {"text": part.text, "start": part.start, "end": part.end} if part else None


def _slice(part: Slice) -> dict[str, Any]:
    document = part.document
    return {
        "quote" if isinstance(part, Quote) else "text": part.text,
        "place": part.place,
        "document": {
            "id": document.id,
            "title": document.title,
            "date": document.date,
            "source": document.source,
            "author": document.author,
            "origins": dict(document.origins),
            "sha256": document.sha256,
            "encoding": document.encoding,
            "extracted": document.extracted,
            "field": document.field,
        },
        "offsets": "in the extracted text" if document.extracted else "in the file's text",
        "start": part.start,
        "end": part.end,
        "byte_start": document.byte_offset(part.start),
        "byte_end": document.byte_offset(part.end),
    }
