import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vector_store.fusion import reciprocal_rank, weighted_sum

ROW = st.integers(0, 9)
SHARE = st.floats(0, 1)

# The weighted sum


def test_a_weighted_sum_is_worked_by_hand_and_a_missing_row_has_0() -> None:
    # Row 0 in one ranking: 0.5 · 0.8. Row 1 in both: 0.5 · 0.4 + 0.5 · 3 / 6. Row 2 in the other: 0.5 · 1.5 / 6.
    fused = weighted_sum({0: 0.8, 1: 0.4}, {1: 3.0, 2: 1.5}, highest_bm25=6.0, weight=0.5)
    assert fused == pytest.approx({0: 0.4, 1: 0.45, 2: 0.125})


def test_the_weight_is_that_of_the_cosine() -> None:
    # 0.9 · 0.5 + 0.1 · 1 / 4
    assert weighted_sum({0: 0.5}, {0: 1.0}, highest_bm25=4.0, weight=0.9) == pytest.approx({0: 0.475})
    assert weighted_sum({0: 0.5}, {0: 1.0}, highest_bm25=4.0, weight=1) == {0: 0.5}
    assert weighted_sum({0: 0.5}, {0: 1.0}, highest_bm25=4.0, weight=0) == {0: 0.25}


def test_both_halves_weigh_the_same_unless_told() -> None:
    assert weighted_sum({0: 0.5}, {1: 2.0}, highest_bm25=4.0) == {0: 0.25, 1: 0.25}


def test_a_negative_cosine_counts_as_none() -> None:
    assert weighted_sum({0: -0.5, 1: -1.0}, {0: 1.0}, highest_bm25=2.0) == {0: 0.25, 1: 0.0}


def test_without_words_only_cosines_count() -> None:
    assert weighted_sum({0: 0.5}, {}, highest_bm25=0.0) == {0: 0.25}
    assert weighted_sum({}, {}, highest_bm25=0.0) == {}


@pytest.mark.parametrize("weight", [-0.1, 1.1, float("nan")])
def test_a_weight_outside_0_to_1_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        weighted_sum({}, {}, highest_bm25=1.0, weight=weight)


@settings(deadline=None)
@given(st.dictionaries(ROW, st.floats(-1, 1)), st.dictionaries(ROW, SHARE), st.floats(1e-6, 1e6), SHARE)
def test_a_weighted_sum_has_every_row_and_stays_in_0_to_1(
    cosines: dict[int, float], shares: dict[int, float], highest: float, weight: float
) -> None:
    bm25 = {row: share * highest for row, share in shares.items()}
    fused = weighted_sum(cosines, bm25, highest_bm25=highest, weight=weight)
    assert fused.keys() == cosines.keys() | bm25.keys()
    assert all(0 <= score <= 1 for score in fused.values())


def test_a_row_best_in_both_has_1_and_no_more() -> None:
    # 0.9 / 3.3 · 3.3 + 0.1 would be 1.0000000000000002.
    assert weighted_sum({0: 1.0}, {0: 3.3}, highest_bm25=3.3, weight=0.1) == {0: 1.0}


@settings(deadline=None)
@given(st.dictionaries(ROW, SHARE), st.dictionaries(ROW, SHARE), SHARE, ROW, SHARE)
def test_a_better_score_in_one_ranking_never_makes_a_row_worse(
    cosines: dict[int, float], bm25: dict[int, float], weight: float, row: int, better: float
) -> None:
    before = weighted_sum(cosines, bm25, highest_bm25=1.0, weight=weight).get(row, 0.0)
    raised = {**bm25, row: max(better, bm25.get(row, 0.0))}
    assert weighted_sum(cosines, raised, highest_bm25=1.0, weight=weight)[row] >= before


# Reciprocal ranks


def test_reciprocal_ranks_are_worked_by_hand() -> None:
    # k = 0: row 3 is 1st of one (1 / 1), row 1 is 2nd and 1st (1 / 2 + 1 / 1), row 2 is 2nd of one (1 / 2); halved.
    assert reciprocal_rank([[3, 1], [1, 2]], k=0) == {3: 0.5, 1: 0.75, 2: 0.25}
    # k = 60: 61 / 61 for the 1st, 61 / 62 for the 2nd.
    assert reciprocal_rank([[3, 1], [1, 2]]) == pytest.approx({3: 0.5, 1: (1 + 61 / 62) / 2, 2: 61 / 124})


def test_two_rows_that_changed_places_are_equal() -> None:
    fused = reciprocal_rank([[0, 1, 2], [2, 1, 0]])
    assert fused[0] == fused[2]


def test_a_ranking_without_rows_still_counts() -> None:
    assert reciprocal_rank([[7], []]) == {7: 0.5}
    assert reciprocal_rank([[], []]) == reciprocal_rank([]) == {}


def test_a_row_first_in_every_ranking_has_1_and_no_more() -> None:
    # Adding up ninths gives 1.0000000000000002.
    assert [reciprocal_rank([[0]] * count)[0] for count in range(1, 60)] == [1.0] * 59


def test_a_negative_k_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        reciprocal_rank([[0]], k=-1)


@settings(deadline=None)
@given(st.lists(st.lists(ROW, unique=True), min_size=1, max_size=12), st.integers(0, 100))
def test_reciprocal_ranks_have_every_row_and_stay_in_0_to_1(rankings: list[list[int]], k: int) -> None:
    fused = reciprocal_rank(rankings, k=k)
    assert fused.keys() == {row for ranking in rankings for row in ranking}
    assert all(0 < score <= 1 for score in fused.values())


@settings(deadline=None)
@given(st.lists(ROW, unique=True), st.lists(st.integers(10, 19), unique=True), st.integers(0, 100))
def test_the_order_within_a_ranking_is_kept(ranking: list[int], other: list[int], k: int) -> None:
    fused = reciprocal_rank([ranking, other], k=k)
    assert sorted(ranking, key=lambda row: -fused[row]) == ranking
