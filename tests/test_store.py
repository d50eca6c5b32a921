import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from math import cos, sin
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vector_store import FUSIONS, HybridStore, SnapshotDamaged
from vector_store.store import DEPTH

FILES = ["vectors.faiss", "words.safetensors", "vocabulary.json"]


def direction(number: int) -> NDArray[np.float32]:
    """A unit vector of its own for each of 0 to 99: 0.03 radians apart."""
    return np.array([cos(number * 0.03), sin(number * 0.03)], np.float32)


def store_of(rows: Sequence[tuple[int, list[str]]]) -> HybridStore:
    store = HybridStore(2)
    if rows:
        store.add(np.array([direction(number) for number, _ in rows]), [words for _, words in rows])
    return store


FOUR = [(0, ["iraq", "pm"]), (10, ["iraq", "iraq", "us"]), (20, ["us", "embassy"]), (30, [])]


def numbers_of(store: HybridStore) -> list[int]:
    """Which of the numbered rows the store holds, in order, as both of its indexes agree."""
    by_words = {}
    for number in range(100):
        for hit in store.search(direction(number), [f"w{number}"], 200):
            if hit.bm25 is not None:
                assert hit.cosine == pytest.approx(1, abs=1e-6)
                by_words[hit.row] = number
    return [by_words[row] for row in range(len(store))]


# Rows


def test_row_by_row_both_indexes_hold_the_same_after_every_step() -> None:
    store = store_of([(number, [f"w{number}", "all"]) for number in (5, 3, 8)])
    assert numbers_of(store) == [5, 3, 8]
    store.add(np.array([direction(1), direction(9)]), [["w1"], ["w9", "all"]])
    assert numbers_of(store) == [5, 3, 8, 1, 9]
    store.remove([1, 3])
    assert numbers_of(store) == [5, 8, 9]
    store.take([2, 0])
    assert numbers_of(store) == [9, 5]
    store.remove([])
    assert numbers_of(store) == [9, 5]


@settings(deadline=None)
@given(st.lists(st.one_of(st.integers(1, 6), st.randoms(use_true_random=False)), max_size=6))
def test_no_order_of_adding_removing_and_taking_parts_the_two_indexes(steps: list[Any]) -> None:
    store, held, fresh = HybridStore(2), list[int](), iter(range(100))
    for step in steps:
        if isinstance(step, int):
            new = [next(fresh) for _ in range(step)]
            store.add(np.array([direction(number) for number in new]), [[f"w{number}"] for number in new])
            held += new
        elif step.random() < 0.5:
            gone = step.sample(range(len(held)), step.randint(0, len(held)))
            store.remove(gone)
            held = [number for row, number in enumerate(held) if row not in gone]
        else:
            rows = step.sample(range(len(held)), step.randint(0, len(held)))
            store.take(rows)
            held = [held[row] for row in rows]
    assert numbers_of(store) == held


def test_a_removed_row_is_in_no_file() -> None:
    store = store_of([(1, ["kept"]), (2, ["secret"])])
    store.remove([1])
    assert not any(b"secret" in content for content in store.to_files().values())
    assert store.to_files() == store_of([(1, ["kept"])]).to_files()


@pytest.mark.parametrize("rows", [[-1], [0, 4], [99]])
def test_a_row_that_is_not_there_cannot_be_taken_and_nothing_is_lost(rows: list[int]) -> None:
    store = store_of(FOUR)
    with pytest.raises(ValueError, match="from 0 to 3"):
        store.take(rows)
    assert store.to_files() == store_of(FOUR).to_files()


def test_as_many_vectors_as_rows_of_words_or_nothing_is_added() -> None:
    store = store_of(FOUR)
    with pytest.raises(ValueError, match="1 vectors for 2 rows"):
        store.add(direction(1)[None], [["a"], ["b"]])
    with pytest.raises(ValueError, match="length 1"):
        store.add(2 * direction(1)[None], [["a"]])
    assert store.to_files() == store_of(FOUR).to_files()


