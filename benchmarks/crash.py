"""Kill an index run with SIGKILL at random moments: is the index the old one or the new one, and does the next run end?

    python benchmarks/crash.py [--data ../shared/data/nq_open_dev] [--times 50] [--documents 60] [--seed 0]

Every time a folder of documents is changed (a third of them changed, moved, removed or added), a process of its own
brings the index in step with it, with the packaged embedder, and is killed after a time drawn between 0 and what a
whole run took. Then three questions are asked of what is on the disk: their answers must be, to the last digit, those
of the library before or of the library after, and all three of the same.
Then a run is let to its end, its answers must be those after, and the doctor must find nothing wrong.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import torch

from qa.doctor import examine
from qa.embed import SentenceTransformerEmbedder
from qa.evaluation.questions import read_documents, read_questions
from qa.library import Library
from qa.receipt import receipt, to_json


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/nq_open_dev"))
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if not options.data.is_dir():
        sys.exit(f"{options.data} is not there; name the folder of a question set with --data")
    torch.set_num_threads(1)  # what forks must not have threads
    draw = random.Random(options.seed)
    texts = [document.text for document in read_documents(options.data / "corpus.jsonl.gz")]
    asked = [one.question for one in read_questions(options.data / "questions.jsonl.gz").questions[:3]]
    embedder = SentenceTransformerEmbedder()
    embedder.embed_question("warm")
    with tempfile.TemporaryDirectory() as place:
        folder, index = Path(place, "documents"), Path(place, "index")
        folder.mkdir()
        for number in range(options.documents):
            (folder / f"{number}.txt").write_text(draw.choice(texts), encoding="utf-8")
        library = Library.open(folder, index=index, embedder=embedder)
        after = answers(library, asked)
        found: Counter[str] = Counter()
        for number in range(options.times):
            before = after
            change(folder, texts, draw, number)
            took, after = whole_run(folder, index, Path(place, "other"), embedder, asked)
            moment = draw.uniform(0, took)
            ended = run(lambda: Library.open(folder, index=index, embedder=embedder), kill_after=moment)
            there = answers(Library.load(index, embedder=embedder), asked)
            state = "new" if there == after else "old" if there == before else "NEITHER"
            found[f"{state} index" + ("" if ended else ", before the kill")] += 1
            library = Library.open(folder, index=index, embedder=embedder)
            if answers(library, asked) != after or not examine(index, library=library).sound:
                found["NOT MENDED by the next run"] += 1
            print(f"{number + 1}: killed after {moment:.2f} of {took:.2f} s, {state}", flush=True)
    print(", ".join(f"{count} {what}" for what, count in sorted(found.items())))


def change(folder: Path, texts: list[str], draw: random.Random, number: int) -> None:
    """Change, move, remove or add a third of the files."""
    files = sorted(folder.iterdir())
    for path in draw.sample(files, len(files) // 3):
        what = draw.randrange(4)
        if what == 0:
            path.write_text(draw.choice(texts), encoding="utf-8")
        elif what == 1:
            path.rename(path.with_name(f"moved-{number}-{path.name[-20:]}"))
        elif what == 2:
            path.unlink()
        (folder / f"new-{number}-{draw.randrange(10**6)}.txt").write_text(draw.choice(texts), encoding="utf-8")
    for path in sorted(folder.iterdir())[90:]:
        path.unlink()


def whole_run(
    folder: Path, index: Path, other: Path, embedder: SentenceTransformerEmbedder, asked: list[str]
) -> tuple[float, list[str]]:
    """How long a run that is not killed takes, on a copy of the index, and what is answered then."""
    shutil.rmtree(other, ignore_errors=True)
    shutil.copytree(index, other)
    began = time.monotonic()
    library = Library.open(folder, index=other, embedder=embedder)
    return time.monotonic() - began, answers(library, asked)


def run(action: Callable[[], object], *, kill_after: float) -> bool:
    """Run ``action`` in a process of its own and kill it then; whether it was still running."""
    child = os.fork()
    if not child:
        action()
        os._exit(0)
    time.sleep(kill_after)
    ended, _ = os.waitpid(child, os.WNOHANG)
    if not ended:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return not ended


def answers(library: Library, asked: list[str]) -> list[str]:
    """The receipts, byte for byte."""
    return [to_json(receipt(library.ask(question), library, top=3, threshold=library.threshold)) for question in asked]


if __name__ == "__main__":
    main()
