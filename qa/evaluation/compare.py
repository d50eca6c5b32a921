"""Did a change help? Two runs on the same questions, measure by measure and question by question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qa.errors import BadRun
from qa.evaluation.intervals import Interval, compare, statistic_interval
from qa.evaluation.outcomes import Outcome
from qa.evaluation.questions import Gold
from qa.evaluation.run import Run, flat
from qa.evaluation.scores import HEADLINE, MEASURES, WHOLE, Whole


@dataclass(frozen=True)
class Difference:
    """New minus old over ``questions`` questions that both runs asked, with its 95 % interval.

    ``p_value`` is of the paired test of :func:`qa.evaluation.intervals.compare`,
    None for a number that is of all questions together.
    """

    questions: int
    old: float
    new: float
    difference: float
    low: float
    high: float
    p_value: float | None


@dataclass(frozen=True)
class Compared:
    """``by`` is the measure by which questions are ``won`` and ``lost``: (old, new) outcomes, in the order asked.

    ``left_out`` counts the questions that only one run asked, or asked in
    other words or with other gold. ``differs`` has what the runs depend on and
    do not share, settings first: its name, old, new.
    """

    old_name: str
    questions: int
    left_out: int
    differences: Mapping[str, Difference]
    by: str
    won: tuple[tuple[Outcome, Outcome], ...]
    lost: tuple[tuple[Outcome, Outcome], ...]
    differs: tuple[tuple[str, str, str], ...] = ()


def compare_runs(new: Run, old: Run) -> Compared:
    """``new`` against ``old``, on the questions that both asked; BadRun where there is none."""
    before = {outcome.id: outcome for outcome in old.outcomes}
    pairs = [(before[after.id], after) for after in new.outcomes if after.id in before]
    pairs = [(one, other) for one, other in pairs if _asked(one) == _asked(other)]
    if not pairs:
        raise BadRun(f"{old.name} and {new.name} have no question in common, so there is nothing to compare")
    olds, news = [one for one, _ in pairs], [other for _, other in pairs]
    found = {measure.name: _of_means(olds, news, measure.name) for measure in MEASURES}
    found |= {name: _of_all(olds, news, whole) for name, whole in WHOLE.items()}
    differences = {name: difference for name, difference in found.items() if difference}
    by = next((name for name in HEADLINE if name in differences), HEADLINE[0])
    changes = [(pair, _change(pair, by)) for pair in pairs]
    return Compared(
        old.name,
        len(pairs),
        len(before.keys() | {outcome.id for outcome in new.outcomes}) - len(pairs),
        differences,
        by,
        tuple(pair for pair, change in changes if change > 0),
        tuple(pair for pair, change in changes if change < 0),
        _differing(old.settings, new.settings) + _differing(old.fingerprints, new.fingerprints),
    )


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    before, now = dict(flat(old)), dict(flat(new))
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    return tuple((name, before.get(name, "–"), now.get(name, "–")) for name in names)


def _asked(outcome: Outcome) -> tuple[str, bool, tuple[Gold, ...], int]:
    """What must be the same in both runs: then the same measures apply, too."""
    return outcome.question, outcome.answerable, outcome.gold, outcome.gold_documents


def _change(pair: tuple[Outcome, Outcome], name: str) -> float:
    old, new = (outcome.values.get(name) for outcome in pair)
    return 0.0 if old is None or new is None else new - old


def _of_means(olds: Sequence[Outcome], news: Sequence[Outcome], name: str) -> Difference | None:
    both = [(one.values, other.values) for one, other in zip(olds, news, strict=True)]
    shared = np.array([(one[name], other[name]) for one, other in both if name in one and name in other])
    if not len(shared):
        return None
    found = compare(shared[:, 1], shared[:, 0])
    old, new = shared.mean(axis=0)
    return _difference(len(shared), old, new, found.difference, found.p_value)


def _of_all(olds: Sequence[Outcome], news: Sequence[Outcome], whole: Whole) -> Difference | None:
    old, new = whole.columns(olds), whole.columns(news)
    count = len(old[0])  # of which something is known: the same questions in both, their gold being the same
    shift = statistic_interval(lambda rows: whole.of_rows(*new, rows) - whole.of_rows(*old, rows), count)
    if np.isnan(shift.mean):
        return None
    every = np.arange(count)
    return _difference(count, whole.of_rows(*old, every), whole.of_rows(*new, every), shift, None)


def _difference(questions: int, old: float, new: float, shift: Interval, p_value: float | None) -> Difference:
    old, new, mean, low, high = (round(float(number), 6) for number in (old, new, shift.mean, shift.low, shift.high))
    return Difference(questions, old, new, mean, low, high, None if p_value is None else round(p_value, 6))
