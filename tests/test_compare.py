from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from qa.errors import BadRun
from qa.evaluation.compare import Compared, Difference, compare_runs
from qa.evaluation.intervals import compare, statistic_interval
from qa.evaluation.outcomes import Outcome, Quoted
from qa.evaluation.questions import Gold
from qa.evaluation.run import Run
from qa.evaluation.scores import MEASURES, WHOLE

GOLD = (Gold("31 May", "lease.txt", 8),)


def run(*outcomes: Outcome, name: str = "new") -> Run:
    return Run(name, {}, {}, len(outcomes), (), outcomes, {})


def asked(id_: str, hit: float, f1: float = 0.5, confidence: float = 0.9) -> Outcome:
    """A question with gold; its first quote holds it if ``hit`` is 1."""
    quotes = (Quoted("lease.txt", "lease.txt, line 1", 0, 15, "Ends on 31 May.", 0.5, (0,) if hit else ()),)
    values = {"quote_hit@1": float(hit), "token_f1": f1, "wrong_refusal": float(confidence < 0.5)}
    return Outcome(id_, f"{id_}?", True, GOLD, 1, {}, confidence < 0.5, confidence, quotes, values, "")


def unanswerable(id_: str, confidence: float) -> Outcome:
    values = {"false_answer": float(confidence >= 0.5)}
    return Outcome(id_, f"{id_}?", False, (), 0, {}, confidence < 0.5, confidence, (), values, "")


def of_documents_alone(id_: str, values: Mapping[str, float], documents: int = 1) -> Outcome:
    return Outcome(id_, f"{id_}?", True, (), documents, {}, False, 0.9, (), values, "")


def ids(pairs: tuple[tuple[Outcome, Outcome], ...]) -> list[str]:
    return [new.id for _, new in pairs]


OLD = run(asked("a", 0, 0.2), asked("b", 1, 0.6), asked("c", 1, 1.0), asked("d", 0, 0.0), name="old")
NEW = run(asked("d", 1, 0.5), asked("c", 1, 1.0), asked("b", 0, 0.4), asked("a", 1, 0.3))


def test_means_differ_by_what_was_worked_out_by_hand() -> None:
    found = compare_runs(NEW, OLD).differences["token_f1"]
    # New less old: +0.5, 0, -0.2, +0.1.
    assert (found.questions, found.old, found.new, found.difference) == (4, 0.45, 0.55, 0.1)
    # By their signs the three sum to 0.8, 0.6, 0.4 or 0.2, or as much below 0: six of eight are at least 0.4 away.
    assert found.p_value == pytest.approx(6 / 8, abs=0.05)
    # No resample is below four times the worst, or above four times the best.
    assert -0.2 <= found.low < 0.1 < found.high <= 0.5


def test_questions_are_won_and_lost_in_the_order_asked() -> None:
    found = compare_runs(NEW, OLD)
    assert (found.old_name, found.questions, found.left_out, found.by) == ("old", 4, 0, "quote_hit@1")
    assert ids(found.won) == ["d", "a"]
    assert ids(found.lost) == ["b"]
    assert found.lost == ((OLD.outcomes[1], NEW.outcomes[2]),)


def test_the_interval_and_the_p_value_are_those_of_the_paired_test() -> None:
    shown = compare(np.array([0.5, 1.0, 0.4, 0.3]), np.array([0.0, 1.0, 0.6, 0.2]))
    found = compare_runs(NEW, OLD).differences["token_f1"]
    assert (found.low, found.high) == pytest.approx((shown.difference.low, shown.difference.high), abs=1e-6)
    assert found.p_value == pytest.approx(shown.p_value, abs=1e-6)


def test_exchanged_runs_exchange_won_and_lost_and_the_signs() -> None:
    forth, back = compare_runs(NEW, OLD), compare_runs(OLD, NEW)
    assert (ids(back.won), ids(back.lost)) == (["b"], ["a", "d"])
    assert forth.differences.keys() == back.differences.keys()
    for name, there in forth.differences.items():
        here = back.differences[name]
        assert (here.old, here.new, here.difference) == (there.new, there.old, -there.difference)


def test_a_run_against_itself_differs_in_nothing() -> None:
    both = run(*NEW.outcomes, unanswerable("e", 0.7), unanswerable("f", 0.1), asked("g", 0, confidence=0.2))
    found = compare_runs(both, both)
    assert (found.questions, found.left_out, found.won, found.lost) == (7, 0, (), ())
    assert {"quote_hit@1", "false_answer", *WHOLE} <= found.differences.keys()
    for name, difference in found.differences.items():
        assert difference.old == difference.new
        assert (difference.difference, difference.low, difference.high) == (0, 0, 0)
        assert difference.p_value == (None if name in WHOLE else 1)


