import argparse
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import qa
import qa.cli
import qa.embed
import qa.library
from qa.cli import FOUND, MISUSE, NOT_FOUND, STOPPED, main
from qa.embed import HashingEmbedder
from qa.library import Library
from qa.receipt import parse, receipt, to_json

SEEDS = Path(__file__).parent.parent / "seeds"
COMMAND = Path(sys.executable).with_name("qa")
QUESTION = "When does the lease end?"


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two documents, and one stands above it."""
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "lease.txt").write_text("The lease ends on 31 May. Rent is due monthly.")
    (folder / "leave.txt").write_text("Employees get 25 days of leave.")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the place of the packaged models, which take seconds."""
    for module in (qa.embed, qa.library):
        monkeypatch.setattr(module, "SentenceTransformerEmbedder", lambda *name: HashingEmbedder())


def saved_receipt(docs: Path, path: Path, *, threshold: float = 0) -> dict[str, Any]:
    library = Library.from_folder(docs, embedder=HashingEmbedder())
    content = receipt(library.ask(QUESTION, threshold=threshold), library, top=3, threshold=threshold)
    path.write_text(to_json(content), encoding="utf-8")
    return content


def misuse(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one line on standard error of a command that cannot be done."""
    assert main(arguments) == MISUSE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("qa: ")
    assert err.count("\n") == 1
    return err.removeprefix("qa: ").rstrip("\n")


# From index to verify


@pytest.mark.usefixtures("hashing")
def test_a_folder_is_indexed_asked_and_its_receipt_stands(docs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (docs / "x.pdf").write_bytes(b"%PDF")
    assert main(["index", str(docs)]) == FOUND
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        "left out: x.pdf: is named .pdf but is none: it is damaged, or of another format; save it anew\n"
        "2 documents, 2 passages in .chapterverse; 2 added\n"
    )
    assert main(["ask", QUESTION, "--top", "1"]) == FOUND
    out, err = capsys.readouterr()
    assert out.startswith("[1] 31 May\n    “The lease ends on 31 May.”\n    lease.txt\n    lease.txt, line 1\n\n")
    assert err == ""
    assert main(["ask", QUESTION, "--json", "--top", "1"]) == FOUND
    out, _ = capsys.readouterr()
    assert [citation["quote"] for citation in parse(out)["citations"]] == ["The lease ends on 31 May."]
    Path("receipt.json").write_text(out, encoding="utf-8")
    assert main(["verify", "receipt.json", "--documents", "docs"]) == FOUND
    assert capsys.readouterr().out == "stands  lease.txt, line 1: the file is as it was\n"


@pytest.mark.usefixtures("hashing", "docs")
def test_what_the_documents_do_not_say_has_another_status_and_the_nearest_passages(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["ask", "Qwxz vbnm?", "--documents", "docs"]) == NOT_FOUND
    out, err = capsys.readouterr()
    assert (out, err) == ("The documents don’t say. Nothing in them is near this question.\n", "")
    assert (
        main(["ask", "The lease ends on 31 May", "--documents", "docs", "--precision", "1", "--reader", "trained"])
        == NOT_FOUND
    )
    out, err = capsys.readouterr()
    assert out.startswith("The documents don’t say. They come near it, but the answer is not stated")
    assert "\n\nNearest passages:\n\n  lease.txt, line 1\n" in out
    assert main(["ask", "Qwxz vbnm?", "--documents", "docs", "--json", "--top", "1"]) == NOT_FOUND
    content = parse(capsys.readouterr().out)
    assert (content["found"], content["citations"], len(content["nearest"])) == (False, [], 1)
    assert content["refusal"] == "nothing near"


@pytest.mark.usefixtures("hashing", "docs")
def test_the_fusion_is_that_of_the_index(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["index", "docs", "--index", "here", "--fusion", "rrf"]) == FOUND
    main(["ask", QUESTION, "--index", "here", "--json"])
    assert parse(capsys.readouterr().out)["settings"]["fusion"] == "rrf"


@pytest.mark.usefixtures("hashing")
def test_an_index_that_cannot_be_written_is_told_in_one_line(docs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for place in ("docs/lease.txt", "docs/lease.txt/below"):
        assert place.split("/")[1] in misuse(["index", "docs", "--index", place], capsys)
    assert (docs / "lease.txt").read_text().startswith("The lease")


@pytest.mark.usefixtures("hashing")
def test_a_terminal_is_not_steered_by_a_document(
    docs: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (docs / "lease.txt").write_text("Before [red]it. The lease\x1b]0;x\x07 ends [bold]on\u202e 31 May. After\x1b[2Jit.")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["ask", "The lease ends on 31 May", "--documents", "docs"]) == FOUND
    out, _ = capsys.readouterr()
    plain = re.sub(r"\x1b\[[\d;]*m", "", out)  # the colours are ours
    assert plain != out
    assert "The lease\\x1b]0;x\\x07 ends [bold]on\\x202e 31 May." in plain
    assert "[red]" in plain
    assert not re.search("[\x1b\x07\u202e]", plain)


# Verify


def test_every_verdict_is_a_line_and_one_that_does_not_stand_has_another_status(
    docs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved_receipt(docs, tmp_path / "r.json")
    assert main(["verify", "r.json", "--documents", "docs"]) == FOUND
    (docs / "lease.txt").write_text("Moved. The lease ends on 31 May. Rent is due weekly.")
    capsys.readouterr()
    assert main(["verify", "r.json", "--documents", "docs"]) == NOT_FOUND
    assert sorted(capsys.readouterr().out.splitlines()) == [
        "altered lease.txt, line 1: the file does not hold these words",
        "moved   lease.txt, line 1: now at lease.txt, line 1",
        "stands  leave.txt, line 1: the file is as it was",
    ]


def test_a_forged_place_makes_no_line_of_its_own(
    docs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = saved_receipt(docs, tmp_path / "r.json")
    (citation, *_) = content["citations"]
    citation["quote"], citation["place"] = "Forged.", "x: fine\nstands  lease.txt, line 1\x1b[2J\udce9"
    (tmp_path / "r.json").write_text(json.dumps({**content, "citations": [citation]}))
    assert main(["verify", "r.json", "--documents", "docs"]) == NOT_FOUND
    assert capsys.readouterr().out == (
        "altered x: fine stands lease.txt, line 1\\x1b[2J\\xdce9: the file does not hold these words\n"
    )


def test_a_receipt_may_come_on_standard_input(
    docs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    saved_receipt(docs, tmp_path / "r.json")
    monkeypatch.setattr(sys, "stdin", io.StringIO((tmp_path / "r.json").read_text(encoding="utf-8")))
    assert main(["verify", "-", "--documents", "docs"]) == FOUND
    assert capsys.readouterr().out.count("stands ") == 3


def test_a_receipt_without_a_quote_says_so(docs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved_receipt(docs, tmp_path / "r.json", threshold=1.01)
    assert main(["verify", "r.json", "--documents", "docs"]) == FOUND
    assert capsys.readouterr().out == "the receipt holds no quote: the documents did not say\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "r.json: cannot be read ([Errno 2] No such file or directory: 'r.json')"),
        (
            b"\xff\xfe{}",
            "r.json: cannot be read ('utf-8' codec can't decode byte 0xff in position 0: invalid start byte)",
        ),
        (b"{}", "not a receipt: make one with qa ask --json"),
        (b"The lease.", "not a receipt: not JSON (Expecting value: line 1 column 1 (char 0))"),
        (b'{"format": 9, "citations": []}', "a receipt of format 9; this version reads up to 1"),
        (b'{"format": 1, "citations": [{}]}', "not a whole receipt: a quote lacks 'document'"),
    ],
)
def test_what_is_no_receipt_is_misuse(
    docs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / "r.json").write_bytes(content)
    assert misuse(["verify", "r.json", "--documents", "docs"], capsys) == message


def test_a_receipt_is_checked_against_what_was_indexed(
    docs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved_receipt(docs, tmp_path / "r.json")
    expected = "gone: no such file or folder; name what was indexed"
    assert misuse(["verify", "r.json", "--documents", "gone"], capsys) == expected
    assert main(["verify", "r.json", "--documents", "docs/lease.txt"]) == FOUND


@pytest.mark.usefixtures("hashing")
def test_a_receipt_of_several_folders_is_checked_against_all_of_them(
    docs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = tmp_path / "more"
    more.mkdir()
    (docs / "lease.txt").rename(more / "lease.txt")
    assert main(["index", "docs", "more"]) == FOUND
    capsys.readouterr()
    assert main(["ask", QUESTION, "--json", "--top", "1"]) == FOUND
    Path("r.json").write_text(capsys.readouterr().out, encoding="utf-8")
    for given, status, told in (
        (["docs", "more"], FOUND, "stands  more/lease.txt, line 1: the file is as it was"),
        (["docs"], NOT_FOUND, "altered more/lease.txt, line 1: no such file"),
    ):
        named = [word for path in given for word in ("--documents", path)]
        assert main(["verify", "r.json", *named]) == status
        assert capsys.readouterr().out.startswith(told)


# Misuse


@pytest.mark.usefixtures("docs")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask", ""], "the question is empty; ask something that the documents may answer"),
        (["ask", "?!"], "the question holds no word to look for; use words that the documents may hold"),
        (["ask", "caf\udce9"], "the question holds bytes that are not UTF-8 text; type it again, or save it as UTF-8"),
        (
            ["ask", QUESTION],
            "there is no index here; make one with: qa index FOLDER, or ask with --documents FOLDER",
        ),
        (
            ["ask", QUESTION, "--index", "gone"],
            "gone holds no index; make one with: qa index FOLDER --index gone",
        ),
        (
            ["ask", QUESTION, "--index", "docs/lease.txt"],
            "docs/lease.txt: docs/lease.txt/manifest.json is not a manifest of this program; index again to repair it",
        ),
    ],
)
def test_misuse_is_one_line_that_says_what_to_do(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert misuse(arguments, capsys) == message


@pytest.mark.usefixtures("docs", "hashing")
@pytest.mark.parametrize("arguments", [["index", "gone"], ["index", "empty"], ["ask", QUESTION, "--documents", "gone"]])
def test_where_nothing_can_be_read_it_is_misuse(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert misuse(arguments, capsys).endswith("other files that are read")
    assert not (tmp_path / ".chapterverse").exists()


@pytest.mark.usefixtures("docs", "hashing")
def test_only_some_documents_are_asked(docs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (docs / "old.txt").write_text("Published: 3 March 2001\n\nSource: AFP\n\nThe lease ends on 30 June.\n")
    main(["index", "docs"])
    capsys.readouterr()
    for only in (["--before", "2001"], ["--source", "afp"], ["--document", "o*"]):
        assert main(["ask", QUESTION, "--top", "1", *only]) == FOUND
        assert capsys.readouterr().out.startswith("[1] 30 June\n")
    main(["ask", QUESTION, "--json", "--document", "lease.txt", "--document", "leave.txt"])
    content = parse(capsys.readouterr().out)
    assert content["settings"]["only"]["documents"] == ["lease.txt", "leave.txt"]
    assert {passage["document"]["id"] for passage in content["citations"]} <= {"lease.txt", "leave.txt"}
    assert misuse(["ask", QUESTION, "--after", "2002"], capsys).startswith("no document is from 2002;")
    assert misuse(["ask", QUESTION, "--after", "soon"], capsys).startswith("after: 'soon' is no date; write it as")


@pytest.mark.usefixtures("docs", "hashing")
def test_an_index_is_brought_in_step_with_the_folder_it_was_made_of(
    docs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert misuse(["index"], capsys) == ".chapterverse does not say what it was made of; name a file or a folder"
    main(["index", "docs"])
    (docs / "lease.txt").rename(docs / "rent.txt")
    (docs / "new.txt").write_text("The cat sleeps.")
    capsys.readouterr()
    assert main(["status"]) == NOT_FOUND
    out, err = capsys.readouterr()
    assert out == "added new.txt\nmoved lease.txt -> rent.txt\n"
    assert err == "2 documents in .chapterverse; 1 added, 1 moved\n"
    assert main(["index"]) == FOUND
    assert capsys.readouterr().err == "3 documents, 3 passages in .chapterverse; 1 added, 1 moved\n"
    assert main(["status"]) == FOUND
    assert capsys.readouterr().err == "3 documents in .chapterverse; nothing changed\n"


@pytest.mark.usefixtures("docs", "hashing")
def test_a_second_run_is_made_as_the_first_one_was(docs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (docs / "notes.jsonl").write_text('{"body": "The cat sleeps in the attic."}\n')
    main(["index", "docs", "--field", "body", "--fusion", "rrf"])
    assert main(["index"]) == FOUND
    assert capsys.readouterr().err.endswith("3 documents, 3 passages in .chapterverse; nothing changed\n")
    library = Library.load(".chapterverse")
    assert (library.fusion, library.field, library.paths) == ("rrf", "body", (str(docs.resolve()),))
    docs.rename("elsewhere")
    assert main(["index", "elsewhere"]) == FOUND
    assert Library.load(".chapterverse").paths == (str(Path("elsewhere").resolve()),)


@pytest.mark.usefixtures("docs", "hashing")
def test_a_document_is_removed_and_the_doctor_finds_nothing_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    main(["index", "docs"])
    capsys.readouterr()
    assert misuse(["remove", "gone.txt"], capsys).startswith("no such document: gone.txt; qa status tells")
    assert main(["remove", "lease.txt"]) == FOUND
    assert capsys.readouterr().err.startswith("1 documents in .chapterverse; 1 removed\n")
    assert b"lease" not in b"".join(path.read_bytes() for path in Path(".chapterverse").iterdir())
    assert main(["doctor"]) == FOUND
    assert all(line.startswith("sound") for line in capsys.readouterr().out.splitlines())


@pytest.mark.usefixtures("docs", "hashing")
def test_the_doctor_says_what_is_wrong_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    main(["index", "docs"])
    capsys.readouterr()
    (path,) = Path(".chapterverse").glob("vectors-*")
    path.write_bytes(b"")
    assert main(["doctor"]) == NOT_FOUND
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith("WRONG")
    assert path.name in first
    assert last == "index again to repair it: qa index"
    assert main(["index", "docs"]) == FOUND
    assert main(["doctor"]) == FOUND


@pytest.mark.usefixtures("docs", "hashing")
def test_a_run_that_is_stopped_says_that_it_can_be_gone_on_with(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Library, "save", stop)
    assert main(["index", "docs"]) == STOPPED
    assert "what was embedded is kept" in capsys.readouterr().err


WATCHING = """
import sys
import qa.embed, qa.library
for module in (qa.embed, qa.library):
    module.SentenceTransformerEmbedder = lambda *name: qa.embed.HashingEmbedder()
from qa.cli import main
sys.exit(main(["index", "docs", "--watch"]))
"""


def test_a_folder_that_is_watched_stays_in_step_until_it_is_stopped(docs: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WATCHING], stderr=subprocess.PIPE, text=True) as program:
        assert program.stderr is not None
        assert program.stderr.readline() == "2 documents, 2 passages in .chapterverse; 2 added\n"
        assert program.stderr.readline() == "watching docs; Ctrl-C stops it\n"
        time.sleep(0.5)  # it says so just before it does
        (docs / "new.txt").write_text("The cat sleeps.")
        assert program.stderr.readline() == "3 documents, 3 passages in .chapterverse; 1 added\n"
        for path in docs.iterdir():
            path.unlink()
        assert program.stderr.readline().startswith("qa: nothing to read in docs;")
        (docs / "new.txt").write_text("The dog sleeps.")
        assert "1 documents, 1 passages in .chapterverse; 1 changed, 2 removed" in program.stderr.readline()
        program.send_signal(signal.SIGINT)
        assert program.stderr.read() == "qa: stopped; what was embedded is kept, and the same command goes on with it\n"
        assert program.wait() == STOPPED


@pytest.mark.usefixtures("docs")
def test_a_model_that_is_not_here_is_misuse_and_nothing_is_downloaded(capsys: pytest.CaptureFixture[str]) -> None:
    message = misuse(["index", "docs", "--model", "no/such-model"], capsys)
    assert message.startswith("no/such-model is neither a folder nor a model on this machine; nothing is downloaded")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["sing"], "invalid choice: 'sing'"),
        (["ask"], "the following arguments are required: question"),
        (["verify", "r.json"], "the following arguments are required: --documents"),
        (["ask", "x", "--top", "0"], "argument --top: invalid number of at least 1 value: '0'"),
        (["ask", "x", "--top", "many"], "argument --top: invalid number of at least 1 value: 'many'"),
        (["ask", "x", "--index", "a", "--documents", "b"], "argument --documents: not allowed with argument --index"),
        (["index", "x", "--fusion", "sum"], "argument --fusion: invalid choice: 'sum'"),
        (["serve", "--port", "65536"], "argument --port: invalid port from 1 to 65535 value: '65536'"),
        (["ask", "x", "--threshold", "0"], "unrecognized arguments: --threshold 0"),
    ],
)
def test_wrong_arguments_are_misuse(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == MISUSE
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err


# As a program


def run(*arguments: str, **settings: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, *arguments], capture_output=True, encoding="utf-8", timeout=120, **settings)


def test_the_version_and_the_help_are_printed() -> None:
    version = run("--version")
    assert (version.returncode, version.stdout) == (0, f"chapterverse {qa.__version__}\n")
    shown = run("--help")
    assert shown.returncode == 0
    for text in (
        "qa index",
        "qa ask",
        "qa verify",
        "qa serve",
        "exit status: 0 found, 1 not found or not standing, 2 misuse",
    ):
        assert text in shown.stdout


def test_an_empty_question_is_refused_before_anything_heavy_is_loaded() -> None:
    refused = run("ask", "")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "qa: the question is empty; ask something that the documents may answer\n"
    program = (
        "import sys; from qa.cli import main; print(main(['ask', '']), "
        "sorted({'faiss', 'gradio', 'numpy', 'torch', 'sentence_transformers'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "2 []\n"


def test_it_runs_as_a_module_too() -> None:
    ran = subprocess.run([sys.executable, "-m", "qa", "--version"], capture_output=True, text=True, check=True)
    assert ran.stdout == f"chapterverse {qa.__version__}\n"


def test_no_colour_is_written_where_no_terminal_reads(docs: Path, tmp_path: Path) -> None:
    saved_receipt(docs, tmp_path / "r.json")
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    for arguments in (["verify", "r.json", "--documents", "docs"], ["ask", ""], ["ask", "x", "--index", "gone"]):
        ran = run(*arguments, env=environment)
        assert "\x1b" not in ran.stdout + ran.stderr
        assert ran.stdout + ran.stderr


@pytest.mark.usefixtures("docs")
def test_a_terminal_that_knows_few_letters_gets_escapes_and_no_error() -> None:
    environment = {**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    done = run("--help", env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\\u201cthe documents don\\u2019t say\\u201d") == 1


def test_a_reader_that_has_gone_is_no_error_message(docs: Path, tmp_path: Path) -> None:
    """As in: qa verify … | true"""
    saved_receipt(docs, tmp_path / "r.json")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ran = subprocess.run(
            [COMMAND, "verify", "r.json", "--documents", "docs"],
            stdout=writing,
            stderr=subprocess.PIPE,
            env=environment,
            text=True,
        )
    finally:
        os.close(writing)
    assert ran.stderr == ""
    assert ran.returncode == MISUSE


def test_stopping_it_is_one_word(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(options: argparse.Namespace) -> int:
        raise KeyboardInterrupt

    monkeypatch.setitem(qa.cli._COMMANDS, "verify", interrupted)
    assert main(["verify", "r.json", "--documents", "."]) == 130
    assert capsys.readouterr().err == "qa: stopped\n"


# With the packaged model


@pytest.mark.model
def test_the_seeds_are_indexed_asked_and_verified_by_the_program_itself(tmp_path: Path, seeds: Library) -> None:
    seeds.save(tmp_path / "index")
    asked = run("ask", "How many US troops are still in Iraq?", "--index", str(tmp_path / "index"), "--json")
    content = parse(asked.stdout)
    answer = seeds.ask("How many US troops are still in Iraq?")
    assert asked.returncode == (FOUND if answer.found else NOT_FOUND)
    assert asked.stderr == ""
    assert content["confidence"] == answer.confidence
    assert [c["quote"] for c in content["citations"]] == [citation.quote.text for citation in answer.citations]
    assert content["index"]["sha256"] == seeds.fingerprint
    (tmp_path / "r.json").write_text(asked.stdout, encoding="utf-8")
    verified = run("verify", str(tmp_path / "r.json"), "--documents", str(SEEDS))
    assert verified.returncode == FOUND
    assert all(line.startswith("stands  ") for line in verified.stdout.splitlines() if content["citations"])


@pytest.mark.model
@pytest.mark.usefixtures("docs")
def test_with_the_packaged_model_a_folder_is_indexed_and_answers_no_and_yes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["index", "docs"]) == FOUND
    assert capsys.readouterr() == ("", "2 documents, 2 passages in .chapterverse; 2 added\n")
    assert main(["ask", "Who painted the ceiling of the Sistine Chapel?"]) == NOT_FOUND
    assert capsys.readouterr().out.startswith("The documents don’t say.")
    assert main(["ask", "On which date does the lease end?"]) == FOUND
    out, err = capsys.readouterr()
    assert out.startswith("[1] 31 May\n    “The lease ends on 31 May.”\n")
    assert err == ""
    assert main(["ask", "On which date does the lease end?", "--reader", "sentence"]) == FOUND
    assert capsys.readouterr().out.startswith("[1] “The lease ends on 31 May.”")
    assert main(["ask", "On which date does the lease end?", "--reader", "sentence", "--precision", "0.9"]) == MISUSE
    assert "--reader trained" in capsys.readouterr().err
