"""Verdicts on answers: as lines of a question set, in a file, and asked again by qa eval."""

import json
import multiprocessing
import threading
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

import qa.embed
import qa.evaluation
import qa.evaluation.feedback
import qa.library
from qa.cli import FOUND, MISUSE, main
from qa.embed import HashingEmbedder
from qa.errors import BadReceipt, NotKept
from qa.evaluation.feedback import gold_of, keep, record
from qa.evaluation.questions import Gold, read_questions
from qa.filters import Filter
from qa.library import Library
from qa.read import SentenceReader
from qa.receipt import receipt
from qa.receipt.claim import claim
from qa.records import Answer, Citation, Document, Passage, Quote

SCHEMA = json.loads((Path(qa.evaluation.__file__).parent / "questions.schema.json").read_text(encoding="utf-8"))
DAY = "2026-03-01"
LEASE = "The lease of the mill ends on 31 May. Rent is due monthly. The tenant is Ann Smith."
LEAVE = "Employees get 25 days of leave. Leave must be asked for in March."
EXACT = {"text": "31 May", "doc_id": "lease.txt", "start": 30}
QUOTE = {"text": "The lease of the mill ends on 31 May.", "doc_id": "lease.txt", "start": 0}


def library() -> Library:
    made = Library(embedder=HashingEmbedder(), reader=SentenceReader(HashingEmbedder()))
    made.add([Document("lease.txt", LEASE, date="2024-03-01"), Document("leave.txt", LEAVE)])
    return made


def answered(question: str = "When does the lease end?", *, only: Filter | None = None) -> dict[str, Any]:
    """The receipt of an answer of two citations, the first with its exact answer marked."""
    lease, leave = Document("lease.txt", LEASE, date="2024-03-01"), Document("leave.txt", LEAVE)
    first = Citation(Quote(lease, 0, 37), Passage(lease, 0, 83), 0.9, exact=Quote(lease, 30, 36))
    second = Citation(Quote(leave, 0, 31), Passage(leave, 0, 31), 0.4)
    answer = Answer(question, (first, second), (first.passage,), 0.82)
    return receipt(answer, library(), top=3, threshold=0.1, only=only)


def refused(question: str = "Who painted the ceiling?") -> dict[str, Any]:
    """The receipt of an answer that there is none."""
    answer = Answer(question, (), (Passage(Document("lease.txt", LEASE), 0, 37),), 0.02)
    return receipt(answer, library(), top=3, threshold=0.1)


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]


def read(tmp_path: Path, line: dict[str, Any]) -> Any:
    """The line as the harness reads it."""
    keep(line, tmp_path / "one.jsonl")
    return read_questions(tmp_path / "one.jsonl")


# What a verdict says


def test_right_makes_the_first_citation_gold_its_exact_answer_and_its_quote(tmp_path: Path) -> None:
    content = answered()
    line = record(content, "right", when=DAY)
    assert line == {
        "id": line["id"],
        "question": "When does the lease end?",
        "answerable": True,
        "answers": [EXACT, QUOTE],
        "verdict": "right",
        "when": DAY,
        "confidence": 0.82,
        "index": content["index"]["sha256"],
        "only": {"after": "", "before": "", "sources": [], "documents": []},
    }
    (question,) = read(tmp_path, line).questions
    assert question.gold == (Gold(**EXACT), Gold(**QUOTE))
    assert set(question.fields) == {"verdict", "when", "confidence", "index"}


def test_without_an_exact_answer_the_quote_alone_is_gold() -> None:
    content = answered()
    content["citations"] = content["citations"][1:]
    assert record(content, "right", when=DAY)["answers"] == [{"text": LEAVE[:31], "doc_id": "leave.txt", "start": 0}]


def test_not_stated_makes_a_question_that_has_no_answer(tmp_path: Path) -> None:
    line = record(answered(), "not stated", when=DAY)
    assert (line["answerable"], line["answers"], line["verdict"]) == (False, [], "not stated")
    (question,) = read(tmp_path, line).questions
    assert (question.gold, question.answerable) == ((), False)


@pytest.mark.parametrize("verdict", ["right", "not stated"])
def test_a_refusal_that_was_right_is_one_of_a_question_that_has_no_answer(verdict: Any) -> None:
    line = record(refused(), verdict, when=DAY)
    assert (line["answerable"], line["answers"], line["verdict"]) == (False, [], verdict)


