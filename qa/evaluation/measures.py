"""What is measured, each with its definition and source. Numbers in, a number out; none knows of documents."""

import re
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from math import log2
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from qa.text import normalised

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
T = TypeVar("T", bound=Hashable)

_WORD = re.compile(r"\w+")


def exact_match(answer: str, gold: Sequence[str]) -> float:
    """1 if ``answer`` is one of ``gold`` once both are normalised, else 0; without gold, 1 for an empty answer.

    A gold answer of which normalising leaves nothing is none, as in the
    published rules of SQuAD 2.0 (Rajpurkar et al. 2018).
    """
    return float(normalised(answer) in _said(gold))


def token_f1(answer: str, gold: Sequence[str]) -> float:
    """The best F1 of shared words over ``gold``, in [0, 1], normalised (SQuAD 2.0); as above without gold."""
    return max(_f1(normalised(answer).split(), text.split()) for text in _said(gold))


def says(text: str, gold: Sequence[str]) -> bool:
    """Whether the words of one of ``gold`` stand in ``text`` (Chen et al. 2017).

    Both normalised; typographic quotation marks, which that leaves, are no
    part of a word.
    """
    words = _bare(text)
    return any(said in words for gold_text in gold if (said := _bare(gold_text)).strip())


def _bare(text: str) -> str:
    return f" {' '.join(_WORD.findall(normalised(text)))} "


def _said(gold: Sequence[str]) -> list[str]:
    return [said for text in gold if (said := normalised(text))] or [""]


def _f1(answer: Sequence[str], gold: Sequence[str]) -> float:
    if not answer or not gold:
        return float(list(answer) == list(gold))
    shared = sum((Counter(answer) & Counter(gold)).values())
    return 2 * shared / (len(answer) + len(gold))


def recall_at(k: int, ranking: Sequence[T], relevant: Mapping[T, int]) -> float:
    """The share of the relevant (grade above 0) that the first ``k`` hold."""
    wanted = {name for name, grade in relevant.items() if grade > 0}
    return len(wanted.intersection(ranking[:k])) / len(wanted) if wanted else 0.0


def reciprocal_rank(ranking: Sequence[T], relevant: Mapping[T, int]) -> float:
    """1 / the rank of the first relevant one, 0 where there is none (Voorhees 1999)."""
    return next((1 / rank for rank, name in enumerate(ranking, start=1) if relevant.get(name, 0) > 0), 0.0)


def ndcg_at(k: int, ranking: Sequence[T], relevant: Mapping[T, int]) -> float:
    """Normalised discounted cumulative gain: grade / log2(rank + 1) (Järvelin & Kekäläinen 2002, as trec_eval)."""
    ideal = sorted((grade for grade in relevant.values() if grade > 0), reverse=True)[:k]
    best = _gain(ideal)
    return _gain([max(relevant.get(name, 0), 0) for name in ranking[:k]]) / best if best else 0.0


def _gain(grades: Sequence[int]) -> float:
    return sum(grade / log2(rank + 1) for rank, grade in enumerate(grades, start=1))


def risk_coverage(confidence: Floats, right: Flags) -> tuple[Floats, Floats]:
    """Coverage and risk when only the k most confident are answered, k = 1 … n; both of shape (n,).

    Risk is the share of the answered that is wrong (El-Yaniv & Wiener 2010).
    Among equal confidences nothing decides, so each gets the mean of its group.
    """
    order = np.argsort(-confidence, kind="stable")
    _, group, size = np.unique(-confidence[order], return_inverse=True, return_counts=True)
    wrong = np.bincount(group, weights=~right[order]) / size
    answered = np.arange(1, len(right) + 1)
    return answered / len(right), np.cumsum(wrong[group]) / answered


def area_under_risk(confidence: Floats, right: Flags) -> float:
    """The mean risk over all coverages, in [0, 1]; lower is better (Geifman & El-Yaniv 2017)."""
    return float(risk_coverage(confidence, right)[1].mean()) if len(right) else 0.0


def coverage_at(precision: float, confidence: Floats, right: Flags) -> float:
    """The largest share of questions that can be answered by one threshold with at least ``precision`` right."""
    order = np.argsort(-confidence, kind="stable")
    answered = np.arange(1, len(right) + 1)
    precise = np.cumsum(right[order]) >= precision * answered - 1e-9
    last = np.append(np.diff(confidence[order]) != 0, True)  # no threshold parts equal confidences
    return float(answered[precise & last].max(initial=0) / len(right)) if len(right) else 0.0


def auroc(confidence: Floats, positive: Flags) -> float:
    """How often a positive one has the higher confidence, ties half (Hanley & McNeil 1982); nan without both kinds."""
    if positive.all() or not positive.any():
        return float("nan")
    values, ranks = np.unique(confidence, return_inverse=True)
    counts = np.bincount(ranks, minlength=len(values))
    middle = np.cumsum(counts) - (counts - 1) / 2  # the mean rank of equal values, from 1
    positives = int(positive.sum())
    above = middle[ranks][positive].sum() - positives * (positives + 1) / 2
    return float(above / (positives * (len(positive) - positives)))


def calibration_error(confidence: Floats, right: Flags, *, bins: int = 10) -> float:
    """Expected calibration error: the mean gap of confidence and share right, bins of equal width (Guo et al. 2017)."""
    inside = np.minimum((confidence * bins).astype(int), bins - 1)
    sizes = np.bincount(inside, minlength=bins)
    gaps = np.abs(np.bincount(inside, confidence, bins) - np.bincount(inside, right, bins))
    return float(gaps.sum() / sizes.sum()) if len(right) else 0.0
