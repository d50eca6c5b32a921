"""Fit the numbers in qa/read/calibration.json on one half of three question sets, and measure them on the other.

    python benchmarks/calibrate.py [--data ../shared/data] [--reader trained] [--keep DIR] [--write]

Three kinds of library: two whole collections (nq_open_dev, clapnq_dev), and squad_v2_dev cut into small libraries of
three documents, as people have them, asked also its own unanswerable questions and what the others answer. Even
questions fit, odd ones measure; every kind weighs the same. Neither the seeds nor any other set takes part in the fit;
but what the confidence is of, and LOST, were chosen with a look at the seeds and the gate's samples
(training/README.md, span-4).

1. How a sentence's evidence is weighed: a conditional logit (McFadden 1974), for "this sentence holds the gold answer"
   among all that were read; it gives each its share in the answer.
2. How the three foremost divide their shares anew: the same among them alone, of what their quotes tell by themselves.
3. How likely the best sentence is right: a logistic function (Platt 1999) of its share, what its quote tells by itself
   and some of its evidence, unanswerable questions included.
4. From which confidence on which share of the answers is right, and in which band of confidence which share, this on
   the odd questions; and the threshold, below which 3 % of the questions
   that have a gold quote among their first three would be refused, on average over the kinds.
"""

import argparse
import json
import pickle
import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logsumexp
from sklearn.linear_model import LogisticRegression

from qa.answer import PASSAGES_READ
from qa.embed import SentenceTransformerEmbedder
from qa.evaluation.gold import holds
from qa.evaluation.measures import auroc, calibration_error, coverage_at, risk_coverage
from qa.evaluation.questions import Question, read_documents, read_questions
from qa.library import Library
from qa.read import SentenceReader, TrainedReader
from qa.read.calibration import FILE, coefficients
from qa.read.evidence import NAMES
from qa.read.exact import span_of
from qa.read.trained import CHANCE, OWN, chance_features, foremost, log_shares, own_features, scores_of
from qa.records import Document, Quote

LEVELS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.975)
BANDS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
RIDGE = 1e-3
LOST = 0.03
# Of so many sentences the quote is read alone: the foremost by other weights are among the likeliest by those of now.
READ_ALONE = 20
WEIGHTS_NOW = np.array([coefficients("trained")["share"][name] for name in NAMES])
EMBEDDER = SentenceTransformerEmbedder()


@dataclass
class Asked:
    """A question as it was read: the evidence of its sentences, shape (sentences, numbers), and which of them are gold.

    ``alone``, shape (sentences,), is what is found in the quotes of the likeliest sentences by themselves, by the
    trained reader: NaN of the others, and of all by likeness.
    """

    question: str
    answerable: bool
    near: str
    evidence: np.ndarray
    gold: np.ndarray
    alone: np.ndarray

    def of_foremost(self, weights: np.ndarray) -> dict[int, float]:
        """What is found in the quotes alone of those that are foremost by ``weights``, by row."""
        alone = {row: float(self.alone[row]) for row in foremost(self.evidence @ weights)}
        if not np.isfinite(list(alone.values())).all():
            raise ValueError(f"too few quotes were read alone for {self.question!r}; raise READ_ALONE and read anew")
        return alone


@dataclass
class Fitted:
    """How the evidence is weighed, and the logistic function of what comes of it."""

    weights: np.ndarray | None
    """Of the evidence, in a sentence's share; None where the evidence is a score already."""
    own: np.ndarray
    """By which the foremost divide their shares anew; empty where the evidence is a score already."""
    chance: np.ndarray
    """Offset and weights of the logistic function."""
    precisions: list[tuple[float, float]] = field(default_factory=list)
    threshold: float = 0.0

    def features(self, asked: Asked) -> np.ndarray:
        """What the logistic function is of, for the best sentence."""
        if self.weights is None:
            return np.array([1.0, asked.evidence.max()])
        return chance_features(asked.question, asked.evidence, *self.shares(asked))

    def shares(self, asked: Asked) -> tuple[np.ndarray, np.ndarray, dict[int, float]]:
        """Of every sentence its weighed evidence and the logarithm of its share in the answer; and what the foremost
        tell alone, by row."""
        sums = asked.evidence @ self.weights
        alone = asked.of_foremost(self.weights)
        anew = own_features(asked.question, asked.evidence, sums, alone) @ self.own
        return sums, log_shares(sums, anew, list(alone)), alone

    def chances(self, asked: Asked) -> np.ndarray:
        """Of every sentence its score; the best one's is the probability that it answers."""
        if not len(asked.gold):
            return np.zeros(1)
        if self.weights is None:
            return expit(np.column_stack([np.ones(len(asked.gold)), asked.evidence]) @ self.chance)
        return scores_of(self.features(asked), self.shares(asked)[1], self.chance)


