from pathlib import Path

import pytest

from qa.errors import UnreadableFile
from qa.load import load, load_file
from qa.load.maintext import main_text
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


def test_deep_nesting_ends() -> None:
    assert text_of("<div>" * 100 + f"<p>{PROSE}</p>") == PROSE
    with pytest.raises(UnreadableFile):
        text_of("<div>" * 100_000 + f"<p>{PROSE}</p>")


def test_nothing_taken_is_nothing_kept() -> None:
    assert main_text([], "", "") == []