def test_wrong_with_the_right_place_has_that_as_gold_and_says_what_was_wrong(tmp_path: Path) -> None:
    content = answered()
    chosen = [gold_of(claim(content["citations"][1])), Gold("Ann Smith", "lease.txt", LEASE.index("Ann"))]
    line = record(content, "wrong", when=DAY, gold=chosen)
    assert line["answerable"] is True
    assert line["answers"] == [
        {"text": "Employees get 25 days of leave.", "doc_id": "leave.txt", "start": 0},
        {"text": "Ann Smith", "doc_id": "lease.txt", "start": 73},
    ]
    assert line["not"] == [EXACT, QUOTE]
    (question,) = read(tmp_path, line).questions
    assert question.gold == tuple(chosen)


def test_wrong_without_the_right_place_claims_nothing_and_is_not_scored(tmp_path: Path) -> None:
    line = record(answered(), "wrong", when=DAY)
    assert (line["answerable"], line["answers"], line["not"]) == (None, [], [EXACT, QUOTE])
    found = read(tmp_path, line)
    assert (found.questions, found.open) == ((), (line["id"],))


def test_a_refusal_that_was_wrong_is_one_of_a_question_that_has_an_answer(tmp_path: Path) -> None:
    line = record(refused(), "wrong", when=DAY)
    assert (line["answerable"], line["answers"], line["not"]) == (True, [], [])
    (question,) = read(tmp_path, line).questions
    assert (question.gold, question.answerable) == ((), True)


def test_the_id_is_the_same_for_the_same_question_to_the_same_documents() -> None:
    first = record(answered(), "right", when=DAY)["id"]
    assert record({**answered(" When does  the lease end?\n"), "confidence": 0.1}, "wrong", when=DAY)["id"] == first
    assert record(answered("When does the Lease end?"), "right", when=DAY)["id"] != first
    filtered = record(answered(only=Filter(after="2024")), "right", when=DAY)
    assert filtered["id"] != first
    assert filtered["only"]["after"] == "2024"


def test_a_verdict_a_day_and_gold_that_do_not_go_together_are_misuse() -> None:
    with pytest.raises(ValueError, match="a verdict is right, wrong or not stated, not 'good'"):
        record(answered(), "good", when=DAY)  # type: ignore[arg-type]
    for verdict in ("right", "not stated"):
        with pytest.raises(ValueError, match=f"not with '{verdict}'"):
            record(answered(), verdict, when=DAY, gold=[Gold("x", "a.txt", 0)])  # type: ignore[arg-type]
    for gold in (Gold("", "a.txt", 0), Gold(" \n", "a.txt", 0), Gold("x", "a.txt", -1)):
        with pytest.raises(ValueError, match="a gold answer needs text, and a start from 0"):
            record(answered(), "wrong", when=DAY, gold=[gold])
    with pytest.raises(ValueError, match="Invalid isoformat"):
        record(answered(), "right", when="yesterday")


@pytest.mark.parametrize(
    "forge",
    [
        lambda content: content["citations"][0].update(start=1),
        lambda content: content["citations"][0].update(end=5),
        lambda content: content["citations"][0]["exact"].update(start=0),
        lambda content: content["citations"][0]["exact"].update(text="30 May"),
        lambda content: content["citations"][0]["document"].update(id=None),
        lambda content: content.update(citations=[3]),
        lambda content: content.update(question=["?"]),
        lambda content: content.update(format="1"),
    ],
)
def test_a_forged_receipt_makes_no_line(forge: Any) -> None:
    content = answered()
    forge(content)
    with pytest.raises(BadReceipt):
        record(content, "right", when=DAY)


@pytest.mark.parametrize("verdict", ["right", "wrong", "not stated"])
@pytest.mark.parametrize("content", [answered(), refused(), answered("Quel “été”, </script>\u2028 $x$ {y}, متى?")])
def test_every_line_conforms_to_the_schema_of_a_question(content: dict[str, Any], verdict: Any, tmp_path: Path) -> None:
    line = record(content, verdict, when=DAY)
    jsonschema.Draft202012Validator(SCHEMA).validate(line)
    keep(line, tmp_path / "f.jsonl")
    assert lines(tmp_path / "f.jsonl") == [line]


