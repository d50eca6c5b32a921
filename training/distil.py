"""A reader that goes on from the shipped one and learns from a larger network what a sentence says by itself.

    python -m training.distil --data FILE --teacher DIR --out DIR [--model DIR]

Hinton et al. (2015): of each sentence alone the student is to spread starts, ends and "not here" as the teacher does;
of each passage as it did itself, so that what it tells there stays what it was. DIR holds all-mpnet-base-v2. Stopped,
the same command goes on where it was. What came of it: training/README.md.
"""

import argparse
import itertools
import pickle
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import safetensors.torch
import torch

from qa.read.network import MODEL
from qa.text import sentences
from training.examples import Data, Example, Window
from training.export import export, smoothing_texts
from training.measure import measure
from training.network import Batch, Encoder, Network, groups, read
from training.restore import restored
from training.teacher import Teacher
from training.train import Recipe, fit, held_apart, packed, saved

# The teacher's training, and the student's.
TEACHER, STUDENT = Recipe(seed=21, epochs=1, rate=5e-5), Recipe(seed=0, epochs=2, rate=2e-4)
# Windows of passages a time through the sentences; of what is known, so much is as it is known.
PASSAGES, KNOWN = 25_000, 0.15
_LEAST = 20  # characters of a sentence
_BLOCK = 2_000  # examples read at once
_NEVER = -1e4


@dataclass(frozen=True)
class Taught(Example):
    """An example with what is to be learned of each of its windows: ``logits``, shape (tokens, 2).

    ``known`` says that what answers in it is known as well.
    """

    known: bool = field(default=False, compare=False)
    logits: tuple[np.ndarray, ...] = field(default=(), compare=False)


def soft(logits: torch.Tensor, batch: Batch, step: Sequence[Taught]) -> torch.Tensor:
    """The divergence of starts and ends, "not here" among the choices, from what is taught; and half as much of the
    same over all windows of a question."""
    target = torch.full(logits.shape, _NEVER)
    share = torch.zeros(len(logits), 1)
    row = 0
    for example in step:
        for each in example.logits:
            target[row, : len(each)] = torch.from_numpy(each).float()
            share[row] = KNOWN * example.known
            row += 1
    allowed = batch.open.clone()
    allowed[:, 0] = True
    several = [rows for rows in groups(batch.group) if len(rows) > 1]
    total = logits.new_zeros(())
    for side, right in ((0, batch.starts), (1, batch.ends)):
        scores, taught = logits[..., side], target[..., side]
        total = total + _divergence(scores, taught, allowed, right, share).mean()
        if several:
            within = [
                _divergence(
                    *(part[rows].reshape(1, -1) for part in (scores, taught, batch.open, right)), share[rows[:1]]
                )
                for rows in several
            ]
            total = total + 0.5 * torch.cat(within).mean()
    return total / 2


def _divergence(
    scores: torch.Tensor, taught: torch.Tensor, allowed: torch.Tensor, right: torch.Tensor, share: torch.Tensor
) -> torch.Tensor:
    """Kullback and Leibler's, of each row; ``share`` of what is taught is moved to the ``right`` places, if any."""
    wanted = taught.masked_fill(~allowed, _NEVER).softmax(1)
    known = right & allowed
    share = share * known.any(1, keepdim=True)
    wanted = (1 - share) * wanted + share * taught.masked_fill(~known, _NEVER).softmax(1)
    given = scores.masked_fill(~allowed, _NEVER).log_softmax(1)
    return (wanted * (wanted.clamp_min(1e-9).log() - given)).sum(1)


def labelled(network: torch.nn.Module, examples: Sequence[Taught]) -> list[Taught]:
    """The examples, taught by what ``network`` makes of them."""
    encoder, found = Encoder(), []
    network.eval()
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for start in range(0, len(examples), _BLOCK):
            part = examples[start : start + _BLOCK]
            batch = encoder.batch(part)
            rows = zip(read(network, batch).float(), batch.mask.sum(1).tolist(), strict=True)
            for example in part:
                logits = tuple(next(rows) for _ in example.windows)
                found.append(replace(example, logits=tuple(each[:length].half().numpy() for each, length in logits)))
            print(f"read {len(found)} of {len(examples)}", flush=True)
    return found


def alone(whole: Sequence[Taught]) -> list[Taught]:
    """Of every window that was read the sentence that was believed most, and the one that answers, by themselves."""
    encoder, found, seen = Encoder(), [], set()
    for example in whole:
        for window, logits in zip(example.windows, example.logits, strict=True):
            head, starts = encoder.places(example.question, window)
            inner = logits[head : head + len(starts), 0]
            believed = [starts[int(inner.argmax())]] if len(inner) else []
            for place in believed + [start for start, _ in window.spans[:1]]:
                sentence = _sentence(window, place)
                key = (example.question.lower().strip("?. "), sentence and sentence.text)
                if sentence and key not in seen:
                    seen.add(key)
                    found.append(Taught(example.question, (sentence,), known=bool(sentence.spans)))
    return found


