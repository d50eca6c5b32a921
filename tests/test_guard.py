import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from qa.ui.guard import LocalOnly

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
