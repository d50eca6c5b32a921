"""What of the page needs no browser."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa.embed import HashingEmbedder
from qa.errors import NoFreePort
from qa.library import Library
from qa.read import SentenceReader
from qa.records import Document
from qa.ui import page, server

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


def test_a_click_opens_the_document_at_the_quote_and_answers_to_that_click(library: Library) -> None:
    html = page._open(library, {"document": "lease.txt", "start": 26, "end": 38, "click": 7})
    assert '<mark id="quote" class="current" tabindex="-1">The rent is </mark>&lt;b&gt;due' in html
    assert 'data-click="7"' in html


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
def test_a_wish_for_what_there_is_not_changes_nothing(library: Library, wish: object) -> None:
    assert page._open(library, wish) == page.gr.skip()


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (5, 5), (9, 3), (0, 10_000), ("0", "5"), (None, 4), (1.5, 3)])
def test_a_range_that_is_none_opens_the_document_without_a_mark(library: Library, start: object, end: object) -> None:
    html = page._open(library, {"document": "lease.txt", "start": start, "end": end})
    assert "The lease ends" in html
    assert "<mark" not in html


def test_asking_shows_the_question_at_once_then_the_answer(library: Library) -> None:
    first, second = list(page._ask(library, "When does the lease end?", []))
    assert [message["role"] for message in first[0]] == ["user", "assistant"]
    assert "Reading your documents" in first[0][1]["content"].value
    assert first[1] == ""
    assert "<mark>The lease ends on 31 May.</mark>" in second[0][1]["content"].value


def test_a_question_that_cannot_be_asked_is_given_back_with_the_reason(library: Library) -> None:
    *_, last = page._ask(library, "?!", [])
    assert "holds no word to look for" in last[0][1]["content"].value
    assert last[1] == "?!"


def test_the_pages_files_ask_for_nothing_from_elsewhere() -> None:
    folder = Path(page.__file__).parent
    for path in folder.glob("*.*"):
        text = path.read_text(encoding="utf-8")
        assert "//cdn" not in text
        assert "https://" not in text
