"""What of the page needs no browser."""

import asyncio
import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from html import unescape
from itertools import product
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

import qa.shelf.shelf
from qa.embed import HashingEmbedder
from qa.errors import NoFreePort
from qa.library import Library
from qa.live import Live
from qa.read import SentenceReader
from qa.records import Document
from qa.shelf import Shelf
from qa.ui import desk, page, server
from qa.ui.conversation import Conversation, not_held
from vector_store import writing

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


def test_what_is_answered_when_another_conversation_was_opened_is_shown_no_more(library: Library) -> None:
    held = Conversation("first")
    asking = page._ask(library, "When does the lease end?", held, ["", "", "", ""])
    next(asking)
    held.left = True
    assert list(asking) == []
    assert not held.busy


def test_a_question_that_is_gone_no_further_with_can_be_sent_again(library: Library) -> None:
    held = Conversation("first")
    asking = page._ask(library, "When does the lease end?", held, ["", "", "", ""], asking="1")
    next(asking)
    assert held.has_heard("1")
    asking.close()
    assert not held.busy
    assert not held.has_heard("1")
    *_, (shown, _, _, _) = page._ask(library, "When does the lease end?", held, ["", "", "", ""], asking="1")
    assert [message["role"] for message in shown] == ["user", "assistant"]
    assert 'data-id="1"' in shown[1]["content"].value
    assert held.has_heard("1")
    assert not held.has_heard("")


def test_a_question_to_a_conversation_that_is_not_held_is_given_back_whole() -> None:
    wish = {"chat": "'\"><", "question": "<b>When's that?", "typed": True, "only": {"after": "2020"}}
    asked, back = (message["content"].value for message in not_held(wish))
    assert "&lt;b&gt;When&#x27;s that?" in asked
    given = {name: unescape(text) for name, text in re.findall(r'data-(\w+)="([^"]*)"', back)}
    assert given["chat"] == wish["chat"]
    assert json.loads(given["wish"]) == wish


@pytest.mark.parametrize("dates", [("soon", ""), ("", "2021-13")])
def test_a_date_that_is_none_is_told(library: Library, dates: tuple[str, str]) -> None:
    *_, (shown, left, _, _) = page._ask(library, "When?", Conversation(), [*dates, "", ""])
    assert "is no date" in shown[1]["content"].value
    assert left == "When?"


# Adding


@pytest.fixture
def shelf(library: Library, tmp_path: Path) -> Shelf:
    """Of an index with one document."""
    library.save(tmp_path / "index")
    return Shelf(Live(library, index=tmp_path / "index"), tmp_path / "index")


@pytest.fixture
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which Gradio keeps what browsers send."""
    folder = tmp_path / "sent" / "gradio"
    folder.mkdir(parents=True)
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    return folder


@pytest.fixture
def send(uploads: Path) -> Callable[[str], Path]:
    """A file as Gradio keeps it when a browser sent it: in a folder of its own."""

    def sent(name: str) -> Path:
        folder = uploads / f"{name} has a digest"
        folder.mkdir()
        (folder / name).write_text(f"{name} says something of its own.", encoding="utf-8")
        return folder / name

    return sent


def ids(shelf: Shelf) -> list[str]:
    return [entry.id for entry in shelf.entries()]


def test_what_is_added_is_told_and_then_nothing_is_left_of_what_was_sent(
    shelf: Shelf, uploads: Path, send: Callable[[str], Path]
) -> None:
    *_, (shown, field) = page._add(shelf, [send("a.txt"), send("b.txt")])
    assert re.findall("<li.*?>(.*?)<", shown) == [
        "a.txt is added",
        "b.txt is added",
        "2 documents added or replaced; 3 documents can be asked",
    ]
    assert field is None
    assert list(uploads.iterdir()) == []


def test_what_is_being_added_is_added_though_the_page_is_closed(
    shelf: Shelf, uploads: Path, send: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qa.shelf.shelf, "_TELL_EVERY", 0.05)
    names = [f"{letter}.txt" for letter in "abcd"]
    with writing(tmp_path / "index"):
        adding = page._add(shelf, [send(name) for name in names])
        next(adding)
        adding.close()
    until = time.monotonic() + 30
    while any(uploads.iterdir()) and time.monotonic() < until:
        time.sleep(0.02)
    assert ids(shelf) == ["lease.txt", *(f"uploaded/{name}" for name in names)]
    assert list(uploads.iterdir()) == []


def test_more_files_than_are_taken_at_once_are_refused_and_not_kept(
    shelf: Shelf, uploads: Path, send: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qa.shelf.shelf, "MAX_FILES", 1)
    ((shown, field),) = page._add(shelf, [send("a.txt"), send("b.txt")])
    assert "at most 1 are taken" in shown
    assert field is None
    assert list(uploads.iterdir()) == []


@pytest.mark.parametrize(
    "path", ["", ".", "..", "x", "x/y", "x/y/z.txt", "../z.txt", "x/../../z.txt", "x/link", "linked/z.txt", "x/\0"]
)
def test_no_path_but_that_of_an_upload_is_read_or_deleted(shelf: Shelf, uploads: Path, path: str) -> None:
    for file in (uploads.parent / "z.txt", uploads / "x" / "y" / "z.txt"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("Of somebody else.", encoding="utf-8")
    (uploads / "x" / "link").symlink_to(uploads.parent / "z.txt")
    (uploads / "linked").symlink_to(uploads.parent)
    before = sorted(uploads.parent.rglob("*"))
    sent = uploads / path
    *_, (shown, field) = page._add(shelf, [sent])
    assert "is no file that was sent here" in shown
    assert field is None
    assert sorted(uploads.parent.rglob("*")) == before
    assert ids(shelf) == ["lease.txt"]


def test_what_is_elsewhere_does_not_keep_the_others_from_being_added(
    shelf: Shelf, uploads: Path, send: Callable[[str], Path]
) -> None:
    folder = send("a.txt").parent
    (folder / "b.txt").write_text("Of the same folder.", encoding="utf-8")
    *_, (shown, _) = page._add(shelf, [uploads.parent / "z.txt", folder / "a.txt"])
    assert "z.txt: is no file that was sent here" in shown
    assert "a.txt is added" in shown
    assert [path.name for path in folder.iterdir()] == ["b.txt"]


def test_no_address_is_fetched_that_stands_for_a_file(
    library: Library, shelf: Shelf, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []

    async def fetch(url: str, **_: Any) -> str:
        fetched.append(url)
        return str(uploads / "x" / "fetched")

    monkeypatch.setattr("gradio.processing_utils.async_ssrf_protected_download", fetch)

    async def sent_everywhere() -> int:
        """To how many functions of the page addresses were sent, in every field."""
        built = page.build(Live(library), shelf)
        functions = [
            function for function in built.fns.values() if any(not field.stateful for field in function.inputs)
        ]
        for function, path in product(functions, ["http://example.org/x.txt", "https://example.org/x.txt"]):
            file = {"path": path, "meta": {"_type": "gradio.FileData"}}
            for value in (file, [file], {"in": [{"it": file}]}):
                with pytest.raises(gr.Error, match="no address is fetched"):
                    await built.preprocess_data(function, [value] * len(function.inputs), None)
        return len(functions)

    assert asyncio.run(sent_everywhere()) == 6
    assert fetched == []


# The page's files


def test_the_pages_files_ask_for_nothing_from_elsewhere() -> None:
    folder = Path(page.__file__).parent
    for path in folder.glob("*.*"):
        text = path.read_text(encoding="utf-8")
        assert "//cdn" not in text
        assert "https://" not in text