# Searching


def test_the_weighted_score_is_worked_by_hand() -> None:
    # One row of average length that holds the only word asked for once: BM25 = idf · 2.5 / 2.5, of at most idf · 2.5;
    # the cosine of 0.6 and 0.8 with itself turned is 0.6 · 0.8 + 0.8 · 0.6 = 0.96.  0.5 · 0.96 + 0.5 / 2.5 = 0.68
    store = HybridStore(2)
    store.add(np.array([[0.6, 0.8]], np.float32), [["a"]])
    (hit,) = store.search(np.array([0.8, 0.6], np.float32), ["a"], 5)
    assert (hit.row, hit.score) == (0, pytest.approx(0.68))
    assert (hit.cosine, hit.bm25) == (pytest.approx(0.96), pytest.approx(np.log(4 / 3)))


def test_the_reciprocal_score_is_worked_by_hand() -> None:
    # By meaning 0, 1, 2, 3; by words 1 (twice "iraq"), 0. Row 0: (61 / 61 + 61 / 62) / 2, row 1 as much, rows 2 and 3
    # have 61 / 63 / 2 and 61 / 64 / 2.
    hits = store_of(FOUR).search(direction(0), ["iraq"], 9, fusion="rrf")
    assert [hit.row for hit in hits] == [0, 1, 2, 3]
    assert [hit.score for hit in hits] == pytest.approx([123 / 124, 123 / 124, 61 / 126, 61 / 128])


def test_the_scores_of_a_hit_are_those_of_the_two_indexes_and_none_where_a_row_shares_no_word() -> None:
    hits = {hit.row: hit for hit in store_of(FOUR).search(direction(10), ["iraq"], 9)}
    assert [hits[row].cosine for row in range(4)] == pytest.approx([cos(0.3), 1, cos(0.3), cos(0.6)], abs=1e-6)
    assert [hits[row].bm25 is None for row in range(4)] == [False, False, True, True]


def test_a_row_that_only_its_words_found_has_no_cosine() -> None:
    # The row of "rare" has the lowest cosine of all, one place further down than the dense ranking is read.
    store = store_of([*[(40, ["filler"])] * DEPTH, (60, ["rare"])])
    first, second = store.search(direction(0), ["rare"], 2)
    assert (first.row, first.cosine, second.row, second.bm25) == (DEPTH, None, 0, None)
    # 101 rows, one of them with the word: ln(1 + 100.5 / 1.5), all of one length.
    assert (first.bm25, second.cosine) == (pytest.approx(np.log(68)), pytest.approx(cos(1.2)))


@pytest.mark.parametrize("fusion", FUSIONS)
@pytest.mark.parametrize("k", [0, 1, 3, 200])
def test_at_most_k_hits_come_best_first_and_ties_by_row(fusion: Any, k: int) -> None:
    store = store_of(FOUR * 20)
    hits = store.search(direction(12), ["us", "pm", "unknown"], k, fusion=fusion)
    assert len(hits) == min(k, 80)
    assert hits == sorted(hits, key=lambda hit: (-hit.score, hit.row))
    assert all(0 <= hit.score <= 1 for hit in hits)
    assert hits == store.search(direction(12), ["us", "pm", "unknown"], 200, fusion=fusion)[:k]


def test_equal_rows_come_in_their_order() -> None:
    assert [hit.row for hit in store_of(FOUR * 3).search(direction(10), ["iraq"], 3)] == [1, 5, 9]


@pytest.mark.parametrize("fusion", FUSIONS)
def test_an_empty_store_has_no_hits(fusion: Any) -> None:
    assert HybridStore(2).search(direction(0), ["a"], 5, fusion=fusion) == []


def test_an_unknown_fusion_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="weighted, rrf, got 'sum'"):
        store_of(FOUR).search(direction(0), ["us"], 1, fusion="sum")


# Files


