"""Rows of tables in a text, and how the trained reader reads them."""

import re

import numpy as np
import pytest

from qa.read import TrainedReader
from qa.read.candidates import candidates
from qa.read.evidence import NAMES
from qa.read.network import Reading
from qa.read.table import Row, outdone, tables
from qa.read.table import header_above as header_range
from qa.records import Document, Part, Passage
from tests.test_trained import WordNetwork, hits, passage

STAFF = """# Staff

| Name | Role | **Room** |
|:-----|------|---------:|
| Ana Pereira | Head of Finance | 2.14 |
| **Tom Okafor** | | `2.15` |

Ask Tom \\| Ana.
"""
STOCK = "Item: Kettle; Colour: red; Left: 14.\n\nItem: Kettle; Colour: blue; Left: 3.\n\nItem: Mug; Left: 1; or 2."


class MarkNetwork(WordNetwork):
    """Here signs are tokens of their own."""

    def read(self, question: str, title: str, text: str) -> Reading:
        self.shown.append((question, title, text))
        tokens = list(re.finditer(r"\w(?:[\w.]*\w)?|\S", text))
        starts, ends = (
            np.array([4.0 if token.group() in likely else -4.0 for token in tokens], np.float32)
            for likely in (self._first, self._last)
        )
        return Reading(np.array([token.span() for token in tokens], np.int64).reshape(-1, 2), starts, ends)


def cells(text: str, row: Row) -> dict[str, str]:
    return {cell.name: cell.range.of(text) for cell in row.cells}


def asked(*words: str) -> dict[str, set[str]]:
    return {word: {word} for word in words}


# What is a row


def test_rows_of_markdown_have_the_names_of_their_columns_and_cells_without_marks() -> None:
    found = tables(STAFF)
    assert [cells(STAFF, row) for row in found.rows] == [
        {"Name": "Ana Pereira", "Role": "Head of Finance", "Room": "2.14"},
        {"Name": "Tom Okafor", "Room": "2.15"},
    ]
    assert [row.range.of(STAFF) for row in found.rows] == STAFF.splitlines()[4:6]
    assert [line.of(STAFF) for line in found.heads] == STAFF.splitlines()[2:4]


def test_bars_at_the_ends_may_be_left_out_and_a_row_may_have_fewer_or_more_cells() -> None:
    text = "Course | Day\r\n--- | ---\r\nChoir | Monday | 20:00\r\nPottery\r\nSewing | Tuesday"
    assert [cells(text, row) for row in tables(text).rows] == [{"Course": "Choir", "Day": "Monday"}]
    text = text.replace("Pottery", "Pottery |")
    assert [cells(text, row)["Course"] for row in tables(text).rows] == ["Choir", "Pottery", "Sewing"]


def test_a_bar_that_is_escaped_ends_no_cell() -> None:
    text = "| A | B |\n|---|---|\n| one \\| two | three |"
    assert [cells(text, row) for row in tables(text).rows] == [{"A": "one \\| two", "B": "three"}]


def test_lines_of_named_cells_are_rows_where_two_are_alike() -> None:
    assert [cells(STOCK, row) for row in tables(STOCK).rows] == [
        {"Item": "Kettle", "Colour": "red", "Left": "14"},
        {"Item": "Kettle", "Colour": "blue", "Left": "3"},
        {"Item": "Mug", "Left": "1; or 2"},
    ]


def test_a_line_alone_is_a_row_where_it_is_said_to_be() -> None:
    alone = STOCK.partition("\n")[0]
    assert tables(alone).rows == ()
    assert len(tables(alone, rows=True).rows) == 1


@pytest.mark.parametrize(
    "text",
    [
        "He said: we go; she said: no.\n\nThen it rained; all left.",
        "a | b\nc | d",
        "One thing: this.\n\nOne thing: that.",
        "||\n|-|\n||",
        "",
        "| A |\n|---|",
    ],
)
def test_what_is_no_row(text: str) -> None:
    assert tables(text).rows == ()


def test_prose_in_cells_and_questions_are_left_to_be_read_as_sentences() -> None:
    prose = f"Item: A; Told: {'much is told. ' * 40}\n\nItem: B; Told: little."
    assert [cells(prose, row)["Item"] for row in tables(prose).rows] == ["B"]
    asks = "Question: When is it open?; Answer: Daily.\n\nQuestion: Where?; Answer: Here."
    assert tables(asks).rows == ()


def header_above(text: str, start: int) -> str:
    found = header_range(text, start)
    return found.of(text) if found else ""


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_the_names_of_the_columns_are_found_above_a_row(ends: str) -> None:
    text = STAFF.replace("\n", ends)
    head = "| Name | Role | **Room** |"
    assert [header_above(text, text.index(of)) for of in ("|:--", "| Ana", "| **Tom")] == [head] * 3
    assert [header_above(text, text.index(of)) for of in ("# Staff", "| Name", "Pereira", "Ask", "Ana.")] == [""] * 5
    assert header_above("| a | b |\n| c | d |", 10) == ""


def test_what_the_columns_are_is_looked_for_in_bounds() -> None:
    row = "| some cell | other - cell |\n"
    near, far = (f"| A | B |\n|---|---|\n{row * count}" for count in (1_000, 20_000))
    assert header_above(near, near.rindex("| some")) == "| A | B |"
    assert header_above(far, far.rindex("| some")) == ""
    assert header_above("|" * 1_000_000, 900_000) == ""
    white = f"|-{' ' * 1_000_000}x\n| a | b |"  # by the square of it, this would take an hour
    assert header_above(white, white.index("| a")) == ""


