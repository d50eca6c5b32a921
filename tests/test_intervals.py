import numpy as np
import pytest

from qa.evaluation.intervals import compare, mean_interval


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
