"""The library in the page: documents are added and removed, and answers judged, while it is asked."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from qa.evaluation.questions import read_questions
from tests.browsing import ROOT, Server, ask, needs_a_browser, opened

pytestmark = needs_a_browser

LEASE = "The lease of the house at the mill ends on 31 May. The rent is due on the first of the month.\n"
WARRANTY = "The warranty lasts 24 months from the day of delivery. It covers parts and labour.\n"
SERVE = """
from pathlib import Path
from qa.library import Library
from qa.live import Live
from qa.ui import serve
index = Path(sys.argv[1])
serve(Live(Library.open(sys.argv[0], index=index), index=index))
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    (folder / "own").mkdir()
    (folder / "own" / "lease.txt").write_text(LEASE, encoding="utf-8")
    (folder / "warranty.txt").write_text(WARRANTY, encoding="utf-8")
    (folder / "noise.bin").write_bytes(bytes(range(256)) * 8)
    return folder


@pytest.fixture(scope="module")
def writable(home: Path) -> Iterator[Server]:
    server = Server(SERVE, str(home / "own"), str(home / "index"))
    yield server
    assert "OUTSIDE" not in server.stop()


@pytest.fixture
def page(browser: Browser, writable: Server) -> Iterator[Page]:
    yield from opened(browser, writable.url)


def add(page: Page, *files: Path) -> None:
    if not page.locator("#add").is_visible():
        page.locator("#adding button").first.click()
    page.locator("#add input[type=file]").set_input_files(files)
    expect(page.locator("#steps .done")).to_be_visible(timeout=60_000)


def test_files_are_added_with_a_reason_for_each_refusal_asked_and_removed_again(page: Page, home: Path) -> None:
    shutil.copy(ROOT / "tests" / "data" / "handbook.pdf", home)
    add(page, home / "warranty.txt", home / "noise.bin", home / "handbook.pdf")
    expect(page.locator("#steps .added")).to_have_count(2)
    expect(page.locator("#steps .refused")).to_contain_text("noise.bin")
    expect(page.locator(".documents h2")).to_have_text("3 documents")
    assert ask(page, "How long does the warranty last?").locator(".short").inner_text() == "24 months"
    page.locator(".answer .opener").first.click()
    expect(page.locator("mark#quote")).to_contain_text("24 months")
    page.get_by_role("button", name="All documents").click()

    follow_up = ask(page, "What does it cover?")
    expect(follow_up.locator(".understood")).to_contain_text("Understood as: What does the warranty cover?")
    follow_up.get_by_role("button", name="Ask as I typed it").click()
    expect(page.locator(".question")).to_have_count(3)
    expect(page.locator(".answer[data-receipt]")).to_have_count(3, timeout=30_000)
    assert page.locator(".answer").last.locator(".understood").count() == 0

    page.reload()  # the page is made when the program starts; the list is not
    expect(page.locator(".documents h2")).to_have_text("3 documents", timeout=30_000)
    add(page, home / "warranty.txt")
    expect(page.locator("#steps")).to_contain_text("already here")

    for name, consequence in [("warranty.txt", "The uploaded file is deleted."), ("Staff handbook", "is deleted.")]:
        page.get_by_role("button", name=f"Remove {name}").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text(consequence)
        dialog.get_by_role("button", name="Keep").click()
        expect(page.get_by_role("button", name=f"Remove {name}")).to_be_focused()
        page.get_by_role("button", name=f"Remove {name}").click()
        page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        expect(page.get_by_role("button", name=f"Remove {name}")).to_have_count(0)
    expect(page.locator(".documents h2")).to_have_text("1 document")
    assert list((home / "index" / "uploaded").iterdir()) == []
    expect(ask(page, "How long does the warranty last?")).not_to_contain_text("24 months")


def test_an_answer_whose_document_was_removed_is_kept_and_said_to_be_old(page: Page, home: Path) -> None:
    (home / "tides.txt").write_text("The tide at the old harbour turns at 14:05 on market days.\n", encoding="utf-8")
    add(page, home / "tides.txt")
    expect(ask(page, "When does the tide turn at the old harbour?")).to_contain_text("14:05")
    page.get_by_role("button", name="Remove tides.txt").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.locator(".documents h2")).to_have_text("1 document")
    page.reload()
    old = page.locator(".answer.gone")
    expect(old).to_contain_text("have changed since or are no longer here", timeout=30_000)
    expect(old).to_contain_text("The tide at the old harbour turns at 14:05")
    assert old.locator("[data-open]").count() == 0


def test_what_people_say_of_answers_makes_a_question_set(page: Page, home: Path) -> None:
    right = ask(page, "When does the lease of the house at the mill end?")
    right.get_by_role("button", name="Right").click()
    expect(right.get_by_role("button", name="Right")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#status")).to_contain_text("feedback.jsonl")

    wrong = ask(page, "When is the rent of the house due?")
    wrong.get_by_role("button", name="Wrong").click()
    expect(page.locator("#status")).to_contain_text("Which words are right?")
    wrong.locator(".opener").first.click()
    expect(page.locator("mark#quote")).to_be_visible()
    page.evaluate("""() => {
        const part = document.querySelector('.source-body .part');
        const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
        while (walker.nextNode() && !walker.currentNode.data.includes('the month')) {}
        const at = walker.currentNode.data.indexOf('the month');
        getSelection().setBaseAndExtent(walker.currentNode, at, walker.currentNode, at + 'the month'.length);
    }""")
    page.get_by_role("button", name="The selected words are the answer").click()
    expect(page.locator("#status")).to_contain_text("feedback.jsonl")

    said = ask(page, "Who owns the house at the mill?")
    answered = said.locator("mark").count() > 0
    verdict = said.get_by_role("button", name="The documents don’t say" if answered else "Right")
    verdict.click()
    expect(verdict).to_have_attribute("aria-pressed", "true")

    found = read_questions(home / "index" / "feedback.jsonl").questions
    assert [question.answerable for question in found] == [True, True, False]
    assert "31 May" in found[0].gold[0].text
    gold = found[1].gold[0]
    assert (gold.text, gold.doc_id, gold.start) == ("the month", "lease.txt", LEASE.index("the month"))


def test_citations_are_copied_in_three_forms_and_the_conversation_saved_in_three(page: Page, home: Path) -> None:
    answer = ask(page, "When does the lease of the house at the mill end?")
    for style, begins in [("Text", "“The lease of the house"), ("Markdown", "> The lease of the house")]:
        answer.get_by_role("button", name=style, exact=True).first.click()
        expect(page.locator("#status")).to_have_text("Copied.")
        assert page.evaluate("navigator.clipboard.readText()").startswith(begins)
        page.evaluate("document.getElementById('status').textContent = ''")
    answer.get_by_role("button", name="BibTeX").first.click()
    expect(page.locator("#status")).to_contain_text("not known well enough for BibTeX")

    texts = {}
    for kind in ("As a page (HTML)", "As Markdown", "Receipts (JSON)"):
        page.locator("#tools .menu summary", has_text="Save").click()
        with page.expect_download() as download:
            page.locator("#tools").get_by_role("button", name=kind).click()
        texts[kind] = Path(download.value.path()).read_text(encoding="utf-8")
        page.keyboard.press("Escape")
    assert "<h2" in texts["As a page (HTML)"]
    assert "The lease of the house" in texts["As Markdown"]
    (receipt,) = json.loads(texts["Receipts (JSON)"])
    assert receipt["citations"][0]["document"]["id"] == "lease.txt"
