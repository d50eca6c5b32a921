"""qa eval, as it is typed."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import qa.embed
import qa.library
from qa.cli import MISUSE, main
from qa.embed import HashingEmbedder, Vectors
from qa.evaluation import run as runs
from qa.library import Library

DOCUMENTS = {
    "lease.txt": "The lease ends on 31 May. Rent is due monthly. The tenant is Ann Smith.",
    "leave.txt": "Employees get 25 days of leave. Leave must be asked for in March.",
}
QUESTIONS: list[dict[str, Any]] = [
    {
        "id": "q1",
        "question": "When does the lease end?",
        "answers": [{"text": "31 May", "doc_id": "lease.txt", "start": 18}],
        "kind": "date",
    },
    {
        "id": "q2",
        "question": "How many days of leave do employees get?",
        "answers": [{"text": "25 days", "doc_id": "leave.txt", "start": 14}],
        "kind": "number",
    },
    {
        "id": "q3",
        "question": "Who is the tenant?",
        "answers": [{"text": "Ann Smith", "doc_id": "lease.txt", "start": 61}],
        "kind": "name",
    },
    {"id": "q4", "question": "Who painted the ceiling of the Sistine Chapel?", "answerable": False, "kind": "name"},
]


class Stopping(HashingEmbedder):
    """Presses Ctrl-C when it is asked for a tenant."""

    def embed_question(self, text: str) -> Vectors:
        if "tenant" in text:
            os.kill(os.getpid(), signal.SIGINT)
        return super().embed_question(text)


def lines(name: str, *entries: object) -> None:
    Path(name).write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One stands in a folder with questions.jsonl, documents in docs and corpus.jsonl; the model takes no time."""
    monkeypatch.chdir(tmp_path)
    use(monkeypatch, HashingEmbedder)
    Path("docs").mkdir()
    for name, text in DOCUMENTS.items():
        Path("docs", name).write_text(text, encoding="utf-8")
    lines("questions.jsonl", *QUESTIONS)
    lines("corpus.jsonl", *({"doc_id": name, "text": text} for name, text in DOCUMENTS.items()))
    return tmp_path


def use(monkeypatch: pytest.MonkeyPatch, embedder: Callable[[], HashingEmbedder]) -> None:
    """In the place of the packaged model, which takes seconds."""
    for module in (qa.embed, qa.library):
        monkeypatch.setattr(module, "SentenceTransformerEmbedder", lambda *name: embedder())