def _sentence(window: Window, place: int) -> Window | None:
    """The sentence of ``window`` around a place; None where it is all of it, or too short to say anything."""
    for start, end in sentences(window.text):
        if start <= place < end and _LEAST <= end - start < len(window.text):
            spans = tuple((a - start, b - start) for a, b in window.spans if start <= a and b <= end)
            return Window(window.title, window.text[start:end], spans)
    return None


def teach(data: Data, backbone: Path, folder: Path) -> Path:
    """The weights of the teacher, trained in ``folder``: once through SQuAD's questions, two thirds of the written ones
    and a few of the easy ones."""
    torch.manual_seed(TEACHER.seed)
    draw = random.Random(3)
    squad, easy, answered, unanswered = _parts(data)
    examples = data.epoch(21, 0, squad, easy=1, negatives=0.38)
    examples += data.epoch(22, 0, draw.sample(easy, min(1_500, len(easy))), easy=1, negatives=0.3)
    examples += data.epoch(23, 0, _some(draw, answered, 0.6), easy=1, negatives=0.1, written=1)
    examples += data.epoch(24, 0, _some(draw, unanswered, 0.6), easy=1, negatives=0, written=1)
    draw.shuffle(examples)
    about = {"recipe": asdict(TEACHER), "data": [data.sha256, data.written_sha256], "teacher": True}
    teacher = Teacher(backbone)
    fit(teacher, packed(examples, TEACHER.seed), folder, about, rate=TEACHER.rate, seed=TEACHER.seed)
    return saved(teacher, folder / "weights.safetensors")


def passages(data: Data) -> list[Taught]:
    """What the student is asked of whole passages, and takes its sentences from."""
    draw = random.Random(77)
    squad, easy, answered, unanswered = _parts(data)
    found = data.epoch(77, 0, _some(draw, squad, 0.85), easy=1, negatives=0.7)
    found += data.epoch(78, 0, _some(draw, easy, 0.08), easy=1, negatives=0.6)
    found += data.epoch(79, 0, _some(draw, answered, 0.5), easy=1, negatives=0.2, written=1)
    found += data.epoch(80, 0, _some(draw, unanswered, 0.9), easy=1, negatives=0, written=1)
    draw.shuffle(found)
    return [Taught(example.question, example.windows) for example in found]


def _parts(data: Data) -> tuple[list[int], list[int], list[int], list[int]]:
    """The rows that train: SQuAD's, the easy ones, the written ones that are answered and those that are not."""
    held = held_apart(data)
    parts: tuple[list[int], list[int], list[int], list[int]] = ([], [], [], [])
    for row, asked in enumerate(data.asked):
        if asked.context not in held:
            parts[1 if asked.easy else 0 if not asked.written else 2 if asked.spans else 3].append(row)
    return parts


def _some(draw: random.Random, rows: list[int], share: float) -> list[int]:
    return draw.sample(rows, int(len(rows) * share))


def distil(data: Data, teacher: Teacher, start: Path, folder: Path) -> Path:
    """The weights of the student, trained in ``folder`` from those of the reader whose files are in ``start``."""
    torch.manual_seed(STUDENT.seed)
    student = Network()
    student.load_state_dict(restored(start))
    taught = folder / "taught.pickle"
    if not taught.exists():
        whole = labelled(student, passages(data))
        part = taught.with_suffix(".part")  # killed in the middle, there is none
        part.write_bytes(pickle.dumps((whole, labelled(teacher, alone(whole)))))
        part.replace(taught)
    whole, single = pickle.loads(taught.read_bytes())
    random.Random(5).shuffle(whole)
    more = itertools.cycle(whole)
    steps = []
    for number in range(STUDENT.epochs):
        examples, windows = list(single), 0
        while windows < PASSAGES:
            examples.append(next(more))
            windows += len(examples[-1].windows)
        random.Random(number).shuffle(examples)
        steps += packed(examples, number)
    about = {"recipe": asdict(STUDENT), "data": [data.sha256, data.written_sha256], "start": str(start)}
    student.train()
    fit(student, steps, folder, about, rate=STUDENT.rate, seed=STUDENT.seed, objective=soft)
    return saved(student, folder / "weights.safetensors")


def main() -> None:
    """Train the teacher and the student, export, measure."""
    parser = argparse.ArgumentParser(prog="python -m training.distil", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/train_spans/train.jsonl.gz"))
    parser.add_argument("--teacher", type=Path, required=True, help="the folder of all-mpnet-base-v2")
    parser.add_argument("--start", type=Path, default=MODEL, help="the files of the reader that is gone on with")
    parser.add_argument("--out", type=Path, required=True, help="where checkpoints and weights go")
    parser.add_argument("--model", type=Path, help="where the reader's files go (a folder model in --out)")
    options = parser.parse_args()
    (options.out / "teacher").mkdir(parents=True, exist_ok=True)
    data = Data(options.data, kept=options.out)
    teacher = Teacher(options.teacher)
    teacher.load_state_dict(safetensors.torch.load_file(teach(data, options.teacher, options.out / "teacher")))
    weights = distil(data, teacher, options.start, options.out)
    model = options.model or options.out / "model"
    export(weights, model, smoothing_texts(data, STUDENT))
    measure(data, weights, model)


if __name__ == "__main__":
    main()
