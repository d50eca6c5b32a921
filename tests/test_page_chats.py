"""Conversations stay what they are: opened while an answer is under way, and after the program was started anew."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browsing import Server, ask, needs_a_browser, opened, question_box

pytestmark = needs_a_browser

LEASE = "The lease ends on 31 May.\nThe rent is due on the first of the month.\n"
BEES = "Bees make honey in summer, and a hive of them makes more of it than a family can eat.\n"
ENDS, DUE, HONEY = "When does the lease end?", "When is the rent due?", "What do bees make slowly in summer?"
# Whatever is asked "slowly" takes two seconds, as it may where several people ask; so does taking up a kept chat.
CODE = """
import time
from qa.embed import HashingEmbedder
from qa.library import Library
from qa.read import SentenceReader
from qa.ui import page, serve
ask_after, again = page.ask_after, page.Conversation.again
def slowly(library, question, *rest, **options):
    time.sleep(2 if "slowly" in question else 0)
    return ask_after(library, question, *rest, **options)
def long(kept, *rest):
    time.sleep(2 if "slowly" in str(kept) else 0)
    return again(kept, *rest)
page.ask_after, page.Conversation.again = slowly, long
embedder = HashingEmbedder()
library = Library.from_folder(sys.argv[0], embedder=embedder, reader=SentenceReader(embedder))
serve(library, port=int(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chats")
    (folder / "lease.txt").write_text(LEASE, encoding="utf-8")
    (folder / "bees.txt").write_text(BEES, encoding="utf-8")
    return folder


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])


@pytest.fixture(scope="module")
def slow(folder: Path) -> Iterator[Server]:
    server = Server(CODE, str(folder), free_port())
    yield server
    server.stop()


@pytest.fixture
def page(browser: Browser, slow: Server) -> Iterator[Page]:
    yield from opened(browser, slow.url)


def kept(page: Page) -> list[list[str]]:
    """The questions of every chat that the browser keeps, oldest first."""
    chats = json.loads(page.evaluate("localStorage.getItem(Object.keys(localStorage)[0])"))
    return [[turn["asked"] for turn in chat["turns"]] for chat in chats]


def ask_slowly(page: Page) -> None:
    """Ask, and do not wait for the answer."""
    question_box(page).fill(HONEY)
    question_box(page).press("Enter")
    expect(page.locator(".answer.busy")).to_be_visible()


def test_a_new_chat_while_an_answer_is_under_way_holds_nothing_of_the_old_one(page: Page) -> None:
    ask(page, ENDS)
    ask_slowly(page)
    page.get_by_role("button", name="New chat").click()
    expect(page.locator(".question")).to_have_count(0)
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_enabled()
    ask(page, DUE)
    page.wait_for_timeout(3_000)
    expect(page.locator(".question")).to_have_text([DUE])
    assert kept(page) == [[ENDS], [DUE]]


def test_a_question_that_overtakes_the_opening_of_its_chat_is_answered(page: Page) -> None:
    late: list[Route] = []

    def hold_the_opening(route: Route) -> None:
        sent = route.request.post_data or ""
        if '"turns"' in sent and '"question"' not in sent:
            late.append(route)
        else:
            route.continue_()

    page.route("**/gradio_api/**", hold_the_opening)
    page.get_by_role("button", name="New chat").click()
    ask_slowly(page)
    page.wait_for_timeout(700)  # meanwhile it is asked once more, with all turns
    assert late
    late[0].continue_()
    expect(page.locator(".answer:not(.busy)")).to_have_count(1)
    expect(page.locator(".question")).to_have_text([HONEY])
    assert kept(page) == [[HONEY]]


def test_a_question_that_was_lost_on_its_way_is_sent_again(page: Page) -> None:
    sent: list[str] = []

    def lose_the_first(route: Route) -> None:
        question = json.loads(route.request.post_data or "{}").get("event_data") or {}
        if "question" not in question:
            return route.continue_()
        sent.append(question["id"])
        return route.fulfill(json={"event_id": "lost"}) if len(sent) == 1 else route.continue_()

    page.route("**/gradio_api/queue/join*", lose_the_first)
    question_box(page).fill(ENDS)
    question_box(page).press("Enter")
    expect(page.locator(".answer:not(.busy)")).to_contain_text("The lease ends on 31 May.", timeout=15_000)
    assert len(sent) == 2
    assert len(set(sent)) == 1
    page.wait_for_timeout(9_000)  # by then it would have been sent once more
    assert len(sent) == 2
    assert kept(page) == [[ENDS]]


def test_a_question_whose_answer_was_lost_on_its_way_is_answered_once(page: Page) -> None:
    broken = []

    def break_off_the_first(route: Route) -> None:
        broken.append(route.request.url)
        route.abort() if len(broken) == 1 else route.continue_()

    page.route("**/gradio_api/queue/data*", break_off_the_first)
    question_box(page).fill(ENDS)
    question_box(page).press("Enter")
    expect(page.locator(".answer:not(.busy)")).to_contain_text("The lease ends on 31 May.", timeout=15_000)
    assert len(broken) > 1
    page.wait_for_timeout(9_000)  # by then it would have been sent once more
    ask(page, DUE)
    expect(page.locator(".question")).to_have_text([ENDS, DUE])
    assert kept(page) == [[ENDS, DUE]]


