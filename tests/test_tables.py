import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from qa.evaluation.asking import Seconds
from qa.evaluation.compare import compare_runs
from qa.evaluation.gold import Fault
from qa.evaluation.outcomes import Failure, Outcome, Quoted
from qa.evaluation.questions import Gold
from qa.evaluation.run import Run, timings
from qa.evaluation.scores import BY_NAME
from qa.evaluation.tables import show

GOLD = Gold("31 May", "lease.txt", 18)


def outcome(name: str, *, right: bool = True, question: str = "When?", **fields: object) -> Outcome:
    failure: Failure = "" if right else "picked wrongly"
    quote = Quoted("lease.txt", "lease.txt, line 1", 0, 25, "The lease ends on 31 May.", 0.5, (0,) if right else ())
    values = {"quote_hit@1": float(right), "token_f1": 0.4 if right else 0.0, "wrong_refusal": 0.0}
    confidence = 0.75 if right else 0.25
    return Outcome(name, question, True, (GOLD,), 1, fields, False, confidence, (quote,), values, failure)


def unanswerable(name: str, **fields: object) -> Outcome:
    failure: Failure = "answered what has no answer"
    values = {"false_answer": 1.0, "token_f1": 0.0}
    return Outcome(name, "Who?", False, (), 0, fields, False, 0.5, (), values, failure)


def run(*outcomes: Outcome, **changes: object) -> Run:
    made = Run("letters", {}, {"by": []}, len(outcomes), (), outcomes, {})
    return replace(made, **changes)  # type: ignore[arg-type]


def rows(text: str) -> dict[str, list[str]]:
    """First cell -> the others, of every line with more than one cell."""
    cells = [re.split(" {2,}", line.rstrip()) for line in text.splitlines()]
    return {first: others for first, *others in cells if others}


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> "Shown":
    return Shown(capsys)


