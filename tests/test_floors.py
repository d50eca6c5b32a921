import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.errors import BadRun
from qa.evaluation import floors
from qa.evaluation.floors import FLOORED, Breach, Floors, breaches, data_of, measured
from qa.evaluation.outcomes import Outcome
from qa.evaluation.run import Run
from qa.evaluation.scores import BY_NAME, Score

DATA = {"questions": "ab", "documents": "cd", "sample": None, "seed": 0}


def run(right: int = 0, wrong: int = 0, refused: int = 0, **changes: object) -> Run:
    """Of answerable questions so many; a refused one is quoted wrongly, too, and every quote is verbatim."""
    kinds = ["right"] * right + ["wrong"] * wrong + ["refused"] * refused
    outcomes = tuple(
        Outcome(
            id=str(number),
            question="When?",
            answerable=True,
            gold=(),
            gold_documents=1,
            fields={},
            refused=kind == "refused",
            confidence=0.5,
            quotes=(),
            values={
                "quote_hit@1": float(kind == "right"),
                "verbatim": 1.0,
                "wrong_refusal": float(kind == "refused"),
                "passage_recall@1": 1.0,
            },
            failure="",
        )
        for number, kind in enumerate(kinds)
    )
    made = Run(
        "letters",
        {"questions": {"sha256": "ab"}, "documents": {"sha256": "cd"}},
        {"sample": None, "seed": 0},
        len(outcomes),
        (),
        outcomes,
        {},
    )
    return replace(made, **changes)


SMALL = run(1)


def test_a_floor_is_the_score_less_the_slack_and_a_ceiling_the_score_and_the_slack() -> None:
    # Of 10 questions two count as 0.2: 0.6 - 0.2, and 0.3 + 0.2. Verbatim has no slack. Recall@1 has no floor.
    assert measured(run(6, 1, 3)) == Floors(DATA, {"quote_hit@1": 0.4, "verbatim": 1.0, "wrong_refusal": 0.5})
    # Of 400 two count as 0.005, less than 0.01.
    assert measured(run(240, 120, 40)).floors == {"quote_hit@1": 0.59, "verbatim": 1.0, "wrong_refusal": 0.11}
    # Not below 0, nor above 1.
    assert measured(run(1, 0, 9)).floors == {"quote_hit@1": 0.0, "verbatim": 1.0, "wrong_refusal": 1.0}


def test_what_is_worse_than_its_floor_or_above_its_ceiling_is_a_breach_and_what_equals_it_is_none() -> None:
    before = Floors(DATA, {"quote_hit@1": 0.6, "verbatim": 1.0, "wrong_refusal": 0.3})
    assert breaches("letters", run(6, 1, 3), before) == []
    assert breaches("letters", run(7, 1, 2), before) == []
    assert breaches("letters", run(5, 1, 4), before) == [
        Breach("letters", "quote_hit@1", 0.5, 0.6),
        Breach("letters", "wrong_refusal", 0.4, 0.3),
    ]
    assert [str(breach) for breach in breaches("letters", run(5, 1, 4), before)] == [
        "letters: quote hit@1 is 0.5000, below its floor of 0.600",
        "letters: wrong refusals is 0.4000, above its ceiling of 0.300",
    ]


def test_every_measure_with_a_floor_is_one_and_those_where_less_is_better_have_ceilings() -> None:
    assert set(FLOORED) <= BY_NAME.keys()
    assert [name for name in FLOORED if not BY_NAME[name].higher] == ["wrong_refusal", "false_answer", "risk_area"]


def test_a_measure_that_is_lacking_is_a_breach() -> None:
    found = breaches("letters", run(1), Floors(DATA, {"token_f1": 0.0}))
    assert [str(breach) for breach in found] == ["letters: token_f1 has a floor, but was not measured"]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ({"questions": "xx"}, "questions are"),
        ({"documents": "xx", "sample": 80}, "documents and sample are"),
        ({"seed": 1}, "seed are"),
    ],
)
def test_floors_of_other_data_say_nothing_but_that(data: dict[str, object], what: str) -> None:
    (breach,) = breaches("letters", run(6, 1, 3), Floors({**DATA, **data}, {"quote_hit@1": 1.0}))
    assert str(breach) == f"letters: its {what} not those that the floors were measured on"


