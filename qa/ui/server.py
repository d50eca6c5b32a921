"""The page on the network: which address and port, who gets in, and how Gradio is told."""

import errno
import os
import socket
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.route_utils import FnIndexInferError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse

from qa.errors import BadSharing, NoFreePort
from qa.library import Library
from qa.live import Live
from qa.shelf import Shelf
from qa.shelf.batch import MAX_FILE_BYTES
from qa.ui import layout, tools
from qa.ui.editing import editing
from qa.ui.guard import LocalOnly, Unshared
from qa.ui.login import Login
from qa.ui.page import build
from qa.ui.programs import Program, programs
from qa.ui.sharing import LOOPBACK, Sharing
from qa.ui.turns import AT_ONCE, TURNS

HOST = LOOPBACK
PORT = 7860
_PORTS_TRIED = 20
# Questions that wait; who comes then is told that it is full.
_WAITING = 64

_HERE = Path(__file__).parent
_FONTS = ["ui-sans-serif", "system-ui", "sans-serif"]  # the reader's own: none is fetched
_ALONE = Sharing()

Running = Callable[[Starlette], AbstractAsyncContextManager[object]]  # what is entered while an app runs


def serve(
    library: Library | Live,
    *,
    port: int | None = None,
    sharing: Sharing = _ALONE,
    mcp: bool = False,
) -> None:
    """As :func:`start`, until it is interrupted."""
    start(library, port=port, sharing=sharing, mcp=mcp).block_thread()


def start(
    library: Library | Live,
    *,
    port: int | None = None,
    sharing: Sharing = _ALONE,
    mcp: bool = False,
) -> gr.Blocks:
    """The page, served from now on: on this machine alone, unless ``sharing`` says otherwise.

    What is indexed meanwhile is taken up, if ``library`` is :class:`~qa.live.Live`.
    Without ``port`` it is 7860 or the next free one. With ``mcp`` there are
    tools for assistants, too. Raises NoFreePort where there is no port for it.
    """
    if mcp:
        tools.require()
    chosen = free_port(port, sharing.host)
    live = library if isinstance(library, Live) else Live(library)
    shelf = Shelf(live, live.index, writable=sharing.writable, allow="start it with --allow-writes")
    writing = editing(shelf) if sharing.allow_writes else ()
    page = build(live, shelf, writing=writing)
    threading.Thread(target=_begin, args=(live.library, shelf), daemon=True).start()
    page.queue(max_size=_WAITING, api_open=False, default_concurrency_limit=AT_ONCE)
    begun = threading.Event()
    _past_proxies(sharing.host)
    uploads = not shelf.obstacle
    app = _app_settings(live, sharing, writing, uploads=uploads, mcp=mcp, begun=begun)
    page.launch(**_launch_settings(chosen, sharing, app))
    begun.set()
    for line in greeting(sharing, chosen, mcp=mcp):
        print(line, flush=True)
    return page


def greeting(sharing: Sharing, port: int, *, mcp: bool = False) -> list[str]:
    """What is said once the page is there: where, and what that risks."""
    lines = [f"Chapter & Verse is at {sharing.address(port)} (Ctrl-C stops it)"]
    if not sharing.local:
        lines.append(f"From elsewhere: {sharing.address(port, socket.gethostname())}")
    if sharing.root_path:
        lines.append(f"Behind the proxy: {sharing.public or f'where it has {sharing.root_path}'}")
    if mcp:
        lines.append(f"Tools for assistants (MCP): {sharing.public or sharing.address(port)}{tools.PATH}")
    return [*lines, *sharing.warnings]


