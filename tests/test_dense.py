import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vector_store.dense import DenseIndex

Vectors = NDArray[np.float32]
# Every inner product of these with [1, 0, 0, 0] and the like is exact, so ties are ties in any arithmetic.
AXES = np.vstack([np.eye(4), -np.eye(4)]).astype(np.float32)


def index_of(vectors: Vectors) -> DenseIndex:
    index = DenseIndex(vectors.shape[1])
    index.add(vectors)
    return index


def unit(*numbers: float) -> Vectors:
    vector = np.array(numbers, np.float32)
    return vector / np.linalg.norm(vector)


def random_units(rows: int, dimension: int, seed: int) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(rows, dimension))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


# Worked by hand


def test_scores_are_cosines() -> None:
    # [1, 0] · [0.6, 0.8] = 0.6; with itself 1, with its opposite -1, at a right angle 0.
    rows, cosines = index_of(np.array([[0, 1], [0.6, 0.8], [-1, 0], [1, 0]], np.float32)).search(unit(1, 0), 4)
    assert rows.tolist() == [3, 1, 0, 2]
    assert cosines == pytest.approx([1, 0.6, 0, -1], abs=1e-6)


def test_at_most_k_rows_come_and_never_more_than_there_are() -> None:
    index = index_of(AXES)
    assert [len(index.search(unit(4, 3, 2, 1), k)[0]) for k in (0, 1, 8, 9)] == [0, 1, 8, 8]
    assert len(DenseIndex(4).search(unit(1, 0, 0, 0), 5)[0]) == 0


def test_no_cosine_leaves_minus_1_to_1() -> None:
    vectors = random_units(200, 384, seed=1)
    index = index_of(np.vstack([vectors, -vectors]))
    for vector in vectors:
        _, cosines = index.search(vector, 400)
        assert (cosines[0], cosines[-1]) == (pytest.approx(1, abs=1e-6), pytest.approx(-1, abs=1e-6))
        assert cosines.max() <= 1
        assert cosines.min() >= -1


# Against brute force


@settings(deadline=None)
@given(st.integers(1, 300), st.integers(1, 130), st.integers(2, 40), st.integers(0, 99))
def test_the_rows_are_those_of_brute_force(count: int, k: int, dimension: int, seed: int) -> None:
    vectors = random_units(count + 1, dimension, seed)
    wanted, vectors = vectors[0].astype(np.float64), vectors[1:]
    rows, cosines = index_of(vectors).search(wanted, k)
    exact = vectors.astype(np.float64) @ wanted
    # float32 may swap two rows that are closer than 1e-6; their cosines still agree place for place.
    assert np.allclose(cosines, np.sort(exact)[::-1][:k], atol=1e-6)
    assert np.allclose(cosines, exact[rows], atol=1e-6)
    assert len(set(rows.tolist())) == len(rows) == min(k, count)


@settings(deadline=None)
@given(st.lists(st.integers(0, 2), min_size=1, max_size=250), st.integers(1, 12), st.permutations([1, 2, 3, 4]))
def test_equal_rows_come_in_their_order_and_the_first_of_them_before_k(
    axes: list[int], k: int, question: list[int]
) -> None:
    cosines = AXES[axes] @ unit(*question)
    expected = sorted(range(len(axes)), key=lambda row: (-cosines[row], row))[:k]
    assert index_of(AXES[axes]).search(unit(*question), k)[0].tolist() == expected


@pytest.mark.parametrize("equal", [2, 3, 4, 300])
def test_a_better_row_pushes_out_the_last_of_equal_ones_not_the_first(equal: int) -> None:
    # FAISS drops row 0 when the better one comes last.
    index = index_of(AXES[[1] * equal + [0]])
    assert index.search(unit(4, 3, 2, 1), 2)[0].tolist() == [equal, 0]


@pytest.mark.parametrize("k", [1, 5, 99, 100, 101, 250])
def test_of_many_equal_rows_the_first_k_come(k: int) -> None:
    index = index_of(np.tile(random_units(1, 384, seed=2), (251, 1)))
    assert index.search(random_units(1, 384, seed=3)[0], k)[0].tolist() == list(range(k))


# Adding and taking


def test_take_keeps_the_rows_given_in_that_order() -> None:
    index = index_of(AXES)
    index.take([6, 1, 3])
    assert len(index) == 3
    # -z, y, w against w > y > z > x
    assert index.search(unit(1, 3, 2, 4), 3)[0].tolist() == [2, 1, 0]
    index.take([])
    assert len(index) == 0
    index.add(AXES[:1])
    assert index.search(unit(1, 0, 0, 0), 9)[1].tolist() == [1.0]


def test_a_row_that_is_not_there_cannot_be_taken_and_nothing_is_lost() -> None:
    index = index_of(AXES)
    with pytest.raises(IndexError):
        index.take([0, 8])
    assert len(index) == 8


@pytest.mark.parametrize("shape", [(2, 3), (2, 5), (4,), (1, 2, 4)])
def test_vectors_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    index = DenseIndex(4)
    with pytest.raises(ValueError, match=r"shape \(n, 4\)"):
        index.add(np.ones(shape, np.float32))
    assert len(index) == 0


@pytest.mark.parametrize("length", [0, 0.99, 1.01, np.nan, np.inf])
def test_vectors_of_another_length_than_1_are_refused_when_added_and_when_searched(length: float) -> None:
    index = index_of(AXES)
    vectors = np.array([[1, 0, 0, 0], [length, 0, 0, 0]], np.float32)
    with pytest.raises(ValueError, match="length 1"):
        index.add(vectors)
    with pytest.raises(ValueError, match="length 1"):
        index.search(vectors[1], 1)
    assert len(index) == 8


def test_a_question_of_another_dimension_is_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(n, 4\), got \(1, 3\)"):
        index_of(AXES).search(unit(1, 2, 3), 1)


def test_float64_and_strided_vectors_are_taken_as_they_are_meant() -> None:
    index = index_of(np.eye(4, dtype=np.float64)[::-1].T)
    assert index.search(unit(0, 0, 0, 1), 1)[0].tolist() == [0]


# Kept as bytes


@pytest.mark.parametrize("rows", [0, 1, 50])
def test_an_index_built_again_from_its_bytes_is_the_same(rows: int) -> None:
    index = index_of(random_units(rows, 8, seed=4))
    again = DenseIndex.from_bytes(index.to_bytes())
    assert (len(again), again.dimension, again.to_bytes()) == (rows, 8, index.to_bytes())
    again.add(random_units(1, 8, seed=5))
    assert again.search(random_units(1, 8, seed=5)[0], 1)[0].tolist() == [rows]


@pytest.mark.parametrize("rubbish", [b"", b"rubbish", b"IxFI", b"\x00" * 1000, b"IxFI" + b"\xff" * 1000])
def test_bytes_that_are_no_index_are_refused(rubbish: bytes) -> None:
    with pytest.raises(ValueError, match="not a FAISS index"):
        DenseIndex.from_bytes(rubbish)


def test_an_index_cut_short_anywhere_is_refused() -> None:
    whole = index_of(AXES[:3]).to_bytes()
    for length in range(len(whole)):
        with pytest.raises(ValueError, match="not a FAISS index"):
            DenseIndex.from_bytes(whole[:length])


def test_a_faiss_index_of_another_kind_is_refused() -> None:
    import faiss

    with pytest.raises(ValueError, match="another kind: IndexFlatL2"):
        DenseIndex.from_bytes(bytes(faiss.serialize_index(faiss.IndexFlatL2(4))))