@pytest.mark.parametrize("rows", [[], FOUR, [(3, [])], [(1, ["Москва", "東", "\u202e", '"'])]])
def test_a_store_built_again_from_its_files_is_the_same(rows: list[tuple[int, list[str]]]) -> None:
    store = store_of(rows)
    again = HybridStore.from_files(store.to_files())
    assert (len(again), again.dimension, again.to_files()) == (len(rows), 2, store.to_files())
    for other in (store, again):
        other.add(direction(50)[None], [["us", "new"]])
    question = direction(7), ["us", "new", "東"], 9
    assert again.search(*question) == store.search(*question)


def test_a_store_writes_the_same_bytes_in_every_process() -> None:
    program = (
        "import hashlib; from test_store import FOUR, store_of;"
        "print([hashlib.sha256(content).hexdigest() for content in store_of(FOUR).to_files().values()])"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1
    assert store_of(FOUR).to_files() == store_of(FOUR).to_files()


@pytest.mark.parametrize("name", FILES)
def test_a_store_without_one_of_its_files_is_damaged(name: str) -> None:
    files = store_of(FOUR).to_files()
    assert sorted(files) == sorted(FILES)
    del files[name]
    with pytest.raises(SnapshotDamaged, match=name):
        HybridStore.from_files(files)


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", [lambda _: b"", lambda _: b"rubbish", lambda _: b"\xff\x00" * 500, cut])
def test_rubbish_in_any_file_is_damage(name: str, damage: Callable[[bytes], bytes]) -> None:
    files = store_of(FOUR).to_files()
    with pytest.raises(SnapshotDamaged):
        HybridStore.from_files({**files, name: damage(files[name])})


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_store_is_damage(name: str) -> None:
    # The other has one row and one word more.
    other = store_of([*FOUR, (40, ["erbil"])]).to_files()
    with pytest.raises(SnapshotDamaged):
        HybridStore.from_files({**store_of(FOUR).to_files(), name: other[name]})


@pytest.mark.parametrize("vocabulary", [None, 5, "iraq", {"iraq": 0}, [], ["iraq"], [["iraq"], "pm", "us", "embassy"]])
def test_json_that_is_no_vocabulary_is_damage(vocabulary: object) -> None:
    with pytest.raises(SnapshotDamaged):
        HybridStore.from_files({**store_of(FOUR).to_files(), "vocabulary.json": json.dumps(vocabulary).encode()})


@pytest.mark.parametrize("name", ["starts", "words", "counts"])
def test_arrays_without_one_of_theirs_are_damage(name: str) -> None:
    files = store_of(FOUR).to_files()
    arrays = safetensors.numpy.load(files["words.safetensors"])
    del arrays[name]
    with pytest.raises(SnapshotDamaged, match=name):
        HybridStore.from_files({**files, "words.safetensors": safetensors.numpy.save(arrays)})


def test_a_faiss_index_of_another_kind_is_damage() -> None:
    other = faiss.IndexFlatL2(2)
    other.add(np.eye(2, dtype=np.float32)[[0, 1, 0, 1]])
    with pytest.raises(SnapshotDamaged, match="IndexFlatL2"):
        HybridStore.from_files({**store_of(FOUR).to_files(), "vectors.faiss": bytes(faiss.serialize_index(other))})


def test_a_variant_scores_as_its_word_and_nothing_more_is_expected_of_a_row() -> None:
    store = HybridStore(2)
    axis = np.array([[1, 0], [1, 0]], np.float32)
    store.add(axis, [["kadhemi", "spoke"], ["kadhimi", "spoke"]])
    asked = np.array([0, 1], np.float32)
    plain = {hit.row: hit.score for hit in store.search(asked, ["kadhimi"], 2)}
    wide = {hit.row: hit.score for hit in store.search(asked, ["kadhimi"], 2, variants=["kadhemi"])}
    assert plain[0] == 0 < plain[1]
    # Both words stand in one row of two, so they weigh the same, and the rows are equally long.
    assert wide == {0: plain[1], 1: plain[1]}
