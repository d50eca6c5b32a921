"""Training examples: a question with a window that answers it, and windows that look alike and do not.

Every step is drawn from the seed and the number of the epoch alone, so that a training that was stopped goes on with
the very examples that it would have had.
"""

import gzip
import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.text import sentences
from training.lookalikes import NearMisses, lookalikes, without_answer
from training.written import WRITTEN, digest, read_written

# The reader is shown passages of up to 256 tokens; shorter windows train faster. Most are short.
SHORT, LONG, SHARE_LONG = 480, 1000, 0.3
# Below this many characters a window has no neighbours to tell apart.
LEAST = 160
# Of the windows that do not answer, so many are the question's own context, the sentences that answer cut out.
SHARE_CUT = 0.25
# Of the questions with a window that does not answer, so many come with two, and so many with none that answers.
SHARE_TWO, SHARE_TAKEN_AWAY = 0.4, 1 / 7
# Of the questions that are not easy, so many are asked once more, about something else.
SHARE_NEAR_MISS = 0.12
# Of the written questions that their context does not answer, so many are asked of all of it, if it is not too long.
SHARE_WHOLE = 0.7


@dataclass(frozen=True)
class Window:
    """A part of a context, behind its title, if it has one; ``spans`` are the answers within ``text``."""

    title: str
    text: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Example:
    """A question and its windows: the first answers it unless there is no answer, the others do not."""

    question: str
    windows: tuple[Window, ...]


@dataclass(frozen=True)
class Asked:
    """A question of the data: its context by row, and its answers as ranges there; none where there is no answer."""

    question: str
    context: int
    spans: tuple[tuple[int, int], ...]
    easy: bool = False
    written: bool = False


