"""What indexing again costs when little has changed, and what memory indexing takes.

    python benchmarks/indexing.py [--data ../shared/data/realtimeqa_2023H1] [--documents 1200]

The documents of a question set are written to a folder of text files and indexed by ``qa index``, each time a process
of its own. Then ten are changed, ten removed and ten added, and it is indexed again; the answers to the set's questions
must be, byte for byte, those of an index made anew. Peak memory is the system's count of the process; what is set
against it is the size of the index on the disk.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from qa.evaluation.questions import read_documents, read_questions
from qa.library import Library
from qa.receipt import receipt, to_json

FEW = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/realtimeqa_2023H1"))
    parser.add_argument("--documents", type=int, default=1200)
    options = parser.parse_args()
    if not options.data.is_dir():
        sys.exit(f"{options.data} is not there; name the folder of a question set with --data")
    texts = [document.text for document in read_documents(options.data / "corpus.jsonl.gz")][: options.documents]
    asked = [one.question for one in read_questions(options.data / "questions.jsonl.gz").questions][:200]
    with tempfile.TemporaryDirectory() as place:
        half, folder = Path(place, "half"), Path(place, "documents")
        write(half, texts[: len(texts) // 2])
        write(folder, texts[:-FEW])
        of_half = index(half, Path(place, "index of half"))
        of_whole = index(folder, Path(place, "index"))
        nothing = index(folder, Path(place, "index"))
        change(folder, texts[-FEW:])
        again = index(folder, Path(place, "index"))
        anew = index(folder, Path(place, "index anew"))
        same = sum(
            one == other
            for one, other in zip(
                answers(Path(place, "index"), asked), answers(Path(place, "index anew"), asked), strict=True
            )
        )
    print("| | seconds | of whole | peak MB | index MB | peak less index |\n|---|---|---|---|---|---|")
    for name, (seconds, peak, size) in {
        f"{len(texts) // 2} documents": of_half,
        f"{len(texts) - FEW} documents": of_whole,
        "again, nothing changed": nothing,
        f"again, {FEW} changed, {FEW} removed, {FEW} added": again,
        "the same, made anew": anew,
    }.items():
        share = f"{seconds / anew[0]:.1%}"
        print(f"| {name} | {seconds:.1f} | {share} | {peak:.0f} | {size:.1f} | {peak - size:.0f} |")
    growth = (of_whole[1] - of_whole[2]) / (of_half[1] - of_half[2]) - 1
    print(f"\npeak less index: {growth:+.1%} for twice the documents")
    print(f"the same answer, byte for byte, to {same} of {len(asked)} questions")


def write(folder: Path, texts: list[str]) -> None:
    folder.mkdir()
    for number, text in enumerate(texts):
        (folder / f"{number:05}.txt").write_text(text, encoding="utf-8")


def change(folder: Path, new: list[str]) -> None:
    """Ten changed by a sentence, ten removed, ten added."""
    files = sorted(folder.iterdir())
    draw = random.Random(0)
    chosen = draw.sample(files, 2 * FEW)
    for path in chosen[:FEW]:
        path.write_text(path.read_text(encoding="utf-8") + "\nThis was added afterwards.\n", encoding="utf-8")
    for path in chosen[FEW:]:
        path.unlink()
    for number, text in enumerate(new):
        (folder / f"new-{number}.txt").write_text(text, encoding="utf-8")


def index(folder: Path, to: Path) -> tuple[float, float, float]:
    """Seconds, peak memory of the process in MB, size of the index in MB."""
    began = time.monotonic()
    child = os.spawnv(
        os.P_NOWAIT, sys.executable, [sys.executable, "-m", "qa", "index", str(folder), "--index", str(to)]
    )
    _, status, used = os.wait4(child, 0)
    if status:
        sys.exit("qa index failed")
    size = sum(path.stat().st_size for path in to.iterdir())
    return time.monotonic() - began, used.ru_maxrss / 1024, size / 1024**2


def answers(at: Path, asked: list[str]) -> list[str]:
    library = Library.load(at)
    return [to_json(receipt(library.ask(question), library, top=3, threshold=library.threshold)) for question in asked]


if __name__ == "__main__":
    main()
