"""Question sets in the formats of others: SQuAD's JSON and BEIR's folders."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qa.errors import BadQuestions
from qa.evaluation.lines import find_file, read_documents, read_lines, read_text
from qa.evaluation.records import Gold, Question, QuestionSet
from qa.records import Document


def read_squad(path: Path) -> QuestionSet:
    """SQuAD 1.1 and 2.0: an article is a document, its paragraphs joined by blank lines."""
    documents: dict[str, Document] = {}
    questions = []
    try:
        for article in json.loads(read_text(path))["data"]:
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


def read_beir(folder: Path) -> QuestionSet:
    """BEIR: corpus.jsonl, queries.jsonl, and grades in qrels.tsv or qrels/test.tsv; queries without grades left out.

    The published folders hold the queries of every part, train, dev and test, beside the grades of one.
    """
    documents = read_documents(find_file(folder, "corpus.jsonl", "corpus.jsonl.gz"))
    relevant = _grades(find_file(folder, "qrels.tsv", "qrels/test.tsv", "qrels/dev.tsv"))
    questions = []
    path = find_file(folder, "queries.jsonl", "queries.jsonl.gz")
    for number, entry in read_lines(path):
        question_id, text = entry.get("_id", entry.get("id")), entry.get("text", entry.get("question"))
        if not (isinstance(question_id, str) and isinstance(text, str) and text.strip()):
            raise BadQuestions(f"{path}, line {number}: a query needs _id and text, and both must be text")
        if question_id in relevant:
            questions.append(Question(question_id, text, relevant=relevant[question_id]))
    return QuestionSet(tuple(questions), documents)


def _grades(path: Path) -> dict[str, dict[str, int]]:
    """Query -> document -> grade, from three columns (BEIR) or four (TREC); a line of column names is passed over."""
    grades: dict[str, dict[str, int]] = {}
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        columns = line.split()
        if not columns:
            continue
        # Not isdigit(), which takes a superscript for a number too.
        if len(columns) not in (3, 4) or not columns[-1].removeprefix("-").isdecimal():
            if number == 1:
                continue
            raise BadQuestions(f"{path}, line {number}: query, document and grade were expected, not {line[:60]!r}")
        grades.setdefault(columns[0], {})[columns[-2]] = int(columns[-1])
    return grades
