import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from qa.ui.guard import LocalOnly, Unshared

Message = MutableMapping[str, Any]


class Echo:
    """A tiny app: answers every request, and remembers what reached it."""

    def __init__(self) -> None:
        self.scopes: list[Message] = []

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"hello", "more_body": True})
        await send({"type": "http.response.body", "body": b" you"})


def asked(app: Echo, scope: Message, **settings: Any) -> list[Message]:
    """What a request gets back."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(LocalOnly(app, **settings)(scope, receive, send))
    return sent


def request(host: bytes | None = b"127.0.0.1:7860", path: str = "/") -> Message:
    headers = [(b"accept", b"*/*"), *([(b"host", host)] if host is not None else [])]
    return {"type": "http", "path": path, "headers": headers}


def status(scope: Message, **settings: Any) -> int:
    """The status, once it is sure that a refused request did not reach the app."""
    app = Echo()
    sent = asked(app, scope, **settings)
    found: int = sent[0]["status"]
    assert (len(app.scopes) == 1) == (found == 200)
    return found


@pytest.mark.parametrize("host", [b"127.0.0.1", b"127.0.0.1:7860", b"localhost", b"localhost:80", b"LocalHost:7860"])
def test_this_machine_is_let_in_with_and_without_a_port(host: bytes) -> None:
    assert status(request(host)) == 200


@pytest.mark.parametrize(
    "host",
    [
        *(b"evil.example", b"evil.example:7860", b"127.0.0.1.evil.example", b"localhost.evil.example"),
        *(b"evil.example@localhost", b"localhost@evil.example", b"192.168.0.7:7860", b"0.0.0.0", b"127.0.0.2"),
        *(b"[::1]", b"[::1]:7860", b"::1", b"", b":80", b"\xff\xfe", b" localhost", b"localhost.", None),
    ],
)
def test_every_other_host_is_refused(host: bytes | None) -> None:
    assert status(request(host)) == 403


def test_other_hosts_may_be_let_in_by_name() -> None:
    assert status(request(b"qa.lan:80"), hosts=("qa.lan",)) == 200
    assert status(request(b"localhost"), hosts=("qa.lan",)) == 403


@pytest.mark.parametrize(
    "path",
    [
        *("/file=http://evil.example/x", "/gradio_api/file=https://evil.example/x", "/file=HTTP://evil.example"),
        *("/gradio_api/proxy=https://x.hf.space/", "/FILE=https:x", "/file%3Dhttp://x", "/file=http%3A//evil.example"),
        *("/%66ile%3dhttps%3a%2f%2fevil.example", "/%70roxy%3Dhttp://x", "/a/%2fproxy=x"),
    ],
)
def test_nothing_is_fetched_for_anyone(path: str) -> None:
    assert status(request(path=path)) == 403


def asking(method: str, host: bytes = b"192.168.1.5:7860", **headers: bytes) -> Message:
    """A request with these headers, an underscore for every hyphen."""
    given = [(name.replace("_", "-").encode(), value) for name, value in headers.items()]
    return {"type": "http", "path": "/config", "method": method, "headers": [(b"host", host), *given]}


FOREIGN = [
    *(b"http://evil.example", b"http://192.168.1.5", b"http://192.168.1.5:8000", b"http://192.168.1.50:7860"),
    *(b"http://evil.example/192.168.1.5:7860", b"http://192.168.1.5:7860.evil.example", b"http://[", b"null", b""),
    *(b"http://192.168.1.5:7860@evil.example", b"http://x@192.168.1.5:7860", b"192.168.1.5:7860", b"\xff"),
]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_over_plain_http_where_only_the_origin_tells_whose_page_asks_other_sites_are_refused(method: str) -> None:
    assert status(asking(method), hosts=None) == 200
    for own in (b"http://192.168.1.5:7860", b"HTTP://192.168.1.5:7860"):
        assert status(asking(method, origin=own), hosts=None) == 200
    for origin in FOREIGN:
        assert status(asking(method, origin=origin), hosts=None) == 403, origin
        assert status(asking(method, b"", origin=origin), hosts=None) == 403, origin


def test_a_host_may_be_written_in_capitals() -> None:
    assert status(asking("POST", b"Desk:7860", origin=b"http://desk:7860"), hosts=None) == 200


def test_behind_a_proxy_the_page_is_known_by_the_name_that_it_passes_on_or_by_its_whole_address() -> None:
    sent = {"origin": b"https://qa.example"}
    assert status(asking("POST", **sent), hosts=None) == 403
    assert status(asking("POST", **sent, x_forwarded_host=b"QA.example, 10.0.0.1"), hosts=None) == 200
    assert status(asking("POST", **sent, x_forwarded_host=b"10.0.0.1, qa.example"), hosts=None) == 403
    assert status(asking("POST", **sent), hosts=None, public="https://qa.example/docs-qa") == 200
    assert status(asking("POST", origin=b"https://other.example"), hosts=None, public="https://qa.example") == 403
    assert status(asking("POST", origin=b"null"), hosts=None, public="") == 403


@pytest.mark.parametrize("site", [b"cross-site", b"same-site", b"unheard-of"])
def test_another_sites_page_may_lead_here_and_no_more(site: bytes) -> None:
    assert status(asking("GET", sec_fetch_site=site, sec_fetch_mode=b"navigate"), hosts=None) == 200
    assert status(asking("HEAD", sec_fetch_site=site, sec_fetch_mode=b"navigate"), hosts=None) == 200
    assert status(asking("POST", sec_fetch_site=site, sec_fetch_mode=b"navigate"), hosts=None) == 403
    for mode in (b"cors", b"no-cors", b"same-origin", b""):
        assert status(asking("GET", sec_fetch_site=site, sec_fetch_mode=mode), hosts=None) == 403
    assert status(asking("GET", sec_fetch_site=site), hosts=None) == 403


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("site", [b"same-origin", b"none"])
def test_what_the_browser_says_of_the_site_holds_where_a_proxy_hides_the_name(site: bytes, method: str) -> None:
    assert status(asking(method, sec_fetch_site=site, origin=b"https://qa.example"), hosts=None) == 200


def test_no_other_origin_is_allowed_to_read_an_answer_whatever_the_app_says() -> None:
    kept = [(b"content-type", b"text/plain"), (b"vary", b"Origin")]

    class Open(Echo):
        async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
            allowed = [(b"Access-Control-Allow-Origin", b"http://evil.example"), (b"access-control-max-age", b"600")]
            await send({"type": "http.response.start", "status": 200, "headers": [kept[0], *allowed, kept[1]]})
            await send({"type": "http.response.body", "body": b"hello"})

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(Unshared(Open())(asking("GET"), None, send))  # type: ignore[arg-type]  # nothing is received
    assert sent == [
        {"type": "http.response.start", "status": 200, "headers": kept},
        {"type": "http.response.body", "body": b"hello"},
    ]


@pytest.mark.parametrize("path", ["/gradio_api/upload", "/gradio_api/upload/", "/docs-qa/gradio_api/UPLOAD"])
def test_files_are_refused_where_none_are_taken(path: str) -> None:
    assert status(request(path=path)) == 200
    assert status(request(path=path), uploads=False) == 403
    assert status(request(path="/gradio_api/upload_progress"), uploads=False) == 200


@pytest.mark.parametrize(
    "path", ["/", "/gradio_api/file=/tmp/page.css", "/file=httpd.conf", "/http:", "/proxy", "/assets/proxy.js", "/%E9"]
)
def test_the_pages_own_paths_are_let_through(path: str) -> None:
    assert status(request(path=path)) == 200


def test_a_refusal_is_a_whole_response_that_says_why() -> None:
    start, body = asked(Echo(), request(b"evil.example"))
    assert start == {
        "type": "http.response.start",
        "status": 403,
        "headers": [(b"content-type", b"text/plain; charset=utf-8")],
    }
    assert body == {"type": "http.response.body", "body": b"Only this machine may ask, and only this page.\n"}


def test_every_response_carries_the_policy_and_is_otherwise_untouched() -> None:
    app = Echo()
    scope = request()
    start, *bodies = asked(app, scope)
    assert app.scopes[0] is scope
    assert start["headers"][0] == (b"content-type", b"text/plain")
    ((name, policy),) = start["headers"][1:]
    assert name == b"content-security-policy"
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.decode().split(";")}
    assert rules["default-src"] == ["'self'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"]
    assert rules["object-src"] == rules["frame-src"] == rules["frame-ancestors"] == ["'none'"]
    assert rules["form-action"] == ["'self'"]
    assert bodies == [
        {"type": "http.response.body", "body": b"hello", "more_body": True},
        {"type": "http.response.body", "body": b" you"},
    ]


def test_a_response_without_headers_gets_the_policy_too() -> None:
    class Bare(Echo):
        async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": 204})

    (start,) = asked(Bare(), request())
    assert [name for name, _ in start["headers"]] == [b"content-security-policy"]


@pytest.mark.parametrize("kind", ["lifespan", "websocket"])
def test_what_is_no_request_is_passed_on_as_it_is(kind: str) -> None:
    app = Echo()
    scope = {"type": kind, "path": "/file=http://x", "headers": [(b"host", b"evil.example")]}
    sent = asked(app, scope)
    assert app.scopes == [scope]
    assert sent[0]["headers"] == [(b"content-type", b"text/plain")]
