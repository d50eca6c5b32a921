import pytest

from qa.quote import quote
from qa.records import Document, Passage, Range, Span


def passage(text: str) -> Passage:
    return Passage(Document("a.txt", text), 0, len(text))


def quoted(text: str, start: int, end: int, exact: tuple[int, int] | None = None, *, grow: bool = True) -> str:
    return quote(passage(text), Span(start, end, 0.5, Range(*exact) if exact else None), grow=grow).text


BORN = "Ada Lovelace wrote the first program. She was born in 1815. Her father was Byron."


def test_a_sentence_that_points_back_is_quoted_with_the_one_before_it() -> None:
    assert quoted(BORN, 38, 59) == "Ada Lovelace wrote the first program. She was born in 1815."


def test_it_grows_by_one_sentence_at_the_most() -> None:
    assert quoted(BORN, 60, 81) == "She was born in 1815. Her father was Byron."


def test_without_growth_the_sentence_stands_alone() -> None:
    assert quoted(BORN, 38, 59, grow=False) == "She was born in 1815."


def test_a_sentence_that_stands_alone_is_quoted_alone() -> None:
    text = "The lease ends in May. The rent is due monthly."
    assert quoted(text, 23, 47) == "The rent is due monthly."


def test_the_first_sentence_has_none_before_it() -> None:
    assert quoted("It rains. It pours.", 0, 9) == "It rains."


def test_it_does_not_grow_into_another_paragraph() -> None:
    text = "Ada wrote the first program.\n\nShe was born in 1815."
    assert quoted(text, 30, 51) == "She was born in 1815."


def test_it_does_not_grow_to_more_than_can_be_read_at_a_glance() -> None:
    text = f"{'Ada wrote programs ' * 25}and letters. She was born in 1815."
    start = text.index("She")
    assert quoted(text, start, len(text)) == "She was born in 1815."


def test_a_word_that_only_begins_like_a_pronoun_points_nowhere() -> None:
    text = "The band played. Italy won. Theyer lost."
    assert quoted(text, 17, 27) == "Italy won."
    assert quoted(text, 28, 40) == "Theyer lost."


@pytest.mark.parametrize(
    "dateline",
    [
        "BAGHDAD (Reuters) - ",
        "WASHINGTON — ",
        "LONDON, Jan. 5 (AP) — ",
        "NEW YORK, N.Y. (AP) — ",
        "(CNN) — ",
        "Baghdad (AFP) – ",
        "Shafaq News/ ",
    ],
)
def test_a_dateline_is_not_quoted(dateline: str) -> None:
    text = f"{dateline}The minister resigned on Monday."
    assert quoted(text, 0, len(text)) == "The minister resigned on Monday."


@pytest.mark.parametrize(
    "sentence", ["“We resign,” they said.", "'I resign.'", "[The minister] resigned.", "Élan won."]
)
def test_behind_a_dateline_a_sentence_begins_with_a_capital_perhaps_in_quotation_marks(sentence: str) -> None:
    text = f"LONDON, Jan. 5 (AP) — {sentence}"
    assert quoted(text, 0, len(text)) == sentence


@pytest.mark.parametrize(
    "text",
    [
        "NATO and the EU agreed.",
        "A - B is a difference.",
        "Reuters (founded in 1851) - an agency - reported it.",
        "He said - and meant it - that he would go.",
        "COVID-19 - the disease - spread.",
        "The US/ UK treaty holds.",
        "IKEA – the Swedish furniture company – was founded in 1943.",
        "ETA - estimated time of arrival.",
        "VAT – 19 % – is included.",
        "TOTAL - 45 euros a month.",
        "Facebook (FB)-parent Meta has agreed to pay.",
        "Facebook (FB)-Parent Meta has agreed to pay.",
        "(FB)-Parent Meta has agreed to pay.",
    ],
)
def test_what_is_no_dateline_is_kept(text: str) -> None:
    assert quoted(text, 0, len(text)) == text


def test_a_dateline_that_answers_is_kept() -> None:
    text = "BAGHDAD (Reuters) - The minister resigned on Monday."
    assert quoted(text, 0, len(text), (0, 7)) == text
    assert quoted(text, 0, len(text), (24, 32)) == "The minister resigned on Monday."


def test_the_quote_is_of_the_document_not_of_the_passage() -> None:
    document = Document("a.txt", f"Head.\n\n{BORN}")
    found = quote(Passage(document, 7, len(document.text)), Span(38, 59, 0.5))
    assert found.text == "Ada Lovelace wrote the first program. She was born in 1815."
    assert found.start == 7
