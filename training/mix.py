"""The average of readers that came from one backbone: python -m training.mix READER=SHARE ... --out DIR [--model DIR]

    python -m training.mix runs/reader=0.4 runs/span-1=0.6 --out runs/mixed --model qa/read/model

Networks that were trained from the same beginning can be averaged weight by weight, and the average is often better
than any of them (model soups, Wortsman et al. 2022). A reader is the folder of a finished training, or that of a
reader's files: then its weights are restored from int8, as exactly as these hold them. The shares make 1 together.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import safetensors.torch
import torch

from training.examples import Data
from training.export import export, smoothing_texts
from training.measure import measure
from training.restore import restored

Weights = Mapping[str, torch.Tensor]


def mixed(parts: Sequence[tuple[Weights, float]]) -> dict[str, torch.Tensor]:
    """The sum of all weights, each times its share; ValueError unless the shares make 1."""
    total = sum(share for _, share in parts)
    if abs(total - 1) > 1e-6:
        raise ValueError(f"the shares make {total:g}, not 1")
    return {name: torch.stack([share * one[name] for one, share in parts]).sum(0) for name in parts[0][0]}


def weights_of(folder: Path) -> Weights:
    """Of the training in ``folder`` as they are, of a reader's files as they are restored."""
    trained = folder / "weights.safetensors"
    return safetensors.torch.load_file(trained) if trained.exists() else restored(folder)


def part(given: str) -> tuple[Path, float]:
    folder, _, share = given.rpartition("=")
    return Path(folder), float(share)


def main() -> None:
    """Mix, export, measure."""
    parser = argparse.ArgumentParser(prog="python -m training.mix", description=__doc__)
    parser.add_argument("parts", nargs="+", type=part, metavar="READER=SHARE", help="a folder, and how much of it")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/train_spans/train.jsonl.gz"))
    parser.add_argument("--out", type=Path, required=True, help="where the weights go")
    parser.add_argument("--model", type=Path, help="where the reader's files go (a folder model in --out)")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    weights = options.out / "weights.safetensors"
    parts = [(weights_of(folder), share) for folder, share in options.parts]
    safetensors.torch.save_file(mixed(parts), weights)
    data = Data(options.data, kept=options.out)
    model = options.model or options.out / "model"
    export(weights, model, smoothing_texts(data))
    measure(data, weights, model)


if __name__ == "__main__":
    main()
