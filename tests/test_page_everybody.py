"""The page for everybody: axe-core on every state, the keyboard alone, small and large windows, any script.

With CHAPTERVERSE_SCREENSHOTS=DIR a picture of every state is kept there, for people to look at.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browsing import ROOT, Server, ask, needs_a_browser, opened, question_box

pytestmark = needs_a_browser

SCREENSHOTS = os.environ.get("CHAPTERVERSE_SCREENSHOTS")
ARABIC = (
    "أعلن رئيس الوزراء مصطفى الكاظمي يوم الأحد أن الحكومة ستجري الانتخابات في حزيران. وقال إن القرار نهائي ولن يتغير."
)
TITLE = "The whole of the rules of the club as they were laid down in the year of its founding, and " * 6
RULES = f"""---
title: {TITLE[:500]}
---

The fee is $5 for members and $6 for guests, says <img src=x onerror="window.hacked=1"> the board of the club.
Whoever comes late waits at the door until the bell is rung twice by the keeper of the house.
"""


@pytest.fixture(scope="module")
def unlucky(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A PDF, one of 300 pages, a long title, a text from right to left, two megabytes, markup everywhere."""
    folder = tmp_path_factory.mktemp("unlucky")
    shutil.copy(ROOT / "tests" / "data" / "handbook.pdf", folder)
    pages = pypdfium2.PdfDocument.new()
    for _ in range(150):
        pages.import_pages(pypdfium2.PdfDocument(ROOT / "tests" / "data" / "columns.pdf"), [0])
        pages.new_page(595, 842)
    pages.save(folder / "big.pdf")
    (folder / '<img src=x onerror="window.hacked=2">.md').write_text(RULES, encoding="utf-8")
    (folder / "arabic.txt").write_text(ARABIC, encoding="utf-8")
    lines = (f"Line {n} of the report tells of harvest {n * 7919 % 10007} in valley {n}.\n" for n in range(36_000))
    (folder / "long.txt").write_text("".join(lines), encoding="utf-8")
    code = """
from qa.embed import HashingEmbedder
from qa.library import Library
from qa.ui import serve
serve(Library.from_folder(sys.argv[0], embedder=HashingEmbedder()))
"""
    server = Server(code, str(folder))
    yield server
    assert "OUTSIDE" not in server.stop()


def answered(page: Page) -> None:
    ask(page, "How many days of annual leave are there?")


def everything_open(page: Page) -> None:
    page.locator(".answer details").evaluate_all("all => all.forEach(details => { details.open = true })")


def source(page: Page) -> None:
    ask(page, "What is the fee for members and guests of the club?").locator(".opener").first.click()
    expect(page.locator("mark#quote")).to_be_visible()


def searched(page: Page) -> None:
    page.get_by_role("searchbox", name="Search in this document").fill("the")
    expect(page.locator(".find .at")).to_contain_text("1 of")


def picture(page: Page) -> None:
    answered(page)
    page.locator(".answer").last.locator(".opener", has_text="handbook.pdf").first.click()
    expect(page.locator(".source .page img")).to_be_visible()


def refused(page: Page) -> None:
    ask(page, "Who painted the Mona Lisa?")
    everything_open(page)


def failed(page: Page) -> None:
    ask(page, "?!")
    expect(page.locator(".answer.error")).to_be_visible()


def filtered(page: Page) -> None:
    page.locator("#only button").first.click()
    page.get_by_label("Up to").fill("2020")
    expect(page.locator("#asked-only")).to_be_visible()


def earlier(page: Page) -> None:
    page.locator("#earlier summary").click()
    expect(page.locator("#earlier li").first).to_be_visible()


def told(page: Page) -> None:
    page.get_by_role("button", name="Text", exact=True).first.click()
    expect(page.locator("#status")).not_to_be_empty()


def arabic(page: Page) -> None:
    answer = ask(page, "مصطفى الكاظمي")
    quote = answer.locator("blockquote, .verdict").first
    expect(quote).to_be_visible()
    page.get_by_role("button", name="All documents").click()
    page.locator("[data-open='arabic.txt']").first.click()
    part = page.locator(".source-body .part").first
    assert part.evaluate("part => getComputedStyle(part).direction") == "rtl"


def three_hundred_pages(page: Page) -> None:
    page.get_by_role("button", name="All documents").click()
    page.locator("[data-open='big.pdf']").first.click()
    expect(page.locator(".pages .at")).to_have_text("Page 1 of 300")
    page.get_by_role("button", name="Next page").click()
    expect(page.get_by_role("img", name="Page 2 as a picture")).to_be_visible()


