"""The page in a real browser: ask, click a citation, find the quote on screen; nothing leaves the machine."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import ROOT, Server, ask, is_on_screen, needs_a_browser, opened

pytestmark = needs_a_browser

HOSTILE = """Fees and <b>other</b> facts

The fee is $5 for members and $6 for guests, says the *board* of the _club_ in its `rules`.
A tag <img src=x onerror="window.hacked=1"> and <script>window.hacked=2</script> are part of the wording of rule nine.
</mark></div></script>${alert(1)} {{value}} &amp; stays as it is in rule ten of the club.
"""


@pytest.fixture
def page(browser: Browser, served: Server) -> Iterator[Page]:
    yield from opened(browser, served.url)


def test_a_seed_question_is_answered_and_the_citation_opens_the_document_at_the_quote(page: Page) -> None:
    ask(page, "Who commands Iraq's Counter-Terrorism Service?")
    answer = page.locator(".answer").last
    expect(answer.locator("blockquote").first).to_contain_text("met with its commander Abdul Wahhab al-Saidi")
    expect(answer.locator("mark strong").first).to_be_visible()
    citation = answer.locator(".opener").first
    expect(citation).to_contain_text("[1]")
    expect(citation).to_contain_text("Iraq steps up pressure on outlawed militias")
    expect(citation).to_contain_text("2020-09-28")
    expect(citation).to_contain_text("001_26f0ad0b6a8edf90.txt, line 43")
    citation.click()
    mark = page.locator(".source-body mark#quote")
    expect(mark).to_contain_text("met with its commander Abdul Wahhab al-Saidi")
    page.wait_for_timeout(700)
    assert is_on_screen(page, "mark#quote")
    whole = (ROOT / "seeds" / "001_26f0ad0b6a8edf90.txt").read_text(encoding="utf-8")
    assert page.locator(".source-body").evaluate("body => body.textContent") == whole


def test_the_same_citation_clicked_again_after_scrolling_away_comes_back(page: Page) -> None:
    ask(page, "Who commands Iraq's Counter-Terrorism Service?")
    citation = page.locator(".answer").last.locator(".opener").first
    citation.click()
    expect(page.locator("mark#quote")).to_be_visible()
    page.wait_for_timeout(700)
    page.locator(".source-body").evaluate("body => { body.scrollTop = 0; }")
    assert not is_on_screen(page, "mark#quote")
    citation.click()
    page.wait_for_timeout(900)
    assert is_on_screen(page, "mark#quote")


def test_what_the_documents_do_not_say_is_said_to_be_so_with_the_nearest_passages(page: Page) -> None:
    ask(page, "Where was Qasem Soleimani buried?")
    answer = page.locator(".answer").last
    expect(answer).to_contain_text("The documents don’t say. They come near it")
    assert answer.locator("details li").count() == 3
    assert answer.locator("mark").count() == 0


def test_where_nothing_is_near_no_passage_is_shown(page: Page) -> None:
    ask(page, "Who painted the Mona Lisa?")
    answer = page.locator(".answer").last
    expect(answer).to_contain_text("The documents don’t say. Nothing in them is near this question.")
    assert answer.locator("details").count() == 0


def test_an_example_is_asked_by_a_click_and_documents_are_listed_and_opened(page: Page) -> None:
    expect(page.locator(".documents .opener")).to_have_count(5)
    page.locator(".documents .opener").nth(4).click()
    expect(page.locator(".source-head h2")).to_contain_text("An American call to treat")
    assert page.locator(".furniture").count() > 0
    page.get_by_role("button", name="All documents").click()
    expect(page.locator(".documents .opener")).to_have_count(5)
    example = page.locator("button.example").first
    asked = example.inner_text()
    example.click()
    expect(page.locator(".answer:not(.busy)")).to_have_count(1, timeout=30_000)
    expect(page.locator(".question")).to_have_text(asked)
    expect(page.locator(".answer mark").first).to_be_visible()


@pytest.mark.parametrize("question", ["?!…", "   ", "x" * 100_000], ids=["punctuation", "blank", "100,000 characters"])
def test_a_question_that_cannot_be_asked_gets_a_reason_and_the_page_goes_on(page: Page, question: str) -> None:
    ask(page, question)
    expect(page.locator(".answer.error")).to_be_visible()
    ask(page, "How many US troops are still in Iraq?")
    expect(page.locator(".answer").last).to_contain_text("2,500 US troops")


def test_a_new_chat_is_empty_and_can_be_asked(page: Page) -> None:
    ask(page, "Who painted the Mona Lisa?")
    page.get_by_role("button", name="New chat").click()
    expect(page.locator(".question")).to_have_count(0)
    ask(page, "How many US troops are still in Iraq?")
    expect(page.locator(".question")).to_have_count(1)


def test_two_people_do_not_see_each_others_conversation(browser: Browser, served: Server) -> None:
    for first in opened(browser, served.url):
        ask(first, "Who painted the Mona Lisa?")
        for second in opened(browser, served.url):
            expect(second.locator(".question")).to_have_count(0)
            ask(second, "How many US troops are still in Iraq?")
        expect(first.locator(".question")).to_have_text(["Who painted the Mona Lisa?"])


def test_markup_in_a_question_is_shown_and_not_run(page: Page) -> None:
    question = "Does <script>window.hacked=1</script> <img src=x onerror=window.hacked=1> stand in Iraq?"
    ask(page, question)
    expect(page.locator(".question").last).to_have_text(question)
    assert page.evaluate("window.hacked") is None


def test_a_phone_gets_the_quote_on_screen_too(browser: Browser, served: Server) -> None:
    for page in opened(browser, served.url, width=390, height=844):
        ask(page, "Who commands Iraq's Counter-Terrorism Service?")
        page.locator(".answer").last.locator(".opener").first.click()
        expect(page.locator("mark#quote")).to_be_visible()
        page.wait_for_timeout(900)
        assert is_on_screen(page, "mark#quote")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_receipt_is_to_be_had_from_the_pages_api(served: Server) -> None:
    from gradio_client import Client

    receipt = Client(served.url, verbose=False).predict("How many US troops are still in Iraq?", api_name="/ask")
    assert receipt["found"]
    first = receipt["citations"][0]
    data = (ROOT / "seeds" / first["document"]["id"]).read_bytes()
    assert data[first["byte_start"] : first["byte_end"]].decode() == first["quote"]
    assert "2,500 US troops" in first["quote"]


def test_a_second_start_embeds_nothing_again(served: Server, tmp_path: Path) -> None:
    """The seeds' index is saved by the first start; the second must not ask the embedder for a passage."""
    code = """
from qa.embed import SentenceTransformerEmbedder
from qa.library import Library
def refuse(self, texts): raise SystemExit("embedded again")
SentenceTransformerEmbedder.embed_passages = refuse
print(len(Library.open("seeds", index="vector_store/saved").passages))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 10


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "rules.txt").write_text(HOSTILE, encoding="utf-8")
    lines = (
        f"Line {n} of the long report tells of harvest number {n * 7919 % 10007} in valley {n}.\n"
        for n in range(16_000)
    )
    long = "".join(lines)
    (folder / "long.txt").write_text(long, encoding="utf-8")
    code = """
