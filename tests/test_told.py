"""What a teacher told, kept without texts and recalled."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests.test_training import write
from training.asked import Taught, nearest
from training.examples import Data, Window
from training.network import Encoder
from training.told import LEAST, PLACES, Origin, Origins, keep, recalled

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    folder = tmp_path_factory.mktemp("data")
    return Data(write(folder / "train.jsonl.gz"), kept=folder)


@pytest.fixture(scope="module")
def single(data: Data) -> list[Taught]:
    return nearest(data)


encoder = cache(Encoder)


def allowed(example: Taught) -> list[int]:
    """Its tokens that may be chosen."""
    head, starts = encoder().places(example.question, example.windows[0])
    return [0, *range(head, head + len(starts))]


def told(example: Taught) -> Taught:
    """The example with logits that are drawn."""
    logits = np.random.default_rng(len(example.question)).normal(scale=6, size=(allowed(example)[-1] + 2, 2))
    return replace(example, logits=(logits.astype(np.float16),))


def chances(example: Taught) -> np.ndarray:
    (logits,) = example.logits
    values = np.exp(logits[allowed(example)].astype(np.float64))
    return values / values.sum(axis=0)


def key(example: Taught) -> tuple:
    return example.question, example.windows, example.known


def test_what_was_told_is_recalled_as_far_as_it_is_kept(data: Data, single: list[Taught], tmp_path: Path) -> None:
    before = {key(example): told(example) for example in single}
    assert keep(tmp_path / "told.npz", data, before.values()) == len(before) > 50
    after = {key(example): example for example in recalled(tmp_path / "told.npz", data)}
    assert after.keys() == before.keys()
    for which, example in after.items():
        wanted, found = chances(before[which]), chances(example)
        for side in (0, 1):
            likeliest = (1 + np.argsort(-wanted[1:, side]))[: PLACES - 1]
            best = [0, *(place for place in likeliest if wanted[place, side] >= LEAST)]
            assert found[best, side] == pytest.approx(wanted[best, side], rel=0.07, abs=1e-3)
            left = np.delete(found[:, side], best)
            assert left == pytest.approx(np.full(len(left), left.mean() if len(left) else 0), rel=0.05)
        # What is no answer has no chance.
        (logits,) = example.logits
        assert (np.delete(logits, allowed(example), axis=0) < -1000).all()


def test_where_an_example_comes_from_is_found_however_it_was_typed(data: Data) -> None:
    origins = Origins(data)
    asked = next(row for row, asked in enumerate(data.asked) if asked.question == "How deep is the lake near Basra?")
    context = data.asked[asked].context
    text = data.contexts[context]
    sentence = (text.index("The lake"), text.index(" Nobody"))
    for slip in (0, 4):
        for lower, bare, titled in ((False, False, True), (True, False, False), (True, True, True)):
            origin = Origin(asked, lower, bare, slip, context, *sentence, titled)
            example = origin.example(data)
            assert example.known
            assert origins.of(example) == origin
    assert example.question == "how edep is the lake near basra"


def test_what_is_of_no_question_or_no_sentence_of_the_data_is_left_out(
    data: Data, single: list[Taught], tmp_path: Path
) -> None:
    known = single[0]
    other = replace(known, question="How wide is it?")
    unseen = replace(known, windows=(Window("", "The lake is deep.", ()),))
    elsewhere = replace(known, windows=(replace(known.windows[0], title="Rivers"),))
    assert keep(tmp_path / "told.npz", data, map(told, (known, other, unseen, elsewhere))) == 1
    assert [key(example) for example in recalled(tmp_path / "told.npz", data)] == [key(known)]


def test_what_was_told_of_other_data_is_refused(data: Data, single: list[Taught], tmp_path: Path) -> None:
    keep(tmp_path / "told.npz", data, [told(single[0])])
    other = tmp_path / "written.jsonl.gz"
    other.write_bytes(b"")
    with pytest.raises(ValueError, match="is of other training data"):
        next(recalled(tmp_path / "told.npz", Data(write(tmp_path / "train.jsonl.gz"), kept=tmp_path, written=other)))