def test_a_run_that_was_stopped_is_a_breach() -> None:
    (breach,) = breaches("letters", run(6, of=10), Floors(DATA, {"quote_hit@1": 0.0}))
    assert str(breach) == "letters: it was stopped after 6 of 10 questions"


@given(right=st.integers(0, 3000), wrong=st.integers(0, 3000), refused=st.integers(0, 3000))
def test_no_run_is_below_the_floors_that_it_gives(right: int, wrong: int, refused: int) -> None:
    """Also where they are many, and the score is rounded: held by its numbers, without thousands of records."""
    questions = right + wrong + refused
    if not questions:
        return
    shares = {"quote_hit@1": right, "wrong_refusal": refused, "verbatim": questions - wrong}
    for name, share in shares.items():  # a run's scores are kept once they are worked out
        SMALL.scores[name] = Score(questions, round(share / questions, 6), 0, 1)
    found = measured(SMALL)
    assert breaches("letters", SMALL, found) == []
    assert measured(SMALL, found) == found
    assert found.floors["verbatim"] == SMALL.scores["verbatim"].value


def test_a_verbatim_of_almost_all_gives_no_floor_above_it() -> None:
    """One altered quote of 5,000 is 0.9998; rounded to three digits, its floor would be 1."""
    almost = run(1)
    score = almost.scores["verbatim"]
    almost.scores["verbatim"] = replace(score, questions=5000, value=0.9998)
    assert measured(almost).floors["verbatim"] == 0.9998
    assert breaches("letters", almost, measured(almost)) == []


# The ratchet


def test_floors_rise_with_the_score_and_do_not_fall_with_it() -> None:
    before = measured(run(6, 1, 3))
    better = measured(run(9, 1), before)
    assert better.floors == {"quote_hit@1": 0.7, "verbatim": 1.0, "wrong_refusal": 0.2}
    assert measured(run(6, 1, 3), better).floors == better.floors
    # One rises, and the other does not fall.
    mixed = measured(run(8, 0, 2), better)
    assert mixed.floors == {"quote_hit@1": 0.7, "verbatim": 1.0, "wrong_refusal": 0.2}
    assert measured(run(10), better).floors == {"quote_hit@1": 0.8, "verbatim": 1.0, "wrong_refusal": 0.2}


def test_floors_of_other_data_are_not_kept() -> None:
    before = Floors({**DATA, "questions": "xx"}, {"quote_hit@1": 0.9})
    assert measured(run(6, 1, 3), before).floors["quote_hit@1"] == 0.4


# The file


def test_floors_are_written_with_their_data_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "floors.json"
    assert floors.read(path) == {}
    assert floors.write(path, {"letters": run(6, 1, 3)}) == []
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "format": 1,
        "sets": {
            "letters": {"data": DATA, "floors": {"quote_hit@1": 0.4, "verbatim": 1.0, "wrong_refusal": 0.5}},
        },
    }
    assert path.read_text(encoding="utf-8").endswith("}\n")
    assert floors.read(path) == {"letters": measured(run(6, 1, 3))}
    assert data_of(run(1)) == floors.read(path)["letters"].data


def test_lower_floors_are_refused_unless_allowed(tmp_path: Path) -> None:
    path = tmp_path / "floors.json"
    floors.write(path, {"letters": run(9, 1)})
    before = path.read_bytes()
    broken = floors.write(path, {"letters": run(3, 1, 6), "new": run(5)})
    assert [(breach.what, breach.value, breach.floor) for breach in broken] == [
        ("quote_hit@1", 0.3, 0.7),
        ("wrong_refusal", 0.6, 0.2),
    ]
    assert path.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["floors.json"]
    allowed = floors.write(path, {"letters": run(3, 1, 6), "new": run(5)}, allow_regression=True)
    assert allowed == broken
    assert floors.read(path)["letters"].floors == {"quote_hit@1": 0.1, "verbatim": 1.0, "wrong_refusal": 0.8}
    assert list(floors.read(path)) == ["letters", "new"]


