import gzip
import json
import os
from pathlib import Path

import jsonschema
import pytest

import qa.evaluation
from qa.errors import BadQuestions
from qa.evaluation.questions import Gold, Question, read_documents, read_questions
from qa.filters import Filter
from qa.records import Document

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("CHAPTERVERSE_DATA", ROOT.parent / "shared" / "data"))
SCHEMA = Path(qa.evaluation.__file__).parent / "questions.schema.json"

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


def test_a_question_of_which_nobody_has_said_what_is_right_is_none_that_can_be_scored(tmp_path: Path) -> None:
    unknown = {"id": "q3", "question": "Who pays?", "answerable": None, "verdict": "wrong"}
    found = read_questions(lines(tmp_path / "q.jsonl", OWN[0], unknown, OWN[1]))
    assert [question.id for question in found.questions] == ["q1", "q2"]
    assert found.open == ("q3",)
    alone = read_questions(lines(tmp_path / "q.jsonl", unknown))
    assert (alone.questions, alone.open) == ((), ("q3",))
    with pytest.raises(BadQuestions, match="line 1 and line 2 have the same id 'q3'"):
        read_questions(lines(tmp_path / "q.jsonl", unknown, {**OWN[1], "id": "q3"}))


def test_which_documents_a_question_is_asked_of_is_read(tmp_path: Path) -> None:
    asked_of = {"after": "3 May 2021", "documents": ["a.txt"]}
    (question,) = read_questions(lines(tmp_path / "q.jsonl", {**OWN[1], "only": asked_of})).questions
    assert question.only == Filter(after="2021-05-03", documents=("a.txt",))
    assert question.fields == {}
    with pytest.raises(BadQuestions, match=r"line 1: only: after: 'soon' is no date"):
        read_questions(lines(tmp_path / "q.jsonl", {**OWN[1], "only": {"after": "soon"}}))


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
        (
            '{"id": "q", "question": "Who?", "answers": [{"text": "me", "doc_id": "a", "start": -3}]}',
            "line 2: an answer needs text, doc_id and start (a number from 0)",
        ),
        ('{"id": "q", "question": "Who?", "answerable": "yes"}', "line 2: answerable must be true, false or null"),
        (
            '{"id": "q", "question": "?", "answerable": false, "answers": [{"text": "a", "doc_id": "a", "start": 1}]}',
            "line 2: a question with answers is said not to be answerable",
        ),
        ('{"id": "q1", "question": "Again?"}', "line 1 and line 2 have the same id 'q1'"),
    ],
)
def test_a_wrong_line_is_named_by_its_number(tmp_path: Path, line: str, message: str) -> None:
    path = lines(tmp_path / "q.jsonl", OWN[0])
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(BadQuestions) as caught:
        read_questions(path)
    assert message in str(caught.value)


def test_questions_with_one_id_are_named_by_their_lines_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    line = json.dumps(OWN[0])
    path.write_text(f"\n\n{line}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(BadQuestions, match="line 3 and line 5 have the same id 'q1'"):
        read_questions(path)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("answer", "answers"),
        ("anwsers", "answers"),
        ("Answers", "answers"),
        ("answerble", "answerable"),
        ("unanswerable", "answerable"),
        ("question_", "question"),
        ("ID", "id"),
    ],
)
def test_a_field_that_looks_like_a_known_one_misspelt_is_refused(tmp_path: Path, name: str, meant: str) -> None:
    # Before "a question needs id" is said of a line that has "ID".
    entry = {key: value for key, value in OWN[1].items() if key != meant} | {name: []}
    with pytest.raises(BadQuestions) as caught:
        read_questions(lines(tmp_path / "q.jsonl", OWN[0], entry))
    assert str(caught.value).endswith(f"q.jsonl, line 2: unknown field {name!r}; did you mean {meant!r}?")


def test_a_field_that_looks_like_one_that_is_there_too_is_kept(tmp_path: Path) -> None:
    (question,) = read_questions(lines(tmp_path / "q.jsonl", OWN[0] | {"answer": "31 May"})).questions
    assert question.fields["answer"] == "31 May"


