"""Ranking by words: BM25, defined by rank_bm25 and scored through an inverted matrix of impacts."""

import math
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi

Rows = NDArray[np.int64]
Scores = NDArray[np.float64]

K1 = 1.5
B = 0.75


def lucene_idf(rows: int, rows_with_word: int) -> float:
    """Lucene's inverse document frequency: positive for every word, however common."""
    return math.log(1 + (rows - rows_with_word + 0.5) / (rows_with_word + 0.5))


class LuceneBM25(BM25Okapi):  # type: ignore[misc]  # rank_bm25 ships no types
    """The definition of our scores: Okapi BM25 (Robertson & Zaragoza 2009) with Lucene's idf.

    Plain ``BM25Okapi`` gives 0 to a word in half of the rows and floors those
    below that, which on a handful of documents is most words. It also walks
    every row for every word; :class:`LexicalIndex` is its fast equal.
    """

    def __init__(self, corpus: Sequence[Sequence[str]]) -> None:
        super().__init__(corpus, k1=K1, b=B)

    def _calc_idf(self, nd: dict[str, int]) -> None:
        self.idf = {word: lucene_idf(self.corpus_size, count) for word, count in nd.items()}


class LexicalIndex:
    """The words of every row, and for every word the rows that hold it with what it adds to their score."""

    def __init__(self) -> None:
        self._vocabulary: dict[str, int] = {}
        self._starts = np.zeros(1, np.int64)  # row r has the entries starts[r] to starts[r + 1]
        self._words = np.empty(0, np.int32)  # an entry's word, by its number in the vocabulary
        self._counts = np.empty(0, np.int32)  # how often it stands there
        self._invert()

    def __len__(self) -> int:
        return len(self._starts) - 1

    @property
    def vocabulary(self) -> Collection[str]:
        """Every word that a row holds, in the order in which they came."""
        return self._vocabulary.keys()

    def add(self, rows: Iterable[Sequence[str]]) -> None:
        """Append rows, each given as its words; a row's words may go when the next row comes."""
        numbers, counts, sizes = array("i"), array("i"), array("i")
        for row in rows:
            counted = Counter(row)
            numbers.extend(self._vocabulary.setdefault(word, len(self._vocabulary)) for word in counted)
            counts.extend(counted.values())
            sizes.append(len(counted))
        self._starts = np.concatenate([self._starts, self._starts[-1] + np.cumsum(sizes, dtype=np.int64)])
        self._words = np.concatenate([self._words, np.array(numbers, np.int32)])
        self._counts = np.concatenate([self._counts, np.array(counts, np.int32)])
        self._invert()

    def take(self, rows: Sequence[int]) -> None:
        """Keep exactly ``rows``, in the order given; words that none of them holds are forgotten."""
        kept = np.asarray(rows, dtype=np.int64)
        sizes = np.diff(self._starts)[kept]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        entries = np.repeat(self._starts[kept] - starts[:-1], sizes) + np.arange(starts[-1])
        used, renumbered = np.unique(self._words[entries], return_inverse=True)
        names = list(self._vocabulary)
        self._vocabulary = {names[old]: new for new, old in enumerate(used)}
        self._starts = starts
        self._words = renumbered.astype(np.int32)
        self._counts = self._counts[entries]
        self._invert()

    def rows(self) -> Iterator[list[str]]:
        """Of every row its words, each as often as it stands there."""
        names = np.array(list(self._vocabulary), dtype=object)
        repeated = np.repeat(names[self._words], self._counts)
        ends = np.concatenate([[0], np.cumsum(self._counts, dtype=np.int64)])[self._starts]
        for start, end in pairwise(ends.tolist()):
            yield repeated[start:end].tolist()

    def scores(self, words: Sequence[str]) -> Scores:
        """BM25 of every row, shape (rows,); bit for bit ``LuceneBM25(rows).get_scores(words)``."""
        scores = np.zeros(len(self))
        for word in words:
            number = self._vocabulary.get(word)
            if number is not None:
                postings = slice(self._postings[number], self._postings[number + 1])
                scores[self._rows[postings]] += self._impacts[postings]
        return scores

    def search(self, words: Sequence[str], k: int, *, among: Rows | None = None) -> tuple[Rows, Scores]:
        """The ``k`` best rows, of those ``among`` if given, that share a word, and their scores, best first, ties by
        row."""
        scores = self.scores(words)
        if among is not None:
            scores, every = np.zeros(len(self)), scores
            scores[among] = every[among]
        touched = np.flatnonzero(scores)
        best = touched[np.lexsort((touched, -scores[touched]))[:k]]
        return best, scores[best]

    def highest(self, words: Sequence[str]) -> float:
        """What no row can exceed, however often it holds ``words``; words that no row holds count too."""
        return sum(self.idf(word) * (K1 + 1) for word in words)

    def idf(self, word: str) -> float:
        """How telling a word is: Lucene's idf, highest for one that no row holds."""
        return lucene_idf(len(self), self._held(word))

    def _held(self, word: str) -> int:
        number = self._vocabulary.get(word)
        return 0 if number is None else int(self._postings[number + 1] - self._postings[number])

    def to_arrays(self) -> tuple[list[str], dict[str, NDArray[np.generic]]]:
        """Vocabulary and arrays, all that is needed to build it again."""
        return list(self._vocabulary), {"starts": self._starts, "words": self._words, "counts": self._counts}

    @classmethod
    def from_arrays(cls, vocabulary: Sequence[str], arrays: dict[str, NDArray[np.generic]]) -> "LexicalIndex":
        """The inverse of :meth:`to_arrays`; ValueError where the vocabulary and the arrays do not fit together."""
        if not (isinstance(vocabulary, list) and all(isinstance(word, str) for word in vocabulary)):
            raise ValueError("a vocabulary must be a list of words")
        index = cls()
        index._vocabulary = {word: number for number, word in enumerate(vocabulary)}
        index._starts = arrays["starts"].astype(np.int64)
        index._words = arrays["words"].astype(np.int32)
        index._counts = arrays["counts"].astype(np.int32)
        if not index._is_sound():
            raise ValueError(f"the arrays of words do not fit together or to the {len(vocabulary)} words")
        index._invert()
        return index

    def _is_sound(self) -> bool:
        starts, words, counts = self._starts, self._words, self._counts
        return (
            starts.ndim == words.ndim == counts.ndim == 1
            and starts.size > 0
            and len(words) == len(counts)
            and np.array_equal(starts[[0, -1]], [0, len(words)])
            and bool(np.all(np.diff(starts) >= 0) and np.all(counts > 0))
            and np.array_equal(np.unique(words), np.arange(len(self._vocabulary)))
        )

    def _invert(self) -> None:
        """Sort the entries by word and work out each one's impact, in the library's own order of operations."""
        sizes = np.diff(self._starts)
        rows = np.repeat(np.arange(len(self)), sizes)
        totals = np.concatenate([[0], np.cumsum(self._counts, dtype=np.int64)])
        lengths = totals[self._starts[1:]] - totals[self._starts[:-1]]
        average = lengths.sum() / len(self) if len(self) else 0.0

        order = np.argsort(self._words, kind="stable")
        held = np.bincount(self._words, minlength=len(self._vocabulary))
        self._postings = np.concatenate([[0], np.cumsum(held)])
        self._rows = rows[order]
        counts = self._counts[order]
        idf_of = {int(count): lucene_idf(len(self), int(count)) for count in np.unique(held)}
        idf = np.repeat(np.array([idf_of[int(count)] for count in held]), held)
        if len(order):
            lengths_there = lengths[self._rows]
            self._impacts = idf * (counts * (K1 + 1) / (counts + K1 * (1 - B + B * lengths_there / average)))
        else:
            self._impacts = np.empty(0)
