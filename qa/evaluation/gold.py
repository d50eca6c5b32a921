"""Gold answers against the documents: which stand where they should, and which passages hold them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from qa.contents import Contents
from qa.evaluation.questions import Gold, Question
from qa.filters import Filter
from qa.records import Document, Passage, Slice

Place = tuple[str, int]
"""A passage by its document and start."""


@dataclass(frozen=True)
class Judged:
    """A question whose gold is sound; ``documents`` and ``passages`` are the relevant ones, with their grades."""

    question: Question
    documents: Mapping[str, int]
    passages: Mapping[Place, int]
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """Something of a question that cannot be scored, and why; ``whole`` where nothing of it can be."""

    id: str
    reason: str
    whole: bool


def holds(part: Slice, gold: Gold) -> bool:
    """Whether the gold answer stands in ``part``, at its place; white space at its end need not."""
    return part.document.id == gold.doc_id and part.start <= gold.start and gold.end <= part.end


def check_gold(
    questions: Sequence[Question], documents: Mapping[str, Document]
) -> tuple[tuple[Question, ...], tuple[Fault, ...]]:
    """The questions with what is sound of their gold, and what is not; one with nothing sound is left out."""
    kept: list[Question] = []
    faults: list[Fault] = []
    for question in questions:
        checked = [(gold, _wrong(gold, documents)) for gold in question.gold]
        wrong = [reason for _, reason in checked if reason]
        absent = question.relevant.keys() - documents.keys()
        wrong += [f"judged document {name!r} is not in the corpus" for name in sorted(absent)]
        if question.relevant and not any(grade > 0 for grade in question.relevant.values()):
            wrong.append("none of its judged documents is relevant")
        sound = tuple(gold for gold, reason in checked if not reason)
        relevant = {name: grade for name, grade in question.relevant.items() if name not in absent}
        lost = bool(wrong) and not sound and not any(grade > 0 for grade in relevant.values())
        faults += [Fault(question.id, reason, lost) for reason in wrong]
        if not lost:
            kept.append(replace(question, gold=sound, relevant=relevant) if wrong else question)
    return tuple(kept), tuple(faults)


def _wrong(gold: Gold, documents: Mapping[str, Document]) -> str:
    """Why a gold answer does not stand, or nothing."""
    if gold.doc_id not in documents:
        return f"gold document {gold.doc_id!r} is not in the corpus"
    if not gold.text.strip():
        return f"the gold answer at {gold.start} of {gold.doc_id!r} has no text"
    if gold.stands_in(documents):
        return ""
    text = documents[gold.doc_id].text
    there = text[max(gold.start, 0) :][: len(gold.text)]
    first = text.find(gold.text)
    elsewhere = f"; it does at {first}" if first >= 0 else "; nor does it anywhere else"
    return f"{gold.text[:60]!r} does not stand at {gold.start} of {gold.doc_id!r}, but {there[:60]!r}{elsewhere}"


def as_shown(question: Question, contents: Contents) -> Question:
    """The question with its gold where the library finds it: of exact copies, whose offsets are the same, one is shown.

    Gold in several of them is one answer, and their highest grade is that of the one.
    """
    named = {*(gold.doc_id for gold in question.gold), *question.relevant}
    shown = {name: _shown(name, question.only, contents) for name in named}
    gold = dict.fromkeys(replace(gold, doc_id=shown[gold.doc_id]) for gold in question.gold)
    relevant: dict[str, int] = {}
    for name, grade in question.relevant.items():
        relevant[shown[name]] = max(grade, relevant.get(shown[name], grade))
    return replace(question, gold=tuple(gold), relevant=relevant)


def _shown(name: str, only: Filter, contents: Contents) -> str:
    """The document that has the passages of the one called ``name``, or the first of its copies that is asked."""
    first = contents.shown.get(name)
    if first is None or only.meets(contents.documents[first]):
        return first or name
    copies = (key for key, of in contents.shown.items() if of == first)
    return next((key for key in copies if only.meets(contents.documents[key])), name)


def in_every_copy(contents: Contents) -> list[Passage]:
    """Every passage, and the same range of every exact copy of its document."""
    copies: dict[str, list[Document]] = {}
    for name, first in contents.shown.items():
        copies.setdefault(first, []).append(contents.documents[name])
    return [
        Passage(document, passage.start, passage.end)
        for passage in contents.passages
        for document in copies[passage.document.id]
    ]


def judged(questions: Sequence[Question], passages: Sequence[Passage], by: Sequence[str] = ()) -> list[Judged]:
    """Every question with its relevant documents and passages; ``by`` names the fields to keep.

    A passage is relevant if it holds a gold answer whole, at its place; where
    none does, because it was cut, if it holds a part of it.
    """
    of: dict[str, list[Passage]] = {}
    for passage in passages:
        of.setdefault(passage.document.id, []).append(passage)
    return [
        Judged(
            question,
            {name: grade for name, grade in question.relevant.items() if grade > 0}
            or {gold.doc_id: 1 for gold in question.gold},
            {place: 1 for gold in question.gold for place in _places(gold, of.get(gold.doc_id, []))},
            {name: question.fields[name] for name in by if name in question.fields},
        )
        for question in questions
    ]


def _places(gold: Gold, passages: Sequence[Passage]) -> list[Place]:
    whole = [passage for passage in passages if holds(passage, gold)]
    cut = [passage for passage in passages if passage.start < gold.end and gold.start < passage.end]
    return [(passage.document.id, passage.start) for passage in whole or cut]