def test_a_passage_amid_a_table_is_read_under_the_columns_above_it() -> None:
    start = STAFF.index("| **Tom")
    (row,) = tables(STAFF[start:], header_above(STAFF, start)).rows
    assert cells(STAFF[start:], row) == {"Name": "Tom Okafor", "Room": "2.15"}
    (row, *_) = tables(STAFF[STAFF.index("|:--") :], header_above(STAFF, STAFF.index("|:--"))).rows
    assert row.names == ("Name", "Role", "Room")


# Which row and which cell


def test_a_row_is_told_as_a_sentence_and_its_cells_stand_in_it() -> None:
    row = tables(STAFF).rows[1]
    told, places = row.told(STAFF)
    assert told == "Name: Tom Okafor; Room: 2.15."
    assert [place.of(told) for place in places] == ["Tom Okafor", "2.15"]


def test_a_row_is_outdone_by_one_that_has_all_that_it_has_and_more() -> None:
    red, blue, mug = tables(STOCK).rows
    named = [("a", row, row.known_by(STOCK, asked("blue", "kettl", "cost"))) for row in (red, blue, mug)]
    assert [its for _, _, its in named] == [{"kettl"}, {"blue", "kettl"}, set()]
    assert outdone(named) == [True, False, True]
    assert outdone([("another document", *named[0][1:]), *named[1:]]) == [False, False, True]
    other_table = Row(red.range, tables(STAFF).rows[0].cells)
    assert outdone([("a", other_table, set()), *named]) == [False, True, False, True]


def test_of_several_numbers_in_a_cell_all_must_be_asked_for() -> None:
    text = "Train: RE 13; Arrives: 11:38.\n\nTrain: RE 11; Arrives: 12:40."
    assert [row.known_by(text, asked("re", "11")) for row in tables(text).rows] == [{"re"}, {"re", "11"}]


def test_long_cells_name_no_row() -> None:
    text = "Key: A1; Note: nobody ever asked for it.\n\nKey: B2; Note: none."
    assert tables(text).rows[0].known_by(text, asked("nobodi")) == set()


def test_another_spelling_of_a_word_names_a_row_too() -> None:
    assert tables(STAFF).rows[1].known_by(STAFF, {"okafour": {"okafour", "okafor"}}) == {"okafour"}


def test_what_the_question_says_itself_is_asked_for_last_and_the_column_that_it_names_first() -> None:
    row = tables(STAFF).rows[0]
    assert row.asked_for(STAFF, asked("room", "ana", "pereira")) == [(False, False), (True, False), (True, True)]


# How they are read


def test_a_row_is_one_candidate_whatever_stops_are_in_it_and_the_names_of_columns_are_none() -> None:
    text = STAFF.replace("Head of Finance", "Head of Finance. Also H.R.")
    found = candidates(text)
    assert [one.range.of(text) for one in found if one.row] == text.splitlines()[4:6]
    assert [one.range.of(text) for one in found if not one.row] == ["# Staff", "Ask Tom \\| Ana."]


def test_each_row_is_read_by_itself_and_prose_beside_it_in_its_passage() -> None:
    network = MarkNetwork("2.15")
    (spans,) = TrainedReader(network).read("Which room has Tom?", hits([passage(STAFF, title="Staff")], [0.5]))
    assert network.shown == [
        ("Which room has Tom?", "Staff. ", STAFF),
        ("Which room has Tom?", "Staff. ", "Name: Tom Okafor; Room: 2.15."),  # Ana's is outdone
        ("Which room has Tom?", "Staff. ", "# Staff"),  # one of the three best, alone
    ]
    best = max(spans, key=lambda span: span.score)
    assert STAFF[best.start : best.end] == STAFF.splitlines()[5]
    assert best.exact
    assert best.exact.of(STAFF) == "2.15"


def test_an_answer_does_not_run_over_into_the_next_cell() -> None:
    (spans,) = TrainedReader(MarkNetwork("red", "Left")).read("Which colour?", hits([passage(STOCK)], [0.5]))
    assert spans[0].exact
    assert spans[0].exact.of(STOCK) == "red"


def test_rows_have_no_first_among_them() -> None:
    _, numbers = TrainedReader(MarkNetwork()).evidence("Kettle?", hits([passage(f"{STOCK}\n\nAll told.")], [0.5]))
    assert numbers[:, NAMES.index("lead")].tolist() == [1, 1, 1, 0.25]


def test_the_names_of_columns_count_for_a_row() -> None:
    text = STAFF + "\nNobody knows."
    _, numbers = TrainedReader(MarkNetwork()).evidence("Room?", hits([passage(text)], [0.5]))
    assert numbers[:, NAMES.index("coverage")].tolist() == [0, 1, 1, 0, 0]


def test_a_row_of_a_file_of_tables_is_one_even_alone_in_its_passage() -> None:
    text = STOCK.partition("\n")[0]
    network = MarkNetwork()
    row = Passage(Document("a.csv", text, parts=(Part(0, "row 2"),)), 0, len(text))
    TrainedReader(network).read("Colour?", hits([row], [0.5]))
    assert network.shown == [("Colour?", "", text)]
    (candidate,) = candidates(text, rows=True)
    assert candidate.row
