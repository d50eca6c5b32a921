import io
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from qa.errors import UnreadableFile
from qa.load import load_file
from qa.load.rows import as_sentence, header, is_header, letters
from qa.load.table import read_table
from qa.load.workbook import read_workbook
from qa.records import Document, Quote
from qa.text import sentences

DATA = Path(__file__).parent / "data"


def text_of(content: str, codec: str = "utf-8") -> str:
    return read_table("a.csv", content.encode(codec))[0].text


def workbook(*rows: list[object], title: str = "Sheet1") -> Document:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(out)
    return read_workbook("a.xlsx", out.getvalue())[0]


# Rows


def test_a_row_is_a_sentence_that_names_its_columns() -> None:
    assert (
        as_sentence(["Item", "Price", ""], ["hammer", "12.50", "yes"]) == "Item: hammer; Price: 12.50; Column C: yes."
    )
    assert as_sentence(["Item", "Price"], ["", "12.50", "x"]) == "Price: 12.50; Column C: x."
    assert as_sentence(["Note"], ["Sold out!"]) == "Note: Sold out!"
    assert as_sentence(["Item"], [""]) == ""


def test_columns_without_a_name_are_called_as_a_spreadsheet_calls_them() -> None:
    assert [letters(number) for number in (0, 25, 26, 701, 702)] == [
        "Column A", "Column Z", "Column AA", "Column ZZ", "Column AAA",
    ]  # fmt: skip


def test_the_names_of_columns_are_the_first_row_that_may_name_them() -> None:
    assert header([["Item", "Price"], ["hammer", "12"]]) == 0
    assert header([["Prices of May"], [], ["Item", "Price"], ["hammer", "12"]]) == 2
    assert header([["hammer", "12"], ["saw", "18"]]) is None
    assert header([["a", "a"], ["b", "c"]]) is None


def test_a_list_of_things_and_what_they_are_has_no_names_of_columns() -> None:
    assert is_header([["Country", "Limit"], ["Norway", "139 euros"], ["Japan", "180 euros"]])
    assert not is_header([["Tenant", "Ada"], ["Street", "Mill Lane 3"]])
    assert not is_header([["Tenant", "Ada"], ["Age", "41"], ["Town", "York"]])


# CSV


def test_every_row_of_a_csv_file_can_be_quoted_and_is_its_own_place() -> None:
    document, _ = read_table("a.csv", b'Item,Price\nhammer,12.50\n\n"saw, hand",18\n')
    assert document.text == "Item: hammer; Price: 12.50.\n\nItem: saw, hand; Price: 18."
    rows = [Quote(document, piece.start, piece.end) for piece in sentences(document.text)]
    assert [row.place for row in rows] == ["a.csv, row 2", "a.csv, row 4"]
    assert (document.encoding, document.extracted) == ("", "csv, rules 1")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    rows = [["Item", "Price, net"], ["hammer", "12"], ["saw", "18"]]
    content = "\n".join(delimiter.join(f'"{cell}"' if delimiter == "," else cell for cell in row) for row in rows)
    assert text_of(content) == "Item: hammer; Price, net: 12.\n\nItem: saw; Price, net: 18."


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_table_in_another_encoding_is_read(codec: str) -> None:
    assert text_of("Item;Price\nCafé au lait;2\n", codec) == "Item: Café au lait; Price: 2."


def test_a_cell_of_several_lines_is_one() -> None:
    assert text_of('Item,Note\nhammer,"sold\nout"\n') == "Item: hammer; Note: sold out."


def test_rows_without_names_are_read_under_letters() -> None:
    assert text_of("1,hammer\n2,saw\n") == "Column A: 1; Column B: hammer.\n\nColumn A: 2; Column B: saw."


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("Item,Price\n", "holds the names of columns but no row"),
        ("a," * 1000 + "b\n", "has a row of 1,001 columns; at most 1,000 are read: cut it into parts"),
        ('a,b\n1,"' + "x" * 100_001, "holds a cell of more than 100,000 characters near line 2; is a quotation mark"),
    ],
)
def test_what_is_over_a_limit_is_refused(content: str, reason: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        text_of(content)
    assert caught.value.reason.startswith(reason)


# XLSX


def test_a_workbook_of_a_spreadsheet_program_is_read() -> None:
    document = load_file(DATA / "prices.xlsx", DATA)
    start = document.text.index("Item: Hand saw")
    assert Quote(document, start, start + 4).place == "prices.xlsx, prices, row 3"
    assert document.text.endswith("Item: Spirit level; Price in euros: 24,90; In stock since: 2023-02-20.")


def test_values_are_shown_as_people_write_them() -> None:
    document = workbook(
        ["Item", "Price", "Sold", "Day", "At"],
        ["saw", 0.1 + 0.2, True, date(2023, 5, 3), datetime(2023, 5, 3, 14, 30)],
        ["axe", 12.0, False, datetime(2023, 5, 4), None],
    )
    assert document.text == (
        "Item: saw; Price: 0.3; Sold: yes; Day: 2023-05-03; At: 2023-05-03 14:30.\n\n"
        "Item: axe; Price: 12; Sold: no; Day: 2023-05-04."
    )


def test_a_percentage_is_one() -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in (["Item", "Rebate", "From"], ["saw", 0.25, "May"]):
        book.active.append(row)
    book.active["B2"].number_format = "0%"
    book.save(out)
    assert read_workbook("a.xlsx", out.getvalue())[0].text == "Item: saw; Rebate: 25%; From: May."


def test_a_title_above_the_names_is_a_row_of_its_own() -> None:
    document = workbook(["Prices of May"], [], ["Item", "Price", "Unit"], ["saw", 18, "piece"])
    assert document.text == "Prices of May\n\nItem: saw; Price: 18; Unit: piece."
    assert [part.name for part in document.parts] == ["Sheet1, row 1", "Sheet1, row 4"]


def test_a_sheet_of_two_columns_without_names_is_a_list() -> None:
    document = workbook(["Client", "Example Ltd"], ["Amount", 5000], ["Place", "York"])
    assert document.text == "Client: Example Ltd.\n\nAmount: 5000.\n\nPlace: York."


def test_a_sheet_of_notes_is_read_as_they_stand() -> None:
    assert workbook(["Checked by Ada."]).text == "Checked by Ada."
    assert workbook(["Notes"], [], ["Checked", "by", "Ada."]).text == "Notes\n\nChecked by Ada."


def test_formulas_that_were_never_calculated_are_no_values() -> None:
    with pytest.raises(UnreadableFile, match="if it has formulas, open it in a spreadsheet program and save it"):
        workbook(["=1+1"])
