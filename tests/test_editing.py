"""What programs can change, where that was allowed: documents are added and removed, over the API and as tools."""

import asyncio
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, ListToolsResult

from qa.errors import BadRequest, NotWritable, UnknownDocument
from qa.live import Live
from qa.shelf import Shelf
from qa.ui import editing
from tests.served import ROOT, Served, served, small_library

WARRANTY = "The warranty of the kettle lasts 24 months.\n"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("editing") / "index"


@pytest.fixture(scope="module")
def page(index: Path) -> Iterator[Served]:
    with served("--mcp", "--allow-writes", "--index", str(index)) as page:
        yield page


@pytest.fixture(scope="module")
def client(page: Served) -> Client:
    return Client(page.url, verbose=False, analytics_enabled=False)


def ids(client: Client) -> list[str]:
    return [each["id"] for each in client.predict(api_name="/documents")]


def in_a_session(page: Served, name: str, arguments: dict[str, Any]) -> tuple[ListToolsResult, CallToolResult]:
    async def calling() -> tuple[ListToolsResult, CallToolResult]:
        async with (
            streamable_http_client(f"{page.url}mcp") as (reading, writing, _),
            ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            return await session.list_tools(), await session.call_tool(name, arguments)

    return asyncio.run(calling())


def test_a_document_is_added_asked_replaced_and_removed_over_the_api(client: Client, index: Path) -> None:
    added = client.predict("kettle.txt", WARRANTY, api_name="/add")
    assert (added["document"], added["done"]) == ("uploaded/kettle.txt", "added")
    assert (index / "uploaded" / "kettle.txt").read_text(encoding="utf-8") == WARRANTY
    answer = client.predict("How long does the warranty of the kettle last?", api_name="/ask")
    assert answer["citations"][0]["quote"] == WARRANTY.strip()
    assert client.predict("again.txt", WARRANTY, api_name="/add")["done"] == "already here"
    assert (
        client.predict("kettle.txt", "It is 36 months now.", api_name="/add")["document"] == "uploaded/kettle (2).txt"
    )
    replaced = client.predict("kettle.txt", "It is 48 months.", replace=True, api_name="/add")
    assert (replaced["document"], replaced["done"]) == ("uploaded/kettle.txt", "replaced")
    for name in ("uploaded/kettle.txt", "uploaded/kettle (2).txt"):
        assert client.predict(name, api_name="/remove")["message"] == "the uploaded file is deleted"
    assert ids(client) == ["bees.txt", "copy.txt", "lease.txt"]
    assert list((index / "uploaded").iterdir()) == []


def test_a_file_that_is_no_text_is_sent_in_base64(client: Client) -> None:
    data = (ROOT / "tests" / "data" / "handbook.pdf").read_bytes()
    added = client.predict("handbook.pdf", b64encode(data).decode(), "base64", api_name="/add")
    assert added["document"] == "uploaded/handbook.pdf"
    assert client.predict("uploaded/handbook.pdf", api_name="/remove")["document"] == "uploaded/handbook.pdf"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("noise.bin", "AAECAwQ=", "base64"), "noise.bin"),
        (("a.pdf", "no base64!", "base64"), "content is not base64"),
        (("a.txt", "x", "rot13"), "encoding must be text or base64"),
        (("  ", "x"), "name and content must be texts"),
    ],
)
def test_what_cannot_be_added_is_refused_with_the_reason(
    client: Client, arguments: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(AppError, match=reason):
        client.predict(*arguments, api_name="/add")
    assert ids(client) == ["bees.txt", "copy.txt", "lease.txt"]


def test_a_name_that_leads_elsewhere_stays_in_its_folder(client: Client, index: Path) -> None:
    added = client.predict("../../escape.txt", "Nobody gets out of the garden.", api_name="/add")
    assert added["document"].startswith("uploaded/")
    assert [path.parent for path in index.parent.rglob("*escape*")] == [index / "uploaded"]
    client.predict(added["document"], api_name="/remove")


def test_an_unknown_document_is_not_removed(client: Client) -> None:
    with pytest.raises(AppError, match=r"no such document|nothing.*txt"):
        client.predict("nothing.txt", api_name="/remove")


def test_assistants_have_the_same_tools_marked_as_changing_something(page: Served, client: Client) -> None:
    tools, added = in_a_session(page, "add", {"name": "kettle.txt", "content": WARRANTY})
    assert not added.isError
    about = {tool.name: tool.annotations for tool in tools.tools}
    assert about.keys() == {"ask", "search", "documents", "verify", "add", "remove"}
    assert [name for name, told in about.items() if told and not told.readOnlyHint] == ["add", "remove"]
    assert "uploaded/kettle.txt" in ids(client)
    _, removed = in_a_session(page, "remove", {"document": "uploaded/kettle.txt"})
    assert not removed.isError
    assert "uploaded/kettle.txt" not in ids(client)


def test_without_leave_there_is_no_such_endpoint_and_shared_pages_take_no_files() -> None:
    with served("--root-path", "/docs-qa") as page:
        base = page.url.split("/docs-qa")[0].rstrip("/")
        info = httpx.get(f"{base}/gradio_api/info").json()
        assert {"/add", "/remove"}.isdisjoint(info["named_endpoints"])
        sent = httpx.post(f"{base}/gradio_api/upload", files={"files": ("a.txt", b"x")})
        assert sent.status_code == 403


def test_a_library_that_cannot_be_written_says_why() -> None:
    for shelf in (Shelf(Live(small_library()), None), Shelf(Live(small_library()), Path("x"), writable=False)):
        add, remove = editing.editing(shelf)
        with pytest.raises(NotWritable):
            add("a.txt", "x")
        with pytest.raises(NotWritable):
            remove("lease.txt")
        with pytest.raises(UnknownDocument):
            remove("nothing.txt")
        with pytest.raises(BadRequest):
            remove(3)
