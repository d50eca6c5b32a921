"""What a reader learns of a larger network: what it is asked, and that it comes to say the same."""

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from transformers import MPNetConfig, MPNetModel

from qa.read.network import MODEL
from tests.test_training import NAMES, write
from training import asked, distil, train
from training.asked import Taught, nearest
from training.distil import drawn, labelled, soft
from training.examples import Data, Window
from training.network import Encoder, Network, OnTokens, read
from training.restore import restored
from training.teacher import Teacher

pytestmark = [
    pytest.mark.model,
    # What torch.compile imports of torch itself.
    pytest.mark.filterwarnings("ignore:.torch.jit.script_method. is deprecated:DeprecationWarning"),
]

SKY = "The sky over Kirkuk was red. The lake near Mosul is ten metres deep. Nobody swims there."
DEEP = (SKY.index("ten"), SKY.index(" deep"))


def read_alone(question: str, window: Window, believed: str, *, known: bool = False) -> list[Taught]:
    """The sentences of a window, in which the word ``believed`` is believed most."""
    head, places = Encoder().places(question, window)
    logits = np.zeros((head + len(places) + 1, 2), np.float16)
    logits[head + places.index(window.text.index(believed))] = 5
    return asked.believed([Taught(question, (window,), known, (logits,))])


@pytest.mark.parametrize("title", ["", "Lakes of Iraq"])
def test_the_sentence_believed_most_is_asked_alone_and_the_one_that_answers(title: str) -> None:
    deceived, right = read_alone("How deep is the lake?", Window(title, SKY, (DEEP,)), "Kirkuk")
    assert deceived == Taught("How deep is the lake?", (Window(title, "The sky over Kirkuk was red.", ()),))
    (window,) = right.windows
    assert (window.title, window.text) == (title, "The lake near Mosul is ten metres deep.")
    assert [window.text[start:end] for start, end in window.spans] == ["ten metres"]
    assert (deceived.known, right.known) == (False, True)


def test_a_sentence_is_asked_once_and_one_that_is_the_whole_window_not_again() -> None:
    assert len(read_alone("How deep?", Window("", SKY, (DEEP,)), "metres")) == 1
    assert read_alone("How deep?", Window("", "The lake is ten metres deep.", ()), "ten") == []


def test_a_question_is_asked_of_its_nearest_sentences_its_own_context_s_and_others(tmp_path: Path) -> None:
    found = nearest(data := Data(write(tmp_path / "train.jsonl.gz"), kept=tmp_path))
    texts = [example.windows[0].text for example in found]
    assert all(len(example.windows) == 1 for example in found)
    # Of the context that is held apart neither a question nor a sentence.
    assert not any("Mosul" in text for text in texts + [example.question for example in found])
    assert {example.known for example in found} == {True, False}
    for example in found:
        (window,) = example.windows
        assert bool(window.spans) == example.known
        said = [window.text[start:end] for start, end in window.spans]
        near = next(name for name in NAMES if name in window.text) if example.known else ""
        assert said == ([f"{10 + NAMES.index(near)} metres"] if near else [])
    # "How deep is the lake near Basra?" is asked of the depth of Basra's lake, where it is answered, and of another's.
    basra = [example for example in found if "basra" in example.question.lower()]
    assert any("Basra is 11 metres" in example.windows[0].text and example.known for example in basra)
    assert any("metres deep" in example.windows[0].text and not example.known for example in basra)
    assert found == nearest(data)


def taught(known: bool) -> tuple[Taught, torch.Tensor]:
    """An example of one window, "deep lake" of which "deep" answers, and what is taught of it as a tensor."""
    logits = np.zeros((6, 2), np.float16)
    logits[3:5] = [[0.0, 1.0], [2.0, 3.0]]
    return Taught("how", (Window("", "deep lake", ((0, 4),)),), known, (logits,)), torch.from_numpy(logits).float()[
        None
    ]


def test_who_says_what_is_taught_has_nothing_to_learn() -> None:
    example, logits = taught(known=False)
    batch = Encoder().batch([example], multiple=1)
    assert soft(logits + 7, batch, [example]).item() == pytest.approx(0, abs=1e-5)
    assert soft(torch.zeros_like(logits), batch, [example]).item() > 0.1
    # What stands on tokens that may not be chosen means nothing.
    logits[0, [1, 2, 5]] = 50
    assert soft(logits, batch, [example]).item() == pytest.approx(0, abs=1e-5)


def test_what_is_known_counts_for_its_share() -> None:
    example, logits = taught(known=True)
    batch = Encoder().batch([example], multiple=1)
    value = 0.0
    for side in (0, 1):
        told = logits[0, [0, 3, 4], side].softmax(0)  # not here, deep, lake
        wanted = 0.85 * told + 0.15 * torch.tensor([0.0, 1.0, 0.0])
        value += (wanted * (wanted / told).log()).sum().item() / 2
    assert soft(logits, batch, [example]).item() == pytest.approx(value, abs=1e-5)


