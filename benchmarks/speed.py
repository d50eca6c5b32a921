"""Where the time goes: BM25 against its definition, one question by stage, and `qa ask` as a whole process.

    python benchmarks/speed.py

Ratios come from one run and hold on a busy machine too; seconds are of this machine, now.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from qa.library import Library
from vector_store import DenseIndex, LexicalIndex, LuceneBM25

ROOT = Path(__file__).parent.parent
QUESTIONS = (
    "How many US troops are still in Iraq?",
    "What did Ayatollah Sistani ask the government to do?",
    "Which Iraqi minister went to Iran?",
    "Who painted the Mona Lisa?",
)


def timed(action: Callable[[], object], times: int = 5) -> float:
    """The median of some runs, in milliseconds."""
    runs = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        runs.append(time.perf_counter() - began)
    return median(runs) * 1000


def bm25(rows: int = 10_000) -> None:
    """Our scores against rank_bm25's over ``rows`` rows of words drawn by Zipf's law."""
    random = np.random.default_rng(0)
    corpus = [[f"w{n}" for n in random.zipf(1.3, 150) if n < 50_000] for _ in range(rows)]
    question = ["w1", "w7", "w40", "w300", "w2000", "w1", "w9", "w55"]
    ours = LexicalIndex()
    ours.add(corpus)
    theirs = LuceneBM25(corpus)
    assert (ours.scores(question) == theirs.get_scores(question)).all()
    slow, fast = timed(lambda: theirs.get_scores(question)), timed(lambda: ours.search(question, 100))
    print(
        f"BM25, {rows:,} rows: rank_bm25 {slow:.2f} ms, ours with the best 100 {fast:.3f} ms, ratio {slow / fast:.0f}"
    )
    vectors = random.normal(size=(rows, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    dense = DenseIndex(384)
    dense.add(vectors)
    print(f"FAISS, {rows:,} rows of 384: best 100 in {timed(lambda: dense.search(vectors[7], 100)):.2f} ms")


def stages() -> None:
    """One warm question on the seeds, stage by stage."""
    began = time.perf_counter()
    library = Library.from_folder(ROOT / "seeds")
    seconds = time.perf_counter() - began
    print(f"seeds: {len(library.passages)} passages indexed in {seconds:.1f} s, model loading included")
    for question in QUESTIONS:
        library.ask(question)
    embed, search, read, whole = [], [], [], []
    for question in QUESTIONS:
        embed.append(timed(lambda q=question: library.embedder._embed_question(q)))
        search.append(timed(lambda q=question: library.search(q, 10)))
        found = library.search(question, 10)
        read.append(timed(lambda q=question, f=found: library.reader.read(q, f, top=3)))
        whole.append(timed(lambda q=question: library.ask(q)))
    print(
        f"one warm question: embed {median(embed):.1f} ms, search {median(search):.1f} ms, read {median(read):.1f} ms, "
        f"all but the embedding {median(whole):.1f} ms"
    )


def process() -> None:
    """`qa ask` on a saved index, and how much of it is importing sentence-transformers."""
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        library = Library.from_folder(ROOT / "seeds")
        library.save(index)
        ask = [sys.executable, "-m", "qa", "ask", QUESTIONS[0], "--index", str(index)]
        load = [sys.executable, "-c", "import sentence_transformers"]
        for name, command in (("qa ask", ask), ("import sentence_transformers", load)):
            walls, cpus = [], []
            for _ in range(4):
                before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
                subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                walls.append(time.perf_counter() - began)
                cpus.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            wall, cpu = median(walls[1:]), median(cpus)
            print(f"{name}, whole process: {wall:.1f} s (first run {walls[0]:.1f} s), CPU {cpu:.1f} s")


if __name__ == "__main__":
    bm25()
    stages()
    process()
