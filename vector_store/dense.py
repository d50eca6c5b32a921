"""Nearest neighbours by meaning: FAISS, inner product over unit vectors, exact."""

from collections.abc import Sequence

import faiss
import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Rows = NDArray[np.int64]
Scores = NDArray[np.float64]

# float32 rounding of a unit vector's length stays well below this.
_UNIT_TOLERANCE = 1e-3


class DenseIndex:
    """Unit vectors, row by row; the inner product of two is their cosine."""

    def __init__(self, dimension: int) -> None:
        self._index = faiss.IndexFlatIP(dimension)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._index.d)

    def add(self, vectors: Vectors) -> None:
        """Append ``vectors``, shape (n, dimension), each of length 1; else ValueError."""
        self._index.add(self._checked(vectors))

    def take(self, rows: Sequence[int]) -> None:
        """Keep exactly ``rows``, in the order given."""
        vectors = self._index.reconstruct_n(0, len(self)) if len(self) else np.empty((0, self.dimension), np.float32)
        kept = vectors[np.asarray(rows, dtype=np.int64)]
        self._index.reset()
        self._index.add(kept)

    def vectors(self, rows: Sequence[int]) -> Vectors:
        """The vectors of ``rows``, shape (len(rows), dimension)."""
        if not len(rows):
            return np.empty((0, self.dimension), np.float32)
        found: Vectors = self._index.reconstruct_batch(np.asarray(rows, dtype=np.int64))
        return found

    def search(self, vector: Vectors, k: int, *, among: Rows | None = None) -> tuple[Rows, Scores]:
        """The ``k`` best rows, of those ``among`` if given, and their cosines in [-1, 1], best first, ties by row."""
        count = len(self) if among is None else len(among)
        k = min(k, count)
        if not k:
            return np.empty(0, np.int64), np.empty(0)
        only = None if among is None else faiss.SearchParameters(sel=faiss.IDSelectorBatch(among))  # type: ignore[call-arg]  # SWIG
        wanted = self._checked(vector[None, :])
        cosines, rows = (found[0] for found in self._index.search(wanted, min(k + 1, count), params=only))
        if cosines[k - 1] == cosines[-1] and len(rows) > k:
            # Of rows that are equal at the end FAISS keeps any; take them all, to keep the first.
            least = float(np.nextafter(cosines[-1], np.float32(-2)))
            _, cosines, rows = self._index.range_search(wanted, least, params=only)
        order = np.lexsort((rows, -cosines))[:k]
        return rows[order], np.clip(cosines[order].astype(np.float64), -1.0, 1.0)

    def to_bytes(self) -> bytes:
        """FAISS's own serialised form."""
        return bytes(faiss.serialize_index(self._index))

    @classmethod
    def from_bytes(cls, data: bytes) -> "DenseIndex":
        """The inverse of :meth:`to_bytes`; ValueError for anything else."""
        try:
            loaded = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
        except RuntimeError as error:
            raise ValueError("not a FAISS index") from error
        if not isinstance(loaded, faiss.IndexFlatIP):
            raise ValueError(f"a FAISS index of another kind: {type(loaded).__name__}")
        dense = cls(loaded.d)
        dense._index = loaded
        return dense

    def _checked(self, vectors: Vectors) -> Vectors:
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        if vectors.ndim != 2 or vectors.shape[1] != self.dimension:
            raise ValueError(f"vectors must have shape (n, {self.dimension}), got {vectors.shape}")
        lengths = np.linalg.norm(vectors, axis=1)
        if not np.all(np.abs(lengths - 1) < _UNIT_TOLERANCE):
            raise ValueError(f"vectors must have length 1, got lengths {lengths.min():.4f} to {lengths.max():.4f}")
        return vectors