def test_numbers_of_all_questions_differ_by_hand_and_have_no_p_value() -> None:
    # Most sure first: right, wrong; then wrong, right: risks 0, 1/2 and 1, 1/2.
    old = run(asked("a", 1, confidence=0.9), asked("b", 0, confidence=0.6))
    new = run(asked("a", 1, confidence=0.6), asked("b", 0, confidence=0.9))
    found = compare_runs(new, old).differences
    # A resample of "a" alone has no risk, one of "b" alone a risk of 1, in both runs.
    assert found["risk_area"] == Difference(2, 0.25, 0.75, 0.5, 0, 0.5, None)
    assert found["coverage@80"] == Difference(2, 0.5, 0, -0.5, -0.5, 0, None)
    assert found["auroc_right"] == Difference(2, 1, 0, -1, -1, -1, None)
    assert "auroc_answerable" not in found
    # Off by 0.1 and 0.6, then by 0.4 and 0.9.
    assert found["calibration_error"].difference == pytest.approx(1.3 / 2 - 0.7 / 2)


def test_numbers_of_all_questions_are_of_those_that_they_apply_to() -> None:
    outcomes = [asked("a", 1), unanswerable("b", 0.2), of_documents_alone("c", {"document_ndcg@10": 1.0})]
    outcomes.append(of_documents_alone("d", {"wrong_refusal": 0.0}, documents=0))
    found = compare_runs(run(*outcomes), run(*reversed(outcomes))).differences
    counts = {name: found[name].questions for name in ("risk_area", "auroc_right", "auroc_answerable", "false_answer")}
    assert counts == {"risk_area": 2, "auroc_right": 2, "auroc_answerable": 3, "false_answer": 1}


def test_a_shift_is_resampled_pair_by_pair() -> None:
    # The new run is as sure of all as the old one, so no resample can tell them apart; unpaired ones would differ.
    old = [asked(str(n), n % 3 == 0, confidence=n / 20) for n in range(20)]
    new = [replace(outcome, confidence=outcome.confidence / 2) for outcome in reversed(old)]
    found = compare_runs(run(*new), run(*old)).differences
    for name in ("risk_area", "auroc_right", "coverage@80"):
        assert (found[name].difference, found[name].low, found[name].high) == (0, 0, 0)


def test_a_measure_is_compared_on_the_questions_that_have_it_in_both() -> None:
    old = run(replace(asked("a", 1), values={"citation_precision": 0.5, "token_f1": 0.0}), asked("b", 1))
    new = run(asked("a", 1), replace(asked("b", 1), values={"citation_precision": 1.0, "token_f1": 1.0}))
    found = compare_runs(new, old)
    assert "citation_precision" not in found.differences
    assert (found.differences["token_f1"].questions, found.differences["token_f1"].difference) == (2, 0.5)
    # Where only one run has the measure that decides, nothing is won or lost.
    assert (found.won, found.lost) == ((), ())


def test_differences_come_in_the_order_of_the_measures() -> None:
    outcomes = [asked("a", 1), asked("b", 0, confidence=0.1), unanswerable("c", 0.7)]
    order = [measure.name for measure in MEASURES]
    found = list(compare_runs(run(*outcomes), run(*outcomes)).differences)
    assert found == sorted(found, key=order.index)
    assert found[0] == "quote_hit@1"


# Which questions


def left_out(new: list[Outcome], old: list[Outcome]) -> tuple[int, int]:
    found: Compared = compare_runs(run(*new), run(*old))
    return found.questions, found.left_out


def test_questions_that_only_one_run_asked_are_left_out_and_counted() -> None:
    both = [asked("a", 1), asked("b", 0)]
    assert left_out(both, both) == (2, 0)
    assert left_out([*both, asked("c", 1)], both) == (2, 1)
    assert left_out([*both, asked("c", 1)], [asked("d", 1), *both, asked("e", 1)]) == (2, 3)


@pytest.mark.parametrize(
    "change",
    [
        {"question": "When does the lease end?"},
        {"gold": (Gold("31 May", "lease.txt", 9),)},
        {"gold": ()},
        {"gold": (*GOLD, Gold("May", "lease.txt", 11))},
        {"gold_documents": 2},
    ],
)
def test_a_question_that_was_asked_otherwise_is_left_out_once(change: Mapping[str, object]) -> None:
    changed = replace(asked("b", 1), **change)
    assert left_out([asked("a", 1), changed], [asked("a", 1), asked("b", 0)]) == (1, 1)
    assert compare_runs(run(asked("a", 1), changed), run(asked("a", 1), asked("b", 0))).won == ()


