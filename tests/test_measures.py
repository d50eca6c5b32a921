import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import ndcg_score, precision_recall_curve, roc_auc_score

from qa.evaluation.measures import (
    area_under_risk,
    auroc,
    calibration_error,
    coverage_at,
    exact_match,
    ndcg_at,
    normalised,
    recall_at,
    reciprocal_rank,
    risk_coverage,
    token_f1,
)

CONFIDENCES = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), st.booleans()), min_size=1)


def arrays(pairs: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([confidence for confidence, _ in pairs]), np.array([flag for _, flag in pairs], bool)


# Answers


@pytest.mark.parametrize(
    ("answer", "plain"),
    [
        ("The  Panthers!", "panthers"),
        ("an apple, a day", "apple day"),
        ("theatre", "theatre"),  # no article within a word
        ("U.S.", "us"),
        ("½ – “quoted”", "½ – “quoted”"),  # the published rules know only ASCII punctuation
        ("", ""),
    ],
)
def test_answers_are_compared_as_squad_does(answer: str, plain: str) -> None:
    assert normalised(answer) == plain


def test_exact_match_takes_any_gold_answer() -> None:
    assert exact_match("the Panthers", ["Broncos", "Panthers."]) == 1
    assert exact_match("Panthers won", ["Panthers"]) == 0
    assert exact_match("", []) == 1
    assert exact_match("Panthers", []) == 0


def test_f1_worked_by_hand() -> None:
    # Two of three words of the answer, both of the gold one: precision 2/3, recall 1, F1 = 2 · 2 / (3 + 2).
    assert token_f1("Denver Broncos won", ["the Denver Broncos"]) == pytest.approx(0.8)
    # A word that stands twice is shared twice only if it stands twice in both.
    assert token_f1("two two", ["two"]) == pytest.approx(2 / 3)
    assert token_f1("", []) == 1
    assert token_f1("something", []) == 0
    assert token_f1("the", ["gold"]) == 0


# Rankings


def test_rankings_worked_by_hand() -> None:
    relevant = {"a": 2, "b": 1, "c": 0}
    assert recall_at(1, ["b", "a"], relevant) == 0.5
    assert recall_at(2, ["c", "b"], relevant) == 0.5
    assert reciprocal_rank(["c", "x", "b"], relevant) == pytest.approx(1 / 3)
    assert reciprocal_rank(["c"], relevant) == 0
    # 1 / log2(2) + 2 / log2(3), of at best 2 / log2(2) + 1 / log2(3).
    assert ndcg_at(10, ["b", "a"], relevant) == pytest.approx((1 + 2 / np.log2(3)) / (2 + 1 / np.log2(3)))
    assert ndcg_at(1, ["c", "a"], relevant) == 0
    assert ndcg_at(10, [], {}) == 0


@given(st.permutations(range(6)), st.lists(st.integers(0, 3), min_size=6, max_size=6), st.integers(1, 6))
def test_ndcg_is_that_of_scikit_learn(order: list[int], grades: list[int], k: int) -> None:
    assume(any(grades))
    names = [str(n) for n in order]
    relevant = {str(n): grade for n, grade in enumerate(grades)}
    scores = [-order.index(n) for n in range(6)]
    assert ndcg_at(k, names, relevant) == pytest.approx(ndcg_score([grades], [scores], k=k))


# Refusing


def test_risk_and_coverage_worked_by_hand() -> None:
    # Most sure first: right, wrong, right, wrong.
    confidence, right = np.array([0.2, 0.9, 0.5, 0.7]), np.array([False, True, True, False])
    coverage, risk = risk_coverage(confidence, right)
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert risk == pytest.approx([0, 1 / 2, 1 / 3, 2 / 4])
    assert area_under_risk(confidence, right) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)
    assert coverage_at(0.9, confidence, right) == 0.25
    assert coverage_at(0.6, confidence, right) == 0.75
    assert coverage_at(0.4, confidence, right) == 1.0


