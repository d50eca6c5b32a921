"""What stands between the page and the network: nobody gets in by a foreign name, nothing is fetched from outside."""

from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping
from typing import Any
from urllib.parse import unquote, urlsplit

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
    ``uploads`` are taken, which would fill the disk for nothing; a strict content policy. ``public`` is the whole
    address that a proxy has the page at, where that is known."""

    def __init__(
        self,
        app: App,
        hosts: Collection[str] | None = ("127.0.0.1", "localhost"),
        *,
        uploads: bool = True,
        public: str = "",
    ) -> None:
        self._app = app
        self._uploads = uploads
        self._hosts = None if hosts is None else frozenset(hosts)
        self._public = urlsplit(public).netloc.lower().encode()

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
        return (
            (self._hosts is not None and host not in self._hosts)
            or (self._is_foreign(headers) and not _follows_a_link(scope["method"], headers))
            or any(part in path for part in _FETCHES)
            or (not self._uploads and path.rstrip("/").endswith("/upload"))
        )

    def _is_foreign(self, headers: Mapping[bytes, bytes]) -> bool:
        """Whether another site's page sends this: as the browser says it, or where it does not, by the Origin.

        Browsers say it to https and to this machine alone. A program sends neither.
        """
        site, origin = headers.get(b"sec-fetch-site"), headers.get(b"origin")
        if site is not None or origin is None:
            return site not in (None, b"same-origin", b"none")
        forwarded = headers.get(b"x-forwarded-host", b"").partition(b",")[0].strip()
        names = {headers.get(b"host", b"").lower(), forwarded.lower(), self._public} - {b""}
        return origin.lower().partition(b"://")[2] not in names


def _follows_a_link(method: str, headers: Mapping[bytes, bytes]) -> bool:
    """Whether the page is only gone to, so that the site which led there does not see it."""
    return method in ("GET", "HEAD") and headers.get(b"sec-fetch-mode") == b"navigate"


class Unshared:
    """ASGI middleware: no other origin may read an answer, whatever ``app`` allows.

    Gradio allows every origin, password included, unless it is asked by a name of this machine.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                given = message.get("headers", [])
                kept = [pair for pair in given if not pair[0].lower().startswith(b"access-control-")]
                message = {**message, "headers": kept}
            await send(message)

        await self._app(scope, receive, sending)


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
