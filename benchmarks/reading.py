"""The trained reader: how many passages are worth reading, and what int8 gains over float32.

    python -m benchmarks.reading [--data ../shared/data] [--questions 200]

1. Cost and quality by k, the number of passages that are found for reading: questions drawn from xquad_en and
   nq_open_dev, by seed 0, each asked of the whole set; with how many texts a question are read for it, passages that
   can change the answer and quotes alone.
2. Speed on the seeds: the ten passages of each question, read by the shipped int8 files in onnxruntime, and by a
   network of the same shape in float32 in torch, one after the other, with as many threads as there are processors.
"""

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import torch

from qa.embed import SentenceTransformerEmbedder
from qa.evaluation.gold import holds
from qa.evaluation.questions import read_documents, read_questions
from qa.library import Library
from qa.read import TrainedReader
from qa.read.network import Logits, Reading, SpanNetwork
from training.network import Network

ROOT = Path(__file__).parent.parent
SETS = ("xquad_en", "nq_open_dev")
DEPTHS = (1, 2, 3, 5, 10, 15, 20)


class Counting(SpanNetwork):
    """Counts what it reads."""

    def __init__(self) -> None:
        super().__init__()
        self.texts = 0

    def read_each(self, texts: list[tuple[str, str, str]]) -> list[Reading]:
        self.texts += len(texts)
        return super().read_each(texts)


class InTorch(SpanNetwork):
    """A network of the same shape, float32, run by torch; its weights are the backbone's, untrained."""

    def __init__(self) -> None:
        super().__init__()
        self._network = Network().eval()

    def read_each(self, texts: list[tuple[str, str, str]]) -> list[Reading]:
        return [self.read(*text) for text in texts]

    @torch.inference_mode()
    def _logits(self, asked: list[int], text: list[int]) -> Logits:
        ids = [101, *asked, 102, *text, 102]
        kinds = [0] * (len(asked) + 2) + [1] * (len(text) + 1)
        tokens, types = torch.tensor([ids]), torch.tensor([kinds])
        found: Logits = self._network(tokens, torch.ones_like(tokens), types)[0].numpy()
        return found


def depths(folder: Path, questions: int) -> None:
    library = Library(embedder=SentenceTransformerEmbedder())
    library.add(list(read_documents(folder / "corpus.jsonl.gz")))
    known = [one for one in read_questions(folder / "questions.jsonl.gz").questions if one.answerable]
    asked = random.Random(0).sample(known, min(questions, len(known)))
    print(f"{folder.name}, {len(asked)} questions")
    print("| k | first quote | one of three | ms, p50 | texts read |\n|---|---|---|---|---|")
    for k in DEPTHS:
        network = Counting()
        library.reader = TrainedReader(network)
        hits, times = [], []
        for one in asked:
            found = library.search(one.question, k)
            began = time.perf_counter()
            answer = library.answer(one.question, found, threshold=0.0)
            times.append(time.perf_counter() - began)
            right = [any(holds(citation.quote, gold) for gold in one.gold) for citation in answer.citations]
            hits.append((any(right[:1]), any(right)))
        first, three = np.mean(hits, axis=0)
        texts = network.texts / len(asked)
        print(f"| {k} | {first:.3f} | {three:.3f} | {median(times) * 1000:.0f} | {texts:.1f} |", flush=True)


def speed() -> None:
    library = Library.from_folder(ROOT / "seeds")
    asked = [one.question for one in read_questions(ROOT / "tests/quality/questions.jsonl").questions][:20]
    work = [(question, library.search(question, 10)) for question in asked]
    times = {
        "torch, float32, ten passages": _times(TrainedReader(InTorch()), work, top=None),
        "onnxruntime, int8, ten passages": _times(TrainedReader(), work, top=None),
        "onnxruntime, int8, those that can change the answer": _times(TrainedReader(), work, top=3),
    }
    slowest = times["torch, float32, ten passages"]
    for name, taken in times.items():
        print(f"{name}: {taken * 1000:.0f} ms a question, {slowest / taken:.1f} × as fast")


def _times(reader: TrainedReader, work: list, *, top: int | None) -> float:
    """The median over the questions of the quickest of three times, in seconds."""

    def quickest(action: Callable[[], object]) -> float:
        runs = []
        for _ in range(3):
            began = time.perf_counter()
            action()
            runs.append(time.perf_counter() - began)
        return min(runs)

    return median(quickest(lambda one=one: reader.read(*one, top=top)) for one in work)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--questions", type=int, default=200)
    options = parser.parse_args()
    speed()
    for name in SETS:
        depths(options.data / name, options.questions)


if __name__ == "__main__":
    main()
