import math
from dataclasses import replace

import numpy as np
import pytest

from qa.read.evidence import NAMES, Sentence, evidence
from qa.read.spans import Found
from qa.records import Document, Part, Passage, Range
from qa.spelling import Respelt
from vector_store import Hit

LEASE = "The lease ends in May. Rent is due monthly."


def passage(text: str, *, title: str = "") -> Passage:
    return Passage(Document("a.txt", text, title=title), 0, len(text))


def sentence(where: Passage, start: int, end: int, odds: float | None = None, *, score: float = 0.5) -> Sentence:
    marked = Found(Range(start, end), odds, odds + 0.5) if odds is not None else None
    return Sentence(where, Hit(0, score, None if score == 0.1 else score / 2, None), Range(start, end), marked)


def columns(question: str, *read: list[Sentence]) -> dict[str, list[float]]:
    found = evidence(question, read)
    assert found.shape == (sum(map(len, read)), len(NAMES))
    return {name: found[:, number].tolist() for number, name in enumerate(NAMES)}


def test_a_sentence_has_the_score_and_the_rank_of_its_passage_and_its_own_place_in_it() -> None:
    a, b = passage(LEASE), passage(LEASE)
    found = columns(
        "Lease?",
        [sentence(a, 0, 22, score=0.7), sentence(a, 23, 43, score=0.7)],
        [],
        [sentence(b, 0, 22, score=0.1)],
    )
    assert found["passage"] == [0.7, 0.7, 0.1]
    assert found["cosine"] == [0.35, 0.35, 0]
    assert found["rank"] == pytest.approx([1, 1, 1 / 3])
    assert found["lead"] == [1, 0.5, 1]


def test_coverage_weighs_the_questions_words_by_idf_and_counts_the_title() -> None:
    where = passage(LEASE, title="Flat in London")
    found = columns("Lease London rain?", [sentence(where, 0, 22), sentence(where, 23, 43)])
    # Of two sentences one holds "lease": ln(1 + 1.5 / 1.5); none holds "London" or "rain": ln(1 + 2.5 / 0.5).
    lease, other = math.log(2), math.log(6)
    assert found["coverage"] == pytest.approx([(lease + other) / (lease + 2 * other), other / (lease + 2 * other)])


def test_the_heading_and_the_question_that_a_sentence_stands_under_count_for_it() -> None:
    text = "Deposit\nTwo months. Who keeps it? The bank. Rent\nMonthly."
    where = Passage(Document("a.txt", text, parts=(Part(0, "§ Deposit"), Part(44, "§ Rent"))), 0, len(text))
    deposit, bank, rent = (sentence(where, *Range(text.index(it), text.index(it) + 4)) for it in ("Two", "bank", "Mon"))
    bank = replace(bank, below=Range(20, 33))
    found = columns("Who keeps the deposit?", [deposit, bank, rent])
    assert found["coverage"] == pytest.approx([0.5, 1, 0])


def test_another_spelling_counts_as_the_word() -> None:
    where = passage("Kazemi left. Nobody stayed.")
    read = [[sentence(where, 0, 12), sentence(where, 13, 27)]]
    respelt = [Respelt("kadhimi", Range(7, 14), ("kazemi",))]
    found = evidence("Who is Kadhimi?", read, respelt)[:, NAMES.index("coverage")]
    assert found.tolist() == [1, 0]
    assert evidence("Who is Kadhimi?", read)[:, NAMES.index("coverage")].tolist() == [0, 0]


def test_a_span_is_clipped_to_where_nothing_is_surer() -> None:
    where = passage(LEASE)
    read = [sentence(where, 0, 22, 3.5), sentence(where, 0, 22, 99), sentence(where, 23, 43)]
    assert columns("Lease?", read)["span"] == [3.5, 12, -12]


@pytest.mark.parametrize("question", ["東京?", "", "?!", "the of and"])
def test_every_number_is_finite(question: str) -> None:
    where = passage(LEASE)
    assert np.isfinite(evidence(question, [[sentence(where, 0, 22), sentence(where, 23, 43, -40)]])).all()
