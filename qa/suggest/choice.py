"""Which questions are suggested: of a sample of the documents, and each was asked and answered."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest

from qa.errors import NotMeasured
from qa.library import Library
from qa.records import Document, Passage, Range
from qa.suggest.candidates import candidates, is_question
from qa.text import sentences, words

PRECISION = 0.8
"""So many of the suggestions are expected to be answered rightly, where that was measured for the reader."""

MOST_ASKED = 40
"""So many questions are tried at the most, whatever the library's size: some ten seconds."""

# News brings a "Who is" with every name, most of them too unsure: the others shall have their turn.
_OF_A_KIND = 12
# Documents, and passages from the beginning of each, that questions are made of.
_DOCUMENTS = 100
_PASSAGES = 8
_SHORTEST, _LONGEST = 20, 400
_OF_A_DOCUMENT = 2
# Two questions that have more of their words in common are alike.
_ALIKE = 0.5


@dataclass(frozen=True)
class _Offer:
    """A question, and where in its document the answer should be found."""

    rank: int
    question: str
    document: Document
    source: Range


def suggestions(library: Library, *, most: int = 6) -> list[str]:
    """Up to ``most`` questions that ``library`` answers from the very passages that they were made of.

    At most two of a document, none like another, the same ones every time;
    none where nothing reads well, as in other languages than English.
    """
    least = _least(library)
    chosen: list[_Offer] = []
    asked: set[str] = set()
    of_kind: Counter[str] = Counter()
    for offer in _in_turn(library):
        if len(chosen) == most or len(asked) == MOST_ASKED:
            break
        if offer.question in asked or of_kind[_kind(offer)] == _OF_A_KIND or not _adds(offer, chosen, most):
            continue
        asked.add(offer.question)
        of_kind[_kind(offer)] += 1
        if _is_answered(library, offer, least):
            chosen.append(offer)
    return [offer.question for offer in chosen]


def _least(library: Library) -> float:
    try:
        return max(library.threshold, library.reader.calibration.threshold(PRECISION))
    except NotMeasured:
        return library.threshold


def _is_answered(library: Library, offer: _Offer, least: float) -> bool:
    answer = library.ask(offer.question, top=1, threshold=least)
    if not answer.found:
        return False
    quote = answer.citations[0].quote
    return quote.document.id == offer.document.id and quote.start < offer.source.end and offer.source.start < quote.end


def _adds(offer: _Offer, chosen: Sequence[_Offer], most: int) -> bool:
    """Whether it is unlike the others: of another document, of another kind, about something else."""
    of_document = Counter(one.document.id for one in chosen)
    of_kind = Counter(_kind(one) for one in chosen)
    return (
        of_document[offer.document.id] < _OF_A_DOCUMENT
        and of_kind[_kind(offer)] < max(2, most // 2)
        and all(_likeness(offer.question, one.question) <= _ALIKE for one in chosen)
    )


def _kind(offer: _Offer) -> str:
    return " ".join(offer.question.split()[:2]).lower()


def _likeness(one: str, other: str) -> float:
    """The share of the rarer words, those of more than three letters, that the shorter question has in the other."""
    first, second = ({word for word in words(text) if len(word) > 3} for text in (one, other))
    return len(first & second) / max(1, min(len(first), len(second)))


# From documents to offers


def _in_turn(library: Library) -> Iterator[_Offer]:
    """The best offer of every document of the sample, then the second best of every one, and so on."""
    of_each = [_offers(document, _passages(library, document)) for document in _sample(library)]
    for row in zip_longest(*of_each):
        yield from (offer for offer in row if offer)


def _sample(library: Library) -> list[Document]:
    """The newest documents with a date of their own, and others evenly from all; of copies, one."""
    groups = library.contents.groups
    firsts = [document for key, document in library.contents.documents.items() if groups[key] == key]
    dated = [one for one in firsts if one.date and dict(one.origins).get("date") != "saved"]
    newest = sorted(dated, key=lambda one: one.date, reverse=True)[: _DOCUMENTS // 2]
    taken = {one.id for one in newest}
    rest = [one for one in firsts if one.id not in taken]
    return [*newest, *_evenly(rest, _DOCUMENTS - len(newest))]


def _evenly(documents: Sequence[Document], count: int) -> list[Document]:
    count = min(count, len(documents))
    return [documents[number * len(documents) // count] for number in range(count)]


def _passages(library: Library, document: Document) -> list[Passage]:
    passages = library.contents.passages
    first = bisect_left(passages, document.id, key=lambda passage: passage.document.id)
    return [one for one in islice(passages, first, first + _PASSAGES) if one.document.id == document.id]


def _offers(document: Document, passages: Sequence[Passage]) -> list[_Offer]:
    """The best of every sentence, the likeliest to be good first."""
    found: list[_Offer] = []
    for passage in passages:
        for piece in sentences(passage.text):
            line = " ".join(piece.of(passage.text).split())
            end = passage.start + piece.end
            if is_question(line):
                found.append(_Offer(-1, line, document, Range(end, max(passage.end, end + _LONGEST))))
            elif _SHORTEST <= len(line) <= _LONGEST and line.endswith((".", "!", "”", '"', ")")):
                source = Range(passage.start, passage.end)
                found += [_Offer(rank, question, document, source) for rank, question in candidates(line)]
    return sorted(found, key=lambda offer: offer.rank)
