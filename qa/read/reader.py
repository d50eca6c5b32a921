"""What the answer is made of: a reader, which finds in passages what answers a question."""

from collections.abc import Sequence
from typing import Protocol

from qa.read.calibration import Calibration
from qa.records import Passage, Span


class Reader(Protocol):
    """Finds the answer to a question in passages."""

    @property
    def name(self) -> str:
        """What a receipt calls it; confidence is calibrated by it."""

    @property
    def digest(self) -> str:
        """SHA-256 of its weights, or empty where it has none."""

    @property
    def calibration(self) -> Calibration:
        """What its scores are worth."""

    def read(self, question: str, passages: Sequence[Passage], scores: Sequence[float]) -> list[list[Span]]:
        """For each passage its spans, in any order, with scores in [0, 1] that compare between passages.

        ``scores`` are the passages' own, from retrieval, in [0, 1].
        """

    def forget(self) -> None:
        """Drop what is remembered of passages read before."""
