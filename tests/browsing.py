"""A page served in a process of its own, and a real browser that looks at it: nothing leaves the machine."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
REQUIRED = os.environ.get("CHAPTERVERSE_BROWSER") == "required"

# In CI a missing browser is a failure; at home it is one line in the summary.
unless_there_is_none = pytest.mark.skipif(
    not CHROMIUM and not REQUIRED, reason="no Chromium here: the browser tests were left out"
)
needs_a_browser = [pytest.mark.browser, pytest.mark.model, unless_there_is_none]

SWITCHES = [
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# The page's process runs with every outgoing connection refused: it ends with status 86 if it tries one.
OFFLINE = """
import socket, sys, os
def watch(event, arguments):
    if event == "socket.connect":
        address = arguments[1]
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            print("OUTSIDE", address, flush=True); os._exit(86)
    if event == "socket.getaddrinfo" and arguments[0] not in (None, "127.0.0.1", "::1", "localhost", b"127.0.0.1"):
        print("OUTSIDE", arguments[0], flush=True); os._exit(86)
sys.addaudithook(watch)
sys.argv = sys.argv[1:]
import runpy
"""


class Server:
    """A process that serves the page; its output up to the address is read."""

    def __init__(self, code: str, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-c", OFFLINE + code, *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.output = ""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output += line
            if "http://" in line:
                self.address = line.split("http://")[1].split()[0]
                break
        else:
            raise RuntimeError(f"the page did not start:\n{self.output}")

    @property
    def url(self) -> str:
        return f"http://{self.address}/"

    def stop(self) -> str:
        self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=30)
        return self.output + rest


def opened(
    browser: Browser,
    url: str,
    width: int = 1280,
    height: int = 800,
    *,
    scheme: Literal["light", "dark"] = "light",
    path: str = "",
) -> Iterator[Page]:
    """The page at ``url`` and ``path``, once; at the end it has asked nobody else, and no script of it has failed."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        accept_downloads=True,
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = context.new_page()
    outside: list[str] = []
    errors: list[str] = []
    local = (url, "data:", "blob:")
    page.on("request", lambda request: None if request.url.startswith(local) else outside.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(url + path)
    expect(question_box(page)).to_be_visible(timeout=30_000)
    yield page
    context.close()
    assert outside == []
    assert errors == []


def question_box(page: Page) -> Locator:
    """Where a question is typed."""
    return page.get_by_role("textbox", name="Question")


def ask(page: Page, question: str) -> Locator:
    """The answer to ``question``, typed as people do."""
    before = page.locator(".answer:not(.busy)").count()
    question_box(page).fill(question)
    question_box(page).press("Enter")
    expect(page.locator(".answer:not(.busy)")).to_have_count(before + 1, timeout=30_000)
    return page.locator(".answer").last


def is_on_screen(page: Page, selector: str) -> bool:
    """Whether the element lies in the window and in the part of its pane that is scrolled into view."""
    return page.evaluate(
        """selector => {
            const box = document.querySelector(selector).getBoundingClientRect();
            const pane = document.querySelector('.source-body').getBoundingClientRect();
            return box.top >= pane.top - 1 && box.top < pane.bottom && box.top >= 0 && box.top < innerHeight;
        }""",
        selector,
    )
