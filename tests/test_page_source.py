"""The source beside the answer: its quotes one after the other, search, pages as pictures, the list of documents."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browsing import ROOT, Server, ask, is_on_screen, needs_a_browser, opened

pytestmark = needs_a_browser

HUSSEIN = "Who is Fuad Hussein?"
PDFS = ROOT / "tests" / "data"


@pytest.fixture
def page(browser: Browser, served: Server) -> Iterator[Page]:
    yield from opened(browser, served.url)


def test_the_other_quotes_of_an_answer_are_marked_faintly_and_can_be_stepped_through(page: Page) -> None:
    ask(page, HUSSEIN).locator(".opener").first.click()
    expect(page.locator(".quotes .at")).to_have_text("Quote 2 of 3")
    first = page.locator("mark#quote").inner_text()
    colours = page.locator(".source-body mark").evaluate_all("all => all.map(m => getComputedStyle(m).backgroundColor)")
    assert len(set(colours)) == 2
    page.get_by_role("button", name="Next quote").click()
    expect(page.locator(".quotes .at")).to_have_text("Quote 3 of 3")
    page.wait_for_timeout(600)
    assert is_on_screen(page, "mark#quote")
    page.get_by_role("button", name="Next quote").click()
    expect(page.locator(".quotes .at")).to_have_text("Quote 1 of 3")
    page.get_by_role("button", name="Next quote").click()
    assert page.locator("mark#quote").inner_text() == first
    page.get_by_role("button", name="Previous quote").click()
    expect(page.locator(".quotes .at")).to_have_text("Quote 1 of 3")


def test_words_are_found_in_the_document_whatever_their_case_and_spaces(page: Page) -> None:
    page.locator(".documents .opener").nth(1).click()
    field = page.get_by_role("searchbox", name="Search in this document")
    whole = (ROOT / "seeds" / "001_26f0ad0b6a8edf90.txt").read_text(encoding="utf-8")
    field.fill("kadhimi")
    count = whole.casefold().count("kadhimi")
    at = page.locator(".find .at")
    expect(at).to_have_text(f"1 of {count}")
    field.press("Enter")
    expect(at).to_have_text(f"2 of {count}")
    field.press("Shift+Enter")
    field.press("Shift+Enter")
    expect(at).to_have_text(f"{count} of {count}")
    page.wait_for_timeout(600)
    assert page.evaluate("""() => {
        const [range] = [...CSS.highlights.get('found-here')];
        const box = range.getBoundingClientRect();
        const pane = document.querySelector('.source-body').getBoundingClientRect();
        return range.toString().toLowerCase() === 'kadhimi' && box.top >= pane.top && box.bottom <= pane.bottom;
    }""")
    field.fill("no such words (")
    expect(at).to_have_text("not found")
    field.press("Escape")
    expect(field).to_have_value("")
    expect(at).to_have_text("")


def test_what_was_found_in_one_document_is_not_stepped_through_in_the_next(page: Page) -> None:
    page.locator(".documents .opener").nth(1).click()
    field = page.get_by_role("searchbox", name="Search in this document")
    at = page.locator(".find .at")
    field.fill("kadhimi")
    expect(at).to_contain_text("1 of")
    page.get_by_role("button", name="All documents").click()
    page.locator(".documents .opener").nth(2).click()
    expect(field).to_have_value("")
    page.locator(".source-body").evaluate("body => { body.scrollTop = 100; }")
    page.get_by_role("button", name="Next match").click()
    field.press("Enter")
    expect(at).to_have_text("")
    assert page.locator(".source-body").evaluate("body => body.scrollTop") == 100
    assert page.evaluate("CSS.highlights.size") == 0


def test_what_is_typed_just_before_a_document_is_left_is_not_looked_for(page: Page) -> None:
    page.locator(".documents .opener").nth(1).click()
    page.get_by_role("searchbox", name="Search in this document").evaluate("""field => {
        field.value = 'kadhimi';
        field.dispatchEvent(new Event('input', { bubbles: true }));
        document.querySelector("[data-open='']").click();
    }""")
    expect(page.get_by_role("searchbox", name="Find a document")).to_be_visible()
    page.wait_for_timeout(500)  # an error of the script would be seen at the end


def test_what_is_typed_before_the_list_of_the_moment_has_come_is_looked_for(browser: Browser, served: Server) -> None:
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held or "find_documents" not in (route.request.post_data or ""):
            route.continue_()
        else:
            held.append(route)

    for page in opened(browser, served.url):
        page.route("**/component_server/**", hold_the_first)
        with page.expect_request(lambda request: "find_documents" in (request.post_data or "")):
            page.reload()
        field = page.get_by_role("searchbox", name="Find a document")
        field.fill("shafaq")
        expect(page.locator(".documents .opener")).to_have_count(1)
        with page.expect_response("**/component_server/**"):
            held[0].continue_()
        page.wait_for_timeout(300)
        expect(page.locator(".documents .opener")).to_have_count(1)
        expect(field).to_have_value("shafaq")


def test_a_document_is_found_in_the_list_and_asked_alone(page: Page) -> None:
    page.get_by_role("searchbox", name="Find a document").fill("shafaq")
    expect(page.locator(".documents .opener")).to_have_count(1)
    expect(page.locator(".documents h2")).to_have_text("1 document")
    page.get_by_role("button", name="Ask only An American call").click()
    expect(page.locator("#asked-only")).to_contain_text("in 004_7990e47296006af8.txt")
    expect(ask(page, HUSSEIN)).to_contain_text("Asked only: documents in 004_7990e47296006af8.txt")


# Pages of a PDF


@pytest.fixture(scope="module")
def handbook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("pdf")
    for name in ("handbook.pdf", "columns.pdf"):
        shutil.copy(PDFS / name, folder)
    code = """
