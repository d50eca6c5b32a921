"""What the teacher told of sentences by themselves, kept so that a student needs no teacher.

No text is kept, but where it stands in the training data: which question, how it was typed, and which part of which
context. Of what was told "not here" and the likeliest places are kept, in 8 bits each; what they leave is spread evenly
over the others.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa.text import sentences
from training.asked import Taught
from training.examples import Asked, Data, Window, slipped
from training.network import Encoder

TOLD = Path(__file__).parent / "told.npz"
"""The teacher's, of training/README.md."""

PLACES = 4
"""So many starts and so many ends of a sentence are kept, "not here" among them."""
LEAST = 0.05
"""Less likely places are not kept."""
_PARTS = 8  # of a nat: what a place costs, the negative logarithm of its probability, is kept in so many
_NEVER = -1e4
_ENDS = "?. "  # what a question typed without its mark lacks

Logits = NDArray[np.float16]


@dataclass(frozen=True)
class Origin:
    """Where an example comes from: a question by its row, ``lower`` or ``bare`` of its mark, with the letters at
    ``slip`` swapped unless that is 0; and a part of a context, behind its title or not."""

    row: int
    lower: bool
    bare: bool
    slip: int
    context: int
    start: int
    end: int
    titled: bool

    def example(self, data: Data) -> Taught:
        """As it was asked; nothing is told of it."""
        asked = data.asked[self.row]
        spans = asked.spans if asked.context == self.context else ()
        inside = tuple((a - self.start, b - self.start) for a, b in spans if self.start <= a and b <= self.end)
        title = data.titles[self.context] if self.titled else ""
        window = Window(title, data.contexts[self.context][self.start : self.end], inside)
        question = _typed(asked, self.lower, self.bare)
        return Taught(slipped(question, self.slip) if self.slip else question, (window,), known=bool(inside))


class Origins:
    """Finds where examples of one sentence come from."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._typed = defaultdict(list)
        for lower in (False, True):
            for bare in (False, True):
                for row, asked in enumerate(data.asked):
                    self._typed[_typed(asked, lower, bare)].append((row, lower, bare))
        self._standing = defaultdict(list)
        for context, text in enumerate(data.contexts):
            before = None
            for one in sentences(text):
                for start in [one.start] if before is None else [one.start, before]:
                    self._standing[text[start : one.end]].append((context, start, one.end))
                before = one.start

    def of(self, example: Taught) -> Origin | None:
        """None where it is no question of the data as people type it, or no sentence of it (or two)."""
        (window,) = example.windows
        places = [at for at in self._standing.get(window.text, ()) if window.title in ("", self._data.titles[at[0]])]
        found = [
            Origin(row, lower, bare, slip, *place, bool(window.title))
            for row, lower, bare, slip in self._questions(example.question)
            for place in places
        ]
        answered = [one for one in found if one.example(self._data).windows == example.windows]
        return next(iter(answered), None)

    def _questions(self, typed: str) -> Iterator[tuple[int, bool, bool, int]]:
        for one in self._typed.get(typed, ()):
            yield *one, 0
        for at in range(1, min(len(typed) - 2, 256)):
            for one in self._typed.get(slipped(typed, at), ()) if typed[at] != typed[at + 1] else ():
                yield *one, at


def keep(file: Path, data: Data, examples: Iterable[Taught]) -> int:
    """Write what is told of ``examples``, each of one window, and tell how many of them were kept: not those without an
    origin, nor those longer than a byte can count."""
    encoder, origins = Encoder(), Origins(data)
    kept: dict[Origin, tuple[NDArray[np.int64], NDArray[np.float64]]] = {}
    for example in examples:
        (window,), (logits,) = example.windows, example.logits
        allowed = _allowed(encoder, example.question, window)
        if allowed[-1] <= 255 and (origin := origins.of(example)):
            chosen = logits[allowed].astype(np.float64)
            cost = np.logaddexp.reduce(chosen, axis=0) - chosen
            order = np.argsort(cost[1:], axis=0, kind="stable")[: PLACES - 1] + 1
            best = np.concatenate([np.zeros((1, 2), np.int64), order])
            lacking = ((0, PLACES - len(best)), (0, 0))
            costs = np.pad(np.take_along_axis(cost, best, axis=0), lacking, constant_values=np.inf)
            costs[1:][costs[1:] > -np.log(LEAST)] = np.inf
            kept[origin] = np.where(np.isfinite(costs), np.pad(allowed[best], lacking), 0), costs
    rows = sorted(kept, key=lambda one: (one.row, one.context, one.start, one.end, one.slip, one.lower, one.bare))
    np.savez_compressed(
        file,
        data=np.array(_digests(data)),
        question=np.array([one.row for one in rows], np.uint32),
        typed=np.array([one.lower + 2 * one.bare + 4 * one.titled for one in rows], np.uint8),
        slip=np.array([one.slip for one in rows], np.uint8),
        context=np.array([one.context for one in rows], np.uint16),
        start=np.array([one.start for one in rows], np.uint16),
        length=np.array([one.end - one.start for one in rows], np.uint16),
        places=np.array([kept[one][0] for one in rows], np.uint8),
        costs=np.minimum(np.array([kept[one][1] for one in rows]) * _PARTS, 255).round().astype(np.uint8),
    )
    return len(rows)


def recalled(file: Path, data: Data) -> Iterator[Taught]:
    """Every sentence that something is told of in ``file``, taught by it; ValueError where that is of other data."""
    with np.load(file) as kept:
        if kept["data"].tolist() != _digests(data):
            raise ValueError(f"{file} is of other training data; name what a teacher told of these, or the teacher")
        told = [kept[name] for name in ("question", "typed", "slip", "context", "start", "length", "places", "costs")]
    encoder = Encoder()
    for row, typed, slip, context, start, length, places, costs in zip(*told, strict=True):
        bits = (bool(typed & 1), bool(typed & 2), int(slip))
        origin = Origin(int(row), *bits, int(context), int(start), int(start) + int(length), bool(typed & 4))
        example = origin.example(data)
        allowed = _allowed(encoder, example.question, example.windows[0])
        logits = _spread(allowed, places, np.exp(costs / -_PARTS))
        yield Taught(example.question, example.windows, example.known, (logits,))


def _spread(allowed: NDArray[np.int64], places: NDArray[np.uint8], chances: NDArray[np.float64]) -> Logits:
    """Logits of all tokens up to the last that may be chosen, shape (tokens, 2)."""
    logits = np.full((allowed[-1] + 1, 2), _NEVER)
    for side in (0, 1):
        told = chances[:, side] >= LEAST * 0.9  # rounding may have made it less
        told[0] = True  # "not here", however unlikely
        best, chance = places[told, side], chances[told, side]
        left = max(1 - chance.sum(), 1e-4) / max(len(allowed) - len(best), 1)
        logits[allowed, side] = np.log(left)
        logits[best, side] = np.log(chance)
    return logits.astype(np.float16)


def _allowed(encoder: Encoder, question: str, window: Window) -> NDArray[np.int64]:
    """The tokens that may be chosen: "not here", and those of the window's text."""
    head, starts = encoder.places(question, window)
    return np.array([0, *range(head, head + len(starts))])


def _typed(asked: Asked, lower: bool, bare: bool) -> str:
    question = asked.question.lower() if lower else asked.question
    return question.rstrip(_ENDS) if bare else question


def _digests(data: Data) -> list[str]:
    return [data.sha256, data.written_sha256]
