import importlib.util
import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from qa.embed import HashingEmbedder, Vectors
from qa.evaluation import floors, run

ROOT = Path(__file__).parent.parent
QUESTIONS = [f'{{"id": "q{n}", "question": "What is page {n} about?", "answerable": false}}' for n in range(15)]
DOCUMENTS = [f'{{"doc_id": "page {n:02}", "text": "Page {n} is about number {n}."}}' for n in range(12)]


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """benchmarks/gate.py with floors and seeds of its own, and a model that takes no time."""
    spec = importlib.util.spec_from_file_location("gate", ROOT / "benchmarks" / "gate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "tests" / "quality").mkdir(parents=True)
    (tmp_path / "seeds").mkdir()
    shutil.copy(ROOT / "seeds" / "001_26f0ad0b6a8edf90.txt", tmp_path / "seeds")
    (tmp_path / "tests" / "quality" / "questions.jsonl").write_text(
        '{"id": "s1", "question": "Who is Fuad Hussein?", "answerable": false}\n'
        '{"id": "s2", "question": "Who painted the ceiling of the Sistine Chapel?", "answerable": false}\n'
    )
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "FLOORS", tmp_path / "floors.json")
    own = {"seeds": (tmp_path / "tests" / "quality" / "questions.jsonl", tmp_path / "seeds")}
    monkeypatch.setattr(module, "OWN", own)
    monkeypatch.setattr(module, "SAMPLES", {"small": (10, 8)})
    monkeypatch.setattr("qa.library.SentenceTransformerEmbedder", lambda *name: HashingEmbedder())
    monkeypatch.chdir(tmp_path)
    return module


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """One of the sets, a small one."""
    folder = tmp_path / "data" / "small"
    folder.mkdir(parents=True)
    (folder / "questions.jsonl").write_text("\n".join(QUESTIONS))
    (folder / "corpus.jsonl").write_text("\n".join(DOCUMENTS))
    return folder.parent


@pytest.fixture
def ran(gate: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> "Ran":
    def run_it(*arguments: str, reader: str = "sentence") -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["gate.py", *arguments, *(["--reader", reader] if reader else [])])
        status = gate.main()
        assert isinstance(status, int)
        return status, capsys.readouterr().out

    return run_it


Ran = Callable[..., tuple[int, str]]


def test_without_the_data_it_says_so_and_asks_the_seeds_questions_alone(ran: Ran) -> None:
    status, out = ran("--data", "nowhere")
    assert status == 0
    lines = out.splitlines()
    assert lines[0] == "nowhere is not there, so seeds are asked alone; name the folder with --data"
    assert re.fullmatch(r"seeds: no floors yet \(\d+ s\)", lines[1])
    assert lines[3] == "|  | seeds |"
    assert lines[6] == "| questions asked, answerable / not | 0 / 2 |"
    assert not Path("floors.json").exists()


def test_what_is_measured_is_told_for_every_set_with_its_interval(ran: Ran, data: Path) -> None:
    status, out = ran("seeds", "small", "--data", str(data))
    assert status == 0
    table = {
        cells[1].strip(): [cell.strip() for cell in cells[2:-1]]
        for line in out.splitlines()
        if (cells := line.split("|"))[1:]
    }
    assert table[""] == ["seeds", "small, sampled"]
    assert table["questions asked, answerable / not"] == ["0 / 2", "0 / 10"]
    assert table["documents / passages"][1] == "8 / 8"
    assert re.fullmatch(r"1\.000 \[1\.000, 1\.000\]", table["verbatim"][1])
    assert all(re.fullmatch(r"\d+ / \d+", cell) for cell in table["milliseconds a question, p50 / p95"])
    assert re.search(r"\nversion \d+\.\d+\.\d+, code [0-9a-f]{12}\n", out)


def test_both_readers_are_asked_and_have_floors_of_their_own(ran: Ran, data: Path) -> None:
    _, out = ran("seeds", "small", "--data", str(data), "--write", reader="")
    names = ["seeds", "seeds, trained", "small, sampled", "small, sampled, trained"]
    assert list(floors.read(Path("floors.json"))) == names
    assert "|  | seeds, trained | small, sampled, trained | seeds | small, sampled |" in out


