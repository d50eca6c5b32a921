"""Passages to spans: what in them answers a question, and how well. By a trained network, or by likeness alone."""

from qa.embed import Embedder
from qa.read.calibration import Calibration, calibration
from qa.read.reader import Reader
from qa.read.sentence import SentenceReader
from qa.read.trained import TrainedReader

__all__ = ["Calibration", "Reader", "SentenceReader", "TrainedReader", "calibration", "reader_named"]


def reader_named(name: str, embedder: Embedder) -> Reader:
    """The reader with this name: ``trained`` or ``sentence``; ValueError for another."""
    if name == TrainedReader.name:
        return TrainedReader()
    if name == SentenceReader.name:
        return SentenceReader(embedder)
    raise ValueError(f"a reader is called trained or sentence, not {name!r}")
