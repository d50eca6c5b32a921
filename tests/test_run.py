import gzip
import json
import re
from dataclasses import asdict, replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

import qa
from qa.errors import BadRun
from qa.evaluation.asking import Seconds
from qa.evaluation.files import data_files, digest
from qa.evaluation.files import replace as replace_file
from qa.evaluation.gold import Fault
from qa.evaluation.outcomes import Outcome, Quoted
from qa.evaluation.questions import Gold
from qa.evaluation.run import FORMAT, Run, code, packages, read, timings, to_text, write


def outcome(name: str, **values: float) -> Outcome:
    """An answerable question; its quote is right where its value is 1."""
    right = bool(values.get("quote_hit"))
    quote = Quoted("lease.txt", "lease.txt, line 1", 0, 25, "“The lease”\u2028\x1b ends.", 0.25, (0,) if right else ())
    return Outcome(
        id=name,
        question="When\udce9 does it end?",
        answerable=True,
        gold=(Gold("31 May", "lease.txt", 18),),
        gold_documents=1,
        fields={"kind": "date" if right else 7},
        refused=not right,
        confidence=0.75 if right else 0.25,
        quotes=(quote,),
        values={"quote_hit@1": float(right), "wrong_refusal": float(not right)},
        failure="" if right else "refused wrongly",
    )


RUN = Run(
    name="letters “1”",
    fingerprints={"questions": {"path": "q.jsonl", "sha256": "ab"}, "code": {"version": "1"}},
    settings={"top": 3, "by": ["kind"], "sample": None},
    of=4,
    not_scored=(Fault("x", "gold document 'gone' is not in the corpus", True),),
    outcomes=(outcome("a", quote_hit=1), outcome("b", quote_hit=1), outcome("c", quote_hit=1), outcome("d")),
    timings=timings([Seconds(0.001, 0.002, 0.003)] * 4, when="2026-11-22T10:00:00+00:00"),
)


# The file


def test_a_run_is_read_back_as_it_was_written_and_written_again_to_the_byte(tmp_path: Path) -> None:
    path = write(RUN, tmp_path / "new" / "folder")
    assert path == tmp_path / "new" / "folder" / "run.json"
    assert read(path) == read(path.parent) == RUN
    assert path.read_bytes() == to_text(RUN).encode() == to_text(read(path)).encode()
    assert [one.name for one in path.parent.iterdir()] == ["run.json"]


def test_the_file_tells_everything_with_scores_worked_by_hand() -> None:
    content = json.loads(to_text(RUN))
    assert list(content) == [
        *("format", "name", "complete", "asked", "of", "fingerprints", "settings", "not_scored"),
        *("scores", "slices", "outcomes", "timings"),
    ]
    assert (content["format"], content["name"], content["complete"]) == (1, "letters “1”", True)
    assert (content["asked"], content["of"]) == (4, 4)
    assert content["fingerprints"] == RUN.fingerprints
    assert content["settings"] == {"top": 3, "by": ["kind"], "sample": None}
    assert content["not_scored"] == [{"id": "x", "reason": "gold document 'gone' is not in the corpus", "whole": True}]
    # Three of four are right. By confidence 0.75, 0.75, 0.75, 0.25, the risks are 0, 0, 0 and 1/4.
    assert content["scores"]["quote_hit@1"]["value"] == 0.75
    assert content["scores"]["wrong_refusal"]["value"] == 0.25
    assert content["scores"]["risk_area"]["value"] == 0.0625
    assert content["scores"]["coverage@80"]["value"] == 0.75
    assert content["scores"]["auroc_right"]["value"] == 1
    assert content["scores"]["calibration_error"]["value"] == 0.25  # |0.75 - 1| of three, |0.25 - 0| of one
    assert {score["questions"] for score in content["scores"].values()} == {4}
    assert list(content["slices"]) == ["answerable", "question word", "words of the answer", "gold documents", "kind"]
    assert content["slices"]["kind"]["date"]["quote_hit@1"] == {"questions": 3, "value": 1, "low": 1, "high": 1}
    assert content["slices"]["kind"]["7"]["quote_hit@1"]["value"] == 0
    assert content["outcomes"] == [json.loads(json.dumps(asdict(one))) for one in RUN.outcomes]


def test_every_outcome_has_a_line_of_its_own() -> None:
    found = [json.loads(line.rstrip(",")) for line in to_text(RUN).splitlines() if line.startswith('{"id": ')]
    assert [entry["id"] for entry in found if "question" in entry] == ["a", "b", "c", "d"]


def test_a_run_that_was_stopped_says_so(tmp_path: Path) -> None:
    half = replace(RUN, outcomes=RUN.outcomes[:1])
    content = json.loads(to_text(half))
    assert (content["complete"], content["asked"], content["of"]) == (False, 1, 4)
    assert not read(write(half, tmp_path)).complete


def test_a_run_of_nothing_yet_can_be_written_and_read(tmp_path: Path) -> None:
    empty = replace(RUN, outcomes=(), timings=timings([]))
    assert read(write(empty, tmp_path)) == empty
    assert json.loads(to_text(empty))["scores"] == {}