def test_a_question_that_has_become_answerable_is_another_one() -> None:
    # Neither has gold, and the words are the same; but of one it is known that its first quote is wrong.
    before, after = (
        unanswerable("b", 0.2),
        replace(unanswerable("b", 0.2), answerable=True, values={"wrong_refusal": 1.0}),
    )
    found = compare_runs(run(asked("a", 1), asked("c", 0), after), run(asked("a", 1), asked("c", 0), before))
    assert (found.questions, found.left_out) == (2, 1)
    assert found.differences["risk_area"].questions == 2


def test_a_query_that_was_judged_meanwhile_is_another_one() -> None:
    # Judged documents need not state an answer, so one of these tells of refusals and the other does not.
    judged = of_documents_alone("b", {"document_ndcg@10": 1.0})
    unjudged = of_documents_alone("b", {"wrong_refusal": 0.0}, documents=0)
    others = [unanswerable("c", 0.3), asked("a", 1)]
    found = compare_runs(run(judged, *others), run(unjudged, *others))
    assert (found.questions, found.left_out) == (2, 1)
    assert found.differences["auroc_answerable"].questions == 2


@pytest.mark.parametrize("new", [(), (asked("z", 1),), (replace(asked("a", 1), question="Else?"),)])
def test_runs_with_no_question_in_common_cannot_be_compared(new: tuple[Outcome, ...]) -> None:
    with pytest.raises(BadRun, match="old and new have no question in common"):
        compare_runs(run(*new), OLD)


def test_a_run_that_was_stopped_is_compared_as_far_as_it_went() -> None:
    stopped = Run("new", {}, {}, 4, (), NEW.outcomes[:2], {})
    found = compare_runs(stopped, OLD)
    assert (found.questions, found.left_out, ids(found.won)) == (2, 2, ["d"])


# Other sets


def test_where_there_is_no_gold_queries_are_won_and_lost_by_their_documents() -> None:
    gains = {"a": (0.5, 0.75), "b": (1.0, 0.25), "c": (0.0, 0.0)}
    old = run(*(of_documents_alone(name, {"document_ndcg@10": before}) for name, (before, _) in gains.items()))
    new = run(*(of_documents_alone(name, {"document_ndcg@10": after}) for name, (_, after) in gains.items()))
    found = compare_runs(new, old)
    assert (found.by, ids(found.won), ids(found.lost)) == ("document_ndcg@10", ["a"], ["b"])
    assert list(found.differences) == ["document_ndcg@10"]
    assert found.differences["document_ndcg@10"].difference == pytest.approx(-0.5 / 3, abs=1e-6)


def test_where_nothing_can_be_won_nothing_is() -> None:
    found = compare_runs(run(unanswerable("a", 0.2)), run(unanswerable("a", 0.8)))
    assert (found.won, found.lost) == ((), ())
    assert found.differences["false_answer"] == Difference(1, 1, 0, -1, -1, -1, 1)


def test_a_shift_of_all_questions_has_the_interval_of_its_statistic() -> None:
    old = [asked(str(n), n % 2, confidence=(n * 7 % 10) / 10) for n in range(10)]
    new = [replace(outcome, confidence=(n * 3 % 10) / 10) for n, outcome in enumerate(old)]
    right = np.array([n % 2 == 1 for n in range(10)])
    first, second = (np.array([outcome.confidence for outcome in outcomes]) for outcomes in (old, new))
    area = WHOLE["risk_area"]
    expected = statistic_interval(
        lambda rows: area.statistic(second[rows], right[rows]) - area.statistic(first[rows], right[rows]), 10
    )
    found = compare_runs(run(*new), run(*old)).differences["risk_area"]
    assert (found.difference, found.low, found.high) == pytest.approx(
        (expected.mean, expected.low, expected.high), abs=1e-6
    )


def test_what_the_runs_depend_on_and_do_not_share_is_told() -> None:
    old = replace(OLD, settings={"top": 3, "by": []}, fingerprints={"code": {"sha256": "a1"}, "index": {"sha256": "b"}})
    new = replace(NEW, settings={"top": 1, "by": []}, fingerprints={"code": {"sha256": "a2"}, "index": {"sha256": "b"}})
    assert compare_runs(new, old).differs == (("top", "3", "1"), ("code.sha256", "a1", "a2"))
    assert compare_runs(new, new).differs == ()
