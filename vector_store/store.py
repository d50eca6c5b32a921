"""The hybrid store: a dense and a lexical index that agree row for row."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import safetensors
import safetensors.numpy

from vector_store.dense import DenseIndex, Rows, Scores, Vectors
from vector_store.fusion import reciprocal_rank, weighted_sum
from vector_store.lexical import LexicalIndex
from vector_store.snapshot import SnapshotDamaged

Fusion = Literal["weighted", "rrf"]
FUSIONS: tuple[Fusion, ...] = get_args(Fusion)

# How far down either ranking is read: ten times as far as passages are wanted. Not tuned.
DEPTH = 100


@dataclass(frozen=True)
class Hit:
    """A row, its fused score in [0, 1], and what it had from either index: None where that did not return it."""

    row: int
    score: float
    cosine: float | None
    bm25: float | None


class HybridStore:
    """Row r of the dense index and row r of the lexical one are the same passage."""

    def __init__(self, dimension: int) -> None:
        self._dense = DenseIndex(dimension)
        self._lexical = LexicalIndex()

    def __len__(self) -> int:
        return len(self._dense)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dense.dimension

    def add(self, vectors: Vectors, words: Iterable[Sequence[str]]) -> None:
        """Append rows: unit vectors, shape (n, dimension), and the words of each, taken one after the other.

        ValueError, and nothing appended, unless as many.
        """
        before = len(self)
        self._dense.add(vectors)
        self._lexical.add(words)
        if (rows := len(self._lexical)) != len(self._dense):
            self.take(range(before))
            raise ValueError(f"{len(vectors)} vectors for {rows - before} rows of words")

    def take(self, rows: Sequence[int]) -> None:
        """Keep exactly ``rows``, in the order given; every other row is gone from both indexes."""
        if any(not 0 <= row < len(self) for row in rows):
            raise ValueError(f"rows must be from 0 to {len(self) - 1}, got {min(rows)} to {max(rows)}")
        if len(rows) == len(self) and all(row == number for number, row in enumerate(rows)):
            return
        self._dense.take(rows)
        self._lexical.take(rows)

    def remove(self, rows: Sequence[int]) -> None:
        """Delete ``rows``; the later rows move up."""
        gone = set(rows)
        self.take([row for row in range(len(self)) if row not in gone])

    @property
    def vocabulary(self) -> Collection[str]:
        """Every word that a row holds."""
        return self._lexical.vocabulary

    def vectors(self, rows: Sequence[int]) -> Vectors:
        """The vectors of ``rows``, shape (len(rows), dimension)."""
        return self._dense.vectors(rows)

    def words(self) -> Iterator[list[str]]:
        """Of every row its words, each as often as it stands there."""
        return self._lexical.rows()

    def search(
        self,
        vector: Vectors,
        words: Sequence[str],
        k: int,
        *,
        variants: Sequence[str] = (),
        fusion: Fusion = "weighted",
        among: Rows | None = None,
    ) -> list[Hit]:
        """The ``k`` best rows, of those ``among`` if given, best first, ties by row.

        ``variants`` are words that stand for one of ``words``: they score like them, but no more is expected of a row.
        """
        cosines = _ranking(*self._dense.search(vector, max(k, DEPTH), among=among))
        bm25 = _ranking(*self._lexical.search([*words, *variants], max(k, DEPTH), among=among))
        if fusion == "weighted":
            fused = weighted_sum(cosines, bm25, highest_bm25=self._lexical.highest(words))
        elif fusion == "rrf":
            fused = reciprocal_rank([list(cosines), list(bm25)])
        else:
            raise ValueError(f"fusion must be one of {', '.join(FUSIONS)}, got {fusion!r}")
        best = sorted(fused, key=lambda row: (-fused[row], row))[:k]
        return [Hit(row, fused[row], cosines.get(row), bm25.get(row)) for row in best]

    def to_files(self) -> dict[str, bytes]:
        """Everything, as files for :func:`vector_store.snapshot.save`."""
        vocabulary, arrays = self._lexical.to_arrays()
        return {
            "vectors.faiss": self._dense.to_bytes(),
            "words.safetensors": safetensors.numpy.save(arrays),
            "vocabulary.json": json.dumps(vocabulary, ensure_ascii=False).encode(),
        }

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> "HybridStore":
        """The inverse of :meth:`to_files`; SnapshotDamaged where the files do not belong together."""
        try:
            dense = DenseIndex.from_bytes(files["vectors.faiss"])
            lexical = LexicalIndex.from_arrays(
                json.loads(files["vocabulary.json"]), safetensors.numpy.load(files["words.safetensors"])
            )
        except (KeyError, ValueError, safetensors.SafetensorError) as error:
            raise SnapshotDamaged(f"the index's files cannot be read: {error}") from error
        if len(dense) != len(lexical):
            raise SnapshotDamaged(f"{len(dense)} vectors stand beside {len(lexical)} rows of words")
        store = cls(dense.dimension)
        store._dense, store._lexical = dense, lexical
        return store


def _ranking(rows: Rows, scores: Scores) -> dict[int, float]:
    return dict(zip(rows.tolist(), scores.tolist(), strict=True))
