import random
from collections.abc import Mapping

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import precision_recall_curve, roc_auc_score

from qa.evaluation.intervals import mean_interval
from qa.evaluation.outcomes import Outcome, Quoted
from qa.evaluation.questions import Gold
from qa.evaluation.scores import (
    BY_NAME,
    HEADLINE,
    MEASURES,
    WHOLE,
    Score,
    confidence_and_answerable,
    confidence_and_right,
    means,
    scores,
)

GOLD = (Gold("31 May", "lease.txt", 8),)


def asked(
    confidence: float, values: Mapping[str, float], *, answerable: bool = True, hit: bool | None = None
) -> Outcome:
    """An outcome whose first quote holds the gold answer or not; ``hit`` is None where there is no gold."""
    gold = GOLD if hit is not None else ()
    quotes = (Quoted("lease.txt", "lease.txt, line 1", 0, 15, "Ends on 31 May.", 0.5, (0,) if hit else ()),)
    return Outcome("q", "?", answerable, gold, len(gold), {}, confidence < 0.5, confidence, quotes, values, "")


def right(confidence: float) -> Outcome:
    return asked(confidence, {"quote_hit@1": 1.0, "wrong_refusal": float(confidence < 0.5)}, hit=True)


def wrong(confidence: float) -> Outcome:
    return asked(confidence, {"quote_hit@1": 0.0, "wrong_refusal": float(confidence < 0.5)}, hit=False)


def unanswerable(confidence: float) -> Outcome:
    return asked(confidence, {"false_answer": float(confidence >= 0.5)}, answerable=False)


def without_gold(confidence: float) -> Outcome:
    return asked(confidence, {"wrong_refusal": float(confidence < 0.5)})


def of_documents_alone(confidence: float) -> Outcome:
    return asked(confidence, {"document_ndcg@10": 0.5})


ALL_KINDS = [
    right(0.9),
    wrong(0.8),
    unanswerable(0.7),
    without_gold(0.6),
    of_documents_alone(0.5),
    right(0.4),
    unanswerable(0.1),
]


def drawn(n: int, seed: int) -> list[Outcome]:
    """Outcomes of random confidences, none twice, right the more often the higher it is."""
    random_ = random.Random(seed)
    confidences = [(number + 0.37) / 1000 for number in random_.sample(range(1000), n)]
    kinds = [right, wrong, unanswerable]
    weights = [(3 * confidence, 1, 1 - confidence) for confidence in confidences]
    return [random_.choices(kinds, weight)[0](c) for c, weight in zip(confidences, weights, strict=True)]


# Which questions count


def test_right_or_wrong_are_questions_with_gold_and_unanswerable_ones() -> None:
    confidence, flags = confidence_and_right(ALL_KINDS)
    assert confidence.tolist() == [0.9, 0.8, 0.7, 0.4, 0.1]
    assert flags.tolist() == [True, False, False, True, False]


def test_answerable_or_not_are_all_but_those_of_documents_alone() -> None:
    confidence, flags = confidence_and_answerable(ALL_KINDS)
    assert confidence.tolist() == [0.9, 0.8, 0.7, 0.6, 0.4, 0.1]
    assert flags.tolist() == [True, True, False, True, True, False]


def test_every_score_tells_of_how_many_questions_it_is() -> None:
    counted = {name: score.questions for name, score in scores(ALL_KINDS).items()}
    assert counted == {
        "document_ndcg@10": 1,
        "quote_hit@1": 3,
        "wrong_refusal": 4,
        "false_answer": 2,
        **dict.fromkeys(["risk_area", "coverage@80", "coverage@90", "coverage@95"], 5),
        "auroc_answerable": 6,
        **dict.fromkeys(["auroc_right", "calibration_error"], 5),
    }


# What they are


def test_scores_worked_by_hand() -> None:
    found = {name: score.value for name, score in scores(ALL_KINDS).items()}
    # Most sure first: right, wrong, wrong, right, wrong: risks 0, 1/2, 2/3, 2/4, 3/5.
    assert found["risk_area"] == pytest.approx((0 + 1 / 2 + 2 / 3 + 2 / 4 + 3 / 5) / 5, abs=1e-6)
    assert (found["coverage@80"], found["coverage@90"], found["coverage@95"]) == (0.2, 0.2, 0.2)
    # Of 4 · 2 pairs: 0.7 is above the answerable 0.6 and 0.4, 0.1 above none.
    assert found["auroc_answerable"] == 6 / 8
    # Of 2 · 3 pairs: 0.9 is above all three, 0.4 above 0.1 only.
    assert found["auroc_right"] == pytest.approx(4 / 6, abs=1e-6)
    # Each in a bin of its own: gaps 0.1, 0.8, 0.7, 0.6, 0.1.
    assert found["calibration_error"] == pytest.approx(2.3 / 5, abs=1e-6)
    assert found["quote_hit@1"] == pytest.approx(2 / 3, abs=1e-6)
    assert (found["wrong_refusal"], found["false_answer"]) == (1 / 4, 1 / 2)


def test_coverage_falls_with_the_precision_wanted() -> None:
    # 19 right, one wrong, 19 right, one wrong …: at 95 % all, and 0.94 is not enough.
    mixed = [(wrong if number % 20 == 19 else right)(1 - number / 100) for number in range(40)]
    assert scores(mixed)["coverage@95"].value == 1
    # 9 right, 1 wrong: 90 %, of which 9 are 100 %; then 10 wrong: 9 of 11 is 81.8 %, 9 of 12 is 75 %.
    falling = scores([*(right(0.99) for _ in range(9)), *(wrong(0.9 - number / 100) for number in range(11))])
    assert [falling[f"coverage@{share}"].value for share in (80, 90, 95)] == [11 / 20, 10 / 20, 9 / 20]


