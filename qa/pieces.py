"""Passages in pieces: what is embedded together has the same vectors, to the last digit, whenever it comes again."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from qa.records import Passage

# Passages of one document only: in a batch with another's the same model gives other last digits. Few, so that of a
# long document that changed in one place little is embedded again: as fast as 128 (600 passages, 20.2 and 20.9 s).
_AT_MOST = 8


@dataclass(frozen=True)
class Piece:
    """Passages of one document, one after the other, that are embedded together."""

    passages: Sequence[Passage]

    @property
    def texts(self) -> list[str]:
        """As the model is shown them."""
        return [passage.titled for passage in self.passages]

    @cached_property
    def key(self) -> bytes:
        """SHA-256 of the texts: the vectors of two pieces with one key are the same."""
        return hashlib.sha256(json.dumps(self.texts).encode()).digest()


def pieces(passages: Iterable[Passage]) -> list[Piece]:
    """All of ``passages``, in order."""
    found = []
    for _, group in groupby(passages, key=lambda passage: passage.document.id):
        of_document = list(group)
        found += [Piece(of_document[at : at + _AT_MOST]) for at in range(0, len(of_document), _AT_MOST)]
    return found
