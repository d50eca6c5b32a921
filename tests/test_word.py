import io
import zipfile
from pathlib import Path

import docx
import pytest

from qa.errors import UnreadableFile
from qa.load import load_file
from qa.load.word import read_word
from qa.records import Document, Quote

DATA = Path(__file__).parent / "data"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def made(document: "docx.document.Document") -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def read(body: str) -> Document:
    """A document with this XML as its body."""
    old, out = zipfile.ZipFile(io.BytesIO(made(docx.Document()))), io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'.encode()
            new.writestr(name, content if name == "word/document.xml" else old.read(name))
    return read_word("a.docx", out.getvalue())[0]


def test_a_file_of_a_word_processor_is_read_with_its_headings() -> None:
    document = load_file(DATA / "handbook.docx", DATA)
    assert (document.title, document.author) == ("Staff handbook", "Ada Example")
    start = document.text.index("27 days of leave")
    assert Quote(document, start, start + 7).place == "handbook.docx, § Leave"
    assert "Country: Norway; Daily allowance: 75 euros; Hotel limit: 139 euros." in document.text


def test_headings_are_known_by_their_style_or_its_base_or_their_level() -> None:
    document = docx.Document()
    document.add_heading("Notice", 1)
    document.add_paragraph("Three months.")
    document.styles.add_style("Clause", 1).base_style = document.styles["Heading 2"]
    document.add_paragraph("Rent", style="Clause")
    document.add_paragraph("Due monthly.")
    parts = read_word("a.docx", made(document))[0].parts
    assert [(part.start, part.name) for part in parts] == [(0, "§ Notice"), (23, "§ Rent")]
    levelled = read('<w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:r><w:t>Term</w:t></w:r></w:p>')
    assert [part.name for part in levelled.parts] == ["§ Term"]


def test_what_was_inserted_under_tracking_is_read_and_what_was_deleted_is_not() -> None:
    body = (
        "<w:p><w:r><w:t>The rent is </w:t></w:r><w:del><w:r><w:delText>900</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>950</w:t></w:r></w:ins><w:r><w:t> euros.</w:t></w:r></w:p>"
    )
    assert read(body).text == "The rent is 950 euros."


def test_content_controls_breaks_and_tabs_are_read() -> None:
    body = (
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>Tenant:</w:t><w:tab/><w:t>Ada</w:t><w:br/><w:t>Example</w:t></w:r></w:p>"
        "</w:sdtContent></w:sdt>"
    )
    assert read(body).text == "Tenant:\tAda\nExample"


def test_a_table_without_names_is_read_row_by_row() -> None:
    cells = "".join(
        f"<w:tr>{''.join(f'<w:tc><w:p><w:r><w:t>{cell}</w:t></w:r></w:p></w:tc>' for cell in row)}</w:tr>"
        for row in (("Tenant", "Ada"), ("Street", "Mill Lane 3"))
    )
    assert read(f"<w:tbl>{cells}</w:tbl>").text == "Tenant; Ada\n\nStreet; Mill Lane 3"


def test_the_table_of_contents_is_left_out() -> None:
    document = docx.Document()
    document.styles.add_style("toc 1", 1)
    document.add_paragraph("Notice 3", style="toc 1")
    document.add_paragraph("Three months.")
    assert read_word("a.docx", made(document))[0].text == "Three months."


def test_a_document_without_text_is_refused() -> None:
    with pytest.raises(UnreadableFile, match=r"a\.docx: holds no text"):
        read("<w:p/>")


def test_the_day_of_the_librarys_template_is_no_date() -> None:
    document = docx.Document()
    document.add_paragraph("Three months.")
    assert read_word("2023-05-03 Notice of end.docx", made(document))[0].date == "2023-05-03"
    assert read_word("a.docx", made(document))[0].date == ""
