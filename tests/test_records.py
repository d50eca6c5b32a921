import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.records import Answer, Citation, Document, Part, Passage, Quote, Range, Slice

LEAVE = Document("hr/leave.md", "Leave\n\nYou get 25 days.\nAsk early.\n", page_starts=(0, 7))


def quote(text: str, document: Document = LEAVE) -> Quote:
    start = document.text.index(text)
    return Quote(document, start, start + len(text))


def passage(text: str, document: Document = LEAVE) -> Passage:
    start = document.text.index(text)
    return Passage(document, start, start + len(text))


# Lines and pages


def test_crlf_cr_and_lf_each_end_one_line_and_stand_on_the_line_they_end() -> None:
    #  a  CR LF b  CR c  LF LF d
    assert [Document("a", "a\r\nb\rc\n\nd").line(offset) for offset in range(9)] == [1, 1, 1, 2, 2, 3, 3, 4, 5]


@pytest.mark.parametrize("other", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_nothing_else_ends_a_line(other: str) -> None:
    assert Document("a", f"a{other}b").line(2) == 1


@settings(deadline=None)
@given(st.text(st.sampled_from("a\r\n\u2028😀"), max_size=20))
def test_the_line_of_an_offset_is_one_more_than_the_breaks_that_end_at_or_before_it(text: str) -> None:
    line = 1
    for offset in range(len(text)):
        assert Document("a", text).line(offset) == line
        line += text[offset] == "\n" or (text[offset] == "\r" and text[offset + 1 : offset + 2] != "\n")


def test_a_page_begins_at_its_start() -> None:
    document = Document("a.pdf", "x" * 30, page_starts=(0, 10, 25))
    assert [document.page(offset) for offset in (0, 9, 10, 24, 25, 29)] == [1, 1, 2, 2, 3, 3]


def test_a_document_without_page_starts_has_no_pages() -> None:
    assert Document("a.txt", "abc").page(1) is None


def test_a_part_reaches_to_the_next() -> None:
    document = Document("a.md", "x" * 30, parts=(Part(5, "§ One"), Part(10, ""), Part(20, "§ Two")))
    assert [document.part(offset) for offset in (0, 4, 5, 9, 10, 19, 20, 29)] == [
        "", "", "§ One", "§ One", "", "", "§ Two", "§ Two",
    ]  # fmt: skip


def test_a_place_names_the_part_and_counts_lines_only_where_they_are_the_files_own() -> None:
    parts = (Part(0, "§ Rent"),)
    assert Quote(Document("a.md", "Due.\nMonthly.", parts=parts), 0, 13).place == "a.md, § Rent, lines 1–2"
    assert Quote(Document("a.docx", "Due.", parts=parts, extracted="x"), 0, 4).place == "a.docx, § Rent"
    assert Quote(Document("a.pdf", "Due.", page_starts=(0,), extracted="x"), 0, 4).place == "a.pdf, page 1"


# Bytes


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        # a: 1 byte, é: 2, 😀: 4, e: 1, combining acute: 2
        ("utf-8", [0, 1, 3, 7, 8, 10]),
        # the same behind a mark of 3
        ("utf-8-sig", [3, 4, 6, 10, 11, 13]),
        # a mark of 2, then 2 each, but 4 for the character beyond the basic plane
        ("utf-16", [2, 4, 6, 10, 12, 14]),
        # a mark of 4, then 4 each
        ("utf-32", [4, 8, 12, 16, 20, 24]),
    ],
)
def test_byte_offsets_count_the_mark_and_every_character_at_its_width(encoding: str, expected: list[int]) -> None:
    document = Document("a.txt", "aé😀e\u0301", encoding=encoding)
    assert [document.byte_offset(offset) for offset in range(6)] == expected


def test_a_crlf_is_two_bytes() -> None:
    assert Document("a.txt", "a\r\nb", encoding="cp1252").byte_offset(3) == 3


def test_without_a_codec_there_is_no_byte_offset() -> None:
    assert Document("a.pdf", "abc").byte_offset(0) is None


