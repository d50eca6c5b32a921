"""Which ranking finds what answers? Prints, for every set, a Markdown table of the ways to make one of two rankings.

    python benchmarks/retrieval.py [SET ...] [--data ../shared/data]

All documents of a set are in one library. Every question with a gold answer, or with graded documents (BEIR), is asked
once; of its cosines and of its BM25 (Lucene's idf) the 100 best rows are kept, as in any search, and every way is
worked out from these. For every question it is checked that the default's rows are those of `Library.search`.

Measured are the 100 best passages of a ranking. A passage is relevant if it holds a gold answer whole, at its place,
or, where none does, a part of it. Documents are ranked by their best passage; relevant are those of the gold answers,
or those graded above 0. Higher grades are better: the qrels.tsv of ir_cranfield goes from 4, a complete answer, to 1,
minimum interest, which is 5 less Cleverdon's own grade. Recall@k is the share of the relevant among the first k.

In brackets, 95 % intervals by bootstrap over the questions. The last column is the difference to the default (in bold)
in the first measure, with the p-value of a paired randomisation test, not corrected for being one of several.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa.evaluation.gold import Judged, judged
from qa.evaluation.intervals import Interval, compare, mean_interval
from qa.evaluation.measures import ndcg_at, recall_at
from qa.evaluation.measures import reciprocal_rank as rank_of_first
from qa.evaluation.questions import read_questions
from qa.library import Library
from qa.records import Passage
from qa.text import asked_words, words
from vector_store import LexicalIndex, reciprocal_rank, weighted_sum
from vector_store.fusion import COSINE_WEIGHT, RRF_K
from vector_store.store import DEPTH

SETS = ("xquad_en", "nq_open_dev", "ir_cranfield")

Scores = Mapping[int, float]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """What the two indexes have for a question, row -> score, best first, and the most BM25 that is expected there."""

    cosines: Scores
    bm25: Scores
    highest_bm25: float


def by_highest_possible(weight: float) -> Callable[[Found], Scores]:
    return lambda found: weighted_sum(found.cosines, found.bm25, highest_bm25=found.highest_bm25, weight=weight)


def by_highest_of_ranking(found: Found) -> Scores:
    highest = max(found.bm25.values(), default=0.0)
    return weighted_sum(found.cosines, found.bm25, highest_bm25=highest, weight=0.5)


def weighted(weight: float, highest: str) -> str:
    return f"{weight:.1f} · cosine + {1 - weight:.1f} · BM25 / {highest}"


DEFAULT = weighted(COSINE_WEIGHT, "highest possible")
METHODS: dict[str, Callable[[Found], Scores]] = {
    "dense alone": lambda found: found.cosines,
    "BM25 with Lucene’s idf alone": lambda found: found.bm25,
    f"reciprocal rank fusion, k = {RRF_K}": lambda found: reciprocal_rank([list(found.cosines), list(found.bm25)]),
    weighted(0.5, "highest of the ranking"): by_highest_of_ranking,
    **{weighted(weight, "highest possible"): by_highest_possible(weight) for weight in (0.3, COSINE_WEIGHT, 0.7)},
}


def best(scores: Scores) -> list[int]:
    """The rows that a search would return: the 100 best, ties by row."""
    return sorted(scores, key=lambda row: (-scores[row], row))[:DEPTH]


def find(library: Library, lexical: LexicalIndex, question: str) -> Found:
    """Both rankings from one search.

    Asked for every row, it has each one's cosine and BM25. Asked for k, it reads both rankings to max(k, 100) and
    returns the k best of what was read, so that rows which one index alone ranks high may be cut.
    """
    hits = [hit for _, hit in library.search(question, len(library.passages))]
    cosines = {hit.row: hit.cosine for hit in hits if hit.cosine is not None}
    bm25 = {hit.row: hit.bm25 for hit in hits if hit.bm25 is not None}
    highest = lexical.highest(asked_words(question, lexical.vocabulary))
    return Found({row: cosines[row] for row in best(cosines)}, {row: bm25[row] for row in best(bm25)}, highest)


def rankings(library: Library, questions: Sequence[Judged]) -> Iterator[dict[str, list[int]]]:
    """For every question, the rows of every method; exits where the default's are not the library's own."""
    lexical = LexicalIndex()  # equal to the library's own, which is private
    lexical.add([words(passage.titled) for passage in library.passages])
    for question in (each.question for each in questions):
        found = find(library, lexical, question.question)
        rows = {name: best(method(found)) for name, method in METHODS.items()}
        if rows[DEFAULT] != [hit.row for _, hit in library.search(question.question, DEPTH)]:
            sys.exit(f"question {question.id}: the default ranking worked out here is not the library's")
        yield rows


def measured(rows: Sequence[int], question: Judged, passages: Sequence[Passage]) -> dict[str, float]:
    """Every measure of one ranking; methods are compared by the first. Those of passages take a gold answer."""
    found = [passages[row] for row in rows]
    documents = list(dict.fromkeys(passage.document.id for passage in found))
    of_documents = {
        "document MRR": rank_of_first(documents, question.documents),
        "document nDCG@10": ndcg_at(10, documents, question.documents),
    }
    if not question.question.gold:
        return {"document recall@10": recall_at(10, documents, question.documents), **of_documents}
    places = [(passage.document.id, passage.start) for passage in found]
    return {
        "passage recall@1": recall_at(1, places, question.passages),
        "passage recall@5": recall_at(5, places, question.passages),
        "passage MRR": rank_of_first(places, question.passages),
        **of_documents,
    }


def measure(library: Library, questions: Sequence[Judged]) -> dict[str, dict[str, Floats]]:
    """Method -> measure -> values, question by question."""
    passages = library.passages
    values: dict[str, list[dict[str, float]]] = {name: [] for name in METHODS}
    for question, ranked in zip(questions, rankings(library, questions), strict=True):
        for name, rows in ranked.items():
            values[name].append(measured(rows, question, passages))
    return {name: {key: np.array([row[key] for row in rows]) for key in rows[0]} for name, rows in values.items()}


def shown(interval: Interval, sign: str = "") -> str:
    mean, low, high = (f"{value:{sign}.3f}".replace("-", "−") for value in (interval.mean, interval.low, interval.high))
    return f"{mean} [{low}, {high}]"


def difference(new: Floats, default: Floats) -> str:
    found = compare(new, default)
    p_value = "p < 0.001" if found.p_value < 0.001 else f"p = {found.p_value:.3f}"
    return f"{shown(found.difference, '+')}, {p_value}"


def table(values: Mapping[str, Mapping[str, Floats]]) -> Iterator[str]:
    """The lines of the Markdown table."""
    default = values[DEFAULT]
    first = next(iter(default))
    yield f"| | {' | '.join(default)} | {first} less the default’s |"
    yield "|---" * (len(default) + 2) + "|"
    for name, measures in values.items():
        cells = [shown(mean_interval(each)) for each in measures.values()]
        if name == DEFAULT:
            yield f"| **{name}** | {' | '.join(cells)} | – |"
        else:
            yield f"| {name} | {' | '.join(cells)} | {difference(measures[first], default[first])} |"


def report(folder: Path) -> None:
    """Print the table of one set; all its questions have gold answers, or all have graded documents."""
    found = read_questions(folder)
    library = Library()
    library.add(found.documents)
    passages = library.passages
    asked = judged([question for question in found.questions if question.gold or question.relevant], passages)
    print(f"{folder.name}: {len(found.documents)} documents, {len(passages)} passages, {len(asked)} questions\n")
    print(*table(measure(library, asked)), "", sep="\n", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET", default=SETS)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    folders = [options.data / name for name in options.sets]
    for folder in folders:
        if not folder.is_dir():
            sys.exit(f"{folder} is not there; name the folder of the question sets with --data")
    for folder in folders:
        report(folder)


if __name__ == "__main__":
    main()
