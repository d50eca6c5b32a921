"""The trained reader's network: a question and a text in, for every token how well an answer begins and ends there.

It is run by onnxruntime from the files in ``qa/read/model``; what it was
trained on, and how well it reads, stands in the model card there. Importing
this module imports neither onnxruntime nor tokenizers, and nothing here
imports torch.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qa.errors import ModelMissing

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Encoding, Tokenizer

MODEL = Path(__file__).parent / "model"
WEIGHTS, TOKENIZER, FACTS = "reader.onnx", "tokenizer.json", "reader.json"

LONGEST = 320
"""Tokens that are read at once: question, title and text together, special tokens included; as in training."""
MOST_OF_QUESTION = 48
MOST_OF_TITLE = 48
# Of a text that is longer, windows are read that share this many tokens, so that each answer is whole in one of them.
_OVERLAP = 64

Logits = NDArray[np.float32]


@dataclass(frozen=True)
class Reading:
    """What the network makes of one text.

    ``offsets`` has shape (tokens, 2): the range of characters of each token.
    ``starts`` and ``ends``, shape (tokens,), say in log-odds how much rather an
    answer begins, or ends, at a token than that the text holds none.
    """

    offsets: NDArray[np.int64]
    starts: Logits
    ends: Logits


class SpanNetwork:
    """The network in ``folder``; loaded when it is first needed, its weights checked against their digest."""

    def __init__(self, folder: Path = MODEL) -> None:
        self._folder = folder

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the weights, as the model's own facts state it."""
        try:
            facts = json.loads((self._folder / FACTS).read_text(encoding="utf-8"))
            return str(facts["sha256"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelMissing(f"{self._folder} holds no reader ({error}); reinstall chapterverse") from error

    def read(self, question: str, title: str, text: str) -> Reading:
        """What it makes of ``text``, which stands under ``title``; both may be empty.

        A text that does not fit is read in windows that overlap, and each of
        its tokens counts as in the window that shows most around it.
        """
        asked = self._tokens(question).ids[:MOST_OF_QUESTION]
        head = self._tokens(title).ids[:MOST_OF_TITLE] if title else []
        whole = self._tokens(text)
        room = LONGEST - len(asked) - len(head) - 3
        offsets = np.array(whole.offsets, np.int64).reshape(-1, 2)
        starts, ends = (np.full(len(offsets), -np.inf, np.float32) for _ in range(2))
        for first in range(0, max(len(offsets) - _OVERLAP, 1), room - _OVERLAP):
            window = whole.ids[first : first + room]
            logits = self._logits(asked, [*head, *window])
            inner = logits[len(asked) + 2 + len(head) : -1] - logits[0]
            # At the border of two windows, the first half of what they share belongs to the first.
            own = first + (_OVERLAP // 2 if first else 0)
            starts[own : first + room] = inner[own - first :, 0]
            ends[own : first + room] = inner[own - first :, 1]
        return Reading(offsets, starts, ends)

    def read_each(self, texts: Sequence[tuple[str, str, str]]) -> list[Reading]:
        """What it makes of each (question, title, text), read side by side, one a processor.

        Not in one batch: activations are quantised over all of it, so that a
        text's numbers would depend on what it is read with.
        """
        if len(texts) < 2:
            return [self.read(*text) for text in texts]
        _ = self._session, self._tokenizer  # loaded once, not by all at once
        return list(self._readers.map(lambda text: self.read(*text), texts))

    @cached_property
    def _readers(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(max_workers=os.cpu_count(), thread_name_prefix="reader")

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of every text, special ones not counted."""
        return [len(self._tokens(text).ids) for text in texts]

    def _logits(self, asked: list[int], text: list[int]) -> Logits:
        """Of every token of ``[CLS] asked [SEP] text [SEP]``, shape (tokens, 2): start and end."""
        special = self._special
        ids = np.array([[special["[CLS]"], *asked, special["[SEP]"], *text, special["[SEP]"]]], np.int64)
        kinds = np.zeros_like(ids)
        kinds[0, len(asked) + 2 :] = 1
        (logits,) = self._session.run(None, {"ids": ids, "mask": np.ones_like(ids), "kinds": kinds})
        found: Logits = logits[0]
        return found

    def _tokens(self, text: str) -> "Encoding":
        return self._tokenizer.encode(text, add_special_tokens=False)

    @cached_property
    def _special(self) -> dict[str, int]:
        return {token: number for token, number in self._tokenizer.get_vocab().items() if token in ("[CLS]", "[SEP]")}

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / TOKENIZER))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    @cached_property
    def _session(self) -> "onnxruntime.InferenceSession":
        import onnxruntime

        path = self._folder / WEIGHTS
        try:
            weights = path.read_bytes()
        except OSError as error:
            raise ModelMissing(f"{path} cannot be read ({error.strerror}); reinstall chapterverse") from error
        found = hashlib.sha256(weights).hexdigest()
        if found != self.digest:
            raise ModelMissing(
                f"the weights in {path} have SHA-256 {found[:12]}…, not {self.digest[:12]}…; reinstall chapterverse"
            )
        settings: Any = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = 1  # passages are read side by side
        return onnxruntime.InferenceSession(weights, settings, providers=["CPUExecutionProvider"])