def evaluated(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> tuple[str, str]:
    """What is printed of a command on questions.jsonl."""
    assert main(["eval", "questions.jsonl", *arguments]) == status
    out, err = capsys.readouterr()
    return out, err


def misuse(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line of a command that cannot be done."""
    assert main(["eval", *arguments]) == MISUSE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("qa: ")
    assert err.count("\n") == 1
    return err.removeprefix("qa: ").rstrip("\n")


def content(folder: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(folder, "run.json").read_text(encoding="utf-8"))
    return found


def untimed(folder: str) -> bytes:
    """The bytes of a run but for its timings, which stand last."""
    data = Path(folder, "run.json").read_bytes()
    return data[: data.index(b'\n"timings": ')]


# What it does


def test_a_run_is_shown_written_and_reported(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = evaluated(capsys, "--documents", "docs", "--out", "new/run", "--by", "kind", "--top", "2")
    assert out.splitlines()[0].endswith(": 4 questions")
    assert re.search(r"\nquote hit@1 +1\.000  1\.000 – 1\.000 +3\n", out)
    assert re.search(r"\nkind .*\ndate .*\nname .*\nnumber ", out)
    assert err == "written: new/run/run.json and new/run/report.html\n"
    assert sorted(path.name for path in Path("new/run").iterdir()) == ["report.html", "run.json"]
    run = content("new/run")
    assert (run["complete"], run["asked"], run["of"]) == (True, 4, 4)
    assert (run["settings"]["top"], run["settings"]["by"]) == (2, ["kind"])
    library = Library.from_folder("docs", embedder=HashingEmbedder())
    assert run["fingerprints"]["index"]["sha256"] == library.fingerprint
    for outcome in run["outcomes"]:
        answer = library.ask(outcome["question"], top=2)
        quotes = [quote["text"] for quote in outcome["quotes"]]
        assert outcome["confidence"] == answer.confidence
        assert outcome["refused"] == (not answer.found)
        assert len(quotes) == 2
        assert answer.citations == () or quotes == [citation.quote.text for citation in answer.citations]
    assert b"<html" in Path("new/run/report.html").read_bytes()


def test_without_out_nothing_is_written(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(place.rglob("*"))
    out, err = evaluated(capsys, "--documents", "docs")
    assert (out.splitlines()[0].endswith(": 4 questions"), err) == (True, "")
    assert sorted(place.rglob("*")) == before


def test_every_source_of_documents_gives_the_same_answers(capsys: pytest.CaptureFixture[str]) -> None:
    Library.from_folder("docs", embedder=HashingEmbedder()).save("index")
    for number, source in enumerate(["--documents docs", "--index index", "--corpus corpus.jsonl"]):
        evaluated(capsys, *source.split(), "--out", f"run{number}")
    Path("set").mkdir()
    for name in ("questions.jsonl", "corpus.jsonl"):
        Path("set", f"{name}.gz").write_bytes(gzip.compress(Path(name).read_bytes()))
    assert main(["eval", "set", "--out", "run3"]) == 0
    found = [content(f"run{number}") for number in range(4)]
    assert all(run["outcomes"] == found[0]["outcomes"] for run in found)
    assert len({run["fingerprints"]["index"]["sha256"] for run in found}) <= 2  # a file's digest, or its text's
    assert len({run["fingerprints"]["documents"]["sha256"] for run in found}) == 1


def test_sets_of_others_are_read_alone(capsys: pytest.CaptureFixture[str]) -> None:
    asked = {"id": "s", "question": "When does it end?", "answers": [{"text": "31 May", "answer_start": 18}]}
    paragraph = {"context": DOCUMENTS["lease.txt"], "qas": [asked]}
    Path("squad.json").write_text(json.dumps({"data": [{"title": "Lease", "paragraphs": [paragraph]}]}))
    assert main(["eval", "squad.json"]) == 0
    assert capsys.readouterr().out.startswith("squad: 1 questions\n")
    Path("beir").mkdir()
    lines("beir/corpus.jsonl", *({"_id": name, "text": text} for name, text in DOCUMENTS.items()))
    lines("beir/queries.jsonl", {"_id": "1", "text": "When does the lease end?"})
    Path("beir/qrels.tsv").write_text("query-id\tcorpus-id\tscore\n1\tlease.txt\t1\n")
    assert main(["eval", "beir"]) == 0
    out, _ = capsys.readouterr()
    assert out.startswith("beir: 1 questions\n")
    assert re.search(r"\ndocument nDCG@10 +1\.000 ", out)
    assert "quote hit" not in out


def test_a_sample_is_of_so_many_and_of_all_where_it_is_larger(capsys: pytest.CaptureFixture[str]) -> None:
    for name, sample in {"two": "2", "again": "2", "all": "99"}.items():
        evaluated(capsys, "--documents", "docs", "--sample", sample, "--seed", "5", "--out", name)
    assert [outcome["id"] for outcome in content("all")["outcomes"]] == ["q1", "q2", "q3", "q4"]
    assert untimed("two") == untimed("again")
    assert content("two")["of"] == 2
    assert (content("two")["settings"]["sample"], content("two")["settings"]["seed"]) == (2, 5)


def test_the_threshold_decides_what_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = evaluated(capsys, "--documents", "docs", "--threshold", "1")
    assert re.search(r"\nwrong refusals \(lower is better\) +1\.000 ", out)
    out, _ = evaluated(capsys, "--documents", "docs", "--threshold", "0")
    assert re.search(r"\nfalse answers \(lower is better\) +1\.000 ", out)


def test_files_that_cannot_be_read_and_gold_that_does_not_stand_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    Path("docs", "x.pdf").write_bytes(b"%PDF")
    gone = {"id": "q5", "question": "Who pays?", "answers": [{"text": "Ann", "doc_id": "gone.txt", "start": 0}]}
    moved = {"id": "q6", "question": "Where?", "answers": [{"text": "31 May", "doc_id": "lease.txt", "start": 17}]}
    mute = {"id": "q7", "question": "?!"}
    lines("questions.jsonl", *QUESTIONS, gone, moved, mute)
    out, err = evaluated(capsys, "--documents", "docs", "--out", "run")
    assert err.startswith(
        "left out: x.pdf: is named .pdf but is none: it is damaged, or of another format; save it anew\n"
    )
    assert ": 4 questions\n" in out
    assert "not scored: 3 questions, and 0 gold answers or judged documents of others\n" in out
    assert "  q7: the question holds no word to look for; use words that the documents may hold\n" in out
    assert "  q5: gold document 'gone.txt' is not in the corpus\n" in out
    assert "  q6: '31 May' does not stand at 17 of 'lease.txt', but ' 31 Ma'; it does at 18\n" in out
    assert [fault["id"] for fault in content("run")["not_scored"]] == ["q7", "q5", "q6"]
    assert content("run")["of"] == 4


# Comparing


def test_a_run_is_held_against_an_earlier_one(capsys: pytest.CaptureFixture[str]) -> None:
    evaluated(capsys, "--documents", "docs", "--sample", "3", "--threshold", "1", "--out", "before")
    out, _ = evaluated(capsys, "--documents", "docs", "--compare", "before", "--out", "after")
    assert "\nagainst " in out
    assert "left out: 1 questions that only one run asked, or that changed\n" in out
    assert "won by quote hit@1: 0\nlost by quote hit@1: 0\n" in out  # a refusal hides quotes, and alters none
    assert evaluated(capsys, "--documents", "docs", "--compare", "before/run.json")[1] == ""


def test_a_run_of_other_questions_is_told_before_anything_is_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluated(capsys, "--documents", "docs", "--out", "before")
    lines("other.jsonl", {**QUESTIONS[0], "id": "z"}, {**QUESTIONS[1], "question": "Who is the tenant of it?"})
    use(monkeypatch, Stopping)  # Ctrl-C, were it asked
    message = misuse(capsys, "other.jsonl", "--documents", "docs", "--compare", "before", "--out", "run")
    assert re.fullmatch(r"\S+ and other have no question in common, so there is nothing to compare", message)
    assert not Path("run").exists()


def test_a_run_that_cannot_be_compared_after_all_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    """The same question with another gold answer is another question; that is known once its gold is judged."""
    lines("questions.jsonl", QUESTIONS[0])
    evaluated(capsys, "--documents", "docs", "--out", "before")
    lines("questions.jsonl", {**QUESTIONS[0], "answers": [{"text": "May", "doc_id": "lease.txt", "start": 21}]})
    message = misuse(capsys, "questions.jsonl", "--documents", "docs", "--compare", "before", "--out", "run")
    assert message.endswith("have no question in common, so there is nothing to compare")
    assert content("run")["complete"]


# Stopping, and going on


def test_ctrl_c_keeps_and_reports_what_was_done_and_it_is_gone_on_with_to_the_same_bytes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    same = ["--documents", "docs", "--by", "kind"]
    evaluated(capsys, *same, "--out", "whole")
    use(monkeypatch, Stopping)
    out, err = evaluated(capsys, *same, "--out", "run", status=130)
    assert ": 2 of 4 questions, then stopped\n" in out
    assert re.search(r"\nquote hit@1 +1\.000 .* 2\n", out)
    assert err.splitlines() == [
        "written: run/run.json and run/report.html",
        "qa: stopped after 2 of 4 questions; go on with the same command and --resume",
    ]
    half = content("run")
    assert (half["complete"], half["asked"], half["of"]) == (False, 2, 4)
    assert b"<html" in Path("run/report.html").read_bytes()

    assert misuse(capsys, "questions.jsonl", *same, "--out", "run") == (
        "run holds a run of 2 of 4 questions; go on with --resume, or name another folder"
    )
    message = misuse(capsys, "questions.jsonl", *same, "--out", "run", "--resume", "--top", "2")
    assert message == (
        "run/unfinished/journal.jsonl: the run that was stopped differs in settings.top; "
        "go on with the same, or begin anew in another folder"
    )
    assert content("run") == half

    use(monkeypatch, HashingEmbedder)
    _, err = evaluated(capsys, *same, "--out", "run", "--resume")
    assert err == "written: run/run.json and run/report.html\n"
    assert untimed("run") == untimed("whole")
    assert sorted(path.name for path in Path("run").iterdir()) == ["report.html", "run.json"]
    for more in ([], ["--resume"]):
        assert misuse(capsys, "questions.jsonl", *same, "--out", "run", *more) == (
            "run holds a run of 4 of 4 questions; name another folder"
        )
    assert untimed("run") == untimed("whole")


def test_ctrl_c_without_a_folder_shows_what_was_done(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    use(monkeypatch, Stopping)
    before = sorted(place.rglob("*"))
    out, err = evaluated(capsys, "--documents", "docs", status=130)
    assert ": 2 of 4 questions, then stopped\n" in out
    assert err == "qa: stopped after 2 of 4 questions; with --out DIR, it could be gone on with\n"
    assert sorted(place.rglob("*")) == before


def test_ctrl_c_before_the_first_answer_tells_how_to_go_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines("questions.jsonl", QUESTIONS[2], QUESTIONS[0])
    use(monkeypatch, Stopping)
    assert evaluated(capsys, "--documents", "docs", "--out", "run", status=130) == (
        "",
        "qa: stopped before the first question; go on with the same command and --resume\n",
    )
    use(monkeypatch, HashingEmbedder)
    assert misuse(capsys, "questions.jsonl", "--documents", "docs", "--out", "run") == (
        "run holds a run that was stopped; go on with --resume, or name another folder"
    )
    evaluated(capsys, "--documents", "docs", "--out", "run", "--resume")
    assert content("run")["complete"]


def test_stopped_before_it_came_to_a_question_that_both_have_it_compares_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines("questions.jsonl", QUESTIONS[3])
    evaluated(capsys, "--documents", "docs", "--out", "before")
    lines("questions.jsonl", *QUESTIONS)
    use(monkeypatch, Stopping)
    out, _ = evaluated(capsys, "--documents", "docs", "--compare", "before", "--out", "run", status=130)
    assert "against" not in out
    assert content("run")["asked"] == 2


def test_to_go_on_with_nothing_is_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    evaluated(capsys, "--documents", "docs", "--out", "run", "--resume")
    assert content("run")["complete"]


def test_a_complete_run_is_not_written_over(capsys: pytest.CaptureFixture[str]) -> None:
    evaluated(capsys, "--documents", "docs", "--out", "run")
    before = {path: path.read_bytes() for path in Path("run").iterdir()}
    assert misuse(capsys, "questions.jsonl", "--documents", "docs", "--out", "run", "--top", "1") == (
        "run holds a run of 4 of 4 questions; name another folder"
    )
    assert {path: path.read_bytes() for path in Path("run").iterdir()} == before
    evaluated(capsys, "--documents", "docs", "--out", ".")  # what else lies in a folder is no matter
    assert Path("docs", "lease.txt").read_text() == DOCUMENTS["lease.txt"]


# Misuse


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("gone.jsonl --documents docs", "gone.jsonl: cannot be read (No such file or directory)"),
        ("questions.jsonl --corpus gone.jsonl", "gone.jsonl: cannot be read (No such file or directory)"),
        ("questions.jsonl --corpus docs", "docs: cannot be read (Is a directory)"),
        ("questions.jsonl --index gone", "gone holds no index; make one with: qa index FOLDER --index gone"),
        (
            "questions.jsonl",
            "questions.jsonl brings no documents; name them with --documents FOLDER, --index DIR or --corpus FILE",
        ),
        (
            "questions.jsonl --documents docs --by colour",
            "questions.jsonl: no question has the field 'colour'; there are: kind",
        ),
        (
            "questions.jsonl --documents docs --resume",
            "--resume goes on with a run that was kept; name its folder with --out",
        ),
        (
            "questions.jsonl --documents docs --compare gone",
            "gone: cannot be read (No such file or directory); qa eval … --out DIR writes one",
        ),
        (
            "questions.jsonl --documents docs --compare docs",
            "docs/run.json: cannot be read (No such file or directory); qa eval … --out DIR writes one",
        ),
        (
            "questions.jsonl --documents docs --compare docs/lease.txt",
            "docs/lease.txt: not a run of qa eval (JSONDecodeError: Expecting value: line 1 column 1 (char 0))",
        ),
        ("questions.jsonl --documents docs --out docs/lease.txt", "docs/lease.txt/unfinished: Not a directory"),
        ("questions.jsonl --documents docs --out docs/lease.txt/run", "docs/lease.txt/run/unfinished: Not a directory"),
        (
            "docs",
            "docs: questions.jsonl or, for BEIR, queries.jsonl was expected (perhaps with .gz); "
            "it holds lease.txt, leave.txt",
        ),
    ],
)
def test_what_is_not_there_or_cannot_be_is_one_line(
    arguments: str, message: str, capsys: pytest.CaptureFixture[str], place: Path
) -> None:
    before = sorted(place.rglob("*"))
    assert misuse(capsys, *arguments.split()) == message
    assert sorted(place.rglob("*")) == before


def test_documents_that_are_not_there_or_hold_none_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty").mkdir()
    for name in ("gone", "empty"):
        message = misuse(capsys, "questions.jsonl", "--documents", name)
        assert message.endswith("other files that are read")


@pytest.mark.parametrize("folder", ["/proc/run", "locked/run"])
def test_a_folder_that_cannot_be_written_is_one_line(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    if folder.startswith("/proc") and not Path("/proc/self").exists():
        pytest.skip("there is no /proc")
    if folder.startswith("locked"):
        if os.geteuid() == 0:
            pytest.skip("nothing is locked for root")
        Path("locked").mkdir(0o500)
    message = misuse(capsys, "questions.jsonl", "--documents", "docs", "--out", folder)
    assert message.startswith(f"{folder}")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "q5"', "line 5: not JSON (Expecting ',' delimiter: line 1 column 12 (char 11))"),
        ("q5", "line 5: not JSON (Expecting value: line 1 column 1 (char 0))"),
        ('{"question": "Who?"}', "line 5: a question needs id, and it must be text"),
        ('{"id": "q5"}', "line 5: a question needs question, and it must be text"),
        ('{"id": "q2", "question": "Who?"}', "line 2 and line 5 have the same id 'q2'"),
        ('{"id": "q5", "question": "?", "anwsers": []}', "line 5: unknown field 'anwsers'; did you mean 'answers'?"),
        (
            '{"id": "q5", "question": "?", "answers": [{}]}',
            "line 5: an answer needs text, doc_id and start (a number from 0)",
        ),
    ],
)
def test_a_wrong_question_is_named_by_its_line(line: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with Path("questions.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    told = misuse(capsys, "questions.jsonl", "--documents", "docs", "--out", "run")
    assert told.removeprefix("questions.jsonl").lstrip(",: ") == message
    assert not Path("run").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "corpus.jsonl holds no document"),
        ("\n \n", "corpus.jsonl holds no document"),
        ('{"doc_id": "a"}\n', "corpus.jsonl, line 1: a document needs doc_id and text, and both must be text"),
        ('{"doc_id": "a", "text": "A."}\n{', None),
        (
            '{"doc_id": "a", "text": "A."}\n{"_id": "a", "text": "B."}',
            "corpus.jsonl, line 2: a second document has the id 'a'",
        ),
        (
            '{"doc_id": "a", "text": "A."}',
            "questions.jsonl: no question can be scored: q1: gold document 'lease.txt' is not in the corpus",
        ),
    ],
)
def test_a_wrong_corpus_is_one_line(text: str, message: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    Path("corpus.jsonl").write_text(text, encoding="utf-8")
    lines("questions.jsonl", *QUESTIONS[:3])
    told = misuse(capsys, "questions.jsonl", "--corpus", "corpus.jsonl")
    assert told == message or (message is None and told.startswith("corpus.jsonl, line 2: not JSON ("))


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_questions_of_none_are_one_line(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("questions.jsonl").write_text(text)
    assert misuse(capsys, "questions.jsonl", "--documents", "docs") == "questions.jsonl holds no question"


def test_a_run_that_is_newer_or_damaged_is_compared_with_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    evaluated(capsys, "--documents", "docs", "--out", "run")
    text = Path("run/run.json").read_text(encoding="utf-8")
    command = ["questions.jsonl", "--documents", "docs", "--compare", "run", "--out", "new"]
    Path("run/run.json").write_text(text.replace('"format": 1', '"format": 2'), encoding="utf-8")
    assert misuse(capsys, *command) == "run/run.json: a run of format 2; this version reads up to 1"
    Path("run/run.json").write_text(text[:-20], encoding="utf-8")
    assert misuse(capsys, *command).startswith("run/run.json: not a run of qa eval (JSONDecodeError: ")
    assert misuse(capsys, *command[:3], "--out", "run").startswith("run/run.json: not a run of qa eval (")
    assert not Path("new").exists()


def test_a_damaged_journal_is_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Stopping)
    evaluated(capsys, "--documents", "docs", "--out", "run", status=130)
    journal = Path("run/unfinished/journal.jsonl")
    journal.write_bytes(journal.read_bytes().replace(b'"outcome"', b'"\xff"', 1))
    message = misuse(capsys, "questions.jsonl", "--documents", "docs", "--out", "run", "--resume")
    assert message.startswith("run/unfinished/journal.jsonl: not a journal of qa eval (UnicodeDecodeError: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "the following arguments are required: questions"),
        ("q --documents a --index b", "argument --index: not allowed with argument --documents"),
        ("q --corpus a --index b", "argument --index: not allowed with argument --corpus"),
        ("q --sample 0", "argument --sample: invalid number of at least 1 value: '0'"),
        ("q --sample -3", "argument --sample: invalid number of at least 1 value: '-3'"),
        ("q --sample ten", "argument --sample: invalid number of at least 1 value: 'ten'"),
        ("q --seed x", "argument --seed: invalid int value: 'x'"),
        ("q --top 0", "argument --top: invalid number of at least 1 value: '0'"),
        ("q --threshold 1.1", "argument --threshold: invalid number from 0 to 1 value: '1.1'"),
        ("q --threshold nan", "argument --threshold: invalid number from 0 to 1 value: 'nan'"),
    ],
)
def test_wrong_arguments_are_misuse(arguments: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["eval", *arguments.split()])
    assert caught.value.code == MISUSE
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err


# As a program


def test_a_name_a_question_and_a_field_steer_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    odd = "[/b]\x1b]0;x\x07\u202e"
    Path(f"{odd.replace('/', '')}.jsonl").write_text(
        "".join(json.dumps({**entry, odd: odd, "id": odd + entry["id"]}) + "\n" for entry in QUESTIONS)
    )
    assert main(["eval", f"{odd.replace('/', '')}.jsonl", "--corpus", "corpus.jsonl", "--by", odd, "--by", "kind"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("[b]\\x1b]0;x\\x07\\x202e: 4 questions\n")
    assert not re.search("[\x1b\x07\u202e]", out + err)


@pytest.mark.model
def test_the_program_itself_killed_and_gone_on_with_gives_the_same_bytes(
    seeds: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed whenever it comes, as by a power cut; the whole run is of another process, this one."""
    arguments = ["eval", "questions.jsonl", "--documents", "docs", "--out"]
    command = [Path(sys.executable).with_name("qa"), *arguments, "run"]
    killed = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    monkeypatch.setattr("qa.library.SentenceTransformerEmbedder", lambda *name: seeds.embedder)
    assert main([*arguments, "whole"]) == 0
    journal = Path("run/unfinished/journal.jsonl")
    while killed.poll() is None and not (journal.exists() and journal.read_bytes().count(b"\n") > 1):
        time.sleep(0.01)
    killed.kill()
    killed.wait()
    if journal.exists():
        journal.write_bytes(journal.read_bytes()[:-5])
        environment = {**os.environ, "TERM": "xterm-256color"}
        resumed = subprocess.run([*command, "--resume"], capture_output=True, encoding="utf-8", env=environment)
        assert (resumed.returncode, resumed.stderr) == (0, "written: run/run.json and run/report.html\n")
        assert "\x1b" not in resumed.stdout
    assert untimed("run") == untimed("whole")
    assert runs.read(Path("run")).fingerprints["embedder"]["name"] == "all-MiniLM-L6-v2"
