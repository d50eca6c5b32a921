"""Examples to weights: seeded, saved every few minutes, and gone on with where it was."""

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import safetensors.torch
import torch
from torch import nn

from training.examples import Data, Example
from training.network import CHUNK, Batch, Encoder, Network, OnTokens, loss, read
from training.restore import restored

WINDOWS = 3 * CHUNK  # a step
SAVE_EVERY = 240  # seconds
HELD_APART = 40  # one context in so many is not trained on, to measure by
_POOL = 24  # steps whose windows are sorted by length together


@dataclass(frozen=True)
class Recipe:
    """How the network is trained; the defaults are how the shipped one was."""

    seed: int = 0
    epochs: int = 5
    rate: float = 3e-4
    easy: float = 0.2
    """The share of the easy questions that an epoch takes."""
    negatives: float = 0.7
    """The share of the questions that come with windows that do not answer."""
    written: float = 0.0
    """The share of the questions written for this training that an epoch takes."""
    dropout: float = 0.0
    start: str = ""
    """The folder of a reader's files whose weights are gone on with; empty: the backbone's."""


Objective = Callable[[torch.Tensor, Batch, Sequence[Example]], torch.Tensor]
"""A step's logits, its batch and its examples to what is to become small."""


def hard(logits: torch.Tensor, batch: Batch, _: Sequence[Example]) -> torch.Tensor:
    """The answers are what they are."""
    return loss(logits, batch)


def held_apart(data: Data) -> set[int]:
    """The contexts, by row, that measure and never train."""
    return set(range(0, len(data.contexts), HELD_APART))


def train(data: Data, folder: Path, recipe: Recipe) -> Path:
    """The file of the weights, in ``folder``; a training that was stopped there goes on with the next step.

    ValueError where it was begun by another recipe or other data.
    """
    torch.manual_seed(recipe.seed)
    network = Network()
    if recipe.start:
        network.load_state_dict(restored(Path(recipe.start)))
    about = {"recipe": asdict(recipe), "data": [data.sha256, data.written_sha256]}
    fit(network, _steps(data, recipe), folder, about, recipe)
    return saved(network, folder / "weights.safetensors")


def saved(network: nn.Module, weights: Path) -> Path:
    """The file of its weights."""
    safetensors.torch.save_file({name: value.contiguous() for name, value in network.state_dict().items()}, weights)
    return weights


def fit(
    network: OnTokens,
    steps: Sequence[Sequence[Example]],
    folder: Path,
    about: dict,
    recipe: Recipe,
    objective: Objective = hard,
) -> None:
    """Train ``network`` by ``steps``, which are the same each time; the state is saved in ``folder`` every few minutes.

    Of the ``recipe`` rate, dropout and seed are taken.

    ``about`` names what the training depends on: ValueError where what was saved there is of another.
    """
    encoder = Encoder()
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(parameters, lr=recipe.rate, weight_decay=0.01, fused=True)
    warm = max(len(steps) // 20, 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, max(0.0, (len(steps) - step) / (len(steps) - warm)))
    )
    checkpoint = Checkpoint(folder, about | {"steps": len(steps)})
    step = checkpoint.load(network=network, optimiser=optimiser, schedule=schedule)
    network.learn(recipe.dropout)
    network.compile_layers()
    print(f"{len(steps)} steps of {WINDOWS} windows, from step {step}", flush=True)
    kept = began = time.monotonic()
    first, mean = step, math.nan
    while step < len(steps):
        torch.manual_seed(recipe.seed * len(steps) + step)  # of dropout; gone on with, it is what it would have been
        batch = encoder.batch(steps[step])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = read(network, batch)
        value = objective(logits.float(), batch, steps[step])
        value.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad(set_to_none=True)
        step += 1
        mean = value.item() if math.isnan(mean) else 0.98 * mean + 0.02 * value.item()
        if step % 50 == 0:
            pace = (step - first) * WINDOWS / (time.monotonic() - began)
            print(f"step {step}: loss {mean:.3f}, {pace:.1f} windows/s", flush=True)
        if time.monotonic() - kept > SAVE_EVERY:
            checkpoint.save(step, network=network, optimiser=optimiser, schedule=schedule)
            kept = time.monotonic()
    checkpoint.save(step, network=network, optimiser=optimiser, schedule=schedule)


class Checkpoint:
    """Where a training stands, in one file of ``folder`` that is always whole."""

    def __init__(self, folder: Path, about: dict) -> None:
        self._path = folder / "checkpoint.pt"
        self._about = about

    def load(self, **parts) -> int:
        """Put ``parts`` in the state that was saved, and give the steps done; 0 where nothing was saved."""
        if not self._path.exists():
            return 0
        state = torch.load(self._path, weights_only=True)
        if state["about"] != self._about:
            raise ValueError(f"{self._path} is of another training: {state['about']}; name another folder")
        for name, part in parts.items():
            part.load_state_dict(state[name])
        return state["step"]

    def save(self, step: int, **parts) -> None:
        """Keep the state of ``parts``; killed in the middle, the one before stands."""
        state = {"about": self._about, "step": step, **{name: part.state_dict() for name, part in parts.items()}}
        part_file = self._path.with_suffix(".part")
        torch.save(state, part_file)
        part_file.replace(self._path)


def _steps(data: Data, recipe: Recipe) -> list[list[Example]]:
    """All steps of all epochs, in order."""
    held = held_apart(data)
    rows = list(range(len(data.asked)))
    random.Random(recipe.seed).shuffle(rows)
    rows = [row for row in rows if data.asked[row].context not in held]
    steps = []
    for number in range(recipe.epochs):
        shares = {"easy": recipe.easy, "negatives": recipe.negatives, "written": recipe.written}
        examples = data.epoch(recipe.seed, number, rows, **shares)
        steps += packed(examples, recipe.seed + number)
    return steps


def packed(examples: list[Example], seed: int) -> list[list[Example]]:
    """Steps of exactly WINDOWS windows of like length: padding costs as much as text, a new shape a compilation.

    What does not fill a step in its pool goes into the next pool; what is left of the last is dropped.
    """
    draw = random.Random(seed)
    steps: list[list[Example]] = []
    left: list[Example] = []
    for start in range(0, len(examples), WINDOWS * _POOL):
        pool = left + examples[start : start + WINDOWS * _POOL]
        pool.sort(key=lambda example: max(len(window.text) for window in example.windows))
        filled: list[list[Example]] = []
        step: list[Example] = []
        room = WINDOWS
        while (fits := next((n for n, one in enumerate(pool) if len(one.windows) <= room), None)) is not None:
            step.append(pool.pop(fits))
            room -= len(step[-1].windows)
            if not room:
                filled.append(step)
                step, room = [], WINDOWS
        left = pool + step
        draw.shuffle(filled)
        steps += filled
    return steps