def test_a_question_typed_while_the_connection_is_lost_is_answered(page: Page) -> None:
    page.route("**/gradio_api/queue/data*", lambda route: route.abort(), times=1)
    with page.expect_console_message(lambda said: "Connection errored out" in said.text):
        page.reload()
    question_box(page).fill(DUE)  # from now on Gradio passes over whatever is done, until it makes the page anew
    question_box(page).press("Enter")
    expect(page.locator(".answer:not(.busy)")).to_contain_text("The rent is due", timeout=15_000)
    assert kept(page) == [[DUE]]


def test_an_earlier_chat_opened_while_an_answer_is_under_way_goes_on_by_itself(page: Page) -> None:
    ask(page, ENDS)
    page.get_by_role("button", name="New chat").click()
    expect(page.locator(".question")).to_have_count(0)
    ask_slowly(page)
    page.locator("#earlier summary").click()
    page.locator("#earlier").get_by_role("button", name=ENDS).first.click()
    expect(page.locator(".question")).to_have_text([ENDS])
    page.wait_for_timeout(3_000)
    expect(page.locator(".question")).to_have_text([ENDS])
    ask(page, DUE)
    expect(page.locator(".question")).to_have_text([ENDS, DUE])
    assert kept(page) == [[ENDS, DUE]]


def test_what_is_clicked_while_an_answer_is_under_way_is_not_asked_as_well(page: Page) -> None:
    ask(page, ENDS)
    ask_slowly(page)
    page.get_by_role("button", name="Ask again").click()
    question_box(page).fill(DUE)
    question_box(page).press("Enter")
    expect(page.locator(".answer[data-receipt]")).to_have_count(2)
    page.wait_for_timeout(1_000)
    expect(page.locator(".question")).to_have_text([ENDS, HONEY])
    expect(page.locator(".answer")).to_have_count(2)
    expect(question_box(page)).to_have_value(DUE)


def test_what_is_asked_while_a_chat_is_being_opened_belongs_to_it(page: Page) -> None:
    ask_slowly(page)
    expect(page.locator(".answer[data-receipt]")).to_have_count(1)
    page.get_by_role("button", name="New chat").click()
    expect(page.locator(".question")).to_have_count(0)
    ask(page, ENDS)
    page.locator("#earlier summary").click()
    page.locator("#earlier").get_by_role("button", name=HONEY).first.click()
    question_box(page).fill(DUE)
    question_box(page).press("Enter")
    page.wait_for_timeout(3_000)
    expect(page.locator(".question")).to_have_text([HONEY, DUE])
    expect(page.locator(".answer[data-receipt]")).to_have_count(2)
    assert kept(page) == [[ENDS], [HONEY, DUE]]


def test_what_is_asked_before_the_script_is_there_is_answered(browser: Browser, slow: Server) -> None:
    early = browser.new_context()
    early.add_init_script("""new MutationObserver((_, watching) => {
        const box = document.querySelector('#question input');
        if (!box) return;
        watching.disconnect();
        box.value = 'When does the lease end?';
        box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    }).observe(document, { childList: true, subtree: true })""")
    page = early.new_page()
    page.goto(slow.url)
    expect(page.locator(".answer:not(.busy)")).to_contain_text("The lease ends on 31 May.")
    assert kept(page) == [[ENDS]]
    early.close()


def test_a_new_chat_while_another_is_being_opened_stays_new(page: Page) -> None:
    ask_slowly(page)
    expect(page.locator(".answer[data-receipt]")).to_have_count(1)
    page.get_by_role("button", name="New chat").click()
    page.locator("#earlier summary").click()
    page.locator("#earlier").get_by_role("button", name=HONEY).first.click()
    page.get_by_role("button", name="New chat").click()
    page.wait_for_timeout(3_000)
    expect(page.locator(".question")).to_have_count(0)
    ask(page, ENDS)
    expect(page.locator(".question")).to_have_text([ENDS])
    assert kept(page) == [[HONEY], [ENDS]]


def test_a_conversation_goes_on_after_the_program_was_started_anew(browser: Browser, folder: Path) -> None:
    port = free_port()
    server = Server(CODE, str(folder), port)
    every = [ENDS, DUE, "What do bees make?", "Who eats honey?"]
    try:
        for page in opened(browser, server.url):
            ask(page, every[0])
            ask(page, every[1])
            for question in every[2:]:
                server.stop()
                server = Server(CODE, str(folder), port)
                question_box(page).fill(question)
                question_box(page).press("Enter")
                expect(page.locator(".question").last).to_have_text(question)
                expect(page.locator(".answer.busy")).to_have_count(0)
            expect(page.locator(".question")).to_have_text(every)
            expect(page.locator(".answer[data-receipt]")).to_have_count(4)
            assert kept(page) == [every]
            page.reload()
            expect(page.locator(".question")).to_have_text(every)
    finally:
        server.stop()
