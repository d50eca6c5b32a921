"""Rows that can be found by meaning (FAISS) and by words (BM25). Knows rows and scores, never text."""

from vector_store.dense import DenseIndex
from vector_store.fusion import reciprocal_rank, weighted_sum
from vector_store.lexical import LexicalIndex, LuceneBM25
from vector_store.lock import SnapshotBusy, writing
from vector_store.snapshot import SnapshotDamaged, SnapshotError, SnapshotNewer
from vector_store.store import FUSIONS, Hit, HybridStore

__all__ = [
    "FUSIONS",
    "DenseIndex",
    "Hit",
    "HybridStore",
    "LexicalIndex",
    "LuceneBM25",
    "SnapshotBusy",
    "SnapshotDamaged",
    "SnapshotError",
    "SnapshotNewer",
    "reciprocal_rank",
    "weighted_sum",
    "writing",
]