@given(st.text(min_size=1, max_size=20), st.text(max_size=20))
def test_whatever_a_document_is_called_and_says_its_line_is_one_line(text: str, name: str) -> None:
    document = Document(name, text)
    citation = Citation(Quote(document, 0, len(text)), Passage(document, 0, len(text)), 1)
    content = receipt(Answer("When?", (citation,), (citation.passage,), 1), library(), top=3, threshold=0)
    written = qa.evaluation.feedback._as_text(record(content, "right", when=DAY))
    assert "\n" not in written
    assert json.loads(written.encode())["answers"] == [{"text": text, "doc_id": name, "start": 0}]


# Keeping it


def test_the_latest_verdict_on_a_question_takes_the_place_of_the_earlier_one(tmp_path: Path) -> None:
    file = tmp_path / "new" / "feedback.jsonl"
    first, other = record(answered(), "right", when=DAY), record(refused(), "right", when=DAY)
    keep(first, file)
    keep(other, file)
    later = record(answered(), "wrong", when="2026-03-02")
    keep(later, file)
    assert lines(file) == [other, later]
    keep(first, file)
    keep(first, file)
    assert lines(file) == [other, first]


def test_lines_of_others_stay_as_they_are_to_the_byte(tmp_path: Path) -> None:
    file = tmp_path / "feedback.jsonl"
    own = '{"question":  "Who\u2028?", "id": "q1", "note": 1.0}'
    file.write_text(f"{own}\r\n\n", encoding="utf-8", newline="")
    keep(record(answered(), "right", when=DAY), file)
    assert file.read_text(encoding="utf-8").startswith(own)
    assert read_questions(file).questions[0].id == "q1"


@pytest.mark.parametrize("text", ["hello", "{", "[1]", '{"question": "Who?"}', '"x"', "\xff\xfe", "[" * 100_000])
def test_a_file_that_is_no_question_set_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(NotKept, match="is no question set, and is left as it is"):
        keep(record(answered(), "right", when=DAY), file)
    assert file.read_bytes() == text.encode("latin-1")


def test_what_is_too_large_is_told_and_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "feedback.jsonl"
    line = record(answered(), "right", when=DAY)
    keep(line, file)
    before = file.read_bytes()
    with pytest.raises(NotKept, match=r"the verdict has 262,\d\d\d bytes, and 262,144 is the most"):
        keep({**line, "id": "long", "note": "é" * (128 * 1024)}, file)
    monkeypatch.setattr(qa.evaluation.feedback, "LARGEST_FILE", len(before) + 10)
    with pytest.raises(NotKept, match="begin another file"):
        keep(record(refused(), "right", when=DAY), file)
    assert file.read_bytes() == before
    keep(line, file)  # in the place of itself there is room
    assert file.read_bytes() == before


def test_where_nothing_can_be_written_it_is_told(tmp_path: Path) -> None:
    line = record(answered(), "right", when=DAY)
    (tmp_path / "file").write_text("")
    for file in (tmp_path / "file" / "feedback.jsonl", tmp_path):
        with pytest.raises(NotKept):
            keep(line, file)
    assert (tmp_path / "file").read_text() == ""


def test_another_writer_is_waited_for_and_then_told_of(tmp_path: Path) -> None:
    file = tmp_path / "feedback.jsonl"
    line = record(answered(), "right", when=DAY)
    with FileLock(tmp_path / "feedback.jsonl.lock"), pytest.raises(NotKept, match="written to by another program"):
        keep(line, file, wait=0.05)
    keep(line, file, wait=0.05)
    assert lines(file) == [line]


def test_a_link_to_a_file_stays_one(tmp_path: Path) -> None:
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "real.jsonl")
    keep(record(answered(), "right", when=DAY), tmp_path / "link.jsonl")
    assert (tmp_path / "link.jsonl").is_symlink()
    assert len(lines(tmp_path / "real.jsonl")) == 1


def _write(file: Path, worker: int) -> None:
    for number in range(10):
        keep(record(answered(f"Question {worker} {number}?"), "right", when=DAY), file)
        keep(record(answered("The same question?"), "right", when=DAY), file)


