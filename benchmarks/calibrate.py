"""Fit the confidence and its threshold on one half of the question sets, and measure them on the other.

    python benchmarks/calibrate.py [--data ../shared/data]

Four kinds of library: two whole collections (nq_open_dev, clapnq_dev), and two cut into small libraries of a few
documents each, as people have them: xquad_en by five, asked also what other libraries answer; squad_v2_dev by three,
asked also its own unanswerable questions. Even questions fit, odd ones measure; every kind weighs the same.

Confidence is Platt's logistic function of the best score (Platt 1999), for "the first quote holds the gold answer".
The threshold is the score below which, on average over the kinds, 1 % of the questions that have a gold quote among
their first three would be refused. The seeds' own questions take no part.
"""

import argparse
import random
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from qa.embed import SentenceTransformerEmbedder
from qa.evaluation.gold import holds
from qa.evaluation.measures import auroc, calibration_error
from qa.evaluation.questions import Question, read_documents, read_questions
from qa.library import Library
from qa.records import Document

LOST = 0.01
EMBEDDER = SentenceTransformerEmbedder()


@dataclass
class Scores:
    """Of every question: the best score, whether it can be answered, whether the first, or one of three, is gold."""

    best: np.ndarray
    answerable: np.ndarray
    first: np.ndarray
    three: np.ndarray

    def half(self, odd: int) -> "Scores":
        return Scores(*(column[odd::2] for column in (self.best, self.answerable, self.first, self.three)))


def ask(documents: list[Document], questions: list[tuple[Question, bool]]) -> list[tuple[float, bool, bool, bool]]:
    """Ask one library; each question comes with whether this library can answer it."""
    library = Library(embedder=EMBEDDER)
    library.add(documents)
    rows = []
    for question, answerable in questions:
        citations = library.ask(question.question, threshold=0).citations
        hits = [answerable and any(holds(c.quote, gold) for gold in question.gold) for c in citations]
        rows.append((citations[0].score if citations else 0.0, answerable, hits[:1] == [True], any(hits)))
    return rows


def load(folder: Path) -> tuple[list[Document], list[Question]]:
    documents = read_documents(folder / "corpus.jsonl.gz")
    return list(documents), list(read_questions(folder / "questions.jsonl.gz").questions)


def whole(folder: Path) -> Scores:
    documents, questions = load(folder)
    return Scores(*map(np.array, zip(*ask(documents, [(q, q.answerable) for q in questions]), strict=True)))


def small(folder: Path, size: int, *, each: int = 60) -> Scores:
    """Libraries of ``size`` documents; of each, ``each`` answerable questions, a third as many of other libraries,
    and half as many that were written to be unanswerable by one of its articles, where the set has such."""
    draw = random.Random(0)
    documents, questions = load(folder)
    draw.shuffle(documents)
    article = None
    asked_of = []
    # An unanswerable question stands behind the answerable ones of its article.
    for question in questions:
        article = question.gold[0].doc_id if question.answerable else article
        asked_of.append((article, question))
    rows = []
    for start in range(0, len(documents), size):
        part = documents[start : start + size]
        ids = {document.id for document in part}
        own = [q for doc, q in asked_of if doc in ids and q.answerable]
        far = [q for doc, q in asked_of if doc not in ids and q.answerable]
        close = [q for doc, q in asked_of if doc in ids and not q.answerable]
        chosen = [(q, True) for q in draw.sample(own, min(each, len(own)))]
        chosen += [(q, False) for q in draw.sample(far, each // 3)]
        chosen += [(q, False) for q in draw.sample(close, min(each // 2, len(close)))]
        rows += ask(part, chosen)
    return Scores(*map(np.array, zip(*rows, strict=True)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    data = parser.parse_args().data
    if not data.is_dir():
        sys.exit(f"{data} is not there; name the folder of the question sets with --data")
    kinds = {
        "xquad_en by 5": small(data / "xquad_en", 5),
        "squad_v2_dev by 3": small(data / "squad_v2_dev", 3),
        "nq_open_dev": whole(data / "nq_open_dev"),
        "clapnq_dev": whole(data / "clapnq_dev"),
    }
    fit = [scores.half(0) for scores in kinds.values()]
    weights = np.concatenate([np.full(len(s.best), 1 / len(s.best)) for s in fit])
    model = LogisticRegression(C=1e6)
    model.fit(np.concatenate([s.best for s in fit])[:, None], np.concatenate([s.first for s in fit]), weights)
    slope, middle = model.coef_[0, 0], -model.intercept_[0] / model.coef_[0, 0]
    lowest = float(np.mean([np.quantile(s.best[s.three], LOST) for s in fit]))
    threshold = 1 / (1 + np.exp(-slope * (lowest - middle)))
    print(f"slope {slope:.2f}, middle {middle:.3f}; score {lowest:.3f} is the threshold: confidence {threshold:.3f}")
    print(f"{'the other half':18} {'asked':>6} {'AUROC':>6} {'ECE':>6} {'gold in three':>14} {'refused rightly':>16}")
    for name, scores in kinds.items():
        s = scores.half(1)
        confidence = 1 / (1 + np.exp(-slope * (s.best - middle)))
        kept = s.best >= lowest
        print(
            f"{name:18} {len(s.best):6} {auroc(s.best, s.answerable):6.3f} "
            f"{calibration_error(confidence, s.first):6.3f} {(s.three & kept)[s.answerable].mean():14.3f} "
            f"{(~kept)[~s.answerable].mean():16.3f}"
        )


if __name__ == "__main__":
    main()
