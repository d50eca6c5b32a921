"""What stands between the page and the network: nobody gets in by a foreign name, nothing is fetched from outside."""

from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any
from urllib.parse import unquote

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Gradio compiles its templates in the browser, hence 'unsafe-eval'; all else that is not ours is refused.
_POLICY = (
    b"default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
    b"object-src 'none'; frame-src 'none'; form-action 'self'; frame-ancestors 'none'"
)
# Gradio's server would fetch these addresses for whoever asks.
_FETCHES = ("file=http:", "file=https:", "/proxy=")


class LocalOnly:
    """ASGI middleware: 403 for a Host that is none of ``hosts`` (DNS rebinding; None: any will do), for what another
    site's page sends (a browser would send the password along), for a request to fetch, and for files sent where no
    ``uploads`` are taken, which would fill the disk for nothing; a strict content policy."""

    def __init__(
        self, app: App, hosts: Collection[str] | None = ("127.0.0.1", "localhost"), *, uploads: bool = True
    ) -> None:
        self._app = app
        self._uploads = uploads
        self._hosts = None if hosts is None else frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif self._refuses(scope):
            headers = [(b"content-type", b"text/plain; charset=utf-8")]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": b"Only this machine may ask, and only this page.\n"})
        else:
            await self._app(scope, receive, _with_policy(send))

    def _refuses(self, scope: Scope) -> bool:
        headers = dict(scope["headers"])
        host = _name(headers.get(b"host", b"").decode("latin-1").lower())
        path = unquote(scope["path"]).lower()
        foreign = headers.get(b"sec-fetch-site", b"none") not in (b"same-origin", b"none")
        return (
            (self._hosts is not None and host not in self._hosts)
            or (foreign and scope["method"] not in ("GET", "HEAD"))
            or any(part in path for part in _FETCHES)
            or (not self._uploads and path.rstrip("/").endswith("/upload"))
        )


def _name(host: str) -> str:
    """A Host without its port."""
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]


def _with_policy(send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", []), (b"content-security-policy", _POLICY)]
            message = {**message, "headers": headers}
        await send(message)

    return sending
