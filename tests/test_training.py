"""From data to the reader's files: what is drawn, that a training which was stopped goes on, and the one command."""

import gzip
import json
import random
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper

from qa.read.network import MODEL, WEIGHTS, SpanNetwork
from training import __main__, mix, train
from training.examples import Data, Window
from training.lookalikes import NearMisses, without_answer
from training.mix import mixed
from training.network import Encoder, Network, loss, read
from training.restore import restored
from training.train import Recipe
from training.written import WRITTEN, digest, read_written

pytestmark = [
    pytest.mark.model,
    # What torch.compile imports of torch itself.
    pytest.mark.filterwarnings("ignore:.torch.jit.script_method. is deprecated:DeprecationWarning"),
]

ALL = {"easy": 1.0, "negatives": 1.0, "written": 1.0}
SKY = "The sky over Kirkuk was red. The lake near {name} is {depth} metres deep. Nobody swims there in the winter."
NAMES = ("Mosul", "Basra", "Erbil", "Duhok", "Najaf", "Samarra", "Fallujah", "Ramadi")


def write(path: Path) -> Path:
    """Eight contexts of one article, five questions each; the first context is held apart."""
    lines = []
    for number, name in enumerate(NAMES):
        context = SKY.format(name=name, depth=10 + number)
        for asked in ("How deep is the lake near {}?", "how deep", "The lake near {}?", "What is deep?", "{} lake?"):
            text = f"{10 + number} metres"
            lines.append(
                {
                    "title": "Lakes",
                    "context": context,
                    "question": asked.format(name),
                    "answers": [{"text": text, "start": context.index(text)}],
                    "source": "squad",
                }
            )
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    folder = tmp_path_factory.mktemp("data")
    return Data(write(folder / "train.jsonl.gz"), kept=folder)


@pytest.fixture(autouse=True)
def _uncompiled():
    with torch.compiler.set_stance("force_eager"):
        yield


# Examples


def test_lookalikes_are_other_contexts_that_lack_the_answer_the_one_with_the_questions_name_among_them(data) -> None:
    for asked, alike in zip(data.asked, data.alike, strict=True):
        answer = data.contexts[asked.context][slice(*asked.spans[0])]
        assert len(alike) == len(set(alike)) == 7
        assert asked.context not in alike
        assert not any(answer in data.contexts[row] for row in alike)


def test_every_answer_of_an_example_stands_in_its_window(data) -> None:
    examples = data.epoch(0, 0, range(len(data.asked)), easy=1.0, negatives=1.0)
    found = [
        window.text[start:end] for example in examples for window in example.windows for start, end in window.spans
    ]
    assert len(found) > 20
    assert {text.split()[1] for text in found} == {"metres"}
    assert examples == data.epoch(0, 0, range(len(data.asked)), easy=1.0, negatives=1.0)
    assert examples != data.epoch(0, 1, range(len(data.asked)), easy=1.0, negatives=1.0)