class Shown:
    """What is printed of a run."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, run: Run, before: Run | None = None, slices: tuple[str, ...] = ()) -> str:
        show(run, compare_runs(run, before) if before else None, slices=slices)
        out, err = self._capsys.readouterr()
        assert err == ""
        return out


def test_every_score_is_shown_with_its_interval_and_its_questions(shown: Shown) -> None:
    of_one = run(outcome("a"), outcome("b"), outcome("c", right=False), unanswerable("d"))
    text = shown(of_one)
    table = rows(text)
    assert text.startswith("letters: 4 questions\n")
    assert table["measure"] == ["value", "95 % interval", "questions"]
    assert len(of_one.scores) == 11
    for name, score in of_one.scores.items():
        title = BY_NAME[name].title + ("" if BY_NAME[name].higher else " (lower is better)")
        interval = f"{score.low:.3f} – {score.high:.3f}"
        assert table[title] == [f"{score.value:.3f}", interval, str(score.questions)]
    # By hand: two of three; 0.4, 0.4, 0 and 0; the one without an answer was answered.
    assert table["quote hit@1"][0] == "0.667"
    assert table["token F1"][0] == "0.200"
    assert table["false answers (lower is better)"] == ["1.000", "1.000 – 1.000", "1"]
    # Of the six pairs of an answerable one and the other, 0.75 is above 0.5 twice, and 0.25 is not.
    assert table["AUROC, answerable or not"][0] == "0.667"


def test_a_run_that_was_stopped_says_after_how_many(shown: Shown) -> None:
    assert shown(run(outcome("a"), of=7)).startswith("letters: 1 of 7 questions, then stopped\n")


def test_failures_are_counted_step_by_step(shown: Shown) -> None:
    table = rows(shown(run(outcome("a"), outcome("b", right=False), unanswerable("c"), unanswerable("d"))))
    assert table["failures"] == ["questions", "share"]
    assert table["picked wrongly"] == ["1", "0.250"]
    assert table["answered what has no answer"] == ["2", "0.500"]
    assert "not retrieved" not in table
    assert "failures" not in shown(run(outcome("a")))


def test_slices_are_shown_that_were_asked_for_and_have_more_than_one_value(shown: Shown) -> None:
    of_two = run(outcome("a", kind="fact"), outcome("b", right=False, kind="date"), settings={"by": ["kind"]})
    table = rows(shown(of_two, slices=("answerable", "kind")))
    assert table["kind"] == ["quote hit@1", "token F1", "wrong refusals", "questions"]
    assert table["fact"] == ["1.000", "0.400", "0.000", "1"]
    assert table["date"] == ["0.000", "0.000", "0.000", "1"]
    assert "answerable" not in table
    assert "kind" not in rows(shown(of_two))
    with_both = rows(shown(run(outcome("a"), unanswerable("b")), slices=("answerable",)))
    assert with_both["yes"] == ["1.000", "0.400", "0.000", "–", "1"]
    assert with_both["no"] == ["–", "0.000", "–", "1.000", "1"]


def test_a_slice_of_questions_without_such_a_measure_is_shown_too(shown: Shown) -> None:
    """As of a set that judges documents alone."""
    ranked = [replace(outcome(name, kind=name), gold=(), values={"document_mrr": 0.5}) for name in "ab"]
    table = rows(shown(run(*ranked, settings={"by": ["kind"]}), slices=("kind",)))
    assert (table["a"], table["document MRR"][0]) == (["0"], "0.500")


def test_what_was_not_scored_is_told_with_the_first_reasons(shown: Shown) -> None:
    faults = [Fault(f"q{number}", f"gold document 'd{number}' is not in the corpus", True) for number in range(6)]
    faults += [Fault("q9", "'May' does not stand at 3 of 'a'", False), faults[0]]
    text = shown(run(outcome("a"), not_scored=tuple(faults)))
    assert "not scored: 6 questions, and 1 gold answers or judged documents of others\n" in text
    assert "  q4: gold document 'd4' is not in the corpus\n  and 3 more\n" in text
    assert "q5" not in text
    assert "not scored" not in shown(run(outcome("a")))


def test_times_are_told_in_milliseconds_and_passages_a_second(shown: Shown) -> None:
    seconds = [Seconds(0.001, 0.002, 0.003), Seconds(0.003, 0.004, 0.005)]
    # Halfway between 1 and 3; 95 % of the way.
    more = {"indexing": {"passages": 30, "seconds": 4.0}, "peak_memory_bytes": 123_400_000}
    text = " ".join(shown(run(outcome("a"), timings=timings(seconds, **more))).split())
    assert text.endswith(
        "milliseconds a question, p50 / p95: embed 2 / 3, search 3 / 4, read 4 / 5, all 9 / 12; "
        "indexed 30 passages, 7.5 a second; peak memory 123 MB"
    )
    no_time = timings(seconds, indexing={"passages": 0, "seconds": 0.0}, peak_memory_bytes=None)
    text = shown(run(outcome("a"), timings=no_time))
    assert "indexed" not in text
    assert "memory" not in text


def test_a_comparison_tells_differences_and_what_was_won_and_lost(shown: Shown) -> None:
    old = run(*(outcome(f"q{n}", right=n >= 7) for n in range(10)), name="before")
    new = run(*(outcome(f"q{n}", right=n != 9, question="When?") for n in range(11)))
    text = shown(new, old)
    table = rows(text)
    assert table["against before"] == ["old", "new", "difference", "95 % interval", "p"]
    # Of the ten in common, three were right and nine are: seven won, one lost.
    assert re.search(r"\nquote hit@1 +0\.300  0\.900 +\+0\.600 ", text)
    assert "left out: 1 questions that only one run asked, or that changed\n" in text
    assert "won by quote hit@1: 7\n  q0: When?\n" in text
    assert "  q4: When?\n  and 2 more\nlost by quote hit@1: 1\n  q9: When?\n" in text
    assert "q5: When?" not in text


# What comes from outside

ODD = "[bold]x[/bold] [/nothing] [link=http://a]b \x1b]0;title\x07 \u202eevil\r\n:smile:"
ODD_SHOWN = "[bold]x[/bold] [/nothing] [link=http://a]b \\x1b]0;title\\x07 \\x202eevil :smile:"


def test_names_questions_and_reasons_are_shown_as_they_are_and_steer_nothing(shown: Shown) -> None:
    asked = outcome(ODD, question=ODD)
    old = run(replace(asked, quotes=(), values={**asked.values, "quote_hit@1": 0.0}), name=ODD)
    text = shown(run(asked, name=ODD, not_scored=(Fault(ODD, ODD, False),)), old)
    plain = " ".join(text.split())
    assert plain.startswith(f"{ODD_SHOWN}: 1 questions ")
    assert plain.count(f"{ODD_SHOWN}: {ODD_SHOWN}") == 2
    assert "against [bold]x[/bold] [/nothing] [link" in plain
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e\ufffd]|😄", text)


def test_fields_and_their_values_are_shown_as_they_are(shown: Shown) -> None:
    name, value = "[/kind] \x1b[2J", "[red]a\x1b[31m\nb"
    cut = run(outcome("a", **{name: value}), outcome("b", **{name: {"c": None}}), settings={"by": [name]})
    table = rows(shown(cut, slices=(name,)))
    assert table["[/kind] \\x1b[2J"][-1] == "questions"
    assert table["[red]a\\x1b[31m b"] == table["{'c': None}"] == ["1.000", "0.400", "0.000", "1"]


def test_a_long_value_of_a_field_is_cut_and_takes_no_number_its_place(shown: Shown) -> None:
    """Forty characters, the last for what was cut; the numbers stay whole."""
    word, words = "y" * 300, "so very " * 50
    cut = run(outcome("a", kind=word), outcome("b", right=False, kind=words), settings={"by": ["kind"]})
    table = rows(shown(cut, slices=("kind",)))
    assert table["y" * 39 + "…"] == ["1.000", "0.400", "0.000", "1"]
    assert table["so very so very so very so very so very…"] == ["0.000", "0.000", "0.000", "1"]


PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from test_tables import *
show(run(outcome("a", kind="fact"), unanswerable("b", kind="date"), settings={"by": ["kind"]}), slices=["kind"])
"""