class Data:
    """The training data, and for every question the contexts that resemble it and lack its answer."""

    def __init__(self, path: Path, *, kept: Path, written: Path = WRITTEN) -> None:
        """Read ``path``; what resembles what, minutes of work, is kept in the folder ``kept`` for the next time.

        ``written``: more questions about its contexts (:mod:`training.written`); those of other data are left out.
        """
        self.contexts: list[str] = []
        self.titles: list[str] = []
        self.asked: list[Asked] = []
        rows: dict[str, int] = {}
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for entry in map(json.loads, lines):
                row = rows.setdefault(entry["context"], len(rows))
                if row == len(self.contexts):
                    self.contexts.append(entry["context"])
                    self.titles.append(entry["title"].replace("_", " "))
                spans = {(a["start"], a["start"] + len(a["text"])) for a in entry["answers"] if a["text"]}
                easy = entry["source"].startswith("qamr")
                self.asked.append(Asked(entry["question"], row, tuple(sorted(spans)), easy))
        self.sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        self.written_sha256 = hashlib.sha256(written.read_bytes()).hexdigest()
        known = kept / f"alike-{self.sha256[:12]}.json"
        if not known.exists():
            part = known.with_suffix(".part")  # killed in the middle, there is none
            part.write_text(json.dumps(self._alike()), encoding="utf-8")
            part.replace(known)
        self.alike: list[list[int]] = json.loads(known.read_text(encoding="utf-8"))
        self._near_misses = NearMisses(
            [asked.question for asked in self.asked], [self.titles[asked.context] for asked in self.asked]
        )
        self._add(written)

    def _alike(self) -> list[list[int]]:
        return lookalikes(
            [asked.question for asked in self.asked],
            [asked.context for asked in self.asked],
            [[self.contexts[asked.context][start:end] for start, end in asked.spans] for asked in self.asked],
            [f"{title}. {text}" for title, text in zip(self.titles, self.contexts, strict=True)],
        )

    def _add(self, written: Path) -> None:
        """The written questions, after all others. What resembles them is what resembles another of their context."""
        rows = {digest(context): row for row, context in enumerate(self.contexts)}
        alike = {asked.context: found for asked, found in zip(self.asked, self.alike, strict=True)}
        for context, question, spans in read_written(written):
            if (row := rows.get(context)) is not None:
                said = [self.contexts[row][start:end].lower() for start, end in spans]
                self.asked.append(Asked(question, row, spans, written=True))
                self.alike.append(
                    [other for other in alike[row] if not any(text in self.contexts[other].lower() for text in said)]
                )

    def epoch(
        self, seed: int, number: int, rows: Sequence[int], *, easy: float, negatives: float, written: float = 0.0
    ) -> list[Example]:
        """The examples of one time through ``rows``, shuffled: of the easy and of the written questions a share, and
        with the chance ``negatives`` each with windows that do not answer, some with these alone."""
        draw = random.Random(f"{seed}/{number}")
        examples = []
        for row in rows:
            asked = self.asked[row]
            share = easy if asked.easy else written if asked.written else 1.0
            if share < 1 and draw.random() >= share:
                continue
            if asked.written and not asked.spans:
                # Alone: what resembles its context may well answer it.
                examples.append(Example(varied(draw, asked.question), (self._seeming(draw, asked.context),)))
                continue
            windows = [self._window(draw, asked.context, asked.spans)]
            if draw.random() < negatives:
                windows += self._others(draw, row)
                if len(windows) > 1 and draw.random() < SHARE_TAKEN_AWAY:
                    windows = windows[1:]
            examples.append(Example(varied(draw, asked.question), tuple(windows)))
            if not (asked.easy or asked.written) and draw.random() < SHARE_NEAR_MISS:
                title, context = self.titles[asked.context], self.contexts[asked.context]
                if near_miss := self._near_misses.of(draw, asked.question, title, context):
                    window = self._window(draw, asked.context, asked.spans)
                    nothing = Window(window.title, window.text, ())
                    examples.append(Example(varied(draw, near_miss), (nothing,)))
        draw.shuffle(examples)
        return examples

    def _seeming(self, draw: random.Random, context: int) -> Window:
        """A window of a context that only seems to answer: mostly all of it, since any of its sentences may be why."""
        if draw.random() < SHARE_WHOLE and len(self.contexts[context]) <= LONG:
            return Window(self.titles[context] if draw.random() < 0.7 else "", self.contexts[context], ())
        return self._window(draw, context, ())

    def _others(self, draw: random.Random, row: int) -> list[Window]:
        """One or two windows that do not answer the question in ``row``; none where none is known."""
        asked = self.asked[row]
        windows = []
        for _ in range(1 + (draw.random() < SHARE_TWO)):
            cut = draw.random() < SHARE_CUT and without_answer(self.contexts[asked.context], asked.spans)
            if cut:
                windows.append(self._cut_to_size(draw, self.titles[asked.context], cut, ()))
            elif self.alike[row]:
                # Nearer ones more often: the square of an even draw.
                other = self.alike[row][int(len(self.alike[row]) * draw.random() ** 2)]
                windows.append(self._window(draw, other, ()))
        return windows

    def _window(self, draw: random.Random, context: int, spans: tuple[tuple[int, int], ...]) -> Window:
        return self._cut_to_size(draw, self.titles[context], self.contexts[context], spans)

    def _cut_to_size(self, draw: random.Random, title: str, text: str, spans: tuple[tuple[int, int], ...]) -> Window:
        most = LONG if draw.random() < SHARE_LONG else draw.randint(LEAST, SHORT)
        title = title if draw.random() < 0.7 else ""
        if len(text) <= most:
            return Window(title, text, spans)
        start, end = _cut(draw, text, spans[draw.randrange(len(spans))] if spans else None, most)
        inside = tuple((s - start, e - start) for s, e in spans if start <= s and e <= end)
        return Window(title, text[start:end], inside)


def _cut(draw: random.Random, text: str, around: tuple[int, int] | None, most: int) -> tuple[int, int]:
    """Whole sentences of ``text``, about ``most`` characters of them, with the range ``around`` among them."""
    ranges = [tuple(found) for found in sentences(text)] or [(0, len(text))]
    first = last = draw.randrange(len(ranges))
    if around:
        touched = [n for n, (start, end) in enumerate(ranges) if start < around[1] and around[0] < end]
        first, last = (touched[0], touched[-1]) if touched else (0, len(ranges) - 1)
    while True:
        sides = [side for side, free in ((-1, first > 0), (1, last < len(ranges) - 1)) if free]
        if not sides:
            break
        side = draw.choice(sides)
        new_first, new_last = (first - 1, last) if side < 0 else (first, last + 1)
        if ranges[new_last][1] - ranges[new_first][0] > most:
            break
        first, last = new_first, new_last
    start, end = ranges[first][0], ranges[last][1]
    return (min(start, around[0]), max(end, around[1])) if around else (start, end)


def varied(draw: random.Random, question: str) -> str:
    """The question as people type it: now and then without capitals, without its mark, or with a slip."""
    if draw.random() < 0.35:
        question = question.lower()
    if draw.random() < 0.3:
        question = question.rstrip("?. ")
    if draw.random() < 0.08 and len(question) > 12:
        at = draw.randrange(1, len(question) - 2)
        if question[at : at + 2].isalpha():
            question = slipped(question, at)
    return question


def slipped(question: str, at: int) -> str:
    """The question, its letters at ``at`` and behind it swapped."""
    return question[:at] + question[at + 1] + question[at] + question[at + 2 :]
