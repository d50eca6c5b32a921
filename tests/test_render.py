import re
import unicodedata
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.records import Answer, Citation, Document, Passage, Quote
from qa.render import NEAREST, NOT_FOUND, confidence, described, one_line, refusal, safe, to_markdown, to_text

LEASE = Document(
    "hr/lease.md", "Intro.\nThe lease\n  ends on 31 May.\nMore.", title="Lease", date="2024-03-01", source="Reuters"
)
OTHER = Document("b.txt", "The lease ends on 31 May.")


def cited(document: Document, start: int, end: int, *also: Quote) -> Citation:
    return Citation(Quote(document, start, end), Passage(document, 0, len(document.text)), 0.9, also)


def found(*citations: Citation) -> Answer:
    return Answer("When?", citations, tuple(citation.passage for citation in citations), 0.876)


def said(text: str, *, name: str = "a.txt", title: str = "") -> Answer:
    """An answer whose one quote is all of a document."""
    document = Document(name, text, title=title)
    return found(cited(document, 0, len(text)))


def not_found(*texts: str) -> Answer:
    documents = [Document(f"{number}.txt", text) for number, text in enumerate(texts)]
    return Answer("When?", (), tuple(Passage(document, 0, len(document.text)) for document in documents), 0.1)


# Plain text


def test_text_gives_the_quote_its_document_its_place_and_the_other_places() -> None:
    answer = found(cited(LEASE, 7, 34, Quote(OTHER, 0, 25)), cited(OTHER, 0, 9))
    assert to_text(answer) == (
        "[1] “The lease ends on 31 May.”\n"
        "    Lease (Reuters, 2024-03-01)\n"
        "    hr/lease.md, lines 2–3\n"
        "    also: b.txt, line 1\n"
        "    said by 1 independent source\n"
        "\n"
        "[2] “The lease”\n"
        "    b.txt\n"
        "    b.txt, line 1\n"
        "\n"
        f"{confidence(answer)}"
    )


def test_the_confidence_is_a_word_and_a_number() -> None:
    answers = [Answer("When?", (), (), number / 1000) for number in range(1001)]
    shown = [re.fullmatch(r"([a-z, ]+) \(confidence (\d\.\d\d)\)", confidence(answer)) for answer in answers]
    assert [match and match[2] for match in shown] == [f"{answer.confidence:.2f}" for answer in answers]
    words = [match[1] for match in shown if match]
    assert len(set(words)) == 1 + sum(one != next_one for one, next_one in pairwise(words))  # a word, one stretch


def test_where_the_documents_do_not_say_the_nearest_passages_are_shown() -> None:
    answer = not_found("One\n\n thing.", "Two.", "Three.")
    assert to_text(answer, top=2) == (
        f"{NOT_FOUND} They come near it, but the answer is not stated, as far as can be told."
        f"\n\n{NEAREST}\n\n  0.txt, lines 1–3\n  One thing.\n\n  1.txt, line 1\n  Two."
    )


def test_without_a_passage_there_is_nothing_nearest() -> None:
    assert to_text(not_found()) == f"{NOT_FOUND} Nothing in them is near this question."
    assert to_markdown(not_found()) == f"**{NOT_FOUND} Nothing in them is near this question.**"


def test_passages_that_are_not_near_are_not_shown() -> None:
    answer = replace(not_found("One.", "Two."), near=False)
    assert answer.refusal == "nothing near"
    assert to_text(answer) == f"{NOT_FOUND} Nothing in them is near this question."
    assert "One" not in to_markdown(answer)


def test_the_exact_answer_stands_above_its_quote_and_is_bold_in_markdown() -> None:
    citation = replace(cited(LEASE, 7, 34), exact=Quote(LEASE, 27, 33))
    assert to_text(found(citation)).splitlines()[:3] == [
        "[1] 31 May",
        "    “The lease ends on 31 May.”",
        "    Lease (Reuters, 2024-03-01)",
    ]
    assert to_markdown(found(citation)).splitlines()[0] == "> The lease ends on **31 May**\\."


