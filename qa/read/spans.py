"""The best span of each sentence: from numbers at tokens to ranges of characters."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.read.network import Reading
from qa.records import Range

LONGEST_ANSWER = 30
"""Tokens; 99 in 100 answers of the training data have fewer."""

_NONE = -1e9


@dataclass(frozen=True)
class Found:
    """The likeliest answer that begins in a sentence.

    ``score`` is its log-odds against "not in this text"; ``weight`` the same of
    all answers that begin in the sentence together.
    """

    range: Range
    score: float
    weight: float


def best_spans(
    reading: Reading, sentences: Sequence[Range], text: str, *, over: bool = True, barred: Sequence[Range] = ()
) -> list[Found | None]:
    """Of every sentence of ``text`` the likeliest answer; None where the network sees no whole token of it.

    An answer is at most LONGEST_ANSWER tokens long and may run ``over`` into the
    next sentence of the same line: where sentences were cut wrongly, it does.
    None touches what is ``barred``.
    """
    pairs = _pairs(reading)
    found: list[Found | None] = []
    for number, sentence in enumerate(sentences):
        inside = np.flatnonzero(
            (reading.offsets[:, 0] >= sentence.start)
            & (reading.offsets[:, 0] < sentence.end)
            & (reading.offsets[:, 1] > reading.offsets[:, 0])
        )
        if not len(inside):
            found.append(None)
            continue
        border = _border(sentences, number, text) if over else sentence.end
        scores = _allowed(pairs[inside], inside, reading.offsets, border, barred)
        row, length = np.unravel_index(int(np.argmax(scores)), scores.shape)
        first = int(inside[row])
        best = float(scores[row, length])
        if best <= _NONE:  # each runs over where none may
            found.append(None)
            continue
        weight = best + float(np.log(np.exp(scores - best).sum()))
        span = Range(int(reading.offsets[first, 0]), int(reading.offsets[first + int(length), 1]))
        found.append(Found(span, best, weight))
    return found


def _border(sentences: Sequence[Range], number: int, text: str) -> int:
    """Where the line ends on which sentence ``number`` does; a line break within a sentence is none."""
    end = sentences[number].end
    for later in sentences[number + 1 :]:
        if "\n" in text[end : later.start] or "\r" in text[end : later.start]:
            break
        end = later.end
    return end


def _allowed(
    scores: NDArray[np.float32],
    first: NDArray[np.intp],
    offsets: NDArray[np.int64],
    border: int,
    barred: Sequence[Range],
) -> NDArray[np.float32]:
    """``scores`` of spans that begin at the tokens ``first``, without those that end behind ``border`` or touch what is
    ``barred``."""
    last = first[:, None] + np.arange(scores.shape[1])
    ends = offsets[np.minimum(last, len(offsets) - 1), 1]
    allowed = (last < len(offsets)) & (ends <= border)
    for one in barred:
        allowed &= (offsets[first, 0] >= one.end)[:, None] | (ends <= one.start)
    return np.where(allowed, scores, np.float32(_NONE))


def _pairs(reading: Reading) -> NDArray[np.float32]:
    """Of every token and length the sum of start and end, shape (tokens, LONGEST_ANSWER)."""
    tokens = len(reading.starts)
    ends = np.concatenate([reading.ends, np.full(LONGEST_ANSWER, _NONE, np.float32)])
    windows = np.lib.stride_tricks.sliding_window_view(ends, LONGEST_ANSWER)[:tokens]
    pairs: NDArray[np.float32] = reading.starts[:, None] + windows
    return pairs