def test_the_whole_is_asked_where_it_is_wanted_and_its_floors_have_another_name(ran: Ran, data: Path) -> None:
    _, out = ran("small", "--data", str(data), "--whole", "--write", "--out", "runs")
    assert "| questions asked, answerable / not | 0 / 15 |" in out
    assert "| documents / passages | 12 / 12 |" in out
    assert list(floors.read(Path("floors.json"))) == ["small"]
    assert run.read(Path("runs") / "small-sentence").complete
    assert sorted(path.name for path in Path("runs", "small-sentence").iterdir()) == ["report.html", "run.json"]
    assert ran("small", "--data", str(data), "--write")[0] == 0
    assert list(floors.read(Path("floors.json"))) == ["small", "small, sampled"]


def test_floors_are_written_held_and_not_lowered_unless_that_is_allowed(ran: Ran) -> None:
    path = Path("floors.json")
    status, out = ran("seeds", "--write", "--data", "nowhere")
    assert (status, out.splitlines()[-1]) == (0, "wrote floors.json")
    status, out = ran("seeds", "--data", "nowhere")
    assert status == 0
    assert "seeds: as good as it was (" in out

    content = json.loads(path.read_text())
    content["sets"]["seeds"]["floors"]["token_f1"] = 1.01  # no run can reach it
    content["sets"]["other"] = content["sets"]["seeds"]
    path.write_text(json.dumps(content))
    before = path.read_bytes()
    for arguments in ([], ["--write"]):
        status, out = ran("seeds", "--data", "nowhere", *arguments)
        assert status == 1
        assert "seeds: 1 below its floors (" in out
        assert re.fullmatch(r"seeds: token F1 is [01]\.\d{4}, below its floor of 1\.010", out.splitlines()[-1])
        assert ("floors.json is left as it was: lower floors need --allow-regression" in out) == bool(arguments)
        assert path.read_bytes() == before

    status, out = ran("seeds", "--data", "nowhere", "--write", "--allow-regression")
    assert status == 0
    assert "wrote floors.json" in out
    assert floors.read(path)["seeds"].floors["token_f1"] < 1
    assert floors.read(path)["other"].floors["token_f1"] == 1.01


def test_other_questions_are_not_held_against_the_old_floors(ran: Ran) -> None:
    ran("seeds", "--write", "--data", "nowhere")
    questions = Path("tests", "quality", "questions.jsonl")
    questions.write_text(questions.read_text().replace("ceiling", "floor"))
    status, out = ran("seeds", "--data", "nowhere")
    assert status == 1
    assert out.splitlines()[-1] == "seeds: its questions are not those that the floors were measured on"


def test_stopped_it_holds_nothing_against_the_floors_and_writes_none(ran: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopping(HashingEmbedder):
        def embed_question(self, text: str) -> Vectors:
            if "Sistine" in text:
                os.kill(os.getpid(), signal.SIGINT)
            return super().embed_question(text)

    monkeypatch.setattr("qa.library.SentenceTransformerEmbedder", lambda *name: Stopping())
    status, out = ran("seeds", "--write", "--data", "nowhere")
    assert status == 130
    assert out.splitlines()[-1] == "seeds: stopped; nothing is held against its floors"
    assert not Path("floors.json").exists()


def test_a_set_that_there_is_not_is_misuse(ran: Ran, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        ran("squad")
    assert caught.value.code == 2
    assert "no such set: squad; there are seeds, small\n" in capsys.readouterr().err


@pytest.mark.parametrize("sets", [["small"], ["seeds", "small"]])
def test_a_set_that_was_named_cannot_be_asked_without_the_data(
    sets: list[str], ran: Ran, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        ran(*sets, "--data", "nowhere")
    assert caught.value.code == 2
    told = capsys.readouterr()
    assert told.err.endswith("nowhere is not there, so small cannot be asked; name the folder with --data\n")
    assert told.out == ""


def test_the_floors_that_are_kept_can_be_read_and_are_of_measures_with_floors() -> None:
    kept = floors.read(ROOT / "tests" / "quality" / "floors.json")
    assert "seeds" in kept
    for of in kept.values():
        assert of.floors.keys() <= set(floors.FLOORED)
        assert of.floors["verbatim"] == 1 if "verbatim" in of.floors else "document_ndcg@10" in of.floors
        assert of.data.keys() == {"questions", "documents", "sample", "seed"}
