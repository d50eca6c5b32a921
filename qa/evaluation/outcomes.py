"""What became of one question: what was found and quoted, judged against its gold answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from qa.answer import PASSAGES_READ
from qa.evaluation.gold import Judged, holds
from qa.evaluation.measures import exact_match, ndcg_at, recall_at, reciprocal_rank, says, token_f1
from qa.evaluation.questions import Gold
from qa.records import Answer, Citation, Passage, Quote
from qa.text import sentences

Failure = Literal[
    "",
    "not retrieved",
    "retrieved but not picked",
    "picked wrongly",
    "refused wrongly",
    "answered what has no answer",
]
FAILURES: tuple[Failure, ...] = get_args(Failure)[1:]
"""What can go wrong, step by step: no passage that was read holds the answer; one does, but the first quote is of
another; it is of the right passage, but of the wrong sentence; it was found, and refused; there is none to find."""

_DEPTHS = (1, 5, 10)


@dataclass(frozen=True)
class Quoted:
    """A citation as a run keeps it; ``gold`` are the numbers of the gold answers that its sentence holds, from 0.

    ``exact`` are the very words that answer, empty where the whole quote does.
    """

    document: str
    place: str
    start: int
    end: int
    text: str
    score: float
    gold: tuple[int, ...]
    exact: str = ""


@dataclass(frozen=True)
class Outcome:
    """One question and what came of it.

    ``quotes`` are the citations that are shown, or would be had it not been
    ``refused``; ``values`` has a number for every measure that applies to it
    (see :mod:`qa.evaluation.scores`); ``fields`` are the question's own, those
    that were asked to be grouped by; ``failure`` is empty where nothing failed.
    """

    id: str
    question: str
    answerable: bool
    gold: tuple[Gold, ...]
    gold_documents: int
    fields: Mapping[str, Any]
    refused: bool
    confidence: float
    quotes: tuple[Quoted, ...]
    values: Mapping[str, float]
    failure: Failure

    @property
    def right(self) -> bool | None:
        """Whether the first quote answers it; None where nothing tells: no gold answer, yet answerable."""
        if not self.answerable:
            return False
        return bool(self.quotes and self.quotes[0].gold) if self.gold else None


def judge(
    judged: Judged, found: Sequence[Passage], answer: Answer, *, threshold: float, texts: Mapping[str, str]
) -> Outcome:
    """The outcome of a question.

    ``found`` are the passages found, best first, ``answer`` what was made of
    them with nothing refused, ``texts`` the documents' texts by id, as they
    were read from where they come from: what a quote must be a part of.
    """
    question = judged.question
    refused = not answer.found or answer.confidence < threshold
    quotes = tuple(_quoted(citation, question.gold) for citation in answer.citations)
    verbatim = [texts.get(quote.document, "")[quote.start : quote.end] == quote.text for quote in quotes]
    values = _retrieval(judged, found)
    if quotes:
        values["verbatim"] = sum(verbatim) / len(verbatim)
    if question.gold:
        values |= _quoting(quotes, question.gold, refused=refused)
    if question.gold or not question.answerable:
        texts_of_gold = [gold.text for gold in question.gold]
        said, exact = ("", "") if refused or not quotes else (quotes[0].text, quotes[0].exact or quotes[0].text)
        values |= {"exact_match": exact_match(said, texts_of_gold), "token_f1": token_f1(said, texts_of_gold)}
        values |= {"answer_match": exact_match(exact, texts_of_gold), "answer_f1": token_f1(exact, texts_of_gold)}
        if not refused and quotes:
            values["citation_precision"] = sum(bool(quote.gold) for quote in quotes) / len(quotes)
    if not question.answerable:
        values["false_answer"] = float(not refused)
    elif question.gold or not question.relevant:  # a judged document need not state an answer
        values["wrong_refusal"] = float(refused)
    return Outcome(
        question.id,
        question.question,
        question.answerable,
        question.gold,
        len(judged.documents),
        judged.fields,
        refused,
        answer.confidence,
        quotes,
        dict(sorted(values.items())),
        _failure(judged, found, answer, quotes, refused=refused),
    )


def _retrieval(judged: Judged, found: Sequence[Passage]) -> dict[str, float]:
    """Recall, reciprocal rank and nDCG of passages that hold a gold answer, and of their documents."""
    documents = list(dict.fromkeys(passage.document.id for passage in found))
    passages = [(passage.document.id, passage.start) for passage in found]
    values: dict[str, float] = {}
    if judged.documents:
        values |= {f"document_recall@{k}": recall_at(k, documents, judged.documents) for k in _DEPTHS}
        values["document_mrr"] = reciprocal_rank(documents, judged.documents)
        values["document_ndcg@10"] = ndcg_at(10, documents, judged.documents)
    if judged.question.gold:  # where no passage holds it, nor a part of it, it cannot be found: 0
        values |= {f"passage_recall@{k}": recall_at(k, passages, judged.passages) for k in _DEPTHS}
        values["passage_mrr"] = reciprocal_rank(passages, judged.passages)
        values["passage_ndcg@10"] = ndcg_at(10, passages, judged.passages)
    return values


def _quoting(quotes: Sequence[Quoted], gold: Sequence[Gold], *, refused: bool) -> dict[str, float]:
    """Whether the first quote's sentence, or one of three, holds a gold answer; how many of those are cited.

    Recall is of what is shown. Gold answers that overlap are one answer said in
    more or fewer words, so it counts them once.
    """
    held = {number for quote in quotes for number in quote.gold if not refused}
    groups = _overlapping(gold)
    said = [says(quote.text, [each.text for each in gold]) for quote in quotes]
    return {
        "quote_hit@1": float(any(quote.gold for quote in quotes[:1])),
        "quote_hit@3": float(any(quote.gold for quote in quotes[:3])),
        "said@1": float(any(said[:1])),
        "said@3": float(any(said[:3])),
        "answered": float(bool(held)),
        "citation_recall": sum(not held.isdisjoint(group) for group in groups) / len(groups),
    }


def _overlapping(gold: Sequence[Gold]) -> list[set[int]]:
    """The numbers of the gold answers, those that overlap in one document together."""
    groups: list[set[int]] = []
    furthest: tuple[str, int] | None = None
    for number in sorted(range(len(gold)), key=lambda n: (gold[n].doc_id, gold[n].start)):
        one = gold[number]
        if furthest and furthest[0] == one.doc_id and one.start < furthest[1]:
            groups[-1].add(number)
            furthest = (one.doc_id, max(furthest[1], one.end))
        else:
            groups.append({number})
            furthest = (one.doc_id, one.end)
    return groups


def _quoted(citation: Citation, gold: Sequence[Gold]) -> Quoted:
    quote = citation.quote
    around = _sentence(citation)
    held = tuple(number for number, each in enumerate(gold) if holds(around, each))
    exact = citation.exact.text if citation.exact else ""
    return Quoted(quote.document.id, citation.place, quote.start, quote.end, quote.text, citation.score, held, exact)


def _sentence(citation: Citation) -> Quote:
    """The sentences of the passage that the quote takes part of: a quote may be a few words only."""
    passage, quote = citation.passage, citation.quote
    ranges = [(passage.start + start, passage.start + end) for start, end in sentences(passage.text)]
    touched = [(start, end) for start, end in ranges if start < quote.end and quote.start < end]
    starts, ends = zip((quote.start, quote.end), *touched, strict=True)
    return Quote(quote.document, min(starts), max(ends))


def _failure(
    judged: Judged, found: Sequence[Passage], answer: Answer, quotes: Sequence[Quoted], *, refused: bool
) -> Failure:
    """Which step failed first; empty where the first quote is right, or the refusal is."""
    if not judged.question.answerable:
        return "" if refused else "answered what has no answer"
    gold = judged.question.gold
    if not gold and judged.documents:
        near = {passage.document.id for passage in found[:PASSAGES_READ]}
        return "not retrieved" if near.isdisjoint(judged.documents) else ""
    if gold and not any((passage.document.id, passage.start) in judged.passages for passage in answer.passages):
        return "not retrieved"
    if refused:
        return "refused wrongly"
    if quotes[0].gold or not gold:
        return ""
    first = answer.citations[0].passage
    return "picked wrongly" if (first.document.id, first.start) in judged.passages else "retrieved but not picked"