def test_an_exact_answer_that_is_the_whole_quote_is_said_once() -> None:
    citation = replace(cited(LEASE, 7, 34), exact=Quote(LEASE, 7, 34))
    assert to_text(found(citation)).startswith("[1] “The lease ends on 31 May.”\n    Lease")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("a\u202egpj.exe", "a\\x202egpj.exe"),
        ("a\u2066b\u200f", "a\\x2066b\\x200f"),
        ("a\x07\x08\x00\x7f\x9b1m", "a\\x07\\x08\\x00\\x7f\\x9b1m"),
        ("a\rb", "a\\x0db"),
        ("a\r\nb\tc\n", "a\nb\tc\n"),
        ("\ud800", "\\xd800"),
        ("Zoë – “é” 😀 日本 \u0301", "Zoë – “é” 😀 日本 \u0301"),
    ],
)
def test_what_would_steer_a_terminal_is_made_visible_and_nothing_else_is_changed(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_one_line_is_one_line() -> None:
    assert one_line(" a\r\n\tb \u00a0 c\x1b[0m\x85d ") == "a b c\\x1b[0m d"


STEERING = st.sampled_from("\x1b\x07\x00\x9b\u202e\u2066\r\n\t\x0c\x85\ud800ab 日")


@given(st.text(STEERING | st.characters(), min_size=1, max_size=40), st.text(STEERING, max_size=9))
def test_no_text_of_a_document_steers_a_terminal(text: str, title: str) -> None:
    for answer in (said(text, name=f"{title}.txt", title=title), not_found(text)):
        for shown in (to_text(answer), safe(text)):
            kinds = {unicodedata.category(character) for character in shown.replace("\n", "").replace("\t", "")}
            assert kinds.isdisjoint({"Cc", "Cs"})
            assert not re.search("[\u202a-\u202e\u2066-\u2069]", shown)
            assert shown.encode()  # it can be printed


def test_a_document_is_described_as_far_as_it_is_known() -> None:
    assert described(LEASE) == "Lease (Reuters, 2024-03-01)"
    assert described(Document("a.txt", "", title="A", date="2024-03-01")) == "A (2024-03-01)"
    assert described(Document("a.txt", "", source="Reuters")) == "a.txt (Reuters)"
    assert described(OTHER) == "b.txt"


# Markdown


def test_markdown_gives_quotes_with_their_places() -> None:
    answer = found(cited(LEASE, 7, 34), cited(OTHER, 0, 9))
    assert to_markdown(answer) == (
        "> The lease ends on 31 May\\.\n>\n> — 1. Lease \\(Reuters, 2024\\-03\\-01\\), hr/lease\\.md, lines 2–3\n\n"
        "> The lease\n>\n> — 2. b\\.txt, b\\.txt, line 1"
    )


def test_markdown_of_no_answer_gives_the_nearest_passages() -> None:
    answer = not_found("One.", "Two.")
    assert to_markdown(answer, top=1) == f"**{refusal(answer)}**\n\n> One\\.\n>\n> — 0\\.txt, line 1"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# *a* _b_ `c`", "\\# \\*a\\* \\_b\\_ \\`c\\`"),
        ("[x](javascript:1) ![y](z)", "\\[x\\]\\(javascript:1\\) \\!\\[y\\]\\(z\\)"),
        ("<img src=x onerror=1> &amp;", "\\<img src=x onerror=1\\> \\&amp;"),
        ("1. a - b + c | d ~e~ $f$", "1\\. a \\- b \\+ c \\| d \\~e\\~ \\$f\\$"),
        ("a\\*b {c}", "a\\\\\\*b \\{c\\}"),
    ],
)
def test_what_markdown_knows_is_escaped(text: str, shown: str) -> None:
    assert to_markdown(said(text)).startswith(f"> {shown}\n>\n")


@given(
    st.text(
        st.sampled_from("\\`*_{}[]<>()#+-.!|$~&ab \n\r\x1b") | st.characters(codec="utf-8"), min_size=1, max_size=30
    )
)
def test_unescaped_the_markdown_is_the_text_on_one_line(text: str) -> None:
    first = to_markdown(said(text)).split("\n")[0]
    assert re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", first) == f"> {one_line(text)}"
    # Every character that Markdown knows has an odd number of backslashes before it.
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_{}\[\]<>()#+\-.!|$~&]", first[2:])


def test_the_author_is_named_and_a_day_of_saving_is_called_that() -> None:
    letter = Document("a.docx", "Text.", title="Lease", author="Jane Doe", date="2024-03-01")
    assert described(letter) == "Lease (Jane Doe, 2024-03-01)"
    assert described(replace(letter, origins=(("date", "saved"),))) == "Lease (Jane Doe, saved 2024-03-01)"
