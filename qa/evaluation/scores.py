"""The measures of a run: what each is, and its mean over the questions that it applies to, with an interval."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from qa.evaluation.intervals import Interval, mean_interval, statistic_interval
from qa.evaluation.measures import Flags, Floats, area_under_risk, auroc, calibration_error, coverage_at
from qa.evaluation.outcomes import Outcome


@dataclass(frozen=True)
class Measure:
    """``name`` as in a run's file, ``title`` and ``meaning`` for people; ``higher`` says whether more is better."""

    name: str
    group: str
    title: str
    meaning: str
    higher: bool = True


def _found(what: str, of: str) -> list[Measure]:
    return [
        *(
            Measure(f"{what}_recall@{k}", "Retrieval", f"{what} recall@{k}", f"share of the {of} among the first {k}")
            for k in (1, 5, 10)
        ),
        Measure(f"{what}_mrr", "Retrieval", f"{what} MRR", f"1 / rank of the first of the {of} (Voorhees 1999)"),
        Measure(
            f"{what}_ndcg@10",
            "Retrieval",
            f"{what} nDCG@10",
            f"discounted gain of the {of} among the first 10, of the best possible (Järvelin & Kekäläinen 2002)",
        ),
    ]


MEASURES: tuple[Measure, ...] = (
    *_found("document", "relevant documents"),
    *_found("passage", "passages that hold a gold answer at its place"),
    Measure("quote_hit@1", "Quotes", "quote hit@1", "the first quote’s sentence holds a gold answer at its place"),
    Measure("quote_hit@3", "Quotes", "quote hit@3", "the sentence of one of the first three quotes does"),
    Measure("said@1", "Quotes", "said@1", "the first quote has the words of a gold answer (Chen et al. 2017)"),
    Measure("said@3", "Quotes", "said@3", "one of the first three quotes has them, whatever document it is of"),
    Measure(
        "exact_match",
        "Quotes",
        "exact match",
        "the first quote is a gold answer, by SQuAD’s rules; a refusal is right where there is none",
    ),
    Measure("token_f1", "Quotes", "token F1", "words shared by first quote and gold answer, by SQuAD’s rules"),
    Measure(
        "answer_match", "Quotes", "answer EM", "what is marked in the first quote is a gold answer, by the same rules"
    ),
    Measure("answer_f1", "Quotes", "answer F1", "words shared by what is marked and the gold answer"),
    Measure(
        "citation_precision", "Quotes", "citation precision", "share of the citations shown that hold a gold answer"
    ),
    Measure(
        "citation_recall",
        "Quotes",
        "citation recall",
        "share of the gold answers that a citation shown holds; none where it was refused",
    ),
    Measure("verbatim", "Quotes", "verbatim", "quotes that are their source’s own text, read anew"),
    Measure(
        "answered",
        "Refusal",
        "answered rightly",
        "share of the answerable not refused, and a quote shown holds the gold",
    ),
    Measure("wrong_refusal", "Refusal", "wrong refusals", "share of the answerable questions refused", higher=False),
    Measure(
        "false_answer", "Refusal", "false answers", "share of the unanswerable questions not refused", higher=False
    ),
    Measure(
        "risk_area",
        "Refusal",
        "area under risk–coverage",
        "mean share of wrong first quotes over all coverages (Geifman & El-Yaniv 2017)",
        higher=False,
    ),
    *(
        Measure(
            f"coverage@{precision}",
            "Refusal",
            f"coverage at {precision} % precision",
            f"largest share of questions answered by one threshold with {precision} % right",
        )
        for precision in (80, 90, 95)
    ),
    Measure(
        "auroc_answerable",
        "Refusal",
        "AUROC, answerable or not",
        "how often an answerable question has the higher confidence (Hanley & McNeil 1982)",
    ),
    Measure("auroc_right", "Refusal", "AUROC, right or not", "how often a right first quote has the higher confidence"),
    Measure(
        "calibration_error",
        "Refusal",
        "calibration error",
        "gap of confidence and share right, ten bins of equal width (Guo et al. 2017)",
        higher=False,
    ),
)
BY_NAME: Mapping[str, Measure] = {measure.name: measure for measure in MEASURES}

HEADLINE = ("quote_hit@1", "document_ndcg@10")
"""By which two runs are compared question by question: the first that both have."""


@dataclass(frozen=True)
class Score:
    """A measure's value over ``questions`` questions, and its 95 % interval."""

    questions: int
    value: float
    low: float
    high: float


def scores(outcomes: Sequence[Outcome]) -> dict[str, Score]:
    """Every measure that applies to some question, in the order of MEASURES."""
    found = means(outcomes, [measure.name for measure in MEASURES])
    for name, whole in WHOLE.items():
        confidence, flags = whole.columns(outcomes)
        interval = statistic_interval(partial(whole.of_rows, confidence, flags), len(flags))
        if not np.isnan(interval.mean):
            found[name] = _score(len(flags), interval)
    return {measure.name: found[measure.name] for measure in MEASURES if measure.name in found}


def means(outcomes: Sequence[Outcome], names: Iterable[str]) -> dict[str, Score]:
    """Of the measures named, those that a single question has."""
    found = {}
    for name in names:
        values = np.array([outcome.values[name] for outcome in outcomes if name in outcome.values])
        if len(values):
            found[name] = _score(len(values), mean_interval(values))
    return found


def confidence_and_right(outcomes: Sequence[Outcome]) -> tuple[Floats, Flags]:
    """The confidence, and whether the first quote is right, of the questions of which that is known."""
    known = [outcome for outcome in outcomes if outcome.right is not None]
    return _confidence(known), np.array([outcome.right for outcome in known], dtype=bool)


def confidence_and_answerable(outcomes: Sequence[Outcome]) -> tuple[Floats, Flags]:
    """The confidence, and whether there is an answer, of the questions of which that is known."""
    known = [outcome for outcome in outcomes if not outcome.values.keys().isdisjoint({"wrong_refusal", "false_answer"})]
    return _confidence(known), np.array([outcome.answerable for outcome in known], dtype=bool)


@dataclass(frozen=True)
class Whole:
    """A number of all questions together: ``statistic`` of the two ``columns`` that outcomes give."""

    columns: Callable[[Sequence[Outcome]], tuple[Floats, Flags]]
    statistic: Callable[[Floats, Flags], float]

    def of_rows(self, confidence: Floats, flags: Flags, rows: NDArray[np.int64]) -> float:
        """The number of some of the rows; nan without rows."""
        return self.statistic(confidence[rows], flags[rows]) if len(rows) else float("nan")


WHOLE: Mapping[str, Whole] = {
    "risk_area": Whole(confidence_and_right, area_under_risk),
    **{f"coverage@{share}": Whole(confidence_and_right, partial(coverage_at, share / 100)) for share in (80, 90, 95)},
    "auroc_answerable": Whole(confidence_and_answerable, auroc),
    "auroc_right": Whole(confidence_and_right, auroc),
    "calibration_error": Whole(confidence_and_right, calibration_error),
}


def _score(questions: int, interval: Interval) -> Score:
    return Score(questions, *(round(number, 6) for number in (interval.mean, interval.low, interval.high)))


def _confidence(outcomes: Sequence[Outcome]) -> Floats:
    return np.array([outcome.confidence for outcome in outcomes], dtype=np.float64)
