import io
from pathlib import Path

import pytest
from pypdfium2 import PdfDocument

from qa.errors import UnreadableFile
from qa.load import load_file
from qa.load.layout import Line, join, joined, ordered, paragraphs
from qa.load.pdf import _numbered, read_pdf
from qa.load.running import running
from qa.records import Document, Quote
from qa.text import sentences

DATA = Path(__file__).parent / "data"


def read(name: str) -> Document:
    return load_file(DATA / name, DATA)


def line(text: str, left: float = 0, bottom: float = 0, *, width: float = 0, size: float = 10) -> Line:
    return Line(text, left, left + (width or 5 * len(text)), bottom, bottom + size)


# What real programs print


def test_a_page_printed_by_a_browser_is_read_with_its_pages() -> None:
    document = read("handbook.pdf")
    assert (document.title, document.origins[0]) == ("Staff handbook", ("title", "file"))
    assert document.extracted.startswith("pypdfium2 ")
    start = document.text.index("Whoever drives a private car")
    assert Quote(document, start, start + 20).place == "handbook.pdf, page 2"
    assert Quote(document, document.text.index("27 days"), start).place == "handbook.pdf, page 1"


def test_two_columns_are_read_one_after_the_other_and_cut_words_are_whole() -> None:
    document = read("columns.pdf")
    found = [piece.of(document.text) for piece in sentences(document.text)]
    assert "Every employee has 27 days of leave a year." in found
    assert "Data are wiped by the technicians beforehand, and a record of it is kept for two years." in found
    assert "\u2010" not in document.text


def test_page_numbers_are_left_out_and_running_heads_from_the_third_page_on() -> None:
    document = read("handbook.pdf")
    assert "Page 1 of 2" not in document.text
    assert document.text.count("Staff handbook of Example Ltd") == 2


def test_text_and_pages_are_the_same_every_time() -> None:
    assert read("columns.pdf") == read("columns.pdf")


# Faults


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("locked.pdf", "is locked with a password; save it without one"),
        ("scanned.pdf", "is scanned: its page holds pictures and no text; run text recognition (OCR) on it first"),
    ],
)
def test_a_locked_and_a_scanned_file_are_refused(name: str, reason: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read(name)
    assert caught.value.reason == reason


def test_a_scanned_page_among_others_is_told_by_number() -> None:
    document, note = read_pdf("a.pdf", (DATA / "partly-scanned.pdf").read_bytes())
    assert note == "page 3 is without text (scanned?); run text recognition (OCR) to have it read"
    assert len(document.page_starts) == 3


def test_pages_are_told_in_runs() -> None:
    assert _numbered([3]) == "page 3 is"
    assert _numbered([3, 5, 6, 7, 12]) == "pages 3, 5–7 and 12 are"
    assert _numbered([1, 2]) == "pages 1–2 are"


def test_blank_pages_are_no_scans() -> None:
    pdf, out = PdfDocument.new(), io.BytesIO()
    pdf.new_page(200, 200).close()
    pdf.save(out)
    pdf.close()
    with pytest.raises(UnreadableFile, match=r"a\.pdf: holds no text$"):
        read_pdf("a.pdf", out.getvalue())


# Lines to paragraphs


def test_a_line_whose_next_word_would_not_fit_goes_on() -> None:
    lines = [
        line("The lease ends on the 31st of May of", bottom=60, width=200),
        line("the second year, and not before.", bottom=48, width=170),
        line("Rent is due monthly.", bottom=36, width=110),
    ]
    assert [*paragraphs([lines])] == [[lines[0].text, lines[1].text], [lines[2].text]]


@pytest.mark.parametrize(
    "below",
    [
        line("And a larger gap makes a paragraph", bottom=20, width=200),
        line("And larger letters make one", bottom=48, width=200, size=14),
        line("And an indent makes one here", left=12, bottom=48, width=188),
        line("1. And an item makes one", bottom=48, width=200),
    ],
)
def test_what_begins_a_paragraph(below: Line) -> None:
    above = line("The lease ends on the 31st of May of", bottom=60, width=200)
    more = [line("the second year of it, not before,", bottom=72 + 12 * row, width=200) for row in (2, 1)]
    assert len([*paragraphs([[*more, above, below]])]) > len([*paragraphs([[*more, above]])])


def test_columns_drawn_across_are_read_down() -> None:
    rows = [
        piece
        for row in range(6)
        for piece in (
            line(f"left column line number {row}", 0, 100 - 12 * row, width=120),
            line(f"right column line number {row}", 150, 100 - 12 * row, width=120),
        )
    ]
    head = line("A title across both of the columns", 0, 130, width=270, size=14)
    texts = [each.text for block in ordered([head, *rows]) for each in block]
    assert texts == [head.text, *(r.text for r in rows[::2]), *(r.text for r in rows[1::2])]


def test_a_table_is_no_columns() -> None:
    rows = [
        piece
        for row in range(6)
        for piece in (line(f"item {row}", 0, 100 - 12 * row), line(f"{row}.50", 150, 100 - 12 * row))
    ]
    assert ordered(rows) == [rows]


@pytest.mark.parametrize(
    ("above", "below", "whole"),
    [
        ("a cut infor-", "mation here", "a cut information here"),
        ("a cut infor\u2010", "mation here", "a cut information here"),
        ("a well-", "known fact", "a well-known fact"),
        ("from pro-", "Iranian groups", "from pro-Iranian groups"),
        ("on 2021-", "07-31 it", "on 2021-07-31 it"),
        ("a dash -", "and more", "a dash - and more"),
        ("no hyphen", "here", "no hyphen here"),
    ],
)
def test_a_hyphen_at_a_lines_end(above: str, below: str, whole: str) -> None:
    assert join(above, below, frozenset({"well-known", "information"})) == whole
    assert joined([above, below], frozenset({"well-known", "information"})) == whole


# Running heads


def test_a_head_that_comes_again_is_left_out_but_for_the_first() -> None:
    pages = [[line("Annual report", bottom=800), line("Some text." * (n + 1), bottom=400)] for n in range(4)]
    assert running(pages) == {(1, 0), (2, 0), (3, 0)}


def test_numbers_that_count_the_pages_are_left_out_and_rows_of_a_table_are_not() -> None:
    counting = [[line("Some text", bottom=400), line(str(page + 7), bottom=20)] for page in range(3)]
    table = [[line("Some text", bottom=400), line(str(page * 37), bottom=20)] for page in range(3)]
    assert running(counting) == {(0, 1), (1, 1), (2, 1)} | {(1, 0), (2, 0)}
    assert running(table) == {(1, 0), (2, 0)}
