"""What a student is asked, so that a larger network may tell it what to say: passages, and sentences by themselves."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from qa.embed import SentenceTransformerEmbedder
from qa.text import sentences
from training.examples import Asked, Data, Example, Window, varied
from training.network import Encoder
from training.train import held_apart

_EMBED_AT_ONCE, _SEARCH_AT_ONCE = 4_096, 512
# Characters of a sentence: shorter ones say nothing, longer ones are lists.
_LEAST, _MOST = 20, 500
# Of a question's nearest sentences so many are looked through, and so many asked of its own context and of others.
_NEAREST, _OF_ITS_OWN, _OF_OTHERS = 24, 2, 2
_SHARE_FURTHER = 0.5  # of the questions, that are asked one more of the nearest
_SHARE_BEFORE = 0.1  # of the sentences, with the one before, as a quote that points back has it
_SHARE_TITLE = 0.8
_EASY = 9_000


@dataclass(frozen=True)
class Taught(Example):
    """An example with what is to be learned of each of its windows: ``logits``, shape (tokens, 2).

    ``known`` says that what answers in it is known as well.
    """

    known: bool = field(default=False, compare=False)
    logits: tuple[np.ndarray, ...] = field(default=(), compare=False)


def passages(data: Data) -> list[Taught]:
    """What the student is asked of whole passages."""
    draw = random.Random(77)
    squad, easy, answered, unanswered = parts(data)
    found = data.epoch(77, 0, some(draw, squad, 0.85), easy=1, negatives=0.7)
    found += data.epoch(78, 0, some(draw, easy, 0.08), easy=1, negatives=0.6)
    found += data.epoch(79, 0, some(draw, answered, 0.5), easy=1, negatives=0.2, written=1)
    found += data.epoch(80, 0, some(draw, unanswered, 0.9), easy=1, negatives=0, written=1)
    draw.shuffle(found)
    return [Taught(example.question, example.windows) for example in found]


def parts(data: Data) -> tuple[list[int], list[int], list[int], list[int]]:
    """The rows that train: SQuAD's, the easy ones, the written ones that are answered and those that are not."""
    held = held_apart(data)
    found: tuple[list[int], list[int], list[int], list[int]] = ([], [], [], [])
    for row, asked in enumerate(data.asked):
        if asked.context not in held:
            found[1 if asked.easy else 0 if not asked.written else 2 if asked.spans else 3].append(row)
    return found


def some(draw: random.Random, rows: list[int], share: float) -> list[int]:
    """A share of ``rows``, drawn."""
    return draw.sample(rows, int(len(rows) * share))


def believed(whole: Sequence[Taught]) -> list[Taught]:
    """Of every window that was read the sentence that was believed most, and the one that answers, by themselves."""
    encoder, found, seen = Encoder(), [], set()
    for example in whole:
        for window, logits in zip(example.windows, example.logits, strict=True):
            head, starts = encoder.places(example.question, window)
            inner = logits[head : head + len(starts), 0]
            best = [starts[int(inner.argmax())]] if len(inner) else []
            for place in best + [start for start, _ in window.spans[:1]]:
                sentence = _around(window, place)
                key = (example.question.lower().strip("?. "), sentence and sentence.text)
                if sentence and key not in seen:
                    seen.add(key)
                    found.append(Taught(example.question, (sentence,), known=bool(sentence.spans)))
    return found


def _around(window: Window, place: int) -> Window | None:
    """The sentence of ``window`` around a place; None where it is all of it, or too short to say anything."""
    for start, end in sentences(window.text):
        if start <= place < end and _LEAST <= end - start < len(window.text):
            return Window(window.title, window.text[start:end], _inside(window.spans, start, end))
    return None


def _inside(spans: Sequence[tuple[int, int]], start: int, end: int) -> tuple[tuple[int, int], ...]:
    """Those of ``spans`` that lie in a range, counted from its start."""
    return tuple((a - start, b - start) for a, b in spans if start <= a and b <= end)


def nearest(data: Data) -> list[Taught]:
    """Of every question that is not easy, and of some that are, sentences of all contexts that are nearest to it by the
    embedder, each by itself: of its own context, and of others."""
    draw = random.Random(99)
    places = list(_sentences(data, draw))
    squad, easy, answered, unanswered = parts(data)
    rows = sorted(squad + answered + unanswered) + draw.sample(easy, min(_EASY, len(easy)))
    vectors = _embedded([data.contexts[context][start:end] for context, start, end in places])
    asked = _embedded([data.asked[row].question for row in rows])
    found = []
    for first in range(0, len(rows), _SEARCH_AT_ONCE):
        some_rows = rows[first : first + _SEARCH_AT_ONCE]
        likeness = asked[first : first + _SEARCH_AT_ONCE] @ vectors.T
        order = np.argsort(-likeness, axis=1, kind="stable")[:, :_NEAREST]
        for row, near in zip(some_rows, order.tolist(), strict=True):
            question = data.asked[row]
            for context, start, end in _drawn(draw, question, [places[place] for place in near]):
                spans = _inside(question.spans, start, end) if context == question.context else ()
                title = data.titles[context] if draw.random() < _SHARE_TITLE else ""
                window = Window(title, data.contexts[context][start:end], spans)
                found.append(Taught(varied(draw, question.question), (window,), known=bool(spans)))
    draw.shuffle(found)
    return found


def _sentences(data: Data, draw: random.Random) -> Iterator[tuple[int, int, int]]:
    """The sentences of the contexts that train: a context by row, a start and an end in it."""
    held = held_apart(data)
    for context, text in enumerate(data.contexts):
        ranges = [] if context in held else list(sentences(text))
        for number, (start, end) in enumerate(ranges):
            if end - start >= _LEAST:
                if number and draw.random() < _SHARE_BEFORE:
                    start = ranges[number - 1].start
                if end - start < _MOST:
                    yield context, start, end


def _drawn(draw: random.Random, asked: Asked, near: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Which of the sentences that are ``near`` a question, nearest first, it is asked of."""
    own = [place for place in near if place[0] == asked.context]
    other = [place for place in near if place[0] != asked.context]
    taken = own[:_OF_ITS_OWN] + other[: 1 if asked.easy else _OF_OTHERS]
    if other and draw.random() < _SHARE_FURTHER:
        taken.append(draw.choice(other))
    return list(dict.fromkeys(taken))


def _embedded(texts: Sequence[str]) -> np.ndarray:
    """Unit vectors of ``texts``, shape (texts, dimensions)."""
    embedder = SentenceTransformerEmbedder()
    blocks = range(0, len(texts), _EMBED_AT_ONCE)
    return np.concatenate([embedder.embed_passages(texts[first : first + _EMBED_AT_ONCE]) for first in blocks])
