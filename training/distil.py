"""A reader that goes on from the shipped one and learns from a larger network what a sentence says by itself.

    python -m training.distil --data FILE --out DIR [--model DIR] [--start DIR] [--teacher DIR [--told FILE]]

Hinton et al. (2015): of each sentence alone the student is to spread starts, ends and "not here" as the teacher does;
of each passage as the shipped one does, so that what it tells there stays what it was. What the teacher told is kept in
training/told.npz, and learned from; once more, in another order, with --start, --seed and --rate. With --teacher, a
folder that holds all-mpnet-base-v2, a teacher is trained first and asked, and what it tells is kept in --told. Stopped,
the same command goes on where it was. What came of it: training/README.md.
"""

import argparse
import itertools
import pickle
import random
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import safetensors.torch
import torch

from qa.read.network import MODEL
from training.asked import Taught, believed, nearest, parts, passages, some
from training.examples import Data
from training.export import export, smoothing_texts
from training.measure import measure
from training.network import Batch, Encoder, Network, groups, read
from training.restore import restored
from training.teacher import Teacher
from training.told import TOLD, keep, recalled
from training.train import Recipe, fit, packed, saved

# The teacher's training, and the student's.
TEACHER, STUDENT = Recipe(seed=21, epochs=1, rate=5e-5), Recipe(seed=0, epochs=1, rate=2e-4)
# Of what is known, so much is taught as it is known.
KNOWN = 0.15
# Examples of a block that is read, and windows at once: more than in training, where weights are rounded once a step.
_BLOCK, _AT_ONCE = 2_000, 96
_NEVER = -1e4


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
            rows = zip(read(network, batch, chunk=_AT_ONCE).float(), batch.mask.sum(1).tolist(), strict=True)
            for example in part:
                logits = tuple(next(rows) for _ in example.windows)
                found.append(replace(example, logits=tuple(each[:length].half().numpy() for each, length in logits)))
            print(f"read {len(found)} of {len(examples)}", flush=True)
    return found


def teach(data: Data, backbone: Path, folder: Path) -> Path:
    """The weights of the teacher, trained in ``folder``: once through SQuAD's questions, two thirds of the written ones
    and a few of the easy ones."""
    torch.manual_seed(TEACHER.seed)
    draw = random.Random(3)
    squad, easy, answered, unanswered = parts(data)
    examples = data.epoch(21, 0, squad, easy=1, negatives=0.38)
    examples += data.epoch(22, 0, draw.sample(easy, min(1_500, len(easy))), easy=1, negatives=0.3)
    examples += data.epoch(23, 0, some(draw, answered, 0.6), easy=1, negatives=0.1, written=1)
    examples += data.epoch(24, 0, some(draw, unanswered, 0.6), easy=1, negatives=0, written=1)
    draw.shuffle(examples)
    about = {"recipe": asdict(TEACHER), "data": [data.sha256, data.written_sha256], "teacher": True}
    teacher = Teacher(backbone)
    fit(teacher, packed(examples, TEACHER.seed), folder, about, TEACHER)
    return saved(teacher, folder / "weights.safetensors")


def read_whole(data: Data, start: Path, folder: Path) -> list[Taught]:
    """Passages with what the reader whose files are in ``start`` makes of them; kept in ``folder``."""
    kept = folder / "passages.pickle"
    if not kept.exists():
        reader = Network()
        reader.load_state_dict(restored(start))
        reader.compile_layers()
        part = kept.with_suffix(".part")  # killed in the middle, there is none
        part.write_bytes(pickle.dumps(labelled(reader, passages(data))))
        part.replace(kept)
    whole: list[Taught] = pickle.loads(kept.read_bytes())
    return whole


def ask(data: Data, backbone: Path, whole: Sequence[Taught], folder: Path, told: Path) -> None:
    """Train a teacher in ``folder`` and ask it of sentences by themselves, unless the file of what it ``told`` is
    there."""
    if not told.exists():
        folder.mkdir(exist_ok=True)
        teacher = Teacher(backbone)
        teacher.load_state_dict(safetensors.torch.load_file(teach(data, backbone, folder)))
        teacher.compile_layers()
        single = believed(whole) + nearest(data)
        print(f"of {len(single)} sentences {keep(told, data, labelled(teacher, single))} kept", flush=True)


def drawn(single: Sequence[Taught], whole: Sequence[Taught], windows: int, seed: int) -> list[Taught]:
    """Every one of the ``single`` sentences, and of the ``whole`` passages so many windows or a few more; mixed."""
    passages_drawn = list(whole)
    random.Random(5 + seed).shuffle(passages_drawn)
    more = itertools.cycle(passages_drawn)
    examples = list(single)
    while windows > 0:
        examples.append(next(more))
        windows -= len(examples[-1].windows)
    random.Random(seed).shuffle(examples)
    return examples


def distil(data: Data, examples: Sequence[Taught], start: Path, folder: Path, recipe: Recipe) -> Path:
    """The weights of the student, trained in ``folder`` from those of the reader whose files are in ``start``."""
    torch.manual_seed(recipe.seed)
    student = Network()
    student.load_state_dict(restored(start))
    about = {"recipe": asdict(recipe), "data": [data.sha256, data.written_sha256], "start": str(start)}
    about["examples"] = len(examples)
    fit(student, packed(examples, recipe.seed), folder, about, recipe, objective=soft)
    return saved(student, folder / "weights.safetensors")


def main() -> None:
    """Train the student, and before it the teacher where its backbone is named; export, measure."""
    parser = argparse.ArgumentParser(prog="python -m training.distil", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/train_spans/train.jsonl.gz"))
    parser.add_argument("--teacher", type=Path, help="the folder of all-mpnet-base-v2: train a teacher, and ask it")
    parser.add_argument("--told", type=Path, help="what the teacher told (training/told.npz; with --teacher in --out)")
    parser.add_argument("--start", type=Path, default=MODEL, help="a reader's files: whose weights are gone on with")
    parser.add_argument("--windows", type=int, default=32_000, help="of passages, beside the sentences (32000)")
    parser.add_argument("--rate", type=float, default=STUDENT.rate, help="of learning, at its highest (2e-4)")
    parser.add_argument("--seed", type=int, default=STUDENT.seed, help="of the order")
    parser.add_argument("--out", type=Path, required=True, help="where checkpoints and weights go")
    parser.add_argument("--model", type=Path, help="where the reader's files go (a folder model in --out)")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    data = Data(options.data, kept=options.out)
    told = options.told or (options.out / TOLD.name if options.teacher else TOLD)
    recipe = replace(STUDENT, rate=options.rate, seed=options.seed)
    whole = read_whole(data, MODEL, options.out)
    if options.teacher:
        ask(data, options.teacher, whole, options.out / "teacher", told)
    examples = drawn(list(recalled(told, data)), whole, options.windows, recipe.seed)
    weights = distil(data, examples, options.start, options.out, recipe)
    model = options.model or options.out / "model"
    export(weights, model, smoothing_texts(data))
    measure(data, weights, model)


if __name__ == "__main__":
    main()
