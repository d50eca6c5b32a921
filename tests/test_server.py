"""The page on the network: behind a proxy, at other addresses, and what `qa serve` says."""

import asyncio
import re
import socket
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from gradio_client import Client
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from playwright.sync_api import Error, sync_playwright
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from qa.cli import main
from qa.errors import BadSharing, ExtraMissing
from qa.ui import require_mcp, server
from tests.browsing import CHROMIUM, SWITCHES, ask, unless_there_is_none
from tests.served import Served, served

PREFIX = "/docs-qa"
# What belongs to one connection alone.
_HOP = {"connection", "keep-alive", "transfer-encoding", "host"}


class Proxy:
    """A reverse proxy on this machine that has a page below PREFIX."""

    def __init__(self, page: str) -> None:
        self._page = page
        routes = [Route(PREFIX + "{path:path}", self._pass_on, methods=["GET", "POST", "DELETE"])]
        app = Starlette(routes=routes, lifespan=self._running)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}{PREFIX}/"

    @asynccontextmanager
    async def _running(self, _: Starlette) -> AsyncIterator[None]:
        async with httpx.AsyncClient(base_url=self._page, timeout=30) as self._client:
            yield

    async def _pass_on(self, request: Request) -> Response:
        headers = [pair for pair in request.headers.raw if pair[0].decode() not in _HOP]
        asked = self._client.build_request(
            request.method, request.path_params["path"], params=request.query_params, content=await request.body()
        )
        asked.headers = httpx.Headers([*headers, (b"host", asked.headers["host"].encode())])
        answer = await self._client.send(asked, stream=True)
        given = {name: value for name, value in answer.headers.items() if name not in _HOP}
        return StreamingResponse(
            answer.aiter_raw(), answer.status_code, given, background=BackgroundTask(answer.aclose)
        )

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


@contextmanager
def proxied(page: Served) -> Iterator[Proxy]:
    proxy = Proxy(page.url)
    try:
        yield proxy
    finally:
        proxy.stop()


@pytest.fixture(scope="module")
def behind() -> Iterator[tuple[Served, Proxy]]:
    with served("--root-path", PREFIX, "--mcp") as page, proxied(page) as proxy:
        yield page, proxy


def test_behind_a_proxy_the_page_and_all_its_files_are_below_its_path(behind: tuple[Served, Proxy]) -> None:
    _, proxy = behind
    home = httpx.get(proxy.url)
    assert home.status_code == 200
    assert '"root":"http://127.0.0.1' in home.text
    assert f'{PREFIX}"' in home.text
    paths = re.findall(r'(?:src|href)="\./([^"]+)"', home.text)
    assert paths
    for path in {*paths, "theme.css", "config", "gradio_api/info"}:
        assert httpx.get(proxy.url + path).status_code == 200, path


def test_behind_a_proxy_programs_and_assistants_ask_below_its_path(behind: tuple[Served, Proxy]) -> None:
    _, proxy = behind
    client = Client(proxy.url, verbose=False, analytics_enabled=False)
    assert client.predict("When does the lease end?", api_name="/ask")["found"]

    async def asked() -> bool:
        async with (
            streamable_http_client(f"{proxy.url}mcp") as (reading, writing, _),
            ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            result = await session.call_tool("ask", {"question": "When does the lease end?"})
            return bool(result.structuredContent["found"])

    assert asyncio.run(asked())


def test_where_the_page_is_and_the_tools_is_said_at_the_start(behind: tuple[Served, Proxy]) -> None:
    page, _ = behind
    assert page.output.splitlines() == [
        f"Chapter & Verse is at {page.url.rstrip('/')} (Ctrl-C stops it)",
        f"Behind the proxy: where it has {PREFIX}",
        f"Tools for assistants (MCP): {page.url}mcp",
        "that is all",
    ]


def _has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.skipif(not _has_ipv6(), reason="this machine has no IPv6")
def test_the_other_loopback_serves_too_and_is_as_closed() -> None:
    with served("--host", "::1") as page:
        assert page.url.startswith("http://[::1]:")
        assert httpx.get(page.url).status_code == 200
        assert httpx.get(page.url, headers={"Host": "localhost"}).status_code == 200
        assert httpx.get(page.url, headers={"Host": "evil.example"}).status_code == 403
        assert httpx.post(f"{page.url}mcp", json={}).status_code in (404, 405)  # no tools unless asked for


def test_open_to_everybody_it_says_so_and_still_fetches_nothing_for_anyone() -> None:
    with served("--host", "0.0.0.0", "--insecure", "--allow-writes") as page:
        assert "Everybody who reaches this address can read every document" in page.output
        assert "EVERYBODY who reaches this address can add and remove documents" in page.output
        assert f"From elsewhere: http://{socket.gethostname()}:" in page.output
        assert httpx.get(page.url, headers={"Host": "qa.lan"}).status_code == 200
        assert httpx.get(f"{page.url}gradio_api/file=http://evil.example/x").status_code == 403
        assert httpx.get(page.url).headers["content-security-policy"]


def test_an_address_of_another_machine_is_an_error_that_names_it() -> None:
    with pytest.raises(BadSharing, match=r"192\.0\.2\.1 is no address of this machine"):
        server.free_port(None, "192.0.2.1")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--host", "0.0.0.0"], "could read every document; name who may with --auth"),
        (["--auth", "anna"], "is not USER:PASSWORD-FILE"),
        (["--auth", "anna:nowhere"], "the password file nowhere cannot be read"),
        (["--root-path", "qa"], "is no path"),
    ],
)
def test_qa_serve_refuses_before_it_loads_anything(
    options: list[str], told: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["serve", *options]) == 2
    assert told in " ".join(capsys.readouterr().err.split())


