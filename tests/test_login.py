"""Nothing of a page that asks for a password is to be had without it."""

import asyncio
import base64
import re
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import httpx
import pytest
from gradio_client import Client
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from qa.ui.login import Login
from tests.served import Served, served
from tests.test_guard import Echo, Message

USERS = {"anna": "open sesame", "Zoë": "schön: mit Doppelpunkt"}


def basic(name: str, password: str, encoding: str = "utf-8") -> bytes:
    return b"Basic " + base64.b64encode(f"{name}:{password}".encode(encoding))


def asked(
    given: bytes | None, *, path: str = "/", kind: str = "http", begun: bool = True
) -> tuple[bool, list[Message]]:
    """Whether the app was reached, and what was sent."""
    app, sent, flag = Echo(), [], Event()
    if begun:
        flag.set()

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"authorization", given)] if given is not None else []
    asyncio.run(Login(app, USERS, flag)({"type": kind, "path": path, "headers": headers}, receive, send))
    return bool(app.scopes), sent


@pytest.mark.parametrize(("name", "password"), USERS.items())
def test_who_knows_the_password_gets_in(name: str, password: str) -> None:
    reached, sent = asked(basic(name, password))
    assert reached
    assert sent[0]["status"] == 200


@pytest.mark.parametrize(
    "given",
    [
        None,
        b"",
        b"Basic",
        b"Basic !!!",
        b"Basic \xff",
        b"Basic " + base64.b64encode(b"anna"),
        basic("anna", ""),
        basic("anna", "open sesam"),
        basic("anna", "open sesame "),
        basic("Anna", "open sesame"),
        basic("Zoë", "open sesame"),
        basic("anna", "schön: mit Doppelpunkt"),
        basic("Zoë", "schön: mit Doppelpunkt", "latin-1"),
        basic("", ""),
        basic("anna", "open sesame").replace(b"Basic", b"Bearer"),
        base64.b64encode(b"anna:open sesame"),
    ],
)
def test_nobody_else_does(given: bytes | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.ui.login._PAUSE", 0)
    reached, (start, body) = asked(given)
    assert not reached
    assert start["status"] == 401
    assert dict(start["headers"])[b"www-authenticate"] == b'Basic realm="Chapter & Verse", charset="UTF-8"'
    assert body["body"] == b"Name and password, please.\n"


def test_a_wrong_guess_takes_its_time_and_a_first_visit_does_not() -> None:
    began = time.perf_counter()
    asked(None)
    assert time.perf_counter() - began < 0.4
    asked(basic("anna", "guess"))
    assert time.perf_counter() - began >= 0.5


def test_a_socket_is_closed_and_the_apps_own_life_is_not_touched() -> None:
    reached, sent = asked(None, kind="websocket")
    assert not reached
    assert sent == [{"type": "websocket.close", "code": 1008}]
    assert asked(None, kind="lifespan")[0]


def test_gradio_may_start_itself_once_and_nothing_else() -> None:
    start = "/gradio_api/startup-events"
    assert asked(None, path=start, begun=False)[0]
    assert not asked(None, path=start)[0]
    assert not asked(None, path="/config", begun=False)[0]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("passwords")
    options = []
    for number, (name, password) in enumerate(USERS.items()):
        path = folder / str(number)
        path.write_text(f"{password}\n", encoding="utf-8")
        path.chmod(0o600)
        options += ["--auth", f"{name}:{path}"]
    with served("--mcp", *options) as page:
        yield page


@pytest.fixture(scope="module")
def auth() -> tuple[str, str]:
    return "anna", USERS["anna"]


def routes() -> list[tuple[str, str]]:
    """Every route of Gradio's server, with something in place of what it leaves open, and the tools."""
    source = Path(__import__("gradio").routes.__file__).read_text(encoding="utf-8")
    found = re.findall(r"@(app|router)\.(get|post|head)\(\s*f?\"([^\"]*)\"", source)
    prefix = {"app": "", "router": "/gradio_api"}
    paths = {(method, prefix[whose] + re.sub(r"\{[^}]*\}", "x", path)) for whose, method, path in found}
    return sorted({*paths, ("get", "/mcp"), ("post", "/mcp"), ("delete", "/mcp"), ("get", "/gradio_api/mcp/")})


def test_no_route_is_open_without_the_password(page: Served, auth: tuple[str, str]) -> None:
    every = routes()
    assert len(every) > 60
    with httpx.Client(base_url=page.url) as client:
        open_ones = [
            (method, path) for method, path in every if client.request(method, path).status_code not in (401, 403)
        ]
        assert open_ones == []
        known = httpx.BasicAuth(*auth)
        for path in ("/", "/config", "/gradio_api/info", "/theme.css", "/favicon.ico", "/gradio_api/startup-events"):
            assert client.get(path, auth=known).status_code == 200, path
        assert client.get("/nowhere", auth=known).status_code == 404
        assert client.get("/").headers["content-security-policy"]


def test_a_file_of_the_page_is_not_open_either(page: Served, auth: tuple[str, str]) -> None:
    home = httpx.get(page.url, auth=auth).text
    assets = re.findall(r'(?:src|href)="\./(assets/[^"]+|static/[^"]+)"', home)
    assert assets
    for path in assets:
        assert httpx.get(page.url + path).status_code == 401
        assert httpx.get(page.url + path, auth=auth).status_code == 200


def test_a_program_gets_in_with_the_password_only(page: Served, auth: tuple[str, str]) -> None:
    with pytest.raises(Exception, match=r"401|Could not"):
        Client(page.url, verbose=False, analytics_enabled=False)
    client = Client(page.url, verbose=False, analytics_enabled=False, httpx_kwargs={"auth": auth})
    assert client.predict("When does the lease end?", api_name="/ask")["found"]


def test_an_assistant_gets_in_with_the_password_only(page: Served, auth: tuple[str, str]) -> None:
    async def found(headers: dict[str, str]) -> int:
        async with (
            create_mcp_http_client(headers=headers) as client,
            streamable_http_client(f"{page.url}mcp", http_client=client) as (reading, writing, _),
            ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            return len((await session.list_tools()).tools)

    assert asyncio.run(found({"Authorization": basic(*auth).decode()})) == 4
    with pytest.raises(ExceptionGroup) as raised:
        asyncio.run(found({}))
    assert "401" in "".join(map(str, _leaves(raised.value)))


def _leaves(error: BaseException) -> list[BaseException]:
    return [leaf for one in error.exceptions for leaf in _leaves(one)] if hasattr(error, "exceptions") else [error]


def test_any_name_of_the_page_will_do_where_there_is_a_password(page: Served, auth: tuple[str, str]) -> None:
    assert httpx.get(page.url, headers={"Host": "qa.example"}, auth=auth).status_code == 200
    assert httpx.get(page.url, headers={"Host": "qa.example"}).status_code == 401


def test_another_sites_page_cannot_use_the_password_that_the_browser_knows(page: Served, auth: tuple[str, str]) -> None:
    address = f"{page.url}gradio_api/call/ask"
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)):
        headers = {"Sec-Fetch-Site": site}
        body = {"data": ["lease?", "", "", "", "", 3]}
        assert httpx.post(address, json=body, headers=headers, auth=auth).status_code == status, site


