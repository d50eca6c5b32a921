"""What quantising cost: EM and F1 with the paragraph given, of the weights as trained and as shipped."""

from pathlib import Path

import numpy as np
import torch

from qa.evaluation.measures import exact_match, token_f1
from qa.read.network import Logits, SpanNetwork
from qa.read.spans import best_spans
from qa.records import Range
from training.examples import Data
from training.export import load
from training.train import held_apart

QUESTIONS = 1000


def measure(data: Data, weights: Path, folder: Path) -> dict[str, tuple[float, float]]:
    """EM and F1 in percent, as trained (float32, torch) and as shipped (int8, onnxruntime).

    On up to QUESTIONS that can be answered, not of the easy ones, of the contexts that were held apart.
    """
    held = held_apart(data)
    rows = [
        asked for asked in data.asked if asked.context in held and asked.spans and not (asked.easy or asked.written)
    ][:QUESTIONS]
    readers = {"float32": _AsTrained(weights, folder), "int8": SpanNetwork(folder)}
    results = {}
    for name, reader in readers.items():
        found = []
        for asked in rows:
            text = data.contexts[asked.context]
            reading = reader.read(asked.question, f"{data.titles[asked.context]}. ", text)
            (best,) = best_spans(reading, [Range(0, len(text))], text)
            said = best.range.of(text) if best else ""
            gold = [text[start:end] for start, end in asked.spans]
            found.append((exact_match(said, gold), token_f1(said, gold)))
        em, f1 = 100 * np.mean(found, axis=0)
        results[name] = (em, f1)
        print(f"{name}: EM {em:.2f}, F1 {f1:.2f} on {len(rows)} questions, the paragraph given", flush=True)
    return results


class _AsTrained(SpanNetwork):
    """The same reader, run by torch from the weights as they were trained."""

    def __init__(self, weights: Path, folder: Path) -> None:
        super().__init__(folder)
        self._network = load(weights)

    def _logits(self, asked: list[int], text: list[int]) -> Logits:
        special = self._special
        ids = [special["[CLS]"], *asked, special["[SEP]"], *text, special["[SEP]"]]
        kinds = [0] * (len(asked) + 2) + [1] * (len(text) + 1)
        tokens, types = torch.tensor([ids]), torch.tensor([kinds])
        found: Logits = self._network(tokens, torch.ones_like(tokens), types)[0].numpy()
        return found