def test_without_the_package_the_tools_are_refused_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "mcp", None)
    with pytest.raises(ExtraMissing, match=r"pip install 'chapterverse\[mcp\]'"):
        require_mcp()
    assert main(["serve", "--mcp"]) == 2
    assert "pip install 'chapterverse[mcp]'" in " ".join(capsys.readouterr().err.split())


class Adding:
    """What the page does when files are dropped, by requests that anybody can send."""

    def __init__(self, page: Served) -> None:
        self._api = f"{page.url}gradio_api"
        config = httpx.get(f"{page.url}config").json()
        (self._function,) = [
            one["id"] for one in config["dependencies"] if any(event == "upload" for _, event in one["targets"])
        ]

    def upload(self, name: str, text: str) -> str:
        """Where the server keeps the file."""
        (path,) = httpx.post(f"{self._api}/upload", files={"files": (name, text)}).json()
        return str(path)

    def add(self, *paths: str) -> str:
        """What is told of files that are said to be at these paths."""
        files = [{"path": path, "meta": {"_type": "gradio.FileData"}} for path in paths]
        join = {"data": [files], "fn_index": self._function, "session_hash": str(paths)}
        assert httpx.post(f"{self._api}/queue/join", json=join).status_code == 200
        return httpx.get(f"{self._api}/queue/data", params={"session_hash": str(paths)}, timeout=60).text


def test_no_path_that_is_sent_for_a_file_is_read_deleted_or_fetched_unless_it_was_uploaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads = tmp_path / "temporary" / "gradio"
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(uploads))
    with served("--index", str(tmp_path / "index")) as page:
        adding = Adding(page)
        other, own = adding.upload("other.txt", "Of somebody else."), adding.upload("own.txt", "Ants sleep at night.")
        (uploads.parent / "precious.txt").write_text("Of another program.", encoding="utf-8")
        before = sorted(uploads.parent.rglob("*"))
        for path in (uploads, uploads / "x", Path(other).parent, Path(other) / "x"):
            assert "is no file that was sent here" in adding.add(str(path)), path
        for address in ("http://example.org/x.txt", "https://huggingface.co/x.txt"):
            assert "no address is fetched" in adding.add(address)
        assert sorted(uploads.parent.rglob("*")) == before
        assert "own.txt is added" in adding.add(own)
        assert sorted(uploads.parent.rglob("*")) == [one for one in before if Path(own).parent not in (one, one.parent)]


def test_where_a_proxy_has_the_page_at_a_whole_address_that_page_is_not_foreign() -> None:
    with served("--root-path", "https://qa.example/docs") as page:
        address, body = f"{page.url}gradio_api/call/ask", {"data": ["lease?", "", "", "", "", 3]}
        for origin, status in (("https://qa.example", 200), ("https://evil.example", 403)):
            assert httpx.post(address, json=body, headers={"Origin": origin}).status_code == status, origin


@pytest.mark.browser
@unless_there_is_none
def test_in_a_browser_behind_a_proxy_and_a_password_a_question_is_answered(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("open sesame\n", encoding="utf-8")
    secret.chmod(0o600)
    with (
        served("--root-path", PREFIX, "--auth", f"anna:{secret}") as page,
        proxied(page) as proxy,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        with pytest.raises(Error, match="ERR_INVALID_AUTH_CREDENTIALS"):
            browser.new_page().goto(proxy.url)
        anna = browser.new_context(http_credentials={"username": "anna", "password": "open sesame"}).new_page()
        asked: list[str] = []
        anna.on("request", lambda request: asked.append(request.url))
        anna.goto(proxy.url)
        anna.get_by_role("textbox", name="Question").wait_for()
        ask(anna, "When does the lease end?")
        assert "The lease ends on 31 May." in anna.locator(".answer").inner_text()
        assert [url for url in asked if not url.startswith((proxy.url, "data:", "blob:"))] == []
        browser.close()
