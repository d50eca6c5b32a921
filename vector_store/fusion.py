"""Two rankings made one, in two ways. A ranking: row -> score, best first; scores come out in [0, 1]."""

from collections.abc import Mapping, Sequence

# Cormack, Clarke & Büttcher 2009 found 60 best, and little to depend on it.
RRF_K = 60

# benchmarks/retrieval.py, whole collections, titles indexed: passage recall@1, for ir_cranfield document recall@10.
#   weight of the cosine   0.3    0.5    0.7    dense  BM25   RRF
#   xquad_en               0.924  0.909  0.871  0.776  0.905  0.892
#   nq_open_dev            0.888  0.912  0.923  0.916  0.815  0.884
#   ir_cranfield           0.447  0.462  0.453  0.422  0.399  0.448
# Either index alone is poor on one of the first two, by which the weight was chosen; 0.5 is near the best on both, and
# the best on the third, which took no part. docs/QUALITY.md has the intervals.
COSINE_WEIGHT = 0.5


def weighted_sum(
    cosines: Mapping[int, float], bm25: Mapping[int, float], *, highest_bm25: float, weight: float = COSINE_WEIGHT
) -> dict[int, float]:
    """``weight`` · cosine + (1 - weight) · BM25 / ``highest_bm25``; a row that one ranking lacks has 0 there.

    ``highest_bm25`` is the most that is expected of a row for this question, so
    that a score means the same for every question; more counts as that, and
    negative cosines as 0.
    """
    if not 0 <= weight <= 1:
        raise ValueError(f"weight must be in [0, 1], got {weight}")
    lexical = {row: min(score / highest_bm25, 1.0) for row, score in bm25.items()} if highest_bm25 > 0 else {}
    return {
        row: weight * max(cosines.get(row, 0.0), 0.0) + (1 - weight) * lexical.get(row, 0.0)
        for row in cosines.keys() | bm25
    }


def reciprocal_rank(rankings: Sequence[Sequence[int]], *, k: int = RRF_K) -> dict[int, float]:
    """Reciprocal rank fusion: the mean over the rankings of (k + 1) / (k + rank), rank from 1."""
    if k < 0:
        raise ValueError(f"k must not be negative, got {k}")
    fused: dict[int, float] = {}
    for ranking in rankings:
        for rank, row in enumerate(ranking, start=1):
            fused[row] = fused.get(row, 0.0) + (k + 1) / (k + rank)
    return {row: total / len(rankings) for row, total in fused.items()}
