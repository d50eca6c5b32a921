"""The average of two readers that came from one backbone: python -m training.mix --out DIR --with MODEL --share 0.4

Networks that were trained from the same beginning can be averaged weight by weight, and the average is often better
than either (model soups, Wortsman et al. 2022). The other reader may be a shipped one: its weights are restored from
its int8 files, as exactly as these hold them.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

import safetensors.torch
import torch

from training.examples import Data
from training.export import export, smoothing_texts
from training.measure import measure
from training.restore import restored
from training.train import Recipe

Weights = Mapping[str, torch.Tensor]


def mixed(own: Weights, other: Weights, share: float) -> dict[str, torch.Tensor]:
    """``share`` of ``own`` and the rest of ``other``."""
    return {name: share * own[name] + (1 - share) * other[name] for name in own}


def main() -> None:
    """Mix, export, measure."""
    parser = argparse.ArgumentParser(prog="python -m training.mix", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/train_spans/train.jsonl.gz"))
    parser.add_argument("--out", type=Path, required=True, help="the folder of a finished training")
    parser.add_argument("--with", dest="other", type=Path, required=True, help="the other reader's files")
    parser.add_argument("--share", type=float, required=True, help="of the training's own weights")
    parser.add_argument("--model", type=Path, help="where the mixed reader's files go (a folder mixed in --out)")
    options = parser.parse_args()
    data, recipe = Data(options.data, kept=options.out), Recipe()
    own = safetensors.torch.load_file(options.out / "weights.safetensors")
    weights = options.out / "mixed.safetensors"
    safetensors.torch.save_file(mixed(own, restored(options.other), options.share), weights)
    model = options.model or options.out / "mixed"
    export(weights, model, smoothing_texts(data, recipe))
    measure(data, weights, model)


if __name__ == "__main__":
    main()
