import gzip
import json
from pathlib import Path

import pytest

from qa.errors import BadQuestions
from qa.evaluation.questions import Gold, Question, read_documents, read_questions
from qa.records import Document

OWN = [
    {
        "id": "q1",
        "question": "When does it end?",
        "answers": [{"text": "31 May", "doc_id": "a.txt", "start": 8}],
        "kind": "fact",
    },
    {"id": "q2", "question": "Who signed?", "answers": [], "answerable": False},
]


def lines(path: Path, *entries: object) -> Path:
    path.write_text("".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries), encoding="utf-8")
    return path


def test_own_lines_give_questions_with_gold_and_fields(tmp_path: Path) -> None:
    first, second = read_questions(lines(tmp_path / "q.jsonl", *OWN)).questions
    assert first == Question("q1", "When does it end?", (Gold("31 May", "a.txt", 8),), fields={"kind": "fact"})
    assert second == Question("q2", "Who signed?", answerable=False)


def test_gzipped_lines_blank_lines_and_a_line_separator_within_a_text_are_read(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl.gz"
    text = json.dumps({"id": "q", "question": "One\u2028two?"}, ensure_ascii=False)
    path.write_bytes(gzip.compress(f"\n{text}\r\n\n".encode()))
    (question,) = read_questions(path).questions
    assert question.question == "One\u2028two?"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: not JSON"),
        ("[1]", "line 2: a JSON object was expected"),
        ('{"question": "Who?"}', "line 2: a question needs id"),
        ('{"id": 7, "question": "Who?"}', "line 2: a question needs id"),
        ('{"id": "q", "question": " "}', "line 2: a question needs question"),
        ('{"id": "q", "question": "Who?", "answers": "me"}', "line 2: answers must be a list"),
        (
            '{"id": "q", "question": "Who?", "answers": [{"text": "me"}]}',
            "line 2: an answer needs text, doc_id and start",
        ),
        (
            '{"id": "q", "question": "Who?", "answers": [{"text": "me", "doc_id": "a", "start": "3"}]}',
            "line 2: an answer needs text, doc_id and start",
        ),
        ('{"id": "q", "question": "Who?", "answerable": "yes"}', "line 2: answerable must be true or false"),
        (
            '{"id": "q", "question": "?", "answerable": false, "answers": [{"text": "a", "doc_id": "a", "start": 1}]}',
            "line 2: a question with answers is said not to be answerable",
        ),
        ('{"id": "q1", "question": "Again?"}', "questions 1 and 2 have the same id 'q1'"),
    ],
)
def test_a_wrong_line_is_named_by_its_number(tmp_path: Path, line: str, message: str) -> None:
    path = lines(tmp_path / "q.jsonl", OWN[0])
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(BadQuestions) as caught:
        read_questions(path)
    assert message in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\x00", b"\x1f\x8b broken"])
def test_a_file_without_questions_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(content)
    with pytest.raises(BadQuestions, match=r"holds no question|not UTF-8"):
        read_questions(path)
    with pytest.raises(BadQuestions, match="cannot be read"):
        read_questions(tmp_path / "absent.jsonl")


def test_squad_articles_become_documents_and_offsets_count_from_their_beginning(tmp_path: Path) -> None:
    paragraphs = [
        {"context": "Snow fell.", "qas": []},
        {
            "context": "Rain fell in May.",
            "qas": [
                {"id": "1", "question": "When?", "answers": [{"text": "May", "answer_start": 13}] * 2},
                {"id": "2", "question": "Where?", "answers": [], "is_impossible": True},
            ],
        },
    ]
    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"data": [{"title": "The_Weather", "paragraphs": paragraphs}]}), encoding="utf-8")
    found = read_questions(path)
    (document,) = found.documents
    assert (document.id, document.title) == ("The_Weather", "The Weather")
    first, second = found.questions
    # 10 characters, 2 line breaks, 13 into the second paragraph; the same answer twice is one.
    assert first.gold == (Gold("May", "The_Weather", 25),)
    assert first.gold[0].stands_in({document.id: document})
    assert not second.answerable


@pytest.mark.parametrize("content", ["[]", '{"data": [{}]}', '{"data": 3}', "{", "[" * 10_000])
def test_what_is_not_squads_json_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "squad.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadQuestions, match="not SQuAD's JSON"):
        read_questions(path)


@pytest.mark.parametrize(
    "grades", ["query-id\tcorpus-id\tscore\nq\ta\t2\nq\tb\t0\n", "q 0 a 2\nq 0 b 0\n"], ids=["BEIR", "TREC"]
)
def test_a_beir_folder_gives_documents_and_graded_questions(tmp_path: Path, grades: str) -> None:
    lines(tmp_path / "corpus.jsonl", {"_id": "a", "title": "A", "text": "One."}, {"_id": "b", "text": "Two."})
    lines(tmp_path / "queries.jsonl", {"_id": "q", "text": "Which?"})
    (tmp_path / "qrels.tsv").write_text(grades)
    found = read_questions(tmp_path)
    assert found.documents == (Document("a", "One.", "A"), Document("b", "Two."))
    assert found.questions == (Question("q", "Which?", relevant={"a": 2, "b": 0}),)


def test_a_beir_folder_that_lacks_a_file_or_has_a_wrong_grade_is_told(tmp_path: Path) -> None:
    lines(tmp_path / "corpus.jsonl", {"_id": "a", "text": "One."})
    with pytest.raises(BadQuestions, match=r"there is no qrels\.tsv or"):
        read_questions(tmp_path)
    (tmp_path / "qrels.tsv").write_text("q a 1\nq a much\n")
    with pytest.raises(BadQuestions, match=r"qrels\.tsv, line 2: query, document and grade"):
        read_questions(tmp_path)


def test_documents_need_an_id_of_their_own_and_text(tmp_path: Path) -> None:
    twice = lines(tmp_path / "twice.jsonl", {"doc_id": "a", "text": "One."}, {"doc_id": "a", "text": "Two."})
    with pytest.raises(BadQuestions, match="line 2: a second document has the id 'a'"):
        read_documents(twice)
    with pytest.raises(BadQuestions, match="line 1: a document needs doc_id and text"):
        read_documents(lines(tmp_path / "none.jsonl", {"doc_id": "a"}))
    with pytest.raises(BadQuestions, match="holds no document"):
        read_documents(lines(tmp_path / "empty.jsonl"))


def test_a_gold_answer_that_does_not_stand_there_is_seen() -> None:
    documents = {"a.txt": Document("a.txt", "Ends on 31 May.")}
    assert Gold("31 May", "a.txt", 8).stands_in(documents)
    assert not Gold("31 May", "a.txt", 7).stands_in(documents)
    assert not Gold("31 May", "b.txt", 8).stands_in(documents)
    assert not Gold("May.", "a.txt", -4).stands_in(documents)


def test_the_seeds_questions_are_in_this_format() -> None:
    path = Path(__file__).parent / "quality" / "questions.jsonl"
    questions = read_questions(path).questions
    assert {question.fields["kind"] for question in questions} >= {"fact", "close", "furniture"}
