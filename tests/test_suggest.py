"""Suggested questions: good English, made of the documents, and answered by them."""

from collections import Counter
from pathlib import Path

import pytest

from qa.embed import HashingEmbedder
from qa.library import Library
from qa.read import SentenceReader, calibration
from qa.records import Answer, Document
from qa.suggest import suggestions
from qa.suggest.candidates import candidates, is_fit, is_question
from qa.suggest.choice import MOST_ASKED, PRECISION

LEASE = """What happens if the rent is late?

A fee of 20 euros is due for every week. The tenant must notify the landlord in writing within 14 days of any damage.

The monthly rent is $1,200, due on the first. The boiler must be serviced every year.
"""
HANDBOOK = """Full-time employees are entitled to 25 days of paid leave per year.

Employees must hand in a request at least two weeks before the first day of leave.
"""
GERMAN = "Die Mieterin muss die Wohnung innerhalb von 14 Tagen räumen. Gegründet wurde Acme im Jahr 1987 in Bonn."


def questions(sentence: str) -> list[str]:
    return [question for _, question in candidates(sentence)]


def library_of(*texts: str) -> Library:
    embedder = HashingEmbedder()
    library = Library(embedder=embedder, reader=SentenceReader(embedder))
    library.add(Document(f"{number:05}.txt", text) for number, text in enumerate(texts))
    return library


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        (
            "The tenant must notify the landlord in writing within 14 days of any damage.",
            "Within how many days must the tenant notify the landlord in writing?",
        ),
        ("Claims must be filed within thirty (30) days.", "Within how many days must claims be filed?"),
        (
            "Employees must hand in a request at least two weeks before the first day of leave.",
            "How many weeks before the first day of leave must employees hand in a request?",
        ),
        (
            "Full-time employees are entitled to 25 days of paid leave per year.",
            "How many days of paid leave are full-time employees entitled to?",
        ),
        ("The monthly rent is $1,200, due on the first.", "How much is the monthly rent?"),
        ("A replacement key costs 15 euros.", "How much does a replacement key cost?"),
        ("The warranty lasts 24 months.", "How long does the warranty last?"),
        ("The boiler must be serviced every year.", "How often must the boiler be serviced?"),
        ("Acme Corp was founded in 1987 in Ohio.", "When was Acme Corp founded?"),
        ("Payphone was written by the singer Adam Levine.", "Who wrote Payphone?"),
        (
            "Nigeria is the largest oil producer in Africa, ahead of Libya.",
            "What is the largest oil producer in Africa?",
        ),
        (
            "Mount Rushmore is controversial among Native Americans because the land was seized.",
            "Why is Mount Rushmore controversial among Native Americans?",
        ),
        ("The United Nations has 193 members, and two observers.", "How many members does the United Nations have?"),
        ("At least 40 people were killed in Baghdad on Monday.", "How many people were killed in Baghdad?"),
        ("Foreign Minister Fuad Hussein flew to Tehran to discuss it.", "Why did Foreign Minister Fuad Hussein fly to"),
        ("Ali Sistani asked the Iraqi government to disarm them.", "What did Ali Sistani ask the Iraqi government to"),
        ("Jane Doe said that the war in Iraq was over.", "What did Jane Doe say about Iraq?"),
        ("He met Ali Shamkhani, secretary of the council.", "Who is Ali Shamkhani?"),
        ("So said analyst Ihsan al-Shammari of the centre.", "Who is Ihsan al-Shammari?"),
        ("It was Iran’s Supreme Leader Ayatollah Ali Khamenei.", "Who is Iran’s supreme leader?"),
        ("The Internal Revenue Service (IRS) collects taxes.", "What does IRS stand for?"),
        ("Agenda 21 is a plan of action of the United Nations.", "What is Agenda 21?"),
    ],
)
def test_a_sentence_gives_the_question_that_somebody_would_ask(sentence: str, question: str) -> None:
    assert questions(sentence)[0].startswith(question)


