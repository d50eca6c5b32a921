"""What of the page needs no browser."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa.embed import HashingEmbedder
from qa.errors import NoFreePort
from qa.library import Library
from qa.live import Live
from qa.read import SentenceReader
from qa.records import Document
from qa.shelf import Shelf
from qa.ui import desk, page, server
from qa.ui.conversation import Conversation

# Ranks by likeness alone: fast, and worked out by hand.
LIKENESS = SentenceReader(HashingEmbedder())

TEXT = "The lease ends on 31 May.\nThe rent is <b>due</b> on the first of the month.\n"


@pytest.fixture
def library() -> Library:
    library = Library(embedder=HashingEmbedder(), reader=LIKENESS)
    library.add([Document("lease.txt", TEXT, "Lease")])
    return library


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind((server.HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_that_was_asked_for_and_is_taken_is_an_error_that_names_it(taken: int) -> None:
    with pytest.raises(NoFreePort, match=f"port {taken} is taken"):
        server.free_port(taken)


def test_without_a_wish_the_next_port_is_taken_and_that_is_said(
    taken: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(server, "PORT", taken)
    port = server.free_port(None)
    assert taken < port < taken + 20
    assert capsys.readouterr().out == f"Port {taken} is taken; using {port}.\n"


def test_where_every_port_is_taken_it_is_said_which(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "PORT", taken)
    monkeypatch.setattr(server, "_PORTS_TRIED", 1)
    with pytest.raises(NoFreePort, match=f"ports {taken} to {taken} are all taken"):
        server.free_port(None)


# What the page's script asks for


def test_a_click_opens_the_document_at_the_quote_with_the_others_of_its_answer(library: Library) -> None:
    html = desk.opened(library, {"document": "lease.txt", "start": 26, "end": 38, "others": [[26, 38], [0, 25]]})
    assert '<mark id="quote" class="current" tabindex="-1">The rent is </mark>&lt;b&gt;due' in html
    assert "<mark>The lease ends on 31 May.</mark>" in html


@pytest.mark.parametrize(
    "wish",
    [
        None,
        [],
        "lease.txt",
        {},
        {"document": "../secret.txt"},
        {"document": 3},
        {"document": ["lease.txt"]},
    ],
)
def test_a_wish_for_what_there_is_not_opens_nothing(library: Library, wish: object) -> None:
    assert desk.opened(library, wish) == ""


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (5, 5), (9, 3), (0, 10_000), ("0", "5"), (None, 4), (1.5, 3)])
def test_a_range_that_is_none_opens_the_document_without_a_mark(library: Library, start: object, end: object) -> None:
    html = desk.opened(library, {"document": "lease.txt", "start": start, "end": end, "others": [[start, end], 3, []]})
    assert "The lease ends" in html
    assert "<mark" not in html


def test_documents_are_found_by_a_part_of_a_name(library: Library) -> None:
    library.add([Document("b/rent.txt", "Rent.", "Rent", source="The Post")])
    shelf = Shelf(Live(library), None)
    every = ["b/rent.txt", "lease.txt"]
    for part, found in [("LEASE", ["lease.txt"]), ("post", ["b/rent.txt"]), (" ", every), ("zebra", [])]:
        assert re.findall('data-open="(.*?)"', desk.listed(shelf, part)) == found


# Asking


def test_asking_shows_the_question_at_once_then_the_answer(library: Library) -> None:
    held = Conversation()
    asking = page._ask(library, "When does the lease end?", held, ["", "", "", ""])
    first, left, button, _ = next(asking)
    assert [message["role"] for message in first] == ["user", "assistant"]
    assert "Reading your documents" in first[1]["content"].value
    assert (left, button["interactive"]) == ("", False)
    ((second, _, button, _),) = asking
    assert ">The lease ends on 31 May.<" in second[1]["content"].value
    assert button["interactive"]
    assert [turn.asked for turn in held.turns] == ["When does the lease end?"]


def test_a_question_that_cannot_be_asked_is_given_back_with_the_reason(library: Library) -> None:
    held = Conversation()
    *_, (shown, left, _, _) = page._ask(library, "?!", held, ["", "", "", ""])
    assert "holds no word to look for" in shown[1]["content"].value
    assert left == "?!"
    assert held.turns == []


def test_a_defect_is_told_and_the_page_can_be_asked_again(
    library: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    held = Conversation()
    with monkeypatch.context() as broken:
        broken.setattr(page, "ask_after", lambda *_, **__: 1 // 0)
        *_, (shown, left, button, _) = page._ask(library, "When does the lease end?", held, ["", "", "", ""])
    assert "defect of this program (ZeroDivisionError)" in shown[1]["content"].value
    assert left == "When does the lease end?"
    assert button["interactive"]
    assert "ZeroDivisionError" in caplog.text
    *_, (shown, _, _, _) = page._ask(library, "When does the lease end?", held, ["", "", "", ""])
    assert "The lease ends on 31 May." in shown[3]["content"].value


@pytest.mark.parametrize("dates", [("soon", ""), ("", "2021-13")])
def test_a_date_that_is_none_is_told(library: Library, dates: tuple[str, str]) -> None:
    *_, (shown, left, _, _) = page._ask(library, "When?", Conversation(), [*dates, "", ""])
    assert "is no date" in shown[1]["content"].value
    assert left == "When?"


def test_the_pages_files_ask_for_nothing_from_elsewhere() -> None:
    folder = Path(page.__file__).parent
    for path in folder.glob("*.*"):
        text = path.read_text(encoding="utf-8")
        assert "//cdn" not in text
        assert "https://" not in text
