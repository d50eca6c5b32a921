from itertools import product

import numpy as np
import pytest
from scipy.stats import bootstrap, norm

from qa.evaluation.intervals import Interval, compare, mean_interval, statistic_interval
from qa.evaluation.measures import auroc


def bounds(interval: Interval) -> tuple[float, float]:
    return interval.low, interval.high


# Means


def test_an_interval_of_equal_values_has_no_width() -> None:
    found = mean_interval(np.ones(20))
    assert (found.mean, found.low, found.high) == (1, 1, 1)


def test_an_interval_of_shares_is_near_the_normal_one() -> None:
    # 200 questions, 60 % right: 0.6 ± 1.96 · sqrt(0.6 · 0.4 / 200) = 0.6 ± 0.068.
    found = mean_interval(np.array([1.0] * 120 + [0.0] * 80))
    assert found.mean == pytest.approx(0.6)
    assert found.low == pytest.approx(0.532, abs=0.01)
    assert found.high == pytest.approx(0.668, abs=0.01)


def test_the_same_values_give_the_same_interval() -> None:
    values = np.random.default_rng(1).random(50)
    assert mean_interval(values) == mean_interval(values)


def test_nothing_measured_has_no_mean() -> None:
    assert np.isnan(mean_interval(np.empty(0)).mean)


def test_an_interval_is_that_of_scipys_percentile_bootstrap() -> None:
    values = np.random.default_rng(2).beta(2, 5, 60)
    expected = bootstrap((values,), np.mean, method="percentile", n_resamples=5000, rng=3).confidence_interval
    assert bounds(mean_interval(values)) == pytest.approx((expected.low, expected.high), abs=0.005)


# Other numbers


def test_the_mean_as_a_statistic_has_about_the_interval_of_a_mean() -> None:
    values = np.random.default_rng(4).random(80)
    found = statistic_interval(lambda rows: float(values[rows].mean()), 80)
    assert found.mean == values.mean()
    # Its standard error is 0.03; the ends of 500 resamples and of 2000 lie within a third of that.
    assert bounds(found) == pytest.approx(bounds(mean_interval(values)), abs=0.01)


def test_a_statistic_is_given_rows_of_all_questions_and_resamples_with_replacement() -> None:
    seen: list[np.ndarray] = []
    statistic_interval(lambda rows: float(len(seen.append(rows) or rows)), 7)
    assert seen[0].tolist() == list(range(7))
    drawn = np.array(seen[1:])
    assert len(drawn) >= 500
    assert drawn.shape[1] == 7
    assert np.bincount(drawn.ravel()) / drawn.size == pytest.approx(np.full(7, 1 / 7), abs=0.03)
    assert all(len(set(rows)) < 7 for rows in drawn[:3].tolist())


def test_the_same_questions_give_the_same_interval() -> None:
    values = np.random.default_rng(5).random(30)
    first, second = (statistic_interval(lambda rows: float(np.median(values[rows])), 30) for _ in range(2))
    assert first == second
    assert first.low < first.mean < first.high


def test_a_number_that_there_is_not_has_no_interval() -> None:
    for n in (0, 5):
        found = statistic_interval(lambda rows: float("nan"), n)
        assert np.isnan([found.mean, found.low, found.high]).all()


def test_resamples_of_one_kind_alone_are_left_out() -> None:
    # One of five is positive and the surest, so every resample with both kinds has an area of 1; a third have none.
    confidence, positive = np.array([0.1, 0.2, 0.3, 0.4, 0.9]), np.array([False] * 4 + [True])
    assert statistic_interval(lambda rows: auroc(confidence[rows], positive[rows]), 5) == Interval(1, 1, 1)


def test_a_number_that_resampling_only_raises_lies_within_its_interval() -> None:
    # How often the most frequent comes: once of all, more often in any resample.
    found = statistic_interval(lambda rows: float(np.bincount(rows).max()), 50)
    assert (found.mean, found.low) == (1, 1)
    assert found.high >= 3
    falling = statistic_interval(lambda rows: float(len(set(rows.tolist()))), 50)
    assert (falling.mean, falling.high) == (50, 50)
    assert falling.low < 35


def test_about_95_of_100_intervals_hold_the_true_area() -> None:
    # Two normal ones, their means 1 apart: the area is Φ(1 / √2) = 0.76.
    random, true = np.random.default_rng(6), norm.cdf(1 / np.sqrt(2))
    positive = np.arange(80) < 40
    held = []
    for _ in range(100):
        confidence = random.normal(positive.astype(float))
        low, high = bounds(statistic_interval(lambda rows, of=confidence: auroc(of[rows], positive[rows]), 80))
        held.append(low <= true <= high)
    assert 0.88 <= np.mean(held) <= 0.99


# Two runs


def test_equal_runs_do_not_differ() -> None:
    same = compare(np.array([1.0, 0.0, 1.0]), np.array([1.0, 0.0, 1.0]))
    assert same.difference.mean == 0
    assert same.p_value == 1


def test_a_run_that_wins_eight_questions_and_loses_none_is_no_chance() -> None:
    # All eight signs alike come up in 2 of 2^8 exchanges: p = 0.0078.
    found = compare(np.ones(8), np.zeros(8), resamples=20_000)
    assert found.difference.mean == 1
    assert found.p_value == pytest.approx(2 / 256, abs=0.003)


def test_runs_over_other_questions_cannot_be_paired() -> None:
    with pytest.raises(ValueError, match=r"\(3,\) and \(2,\)"):
        compare(np.ones(3), np.ones(2))


def test_the_p_value_is_that_of_all_exchanges() -> None:
    differences = np.array([0.5, -0.2, 0.1, 0.3, 0.3, -0.1, 0.2, 0.4, 0.0])
    sums = [abs(np.dot(signs, differences)) for signs in product([-1, 1], repeat=9)]
    exact = np.mean(np.array(sums) >= differences.sum() - 1e-9)
    found = compare(differences + 0.4, np.full(9, 0.4), resamples=10_000)
    assert found.p_value == pytest.approx(exact, abs=0.01)
    assert compare(np.full(9, 0.4), differences + 0.4, resamples=10_000).p_value == found.p_value


def test_of_runs_that_do_not_differ_about_one_in_twenty_seems_to() -> None:
    random = np.random.default_rng(7)
    found = [compare(random.random(25), random.random(25), resamples=200).p_value for _ in range(200)]
    assert 0.01 <= np.mean(np.array(found) <= 0.05) <= 0.10
    assert np.mean(found) == pytest.approx(0.5, abs=0.06)  # a p-value of nothing is drawn evenly from 0 to 1


def test_the_interval_of_a_difference_is_paired() -> None:
    # Questions differ much, the runs always by 0.1: unpaired, the interval would be wide.
    old = np.random.default_rng(8).random(30)
    found = compare(old + 0.1, old).difference
    assert (found.mean, *bounds(found)) == pytest.approx((0.1, 0.1, 0.1))
