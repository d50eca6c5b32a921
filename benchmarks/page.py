"""How long does the page keep people waiting: until it is there, for an answer, and from a click to the marked quote?

    python -m benchmarks.page [--times 10]

A page of one document of a megabyte is served here and looked at by Chromium. "first paint" is the browser's own
first-contentful-paint, "question" when the question can be typed; with an empty cache, then with a filled one. "quote"
is the time from the click until the quote stands marked within the window. "answer" is the time from Enter to an answer
in the window, on the seeds, once all has been read.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.people import page as seeds
from tests.browsing import CHROMIUM, ROOT, SWITCHES

QUESTIONS = (
    "Who commands Iraq's Counter-Terrorism Service?",
    "How many US troops are still in Iraq?",
    "What did Ayatollah Sistani ask the government to do?",
    "Which Iraqi minister went to Iran for talks?",
    "Who painted the Mona Lisa?",
)
LINE = "Line {n} of the long report tells of harvest number {m} in valley {n}.\n"
LINES = 16_000
SERVE = """
import sys
from qa.embed import HashingEmbedder
from qa.library import Library
from qa.ui import serve
serve(Library.from_folder(sys.argv[1], embedder=HashingEmbedder()))
"""
CLICK = """([start, end]) => new Promise(done => {
    const button = document.querySelector("button[data-open='long.txt']");
    Object.assign(button.dataset, { start, end });
    const from = performance.now();
    button.click();
    const look = () => {
        const quote = document.querySelector('mark#quote')?.getBoundingClientRect();
        const pane = document.querySelector('.source-body')?.getBoundingClientRect();
        if (quote && quote.top >= pane.top && quote.bottom <= Math.min(pane.bottom, innerHeight))
            requestAnimationFrame(() => done(performance.now() - from));
        else requestAnimationFrame(look);
    };
    look();
})"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


@contextmanager
def page(folder: Path) -> Iterator[str]:
    """The address of a page on the documents in ``folder``."""
    server = subprocess.Popen(
        [sys.executable, "-u", "-c", SERVE, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        yield next(word for line in server.stdout for word in line.split() if word.startswith("http://"))
    finally:
        server.terminate()
        server.wait()


def arrivals(browser: Browser, url: str, times: int) -> Iterator[tuple[float, float, float, float]]:
    """Milliseconds until the first paint and until a question can be typed, with an empty and with a filled cache."""
    for _ in range(times):
        with browser.new_context() as context:
            seen = context.new_page()
            found = []
            for _ in range(2):
                seen.goto(url)
                seen.get_by_role("textbox", name="Question").wait_for()
                found += [seen.evaluate(PAINT), seen.evaluate("performance.now()")]
            yield tuple(found)


def clicks(seen: Page, text: str, times: int) -> Iterator[float]:
    """Milliseconds from a click to its quote, up and down the document, each time from the list of documents."""
    for number in range(times):
        start = text.index(f"Line {LINES * (7 * number % 10) // 10 + 17} of")
        if seen.locator(".source-body").count():
            seen.get_by_role("button", name="All documents").click()
        seen.locator("button[data-open='long.txt']").wait_for()
        seen.wait_for_timeout(300)
        yield seen.evaluate(CLICK, [start, start + 40])


def answers(seen: Page) -> Iterator[float]:
    """Milliseconds from Enter until the answer is painted."""
    for question in QUESTIONS:
        before = seen.locator(".answer[data-receipt]").count()
        box = seen.get_by_role("textbox", name="Question")
        box.fill(question)
        began = time.perf_counter()
        box.press("Enter")
        seen.wait_for_function(f"document.querySelectorAll('.answer[data-receipt]').length > {before}")
        seen.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        yield 1000 * (time.perf_counter() - began)


def told(name: str, values: list[float]) -> None:
    """One line of figures."""
    print(f"{name:36} median {median(values):5.0f} ms, most {max(values):5.0f} ms, of {len(values)}")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--times", type=int, default=10)
    times = parser.parse_args().times
    text = "".join(LINE.format(n=n, m=n * 7919 % 10007) for n in range(LINES))
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        (Path(folder) / "long.txt").write_text(text, encoding="utf-8")
        with page(Path(folder)) as url:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
            columns = zip(*arrivals(browser, url, times), strict=True)
            names = ("first paint", "question", "first paint, again", "question, again")
            for name, values in zip(names, columns, strict=True):
                told(name, list(values))
            seen = browser.new_page(viewport={"width": 1280, "height": 800})
            seen.goto(url)
            seen.get_by_role("textbox", name="Question").wait_for()
            told(f"quote in {len(text) / 1e6:.1f} MB", list(clicks(seen, text, times)))
        with seeds("") as url:
            seen.goto(url)
            seen.locator("button.example").first.wait_for(timeout=120_000)  # the suggestions are found
            list(answers(seen))
            told("answer", [each for _ in range(times) for each in answers(seen)])
        browser.close()


if __name__ == "__main__":
    main()
