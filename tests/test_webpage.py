from pathlib import Path

import pytest

from qa.errors import UnreadableFile
from qa.load import load, load_file
from qa.load.blocks import blocks
from qa.load.maintext import main_text
from qa.load.tree import parse_html
from qa.load.webpage import read_web_archive, read_webpage
from qa.records import Quote

DATA = Path(__file__).parent / "data"
PROSE = "The town council has approved a new footbridge over the river, which will cost four million pounds."


def page(body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head><meta charset=utf-8>{head}</head><body>{body}</body></html>".encode()


def text_of(body: str) -> str:
    return read_webpage("a.html", page(body))[0].text


@pytest.mark.parametrize("name", ["news.html", "news.mhtml"])
def test_the_main_text_is_told_from_the_rest_and_the_metadata_are_the_pages_own(name: str) -> None:
    document = load_file(DATA / name, DATA)
    assert (document.title, document.date) == ("River Ouse to get a new footbridge", "2023-05-03")
    assert (document.source, document.author) == ("The Example Post", "Jane Example")
    assert {origin for _, origin in document.origins} == {"file"}
    for other in ("cookie", "Weather", "Related stories", "OldGeorge", "Privacy policy"):
        assert other not in document.text
    start = document.text.index("divers found cracks")
    assert Quote(document, start, start + 6).place == f"{name}, § Why a new one"
    assert "Length: 61 metres\n\nWidth: three metres\n\n" in document.text


def test_paragraphs_set_apart_by_breaks_stand_apart() -> None:
    assert text_of(f"<div>{PROSE}<br><br>{PROSE.replace('town', 'city')}</div>") == (
        f"{PROSE}\n\n{PROSE.replace('town', 'city')}"
    )


def test_rows_of_a_table_name_their_columns() -> None:
    table = "<table><tr><th>Tool<th>Price</tr><tr><td>Hammer<td>12.50</tr><tr><td>Saw<td>18</tr></table>"
    assert "Tool: Hammer; Price: 12.50.\n\nTool: Saw; Price: 18." in text_of(f"<p>{PROSE}</p><p>{PROSE}</p>{table}")


def test_what_is_hidden_is_not_read() -> None:
    hidden = "<p style='display: none'>Not to be seen</p><p hidden>Nor this</p><script>no()</script>"
    assert text_of(f"<p>{PROSE}</p>{hidden}") == PROSE


def blocks_of(body: str) -> list[str]:
    return [block.text for block in blocks(parse_html("a.html", page(body)))]


def test_names_that_a_page_gives_its_elements_hide_nothing() -> None:
    assert blocks_of('<p>Before.</p><div data-rows="3"><p>In.</p></div><p>After.</p>') == ["Before.", "In.", "After."]


CITIES = "<table><tr><th>Country<th>City<th>Year</tr>"


def test_what_follows_a_table_is_read() -> None:
    body = f"<p>a</p>{CITIES}<tr><td>Germany<td>Bonn<td>1949</table>b<p hidden>no</p>c<!-- no -->d"
    assert blocks_of(body) == ["a", "Country: Germany; City: Bonn; Year: 1949.", "bcd"]


@pytest.mark.parametrize("down", ["2", " 2 ", "100000", "0"])
def test_a_cell_is_of_every_row_that_it_reaches_down_to(down: str) -> None:
    body = f"{CITIES}<tr><td rowspan='{down}'>Germany<td>Berlin<td>1990</tr><tr><td>Bonn<td>1949</tr></table>"
    berlin, bonn = "Country: Germany; City: Berlin; Year: 1990.", "Country: Germany; City: Bonn; Year: 1949."
    assert blocks_of(body) == [berlin, bonn]


def test_a_cell_reaches_down_to_the_end_of_its_group_of_rows() -> None:
    groups = "<tbody><tr><td rowspan=9>Germany<td>Berlin<td>1990</tbody><tbody><tr><td>Italy<td>Rome<td>1871</tbody>"
    assert blocks_of(f"{CITIES}{groups}</table>")[1] == "Country: Italy; City: Rome; Year: 1871."


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ("<td colspan=2>Germany<td>1990", "Country: Germany; Year: 1990."),
        ("<td colspan=2 rowspan=2>Monaco<td>1297", "Country: Monaco; Year: 1297."),
        ("<td colspan=3>Figures of 2020", "Figures of 2020"),
        ("<td>Italy<td colspan=100000>Rome", "Country: Italy; City: Rome."),
        ("<td colspan=0>Italy<td rowspan=x>Rome", "Country: Italy; City: Rome."),
        ("<td>", ""),
    ],
)
def test_a_cell_may_reach_over_columns(row: str, shown: str) -> None:
    last = "<tr><td>Spain<td>Madrid<td>1561</tr>"
    below = ["Country: Spain; City: Madrid; Year: 1561."]
    if "rowspan=2" in row:
        last, below = "<tr><td>1911</tr>", ["Country: Monaco; Year: 1911."]
    assert blocks_of(f"{CITIES}<tr>{row}</tr>{last}</table>") == [shown, *below][not shown :]


def test_the_name_of_a_column_may_reach_over_columns_too() -> None:
    head = "<tr><th colspan=2>Name<th>Year</tr>"
    rows = "<tr><td>Ada<td>Lovelace<td>1843</tr>"
    assert blocks_of(f"<table>{head}{rows}</table>") == ["Name: Ada; Name: Lovelace; Year: 1843."]


