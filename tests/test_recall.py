import copy
import math
from contextlib import suppress
from typing import Any

import pytest

from qa.embed import HashingEmbedder
from qa.errors import BadReceipt
from qa.library import Library
from qa.read import SentenceReader
from qa.receipt import parse, receipt, to_json
from qa.receipt.recall import recall
from qa.records import Document

LEASE = "The lease ends on 31 May. Rent is due monthly. Nobody may keep a dog."


def library(*texts: str) -> Library:
    made = Library(embedder=HashingEmbedder(), reader=SentenceReader(HashingEmbedder()))
    made.add([Document(f"{number}.txt", text, sha256=f"{hash(text)}") for number, text in enumerate(texts)])
    return made


HELD = library(LEASE, "A cellar. The lease ends on 31 May. It is dry.", "Bread.")


def asked(threshold: float = 0) -> dict[str, Any]:
    found = HELD.ask("When does the lease end?", threshold=threshold)
    return parse(to_json(receipt(found, HELD, top=3, threshold=threshold)))


@pytest.mark.parametrize("threshold", [0, 1.1])
def test_an_answer_comes_back_as_it_was(threshold: float) -> None:
    answer = HELD.ask("When does the lease end?", threshold=threshold)
    back = recall(asked(threshold), HELD)
    assert back
    assert back.citations == answer.citations
    assert (back.found, back.refusal, back.confidence, back.question) == (
        answer.found,
        answer.refusal,
        answer.confidence,
        answer.question,
    )
    if not answer.found:
        assert back.passages == answer.passages[:3]


def test_where_a_document_has_changed_or_is_gone_nothing_comes_back() -> None:
    assert recall(asked(), library(LEASE + " More.", "Cellar.")) is None
    assert recall(asked(), library()) is None
    moved = asked()
    moved["citations"][0]["start"] += 1
    moved["citations"][0]["end"] += 1
    assert recall(moved, HELD) is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["citations", 0, "document"], None),
        (["citations", 0, "document", "id"], ["a"]),
        (["citations", 0, "start"], "x"),
        (["citations", 0, "start"], -5),
        (["citations", 0, "end"], 10**9),
        (["citations", 0, "passage"], {"start": 5, "end": 6}),
        (["citations", 0, "also"], None),
        (["citations", 0, "score"], 7),
        (["citations", 0, "exact"], {"start": 60, "end": 65}),
        (["citations", 0, "sources"], 99),
        (["citations", 0, "why"], [1]),
        (["citations", 0], "x"),
        (["confidence"], math.nan),
        (["confidence"], "high"),
        (["nearest"], [3]),
    ],
)
def test_what_is_no_receipt_is_refused_or_not_recalled(path: list[Any], value: object) -> None:
    content = copy.deepcopy(asked())
    place = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with suppress(BadReceipt):
        assert recall(content, HELD) is None
