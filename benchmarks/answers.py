"""How good are the answers on a question set? Prints one table; every document of the set is in one library.

    python benchmarks/answers.py xquad_en [--data ../shared/data] [--every N]

``--every N`` asks every N-th question. Behind a share stands its 95 % interval, by bootstrap over the questions.
"""

import argparse
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from qa.answer import THRESHOLD
from qa.evaluation.intervals import mean_interval
from qa.evaluation.measures import auroc
from qa.evaluation.questions import Gold, read_documents, read_questions
from qa.library import Library
from qa.records import Slice


def holds(part: Slice, gold: Gold) -> bool:
    """Whether the gold answer stands in ``part``, at its place."""
    end = gold.start + len(gold.text.rstrip())
    return part.document.id == gold.doc_id and part.start <= gold.start and end <= part.end


def any_holds(parts: Iterable[Slice], gold: Iterable[Gold]) -> bool:
    """Whether one of ``gold`` stands in one of ``parts``."""
    gold = tuple(gold)
    return any(holds(part, each) for part in parts for each in gold)


def share(name: str, flags: Iterable[bool]) -> None:
    """Print the share of questions for which something holds."""
    found = mean_interval(np.array(list(flags), float))
    print(f"  {name:44}{found.mean:.4f}  [{found.low:.3f}, {found.high:.3f}]")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    folder = options.data / options.set
    if not folder.is_dir():
        sys.exit(f"{folder} is not there; name the folder of the question sets with --data")

    documents = read_documents(folder / "corpus.jsonl.gz")
    questions = read_questions(folder / "questions.jsonl.gz").questions[:: options.every]
    library = Library()
    began = time.perf_counter()
    library.add(documents)
    indexed = time.perf_counter() - began

    answers, seconds = [], []
    for question in questions:
        began = time.perf_counter()
        answers.append(library.ask(question.question, threshold=0))
        seconds.append(time.perf_counter() - began)
    asked = list(zip(questions, answers, strict=True))
    known = [(question, answer) for question, answer in asked if question.answerable]
    unknown = [answer for question, answer in asked if not question.answerable]
    marked = sum(mark.range.end - mark.range.start for document in documents for mark in library.marks(document.id))
    quotes = [citation.quote for answer in answers for citation in answer.citations]

    print(f"{options.set}: {len(documents)} documents, {len(library.passages)} passages, {len(asked)} questions")
    share(
        "the first quote holds the gold answer",
        (any_holds([c.quote for c in a.citations[:1]], q.gold) for q, a in known),
    )
    share("one of the first three does", (any_holds([c.quote for c in a.citations], q.gold) for q, a in known))
    share("a passage of the first 5 does", (any_holds(a.passages[:5], q.gold) for q, a in known))
    share("a passage of the first 10 does", (any_holds(a.passages, q.gold) for q, a in known))
    share("quotes that are their document's own text", (q.document.text[q.start : q.end] == q.text for q in quotes))
    share("answerable, not refused", (a.confidence >= THRESHOLD for _, a in known))
    if unknown:
        share("unanswerable, refused", (a.confidence < THRESHOLD for a in unknown))
        confidence = np.array([answer.confidence for answer in answers])
        area = auroc(confidence, np.array([question.answerable for question in questions]))
        print(f"  {'AUROC of the confidence, answerable or not':44}{area:.4f}")
    print(f"  {'characters marked as furniture':44}{marked / sum(len(d.text) for d in documents):.5f}")
    print(f"  {'seconds a question, median / p95':44}{np.median(seconds):.3f} / {np.quantile(seconds, 0.95):.3f}")
    print(f"  {'passages indexed a second':44}{len(library.passages) / indexed:.1f}")


if __name__ == "__main__":
    main()
