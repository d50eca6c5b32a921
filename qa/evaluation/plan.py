"""What is to be asked of which documents: read, drawn and checked before anything is embedded."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qa.answer import PASSAGES_READ, THRESHOLD
from qa.errors import BadQuestion, BadQuestions
from qa.evaluation.asking import DEPTH
from qa.evaluation.collection import Collection, read_collection
from qa.evaluation.files import data_files, digest
from qa.evaluation.gold import Fault, check_gold
from qa.evaluation.questions import Question, read_questions
from qa.evaluation.run import code, machine, packages
from qa.question import check


@dataclass(frozen=True)
class Settings:
    """How is asked: ``sample`` questions drawn by ``seed`` (all of them if None), told also by the fields in ``by``."""

    top: int = 3
    threshold: float = THRESHOLD
    reader: str = "trained"
    sample: int | None = None
    seed: int = 0
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """Sound questions, ``faults`` of the others, the documents, and all that the outcome depends on."""

    name: str
    questions: tuple[Question, ...]
    faults: tuple[Fault, ...]
    documents: Collection
    settings: Settings
    fingerprints: Mapping[str, Any]

    @property
    def settings_in_full(self) -> dict[str, Any]:
        """The settings, with those that are constants of the program."""
        own = self.settings
        return {
            "top": own.top,
            "threshold": own.threshold,
            "reader": own.reader,
            "sample": own.sample,
            "seed": own.seed,
            "by": list(own.by),
            "passages_read": PASSAGES_READ,
            "depth": DEPTH,
        }


def read_plan(
    questions: Path,
    *,
    documents: Path | None = None,
    index: Path | None = None,
    corpus: Path | None = None,
    settings: Settings | None = None,
) -> Plan:
    """The plan for a file or folder of questions, on at most one of ``documents``, ``index`` and ``corpus``.

    Without any, the documents that come with the questions are meant. Raises
    BadQuestions where the files are absent or wrong, where no question has a
    field of ``by``, or where no question can be scored.
    """
    settings = Settings() if settings is None else settings
    read = read_questions(questions)
    known = {name for question in read.questions for name in question.fields}
    if absent := [name for name in settings.by if name not in known]:
        raise BadQuestions(
            f"{questions}: no question has the field {absent[0]!r}; there "
            + (f"are: {', '.join(sorted(known))}" if known else "is none to group by")
        )
    where = read_collection(questions, read.documents, documents=documents, index=index, corpus=corpus)
    fingerprints = {
        "questions": {"path": str(questions), "sha256": digest(data_files(questions))},
        "documents": where.about,
        **({"index": {"sha256": where.library.fingerprint}} if where.library else {}),
        "code": code(),
        "packages": packages(),
        "machine": machine(),
    }
    drawn = _drawn(read.questions, settings)
    mute = [fault for question in drawn if (fault := _mute(question))]
    names = {fault.id for fault in mute}
    asked = [question for question in drawn if question.id not in names]
    sound, faults = check_gold(asked, {document.id: document for document in where.found})
    unknown = (Fault(name, "nobody has said yet what is right", whole=True) for name in read.open)
    faults = (*mute, *faults, *unknown)
    if not sound:
        raise BadQuestions(f"{questions}: no question can be scored: {faults[0].id}: {faults[0].reason}")
    return Plan(_name(questions), sound, faults, where, settings, fingerprints)


def thinned(plan: Plan, documents: int) -> Plan:
    """The plan with about ``documents`` documents: those with a gold answer, and others drawn by the seed."""
    found = plan.documents.found
    needed = {name for question in plan.questions for name in (*question.relevant, *(g.doc_id for g in question.gold))}
    others = [document for document in found if document.id not in needed]
    drawn = random.Random(plan.settings.seed).sample(others, min(len(others), max(documents - len(needed), 0)))  # noqa: S311 - no secret
    kept = tuple(sorted([*drawn, *(d for d in found if d.id in needed)], key=lambda document: document.id))
    where = replace(plan.documents, found=kept, library=None)
    return replace(plan, documents=where, fingerprints={**plan.fingerprints, "documents": where.about})


def _drawn(questions: Sequence[Question], settings: Settings) -> Sequence[Question]:
    """The sample, in the order of the file."""
    if settings.sample is None or settings.sample >= len(questions):
        return questions
    rows = random.Random(settings.seed).sample(range(len(questions)), settings.sample)  # noqa: S311 - no secret
    return [questions[row] for row in sorted(rows)]


def _mute(question: Question) -> Fault | None:
    """Why the library would not take the question, as it says itself."""
    try:
        check(question.question)
    except BadQuestion as error:
        return Fault(question.id, str(error), whole=True)
    return None


def _name(questions: Path) -> str:
    """The name of the file or folder, or, as many a file is just called questions, that of the folder it lies in."""
    path = questions.resolve()
    stem = path.name if path.is_dir() else path.name.split(".")[0]
    return path.parent.name if stem == "questions" else stem
