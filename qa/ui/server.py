"""The page on the network: which address and port, who gets in, and how Gradio is told."""

import socket
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from qa.errors import NoFreePort
from qa.library import Library
from qa.live import Live
from qa.ui.guard import LocalOnly
from qa.ui.page import build
from qa.ui.turns import TURNS

HOST = "127.0.0.1"
PORT = 7860
_PORTS_TRIED = 20

_HERE = Path(__file__).parent
_FONTS = ["ui-sans-serif", "system-ui", "sans-serif"]  # the reader's own: none is fetched


def serve(library: Library | Live, *, port: int | None = None, examples: Sequence[str] = ()) -> None:
    """Serve the page on this machine until it is interrupted; NoFreePort where there is no port for it.

    What is indexed meanwhile is taken up, if ``library`` is :class:`~qa.live.Live`.
    Without ``port`` it is 7860 or the next free one.
    """
    chosen = free_port(port)
    live = library if isinstance(library, Live) else Live(library)
    page = build(live, examples)
    threading.Thread(target=_warm, args=(live.library,), daemon=True).start()
    page.queue(max_size=64, api_open=False)
    page.launch(**_launch_settings(chosen))
    print(f"Chapter & Verse is at http://{HOST}:{chosen} (Ctrl-C stops it)", flush=True)
    page.block_thread()


def free_port(wanted: int | None) -> int:
    """``wanted`` if it is free; without a wish, 7860 or the first free one after it, with a line that says so."""
    candidates = range(PORT, PORT + _PORTS_TRIED) if wanted is None else range(wanted, wanted + 1)
    for port in candidates:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        if port != candidates[0]:
            print(f"Port {candidates[0]} is taken; using {port}.", flush=True)
        return port
    if wanted is None:
        raise NoFreePort(f"ports {candidates[0]} to {candidates[-1]} are all taken; choose another with --port")
    raise NoFreePort(f"port {wanted} is taken or not allowed; choose another with --port")


def _warm(library: Library) -> None:
    """Load the model and read the passages before the first question has to wait for it."""
    with TURNS:
        library.ask("What do the documents say?")


def _launch_settings(port: int) -> dict[str, Any]:
    return {
        "server_name": HOST,
        "server_port": port,
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
        "app_kwargs": {"middleware": [Middleware(LocalOnly)]},
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