def free_port(wanted: int | None, host: str = HOST) -> int:
    """``wanted`` if it is free; without a wish, 7860 or the first free one after it, with a line that says so."""
    candidates = range(PORT, PORT + _PORTS_TRIED) if wanted is None else range(wanted, wanted + 1)
    for port in candidates:
        if not (_is_free(host, port) and _is_free(LOOPBACK, port)):  # Gradio wants it on this machine, too
            continue
        if port != candidates[0]:
            print(f"Port {candidates[0]} is taken; using {port}.", flush=True)
        return port
    if wanted is None:
        raise NoFreePort(f"ports {candidates[0]} to {candidates[-1]} are all taken; choose another with --port")
    raise NoFreePort(f"port {wanted} is taken or not allowed; choose another with --port")


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if isinstance(error, socket.gaierror) or error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                raise BadSharing(f"{host} is no address of this machine; name one that is, with --host") from error
            return False
    return True


def _begin(library: Library, shelf: Shelf) -> None:
    """Load the model and read the passages before the first question has to wait for it; then take in what a program
    that was stopped had been given."""
    with TURNS:
        library.ask("What do the documents say?")
    if not shelf.obstacle and shelf.waiting():
        for _ in shelf.add([]):
            pass


def _past_proxies(host: str) -> None:
    """Gradio asks its own server whether it is there; no proxy is to answer for it."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), host]))


def _app_settings(
    live: Live, sharing: Sharing, writing: Sequence[Program], *, uploads: bool, mcp: bool, begun: threading.Event
) -> dict[str, Any]:
    """What the web app is made of besides Gradio's own: who gets in, and the tools."""
    settings: dict[str, Any] = {"exception_handlers": {FnIndexInferError: _no_endpoint}}
    doors = [Middleware(LocalOnly, hosts=sharing.hosts, uploads=uploads, public=sharing.public)]
    if sharing.users:
        doors.append(Middleware(Login, users=sharing.users, begun=begun))
    settings["middleware"] = doors
    running: Running = nullcontext
    if mcp:
        settings["routes"], running = tools.routes(tools.server(programs(live), writing))
    settings["lifespan"] = _unshared(running)
    return settings


def _unshared(running: Running) -> Running:
    """``running``, with :class:`Unshared` before all else: what Gradio puts before our own doors lets other origins in,
    and only once the app begins to run is all of that there."""

    @asynccontextmanager
    async def begun(app: Starlette) -> AsyncIterator[None]:
        app.middleware_stack = Unshared(app.middleware_stack or app.build_middleware_stack())
        async with running(app):
            yield

    return begun


def _no_endpoint(*_: object) -> JSONResponse:
    return JSONResponse({"detail": "there is no such endpoint; /gradio_api/info lists those that there are"}, 404)


def _launch_settings(port: int, sharing: Sharing, app: dict[str, Any]) -> dict[str, Any]:
    return {
        "server_name": f"[{sharing.host}]" if ":" in sharing.host else sharing.host,
        "server_port": port,
        "root_path": sharing.root_path,
        "share": False,
        "inbrowser": False,
        "quiet": True,
        "prevent_thread_lock": True,
        "footer_links": [],
        "run_history": False,
        "enable_monitoring": False,
        "ssr_mode": False,
        "pwa": False,
        "mcp_server": False,
        "theme": _theme(),
        "css_paths": [_HERE / "page.css"],
        "head": layout.head(),
        "max_file_size": MAX_FILE_BYTES,
        "app_kwargs": app,
    }


def _theme() -> gr.themes.Base:
    """Gradio's own, with colours of enough contrast, and the reader's own fonts."""
    ink, paper, gold, night = "#22304f", "#ffffff", "#ffd75e", "#15181f"
    theme = gr.themes.Default(font=_FONTS, font_mono=["ui-monospace", "monospace"])
    return theme.set(
        button_primary_background_fill=ink,
        button_primary_background_fill_hover="#33446b",
        button_primary_text_color=paper,
        button_primary_background_fill_dark=gold,
        button_primary_background_fill_hover_dark="#ffe69a",
        button_primary_text_color_dark=night,
        button_primary_border_color=ink,
        button_primary_border_color_dark=gold,
        body_text_color_subdued="#55585f",
        body_text_color_subdued_dark="#b3b7c0",
        input_placeholder_color="#55585f",
        input_placeholder_color_dark="#b3b7c0",
    )
