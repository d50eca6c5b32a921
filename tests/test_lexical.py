import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vector_store.lexical import LexicalIndex, LuceneBM25, lucene_idf

Row = list[str]
WORD = st.sampled_from("abcdefg")
ROWS = st.lists(st.lists(WORD, max_size=12), max_size=12)
QUESTION = st.lists(st.sampled_from([*"abcdefg", "unknown"]), max_size=6)


def index_of(rows: Sequence[Row]) -> LexicalIndex:
    index = LexicalIndex()
    index.add(rows)
    return index


def oracle(rows: Sequence[Row], question: Row) -> bytes:
    """What rank_bm25 gives, as bytes; where no row has a word it divides by zero, and nothing can score."""
    scores = LuceneBM25(rows).get_scores(question) if any(rows) else np.zeros(len(rows))
    return np.asarray(scores, np.float64).tobytes()


# Worked by hand


def test_scores_are_those_worked_by_hand() -> None:
    # 2 rows of 2 and 1 words, 1.5 on average.
    # idf(a) = ln(1 + 1.5 / 1.5) = ln 2, idf(b) = ln(1 + 0.5 / 2.5) = ln 1.2.
    # Row 0: 1 · 2.5 / (1 + 1.5 · (0.25 + 0.75 · 2 / 1.5)) = 2.5 / 2.875
    # Row 1: 1 · 2.5 / (1 + 1.5 · (0.25 + 0.75 · 1 / 1.5)) = 2.5 / 2.125
    index = index_of([["a", "b"], ["b"]])
    assert index.scores(["a"]) == pytest.approx([math.log(2) * 2.5 / 2.875, 0])
    assert index.scores(["b"]) == pytest.approx([math.log(1.2) * 2.5 / 2.875, math.log(1.2) * 2.5 / 2.125])
    assert index.scores(["b", "a", "b"])[0] == pytest.approx((math.log(2) + 2 * math.log(1.2)) * 2.5 / 2.875)


def test_a_word_that_stands_three_times_counts_more_but_not_three_times_as_much() -> None:
    # One row of average length: n · 2.5 / (n + 1.5), so 1 for once and 5 / 3 for three times; idf = ln(1 + 0.5 / 1.5).
    assert index_of([["a", "b", "c"]]).scores(["a"]) == pytest.approx([math.log(4 / 3)])
    assert index_of([["a", "a", "a"]]).scores(["a"]) == pytest.approx([math.log(4 / 3) * 5 / 3])


