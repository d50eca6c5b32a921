"""How good are the answers on a question set? Prints one table; every document of the set is in one library.

    python benchmarks/answers.py xquad_en [--data ../shared/data] [--every N] [--scores FILE]

``--every N`` asks every N-th question. ``--scores FILE`` keeps, for calibrate.py, one JSON line a question.
"""

import argparse
import gzip
import json
import sys
import time
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from qa.answer import THRESHOLD
from qa.library import Library
from qa.records import Document, Slice


def read(path: Path) -> list[dict]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def holds(part: Slice, answer: dict) -> bool:
    """Whether the gold answer stands in ``part``, at its place."""
    start = answer["start"]
    return (
        part.document.id == answer["doc_id"]
        and part.start <= start
        and start + len(answer["text"].rstrip()) <= part.end
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--scores", type=Path)
    options = parser.parse_args()
    folder = options.data / options.set
    if not folder.is_dir():
        sys.exit(f"{folder} is not there; name the folder of the question sets with --data")

    documents = [Document(d["doc_id"], d["text"], d["title"]) for d in read(folder / "corpus.jsonl.gz")]
    questions = read(folder / "questions.jsonl.gz")[:: options.every]
    library = Library()
    began = time.perf_counter()
    library.add(documents)
    indexed = time.perf_counter() - began

    rows = []
    verbatim = 0
    for question in questions:
        began = time.perf_counter()
        answer = library.ask(question["question"], threshold=0)
        seconds = time.perf_counter() - began
        gold = question["answers"]
        hits = [any(holds(c.quote, g) for g in gold) for c in answer.citations]
        verbatim += all(c.quote.document.text[c.quote.start : c.quote.end] == c.quote.text for c in answer.citations)
        rows.append(
            {
                "answerable": question["answerable"],
                "score": answer.citations[0].score if answer.citations else 0.0,
                "confidence": answer.confidence,
                "first": hits[:1] == [True],
                "three": any(hits),
                "passage5": any(holds(p, g) for p in answer.passages[:5] for g in gold),
                "passage10": any(holds(p, g) for p in answer.passages for g in gold),
                "seconds": seconds,
            }
        )
    if options.scores:
        options.scores.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    answerable = [row for row in rows if row["answerable"]]
    others = [row for row in rows if not row["answerable"]]
    marked = sum(m.range.end - m.range.start for d in documents for m in library.marks(d.id))

    def share(key: str) -> str:
        return f"{np.mean([row[key] for row in answerable]):.4f}"

    print(f"{options.set}: {len(documents)} documents, {len(library.passages)} passages, {len(rows)} questions")
    print(f"  the first quote holds the gold answer      {share('first')}")
    print(f"  one of the first three does                {share('three')}")
    print(f"  a passage of the first 5 / 10 does         {share('passage5')} / {share('passage10')}")
    print(f"  quotes that are their document's own text  {verbatim / len(rows):.4f}")
    print(f"  characters marked as furniture             {marked / sum(len(d.text) for d in documents):.5f}")
    if others:
        labels = [row["answerable"] for row in rows]
        refused = np.mean([row["confidence"] < THRESHOLD for row in others])
        print(f"  AUROC of the confidence, answerable or not {roc_auc_score(labels, [r['score'] for r in rows]):.4f}")
        print(f"  unanswerable refused                       {refused:.4f}")
    kept = np.mean([row["confidence"] >= THRESHOLD for row in answerable])
    print(f"  answerable not refused                     {kept:.4f}")
    times = sorted(row["seconds"] for row in rows)
    print(f"  seconds a question, median / p95           {np.median(times):.3f} / {times[int(len(times) * 0.95)]:.3f}")
    print(f"  passages indexed a second                  {len(library.passages) / indexed:.1f}")


if __name__ == "__main__":
    main()
