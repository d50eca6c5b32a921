"""What programs can ask of a running page: over its API and as tools."""

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult

from qa.arguments import parser
from qa.embed import HashingEmbedder
from qa.errors import BadReceipt, BadRequest, NothingToIndex
from qa.live import Live
from qa.read import SentenceReader
from qa.receipt import receipt
from qa.records import Document
from qa.ui import Sharing, programs, tools
from tests.served import BEES, LEASE, ROOT, Served, served, small_library

NAMES = {"ask", "search", "documents", "verify"}


@pytest.fixture(scope="module")
def page() -> Iterator[Served]:
    with served("--mcp") as page:
        yield page


@pytest.fixture(scope="module")
def client(page: Served) -> Client:
    return Client(page.url, verbose=False, analytics_enabled=False)


def call(page: Served, *calls: tuple[str, dict[str, Any]]) -> list[CallToolResult]:
    """What the tools of a page give back, called one after the other in one session."""

    async def calling() -> list[CallToolResult]:
        async with (
            streamable_http_client(f"{page.url}mcp") as (reading, writing, _),
            ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            return [await session.call_tool(name, arguments) for name, arguments in calls]

    return asyncio.run(calling())


def test_only_the_programs_are_in_the_pages_api(client: Client) -> None:
    info = client.view_api(return_format="dict", print_info=False)
    assert info["named_endpoints"].keys() == {f"/{name}" for name in NAMES}
    assert info["unnamed_endpoints"] == {}


def test_the_api_says_what_is_taken_and_given(client: Client) -> None:
    search = client.view_api(return_format="dict", print_info=False)["named_endpoints"]["/search"]
    taken = {one["parameter_name"]: one["type"]["type"] for one in search["parameters"]}
    assert taken == {"question": "string", "k": "integer"} | dict.fromkeys(
        ("after", "before", "source", "document"), "string"
    )
    given = search["returns"][0]["type"]["items"]["properties"]
    assert given.keys() == {"document", "title", "place", "text", "score", "start", "end"}
    assert "best first" in search["description"]
    assert "k: passages at the most, from 1 to 100" in search["description"]


def test_an_answer_is_the_receipt_that_the_library_gives(client: Client) -> None:
    library = small_library()
    expected = receipt(library.ask("When does the lease end?"), library, top=3, threshold=library.threshold)
    assert client.predict("When does the lease end?", api_name="/ask") == expected
    assert expected["citations"][0]["quote"] == "The lease ends on 31 May."


def test_of_the_citations_as_many_come_as_were_asked_for(client: Client) -> None:
    assert len(client.predict("When does the lease end?", top=1, api_name="/ask")["citations"]) == 1


def test_passages_come_with_their_place_and_range(client: Client) -> None:
    first, *_ = client.predict("When does the lease end?", k=2, api_name="/search")
    assert (first["document"], first["title"], first["place"]) == ("lease.txt", "Lease", "lease.txt, lines 1–2")
    assert LEASE[first["start"] : first["end"]] == first["text"] == LEASE.strip()
    assert 0 < first["score"] <= 1


@pytest.mark.parametrize(
    ("only", "found"),
    [
        ({"after": "2021"}, {"lease.txt"}),
        ({"source": "landlord"}, {"lease.txt"}),
        ({"document": "BEES*"}, {"bees.txt"}),
        ({"before": "2021-03"}, {"lease.txt"}),
        ({"document": None}, {"bees.txt", "lease.txt"}),
    ],
)
def test_a_search_asks_only_the_documents_that_were_named(
    client: Client, only: dict[str, Any], found: set[str]
) -> None:
    hits = client.predict("Who makes honey in May?", api_name="/search", **only)
    assert {hit["document"] for hit in hits} == found


def test_every_document_is_listed_with_its_extent_and_whether_it_is_a_copy() -> None:
    library = small_library([Document("empty.txt", "  \n"), Document("near.txt", BEES + "So they say.\n")])
    _, _, documents, _ = programs.programs(Live(library))
    listed = {one["id"]: one for one in documents()}
    assert list(listed) == ["bees.txt", "copy.txt", "empty.txt", "lease.txt", "near.txt"]
    assert listed["lease.txt"] == {
        "id": "lease.txt",
        "title": "Lease",
        "date": "2021-03-01",
        "source": "The Landlord",
        "author": "",
        "sha256": "",
        "characters": len(LEASE),
        "pages": 0,
        "passages": 1,
        "state": "searched",
        "copy_of": "",
    }
    states = {name: (one["state"], one["copy_of"], one["passages"]) for name, one in listed.items()}
    assert states["copy.txt"] == ("copy", "bees.txt", 0)
    assert states["empty.txt"] == ("nothing to search", "", 0)
    assert [one["id"] for one in documents(source="land")] == ["lease.txt"]


def test_a_receipt_is_verified_against_what_is_indexed_now(client: Client) -> None:
    given = client.predict("When does the lease end?", top=1, api_name="/ask")
    assert client.predict(given, api_name="/verify") == [
        {"place": "lease.txt, line 1", "standing": "stands", "detail": "the file is as it was"}
    ]
    given["citations"][0]["quote"] = "The lease ends on 30 May."
    assert client.predict(given, api_name="/verify")[0]["standing"] == "altered"
    given["citations"][0]["document"]["id"] = "../etc/passwd"
    (verdict,) = client.predict(given, api_name="/verify")
    assert (verdict["standing"], verdict["detail"]) == ("altered", "there is no such document here")


def test_a_quote_that_has_moved_since_is_found_again() -> None:
    before, after = small_library(), small_library([Document("lease.txt", "A new line.\n" + LEASE, sha256="new")])
    given = receipt(before.ask("When does the lease end?", top=1), before, top=1, threshold=0)
    *_, verify = programs.programs(Live(after))
    assert verify(given) == [{"place": "lease.txt, line 1", "standing": "moved", "detail": "now at lease.txt, line 2"}]


BAD = [
    ("ask", {"question": ""}, "the question is empty"),
    ("ask", {"question": "?!"}, "holds no word to look for"),
    ("ask", {"question": "x" * 100_000}, "the question has 100,000 characters"),
    ("ask", {"question": "lease?", "document": "nope"}, "no document is in nope"),
    ("ask", {"question": "lease?", "after": "soon"}, "after: 'soon' is no date"),
    ("ask", {"question": "lease?", "document": "*" * 100_000}, "document has 100,000 characters"),
    ("ask", {"question": "lease?", "top": 0}, "top must be a whole number from 1 to 100, got 0"),
    ("search", {"question": "lease?", "k": 101}, "k must be a whole number from 1 to 100, got 101"),
    ("documents", {"source": "nobody"}, "no document is of nobody"),
    ("verify", {"receipt": {}}, "not a receipt"),
    ("verify", {"receipt": {"format": 99, "citations": []}}, "a receipt of format 99"),
    ("verify", {"receipt": {"format": 1, "citations": [{}]}}, "not a whole receipt"),
]
WRONG_KIND = [
    ("ask", {"question": 3}, "question must be a text, got a number"),
    ("ask", {"question": ["lease?"]}, "question must be a text, got a list"),
    ("ask", {"question": None}, "question must be a text, got nothing"),
    ("ask", {"question": "lease?", "source": {}}, "source must be a text, got an object"),
    ("ask", {"question": "lease?", "top": "3"}, "top must be a whole number from 1 to 100, got a text"),
    ("ask", {"question": "lease?", "top": True}, "top must be a whole number from 1 to 100, got true or false"),
    ("search", {"question": "lease?", "k": 1.5}, "k must be a whole number from 1 to 100, got a number"),
    ("verify", {"receipt": "stands"}, "not a receipt"),
    ("verify", {"receipt": None}, "not a receipt"),
]


@pytest.mark.parametrize(("name", "arguments", "reason"), [*BAD, *WRONG_KIND])
def test_what_cannot_be_done_is_told_to_the_api_in_one_line_without_a_trace(
    client: Client, name: str, arguments: dict[str, Any], reason: str
) -> None:
    with pytest.raises(AppError, match=reason) as told:
        client.predict(**arguments, api_name=f"/{name}")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(("name", "arguments", "reason"), BAD)
def test_a_program_that_is_called_in_python_raises_the_same(name: str, arguments: dict[str, Any], reason: str) -> None:
    (program,) = (one for one in programs.programs(Live(small_library())) if one.__name__ == name)
    with pytest.raises(Exception, match=reason) as raised:
        program(**arguments)
    assert str(raised.value).count("\n") == 0


def test_errors_are_of_their_kinds() -> None:
    ask, search, _, verify = programs.programs(Live(small_library()))
    with pytest.raises(BadRequest):
        search("lease?", k=0)
    with pytest.raises(NothingToIndex):
        ask("lease?", document="nope")
    with pytest.raises(BadReceipt):
        verify({})


def test_an_endpoint_that_is_none_is_said_to_be_none(page: Served) -> None:
    answer = httpx.post(f"{page.url}gradio_api/call/remove", json={"data": []})
    assert (answer.status_code, answer.json()["detail"][:25]) == (404, "there is no such endpoint")


def test_over_plain_http_a_question_is_asked_in_two_steps(page: Served) -> None:
    event = httpx.post(f"{page.url}gradio_api/call/v2/ask", json={"question": "When does the lease end?"}).json()
    told = httpx.get(f"{page.url}gradio_api/call/ask/{event['event_id']}").text
    assert told.startswith("event: complete\ndata: ")
    assert json.loads(told.split("data: ")[1])[0]["citations"][0]["quote"] == "The lease ends on 31 May."


@pytest.mark.parametrize("file", ["README.md", "docs/SERVING.md"])
def test_what_an_assistant_is_told_of_the_page_is_where_it_is(file: str) -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", (ROOT / file).read_text(encoding="utf-8"), flags=re.DOTALL)
    (tools_,) = json.loads(shown)["mcpServers"].values()
    assert tools_["url"] == Sharing().address(7860) + tools.PATH


def test_the_readmes_program_runs(page: Served) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = (block for block in re.findall(r"```python\n(.*?)```", readme, re.DOTALL) if "gradio_client" in block)
    made: dict[str, Any] = {}
    exec(code.replace("http://127.0.0.1:7860", page.url), made)
    assert made["receipt"]["question"] == "Who is Fuad Hussein?"
    assert len(made["passages"]) == 2
    assert [one["id"] for one in made["documents"]] == ["bees.txt", "copy.txt", "lease.txt"]
    assert len(made["verdicts"]) == len(made["receipt"]["citations"])


@pytest.mark.parametrize("file", ["README.md", "docs/SERVING.md"])
def test_every_way_to_serve_that_is_shown_can_be_typed(file: str) -> None:
    shown = re.findall(r"\bqa serve[^`#\n(]*", (ROOT / file).read_text(encoding="utf-8"))
    assert len(shown) >= 3
    for command in shown:
        assert parser().parse_args(command.split()[1:]).command == "serve"


def test_a_slow_question_does_not_hold_up_the_others() -> None:
    goes_on, begun = threading.Event(), threading.Event()

    class Slow(SentenceReader):
        """Reads one question only when it is told to go on."""

        def read(self, question: str, hits: Any, *, top: int = 3) -> Any:
            if "slow" in question:
                begun.set()
                assert goes_on.wait(30)
            return super().read(question, hits, top=top)

    library = small_library()
    library.reader = Slow(HashingEmbedder())
    ask, *_ = programs.programs(Live(library))
    with ThreadPoolExecutor(1) as other:
        slow = other.submit(ask, "Is the lease slow?")
        assert begun.wait(30)
        assert [ask("When does the lease end?")["citations"][0]["start"] for _ in range(3)] == [0, 0, 0]
        assert not slow.done()
        goes_on.set()
        assert slow.result(30)["question"] == "Is the lease slow?"


def test_an_assistant_finds_the_same_four_as_tools_that_only_read(page: Served) -> None:
    async def listed() -> tuple[Any, Any]:
        async with (
            streamable_http_client(f"{page.url}mcp") as (reading, writing, _),
            ClientSession(reading, writing) as session,
        ):
            return await session.initialize(), await session.list_tools()

    about, found = asyncio.run(listed())
    assert about.serverInfo.name == "Chapter & Verse"
    assert "word for word" in about.instructions
    assert {tool.name for tool in found.tools} == NAMES
    for tool in found.tools:
        assert tool.annotations.readOnlyHint
        assert not tool.annotations.destructiveHint
        assert len(tool.description) > 100
    (ask,) = (tool for tool in found.tools if tool.name == "ask")
    assert ask.inputSchema["required"] == ["question"]
    assert ask.inputSchema["properties"]["top"] == {"default": 3, "title": "Top", "type": "integer"}


def test_every_tool_gives_what_its_endpoint_gives(page: Served, client: Client) -> None:
    question = {"question": "When does the lease end?"}
    answer = client.predict(**question, api_name="/ask")
    asked, searched, listed, verified = call(
        page, ("ask", question), ("search", question), ("documents", {}), ("verify", {"receipt": answer})
    )
    assert asked.structuredContent == answer
    assert json.loads(asked.content[0].text) == answer
    assert searched.structuredContent == {"result": client.predict(**question, api_name="/search")}
    assert listed.structuredContent == {"result": client.predict(api_name="/documents")}
    assert verified.structuredContent == {"result": client.predict(answer, api_name="/verify")}
    assert not any(one.isError for one in (asked, searched, listed, verified))


def test_what_a_tool_cannot_do_is_told_as_an_error_without_a_trace(page: Served) -> None:
    results = call(page, *((name, arguments) for name, arguments, _ in BAD))
    for (name, _, reason), result in zip(BAD, results, strict=True):
        assert result.isError
        assert result.content[0].text.startswith(f"Error executing tool {name}: ")
        assert reason in result.content[0].text
        assert "Traceback" not in result.content[0].text
    strict = [(name, arguments) for name, arguments, _ in WRONG_KIND if "top" not in arguments]  # "3" counts as 3
    wrong = call(page, *strict, ("ask", {}), ("ask", {"question": "lease?", "top": "many"}), ("remove", {}))
    assert all(result.isError and "Traceback" not in result.content[0].text for result in wrong)


def test_thirty_calls_of_an_assistant_at_once_are_all_answered(page: Served) -> None:
    async def calling() -> list[CallToolResult]:
        async with (
            streamable_http_client(f"{page.url}mcp") as (reading, writing, _),
            ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            asked = {"question": "When does the lease end?"}
            return await asyncio.gather(*(session.call_tool("ask", asked) for _ in range(30)))

    results = asyncio.run(calling())
    assert not any(result.isError for result in results)
    assert len({result.content[0].text for result in results}) == 1


def test_what_writes_is_said_to_write() -> None:
    def remove(document: str) -> str:
        """Take a document out of the index."""
        return document

    made = tools.server(programs.programs(Live(small_library())), [remove])
    hints = {tool.name: tool.annotations for tool in asyncio.run(made.list_tools())}
    assert hints.keys() == NAMES | {"remove"}
    assert hints["remove"] is not None
    assert (hints["remove"].readOnlyHint, hints["remove"].destructiveHint) == (False, True)