def listed(page: Page) -> None:
    page.get_by_role("button", name="All documents").click()
    expect(page.locator(".documents")).to_be_visible()


STATES: list[Callable[[Page], None]] = [
    answered,
    everything_open,
    source,
    searched,
    picture,
    refused,
    failed,
    filtered,
    earlier,
    told,
    arabic,
    three_hundred_pages,
    listed,
]


WINDOWS = [(320, "light"), (1280, "dark"), (2560, "light")]
EVERY_WINDOW = [(width, scheme) for width in (320, 390, 1280, 2560) for scheme in ("light", "dark")]


@pytest.mark.parametrize(("width", "scheme"), EVERY_WINDOW if SCREENSHOTS else WINDOWS)
def test_axe_finds_nothing_serious_in_any_state_and_nothing_is_wider_than_the_window(
    browser: Browser, unlucky: Server, width: int, scheme: Literal["light", "dark"]
) -> None:
    for page in opened(browser, unlucky.url, width=width, height=900, scheme=scheme):
        look_at(page, "empty", width, scheme)
        for state in STATES:
            state(page)
            look_at(page, state.__name__, width, scheme)
        assert page.evaluate("window.hacked") is None


def look_at(page: Page, state: str, width: int, scheme: str) -> None:
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{state}-{width}-{scheme}.png")
    found = [
        f"{state}: {each['impact']} {each['id']}: {each['nodes'][0]['html'][:200]}"
        for each in Axe().run(page).response["violations"]
        if each["impact"] in ("serious", "critical")
    ]
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state


# The keyboard alone


def press_until(page: Page, key: str, selector: str, most: int = 60) -> None:
    """Press ``key`` until what has the focus matches ``selector``, and it shows that it has it."""
    for _ in range(most):
        page.keyboard.press(key)
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            shown = page.evaluate(
                """() => { const look = getComputedStyle(document.activeElement);
                const outlined = look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) > 0;
                return outlined || look.boxShadow !== 'none' }"""
            )
            assert shown, f"{selector} does not show that it has the focus"
            return
    raise AssertionError(f"{selector} cannot be reached by {key}")


def test_the_main_job_is_done_with_the_keyboard_alone(browser: Browser, served: Server) -> None:
    for page in opened(browser, served.url):
        expect(question_box(page)).to_be_focused()
        page.keyboard.type("Who is Fuad Hussein?")
        page.keyboard.press("Enter")
        expect(page.locator(".answer[data-receipt]")).to_be_visible(timeout=30_000)
        press_until(page, "Shift+Tab", ".answer .citations .opener, .answer .opener")
        page.keyboard.press("Enter")
        expect(page.locator("mark#quote")).to_be_focused()
        press_until(page, "Shift+Tab", "[data-source=next]")
        page.keyboard.press("Enter")
        expect(page.locator(".quotes .at")).to_have_text("Quote 3 of 3")
        press_until(page, "Shift+Tab", "input[type=search], [data-source=next]", most=5)
        press_until(page, "Shift+Tab", "[data-open='']")
        page.keyboard.press("Enter")
        expect(page.locator(".documents .opener").first).to_be_visible()
        press_until(page, "Tab", ".documents .opener")
        page.keyboard.press("Enter")
        expect(page.locator(".source-body")).to_be_focused()
        press_until(page, "Shift+Tab", "#earlier summary", most=120)
        page.keyboard.press("Enter")
        expect(page.locator("#earlier li").first).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#earlier li").first).not_to_be_visible()
        press_until(page, "Shift+Tab", "[data-do=new]", most=5)
        page.keyboard.press("Enter")
        expect(page.locator(".question")).to_have_count(0)
        expect(question_box(page)).to_be_focused()


def test_who_wants_less_motion_sees_none(browser: Browser, served: Server) -> None:
    for page in opened(browser, served.url):
        page.emulate_media(reduced_motion="reduce")
        page.evaluate(
            "document.querySelector('#columns').insertAdjacentHTML('beforeend', '<p class=\"answer busy\">x</p>')"
        )
        look = "getComputedStyle(document.querySelector('.answer.busy'), '::before').animationName"
        assert page.evaluate(look) == "none"


def test_a_screen_reader_hears_the_answer_and_then_its_source(browser: Browser, served: Server) -> None:
    for page in opened(browser, served.url):
        answer = ask(page, "How many US troops are still in Iraq?")
        log = page.locator("#chat [role=log]")
        assert log.get_attribute("aria-live") in (None, "polite")
        heard = answer.inner_text()
        (sure,) = re.finditer("Likely right|Perhaps right", heard)
        assert heard.index("2,500") < sure.start() < heard.index("Iraqi engagement with US upsets pro-Iranians")