def test_no_colour_is_written_where_no_terminal_reads() -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "COLUMNS")}
    environment |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONIOENCODING": "utf-8"}
    program = [sys.executable, "-c", PROGRAM, str(Path(__file__).parent)]
    ran = subprocess.run(program, capture_output=True, encoding="utf-8", check=True, env=environment)
    assert "\x1b" not in ran.stdout
    assert rows(ran.stdout)["fact"] == ["1.000", "0.400", "0.000", "–", "1"]
    assert ran.stderr == ""


@pytest.mark.skipif(os.name != "posix", reason="there are no pseudo-terminals")
@pytest.mark.parametrize("width", [200, 80, 60])
def test_on_a_terminal_there_are_colours_and_every_number_is_whole(width: int) -> None:
    import pty

    leading, following = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(width), "PYTHONIOENCODING": "utf-8"}
    environment.pop("NO_COLOR", None)
    program = [sys.executable, "-c", PROGRAM, str(Path(__file__).parent)]
    with subprocess.Popen(program, stdout=following, env=environment) as running:
        os.close(following)
        read = b""
        while part := _read(leading):
            read += part
    os.close(leading)
    assert running.returncode == 0
    text = read.decode()
    assert "\x1b[1m" in text
    table = rows(re.sub(r"\x1b\[[\d;]*m|\r", "", text))
    assert table["fact"] == ["1.000", "0.400", "0.000", "–", "1"]
    assert table["date"] == ["–", "0.000", "–", "1.000", "1"]


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # nobody writes to it any more
        return b""