from qa.embed import HashingEmbedder
from qa.library import Library
from qa.ui import serve
serve(Library.from_folder(sys.argv[0], embedder=HashingEmbedder()))
"""
    server = Server(code, str(folder))
    yield server, folder
    assert "OUTSIDE" not in server.stop()


def test_a_document_full_of_markup_is_shown_to_the_letter(browser: Browser, hostile: tuple[Server, Path]) -> None:
    server, _ = hostile
    for page in opened(browser, server.url):
        page.locator("button[data-open='rules.txt']").click()
        expect(page.locator(".source-body")).to_be_visible()
        assert page.locator(".source-body").evaluate("body => body.textContent") == HOSTILE
        ask(page, "What is the fee for members and guests in the rules of the club?")
        assert page.evaluate("window.hacked") is None
        assert page.locator(".source-body img, .answer img, .answer script").count() == 0


def test_a_megabyte_opens_at_the_quote(browser: Browser, hostile: tuple[Server, Path]) -> None:
    server, folder = hostile
    size = (folder / "long.txt").stat().st_size
    assert size > 1_000_000
    text = (folder / "long.txt").read_text(encoding="utf-8")
    start = text.index("Line 9000 ")
    for page in opened(browser, server.url):
        page.locator("button[data-open='long.txt']").evaluate(
            "(button, [start, end]) => { button.dataset.start = start; button.dataset.end = end; button.click(); }",
            [start, start + 40],
        )
        expect(page.locator("mark#quote")).to_contain_text("Line 9000 of the long report", timeout=10_000)
        page.wait_for_timeout(900)
        assert is_on_screen(page, "mark#quote")


def test_a_taken_port_gives_the_next_one_or_a_clear_message(served: Server) -> None:
    taken = int(served.address.split(":")[1].strip("/"))
    done = subprocess.run(
        [sys.executable, "-m", "qa", "serve", "--index", "vector_store/saved", "--port", str(taken)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert f"port {taken} is taken" in done.stderr


def test_a_page_elsewhere_cannot_reach_it_under_another_name(served: Server) -> None:
    import httpx

    assert httpx.get(served.url).status_code == 200
    assert httpx.get(served.url, headers={"Host": "evil.example"}).status_code == 403
    info = json.loads(httpx.get(served.url + "gradio_api/info").text)
    assert info["named_endpoints"].keys() == {"/ask", "/documents", "/search", "/verify"}