def test_where_no_threshold_is_precise_enough_nothing_is_covered() -> None:
    assert coverage_at(0.9, np.array([0.5, 0.5]), np.array([True, False])) == 0


def test_equal_confidences_share_their_risk() -> None:
    _, risk = risk_coverage(np.array([0.5, 0.5]), np.array([True, False]))
    assert risk.tolist() == [0.5, 0.5]


@given(st.lists(st.booleans(), min_size=1, max_size=50), st.randoms(use_true_random=False))
def test_the_area_under_risk_is_that_of_scikit_learns_precision(flags: list[bool], random) -> None:
    # Every confidence differs, so that scikit-learn has a threshold for every coverage.
    confidence, right = np.array(random.sample(range(99), len(flags))) / 99, np.array(flags)
    assume(right.any())  # without, scikit-learn warns that recall is undefined
    precision, _, _ = precision_recall_curve(right, confidence)
    assert area_under_risk(confidence, right) == pytest.approx(1 - precision[:-1].mean())


@given(CONFIDENCES, st.sampled_from([0.0, 0.3, 0.5, 0.75, 0.9, 1.0]))
def test_coverage_is_that_of_scikit_learns_thresholds(pairs: list[tuple[float, bool]], wanted: float) -> None:
    confidence, right = arrays(pairs)
    assume(right.any())
    precision, _, thresholds = precision_recall_curve(right, confidence)
    precise = thresholds[precision[:-1] >= wanted - 1e-9]
    expected = (confidence >= precise.min()).mean() if precise.size else 0
    assert coverage_at(wanted, confidence, right) == pytest.approx(expected)


@given(CONFIDENCES, st.randoms(use_true_random=False))
def test_the_order_of_the_questions_does_not_matter(pairs: list[tuple[float, bool]], random) -> None:
    mixed = random.sample(pairs, len(pairs))
    assert area_under_risk(*arrays(mixed)) == pytest.approx(area_under_risk(*arrays(pairs)))
    assert coverage_at(0.8, *arrays(mixed)) == coverage_at(0.8, *arrays(pairs))


@given(CONFIDENCES)
def test_answering_everything_has_the_risk_of_all(pairs: list[tuple[float, bool]]) -> None:
    confidence, right = arrays(pairs)
    assert risk_coverage(confidence, right)[1][-1] == pytest.approx(1 - right.mean())


@given(CONFIDENCES)
def test_auroc_is_that_of_scikit_learn(pairs: list[tuple[float, bool]]) -> None:
    confidence, positive = arrays(pairs)
    if positive.all() or not positive.any():
        assert np.isnan(auroc(confidence, positive))
    else:
        assert auroc(confidence, positive) == pytest.approx(roc_auc_score(positive, confidence))


def test_calibration_error_worked_by_hand() -> None:
    # Bin 0.8: sure of 0.8 twice, right once: gap 0.3, two of three. Bin 0.1: gap 0.1, one of three.
    confidence, right = np.array([0.8, 0.8, 0.1]), np.array([True, False, False])
    assert calibration_error(confidence, right) == pytest.approx(0.3 * 2 / 3 + 0.1 / 3)
    assert calibration_error(np.array([1.0]), np.array([True])) == 0


# No edge of up to 12 bins is among these: scikit-learn puts a confidence on an edge into the lower bin.
BETWEEN_EDGES = st.integers(0, 99).map(lambda number: (number + 0.37) / 100)


@given(st.lists(st.tuples(BETWEEN_EDGES, st.booleans()), min_size=1), st.integers(1, 12))
def test_calibration_error_is_that_of_scikit_learns_curve(pairs: list[tuple[float, bool]], bins: int) -> None:
    confidence, right = arrays(pairs)
    share_right, mean_confidence = calibration_curve(right, confidence, n_bins=bins)
    inside = np.digitize(confidence, np.linspace(0, 1, bins + 1)[1:-1])
    sizes = np.bincount(inside, minlength=bins)
    expected = np.average(np.abs(share_right - mean_confidence), weights=sizes[sizes > 0])
    assert calibration_error(confidence, right, bins=bins) == pytest.approx(expected)
