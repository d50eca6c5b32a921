"""What a score is worth: the probability that a quote with it answers, and from which on how many of ten do."""

import json
import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from qa.errors import NotMeasured

FILE = Path(__file__).parent / "calibration.json"
"""Every fitted number of every reader; benchmarks/calibrate.py writes it, and says what it was fitted on."""


@dataclass(frozen=True)
class Calibration:
    """A logistic function of a score (Platt 1999), and what was seen right with it.

    ``logistic`` is its slope and its middle, None where the score is one
    already. ``precisions`` are pairs (share right, least confidence), both
    rising: of the questions answered from that confidence on, that share was
    right. ``bands`` are pairs (confidence, share right): of the answers
    from that confidence up to the next one's, on questions that nothing was
    fitted on. ``least`` is the confidence from which on the documents say it,
    unless a precision is asked for.
    """

    logistic: tuple[float, float] | None
    precisions: tuple[tuple[float, float], ...]
    least: float = 0.0
    bands: tuple[tuple[float, float], ...] = ()

    def confidence(self, score: float) -> float:
        """The probability that a quote of this score answers the question."""
        if self.logistic:
            slope, middle = self.logistic
            score = 1 / (1 + math.exp(-slope * (score - middle)))
        return round(score, 6)  # beyond that, the same model differs from machine to machine

    def threshold(self, precision: float) -> float:
        """The least confidence from which ``precision`` of the answers are expected to be right.

        Where no more than a smaller share was ever seen right, 1.0: nothing
        that can be asked is that sure. Raises NotMeasured where nothing was
        measured.
        """
        if not 0 <= precision <= 1:
            raise ValueError(f"precision must be in [0, 1], got {precision}")
        if not self.precisions:
            raise NotMeasured("how often this reader is right was not measured; take --reader trained")
        at = bisect_left(self.precisions, (precision, 0.0))
        return self.precisions[at][1] if at < len(self.precisions) else 1.0

    def share_right(self, confidence: float) -> float | None:
        """Of the answers that were about as sure, the share that was right; None where that was not measured."""
        at = bisect_right(self.bands, (confidence, 1.0)) - 1
        return self.bands[at][1] if at >= 0 else None


def calibration(reader: str) -> Calibration:
    """That of the reader with this name; KeyError if there is none."""
    fitted = coefficients(reader)["confidence"]
    pairs = tuple((float(share), float(least)) for share, least in fitted["precisions"])
    logistic = (float(fitted["slope"]), float(fitted["middle"])) if "slope" in fitted else None
    bands = tuple((float(least), float(share)) for least, share in fitted.get("bands", ()))
    return Calibration(logistic, pairs, float(fitted["threshold"]), bands)


def coefficients(reader: str) -> Mapping[str, Any]:
    """Everything that was fitted for the reader with this name; KeyError if nothing was."""
    fitted: Mapping[str, Any] = _read()[reader]
    return fitted


@cache
def _read() -> dict[str, Any]:
    return dict(json.loads(FILE.read_text(encoding="utf-8")))
