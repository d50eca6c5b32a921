"""The trained reader: a network marks answers, and what it says is weighed with what retrieval and the words say."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from qa.question import asks_for_a_fact, asks_for_sentences
from qa.read.calibration import calibration, coefficients
from qa.read.candidates import Candidate, candidates
from qa.read.evidence import NAMES, SPAN, SUREST, Sentence, evidence, spans
from qa.read.exact import span_of
from qa.read.marking import Marking
from qa.read.network import SpanNetwork
from qa.read.table import header_above
from qa.records import Passage, Span
from vector_store import Hit

Numbers = NDArray[np.float64]

# The part that a row of a file of tables is: "row 5", "Sheet1, row 5".
_TABLE_ROW = re.compile(r"\brow \d+\Z")
# So many passages are read whatever they hold; of the others, those that can still change the answer. Not tuned.
_READ_FIRST = 4
# Ranges only: some 1 kB a passage.
_PASSAGES_KEPT = 4096

FOREMOST = 3
"""So many sentences are read once more by themselves, and divide anew what share they have together."""
OWN = ("sum", "span", "alone", "alone_of_a_fact")
"""The names of :func:`own_features`, by which they divide it, in order."""
CHANCE = ("offset", "share", "by_sums", "nearest", "coverage", "alone", "surest_alone", "fact", "alone_of_a_fact")
"""The names of :func:`chance_features`, in order."""


class TrainedReader:
    """Marks the very words that answer, by the network in ``qa/read/model``.

    The numbers of :mod:`qa.read.evidence`, weighed, give every sentence its
    share in the answer: a conditional logit (McFadden 1974) over all sentences
    that were found. The quotes of the three best are read once more by
    themselves: what answers only among its neighbours may be about something
    else. What these three have together is divided among them anew, by a second
    such logit. The score of the best is the probability that it answers, a
    logistic function of its share, of what the three tell alone and of some of
    the numbers; the others' scores are to it as their shares. The coefficients
    are in ``calibration.json``, fitted by benchmarks/calibrate.py. Where a
    phrase would be too short an answer (why, how, what somebody said, a list)
    nothing is marked in the sentence.
    """

    name = "trained"

    def __init__(self, network: SpanNetwork | None = None) -> None:
        self._network = SpanNetwork() if network is None else network
        self._candidates = lru_cache(_PASSAGES_KEPT)(candidates)
        self.calibration = calibration(self.name)
        fitted = coefficients(self.name)
        self._weights = np.array([fitted["share"][name] for name in NAMES])
        self._own = np.array([fitted["foremost"][name] for name in OWN])
        self._chance = np.array([fitted["chance"][name] for name in CHANCE])

    @property
    def digest(self) -> str:
        return self._network.digest

    def read(self, question: str, hits: Sequence[tuple[Passage, Hit]], *, top: int = 3) -> list[list[Span]]:
        marking, numbers = self.evidence(question, hits, top=top)
        read = marking.found
        if not any(read):
            return [[] for _ in hits]
        sums = numbers @ self._weights
        first = foremost(sums)
        alone = dict(zip(first, marking.alone(first), strict=True))
        shares = log_shares(sums, own_features(question, numbers, sums, alone) @ self._own, first)
        scores = scores_of(chance_features(question, numbers, sums, shares, alone), shares, self._chance)
        # What answers second best is mostly no answer: there, only what the network rather believes is marked.
        whole = asks_for_sentences(question) | (numbers[:, SPAN] < 0) & (scores < scores.max())
        each = map(span_of, chain.from_iterable(read), scores.tolist(), whole.tolist())
        weighed = ((numbers - numbers.mean(axis=0)) * self._weights).tolist()
        told = iter([replace(span, why=_why(parts)) for span, parts in zip(each, weighed, strict=True)])
        return [[next(told) for _ in some] for some in read]

    def evidence(
        self, question: str, hits: Sequence[tuple[Passage, Hit]], *, top: int | None = None
    ) -> tuple[Marking, Numbers]:
        """Of every passage the sentences that can answer, each with what the network marks in it; and their evidence.

        With ``top``, a passage none of whose sentences could come among the
        ``top`` best that say different things, whatever the network said, is
        not read.
        """
        found = [
            [Sentence(passage, hit, one.range, None, one.below, one.row) for one in self._seen(passage)]
            for passage, hit in hits
        ]
        first = _READ_FIRST if top else len(found)
        marking = Marking(self._network, question, [passage for passage, _ in hits], found)
        if not any(found):
            return marking, np.empty((0, len(NAMES)))
        marking.mark(range(min(first, len(found))))
        numbers = evidence(question, found, marking.respelt)
        if top and (rest := self._undecided(numbers, found, range(first, len(found)), max(top, FOREMOST))):
            marking.mark(rest)
            numbers[:, SPAN] = spans(found)
        return marking, numbers

    def _seen(self, passage: Passage) -> tuple[Candidate, ...]:
        document = passage.document
        in_table = bool(_TABLE_ROW.search(document.part(passage.start)))
        above = header_above(document.text, passage.start)
        return self._candidates(passage.text, above.of(document.text) if above else "", rows=in_table)

    def _undecided(
        self, numbers: Numbers, found: Sequence[Sequence[Sentence]], rows: Iterable[int], top: int
    ) -> list[int]:
        """Which of the passages in ``rows``, not read yet, could have a sentence among the ``top`` best."""
        sums = numbers @ self._weights
        borders = np.cumsum([0, *(len(some) for some in found)])
        best: dict[str, float] = {}
        for one, its_sum in zip(chain.from_iterable(found), sums.tolist(), strict=True):
            said = one.range.of(one.passage.text)
            best[said] = max(its_sum, best.get(said, its_sum))
        last = sorted(best.values())[-top:][0]
        at_best = sums + (SUREST - numbers[:, SPAN]) * self._weights[SPAN]
        return [row for row in rows if found[row] and at_best[borders[row] : borders[row + 1]].max() >= last]

    def forget(self) -> None:
        """Drop what is remembered of passages read before."""
        self._candidates.cache_clear()


def foremost(sums: Numbers) -> list[int]:
    """The sentences, by row, with the highest ``sums``, shape (sentences,): FOREMOST or fewer, the best first."""
    best: list[int] = np.argsort(-sums, kind="stable")[:FOREMOST].tolist()
    return best


def own_features(question: str, numbers: Numbers, sums: Numbers, alone: Mapping[int, float]) -> Numbers:
    """What tells which of the :func:`foremost` answers, in the order of ``alone``; shape (foremost, 4).

    The sum of its weighed evidence, the log-odds of the answer marked in it
    among its neighbours, of the one in its quote ``alone``, by row, and the
    latter again where the question asks for a fact, else 0.
    """
    rows = list(alone)
    told = np.array(list(alone.values()))
    return np.column_stack([sums[rows], numbers[rows, SPAN], told, told * asks_for_a_fact(question)])


def log_shares(sums: Numbers, anew: Numbers, first: Sequence[int]) -> Numbers:
    """Of every sentence the logarithm of its share in the answer, shape (sentences,).

    The shares of the ``first``, by row, are divided by ``anew``, what each of
    them comes to in place of its sum; what they have together stays.
    """
    shares: Numbers = sums - np.logaddexp.reduce(sums)
    rows = list(first)
    shares[rows] = np.logaddexp.reduce(shares[rows]) + anew - np.logaddexp.reduce(anew)
    return shares


def chance_features(
    question: str, numbers: Numbers, sums: Numbers, shares: Numbers, alone: Mapping[int, float]
) -> Numbers:
    """What tells how likely the best sentence, that of ``alone`` with the highest log share, answers; shape (9,).

    1; its share, and what that was by the ``sums``, before it was divided anew;
    the score of the nearest passage; its coverage; the probability of the
    answer in its quote ``alone``, and the log-odds of the surest such answer
    of the :func:`foremost`; and where the question asks for a fact, 1 and that
    probability again, else 0 and 0.
    """
    best = max(alone, key=lambda row: float(shares[row]))  # none of the others can have more, but for rounding
    nearest, coverage = numbers[:, NAMES.index("passage")].max(), numbers[best, NAMES.index("coverage")]
    before = sums[best] - np.logaddexp.reduce(sums)
    told, surest = 1 / (1 + np.exp(-alone[best])), max(alone.values())
    fact = float(asks_for_a_fact(question))
    return np.array([1.0, np.exp(shares[best]), np.exp(before), nearest, coverage, told, surest, fact, fact * told])


def scores_of(features: Numbers, shares: Numbers, chance: Numbers) -> Numbers:
    """Of every sentence its score, shape (sentences,): of the best the probability that it answers, of the others as
    much less as their share in the answer is less."""
    likely = 1 / (1 + np.exp(-features @ chance))
    scores: Numbers = likely * np.exp(shares - shares.max())
    return scores


def _why(weighed: Sequence[float]) -> tuple[tuple[str, float], ...]:
    """The weighed evidence of a sentence by the names that people are told."""
    parts = dict(zip(NAMES, weighed, strict=True))
    kinds = {
        "meaning": parts["cosine"],
        "words": parts["coverage"],
        "passage": parts["passage"] + parts["rank"],
        "place": parts["lead"],
        "reader": parts["span"],
    }
    return tuple((name, round(value, 3) + 0.0) for name, value in kinds.items())  # + 0.0: no -0.0
