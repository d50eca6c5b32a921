from pathlib import Path

import numpy as np
import pytest

from qa.unfinished import UNFINISHED, Unfinished

DIGEST, OTHER = "ab" * 32, "cd" * 32
A, B = b"a" * 32, b"b" * 32
VECTORS = {A: np.array([[1, 0], [0, 1]], np.float32), B: np.array([[0.6, 0.8]], np.float32)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    kept = Unfinished(tmp_path, DIGEST)
    for key, vectors in VECTORS.items():
        kept.keep(key, vectors)
    return tmp_path


def found(folder: Path, digest: str = DIGEST) -> dict[bytes, list[list[float]]]:
    kept = Unfinished(folder, digest)
    return {key: vectors.tolist() for key in VECTORS if (vectors := kept.find(key)) is not None}


def test_what_was_kept_is_found(folder: Path) -> None:
    assert found(folder) == {key: vectors.tolist() for key, vectors in VECTORS.items()}


def test_nothing_is_found_where_nothing_was_kept(tmp_path: Path) -> None:
    assert found(tmp_path) == {}
    assert list(tmp_path.iterdir()) == []


def test_cut_short_anywhere_it_keeps_what_is_whole_and_goes_on(folder: Path) -> None:
    path = folder / UNFINISHED
    whole = path.read_bytes()
    first_ends = 32 + 32 + 8 + 16 + 4
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert list(found(folder)) == ([A] if length >= first_ends else [])
        Unfinished(folder, DIGEST).keep(B, VECTORS[B])
        assert list(found(folder)) == ([A, B] if length >= first_ends else [B])


def test_a_flipped_byte_costs_what_stands_from_there_on(folder: Path) -> None:
    path = folder / UNFINISHED
    whole = bytearray(path.read_bytes())
    for place in range(32, len(whole)):
        whole[place] ^= 1
        path.write_bytes(whole)
        assert B not in found(folder)
        whole[place] ^= 1


def test_vectors_of_another_embedder_are_not_taken_and_written_over(folder: Path) -> None:
    assert found(folder, OTHER) == {}
    Unfinished(folder, OTHER).keep(A, VECTORS[A])
    assert list(found(folder, OTHER)) == [A]
    assert found(folder) == {}
