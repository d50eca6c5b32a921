"""From data to the reader's files, in one command: python -m training --data FILE --out DIR [--model DIR]

Stopped, the same command goes on where it was. What it takes, and what came of it: training/README.md.
"""

import argparse
from dataclasses import fields
from pathlib import Path

from training.examples import Data
from training.export import export, smoothing_texts
from training.measure import measure
from training.train import Recipe, train


def main() -> None:
    """Train, export, measure."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/train_spans/train.jsonl.gz"))
    parser.add_argument("--out", type=Path, required=True, help="where checkpoints and weights go")
    parser.add_argument("--model", type=Path, help="where the reader's files go (a folder model in --out)")
    for field in fields(Recipe):
        parser.add_argument(f"--{field.name}", type=type(field.default), default=field.default)
    options = parser.parse_args()
    recipe = Recipe(**{field.name: getattr(options, field.name) for field in fields(Recipe)})
    options.out.mkdir(parents=True, exist_ok=True)
    data = Data(options.data, kept=options.out)
    weights = train(data, options.out, recipe)
    model = options.model or options.out / "model"
    export(weights, model, smoothing_texts(data))
    measure(data, weights, model)


if __name__ == "__main__":
    main()