def test_within_the_slack_it_is_written_and_no_floor_falls(tmp_path: Path) -> None:
    path = tmp_path / "floors.json"
    floors.write(path, {"letters": run(9, 1)})
    before = path.read_bytes()
    assert floors.write(path, {"letters": run(8, 1, 1)}) == []
    assert path.read_bytes() == before
    assert floors.write(path, {"letters": run(10)}) == []
    assert floors.read(path)["letters"].floors["quote_hit@1"] == 0.8


def test_other_data_is_refused_unless_allowed(tmp_path: Path) -> None:
    path = tmp_path / "floors.json"
    floors.write(path, {"letters": run(9, 1)})
    before = path.read_bytes()
    other = run(9, 1, settings={"sample": 80, "seed": 0})
    assert [str(breach) for breach in floors.write(path, {"letters": other})] == [
        "letters: its sample are not those that the floors were measured on"
    ]
    assert path.read_bytes() == before
    floors.write(path, {"letters": other}, allow_regression=True)
    assert floors.read(path)["letters"].data == {**DATA, "sample": 80}


def test_floors_of_other_sets_stay_in_the_order_of_their_names(tmp_path: Path) -> None:
    path = tmp_path / "floors.json"
    floors.write(path, {"b": run(9, 1), "d": run(5, 5)})
    floors.write(path, {"c": run(4, 6), "a": run(10)})
    assert list(floors.read(path)) == ["a", "b", "c", "d"]
    floors.write(path, {"d": run(10)})
    found = {name: of.floors["quote_hit@1"] for name, of in floors.read(path).items()}
    assert found == {"a": 0.8, "b": 0.7, "c": 0.2, "d": 0.8}


@pytest.mark.parametrize("allow", [False, True])
def test_a_run_that_was_stopped_gives_no_floors(tmp_path: Path, allow: bool) -> None:
    path = tmp_path / "floors.json"
    with pytest.raises(BadRun, match="new: it was stopped after 9 of 10 questions"):
        floors.write(path, {"letters": run(5), "new": run(9, of=10)}, allow_regression=allow)
    assert not path.exists()


def test_what_cannot_be_written_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "floors.json"
    floors.write(path, {"letters": run(5, 5)})
    before = path.read_bytes()
    (tmp_path / "floors.json.part").mkdir()
    with pytest.raises(IsADirectoryError):
        floors.write(path, {"letters": run(10)})
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"{}",
        b'{"format": 1}',
        b'{"format": 1, "sets": []}',
        b'{"format": 1, "sets": {"a": {}}}',
        b'{"format": 1, "sets": {"a": {"data": {}, "floors": {}, "more": 1}}}',
        b'{"format": 1, "sets": {"a": {"data": {}, "floors": [0.5]}}}',
        b'{"format": 1, "sets": {"a": {"data": null, "floors": {}}}}',
        b'{"format": 1, "sets": {"a": {"data": {}, "floors": {"verbatim": "all"}}}}',
    ],
)
def test_what_is_no_file_of_floors_is_told_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "floors.json"
    path.write_bytes(content)
    with pytest.raises(BadRun, match="not a file of floors") as caught:
        floors.read(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(BadRun):
        floors.write(path, {"a": run(1)}, allow_regression=True)
    assert path.read_bytes() == content


def test_floors_of_another_format_are_told(tmp_path: Path) -> None:
    path = tmp_path / "floors.json"
    path.write_text('{"format": 2, "sets": {}}')
    with pytest.raises(BadRun, match="floors of format 2; this version reads 1"):
        floors.read(path)
    with pytest.raises(BadRun, match="not a file of floors"):
        floors.read(tmp_path)
