"""Questions that were written for this training: some that a context answers, in other words than its own, and some
that it only seems to answer.

Most unanswerable questions that are made by exchanging words can be told by these words. People who are refused ask
otherwise: for a detail that happens not to be stated, of one thing what the text tells of its neighbour, for another
role, time or kind (Rajpurkar et al. 2018). And who is only taught to refuse learns to distrust whatever a text words
otherwise; so every context has both.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

WRITTEN = Path(__file__).with_name("written.jsonl.gz")
"""The shipped ones: a line a context, ``{"context": digest, "unanswered": [question], "answered": [[question, start,
end]]}``, the range in code points of the context."""


def digest(context: str) -> str:
    """What the file calls a context, whose text it does not hold: 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(context.encode()).hexdigest()[:16]


def read_written(path: Path) -> Iterator[tuple[str, str, tuple[tuple[int, int], ...]]]:
    """Context, question, and where the answer stands; no range where there is none."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for entry in map(json.loads, lines):
            for question in entry["unanswered"]:
                yield entry["context"], question, ()
            for question, start, end in entry["answered"]:
                yield entry["context"], question, ((start, end),)
