"""Who gets in by a password: HTTP Basic, for the page, its files, its API and the tools alike."""

import asyncio
import base64
import hmac
import os
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from threading import Event

from qa.errors import BadSharing
from qa.ui.guard import App, Receive, Scope, Send

# Seconds that a wrong guess takes.
_PAUSE = 0.5
_CHALLENGE = b'Basic realm="Chapter & Verse", charset="UTF-8"'
# Gradio calls this once, before it says that it has started.
_START = "/gradio_api/startup-events"


def users(written: Iterable[str]) -> dict[str, str]:
    """Passwords by name, of ``USER:PASSWORD-FILE``; BadSharing where there is none, or others could read it."""
    found: dict[str, str] = {}
    for one in written:
        name, colon, path = one.partition(":")
        if not (name and colon and path):
            raise BadSharing(f"--auth {one!r} is not USER:PASSWORD-FILE; write it as anna:/home/anna/qa-password")
        if name in found:
            raise BadSharing(f"--auth names {name} twice; give every user one password file")
        found[name] = _password(Path(path))
    return found


def _password(path: Path) -> str:
    """The first line of a file that nobody else can read."""
    try:
        mode = path.stat().st_mode & 0o777
        if os.name == "posix" and mode & 0o077:
            raise BadSharing(f"{path} can be read or changed by others (mode {mode:03o}); run: chmod 600 {path}")
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSharing(f"the password file {path} cannot be read ({error}); make one that holds it") from error
    if not lines or not lines[0]:
        raise BadSharing(f"the password file {path} holds no password; write one into its first line")
    return lines[0]


class Login:
    """ASGI middleware: 401 for whoever is none of ``users`` (passwords by name); until ``begun``, Gradio may start."""

    def __init__(self, app: App, users: Mapping[str, str], begun: Event) -> None:
        self._app = app
        self._begun = begun
        self._known = [_digest(f"{name}:{password}".encode()) for name, password in users.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"authorization", b"")
        if self._knows(given) or (scope["path"] == _START and not self._begun.is_set()):
            await self._app(scope, receive, send)
            return
        if given:
            await asyncio.sleep(_PAUSE)
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"www-authenticate", _CHALLENGE)]
        await send({"type": "http.response.start", "status": 401, "headers": headers})
        await send({"type": "http.response.body", "body": b"Name and password, please.\n"})

    def _knows(self, given: bytes) -> bool:
        """Whether these are the name and the password of anyone; takes as long for a near miss as for a far one."""
        kind, _, encoded = given.partition(b" ")
        try:
            digest = _digest(base64.b64decode(encoded.strip(), validate=True))
        except ValueError:
            return False
        matches = [hmac.compare_digest(digest, known) for known in self._known]
        return kind.lower() == b"basic" and any(matches)


def _digest(credentials: bytes) -> bytes:
    return sha256(credentials).digest()
