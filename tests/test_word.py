import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.opc.constants import CONTENT_TYPE

from qa.errors import UnreadableFile
from qa.load import load_file
from qa.load.word import read_word
from qa.records import Document, Quote

DATA = Path(__file__).parent / "data"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
M = "http://schemas.openxmlformats.org/officeDocument/2006/math"


def made(document: "docx.document.Document") -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def replaced(data: bytes, member: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same archive with one member changed."""
    old, out = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == member else old.read(name))
    return out.getvalue()


def read(body: str) -> Document:
    """A document with this XML as its body."""
    content = f'<w:document xmlns:w="{W}" xmlns:m="{M}"><w:body>{body}</w:body></w:document>'.encode()
    return read_word("a.docx", replaced(made(docx.Document()), "word/document.xml", lambda _: content))[0]


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def cell(content: str, properties: str = "") -> str:
    """A cell of a table; ``content`` is text, or paragraphs and tables."""
    inner = content if content.startswith("<") else paragraph(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    inner = "".join(each if each.startswith("<w:tc>") else cell(each) for each in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{inner}</w:tr>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def test_a_file_of_a_word_processor_is_read_with_its_headings() -> None:
    document = load_file(DATA / "handbook.docx", DATA)
    assert (document.title, document.author) == ("Staff handbook", "Ada Example")
    start = document.text.index("27 days of leave")
    assert Quote(document, start, start + 7).place == "handbook.docx, § Leave"
    assert "Country: Norway; Daily allowance: 75 euros; Hotel limit: 139 euros." in document.text


def test_a_document_with_macros_is_read(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Notice", 1)
    document.add_paragraph("Three months.")
    plain, macros = CONTENT_TYPE.WML_DOCUMENT_MAIN, "application/vnd.ms-word.document.macroEnabled.main+xml"
    data = replaced(made(document), "[Content_Types].xml", lambda types: types.replace(plain.encode(), macros.encode()))
    (tmp_path / "a.docm").write_bytes(data)
    read = load_file(tmp_path / "a.docm", tmp_path)
    assert (read.text, [part.name for part in read.parts]) == ("Notice\n\nThree months.", ["§ Notice"])


def test_what_is_named_a_document_and_is_another_part_is_refused() -> None:
    data = replaced(
        made(docx.Document()),
        "[Content_Types].xml",
        lambda types: types.replace(CONTENT_TYPE.WML_DOCUMENT_MAIN.encode(), CONTENT_TYPE.WML_STYLES.encode()),
    )
    with pytest.raises(UnreadableFile, match=r"a\.docx: is damaged or no Word document"):
        read_word("a.docx", data)


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


def test_an_equation_is_read_where_it_stands() -> None:
    equation = "<m:oMath><m:r><m:t>E=mc2</m:t></m:r></m:oMath>"
    assert read(f"<w:p><w:r><w:t>The mass is </w:t></w:r>{equation}</w:p>").text == "The mass is E=mc2"
    half = "<m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"
    assert read(f"<w:p><m:oMathPara><m:oMath>{half}</m:oMath></m:oMathPara></w:p>").text == "1/2"


def in_control(content: str) -> str:
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def test_rows_and_cells_of_a_table_in_content_controls_are_read() -> None:
    rows = [row("Country", "Limit"), in_control(row("Norway", "139 euros")), row("Japan", "180 euros")]
    assert read(table(*rows)).text == "Country: Norway; Limit: 139 euros.\n\nCountry: Japan; Limit: 180 euros."
    assert read(table(f"<w:tr>{cell('Tenant')}{in_control(cell('Ada'))}</w:tr>")).text == "Tenant; Ada"


def test_a_table_within_a_table_is_read_once() -> None:
    inner = table(row("Street", "Mill Lane 3"), row("Town", "York"))
    outer = table(row("Ada", cell(paragraph("Home") + inner)), row("Bob", "unknown"))
    assert read(outer).text == "Ada\n\nHome\nStreet\nMill Lane 3\nTown\nYork\n\nBob\n\nunknown"


NAMES = row("Region", "City", "Stores")
DOWN, GOES_ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def across(columns: int) -> str:
    return f'<w:gridSpan w:val="{columns}"/>'


def test_a_cell_across_columns_leaves_the_next_one_under_its_name() -> None:
    rows = [NAMES, row(cell("Kiel", across(2)), "24"), row("Saar", "Trier", "31")]
    assert read(table(*rows)).text == "Region: Kiel; Stores: 24.\n\nRegion: Saar; City: Trier; Stores: 31."
    late = row("Kiel", "24", properties='<w:gridBefore w:val="1"/>')
    assert read(table(NAMES, late, late)).text == "\n\n".join(["City: Kiel; Stores: 24."] * 2)


def test_a_cell_down_several_rows_is_told_in_each() -> None:
    rows = [
        NAMES,
        row(cell("North", DOWN), "Kiel", "24"),
        row(cell("", GOES_ON), cell("Bremen", DOWN), "31"),
        row(cell("", GOES_ON), cell("", '<w:vMerge w:val="continue"/>'), "32"),
        row("South", "Ulm", "7"),
    ]
    assert read(table(*rows)).text.split("\n\n") == [
        "Region: North; City: Kiel; Stores: 24.",
        "Region: North; City: Bremen; Stores: 31.",
        "Region: North; City: Bremen; Stores: 32.",
        "Region: South; City: Ulm; Stores: 7.",
    ]


def test_a_merged_cell_without_one_above_it_is_read_as_any_other() -> None:
    assert read(table(row(cell("Kiel", GOES_ON), "24"))).text == "Kiel; 24"


def test_a_title_across_all_columns_names_none_of_them() -> None:
    rows = [row(cell("Prices of May", across(2))), row("saw", "18"), row("axe", "12")]
    assert read(table(*rows)).text == "Prices of May\n\nsaw; 18\n\naxe; 12"


def test_a_cell_of_several_paragraphs_is_not_repeated_down_the_rows() -> None:
    rows = [row(cell(paragraph("One.") + paragraph("Two."), DOWN), "a"), row(cell("", GOES_ON), "b")]
    assert read(table(*rows)).text == "One.\nTwo.\n\na\n\nb"


def test_a_cell_across_more_columns_than_are_read_takes_no_memory() -> None:
    assert read(table(row(cell("Kiel", across(2**40)), "24"))).text == "Kiel; 24"


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
