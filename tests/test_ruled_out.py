"""Who came before somebody is somebody else: what a question rules out itself."""

import numpy as np
import pytest

from qa.read.network import Reading
from qa.read.ruled_out import RuledOut
from qa.read.spans import best_spans
from qa.records import Range
from qa.spelling import Spelling
from qa.text import words

COMMON = {"who", "was", "before", "the", "president", "war", "obama"}


def count_tokens(texts: list[str]) -> list[int]:
    return [1 if text.lower() in COMMON else 3 for text in texts]


def ruled_out(question: str, sentence: str) -> list[str]:
    respelt = Spelling(words(sentence)).respelt(question, count_tokens)
    where = Range(3, 3 + len(sentence))
    return [
        one.of("..." + sentence) for one in RuledOut(question, respelt, count_tokens).ranges("..." + sentence, where)
    ]


@pytest.mark.parametrize(
    ("question", "sentence", "names"),
    [
        ("Who led Iraq before Kadhimi?", "Baghdad: Minister Mustafa al-Kadhimi spoke.", "Minister Mustafa al-Kadhimi"),
        ("Who led Iraq before Kadhimi?", "Mustafa al-Kazemi spoke.", "Mustafa al-Kazemi"),
        ("who led iraq before kadhimi", "Mustafa al-Kadhimi spoke.", "Mustafa al-Kadhimi"),
        ("After Edward Braddock died, who led?", "They followed General Edward Braddock.", "General Edward Braddock"),
        ("Which languages besides English are spoken?", "They speak English and French.", "English"),
        ("Who replaced Obama?", "Mr. Obama left.", "Obama"),
        ("Who succeeded Kim Jong-il?", "Kim Jong-il died.", "Kim Jong-il"),
    ],
)  # fmt: skip
def test_the_name_behind_before_and_its_like_is_no_answer(question: str, sentence: str, names: str) -> None:
    assert ruled_out(question, sentence) == [names]


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        # Of two of one family either may be meant.
        ("Who ruled after Castro?", "Raúl Castro followed Fidel Castro."),
        ("Who succeeded Kim Jong-il?", "Kim Jong-un was his son."),
        # What stands behind it is no name.
        ("Who was president before the war?", "The War Office was open."),
        ("who comes after president", "The Vice President does."),
        ("Who was there before 1990?", "In 1990 nobody was."),
        # Likeness, care, and things that happen.
        ("Who is named after Kearney?", "Theo Kearney is."),
        ("Who looked after Obama?", "Michelle Obama did."),
        ("What did they do after Soleimani died?", "They mourned Soleimani."),
        ("Who led Iraq before Kadhimi?", "Adel Abdul Mahdi did."),
    ],
)
def test_nothing_else_is_ruled_out(question: str, sentence: str) -> None:
    assert ruled_out(question, sentence) == []


def test_no_answer_touches_what_is_barred() -> None:
    text = "ab cd ef"
    read = Reading(np.array([(0, 2), (3, 5), (6, 8)]), np.array([1, 5, 0], np.float32), np.array([0, 5, 2], np.float32))
    assert found(read, text) == ("cd", 10)
    assert found(read, text, Range(3, 5)) == ("ef", 2)
    assert found(read, text, Range(4, 8)) == ("ab", 1)
    assert found(read, text, Range(0, 8)) is None


def found(read: Reading, text: str, *barred: Range) -> tuple[str, float] | None:
    (best,) = best_spans(read, [Range(0, len(text))], text, barred=barred)
    return best and (best.range.of(text), best.score)