@pytest.mark.parametrize(("name", "meant"), [("txt", "text"), ("docId", "doc_id"), ("starts", "start")])
def test_a_misspelt_field_of_an_answer_is_refused_and_any_other_passed_over(
    tmp_path: Path, name: str, meant: str
) -> None:
    answer = {"text": "me", "doc_id": "a.txt", "start": 4, "key": "m", "answer_start": 7, "note": None}
    (question,) = read_questions(
        lines(tmp_path / "q.jsonl", OWN[1] | {"answerable": True, "answers": [answer]})
    ).questions
    assert question.gold == (Gold("me", "a.txt", 4),)
    misspelt = {key: value for key, value in answer.items() if key != meant} | {name: 1}
    path = lines(tmp_path / "q.jsonl", OWN[0] | {"answers": [misspelt]})
    with pytest.raises(BadQuestions, match=f"line 1: unknown field of an answer '{name}'; did you mean"):
        read_questions(path)


def test_fields_of_ones_own_are_kept(tmp_path: Path) -> None:
    own = dict.fromkeys(
        ["answer_key", "evidence", "is_paraphrase", "kind", "label_source", "overlap", "para_start"], "x"
    )
    own |= dict.fromkeys(["answer_type", "free_answer", "gold_strings", "question_date", "question_id"], "y")
    (question,) = read_questions(lines(tmp_path / "q.jsonl", OWN[1] | own)).questions
    assert question.fields == own


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\x00", b"\x1f\x8b broken"])
def test_a_file_without_questions_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(content)
    with pytest.raises(BadQuestions, match=r"holds no question|not UTF-8"):
        read_questions(path)
    with pytest.raises(BadQuestions, match="cannot be read"):
        read_questions(tmp_path / "absent.jsonl")


def test_a_damaged_gzip_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl.gz"
    packed = gzip.compress(b"".join(b"%d " % number for number in range(999)), mtime=0)
    for damaged in (packed[:50], packed[:15] + b"\xff" * 9 + packed[24:], b"not packed"):
        path.write_bytes(damaged)
        with pytest.raises(BadQuestions, match=r"cannot be (unpacked|read)"):
            read_questions(path)


@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_of_questions_and_corpus_gives_both(tmp_path: Path, packed: bool) -> None:
    lines(tmp_path / "questions.jsonl", *OWN)
    lines(tmp_path / "corpus.jsonl", {"doc_id": "a.txt", "title": "A", "text": "Ends on 31 May."})
    if packed:
        for path in sorted(tmp_path.iterdir()):
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
            path.unlink()
    found = read_questions(tmp_path)
    assert [question.id for question in found.questions] == ["q1", "q2"]
    assert found.documents == (Document("a.txt", "Ends on 31 May.", "A"),)


def test_a_folder_without_questions_or_without_their_corpus_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadQuestions, match=r"questions\.jsonl or, for BEIR, queries\.jsonl .* it holds nothing"):
        read_questions(tmp_path)
    for name in "gfedcba":
        (tmp_path / name).touch()
    with pytest.raises(BadQuestions, match=r"it holds a, b, c, d, e, …"):
        read_questions(tmp_path)
    lines(tmp_path / "questions.jsonl", *OWN)
    with pytest.raises(BadQuestions, match=r"there is no corpus\.jsonl or"):
        read_questions(tmp_path)


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
    lines(tmp_path / "queries.jsonl", {"_id": "q", "text": "Which?"}, {"_id": "q", "text": "Again?"})
    with pytest.raises(BadQuestions, match=r"there is no qrels\.tsv or"):
        read_questions(tmp_path)
    for grade in ("much", "²", "--1"):
        (tmp_path / "qrels.tsv").write_text(f"q a 1\nq a {grade}\n", encoding="utf-8")
        with pytest.raises(BadQuestions, match=r"qrels\.tsv, line 2: query, document and grade"):
            read_questions(tmp_path)
    (tmp_path / "qrels.tsv").write_text("q a 1\n")
    with pytest.raises(BadQuestions, match="questions 1 and 2 have the same id 'q'"):
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
    questions = read_questions(ROOT / "tests" / "quality" / "questions.jsonl").questions
    assert {question.fields["kind"] for question in questions} >= {"fact", "close", "furniture"}


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("clapnq_dev", 599),
        ("ir_cranfield", 225),
        ("nq_open_dev", 1053),
        ("realtimeqa_2023H1", 214),
        ("selqa_dev", 785),
        ("squad_v2_dev", 11873),
        ("xquad_en", 1190),
    ],
)
def test_every_development_set_is_read_and_its_gold_stands_in_its_documents(name: str, count: int) -> None:
    if not (DATA / name).is_dir():
        pytest.skip(f"there is no {DATA / name}; CHAPTERVERSE_DATA names a folder with the development sets")
    found = read_questions(DATA / name)
    documents = {document.id: document for document in found.documents}
    assert len(found.questions) == count
    assert all(gold.stands_in(documents) for question in found.questions for gold in question.gold)