def test_written_questions_are_asked_of_their_context_those_that_only_seem_to_be_answered_alone(tmp_path: Path) -> None:
    path, written = write(tmp_path / "train.jsonl.gz"), tmp_path / "written.jsonl.gz"
    context = SKY.format(name="Mosul", depth=10)
    answered = [["where is the water deep", context.index("Mosul"), context.index("Mosul") + 5]]
    lines = [
        {"context": digest(context), "unanswered": ["How cold is the lake near Mosul?"], "answered": answered},
        {"context": digest("of other data"), "unanswered": ["Who?"], "answered": []},
    ]
    with gzip.open(written, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    data = Data(path, kept=tmp_path, written=written)
    assert [asked.question for asked in data.asked[40:]] == [lines[0]["unanswered"][0], "where is the water deep"]
    for number in range(20):
        (seeming,) = data.epoch(0, number, [40], **ALL)
        assert [window.spans for window in seeming.windows] == [()]
        assert seeming.windows[0].text in context
    windows = [window for example in data.epoch(0, 0, [41], **ALL) for window in example.windows]
    assert {window.text[slice(*span)] for window in windows for span in window.spans} <= {"Mosul"}
    assert not data.epoch(0, 0, [40, 41], easy=1.0, negatives=1.0)


def test_the_shipped_written_questions_are_of_both_kinds_and_no_form_tells_which() -> None:
    kinds: dict[bool, list[str]] = {True: [], False: []}
    for _, question, spans in read_written(WRITTEN):
        kinds[bool(spans)].append(question.lower())
    assert min(map(len, kinds.values())) > 10_000
    for form in ("how many", "how much", "who", "what", "when", "where", "which", "in which", "why"):
        share = [np.mean([question.startswith(form) for question in questions]) for questions in kinds.values()]
        assert max(share) < 0.25
        assert abs(share[0] - share[1]) < 0.07


def test_the_sentences_that_answer_are_cut_out_and_what_says_it_again_is_none() -> None:
    text = SKY.format(name="Mosul", depth=10)
    at = text.index("10 metres")
    assert without_answer(text, [(at, at + 9)]) == "The sky over Kirkuk was red. Nobody swims there in the winter."
    assert without_answer(text + " It is 10 metres.", [(at, at + 9)]) == ""
    assert without_answer("It is 10 metres. So it is.", [(6, 15)]) == ""


def test_a_near_miss_asks_for_another_name_number_or_year() -> None:
    near = NearMisses(["How deep is the lake near Mosul?", "When, in 1990, did Basra fall?"], ["Lakes", "Lakes"])
    draw = random.Random(0)
    assert near.of(draw, "How deep is the lake near Mosul?", "Lakes", "") == "How deep is the lake near Basra?"
    assert near.of(draw, "How deep is the lake near Mosul?", "Lakes", "Basra too") is None
    assert near.of(draw, "What happened in 1991?", "", "") == "What happened in 1990?"
    assert near.of(draw, "what is it?", "Lakes", "") is None


# Network


def test_windows_read_in_chunks_have_the_logits_that_they_have_alone(data) -> None:
    network, encoder = Network().eval(), Encoder()
    examples = data.epoch(0, 0, range(len(data.asked)), easy=1.0, negatives=1.0)[:12]
    with torch.no_grad():
        together = read(network, encoder.batch(examples))
        row = 0
        for example in examples:
            batch = encoder.batch([example], multiple=1)
            alone = network(batch.ids, batch.mask, batch.kinds)
            for window in range(len(example.windows)):
                length = int(batch.mask[window].sum())
                torch.testing.assert_close(together[row, :length], alone[window, :length], atol=1e-4, rtol=1e-4)
                row += 1


def test_the_loss_is_worked_by_hand() -> None:
    from training.examples import Example

    window = Window("", "deep lake", ((0, 4),))
    batch = Encoder().batch([Example("how", (window,))], multiple=1)
    # [CLS] how [SEP] deep lake [SEP]: the first token and two of the text may be chosen, all alike.
    value = loss(torch.zeros(1, 6, 2), batch)
    assert value.item() == pytest.approx(torch.tensor(3.0).log().item() + 0.5 * torch.tensor(2.0).log().item())


# Training


def test_a_training_that_was_stopped_ends_where_it_would_have(data, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(train, "WINDOWS", 8)
    monkeypatch.setattr(train, "SAVE_EVERY", -1)  # after every step
    recipe = Recipe(epochs=1)
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    whole.mkdir()
    stopped.mkdir()
    expected = train.safetensors.torch.load_file(train.train(data, whole, recipe))
    with monkeypatch.context() as patch:
        patch.setattr(train, "read", Interrupted(after=3))
        with pytest.raises(KeyboardInterrupt):
            train.train(data, stopped, recipe)
    assert not (stopped / "weights.safetensors").exists()
    found = train.safetensors.torch.load_file(train.train(data, stopped, recipe))
    for name, weights in expected.items():
        torch.testing.assert_close(found[name], weights, atol=1e-4, rtol=1e-3)
    assert (expected["head.weight"] - Network().state_dict()["head.weight"]).abs().max() > 1e-3
    with pytest.raises(ValueError, match="of another training"):
        train.train(data, stopped, Recipe(epochs=2))


class Interrupted:
    """Reads so many batches, then somebody presses Ctrl-C."""

    def __init__(self, *, after: int) -> None:
        self._left = after

    def __call__(self, network, batch) -> torch.Tensor:
        if not self._left:
            raise KeyboardInterrupt
        self._left -= 1
        return read(network, batch)


def test_a_mixture_holds_so_much_of_each() -> None:
    one, other, third = ({"a": torch.tensor(numbers)} for numbers in ([1.0, 0.0], [0.0, 10.0], [2.0, 2.0]))
    torch.testing.assert_close(mixed([(one, 0.4), (other, 0.6)])["a"], torch.tensor([0.4, 6.0]))
    torch.testing.assert_close(mixed([(one, 0.2), (other, 0.3), (third, 0.5)])["a"], torch.tensor([1.2, 4.0]))
    with pytest.raises(ValueError, match=r"the shares make 0\.9, not 1"):
        mixed([(one, 0.4), (other, 0.5)])


def test_a_training_is_mixed_with_a_readers_files(tmp_path: Path, monkeypatch) -> None:
    before = restored(MODEL)
    twice = {name: 2 * weights for name, weights in before.items()}
    train.safetensors.torch.save_file(twice, tmp_path / "weights.safetensors")
    monkeypatch.setattr(mix, "export", lambda *_: None)
    monkeypatch.setattr(mix, "measure", lambda *_: None)
    source, out = write(tmp_path / "train.jsonl.gz"), tmp_path / "out"
    command = ["mix", f"{tmp_path}=0.25", f"{MODEL}=0.75", "--data", str(source), "--out", str(out)]
    monkeypatch.setattr(sys, "argv", command)
    mix.main()
    found = train.safetensors.torch.load_file(out / "weights.safetensors")
    torch.testing.assert_close(found, {name: 1.25 * weights for name, weights in before.items()})


def test_one_command_makes_files_that_read(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(train, "WINDOWS", 8)
    source = write(tmp_path / "train.jsonl.gz")
    monkeypatch.setattr(sys, "argv", ["training", "--data", str(source), "--out", str(tmp_path / "out"), "--epochs=1"])
    __main__.main()
    reading = SpanNetwork(tmp_path / "out" / "model").read("How deep?", "", "It is ten metres deep.")
    assert len(reading.starts) == 6
    trained = train.safetensors.torch.load_file(tmp_path / "out" / "weights.safetensors")
    again = restored(tmp_path / "out" / "model")
    assert again.keys() == trained.keys()
    for name, weights in trained.items():
        # 256 steps a channel, of what smoothing has made of it; seen: 0.05. Wrongly put together, it is 1.
        assert (again[name] - weights).norm() <= 0.1 * weights.norm() + 1e-6, name
    said = capsys.readouterr().out
    assert "float32: EM" in said
    assert "int8: EM" in said


def test_no_two_neighbours_of_the_shipped_weights_saturate_on_a_processor_without_vnni() -> None:
    graph = onnx.load(str(MODEL / WEIGHTS)).graph
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    products = [tensors[node.input[1]] for node in graph.node if node.op_type == "MatMulInteger"]
    assert len(products) == 36
    for weights in products:
        assert weights.dtype == np.int8
        pairs = weights.astype(int).reshape(-1, 2, weights.shape[1])
        largest = 255 * np.maximum(pairs, 0).sum(axis=1).max()
        least = 255 * np.minimum(pairs, 0).sum(axis=1).min()
        assert least >= -(2**15)
        assert largest < 2**15
