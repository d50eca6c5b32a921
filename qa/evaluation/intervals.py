"""How sure a mean is, and a difference of two, by resampling the questions (Efron 1979)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RESAMPLES = 2000
# An area takes a sort of all questions: a millisecond where a mean takes microseconds.
_RESAMPLES_OF_STATISTIC = 500
# More than fit into a processor's cache are slower to take.
_DRAWN_AT_ONCE = 20_000
LEVEL = 0.95
_SEED = 20_261_122


@dataclass(frozen=True)
class Interval:
    """A mean and the bounds between which it lies at ``LEVEL``."""

    mean: float
    low: float
    high: float


def mean_interval(values: Floats, *, resamples: int = RESAMPLES) -> Interval:
    """The mean of ``values``, one a question, with its percentile bootstrap interval; nan without values."""
    if not len(values):
        return Interval(float("nan"), float("nan"), float("nan"))
    means = _resampled_means(values, resamples)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(values.mean()), float(low), float(high))


def statistic_interval(statistic: Callable[[NDArray[np.int64]], float], n: int) -> Interval:
    """A number that is no mean, such as an area, of ``n`` questions: ``statistic`` of their rows, with its interval.

    Resamples of which the statistic is nan, having drawn one kind of question alone, are left out. The interval
    reaches to the number itself where all of it lies to one side, as a calibration error's may: resampling adds to it.
    """
    value = statistic(np.arange(n))
    if np.isnan(value):
        return Interval(value, value, value)
    random = np.random.default_rng(_SEED)
    values = np.array([statistic(random.integers(0, n, n)) for _ in range(_RESAMPLES_OF_STATISTIC)])
    low, high = np.quantile(values[~np.isnan(values)], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(value, min(float(low), value), max(float(high), value))


@dataclass(frozen=True)
class Comparison:
    """The mean of new minus old on the same questions, its interval, and how likely so large a one is by chance."""

    difference: Interval
    p_value: float


def compare(new: Floats, old: Floats, *, resamples: int = RESAMPLES) -> Comparison:
    """A paired test of two runs, values question by question: bootstrap interval, and a sign-flipping test.

    The p-value is the share of random exchanges of new and old, question by
    question, whose mean difference is at least as large either way, itself
    counted (Fisher's randomisation test; Smucker, Allan & Carterette 2007).
    """
    if new.shape != old.shape:
        raise ValueError(f"paired values must be as many: {new.shape} and {old.shape}")
    differences = new - old
    random = np.random.default_rng(_SEED)
    seen = abs(differences.sum())
    as_large = 1
    for _ in range(resamples):
        signs = random.choice([-1.0, 1.0], size=len(differences))
        as_large += abs((signs * differences).sum()) >= seen - 1e-12
    return Comparison(mean_interval(differences, resamples=resamples), float(as_large / (resamples + 1)))


def _resampled_means(values: Floats, resamples: int) -> Floats:
    random = np.random.default_rng(_SEED)
    count = len(values)
    # Many at once: a loop in Python takes ten times as long for 86 questions. The same numbers are drawn either way.
    at_once = max(1, _DRAWN_AT_ONCE // count)
    parts = [min(at_once, resamples - done) for done in range(0, resamples, at_once)]
    return np.concatenate([values[random.integers(0, count, (part, count))].mean(axis=1) for part in parts])