# The schema


def conforms(entry: object) -> bool:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema).is_valid(entry)


def is_read(path: Path) -> bool:
    try:
        found = read_questions(path)
        return bool(found.questions or found.open)
    except BadQuestions:
        return False


def asked(**fields: object) -> dict[str, object]:
    return {"id": "q", "question": "Who?"} | fields


def answered(**fields: object) -> dict[str, object]:
    return asked(answers=[{"text": "me", "doc_id": "a.txt", "start": 17} | fields])


def test_the_schema_is_one() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert schema["$schema"] == jsonschema.Draft202012Validator.META_SCHEMA["$id"]
    jsonschema.Draft202012Validator.check_schema(schema)


# A misspelt field is left out here: the schema allows any further field, since what looks like a known one is
# nothing that JSON Schema can say.
@pytest.mark.parametrize(
    ("entry", "good"),
    [
        (asked(), True),
        (asked(answers=[]), True),
        (asked(answers=[], answerable=True), True),
        (asked(answers=[], answerable=False), True),
        (asked(kind="fact", para_start=3, evidence=None), True),
        (answered(), True),
        (answered() | {"answerable": True}, True),
        (answered(key="m", note=[]), True),
        (answered(start=0), True),
        (answered(start=17.0), True),  # the same number as 17, in JSON and so in JSON Schema
        (answered(doc_id=""), True),
        ([], False),
        ("Who?", False),
        ({"question": "Who?"}, False),
        ({"id": "q"}, False),
        (asked(id=7), False),
        (asked(id=""), False),
        (asked(id=" \n"), False),
        (asked(question=None), False),
        (asked(question=""), False),
        (asked(question="\u00a0"), False),
        (asked(answers=None), False),
        (asked(answers="me"), False),
        (asked(answers={"text": "me", "doc_id": "a.txt", "start": 17}), False),
        (asked(answers=["me"]), False),
        (asked(answers=[{"text": "me", "doc_id": "a.txt"}]), False),
        (asked(answers=[{"text": "me", "start": 17}]), False),
        (asked(answers=[{"doc_id": "a.txt", "start": 17}]), False),
        (answered(text=""), False),
        (answered(text=5), False),
        (answered(doc_id=5), False),
        (answered(start="17"), False),
        (answered(start=17.5), False),
        (answered(start=True), False),
        (answered(start=-1), False),
        (answered(start=None), False),
        (asked(answerable=None), True),
        (answered() | {"answerable": None}, False),
        (asked(only={}), True),
        (asked(only={"after": "2021", "before": "", "sources": ["Reuters"], "documents": []}), True),
        (asked(only=[]), False),
        (asked(only={"sources": "Reuters"}), False),
        (asked(only={"sources": [None]}), False),
        (asked(only={"after": None}), False),
        (asked(only={"since": "2021"}), False),
        (asked(answerable="yes"), False),
        (asked(answerable=1), False),
        (answered() | {"answerable": False}, False),
    ],
    ids=json.dumps,
)
def test_schema_and_reader_agree(tmp_path: Path, entry: object, good: bool) -> None:
    assert conforms(entry) == is_read(lines(tmp_path / "q.jsonl", entry)) == good


def test_what_the_schema_cannot_say_is_only_how_a_field_is_spelt(tmp_path: Path) -> None:
    misspelt = asked(answer=[])
    assert conforms(misspelt)
    assert not is_read(lines(tmp_path / "q.jsonl", misspelt))


def test_the_seeds_questions_conform_to_the_schema() -> None:
    questions = (ROOT / "tests" / "quality" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(questions) >= 60
    assert all(conforms(json.loads(line)) for line in questions)


def test_queries_of_beir_without_grades_belong_to_another_part_and_are_left_out(tmp_path: Path) -> None:
    lines(tmp_path / "corpus.jsonl", {"_id": "d1", "text": "Wings are thin."})
    lines(tmp_path / "queries.jsonl", {"_id": "1", "text": "thin wings"}, {"_id": "2", "text": "of the training part"})
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n1\td1\t1\n", encoding="utf-8")
    assert [question.id for question in read_questions(tmp_path).questions] == ["1"]
