import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.errors import UnreadableFile
from qa.load import draft as drafts
from qa.load.draft import Draft
from qa.load.metadata import Metadata
from qa.records import Document, Part
from qa.text import lines


def finished(draft: Draft, file: Metadata | None = None, saved: str = "") -> Document:
    return draft.to_document(b"", file=file or Metadata(), saved=saved, extracted="a test")


def test_parts_and_pages_begin_where_the_next_paragraph_does() -> None:
    draft = Draft("a.pdf")
    draft.page()
    draft.heading("Notice")
    draft.paragraph("Three months.")
    draft.page()
    draft.page()
    draft.part("row 7")
    draft.paragraph("Rent is due")
    draft.page()
    draft.more("monthly.")
    document = finished(draft)
    assert document.text == "Notice\n\nThree months.\n\nRent is due monthly."
    assert document.page_starts == (0, 23, 23, 35)
    assert document.parts == (Part(0, "§ Notice"), Part(23, "row 7"))
    assert [document.page(offset) for offset in (0, 22, 23, 35)] == [1, 1, 3, 4]
    assert [document.part(offset) for offset in (0, 22, 23)] == ["§ Notice", "§ Notice", "row 7"]


def test_pages_without_text_are_counted() -> None:
    draft = Draft("a.pdf")
    for text in ("", "Two.", ""):
        draft.page()
        draft.paragraph(text)
    assert finished(draft).page_starts == (0, 0, 4)
    assert finished(draft).page(0) == 2


def test_the_title_at_the_head_is_no_part() -> None:
    draft = Draft("a.docx")
    draft.heading("The title")
    draft.paragraph("Text.")
    assert finished(draft, Metadata(title="The title")).parts == ()


def test_what_no_text_holds_is_left_out() -> None:
    draft = Draft("a.pdf")
    draft.paragraph("a\x00b\ud800c\ufffed")
    draft.paragraph(" \x00 ")
    assert finished(draft).text == "abcd"


def test_the_day_of_saving_is_the_date_only_where_nothing_else_is() -> None:
    draft = Draft("2023-05-03 some name.pdf")
    draft.paragraph("Text.")
    assert finished(draft, saved="2026-01-01").date == "2023-05-03"
    other = Draft("a.pdf")
    other.paragraph("Text.")
    assert finished(other, saved="2026-01-01").origins == (("date", "saved"),)


def test_a_text_without_end_and_parts_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MAX_CHARACTERS", 10)
    with pytest.raises(UnreadableFile, match="holds more than 10 characters of text: cut it into parts"):
        Draft("a.pdf").paragraph("x" * 11)
    monkeypatch.undo()
    monkeypatch.setattr(drafts, "MAX_PARTS", 1)
    draft = Draft("a.pdf")
    draft.heading("One")
    with pytest.raises(UnreadableFile, match="has more than 1 headings, rows or lines: cut it into files"):
        draft.heading("Two")


def test_a_long_name_is_cut() -> None:
    draft = Draft("a.docx")
    draft.heading("word " * 50)
    assert finished(draft).parts[0].name.endswith("word wo…")
    assert len(finished(draft).parts[0].name) == 100


@given(st.lists(st.text("ab. -", min_size=1, max_size=90), max_size=20))
def test_no_two_paragraphs_are_taken_for_one(paragraphs: list[str]) -> None:
    draft = Draft("a.pdf")
    for paragraph in paragraphs:
        draft.paragraph(paragraph)
    text = finished(draft).text
    assert [piece.of(text) for piece in lines(text)] == [p.strip() for p in paragraphs if p.strip()]