# What is asked of which library


def whole(folder: Path) -> Iterator[tuple[Library, Question, str]]:
    """Every question, asked of all documents."""
    documents, questions = load(folder)
    library = filled(documents)
    for question in questions:
        yield library, question, "own" if question.answerable else "close"


def small(folder: Path, size: int, *, each: int = 60) -> Iterator[tuple[Library, Question, str]]:
    """Libraries of ``size`` documents; of each, ``each`` answerable questions, a third as many of other libraries
    (far), and half as many that were written to be unanswerable by one of its articles (close)."""
    draw = random.Random(0)
    documents, questions = load(folder)
    draw.shuffle(documents)
    article = None
    asked_of = []
    # An unanswerable question stands behind the answerable ones of its article.
    for question in questions:
        article = question.gold[0].doc_id if question.answerable else article
        asked_of.append((article, question))
    for start in range(0, len(documents), size):
        part = documents[start : start + size]
        ids = {document.id for document in part}
        own = [q for doc, q in asked_of if doc in ids and q.answerable]
        far = [q for doc, q in asked_of if doc not in ids and q.answerable]
        close = [q for doc, q in asked_of if doc in ids and not q.answerable]
        chosen = [(q, "own") for q in draw.sample(own, min(each, len(own)))]
        chosen += [(q, "far") for q in draw.sample(far, each // 3)]
        chosen += [(q, "close") for q in draw.sample(close, min(each // 2, len(close)))]
        library = filled(part)
        for question, near in chosen:
            yield library, question, near


def load(folder: Path) -> tuple[list[Document], list[Question]]:
    documents = read_documents(folder / "corpus.jsonl.gz")
    return list(documents), list(read_questions(folder / "questions.jsonl.gz").questions)


def filled(documents: Sequence[Document]) -> Library:
    library = Library(embedder=EMBEDDER)
    library.add(documents)
    return library


# What the readers see


def ask(asking: Iterator[tuple[Library, Question, str]], name: str) -> list[Asked]:
    trained = TrainedReader()
    return [one(library, question, near, trained if name == "trained" else None) for library, question, near in asking]


def one(library: Library, question: Question, near: str, reader: TrainedReader | None) -> Asked:
    found = library.search(question.question, PASSAGES_READ)
    if reader:
        marking, rows = reader.evidence(question.question, found)
        pairs = [(s.passage, span_of(s, 0.0, whole=True)) for some in marking.found for s in some]
        likeliest = np.argsort(-(rows @ WEIGHTS_NOW), kind="stable")[:READ_ALONE] if len(rows) else []
        alone = np.full(len(rows), np.nan)
        alone[likeliest] = marking.alone(list(likeliest))
    else:
        spans = SentenceReader(EMBEDDER).read(question.question, found)
        pairs = [(p, span) for (p, _), some in zip(found, spans, strict=True) for span in some]
        rows = np.array([[span.score] for _, span in pairs]).reshape(-1, 1)
        alone = np.full(len(rows), np.nan)
    quotes = [Quote(p.document, p.start + span.start, p.start + span.end) for p, span in pairs]
    answerable = near == "own"
    gold = np.array([answerable and any(holds(quote, gold) for gold in question.gold) for quote in quotes], bool)
    return Asked(question.question, answerable, near, rows, gold, alone)


# Fitting


def fit(kinds: Sequence[Sequence[Asked]], name: str) -> Fitted:
    fitted = Fitted(None, np.zeros(0), np.zeros(0))
    if name == "trained":
        fitted.weights = logit(every_sentence(kinds))
        fitted.own = logit(the_foremost(kinds, fitted.weights))
    rows, right, share = [], [], []
    for kind in kinds:
        for asked in kind:
            if len(asked.gold):
                best = asked.evidence.argmax() if fitted.weights is None else fitted.shares(asked)[1].argmax()
                rows.append(fitted.features(asked))
                right.append(asked.gold[best])
                share.append(1 / len(kind))
    features, share = np.array(rows), np.array(share)
    # Scaled, so that what little is held against large weights is held against all alike.
    scale = np.maximum(features.std(axis=0), 1e-9)
    model = LogisticRegression(C=1e3, fit_intercept=False)
    fitted.chance = model.fit(features / scale * (scale > 1e-6) + (scale <= 1e-6), right, share / share.mean()).coef_[0]
    fitted.chance = np.where(scale > 1e-6, fitted.chance / scale, fitted.chance)
    fitted.precisions = precisions(kinds, fitted)
    fitted.threshold = float(np.mean([lowest(kind, fitted) for kind in kinds]))
    return fitted


def lowest(kind: Sequence[Asked], fitted: Fitted) -> float:
    """The confidence below which LOST of the questions with a gold quote among their first three would be refused."""
    shown = []
    for asked in kind:
        chances = fitted.chances(asked)
        if asked.answerable and asked.gold[np.argsort(-chances, kind="stable")[:3]].any():
            shown.append(chances.max())
    return float(np.quantile(shown, LOST))


Chosen = list[tuple[np.ndarray, np.ndarray, float]]
"""Of each question the numbers of what is chosen from, which of these are gold, and what the question weighs."""


def every_sentence(kinds: Sequence[Sequence[Asked]]) -> Chosen:
    return [(asked.evidence, asked.gold, 1 / len(kind)) for kind in kinds for asked in kind]


def the_foremost(kinds: Sequence[Sequence[Asked]], weights: np.ndarray) -> Chosen:
    chosen = []
    for kind in kinds:
        for asked in kind:
            if len(asked.gold):
                alone = asked.of_foremost(weights)
                numbers = own_features(asked.question, asked.evidence, asked.evidence @ weights, alone)
                chosen.append((numbers, asked.gold[list(alone)], 1 / len(kind)))
    return chosen


def logit(chosen: Chosen) -> np.ndarray:
    """The weights under which what is gold of a question is likeliest to be drawn from all that is chosen from."""
    chosen = [(rows, gold, share) for rows, gold, share in chosen if gold.any() and not gold.all()]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = RIDGE * weights @ weights, 2 * RIDGE * weights
        for rows, gold, share in chosen:
            sums = rows @ weights
            every, good = logsumexp(sums), logsumexp(sums[gold])
            total += share * (every - good)
            slope = slope + share * rows.T @ (np.exp(sums - every) - np.where(gold, np.exp(sums - good), 0))
        return total, slope

    return np.asarray(minimize(loss, np.zeros(chosen[0][0].shape[1]), jac=True, method="L-BFGS-B").x)


def precisions(kinds: Sequence[Sequence[Asked]], fitted: Fitted) -> list[tuple[float, float]]:
    """For each of LEVELS the least confidence from which on that share is right, the kinds weighing the same."""
    rows = []
    for kind in kinds:
        for asked in kind:
            chances = fitted.chances(asked)
            rows.append((chances.max(), float(len(asked.gold) and asked.gold[chances.argmax()]), 1 / len(kind)))
    confidence, right, share = np.array(sorted(rows, reverse=True)).T
    precision = np.cumsum(right * share) / np.cumsum(share)
    # Of a few answers the share that is right is an accident.
    enough = np.arange(len(rows)) >= len(rows) // 50
    pairs = []
    for level in LEVELS:
        good = np.flatnonzero((precision >= level) & enough)
        if len(good):
            pairs.append((level, round(float(confidence[good[-1]]), 4)))
    return pairs


def bands(kinds: Sequence[Sequence[Asked]], fitted: Fitted) -> list[tuple[float, float]]:
    """For each band of confidence its beginning and the share of its answers that is right, the kinds weighing the
    same; of the half that nothing was fitted on."""
    rows = []
    for kind in kinds:
        for asked in kind:
            chances = fitted.chances(asked)
            rows.append((chances.max(), float(len(asked.gold) and asked.gold[chances.argmax()]), 1 / len(kind)))
    confidence, right, share = np.array(rows).T
    inside = np.searchsorted(BANDS, confidence, side="right") - 1
    return [
        (least, round(float(np.average(right[inside == band], weights=share[inside == band])), 3))
        for band, least in enumerate(BANDS)
        if (inside == band).any()
    ]


def show(kinds: dict[str, Sequence[Asked]], fitted: Fitted) -> None:
    print(f"{'':18} {'asked':>6} {'first':>6} {'three':>6} {'AUROC':>6} {'ECE':>6} {'coverage@80':>12} {'@90':>6}")
    for name, kind in kinds.items():
        chances = [fitted.chances(asked) for asked in kind]
        confidence = np.array([each.max() for each in chances])
        answerable = np.array([asked.answerable for asked in kind])
        order = [np.argsort(-each, kind="stable") for each in chances]
        right = np.array([bool(len(a.gold)) and bool(a.gold[o[0]]) for a, o in zip(kind, order, strict=True)])
        three = np.array([bool(len(a.gold)) and bool(a.gold[o[:3]].any()) for a, o in zip(kind, order, strict=True)])
        coverages = [coverage_at(level, confidence, right) for level in (0.8, 0.9)]
        print(
            f"{name:18} {len(kind):6} {right[answerable].mean():6.3f} {three[answerable].mean():6.3f} "
            f"{auroc(confidence, answerable):6.3f} {calibration_error(confidence, right):6.3f} "
            f"{coverages[0]:12.3f} {coverages[1]:6.3f}"
        )
        for least in (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5):
            shown = confidence >= least
            groups = {near: np.array([asked.near == near for asked in kind]) for near in ("far", "close")}
            refused = {near: f"{(~shown)[rows].mean():.3f}" for near, rows in groups.items() if rows.any()}
            print(
                f"    from {least}: right of those shown {right[shown].mean():.3f}, "
                f"gold among three shown {(three & shown)[answerable].mean():.3f}, "
                f"refused wrongly {(~shown)[answerable].mean():.3f}, rightly {refused}"
            )


def curve(kinds: dict[str, Sequence[Asked]], fitted: Fitted) -> None:
    """The risk–coverage curve (El-Yaniv & Wiener 2010), as a table: of the answers given, the share that is right."""
    levels = np.arange(1, 11) / 10
    print("| answered of all questions | " + " | ".join(f"{level:.0%}" for level in levels) + " |")
    print("|---" * (len(levels) + 1) + "|")
    for name, kind in kinds.items():
        chances = [fitted.chances(asked) for asked in kind]
        confidence = np.array([each.max() for each in chances])
        right = np.array([bool(len(a.gold)) and bool(a.gold[c.argmax()]) for a, c in zip(kind, chances, strict=True)])
        coverage, risk = risk_coverage(confidence, right)
        shares = [1 - float(risk[np.searchsorted(coverage, level - 1e-9)]) for level in levels]
        print(f"| {name} | " + " | ".join(f"{share:.3f}" for share in shares) + " |")


def gathered(data: Path, name: str, keep: Path | None) -> dict[str, list[Asked]]:
    """The three kinds, read; with ``keep`` they are read once and kept there."""
    kinds = {}
    asking = {
        "nq_open_dev": lambda: whole(data / "nq_open_dev"),
        "clapnq_dev": lambda: whole(data / "clapnq_dev"),
        "squad_v2_dev by 3": lambda: small(data / "squad_v2_dev", 3),
    }
    if keep:
        keep.mkdir(parents=True, exist_ok=True)  # before an hour's work, not after it
    for kind, start in asking.items():
        path = keep / f"{name} {kind}.pickle" if keep else None
        if path and path.exists():
            kinds[kind] = pickle.loads(path.read_bytes())
            continue
        kinds[kind] = ask(start(), name)
        if path:
            path.write_bytes(pickle.dumps(kinds[kind]))
    return kinds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--reader", choices=("trained", "sentence"), default="trained")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep what was read there, and take it from there")
    parser.add_argument("--write", action="store_true", help="write the numbers to qa/read/calibration.json")
    options = parser.parse_args()
    if not options.data.is_dir():
        sys.exit(f"{options.data} is not there; name the folder of the question sets with --data")
    kinds = gathered(options.data, options.reader, options.keep)
    fitted = fit([kind[0::2] for kind in kinds.values()], options.reader)
    print("the half that it was fitted on")
    show({name: kind[0::2] for name, kind in kinds.items()}, fitted)
    print("the other half")
    show({name: kind[1::2] for name, kind in kinds.items()}, fitted)
    curve({name: kind[1::2] for name, kind in kinds.items()}, fitted)
    content = json.loads(FILE.read_text(encoding="utf-8"))
    content[options.reader] = as_json(fitted)
    if options.reader == "trained":
        content[options.reader]["confidence"]["bands"] = bands([kind[1::2] for kind in kinds.values()], fitted)
    print(as_text(content[options.reader]))
    if options.write:
        FILE.write_text(as_text(content) + "\n", encoding="utf-8")


def as_json(fitted: Fitted) -> dict:
    """As the readers take it."""
    pairs = {"threshold": round(fitted.threshold, 3), "precisions": fitted.precisions}
    offset, *weights = (round(float(weight), 4) for weight in fitted.chance)
    if fitted.weights is None:
        return {"confidence": {"slope": weights[0], "middle": round(-offset / weights[0], 4), **pairs}}
    return {
        "share": {name: round(float(weight), 4) for name, weight in zip(NAMES, fitted.weights, strict=True)},
        "foremost": {name: round(float(weight), 4) for name, weight in zip(OWN, fitted.own, strict=True)},
        "chance": dict(zip(CHANCE, (offset, *weights), strict=True)),
        "confidence": pairs,
    }


def as_text(content: dict) -> str:
    """JSON for people: each pair of numbers on a line."""
    return re.sub(r"\[\s+([\d.]+),\s+([\d.]+)\s+\]", r"[\1, \2]", json.dumps(content, indent=2))


if __name__ == "__main__":
    main()