@settings(deadline=None)
@given(st.text(), st.data(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030"]))
def test_the_bytes_before_the_byte_offset_are_the_text_before_the_offset(
    text: str, data: st.DataObject, encoding: str
) -> None:
    offset = data.draw(st.integers(0, len(text)))
    before = text.encode(encoding)[: Document("a.txt", text, encoding=encoding).byte_offset(offset)]
    assert before.decode(encoding) == text[:offset]


# Slices


def test_the_text_of_a_quote_is_the_slice_of_its_document() -> None:
    document = Document("a.txt", "İstanbul 😀 e\u0301\r\nend")
    assert Quote(document, 9, 13).text == "😀 e\u0301"


def test_place_names_the_page_where_there_are_pages_and_the_lines() -> None:
    # Line 1 is the heading, line 2 is empty; page 2 begins at offset 7, which is the first of line 3.
    assert quote("25 days.\nAsk").place == "hr/leave.md, page 2, lines 3–4"
    assert quote("Leave").place == "hr/leave.md, page 1, line 1"
    assert quote("days", Document("a.txt", "25 days")).place == "a.txt, line 1"


def test_the_last_line_is_that_of_the_last_character_even_if_it_is_a_line_break() -> None:
    assert quote("25 days.\n").lines == (3, 3)
    assert quote("25 days.\r\n", Document("a", "You get\r\n25 days.\r\nAsk")).lines == (2, 2)


def test_a_document_goes_by_its_title_or_else_by_its_id() -> None:
    assert (Document("a.txt", "x", title="Leave").name, Document("a.txt", "x").name) == ("Leave", "a.txt")


def test_a_model_is_shown_a_slice_behind_at_most_200_characters_of_title() -> None:
    assert quote("25 days", dataclasses.replace(LEAVE, title="Leave")).titled == "Leave. 25 days"
    assert quote("25 days").titled == "25 days"
    assert quote("25 days", dataclasses.replace(LEAVE, title="t" * 201)).titled == "t" * 200 + ". 25 days"


@pytest.mark.parametrize(("start", "end"), [(0, 0), (2, 1), (-1, 2), (0, 5), (4, 5)])
@pytest.mark.parametrize("kind", [Slice, Passage, Quote])
def test_no_slice_is_empty_backwards_or_beyond_its_document(kind: type[Slice], start: int, end: int) -> None:
    with pytest.raises(ValueError, match=rf"\[{start}, {end}\) is no slice of a.txt, which has 4 characters"):
        kind(Document("a.txt", "four"), start, end)


@pytest.mark.parametrize(("start", "end"), [(0, 0), (2, 1), (-1, 2)])
def test_no_range_is_empty_backwards_or_negative(start: int, end: int) -> None:
    with pytest.raises(ValueError, match=rf"got \[{start}, {end}\)"):
        Range(start, end)


def test_ranges_unpack_sort_and_slice() -> None:
    start, end = Range(1, 3)
    assert (start, end, Range(1, 3).of("abcd")) == (1, 3, "bc")
    assert sorted([Range(2, 3), Range(1, 9), Range(1, 2)]) == [Range(1, 2), Range(1, 9), Range(2, 3)]


def test_a_quote_cannot_be_moved() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        quote("25 days").start = 0


# Citations and answers


def test_a_citation_stands_where_its_quote_stands() -> None:
    assert Citation(quote("25 days"), passage("You get 25 days."), 1.0).place == "hr/leave.md, page 2, line 3"


@pytest.mark.parametrize("inside", ["You get", "25 days.", "You get 25 days."])
def test_a_passage_may_share_either_end_with_its_quote(inside: str) -> None:
    assert Citation(quote(inside), passage("You get 25 days."), 0.0).quote.text == inside


@pytest.mark.parametrize("outside", ["\nYou get", "days.\n", "Leave", "Ask early."])
def test_a_quote_that_its_passage_does_not_hold_is_refused(outside: str) -> None:
    with pytest.raises(ValueError, match="does not contain"):
        Citation(quote(outside), passage("You get 25 days."), 0.5)


def test_a_quote_and_a_passage_of_different_documents_are_refused() -> None:
    with pytest.raises(ValueError, match="different documents"):
        Citation(quote("days", dataclasses.replace(LEAVE, id="b")), passage("You get 25 days."), 0.5)


@pytest.mark.parametrize("score", [-0.01, 1.01, float("nan")])
def test_a_score_outside_0_to_1_is_refused(score: float) -> None:
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        Citation(quote("days"), passage("You get 25 days."), score)


def test_the_documents_say_where_there_is_a_citation_and_not_where_there_are_only_passages() -> None:
    near = passage("You get 25 days.")
    assert Answer("How many?", (Citation(quote("25 days"), near, 0.9),), (near,), 0.9).found
    assert not Answer("How many?", (), (near,), 0.1).found
