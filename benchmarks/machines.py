"""How far the reader's numbers differ between processors: this one, and one that is emulated.

    python benchmarks/machines.py [--emulator 'qemu-x86_64 -cpu Haswell'] [--questions 6]

The seeds' first answerable questions are searched here, and the passages found read twice: here, and by the same
interpreter under the emulator (Debian's package qemu-user). Haswell has AVX2 and no AVX-512, as many laptops.
"""

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from qa.evaluation.questions import read_questions
from qa.library import Library
from qa.read import TrainedReader
from qa.records import Document, Passage
from vector_store import Hit

ROOT = Path(__file__).parent.parent


def found(questions: int) -> list[dict]:
    """What is to be read: questions, and for each the best passages with their scores."""
    library = Library.from_folder(ROOT / "seeds")
    asked = [q for q in read_questions(ROOT / "tests/quality/questions.jsonl").questions if q.answerable][:questions]
    return [
        {
            "question": one.question,
            "passages": [
                [passage.document.title, passage.text, hit.score, hit.cosine]
                for passage, hit in library.search(one.question, 10)
            ],
        }
        for one in asked
    ]


def read(work: list[dict]) -> list[list[float]]:
    """Of every question the scores of all sentences that were found."""
    reader = TrainedReader()
    results = []
    for one in work:
        hits = [
            (Passage(Document(f"{n}.txt", text, title=title), 0, len(text)), Hit(n, score, cosine, None))
            for n, (title, text, score, cosine) in enumerate(one["passages"])
        ]
        spans = reader.read(one["question"], hits)
        results.append([span.score for some in spans for span in some])
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--emulator", default="qemu-x86_64 -cpu Haswell", help="what runs the interpreter once more")
    parser.add_argument("--questions", type=int, default=6)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)  # what the emulated process is called with
    options = parser.parse_args()
    if options.read:
        print(json.dumps(read(json.loads(options.read.read_text()))))
        return
    work = found(options.questions)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "work.json")
        path.write_text(json.dumps(work))
        python = [str(Path(sys.executable).resolve()), "-c", _PROGRAM, *map(str, (*sys.path[1:], ROOT))]
        command = [*shlex.split(options.emulator), *python, "--", str(Path(__file__)), "--read", str(path)]
        there = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    here = read(work)
    gaps = np.concatenate([np.abs(np.subtract(a, b)) for a, b in zip(here, there, strict=True)])
    firsts = [int(np.argmax(a) == np.argmax(b)) for a, b in zip(here, there, strict=True)]
    best = [abs(max(a) - max(b)) for a, b in zip(here, there, strict=True)]
    print(
        f"{len(work)} questions, {len(gaps)} sentences: scores differ by {gaps.mean():.4f} in the mean, "
        f"{gaps.max():.4f} at the most; the confidence by {np.mean(best):.4f}, {max(best):.4f} at the most; "
        f"the same first sentence for {sum(firsts)}"
    )


# An emulator is given the interpreter itself, so that what the virtual environment adds must be told.
_PROGRAM = """
import runpy, sys
border = sys.argv.index("--")
sys.path[:0] = sys.argv[1:border]
sys.argv = sys.argv[border + 1 :]
runpy.run_path(sys.argv[0], run_name="__main__")
"""

if __name__ == "__main__":
    main()
