"""From passages to an answer: read, lift the spans to their documents, merge, decide whether the documents say it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from qa.quote import quote
from qa.read import Reader, calibration
from qa.read.table import header_above
from qa.records import Answer, Citation, Document, Passage, Quote, Span
from vector_store import Hit

# How many passages are read. The answer stands in one of the first 10 for 0.998 of the answerable questions of
# xquad_en and 0.997 of nq_open_dev.
PASSAGES_READ = 10

THRESHOLD = calibration("trained").least
"""With the default reader, the documents say it from this confidence on: where 2 in 100 questions whose answer would
have been shown begin to be refused, on halves of three question sets."""

# Of the questions that can be answered, 2 in 100 have no passage of this score (squad_v2_dev in libraries of three;
# fewer in nq_open_dev and clapnq_dev); of those about other documents, 9 in 10 have none.
NEAR = 0.2
"""A passage with this score or more, from retrieval, is near the question; without one, nothing is."""


# Not amid a word: the heading "Pay" does not stand in "Payment". Nor amid a number: "by 3." not in "by 3.5". What ends
# with a stop may have the next sentence right behind it.
_NOT_AMID = r"(?!(?<=\w)\w|(?<=\d)[.,]\d|(?<=\d[.,])\d)"


@dataclass(frozen=True)
class _Candidate:
    passage: Passage
    span: Span

    @property
    def start(self) -> int:
        return self.passage.start + self.span.start

    @property
    def end(self) -> int:
        return self.passage.start + self.span.end


def answer_from(
    question: str,
    found: Sequence[tuple[Passage, Hit]],
    *,
    reader: Reader,
    documents: Sequence[Document],
    groups: Mapping[str, str],
    top: int = 3,
    threshold: float = THRESHOLD,
) -> Answer:
    """What the passages ``found``, best first, say to ``question``: up to ``top`` citations, best first.

    None where the confidence is below ``threshold``; ``Answer.passages`` are
    then the nearest passages. In ``documents``, all of them, other places of
    the quotes are looked for; those that are of one of the ``groups`` (id of
    the document, of the group) count as one source.
    """
    if top < 1:
        raise ValueError(f"top must be at least 1, got {top}")
    passages = [passage for passage, _ in found]
    spans = reader.read(question, found, top=top)
    candidates = [
        _Candidate(passage, replace(span, score=round(span.score, 6)))  # beyond, machines differ
        for passage, its_spans in zip(passages, spans, strict=True)
        for span in its_spans
    ]
    candidates.sort(key=lambda c: (-c.span.score, c.passage.document.id, c.start))
    confidence = reader.calibration.confidence(candidates[0].span.score) if candidates else 0.0
    citations = _cited(candidates, top, documents, groups) if candidates and confidence >= threshold else ()
    return Answer(
        question, citations, tuple(passages), confidence, near=max((hit.score for _, hit in found), default=0.0) >= NEAR
    )


def _cited(
    candidates: Sequence[_Candidate], top: int, documents: Sequence[Document], groups: Mapping[str, str]
) -> tuple[Citation, ...]:
    """The first ``top`` that say different things; each with the other places where it stands word for word."""
    chosen: dict[str, Citation] = {}
    for candidate in candidates:
        if len(chosen) == top:
            break
        said = " ".join(candidate.passage.document.text[candidate.start : candidate.end].split())
        if said not in chosen and not any(_holds(citation.quote, candidate) for citation in chosen.values()):
            chosen[said] = _citation(candidate, chosen.values())
    return tuple(_told_everywhere(citation, documents, groups) for citation in chosen.values())


def _told_everywhere(citation: Citation, documents: Sequence[Document], groups: Mapping[str, str]) -> Citation:
    """The citation with its other places, and how many of all are independent of each other."""
    also = _other_places(citation.quote, documents)
    sources = {groups[place.document.id] for place in (citation.quote, *also)}
    return replace(citation, also=also, sources=len(sources))


def _holds(quoted: Quote, candidate: _Candidate) -> bool:
    return (
        quoted.document.id == candidate.passage.document.id
        and quoted.start <= candidate.start
        and candidate.end <= quoted.end
    )


def _citation(candidate: _Candidate, before: Iterable[Citation]) -> Citation:
    """The candidate as it is shown; it does not grow over what is quoted ``before`` it."""
    passage, span = candidate.passage, candidate.span
    found = quote(passage, span)
    if any(_overlap(found, citation.quote) for citation in before):
        found = quote(passage, span, grow=False)
    exact = Quote(passage.document, *(passage.start + offset for offset in span.exact)) if span.exact else None
    header = header_above(passage.document.text, found.start)
    columns = Quote(passage.document, *header) if header else None
    return Citation(found, passage, span.score, exact=exact, columns=columns, why=span.why)


def _overlap(one: Quote, other: Quote) -> bool:
    return one.document.id == other.document.id and one.start < other.end and other.start < one.end


def _other_places(quoted: Quote, documents: Sequence[Document]) -> tuple[Quote, ...]:
    """Every other standing of the quote in ``documents``, also where it is marked as repeated; any white space fits."""
    parts = quoted.text.split()
    telling = max(parts, key=len)  # most documents lack it, which is told much faster than the pattern fails
    first = re.escape(parts[0])  # looked for before all else, which is seven times as fast
    pattern = re.compile(rf"(?={first})" + _NOT_AMID + r"\s+".join(map(re.escape, parts)) + _NOT_AMID)
    return tuple(
        Quote(document, *match.span())
        for document in documents
        if telling in document.text
        for match in pattern.finditer(document.text)
        if (document.id, match.start()) != (quoted.document.id, quoted.start)
    )
