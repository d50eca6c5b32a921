import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.read.network import Reading
from qa.read.spans import LONGEST_ANSWER, best_spans
from qa.records import Range


def reading(offsets: list[tuple[int, int]], starts: list[float], ends: list[float]) -> Reading:
    return Reading(np.array(offsets).reshape(-1, 2), np.array(starts, np.float32), np.array(ends, np.float32))


TEXT = "ab " * 500


def words(count: int) -> list[tuple[int, int]]:
    """Tokens of two characters and a space."""
    return [(3 * number, 3 * number + 2) for number in range(count)]


def test_of_each_sentence_the_likeliest_answer_that_begins_in_it() -> None:
    # Tokens 0 to 2 are one sentence, 3 and 4 another. Best of the first: from 1 to 2, 2 + 1; of the second: 3 alone.
    read = reading(words(5), [0, 2, -1, 1, -2], [0, -3, 1, 0.5, -4])
    first, second = best_spans(read, [Range(0, 8), Range(9, 14)], TEXT)
    assert first is not None
    assert second is not None
    assert (first.range, first.score) == (Range(3, 8), 3)
    assert (second.range, second.score) == (Range(9, 11), 1.5)


def test_where_every_token_runs_over_and_none_may_there_is_no_answer() -> None:
    read = reading([(0, 5), (6, 8)], [2, 1], [2, 1])
    first, second = best_spans(read, [Range(0, 4), Range(6, 8)], "abcde fg", over=False)
    assert first is None
    assert second is not None
    (over, _) = best_spans(read, [Range(0, 4), Range(4, 8)], "abcde fg")
    assert over is not None
    assert over.range == Range(0, 5)


def test_the_weight_is_that_of_all_answers_that_begin_there() -> None:
    # From 0: 0 + 0, 0 + 1; from 1: 2 + 1. ln(1 + e + e³) = 3.17.
    (found,) = best_spans(reading(words(2), [0, 2], [0, 1]), [Range(0, 5)], TEXT)
    assert found is not None
    assert found.weight == pytest.approx(math.log(1 + math.e + math.e**3))


def test_an_answer_does_not_end_before_it_begins() -> None:
    (found,) = best_spans(reading(words(3), [0, 0, 5], [5, 0, 0]), [Range(0, 8)], TEXT)
    assert found is not None
    assert (found.range, found.score) == (Range(0, 2), 5)  # the earlier of two as good: 0 to 0 and 2 to 2


def test_an_answer_is_of_limited_length() -> None:
    count = LONGEST_ANSWER + 1
    starts, ends = [0.0] * count, [0.0] * count
    starts[0] = ends[-1] = 9
    (found,) = best_spans(reading(words(count), starts, ends), [Range(0, 3 * count)], TEXT)
    assert found is not None
    assert found.score == 9
    ends[-2] = 9
    (found,) = best_spans(reading(words(count), starts, ends), [Range(0, 3 * count)], TEXT)
    assert found is not None
    assert (found.range, found.score) == (Range(0, 3 * count - 4), 18)


def test_an_answer_ends_on_the_line_on_which_its_sentence_does() -> None:
    read, cut = reading(words(4), [5, 0, 0, 0], [0, 1, 5, 0]), [Range(0, 5), Range(6, 11)]
    first, _ = best_spans(read, cut, "ab ab\nab ab")
    assert first is not None
    assert (first.range, first.score) == (Range(0, 5), 6)
    (within,) = best_spans(read, [Range(0, 11)], "ab ab\nab ab")  # a sentence of two lines
    assert within is not None
    assert within.range == Range(0, 8)


def test_an_answer_may_run_over_the_end_of_its_sentence() -> None:
    first, _ = best_spans(reading(words(4), [5, 0, 0, 0], [0, 0, 5, 0]), [Range(0, 5), Range(6, 11)], TEXT)
    assert first is not None
    assert first.range == Range(0, 8)


def test_a_sentence_without_a_token_has_no_answer() -> None:
    assert best_spans(reading(words(1), [0], [0]), [Range(0, 2), Range(5, 9)], TEXT)[1] is None
    assert best_spans(reading([], [], []), [Range(0, 2)], TEXT) == [None]


def test_a_token_without_characters_begins_no_answer() -> None:
    (found,) = best_spans(reading([(0, 0), (0, 2)], [9, 0], [9, 0]), [Range(0, 2)], TEXT)
    assert found is not None
    assert found.range == Range(0, 2)


@given(st.integers(1, 60), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_it_is_the_best_of_all_pairs(count: int, draw: st.DataObject) -> None:
    starts = [draw.uniform(-5, 5) for _ in range(count)]  # type: ignore[attr-defined]
    ends = [draw.uniform(-5, 5) for _ in range(count)]  # type: ignore[attr-defined]
    (found,) = best_spans(reading(words(count), starts, ends), [Range(0, 3 * count)], TEXT)
    pairs = {
        (first, last): float(np.float32(starts[first]) + np.float32(ends[last]))
        for first in range(count)
        for last in range(first, min(first + LONGEST_ANSWER, count))
    }
    assert found is not None
    assert found.score == pytest.approx(max(pairs.values()))
    assert found.weight == pytest.approx(math.log(sum(math.exp(pair) for pair in pairs.values())), abs=1e-4)