@pytest.mark.parametrize("seed", range(3))
def test_scores_are_those_of_scikit_learn(seed: int) -> None:
    outcomes = drawn(60, seed)
    found = {name: score.value for name, score in scores(outcomes).items()}
    confidence = np.array([outcome.confidence for outcome in outcomes])
    flags = np.array([outcome.values.get("quote_hit@1", 0.0) == 1 for outcome in outcomes])
    answerable = ["false_answer" not in outcome.values for outcome in outcomes]
    assert found["auroc_right"] == pytest.approx(roc_auc_score(flags, confidence), abs=1e-6)
    assert found["auroc_answerable"] == pytest.approx(roc_auc_score(answerable, confidence), abs=1e-6)
    precision, _, thresholds = precision_recall_curve(flags, confidence)
    assert found["risk_area"] == pytest.approx(1 - precision[:-1].mean(), abs=1e-6)
    for share in (80, 90, 95):
        enough = thresholds[precision[:-1] >= share / 100]
        expected = (confidence >= enough.min()).mean() if enough.size else 0
        assert found[f"coverage@{share}"] == pytest.approx(expected, abs=1e-6)
    share_right, sure = calibration_curve(flags, confidence, n_bins=10)
    sizes = np.bincount((confidence * 10).astype(int), minlength=10)
    expected = np.average(np.abs(share_right - sure), weights=sizes[sizes > 0])
    assert found["calibration_error"] == pytest.approx(expected, abs=1e-6)


def test_a_mean_has_the_interval_of_its_values() -> None:
    values = [1.0, 0.25, 0.0, 1.0, 1.0, 0.5]
    found = means([asked(0.5, {"token_f1": value}) for value in values], ["token_f1", "verbatim"])
    expected = mean_interval(np.array(values))
    assert found == {"token_f1": Score(6, 0.625, round(expected.low, 6), round(expected.high, 6))}


def test_a_score_lies_within_its_interval_within_0_and_1() -> None:
    for outcomes in (drawn(5, 0), drawn(150, 1), drawn(150, 2), [right(0.95)] * 3, [wrong(0.2)], ALL_KINDS):
        for score in scores(outcomes).values():
            assert 0 <= score.low <= score.value <= score.high <= 1


def test_perfect_calibration_lies_within_its_interval() -> None:
    # In every bin as many are right as it is sure; any resample is further off.
    sure = [(tenth + 0.5) / 10 for tenth in range(10)]
    exact = [(right if one < 20 * confidence else wrong)(confidence) for confidence in sure for one in range(20)]
    found = scores(exact)["calibration_error"]
    assert (found.value, found.low) == (0, 0)
    assert found.high > 0.03


# Which there are


def test_scores_come_in_the_order_of_the_measures() -> None:
    found = list(scores([*ALL_KINDS, asked(0.5, {"verbatim": 1.0, "exact_match": 0.0, "document_mrr": 1.0})]))
    order = [measure.name for measure in MEASURES]
    assert found == sorted(found, key=order.index)
    assert {"verbatim", "exact_match", "document_mrr", "risk_area"} < set(found)


def test_without_questions_there_are_no_scores() -> None:
    assert scores([]) == {}


def test_what_needs_both_kinds_is_absent_where_there_is_one() -> None:
    answered = scores([right(0.9), right(0.8)])
    assert answered.keys().isdisjoint({"auroc_right", "auroc_answerable"})
    assert (answered["risk_area"].value, answered["coverage@95"].value) == (0, 1)
    refused = scores([unanswerable(0.9), unanswerable(0.2)])
    assert refused.keys().isdisjoint({"auroc_right", "auroc_answerable", "wrong_refusal"})
    assert (refused["risk_area"].value, refused["coverage@80"].value) == (1, 0)
    assert scores([right(0.9), wrong(0.8)]).keys() & {"auroc_right", "auroc_answerable"} == {"auroc_right"}


def test_documents_alone_give_retrieval_alone() -> None:
    assert scores([of_documents_alone(0.9)]) == {"document_ndcg@10": Score(1, 0.5, 0.5, 0.5)}


def test_without_a_gold_answer_only_refusals_are_scored() -> None:
    assert scores([without_gold(0.9), without_gold(0.1)]).keys() == {"wrong_refusal"}


def test_the_order_of_the_questions_changes_no_value() -> None:
    outcomes = drawn(40, 3)
    mixed = scores(random.Random(0).sample(outcomes, 40))
    found = {name: score.value for name, score in scores(outcomes).items()}
    assert {name: score.value for name, score in mixed.items()} == pytest.approx(found, abs=1e-6)


def test_the_same_outcomes_give_the_same_scores() -> None:
    assert scores(drawn(30, 4)) == scores(drawn(30, 4))


def test_the_measures_that_are_better_lower_are_those_of_what_goes_wrong() -> None:
    lower = {measure.name for measure in MEASURES if not measure.higher}
    assert lower == {"wrong_refusal", "false_answer", "risk_area", "calibration_error"}


def test_every_name_is_that_of_one_measure() -> None:
    assert len(BY_NAME) == len(MEASURES) == len({measure.title for measure in MEASURES})
    assert {*WHOLE, *HEADLINE} <= BY_NAME.keys()
