from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.embed import HashingEmbedder, SentenceTransformerEmbedder
from qa.library import Library
from qa.read import Reader, SentenceReader, TrainedReader
from qa.read.candidates import candidates
from qa.records import Document
from qa.split import split
from qa.text import asks, sentences

FAQ = """# Harbour Library: frequently asked questions

## How do I renew a book?

Log in to your account and press Renew beside the title. Or call the front desk.

Opening hours are on the door.

## How long can I keep a DVD?

Seven days.

## What happens if I lose my card?

Tell the front desk at once. A new card is ready the next day.

## Can I bring my dog?

Only assistance dogs are allowed inside the building.
"""


def told(text: str) -> list[tuple[str, str]]:
    return [(one.range.of(text), one.below.of(text) if one.below else "") for one in candidates(text)]


def test_what_asks_ends_with_a_question_mark_whatever_closes_behind_it() -> None:
    assert all(map(asks, ["Who?", "“Who?”", "(Who is it?)", "**Who?**", "من هو؟", "谁？"]))
    assert not any(map(asks, ["Who.", "“Who?” he asked.", "", "?!"]))
    assert not any(map(asks, ["He asked, “Who?”", 'The question was "Who is it?"']))


def test_what_follows_a_question_stands_below_it_to_the_end_of_its_paragraph() -> None:
    assert told("Prose. Who won? Nobody. It was late.\nStill.\n\nNews.") == [
        ("Prose.", ""),
        ("Nobody.", "Who won?"),
        ("It was late.", "Who won?"),
        ("Still.", "Who won?"),
        ("News.", ""),
    ]


def test_between_a_heading_that_asks_and_its_answer_may_be_an_empty_line() -> None:
    found = told(FAQ)
    assert ("Log in to your account and press Renew beside the title.", "## How do I renew a book?") in found
    assert ("Or call the front desk.", "## How do I renew a book?") in found
    assert ("Opening hours are on the door.", "") in found
    assert ("Seven days.", "## How long can I keep a DVD?") in found


def test_questions_in_a_row_are_asked_together() -> None:
    assert told("Can I bring my dog? Or a cat? No.\nWhy not? Fur.") == [
        ("No.", "Can I bring my dog? Or a cat?"),
        ("Fur.", "Why not?"),
    ]


def test_a_text_that_only_asks_answers_nothing() -> None:
    assert candidates("Who? When? Where?") == ()
    assert candidates("") == ()


@given(st.lists(st.sampled_from(["It is.", "Is it?", "“Is it?”", "\n", "\n\n", "Yes", "1.5"])).map(" ".join))
def test_every_sentence_asks_or_can_answer(text: str) -> None:
    found = candidates(text)
    assert [one.range for one in found] == [piece for piece in sentences(text) if not asks(piece.of(text))]
    for one in found:
        if one.below:
            inside = [
                piece for piece in sentences(text) if piece.start >= one.below.start and piece.end <= one.below.end
            ]
            assert inside
            assert all(asks(its.of(text)) for its in inside)
            assert one.below.end <= one.range.start


def test_a_question_is_cut_off_from_its_answer_only_where_both_do_not_fit() -> None:
    document = Document("faq.txt", "One two three four. Who won it? Nobody did. Done.")

    def passages(limit: int) -> list[str]:
        cut = split(document, [], count_tokens=lambda texts: [len(text.split()) for text in texts], limit=limit)
        return [each.text for each in cut]

    assert passages(8) == ["One two three four.", "Who won it? Nobody did. Done."]
    assert passages(5) == ["One two three four.", "Who won it? Nobody did.", "Done."]
    assert passages(4) == ["One two three four.", "Who won it?", "Nobody did. Done."]


def test_the_plain_reader_finds_nothing_in_a_passage_that_only_asks() -> None:
    embedder = HashingEmbedder()
    library = Library(embedder=embedder, reader=SentenceReader(embedder))
    library.add([Document("quiz.txt", "Who painted it? When was it sold?")])
    assert not library.ask("Who painted it?").citations


@pytest.mark.model
@pytest.mark.parametrize("reader", ["trained", "sentence"])
def test_a_list_of_frequent_questions_is_answered_by_its_answers(reader: str) -> None:
    embedder = SentenceTransformerEmbedder()
    chosen: Reader = TrainedReader() if reader == "trained" else SentenceReader(embedder)
    library = Library(embedder=embedder, reader=chosen)
    library.add([Document("faq.md", FAQ)])
    answers = {
        "How do I renew a book?": "Log in to your account and press Renew beside the title. Or call the front desk.",
        "how long can i keep a dvd": "Seven days.",
        "What happens if I lose my card?": "Tell the front desk at once. A new card is ready the next day.",
        "Can I bring my dog?": "Only assistance dogs are allowed inside the building.",
    }
    for question, its_answer in answers.items():
        answer = library.ask(question)
        assert answer.found, question
        assert answer.citations[0].quote.text in its_answer


@pytest.mark.model
def test_what_a_heading_asks_for_is_answered_below_it(tmp_path: Path) -> None:
    text = """# Staff handbook

## Annual leave

Full-time employees get 30 days a year. Up to five days can be carried over.

## Sick leave

Employees get full pay for 15 days a year.

## Working from home

Two days a week, after three months with the company.
"""
    (tmp_path / "handbook.md").write_text(text, encoding="utf-8")
    library = Library.from_folder(tmp_path)
    for question, said in {
        "what about annual leave": "Full-time employees get 30 days a year.",
        "How many days of sick leave are paid?": "Employees get full pay for 15 days a year.",
        "When can I start working from home?": "Two days a week, after three months with the company.",
    }.items():
        answer = library.ask(question)
        assert answer.found, question
        assert answer.citations[0].quote.text == said