def test_many_writers_at_once_lose_no_line(tmp_path: Path) -> None:
    file = tmp_path / "feedback.jsonl"
    threads = [threading.Thread(target=_write, args=(file, worker)) for worker in range(3)]
    processes = [multiprocessing.get_context("spawn").Process(target=_write, args=(file, 3 + n)) for n in range(2)]
    for each in (*threads, *processes):
        each.start()
    for each in (*threads, *processes):
        each.join()
    found = [line["question"] for line in lines(file)]
    assert sorted(found) == sorted([f"Question {w} {n}?" for w in range(5) for n in range(10)] + ["The same question?"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["feedback.jsonl", "feedback.jsonl.lock"]


# Asked again


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One stands in a folder with documents in docs and their index in index; the model takes no time."""
    monkeypatch.chdir(tmp_path)
    for module in (qa.embed, qa.library):
        monkeypatch.setattr(module, "SentenceTransformerEmbedder", lambda *name: HashingEmbedder())
    Path("docs").mkdir()
    for name, text in {"lease.txt": f"Date: 2024-03-01\n\n{LEASE}", "leave.txt": LEAVE}.items():
        Path("docs", name).write_text(text, encoding="utf-8")
    assert main(["index", "docs", "--index", "index"]) == FOUND
    return tmp_path


def judged(question: str, verdict: Any, *, gold: str = "", only: Filter | None = None) -> dict[str, Any]:
    """Ask the folder's documents, say what is thought of the answer, and keep it; the receipt."""
    asked = Library.load("index")
    answer = asked.ask(question, only=only)
    content = receipt(answer, asked, top=3, threshold=asked.threshold, only=only)
    right = [Gold(gold, d.id, d.text.index(gold)) for d in asked.documents if gold and gold in d.text]
    keep(record(content, verdict, when=DAY, gold=right), "feedback.jsonl")
    return content


@pytest.mark.parametrize("source", [["--documents", "docs"], ["--index", "index"]])
def test_qa_eval_asks_what_was_judged_and_leaves_out_what_is_not_known(
    place: Path, source: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert judged("When does the lease of the mill end?", "right")["found"]
    judged("How many days of leave do employees get?", "wrong", gold="25 days")
    assert judged("When must leave be asked for?", "wrong")["found"]
    assert not judged("Who painted the ceiling of the Sistine Chapel?", "right")["found"]
    capsys.readouterr()
    assert main(["eval", "feedback.jsonl", *source, "--by", "verdict", "--out", "run"]) == FOUND
    told = capsys.readouterr().out
    assert told.startswith("feedback: 3 questions\n")
    assert "nobody has said yet what is right" in told
    run = json.loads(Path("run/run.json").read_text(encoding="utf-8"))
    outcomes = {outcome["question"]: outcome for outcome in run["outcomes"]}
    assert [outcome["answerable"] for outcome in outcomes.values()] == [True, True, False]
    assert outcomes["When does the lease of the mill end?"]["values"]["quote_hit@1"] == 1
    assert "false_answer" in outcomes["Who painted the ceiling of the Sistine Chapel?"]["values"]
    (fault,) = run["not_scored"]
    assert fault["whole"]
    assert "answered what has no answer" not in [outcome["failure"] for outcome in outcomes.values()]


def test_a_question_to_some_documents_is_asked_of_those_again(place: Path) -> None:
    only = Filter(documents=("leave.txt",))
    judged("When does the lease of the mill end?", "not stated", only=only)
    judged("When does the lease of the mill end?", "right")
    assert main(["eval", "feedback.jsonl", "--documents", "docs", "--out", "run"]) == FOUND
    filtered, whole = json.loads(Path("run/run.json").read_text(encoding="utf-8"))["outcomes"]
    assert {quote["document"] for quote in filtered["quotes"]} == {"leave.txt"}
    assert whole["quotes"][0]["document"] == "lease.txt"


def test_where_nothing_is_known_nothing_is_measured(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judged("When does the lease of the mill end?", "wrong")
    capsys.readouterr()
    assert main(["eval", "feedback.jsonl", "--index", "index"]) == MISUSE
    told = capsys.readouterr().err
    assert "no question can be scored" in told
    assert told.endswith("nobody has said yet what is right\n")


def test_gold_that_no_longer_stands_is_named_and_not_scored(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judged("When does the lease of the mill end?", "right")
    judged("How many days of leave do employees get?", "wrong", gold="25 days")
    Path("docs", "lease.txt").write_text("The mill is sold.", encoding="utf-8")
    capsys.readouterr()
    assert main(["eval", "feedback.jsonl", "--documents", "docs"]) == FOUND
    told = capsys.readouterr().out
    assert told.startswith("feedback: 1 question")
    assert "does not stand at" in told
