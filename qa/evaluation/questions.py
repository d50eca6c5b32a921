"""Question sets from files: this project's own JSON lines, SQuAD's JSON, and BEIR's folders.

The own format is one JSON object a line::

    {"id": "q1", "question": "When does the lease end?", "answerable": true,
     "answers": [{"text": "31 May", "doc_id": "lease.txt", "start": 17}], "kind": "fact"}

``id`` and ``question`` are needed. ``answers`` are empty where the documents do
not say; ``answerable`` may be left out, and is then whether there are answers.
``start`` counts code points of the document's text. Any other field is kept,
to group by. Lines of only white space are passed over.
"""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa.errors import BadQuestions
from qa.records import Document

_KNOWN = frozenset({"id", "question", "answers", "answerable"})


@dataclass(frozen=True)
class Gold:
    """An answer that is right: ``text`` as it stands in document ``doc_id`` from ``start`` on."""

    text: str
    doc_id: str
    start: int

    def stands_in(self, documents: Mapping[str, Document]) -> bool:
        """Whether it really stands there."""
        document = documents.get(self.doc_id)
        return document is not None and self.start >= 0 and document.text.startswith(self.text, self.start)


@dataclass(frozen=True)
class Question:
    """A question and its right answers; ``relevant`` are graded documents, where a set judges only those."""

    id: str
    question: str
    gold: tuple[Gold, ...] = ()
    answerable: bool = True
    relevant: Mapping[str, int] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class QuestionSet:
    """Questions in the order of the file, and the documents that came with them, if any did."""

    questions: tuple[Question, ...]
    documents: tuple[Document, ...] = ()


def read_questions(path: str | Path) -> QuestionSet:
    """The questions in a file or folder of one of the formats above; BadQuestions names the line that is wrong."""
    path = Path(path)
    if path.is_dir():
        found = _read_beir(path)
    elif path.name.removesuffix(".gz").endswith(".json"):
        found = _read_squad(path)
    else:
        found = QuestionSet(tuple(_own(path, number, entry) for number, entry in read_lines(path)))
    if not found.questions:
        raise BadQuestions(f"{path} holds no question")
    seen: dict[str, int] = {}
    for number, question in enumerate(found.questions, start=1):
        if question.id in seen:
            raise BadQuestions(f"{path}: questions {seen[question.id]} and {number} have the same id {question.id!r}")
        seen[question.id] = number
    return found


