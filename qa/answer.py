"""From passages to an answer: read, lift the spans to their documents, merge, decide whether the documents say it."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from qa.read import Reader
from qa.records import Answer, Citation, Document, Passage, Quote
from vector_store import Hit

# How many passages are read. The answer stands in one of the first 10 for 0.998 of the answerable questions of
# xquad_en and 0.997 of nq_open_dev; to read one for the first time takes about 0.1 s on two cores.
PASSAGES_READ = 10

# Confidence is a logistic function of the best score (Platt 1999), for "the first quote answers"; the threshold is
# where 1 in 100 questions whose answer would have been shown begin to be refused. Both fitted by
# benchmarks/calibrate.py on halves of four question sets, none of them the seeds'; the other halves are in
# docs/QUALITY.md.
_SLOPE = 10.1
_MIDDLE = 0.418
THRESHOLD = 0.17
"""The documents say it from this confidence on."""


def answer_from(
    question: str,
    found: Sequence[tuple[Passage, Hit]],
    *,
    reader: Reader,
    documents: Sequence[Document],
    top: int = 3,
    threshold: float = THRESHOLD,
) -> Answer:
    """What the passages ``found``, best first, say to ``question``: up to ``top`` citations, best first.

    None where the confidence is below ``threshold``; ``Answer.passages`` are
    then the nearest passages. In ``documents``, all of them, other places of
    the quotes are looked for.
    """
    if top < 1:
        raise ValueError(f"top must be at least 1, got {top}")
    passages = [passage for passage, _ in found]
    spans = reader.read(question, passages, [hit.score for _, hit in found])
    candidates = [
        Citation(
            Quote(passage.document, passage.start + span.start, passage.start + span.end),
            passage,
            round(span.score, 6),  # beyond that, the same model differs from machine to machine
        )
        for passage, its_spans in zip(passages, spans, strict=True)
        for span in its_spans
    ]
    candidates.sort(key=lambda c: (-c.score, c.quote.document.id, c.quote.start))
    confidence = _confidence(candidates[0].score) if candidates else 0.0
    citations = _merged(candidates, top, documents) if candidates and confidence >= threshold else ()
    return Answer(question, citations, tuple(passages), confidence)


def _confidence(score: float) -> float:
    return round(1 / (1 + math.exp(-_SLOPE * (score - _MIDDLE))), 6)


def _merged(candidates: Iterable[Citation], top: int, documents: Sequence[Document]) -> tuple[Citation, ...]:
    """The first ``top`` that say different things; each with the other places where it stands word for word."""
    chosen: dict[str, Citation] = {}
    for candidate in candidates:
        if len(chosen) < top:
            chosen.setdefault(" ".join(candidate.quote.text.split()), candidate)
    return tuple(replace(citation, also=_other_places(citation.quote, documents)) for citation in chosen.values())


def _other_places(quote: Quote, documents: Sequence[Document]) -> tuple[Quote, ...]:
    """Every other standing of the quote in ``documents``, also where it is marked as repeated; any white space fits."""
    parts = quote.text.split()
    telling = max(parts, key=len)  # most documents lack it, which is told much faster than the pattern fails
    # Not amid a word: the heading "Pay" does not stand in "Payment".
    pattern = re.compile(r"(?<!\w)" + r"\s+".join(map(re.escape, parts)) + r"(?!\w)")
    return tuple(
        Quote(document, *match.span())
        for document in documents
        if telling in document.text
        for match in pattern.finditer(document.text)
        if (document.id, match.start()) != (quote.document.id, quote.start)
    )
