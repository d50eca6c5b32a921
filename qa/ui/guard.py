"""What stands between the page and the network: nobody but this machine gets in, nothing is fetched from outside."""

from collections.abc import Awaitable, Callable, MutableMapping
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
    """ASGI middleware: 403 for a foreign Host (DNS rebinding) or a request to fetch; a strict content policy."""

    def __init__(self, app: App, hosts: tuple[str, ...] = ("127.0.0.1", "localhost")) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

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
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").partition(":")[0].lower()
        path = unquote(scope["path"]).lower()
        return host not in self._hosts or any(part in path for part in _FETCHES)


def _with_policy(send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", []), (b"content-security-policy", _POLICY)]
            message = {**message, "headers": headers}
        await send(message)

    return sending
