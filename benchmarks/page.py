"""How long the page takes, in a real browser: first paint, question to painted answer, citation to marked quote.

python benchmarks/page.py [--screenshot docs/page.png]
"""

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
QUESTIONS = (
    "Who commands Iraq's Counter-Terrorism Service?",
    "How many US troops are still in Iraq?",
    "What did Ayatollah Sistani ask the government to do?",
    "Which Iraqi minister went to Iran for talks?",
    "Who painted the Mona Lisa?",
)
SWITCHES = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


def ask(page: Page, question: str) -> float:
    """Seconds from Enter until the answer is painted."""
    answers = page.locator(".answer:not(.busy)").count()
    box = page.get_by_role("textbox", name="Question")
    box.fill(question)
    began = time.perf_counter()
    box.press("Enter")
    page.wait_for_function(f"document.querySelectorAll('.answer:not(.busy)').length > {answers}")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return time.perf_counter() - began


def open_citation(page: Page) -> float:
    """Seconds from a click on the newest answer's first citation until its quote is painted."""
    page.evaluate("document.querySelector('#quote')?.removeAttribute('id')")
    began = time.perf_counter()
    page.locator(".answer:has(mark)").last.locator("button[data-open]").first.click()
    page.wait_for_selector("mark#quote")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--screenshot", type=Path, help="keep a picture of the page here")
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no Chromium here")
    server = subprocess.Popen([sys.executable, "-u", "app.py"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        url = next(word for line in server.stdout for word in line.split() if word.startswith("http://"))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            ask_first = time.perf_counter()
            page.goto(url)
            page.get_by_role("textbox", name="Question").wait_for()
            print(f"page opened and ready: {time.perf_counter() - ask_first:.2f} s")
            print(f"first question, the model perhaps still loading: {ask(page, QUESTIONS[0]):.2f} s")
            for question in QUESTIONS:
                ask(page, question)
            warm = [ask(page, question) for question in QUESTIONS for _ in range(3)]
            print(f"question to painted answer, warm: median {median(warm):.2f} s, slowest {max(warm):.2f} s")
            opened = [open_citation(page) for _ in range(5)]
            print(f"citation to marked quote: median {median(opened):.2f} s, slowest {max(opened):.2f} s")
            if options.screenshot:
                page.reload()
                ask(page, QUESTIONS[0])
                open_citation(page)
                page.mouse.move(1270, 5)
                page.wait_for_timeout(800)
                options.screenshot.parent.mkdir(exist_ok=True)
                page.screenshot(path=options.screenshot)
            browser.close()
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