def test_columns_may_be_named_by_several_rows() -> None:
    head = "<tr><th rowspan=2>City<th colspan=2>People</tr><tr><th>1990<th>2000</tr>"
    rows = "<tr><td>Bonn<td>292<td>302</tr><tr></tr>"
    assert blocks_of(f"<table>{head}{rows}</table>") == ["City: Bonn; People 1990: 292; People 2000: 302."]
    assert blocks_of(f"<table>{head}</table>") == ["City: City; People: 1990; People: 2000."]


def test_cells_that_reach_far_cost_little() -> None:
    far = "<tr><td rowspan=65534 colspan=1000>a<td rowspan=65534>b</tr>" * 300
    assert len(blocks_of(f"<table><tr><td>c<td>d</tr>{far}</table>")) == 301


def test_what_is_hidden_in_a_table_is_not_read() -> None:
    cells = '<td><span style="display:none">7006</span>3,600<td>x<style>.a{}</style>y<script>no()</script><!-- no -->z'
    hidden = "<tr hidden><td>1<td>2</tr><tbody style='display: none'><tr><td>3<td>4</tr></tbody>"
    more = "<tr><td hidden>5</td><td>6<td>7</tr>"
    body = f"<table><tr><th>Pop<th>Name</tr><tr>{cells}</tr>{more}{hidden}</table>"
    assert blocks_of(body) == ["Pop: 3,600; Name: xyz.", "Pop: 6; Name: 7."]


def test_lines_of_a_cell_stand_apart() -> None:
    cells = "<td>Berlin<br>Germany<td>12<br/>May<td>H<sub>2</sub>O"
    body = f"<table><tr><th>A<th>B<th>C</tr><tr>{cells}</tr></table>"
    assert blocks_of(body) == ["A: Berlin Germany; B: 12 May; C: H2O."]


def test_a_page_without_main_text_is_read_whole() -> None:
    assert text_of("<form><label>Name</label><label>Street</label></form>") == "Name\n\nStreet"


def test_a_page_put_together_by_a_script_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="holds no text: is it put together by a script"):
        read_webpage("a.html", page("<div id=root></div><script>draw()</script>"))


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ("<html><meta charset=windows-1251><p>Министр не придёт.</html>".encode("cp1251"), "Министр"),
        ('<?xml version="1.0" encoding="iso-8859-1"?><html><p>It’s here.</html>'.encode("cp1252"), "It’s"),
        ("<html><meta charset=utf-8><p>caf\xe9 </html>".encode() + b"<p>\xff" + b"x" * 300, "café"),
        ("<html><p>caf\xe9 au lait</html>".encode("utf-16"), "café"),
        ('<?xml version="1.0" encoding="utf-16"?><html><p>It’s here. </html>'.encode(), "It’s"),
        ("<html><meta charset=utf-16><p>It’s here. </html>".encode(), "It’s"),
        ("<html><meta charset=utf-32><p>It’s here.</html>".encode("cp1252"), "It’s"),
        ("<html><meta charset=iso-8859-1><p>I don’t know.</html>".encode(), "don’t"),
    ],
)
def test_a_page_is_in_the_encoding_that_it_says(data: bytes, word: str) -> None:
    assert word in read_webpage("a.html", data)[0].text


def test_no_date_is_guessed_from_the_text() -> None:
    assert read_webpage("a.html", page(f"<p>{PROSE} On 31 August 2009 it was closed.</p>"))[0].date == ""


def test_where_a_page_was_saved_from_is_its_source() -> None:
    saved = b"<!-- saved from url=(0032)https://www.example.org/a/b.html -->" + page(f"<p>{PROSE}</p>")
    assert read_webpage("a.html", saved)[0].source in ("example.org", "www.example.org")


def test_what_a_browser_saves_beside_a_page_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "Bridge.html").write_bytes(page(f"<p>{PROSE}</p>"))
    (tmp_path / "Bridge_files").mkdir()
    (tmp_path / "Bridge_files" / "advertisement.html").write_bytes(page(f"<p>Buy now! {PROSE}</p>"))
    loaded = load([tmp_path])
    assert ([document.id for document in loaded.documents], loaded.refused) == (["Bridge.html"], ())


def test_an_archive_without_a_page_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="holds no web page"):
        read_web_archive("a.mhtml", b"From: x\nContent-Type: text/plain\n\nText.\n")


def test_a_deeply_nested_page_is_read_to_its_end() -> None:
    first, last = PROSE.replace("town", "city"), PROSE.replace("town", "county")
    body = f"<p>{first}</p>{'<div>' * 1000}<p>{PROSE}</p>{'</div>' * 1000}<p>{last}</p>"
    assert text_of(body) == f"{first}\n\n{PROSE}\n\n{last}"


def test_a_page_whose_end_would_be_lost_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="is nested too deeply to be read"):
        text_of(f"<p>{PROSE}</p>{'<div>' * 3000}<p>{PROSE}</p>")


def test_deep_nesting_ends() -> None:
    assert text_of("<div>" * 100 + f"<p>{PROSE}</p>") == PROSE
    with pytest.raises(UnreadableFile):
        text_of("<div>" * 100_000 + f"<p>{PROSE}</p>")


def test_nothing_taken_is_nothing_kept() -> None:
    assert main_text([], "", "") == []