@pytest.mark.parametrize("rows", [1, 2, 5, 1000, 10**7])
def test_the_idf_of_a_word_in_every_row_is_positive_and_that_of_a_rarer_one_higher(rows: int) -> None:
    idf = [lucene_idf(rows, held) for held in (rows, (rows + 1) // 2, 0)]
    assert idf[0] > 0
    assert idf == sorted(idf)


def test_a_word_in_half_of_the_rows_is_worth_ln_2() -> None:
    # Where BM25Okapi gives 0: ln(1 + (4 - 2 + 0.5) / (2 + 0.5)).
    assert lucene_idf(4, 2) == math.log(2)


def test_the_highest_score_is_worked_by_hand() -> None:
    # Times k1 + 1 = 2.5, what a row made of nothing but the word comes near to; 0 of 2 rows hold x: ln(1 + 2.5 / 0.5).
    index = index_of([["a", "b"], ["b"]])
    assert index.highest(["a"]) == pytest.approx(2.5 * math.log(2))
    assert index.highest(["b", "x", "b"]) == pytest.approx(2.5 * (2 * math.log(1.2) + math.log(6)))
    assert index.highest([]) == 0


# Against rank_bm25


@settings(deadline=None)
@given(ROWS, QUESTION)
def test_scores_are_those_of_rank_bm25_bit_for_bit(rows: list[Row], question: Row) -> None:
    assert index_of(rows).scores(question).tobytes() == oracle(rows, question)


@settings(deadline=None)
@given(st.lists(st.one_of(ROWS, st.randoms(use_true_random=False)), max_size=6), QUESTION)
def test_rows_added_and_taken_in_any_order_score_as_if_they_had_always_been_alone(
    steps: list[object], question: Row
) -> None:
    index, rows = LexicalIndex(), list[Row]()
    for step in steps:
        if isinstance(step, list):
            index.add(step)
            rows.extend(step)
        else:
            kept = step.sample(range(len(rows)), step.randint(0, len(rows)))
            index.take(kept)
            rows = [rows[row] for row in kept]
        assert len(index) == len(rows)
        assert index.scores(question).tobytes() == oracle(rows, question)


def test_a_row_may_be_taken_twice() -> None:
    index = index_of([["a"], ["b", "c"]])
    index.take([1, 1, 0])
    assert index.scores(["a", "c"]).tobytes() == oracle([["b", "c"], ["b", "c"], ["a"]], ["a", "c"])


@settings(deadline=None)
@given(ROWS, st.data())
def test_words_that_no_kept_row_holds_are_forgotten(rows: list[Row], data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.sampled_from(range(len(rows))), unique=True)) if rows else []
    index = index_of(rows)
    index.take(kept)
    assert set(index.to_arrays()[0]) == {word for row in kept for word in rows[row]}


# Searching


@settings(deadline=None)
@given(ROWS, QUESTION, st.integers(0, 15))
def test_search_gives_the_best_rows_that_share_a_word_ties_by_row(rows: list[Row], question: Row, k: int) -> None:
    index = index_of(rows)
    scores = index.scores(question).tolist()
    sharing = [row for row in range(len(rows)) if set(rows[row]) & set(question)]
    expected = sorted(sharing, key=lambda row: (-scores[row], row))[:k]
    found, found_scores = index.search(question, k)
    assert found.tolist() == expected
    assert found_scores.tolist() == [scores[row] for row in expected]


def test_equal_rows_come_in_their_order() -> None:
    found, scores = index_of([["b"], ["a"], ["c"], ["a"], ["a"]]).search(["a"], 2)
    assert found.tolist() == [1, 3]
    assert scores[0] == scores[1] > 0


@settings(deadline=None)
@given(ROWS, QUESTION)
def test_no_row_scores_the_highest_or_more(rows: list[Row], question: Row) -> None:
    index = index_of(rows)
    assert all(score < index.highest(question) for score in index.search(question, 99)[1])


@settings(deadline=None)
@given(WORD, st.integers(1, 10**6))
def test_not_even_a_row_that_holds_nothing_but_the_word_reaches_the_highest(word: str, times: int) -> None:
    index = index_of([[word] * times, ["x"]])
    assert 0 < index.scores([word])[0] < index.highest([word])


# Kept as arrays


@settings(deadline=None)
@given(ROWS, QUESTION)
def test_an_index_built_again_from_its_arrays_is_the_same(rows: list[Row], question: Row) -> None:
    again = LexicalIndex.from_arrays(*index_of(rows).to_arrays())
    assert again.scores(question).tobytes() == index_of(rows).scores(question).tobytes()
    again.add([["a", "new"]])
    assert again.scores(["new", "a"]).tobytes() == oracle([*rows, ["a", "new"]], ["new", "a"])


@pytest.mark.parametrize("vocabulary", [None, 5, {"a": 0, "b": 1}, ["a"], ["a", "b", "c"], ["a", "a"], [0, 1], [["a"]]])
def test_another_vocabulary_than_the_arrays_were_made_with_is_refused(vocabulary: object) -> None:
    _, arrays = index_of([["a", "b"], ["b"]]).to_arrays()
    with pytest.raises(ValueError, match=r"vocabulary|do not fit"):
        LexicalIndex.from_arrays(vocabulary, arrays)


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("starts", []),
        ("starts", [0, 2]),
        ("starts", [1, 2, 3]),
        ("starts", [0, 3, 2]),
        ("starts", [0, 4, 3]),
        ("starts", [[0, 2, 3]]),
        ("words", [0, 1]),
        ("words", [0, 1, 2]),
        ("words", [0, -1, 1]),
        ("counts", [1, 1]),
        ("counts", [1, 0, 1]),
        ("counts", [[1, 1, 1]]),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(name: str, array: list[int]) -> None:
    vocabulary, arrays = index_of([["a", "b"], ["b"]]).to_arrays()
    with pytest.raises(ValueError, match="do not fit"):
        LexicalIndex.from_arrays(vocabulary, {**arrays, name: np.array(array, np.int64)})
