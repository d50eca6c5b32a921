import io
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from qa.errors import UnreadableFile
from qa.load import load_file
from qa.load.rows import as_sentence, column_names, header, is_header, letters
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


@pytest.mark.parametrize(
    "first",
    ["2019|2020", "Q1 2020|Q2 2020", "2020Q1|2020Q2", "Q1|Q2", "FY2019|FY2020", "2019/20|2020/21", "2020-01|2020-02",
     "Jan 2020|Feb 2020", "1/22/20|1/23/20", "2020-01-31|2020-02-29", "31.01.2020|29.02.2020", "5 May 2020|6 May 2020"],
)  # fmt: skip
def test_periods_name_columns_of_numbers_that_are_none(first: str) -> None:
    assert header([["Country", *first.split("|")], ["Germany", "83.1", "83.2"], ["France", "67", "68"]]) == 0


GERMANY, FRANCE = ["Germany", "83.1", "83.2"], ["France", "67", "68"]


@pytest.mark.parametrize(
    "rows",
    [
        [["Population by year"], ["Country", "2019", "2020"], GERMANY, FRANCE],
        [["Country", "2019", "2020", "2021"], [*GERMANY, ""], [*FRANCE, ":"]],
        [["Country", "2019", "2020"], ["Malta", "", "1950"], ["Germany", "83.1", "83.2"], ["France", "", "68"]],
        [["Country", "Q1 2020"], ["Germany", "83.1"]],
        [["Country", "Code", "Millions", "2020"], ["Germany", "DE", "83", "1.5"], ["France", "FR", "67", "2"]],
    ],
)
def test_a_table_by_periods_may_have_a_title_gaps_and_a_single_one(rows: list[list[str]]) -> None:
    assert header(rows) == [row[0] for row in rows].index("Country")


@pytest.mark.parametrize(
    "rows",
    [
        [["Germany", "1990", "83.1"], ["France", "1991", "67"]],
        [["Ada", "1815", "1852"], ["Alan", "1912", "1954"], ["Grace", "1906", "1992"]],
        [["Ada", "1815", "1852"]],
        [["Ada", "1815", "1852"], ["Alan", "unknown", "unknown"], ["Grace", "unknown", "unknown"]],
        [["Acme", "1998", "2000"], ["Best", "2001", "350"], ["Crane", "1987", "12"]],
        [["hammer", "1950"], ["saw", "18"], ["axe", "12"]],
        [["Rent", "2020-01-31", "900"], ["Heat", "2020-02-29", "70"]],
        [["Date", "2020-01-31", "York"], ["Amount", "5000", "euros"], ["Client", "Example", "Ltd"]],
        [["2019", "2020"], ["83.1", "83.2"]],
        [["North", "12", "2020"], ["South", "13", "7"]],
    ],
)
def test_a_first_row_that_goes_on_as_it_begins_names_nothing(rows: list[list[str]]) -> None:
    assert header(rows) is None


QUESTION = "How much do you agree that the new opening hours of the library are of use to you and to your family, {}?"


def test_a_long_question_names_short_answers_and_a_long_text_no_other_long_texts() -> None:
    asked, told = QUESTION.format("all in all"), "The bridge was closed again, and the ferry is full. " * 2
    assert len(asked) > 100
    assert header([["Name", asked], ["Ada", "fully"], ["Bob", "not at all"]]) == 0
    assert header([["Ada", told], ["Bob", told + "So it is."], ["Eve", told + "Why?"]]) is None
    assert header([["Ada", told]]) is None
    # Some answer at length: a name of numbers beside it settles it.
    assert header([["Number", asked], ["1", told], ["2", told]]) == 0


def test_a_long_name_is_cut_unless_two_would_be_the_same() -> None:
    asked = QUESTION.format("all in all")
    assert column_names(["Name", asked]) == ["Name", f"{asked[:99]}…"]
    several = ["Name", *(QUESTION.format(day) for day in ("on weekdays", "on Sundays"))]
    assert column_names(several) == several
    assert column_names(["", "", asked]) == ["", "", f"{asked[:99]}…"]


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
    assert (document.encoding, document.extracted) == ("", "csv, rules 2")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    rows = [["Item", "Price, net"], ["hammer", "12"], ["saw", "18"]]
    content = "\n".join(delimiter.join(f'"{cell}"' if delimiter == "," else cell for cell in row) for row in rows)
    assert text_of(content) == "Item: hammer; Price, net: 12.\n\nItem: saw; Price, net: 18."


def test_columns_of_years_and_of_long_questions_keep_their_names() -> None:
    years = "Country,2019,2020\nGermany,83.1,83.2\nFrance,67,68"
    assert text_of(years) == "Country: Germany; 2019: 83.1; 2020: 83.2.\n\nCountry: France; 2019: 67; 2020: 68."
    asked = QUESTION.format("all in all").replace(",", "")
    assert text_of(f"Name,{asked}\nAda,fully\nBob,no") == (
        f"Name: Ada; {asked[:99]}…: fully.\n\nName: Bob; {asked[:99]}…: no."
    )
    assert text_of("Germany,1990,83.1\nFrance,1991,67") == (
        "Column A: Germany; Column B: 1990; Column C: 83.1.\n\nColumn A: France; Column B: 1991; Column C: 67."
    )


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


def test_a_sheet_of_years_keeps_their_names_and_long_things_of_a_list_stay_whole() -> None:
    document = workbook(["Country", 2019, 2020], ["Germany", 83.1, 83.2], ["France", 67, 68])
    assert document.text.split("\n\n")[0] == "Country: Germany; 2019: 83.1; 2020: 83.2."
    asked = QUESTION.format("all in all")
    assert workbook([asked, "fully"], ["Are you sure?", "yes"]).text.startswith(f"{asked}: fully.")


def test_a_sheet_of_notes_is_read_as_they_stand() -> None:
    assert workbook(["Checked by Ada."]).text == "Checked by Ada."
    assert workbook(["Notes"], [], ["Checked", "by", "Ada."]).text == "Notes\n\nChecked by Ada."


def test_formulas_that_were_never_calculated_are_no_values() -> None:
    with pytest.raises(UnreadableFile, match="if it has formulas, open it in a spreadsheet program and save it"):
        workbook(["=1+1"])