def read_documents(path: str | Path) -> tuple[Document, ...]:
    """The documents of a corpus file: a JSON object a line with ``doc_id`` or ``_id``, ``text``, perhaps ``title``."""
    documents: dict[str, Document] = {}
    for number, entry in read_lines(Path(path)):
        document_id = entry.get("doc_id", entry.get("_id"))
        text, title = entry.get("text"), entry.get("title", "")
        if not (isinstance(document_id, str) and isinstance(text, str) and isinstance(title, str)):
            raise BadQuestions(f"{path}, line {number}: a document needs doc_id and text, and both must be text")
        if document_id in documents:
            raise BadQuestions(f"{path}, line {number}: a second document has the id {document_id!r}")
        documents[document_id] = Document(document_id, text, title)
    if not documents:
        raise BadQuestions(f"{path} holds no document")
    return tuple(documents.values())


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every JSON object of a file of JSON lines, gzipped or not, with the number of its line, from 1."""
    # Not splitlines(), which also cuts at line separators that may stand in a JSON string as they are.
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadQuestions(f"{path}, line {number}: not JSON ({error})") from error
        if not isinstance(entry, dict):
            raise BadQuestions(f"{path}, line {number}: a JSON object was expected, not {line[:40]!r}")
        yield number, entry


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
    except OSError as error:
        raise BadQuestions(f"{path}: cannot be read ({error.strerror or error})") from error
    except (UnicodeDecodeError, EOFError) as error:
        raise BadQuestions(f"{path}: not UTF-8 text ({error})") from error


def _own(path: Path, number: int, entry: Mapping[str, Any]) -> Question:
    where = f"{path}, line {number}"
    for name in ("id", "question"):
        if not (isinstance(entry.get(name), str) and entry[name].strip()):
            raise BadQuestions(f"{where}: a question needs {name}, and it must be text")
    answers = entry.get("answers", [])
    if not isinstance(answers, list):
        raise BadQuestions(f"{where}: answers must be a list")
    gold = tuple(_gold(where, answer) for answer in answers)
    answerable = entry.get("answerable", bool(gold))
    if not isinstance(answerable, bool):
        raise BadQuestions(f"{where}: answerable must be true or false")
    if gold and not answerable:
        raise BadQuestions(f"{where}: a question with answers is said not to be answerable")
    fields = {name: value for name, value in entry.items() if name not in _KNOWN}
    return Question(entry["id"], entry["question"], gold, answerable, fields=fields)


def _gold(where: str, answer: object) -> Gold:
    if isinstance(answer, dict):
        text, doc_id, start = answer.get("text"), answer.get("doc_id"), answer.get("start")
        if isinstance(text, str) and text and isinstance(doc_id, str) and type(start) is int:
            return Gold(text, doc_id, start)
    raise BadQuestions(f"{where}: an answer needs text, doc_id and start (a number)")


def _read_squad(path: Path) -> QuestionSet:
    """SQuAD 1.1 and 2.0: an article is a document, its paragraphs joined by blank lines."""
    documents: dict[str, Document] = {}
    questions = []
    try:
        for article in json.loads(_text(path))["data"]:
            title = article["title"]
            document_id = title if title not in documents else f"{title} ({len(documents)})"
            text = ""
            for paragraph in article["paragraphs"]:
                start = len(text)
                text += paragraph["context"] + "\n\n"
                questions += [_squad_question(asked, document_id, start) for asked in paragraph["qas"]]
            documents[document_id] = Document(document_id, text, title.replace("_", " "))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadQuestions(f"{path}: not SQuAD's JSON ({type(error).__name__}: {error})") from error
    return QuestionSet(tuple(questions), tuple(documents.values()))


def _squad_question(asked: Mapping[str, Any], document_id: str, start: int) -> Question:
    answerable = not asked.get("is_impossible", False)
    answers = asked["answers"] if answerable else []
    gold = dict.fromkeys(Gold(answer["text"], document_id, start + answer["answer_start"]) for answer in answers)
    return Question(asked["id"], asked["question"], tuple(gold), answerable)


def _read_beir(folder: Path) -> QuestionSet:
    """BEIR: corpus.jsonl, queries.jsonl, and grades in qrels.tsv or qrels/test.tsv."""
    documents = read_documents(_one_of(folder, "corpus.jsonl", "corpus.jsonl.gz"))
    relevant = _grades(_one_of(folder, "qrels.tsv", "qrels/test.tsv", "qrels/dev.tsv"))
    questions = []
    path = _one_of(folder, "queries.jsonl", "queries.jsonl.gz")
    for number, entry in read_lines(path):
        question_id, text = entry.get("_id", entry.get("id")), entry.get("text", entry.get("question"))
        if not (isinstance(question_id, str) and isinstance(text, str) and text.strip()):
            raise BadQuestions(f"{path}, line {number}: a query needs _id and text, and both must be text")
        questions.append(Question(question_id, text, relevant=relevant.get(question_id, {})))
    return QuestionSet(tuple(questions), documents)


def _one_of(folder: Path, *names: str) -> Path:
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise BadQuestions(f"{folder}: there is no {' or '.join(names)}")


def _grades(path: Path) -> dict[str, dict[str, int]]:
    """Query -> document -> grade, from three columns (BEIR) or four (TREC); a line of column names is passed over."""
    grades: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_text(path).splitlines(), start=1):
        columns: Sequence[str] = line.split()
        if not columns:
            continue
        if len(columns) not in (3, 4) or not columns[-1].lstrip("-").isdigit():
            if number == 1:
                continue
            raise BadQuestions(f"{path}, line {number}: query, document and grade were expected, not {line[:60]!r}")
        grades.setdefault(columns[0], {})[columns[-2]] = int(columns[-1])
    return grades
