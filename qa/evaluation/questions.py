"""Question sets from files: this project's own JSON lines, SQuAD's JSON, and BEIR's folders.

The own format is one JSON object a line::

    {"id": "q1", "question": "When does the lease end?", "answerable": true,
     "answers": [{"text": "31 May", "doc_id": "lease.txt", "start": 17}], "kind": "fact"}

``id`` and ``question`` are needed. ``answers`` are empty where the documents do
not say; ``answerable`` may be left out, and is then whether there are answers;
it is null where nobody has said, and such a question is not scored. ``start``
counts code points of the document's text. ``only`` may say which documents are
asked, as a receipt does. Any other field is kept, to group by, unless it looks
like one of these misspelt; within an answer it is passed over. Lines of only
white space are passed over. questions.schema.json, beside this file, says the
same of one line as JSON Schema.

A folder in the own format holds questions.jsonl and corpus.jsonl; a folder
with queries.jsonl is BEIR's. Each of these files may be gzipped.
"""

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from qa.errors import BadFilter, BadQuestions
from qa.evaluation.formats import read_beir, read_squad
from qa.evaluation.lines import find_file, read_documents, read_lines
from qa.evaluation.records import Gold, Question, QuestionSet
from qa.filters import Filter, from_entry

__all__ = ["Gold", "Question", "QuestionSet", "read_documents", "read_lines", "read_questions"]

_KNOWN = frozenset({"id", "question", "answers", "answerable", "only"})
_KNOWN_OF_ANSWER = frozenset({"text", "doc_id", "start"})
# The share of letters in common from which a field is taken for a known one misspelt: "anwsers" has 0.857,
# while "question_id", which a set may well have beside its id, has 0.842.
_MISSPELT = 0.85


def read_questions(path: str | Path) -> QuestionSet:
    """The questions in a file or folder of one of the formats above; BadQuestions names the line that is wrong."""
    path = Path(path)
    if path.is_dir():
        found = _read_folder(path)
    elif path.name.removesuffix(".gz").endswith(".json"):
        found = read_squad(path)
    else:
        found = _read_own(path)
    if not (found.questions or found.open):
        raise BadQuestions(f"{path} holds no question")
    seen: dict[str, int] = {}
    for number, question in enumerate(found.questions, start=1):
        if question.id in seen:
            raise BadQuestions(f"{path}: questions {seen[question.id]} and {number} have the same id {question.id!r}")
        seen[question.id] = number
    return found


def _read_folder(folder: Path) -> QuestionSet:
    held = sorted(entry.name for entry in folder.iterdir())
    if not {"queries.jsonl", "queries.jsonl.gz"}.isdisjoint(held):
        return read_beir(folder)
    if not {"questions.jsonl", "questions.jsonl.gz"}.isdisjoint(held):
        own = _read_own(find_file(folder, "questions.jsonl", "questions.jsonl.gz"))
        return replace(own, documents=read_documents(find_file(folder, "corpus.jsonl", "corpus.jsonl.gz")))
    shown = ", ".join([*held[:5], *(["…"] if len(held) > 5 else [])]) or "nothing"
    raise BadQuestions(
        f"{folder}: questions.jsonl or, for BEIR, queries.jsonl was expected (perhaps with .gz); it holds {shown}"
    )


def _read_own(path: Path) -> QuestionSet:
    questions: list[Question] = []
    unknown: list[str] = []
    lines: dict[str, int] = {}
    for number, entry in read_lines(path):
        question = _question(f"{path}, line {number}", entry)
        if question.id in lines:
            first = lines[question.id]
            raise BadQuestions(f"{path}: line {first} and line {number} have the same id {question.id!r}")
        lines[question.id] = number
        if entry.get("answerable", True) is None:
            unknown.append(question.id)
        else:
            questions.append(question)
    return QuestionSet(tuple(questions), open=tuple(unknown))


def _question(where: str, entry: Mapping[str, Any]) -> Question:
    _refuse_misspelt(where, "field", entry, _KNOWN)
    for name in ("id", "question"):
        if not (isinstance(entry.get(name), str) and entry[name].strip()):
            raise BadQuestions(f"{where}: a question needs {name}, and it must be text")
    answers = entry.get("answers", [])
    if not isinstance(answers, list):
        raise BadQuestions(f"{where}: answers must be a list")
    gold = tuple(_gold(where, answer) for answer in answers)
    answerable = entry.get("answerable", bool(gold))
    if not (answerable is None or isinstance(answerable, bool)):
        raise BadQuestions(f"{where}: answerable must be true, false or null")
    if gold and not answerable:
        raise BadQuestions(f"{where}: a question with answers is said not to be answerable")
    fields = {name: value for name, value in entry.items() if name not in _KNOWN}
    return Question(entry["id"], entry["question"], gold, bool(answerable), fields=fields, only=_only(where, entry))


def _only(where: str, entry: Mapping[str, Any]) -> Filter:
    """Which documents the question is asked of."""
    try:
        return from_entry(entry.get("only", {}))
    except BadFilter as error:
        raise BadQuestions(f"{where}: only: {error}") from error


def _gold(where: str, answer: object) -> Gold:
    if isinstance(answer, dict):
        _refuse_misspelt(where, "field of an answer", answer, _KNOWN_OF_ANSWER)
        text, doc_id, start = answer.get("text"), answer.get("doc_id"), answer.get("start")
        if isinstance(start, float) and start.is_integer():
            start = int(start)  # 17.0 is 17 in JSON, and what some programs write for it
        if isinstance(text, str) and text and isinstance(doc_id, str) and type(start) is int and start >= 0:
            return Gold(text, doc_id, start)
    raise BadQuestions(f"{where}: an answer needs text, doc_id and start (a number from 0)")


def _refuse_misspelt(where: str, what: str, entry: Mapping[str, Any], known: frozenset[str]) -> None:
    # Passed over, "answer" for "answers" would make every question one that the documents do not answer.
    for name in entry:
        if name not in known and (meant := _meant(name, known)) and meant not in entry:
            raise BadQuestions(f"{where}: unknown {what} {name!r}; did you mean {meant!r}?")


@lru_cache
def _meant(name: str, known: frozenset[str]) -> str:
    """The known field that ``name`` looks like, or nothing."""
    return next(iter(get_close_matches(name.casefold(), known, n=1, cutoff=_MISSPELT)), "")