NETWORK = {"Host": "192.168.1.5:7860"}
"""Where browsers do not tell of the site that asks: plain HTTP, and no local address."""

EVIL = {**NETWORK, "Origin": "http://evil.example"}


def allowed(answer: httpx.Response) -> list[str]:
    """The headers that let other origins do something."""
    return [name for name in answer.headers if name.startswith("access-control-")]


def test_nor_over_plain_http_in_a_network(page: Served, auth: tuple[str, str]) -> None:
    remove = {"data": "lease.txt", "component_id": 1, "session_hash": "x", "fn_name": "remove"}
    form = {"Content-Type": "text/plain"}
    for path, headers in (("gradio_api/component_server", form), ("gradio_api/queue/join", {}), ("mcp", {})):
        for origin in ("http://evil.example", "http://192.168.1.5:8000", "null"):
            sent = {**NETWORK, **headers, "Origin": origin}
            assert httpx.post(page.url + path, json=remove, headers=sent, auth=auth).status_code == 403, (path, origin)
    body = {"data": ["lease?", "", "", "", "", 3]}
    for own in ({}, {"Origin": "http://192.168.1.5:7860"}):
        asked = httpx.post(f"{page.url}gradio_api/call/ask", json=body, headers=NETWORK | own, auth=auth)
        assert asked.status_code == 200, own
    assert httpx.get(f"{page.url}config", headers=EVIL, auth=auth).status_code == 403


def test_no_other_origin_is_allowed_anything(page: Served, auth: tuple[str, str]) -> None:
    own = {**NETWORK, "Origin": "http://192.168.1.5:7860"}
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    for headers in (EVIL, own, {"Origin": "http://localhost:1"}, {"Origin": "null"}):
        for path in ("", "config", "gradio_api/call/ask", "mcp", "nowhere"):
            assert allowed(httpx.get(page.url + path, headers=headers, auth=auth)) == [], (headers, path)
            assert allowed(httpx.get(page.url + path, headers=headers)) == [], (headers, path)
            assert allowed(httpx.options(page.url + path, headers=headers | preflight)) == [], (headers, path)
