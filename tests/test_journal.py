import json
from pathlib import Path
from typing import Any

import pytest

from qa.errors import BadRun
from qa.evaluation.asking import Seconds
from qa.evaluation.journal import Done, Journal
from qa.evaluation.outcomes import Outcome, Quoted
from qa.evaluation.questions import Gold

DEPENDS_ON = {"fingerprints": {"code": {"version": "1", "sha256": "ab"}, "questions": {"sha256": "c"}}, "of": 3}
SECONDS = Seconds(0.125, 0.1, 1e-7)


def outcome(name: str) -> Outcome:
    """One with something in every field, also what JSON has to escape."""
    quote = Quoted("lease.txt", "lease.txt, line 1", 0, 25, "“The lease”\u2028\x1b ends.", 0.1 + 0.2, (0,))
    return Outcome(
        id=name,
        question="When\udce9?",
        answerable=True,
        gold=(Gold("31 May", "lease.txt", 18),),
        gold_documents=1,
        fields={"kind": ["a", None, {"b": 1.5}]},
        refused=False,
        confidence=0.7,
        quotes=(quote,),
        values={"quote_hit@1": 1.0, "token_f1": 2 / 3},
        failure="",
    )


def started(folder: Path, *names: str) -> Journal:
    journal = Journal(folder)
    journal.start(DEPENDS_ON, {})
    for name in names:
        journal.add(outcome(name), SECONDS)
    return journal


def done(*names: str) -> Done:
    return {name: (outcome(name), SECONDS) for name in names}


def test_what_was_added_is_read_back_as_it_was_before_the_file_is_closed(tmp_path: Path) -> None:
    journal = started(tmp_path / "new", "a", "b")
    assert Journal(tmp_path / "new").read(DEPENDS_ON) == done("a", "b")
    assert list(Journal(tmp_path / "new").read(DEPENDS_ON)) == ["a", "b"]
    journal.close()
    journal.close()
    assert Journal(tmp_path / "new").read(DEPENDS_ON) == done("a", "b")


def test_where_no_journal_is_nothing_is_done(tmp_path: Path) -> None:
    assert Journal(tmp_path).read(DEPENDS_ON) == {}
    assert Journal(tmp_path / "gone").read(DEPENDS_ON) == {}
    assert list(tmp_path.iterdir()) == []


def test_wherever_the_file_is_cut_the_whole_lines_are_read(tmp_path: Path) -> None:
    journal = started(tmp_path, "a", "b", "c")
    journal.close()
    data = journal.path.read_bytes()
    assert data.isascii()
    breaks = [at for at, byte in enumerate(data) if byte == ord("\n")]
    for length in sorted({*range(0, len(data), 50), *(at + near for at in breaks for near in (-1, 0, 1))}):
        journal.path.write_bytes(data[:length])
        whole = max(data[:length].count(b"\n") - 1, 0)
        assert list(journal.read(DEPENDS_ON)) == ["a", "b", "c"][:whole]


def test_begun_again_it_holds_what_was_done_and_what_is_added(tmp_path: Path) -> None:
    started(tmp_path, "a", "b").close()
    with (tmp_path / "journal.jsonl").open("a") as file:
        file.write('{"outcome": {"id": "c"')
    journal = Journal(tmp_path)
    journal.start(DEPENDS_ON, journal.read(DEPENDS_ON))
    assert Journal(tmp_path).read(DEPENDS_ON) == done("a", "b")
    journal.add(outcome("c"), SECONDS)
    journal.close()
    assert Journal(tmp_path).read(DEPENDS_ON) == done("a", "b", "c")
    assert [path.name for path in tmp_path.iterdir()] == ["journal.jsonl"]


def test_what_cannot_be_begun_again_is_left_as_it_was(tmp_path: Path) -> None:
    started(tmp_path, "a").close()
    (tmp_path / "journal.jsonl.part").mkdir()
    with pytest.raises(IsADirectoryError):
        Journal(tmp_path).start(DEPENDS_ON, {})
    assert Journal(tmp_path).read(DEPENDS_ON) == done("a")


@pytest.mark.parametrize(
    ("now", "names"),
    [
        ({**DEPENDS_ON, "of": 4}, "of"),
        ({**DEPENDS_ON, "seed": 1, "of": None}, "of, seed"),
        ({"of": 3}, "fingerprints"),
        (
            {"fingerprints": {"code": {"version": "2", "sha256": "ac"}, "questions": {"sha256": "c"}}, "of": 3},
            "fingerprints.code.sha256, fingerprints.code.version",
        ),
        (
            {"fingerprints": {"code": 1, "questions": {"sha256": "c"}, "index": {}}, "of": 3},
            "fingerprints.code, fingerprints.index",
        ),
    ],
)
def test_every_difference_is_named(tmp_path: Path, now: dict[str, Any], names: str) -> None:
    journal = started(tmp_path, "a")
    journal.close()
    with pytest.raises(BadRun) as caught:
        journal.read(now)
    assert str(caught.value) == (
        f"{journal.path}: the run that was stopped differs in {names}; "
        "go on with the same, or begin anew in another folder"
    )


def test_a_tuple_is_the_list_that_json_makes_of_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.start({"by": ("kind", "place")}, {})
    journal.close()
    assert journal.read({"by": ("kind", "place")}) == journal.read({"by": ["kind", "place"]}) == {}
    with pytest.raises(BadRun, match="differs in by"):
        journal.read({"by": ("kind",)})


@pytest.mark.parametrize(
    "damaged",
    [
        b"{",
        b"\xff",
        b"\0",
        b"[]",
        b"3",
        b"{}",
        b'{"outcome": {"id": "a"}, "seconds": {}}',
        b'{"outcome": [], "seconds": 3}',
    ],
)
def test_a_damaged_line_amid_the_file_is_told(tmp_path: Path, damaged: bytes) -> None:
    journal = started(tmp_path, "a", "b")
    journal.close()
    header, first, rest = journal.path.read_bytes().split(b"\n", 2)
    journal.path.write_bytes(b"\n".join([header, damaged, rest]))
    with pytest.raises(BadRun, match="not a journal of qa eval") as caught:
        journal.read(DEPENDS_ON)
    assert "\n" not in str(caught.value)
    journal.path.write_bytes(b"\n".join([damaged, first, rest]))
    with pytest.raises(BadRun):
        journal.read(DEPENDS_ON)


def test_every_line_is_json_with_the_outcome_and_its_seconds(tmp_path: Path) -> None:
    journal = started(tmp_path, "a")
    journal.close()
    header, line = map(json.loads, journal.path.read_text(encoding="utf-8").splitlines())
    assert header == DEPENDS_ON
    assert line["seconds"] == {"embed": 0.125, "search": 0.1, "read": 1e-7}
    assert line["outcome"]["quotes"][0]["score"] == 0.1 + 0.2


def test_a_journal_that_was_not_begun_takes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the journal was not started"):
        Journal(tmp_path).add(outcome("a"), SECONDS)
    assert list(tmp_path.iterdir()) == []