@pytest.mark.parametrize(
    "sentence",
    [
        "It was founded in 1987.",
        "But the song was written by her.",
        "This is because the militias are friendly with Iran.",
        "The song was written by Adam Levine.",  # which song?
        "The Best Buy (XYZ) is open.",  # no initials
        "He told Ali, the head, to go.",
        "*Acme Corp* was founded in 1987.",
        f"Acme {'Very ' * 30}Corp was founded in 1987.",
        "",
        *GERMAN.split(". "),
    ],
)
def test_what_would_point_elsewhere_or_read_badly_gives_none(sentence: str) -> None:
    assert questions(sentence) == []


@pytest.mark.parametrize(
    ("question", "fit"),
    [
        ("When was Acme founded?", True),
        ("When was it founded?", False),
        ("What is **Acme**?", False),
        ("When was Acme\nfounded?", False),
        (f"When was {'a' * 90} founded?", False),
        ("Who is Sir William ?", False),
        ("What?", False),
    ],
)
def test_only_what_reads_well_by_itself_is_fit(question: str, fit: bool) -> None:
    assert is_fit(question) == fit


def test_a_heading_that_asks_is_a_question_and_a_statement_is_none() -> None:
    assert is_question("What happens if the rent is late?")
    assert not is_question("Rent")
    assert not is_question("Really?")
    assert not is_question("The rent is late.")


def test_they_are_of_the_documents_and_the_same_every_time() -> None:
    library = library_of(LEASE, HANDBOOK)
    found = suggestions(library)
    assert found == suggestions(library_of(LEASE, HANDBOOK))
    assert 2 <= len(found) <= 4  # two of a document at the most
    assert suggestions(library, most=1) == found[:1]


def test_a_library_without_documents_or_in_another_language_suggests_nothing() -> None:
    assert suggestions(library_of()) == []
    assert suggestions(library_of(GERMAN)) == []


def test_no_two_are_alike() -> None:
    texts = [
        "Acme Corp was founded in 1987 by two brothers.",
        "The Acme Corp of Ohio was founded in 1991, after a war.",
    ]
    assert len(suggestions(library_of(texts[0]))) == len(suggestions(library_of(texts[1]))) == 1
    assert len(suggestions(library_of(*texts))) == 1


class _Counting(Library):
    """A real library that counts what it was asked, and refuses."""

    def __init__(self) -> None:
        embedder = HashingEmbedder()
        super().__init__(embedder=embedder, reader=SentenceReader(embedder))
        self.asked: list[str] = []

    def ask(self, question: str, **options: object) -> Answer:  # type: ignore[override]
        self.asked.append(question)
        return Answer(question, (), (), 0.0)


@pytest.mark.parametrize("count", [100, 301])
def test_however_large_the_library_no_more_than_forty_are_tried_and_of_a_kind_no_more_than_twelve(count: int) -> None:
    says = ["was founded in 1987.", "costs 5 euros.", "lasts 5 years.", "must be serviced every year."]
    library = _Counting()
    library.add(
        Document(
            f"{number:05}.txt", f"Tea{number} {says[number % 4]} Here are tar{number}, sea{number} and lea{number}."
        )
        for number in range(count)
    )
    assert suggestions(library) == []
    assert len(library.asked) == MOST_ASKED
    assert max(Counter(question.split()[1] for question in library.asked).values()) <= 12


@pytest.mark.model
def test_each_of_the_seeds_is_answered_from_where_it_was_made_as_surely_as_promised(seeds: Library) -> None:
    found = suggestions(seeds)
    assert len(found) >= 2
    assert len(set(found)) == len(found) <= 6
    for question in found:
        assert is_fit(question)
        assert seeds.ask(question).confidence >= calibration("trained").threshold(PRECISION)


@pytest.mark.model
def test_a_lease_and_a_handbook_suggest_what_their_readers_ask(tmp_path: Path) -> None:
    (tmp_path / "lease.txt").write_text(LEASE, encoding="utf-8")
    (tmp_path / "handbook.txt").write_text(HANDBOOK, encoding="utf-8")
    found = suggestions(Library.from_folder(tmp_path))
    assert "Within how many days must the tenant notify the landlord in writing?" in found
    assert all(is_fit(question) for question in found)
