"""What the answer is made of: a reader, which finds in passages what answers a question."""

from collections.abc import Sequence
from typing import Protocol

from qa.read.calibration import Calibration
from qa.records import Passage, Span
from vector_store import Hit


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

    def read(self, question: str, hits: Sequence[tuple[Passage, Hit]], *, top: int = 3) -> list[list[Span]]:
        """For each passage, as retrieval found it, its spans, in any order; their scores in [0, 1] compare between
        passages. Only the ``top`` best that say different things need be exact."""

    def forget(self) -> None:
        """Drop what is remembered of passages read before."""