from qa.embed import HashingEmbedder
from qa.library import Library
from qa.ui import serve
serve(Library.from_folder(sys.argv[0], embedder=HashingEmbedder()))
"""
    server = Server(code, str(folder))
    yield server
    assert "OUTSIDE" not in server.stop()


def test_a_quote_from_a_pdf_is_framed_on_a_picture_of_its_page_and_its_text_is_beside_it(
    browser: Browser, handbook: Server
) -> None:
    for page in opened(browser, handbook.url):
        answer = ask(page, "How many days of annual leave are there?")
        answer.locator(".opener", has_text="handbook.pdf, page 1").first.click()
        picture = page.get_by_role("img", name="Page 1 as a picture")
        expect(picture).to_be_visible()
        assert picture.evaluate("image => image.complete && image.naturalWidth") == 1200
        frames = page.locator(".frame:not(.other)")
        assert frames.count() >= 1
        inside = frames.first.evaluate("""frame => {
            const box = frame.getBoundingClientRect(), sheet = frame.parentElement.getBoundingClientRect();
            return box.width > 50 && box.left > sheet.left && box.right < sheet.right && box.height < sheet.height / 20;
        }""")
        assert inside
        expect(page.locator(".source-body")).not_to_be_visible()
        page.get_by_role("button", name="Next page").click()
        expect(page.locator(".pages .at")).to_have_text("Page 2 of 2")
        expect(page.get_by_role("img", name="Page 2 as a picture")).to_be_visible()
        page.get_by_role("button", name="Text", exact=True).last.click()
        expect(page.locator("mark#quote")).to_be_visible()
        expect(picture).not_to_be_visible()


def test_where_the_file_is_no_longer_what_was_read_the_text_is_shown_and_the_reason_told(
    browser: Browser, tmp_path: Path
) -> None:
    shutil.copy(PDFS / "handbook.pdf", tmp_path)
    code = """
from qa.embed import HashingEmbedder
from qa.library import Library
from qa.ui import serve
serve(Library.from_folder(sys.argv[0], embedder=HashingEmbedder()))
"""
    server = Server(code, str(tmp_path))
    try:
        (tmp_path / "handbook.pdf").write_bytes(b"%PDF-1.4 changed")
        for page in opened(browser, server.url):
            page.locator(".documents .opener").first.click()
            expect(page.locator("#status")).to_contain_text("the file has changed since it was indexed")
            expect(page.locator(".source-body")).to_be_visible()
    finally:
        server.stop()
