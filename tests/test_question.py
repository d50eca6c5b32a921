import re

import pytest

from qa.embed import HashingEmbedder
from qa.errors import BadQuestion
from qa.library import Library
from qa.question import MAX_QUESTION, check


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("", "the question is empty; ask something that the documents may answer"),
        (" \t\r\n\u00a0", "the question is empty; ask something that the documents may answer"),
        (
            "x" * 100_000,
            "the question has 100,000 characters; ask one of at most 2,000, and add longer texts as documents",
        ),
        ("?!… —", "the question holds no word to look for; use words that the documents may hold"),
        ("\x00\x07\x1b", "the question holds no word to look for; use words that the documents may hold"),
        ("🎉😀", "the question holds no word to look for; use words that the documents may hold"),
        # What a terminal hands over for the bytes b"caf\xe9".
        ("caf\udce9", "the question holds bytes that are not UTF-8 text; type it again, or save it as UTF-8"),
    ],
)
def test_what_cannot_be_asked_is_told_in_one_helpful_line(question: str, message: str) -> None:
    with pytest.raises(BadQuestion, match=re.escape(message)) as caught:
        check(question)
    assert str(caught.value) == message


def test_the_longest_question_may_be_asked_and_no_longer_one() -> None:
    check("lease " * (MAX_QUESTION // 6) + "x" * (MAX_QUESTION % 6))
    with pytest.raises(BadQuestion):
        check("x" * (MAX_QUESTION + 1))


def test_a_library_asks_nothing_that_cannot_be_asked() -> None:
    with pytest.raises(BadQuestion):
        Library(embedder=HashingEmbedder()).ask("?!")