def damaged(**changes: Any) -> str:
    return json.dumps({**json.loads(to_text(RUN)), **changes})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not a run of qa eval (JSONDecodeError"),
        ("{", "not a run of qa eval (JSONDecodeError"),
        ("[]", "not a run of qa eval (TypeError"),
        ("{}", "not a run of qa eval (KeyError: 'format')"),
        ('"text"', "not a run of qa eval (TypeError"),
        ("\ufeff{}", "not a run of qa eval (JSONDecodeError"),
        ("[" * 100_000, "not a run of qa eval (RecursionError"),
        (damaged(format=2), "a run of format 2; this version reads up to 1"),
        (damaged(format="one"), "not a run of qa eval (TypeError"),
        (damaged(outcomes=[{"id": "a"}]), "not a run of qa eval (KeyError: 'gold')"),
        (damaged(outcomes=[{**asdict(RUN.outcomes[0]), "more": 1}]), "not a run of qa eval (TypeError"),
        (damaged(outcomes=None), "not a run of qa eval (TypeError"),
        (damaged(not_scored=[{"id": "x"}]), "not a run of qa eval (TypeError"),
        (to_text(RUN)[:-9], "not a run of qa eval (JSONDecodeError"),
    ],
)
def test_what_is_no_run_is_told_in_one_line(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadRun, match=f"^{re.escape(f'{path}: {message}')}") as caught:
        read(tmp_path)
    assert "\n" not in str(caught.value)


def test_where_no_run_is_it_is_told_what_writes_one(tmp_path: Path) -> None:
    with pytest.raises(BadRun) as caught:
        read(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path / 'run.json'}: cannot be read (No such file or directory); qa eval … --out DIR writes one"
    )
    with pytest.raises(BadRun, match=r"gone: cannot be read \(No such file"):
        read(tmp_path / "gone")
    (tmp_path / "run.json").write_bytes(b"\xff\xfe{}")
    with pytest.raises(BadRun, match="not a run of qa eval \\(UnicodeDecodeError"):
        read(tmp_path)


def test_the_format_is_known_to_who_reads_it() -> None:
    assert json.loads(to_text(RUN))["format"] == FORMAT == 1


# Timings


def test_median_and_95th_percentile_of_every_stage_are_those_worked_by_hand() -> None:
    """Of 1, 2, …, 21 ms the 11th is in the middle, and the 20th has 19 of 20 steps below it."""
    found = timings([Seconds(n / 1000, n / 500, 0) for n in range(21, 0, -1)], when="then", indexing=None)
    assert found["stages"] == {
        "embed": {"p50": 0.011, "p95": 0.02},
        "search": {"p50": 0.022, "p95": 0.04},
        "read": {"p50": 0, "p95": 0},
        "all": {"p50": 0.033, "p95": 0.06},
    }
    assert found["seconds"]["all"] == [round(3 * n / 1000, 6) for n in range(21, 0, -1)]
    assert (found["when"], found["indexing"]) == ("then", None)
    assert timings([])["stages"] == {}


# What it depends on


def test_the_program_and_what_it_computes_with_are_told() -> None:
    assert code()["version"] == qa.__version__
    assert re.fullmatch("[0-9a-f]{64}", code()["sha256"])
    assert code() == code()
    assert {"python", "numpy", "torch", "faiss-cpu", "sentence-transformers"} < packages().keys()
    assert all(re.match(r"\d+\.\d+", version) for version in packages().values())


def test_a_digest_tells_names_contents_and_where_one_file_ends(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"

    def of(first: bytes, second: bytes) -> str:
        one.write_bytes(first)
        other.write_bytes(second)
        return digest([other, one])

    before = of(b"ab", b"c")
    assert digest([one, other]) == before
    assert len({before, of(b"a", b"bc"), of(b"ab", b"d"), of(b"c", b"ab"), digest([one])}) == 5
    of(b"ab", b"c")
    assert digest([one, other.rename(tmp_path / "third")]) != before


def test_the_files_of_a_set_are_those_that_it_is_read_from(tmp_path: Path) -> None:
    assert data_files(tmp_path / "q.jsonl") == [tmp_path / "q.jsonl"]
    (tmp_path / "qrels").mkdir()
    names = ("corpus.jsonl.gz", "qrels/dev.tsv", "qrels/test.tsv", "queries.jsonl")
    for name in (*names, "README.md", "vectors.npy"):
        (tmp_path / name).write_bytes(gzip.compress(b""))
    assert [path.relative_to(tmp_path).as_posix() for path in data_files(tmp_path)] == list(names)


# Writing


def test_a_file_is_replaced_in_one_step_as_it_is(tmp_path: Path) -> None:
    """Who reads it meanwhile finds one whole text or the other, never a part."""
    path = tmp_path / "new" / "file"
    texts = ["“a”\r\n" * 100_000, "b\n" * 200_000]
    replace_file(path, texts[0])
    assert path.read_bytes() == texts[0].encode()
    seen: set[bytes] = set()
    stop = Event()

    def look() -> None:
        while not stop.is_set():
            seen.add(path.read_bytes())

    reader = Thread(target=look)
    reader.start()
    for number in range(40):
        replace_file(path, texts[number % 2])
    stop.set()
    reader.join()
    assert seen <= {text.encode() for text in texts}
    assert [one.name for one in path.parent.iterdir()] == ["file"]


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "file"
    replace_file(path, "old")
    (tmp_path / "file.part").mkdir()
    with pytest.raises(IsADirectoryError):
        replace_file(path, "new")
    assert path.read_text() == "old"
    with pytest.raises(FileExistsError):
        replace_file(path / "below", "new")