def test_the_windows_of_a_question_compare_as_the_teacher_compares_them() -> None:
    one, logits = taught(known=False)
    several = Taught("how", one.windows * 2, False, (one.logits[0], one.logits[0] + np.float16(3)))
    both = torch.cat([logits, logits + 3])
    batch = Encoder().batch([several], multiple=1)
    assert soft(both, batch, [several]).item() == pytest.approx(0, abs=1e-5)
    # Each window by itself is as it was taught, but no longer the second before the first.
    alike = torch.cat([logits, logits])
    assert soft(alike, batch, [several]).item() > 0.1


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network of the teacher's kind, untrained."""
    folder = tmp_path_factory.mktemp("mpnet")
    torch.manual_seed(0)
    small = {"hidden_size": 24, "num_hidden_layers": 6, "num_attention_heads": 2, "intermediate_size": 48}
    MPNetModel(MPNetConfig(vocab_size=30527, **small)).save_pretrained(folder)
    return folder


def test_the_teacher_reads_the_readers_tokens(backbone: Path) -> None:
    teacher = Teacher(backbone).eval()
    seen = {}
    teacher.backbone.register_forward_pre_hook(lambda _, __, given: seen.update(given), with_kwargs=True)
    batch = Encoder().batch([Taught("how deep", (Window("", "deep lake", ()),))])
    assert read(teacher, batch).shape == (1, 16, 2)
    # [CLS] how deep [SEP] deep lake [SEP] [PAD], as its own tokenizer numbers them.
    assert seen["input_ids"][:, :8].tolist() == [[0, 2133, 2788, 2, 2788, 2701, 2, 1]]


def test_one_command_teaches_and_goes_on_where_it_was(backbone: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(train, "WINDOWS", 8)
    # Minutes; tests/test_training.py has them.
    monkeypatch.setattr(OnTokens, "compile_layers", lambda _: None)
    exported: list[tuple[Path, Path]] = []
    monkeypatch.setattr(distil, "export", lambda weights, model, _: exported.append((weights, model)))
    monkeypatch.setattr(distil, "measure", lambda *_: None)
    source, out = write(tmp_path / "train.jsonl.gz"), tmp_path / "out"
    command = ["distil", "--data", str(source), "--windows", "16"]
    monkeypatch.setattr(sys, "argv", [*command, "--teacher", str(backbone), "--out", str(out)])
    distil.main()
    assert exported == [(out / "weights.safetensors", out / "model")]
    capsys.readouterr()
    student, before = safetensors.torch.load_file(out / "weights.safetensors"), restored(MODEL)
    assert student.keys() == before.keys()
    assert (student["head.weight"] - before["head.weight"]).abs().max() > 1e-5
    with monkeypatch.context() as patched:
        patched.setattr(distil, "labelled", None)  # what was read and told is there
        distil.main()
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "from step" in line]
    done, _, begun = line.partition(" steps of 8 windows, from step ")
    assert int(done) == int(begun) > 0
    # What was told is enough without the teacher.
    monkeypatch.setattr(distil, "Teacher", None)
    other = tmp_path / "other"
    told = str(out / "told.npz")
    monkeypatch.setattr(sys, "argv", [*command, "--told", told, "--out", str(other)])
    distil.main()
    again = safetensors.torch.load_file(other / "weights.safetensors")
    assert (again["head.weight"] - before["head.weight"]).abs().max() > 1e-5
    torch.testing.assert_close(again, student, atol=1e-3, rtol=0)


def test_all_sentences_and_some_passages_are_gone_through_in_an_order_of_the_seed() -> None:
    single = [Taught(f"sentence {number}", (Window("", SKY, ()),)) for number in range(6)]
    whole = [Taught(f"passage {number}", (Window("", SKY, ()),) * 2) for number in range(3)]
    first, again, other = drawn(single, whole, 7, 0), drawn(single, whole, 7, 0), drawn(single, whole, 7, 1)
    assert first == again != other
    for examples in (first, other):
        asked_of = Counter(example.question for example in examples)
        assert [asked_of[one.question] for one in single] == [1] * 6
        # Eight windows, the fewest that are seven; no passage a second time before every other came.
        assert sorted(asked_of[one.question] for one in whole) == [1, 1, 2]
    assert drawn(single, [], 0, 0) != single


def test_what_a_network_makes_of_examples_is_what_it_makes_of_each() -> None:
    network = Network().eval()
    examples = [
        Taught("how deep", (Window("", SKY, ()), Window("Lakes", SKY[:28], ()))),
        Taught("who", (Window("", SKY, ()),)),
    ]
    found = labelled(network, examples)
    assert [example.windows for example in found] == [example.windows for example in examples]
    for example in found:
        for window, logits in zip(example.windows, example.logits, strict=True):
            batch = Encoder().batch([Taught(example.question, (window,))], multiple=1)
            with torch.no_grad():
                torch.testing.assert_close(
                    torch.from_numpy(logits).float(),
                    network(batch.ids, batch.mask, batch.kinds)[0],
                    atol=0.05,
                    rtol=0.05,
                )
