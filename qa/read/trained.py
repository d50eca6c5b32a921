"""The trained reader: a network marks answers, and what it says is weighed with what retrieval and the words say."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from qa.question import asks_for_sentences
from qa.read.calibration import calibration, coefficients
from qa.read.evidence import NAMES, Sentence, evidence
from qa.read.network import SpanNetwork
from qa.read.spans import best_spans
from qa.records import Passage, Range, Span
from qa.text import sentences

Numbers = NDArray[np.float64]

_STOPS = ".,;:!?\"“”„«»‘’' \t\n"
_OPENING, _CLOSING = "([{", ")]}"

# Ranges only: some 1 kB a passage.
_PASSAGES_KEPT = 4096


CHANCE = ("passage", "coverage", "span")
"""The numbers that tell, besides a sentence's share, how likely it answers."""


class TrainedReader:
    """Marks the very words that answer, by the network in ``qa/read/model``.

    The numbers of :mod:`qa.read.evidence`, weighed, give every sentence its
    share in the answer: a conditional logit (McFadden 1974) over all sentences
    that were read. Its score is the probability that it answers, a logistic
    function of that share and of some of the numbers. The coefficients are in
    ``calibration.json``, fitted by benchmarks/calibrate.py. Where a phrase would be too short an
    answer (why, how, what somebody said) nothing is marked in the sentence.
    """

    name = "trained"

    def __init__(self, network: SpanNetwork | None = None) -> None:
        self._network = SpanNetwork() if network is None else network
        self._sentences = lru_cache(_PASSAGES_KEPT)(_sentences)
        self.calibration = calibration(self.name)
        fitted = coefficients(self.name)
        self._weights = np.array([fitted["share"][name] for name in NAMES])
        self._chance = np.array([fitted["chance"][name] for name in ("offset", "share", *CHANCE)])

    @property
    def digest(self) -> str:
        return self._network.digest

    def read(self, question: str, passages: Sequence[Passage], scores: Sequence[float]) -> list[list[Span]]:
        read = self.sentences(question, passages, scores)
        if not any(read):
            return [[] for _ in passages]
        chances = iter(chance_features(evidence(question, read), self._weights) @ self._chance)
        whole = asks_for_sentences(question)
        return [[span_of(one, float(1 / (1 + np.exp(-next(chances)))), whole=whole) for one in some] for some in read]

    def sentences(self, question: str, passages: Sequence[Passage], scores: Sequence[float]) -> list[list[Sentence]]:
        """Of every passage its sentences, each with what the network marks in it."""
        return [
            [
                Sentence(passage, score, sentence, found)
                for sentence, found in zip(
                    self._sentences(passage),
                    best_spans(
                        self._network.read(question, passage.document.context, passage.text), self._sentences(passage)
                    ),
                    strict=True,
                )
            ]
            for passage, score in zip(passages, scores, strict=True)
        ]

    def forget(self) -> None:
        """Drop what is remembered of passages read before."""
        self._sentences.cache_clear()


def chance_features(numbers: Numbers, weights: Numbers) -> Numbers:
    """Of every sentence 1, its share in the answer, and the numbers of CHANCE, shape (sentences, 5)."""
    sums = numbers @ weights
    shares = np.exp(sums - sums.max())
    kept = numbers[:, [NAMES.index(name) for name in CHANCE]]
    return np.column_stack([np.ones(len(sums)), shares / shares.sum(), kept])


def _sentences(passage: Passage) -> tuple[Range, ...]:
    return tuple(sentences(passage.text))


def span_of(one: Sentence, score: float, *, whole: bool) -> Span:
    """The sentence, and the next where the answer runs over into it."""
    start, end = one.range
    if not one.found:
        return Span(start, end, score)
    exact = one.found.range
    if exact.end > end:
        end = max(piece.end for piece in sentences(one.passage.text) if piece.start < exact.end)
    return Span(start, max(end, exact.end), score, exact=None if whole else _bare(one.passage.text, exact))


def _bare(text: str, exact: Range) -> Range:
    """Without stops and quotation marks at its ends, nor a bracket whose partner is outside."""
    start, end = exact
    while end - start > 1:
        first, last, inside = text[start], text[end - 1], text[start:end]
        if last in _STOPS or (last in _CLOSING and _OPENING[_CLOSING.index(last)] not in inside):
            end -= 1
        elif first in _STOPS or (first in _OPENING and _CLOSING[_OPENING.index(first)] not in inside):
            start += 1
        else:
            break
    return Range(start, end)
