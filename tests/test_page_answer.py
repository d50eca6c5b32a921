"""What can be seen of an answer, and done with it; and the conversations that the browser keeps."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from qa.receipt import verify
from tests.browsing import ROOT, Server, ask, needs_a_browser, opened, question_box

pytestmark = needs_a_browser

COMMANDS = "Who commands Iraq's Counter-Terrorism Service?"
TROOPS = "How many US troops are still in Iraq?"
UNDERSTOOD = "Who visited Iraq's Counter-Terrorism Service’s headquarters?"


@pytest.fixture
def page(browser: Browser, served: Server) -> Iterator[Page]:
    yield from opened(browser, served.url)


def copied(page: Page) -> str:
    expect(page.locator("#status")).to_have_text("Copied.")
    return str(page.evaluate("navigator.clipboard.readText()"))


def saved(page: Page, name: str) -> str:
    with page.expect_download() as download:
        page.get_by_role("button", name=name, exact=True).last.click()
    return Path(download.value.path()).read_text(encoding="utf-8")


# At a glance


def test_the_very_answer_is_large_and_its_numbers_show_their_quotes_under_the_pointer(page: Page) -> None:
    answer = ask(page, TROOPS)
    expect(answer.locator(".short")).to_contain_text("2,500")
    sizes = [
        answer.locator(part).first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
        for part in (".short", "blockquote")
    ]
    assert sizes[0] > 1.4 * sizes[1]
    chip = answer.locator(".chip").first
    expect(chip.locator(".hover")).not_to_be_visible()
    chip.hover()
    expect(chip.locator(".hover")).to_be_visible()
    expect(chip.locator(".hover")).to_contain_text("2,500 US troops")
    page.mouse.move(0, 0)
    chip.get_by_role("button").focus()
    expect(chip.locator(".hover")).to_be_visible()
    chip.get_by_role("button").click()
    expect(page.locator("mark#quote")).to_contain_text("2,500 US troops")


def test_confidence_says_what_it_means_and_what_speaks_for_the_answer_is_drawn(page: Page) -> None:
    answer = ask(page, TROOPS)
    assert 0.5 < float(answer.locator("meter").get_attribute("value") or 0) <= 1
    expect(answer.locator(".sure")).to_contain_text("of 10 quotes about this sure held the answer")
    why = answer.locator(".why")
    expect(why.locator("ul")).not_to_be_visible()
    why.locator("summary").click()
    kinds = [item.split("\n")[0] for item in why.locator("li > span:first-child").all_inner_texts()]
    assert kinds == ["Meaning", "Words", "Passage found", "Place in passage", "Reader"]
    second = answer.locator(".second")
    expect(second.locator("blockquote").first).not_to_be_visible()
    second.locator("summary").click()
    expect(second.locator("blockquote").first).to_be_visible()


# What can be done with it


def test_a_question_can_be_asked_again_and_edited(page: Page) -> None:
    answer = ask(page, TROOPS)
    answer.get_by_role("button", name="Ask again").click()
    expect(page.locator(".question")).to_have_text([TROOPS, TROOPS])
    expect(page.locator(".answer[data-receipt]")).to_have_count(2, timeout=30_000)
    page.locator(".answer").first.get_by_role("button", name="Edit the question").click()
    expect(question_box(page)).to_have_value(TROOPS)
    expect(question_box(page)).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("Backspace")
    page.keyboard.type(" today?")
    page.keyboard.press("Enter")
    expect(page.locator(".question").last).to_have_text("How many US troops are still in Iraq today?")


def test_a_link_opens_the_same_question_of_the_same_documents(browser: Browser, page: Page, served: Server) -> None:
    page.locator("[data-only='001_26f0ad0b6a8edf90.txt']").click()
    expect(page.locator("#asked-only")).to_contain_text("in 001_26f0ad0b6a8edf90.txt")
    answer = ask(page, COMMANDS)
    expect(answer).to_contain_text("Asked only: documents in 001_26f0ad0b6a8edf90.txt")
    answer.get_by_role("button", name="Copy a link").click()
    link = copied(page)
    assert link.startswith(served.url)
    for other in opened(browser, served.url, path=link.removeprefix(served.url)):
        expect(other.locator(".question")).to_have_text(COMMANDS)
        expect(other.locator(".answer[data-receipt]")).to_contain_text(
            "Asked only: documents in 001_26f0ad", timeout=30_000
        )


def test_a_follow_up_is_linked_to_and_asked_again_as_it_was_understood_with_its_own_filter(
    browser: Browser, page: Page, served: Server
) -> None:
    ask(page, COMMANDS)
    page.locator("#only button").first.click()
    page.get_by_label("From").fill("2020")
    answer = ask(page, "Who visited its headquarters?")
    expect(answer).to_contain_text(UNDERSTOOD)
    page.get_by_role("button", name="Ask all").click()
    answer.get_by_role("button", name="Copy a link").click()
    for other in opened(browser, served.url, path=copied(page).removeprefix(served.url)):
        expect(other.locator(".question")).to_have_text(UNDERSTOOD)
        expect(other.locator(".answer[data-receipt]")).to_contain_text("Asked only: documents from 2020")
    answer.get_by_role("button", name="Ask again").click()
    expect(page.locator(".question").last).to_have_text(UNDERSTOOD)
    expect(page.locator(".answer[data-receipt]")).to_have_count(3, timeout=30_000)
    expect(page.locator(".answer").last).to_contain_text("Asked only: documents from 2020")
    expect(page.locator(".answer").last.locator(".understood")).to_have_count(0)


def test_the_receipt_that_is_saved_stands(page: Page) -> None:
    ask(page, TROOPS)
    content = json.loads(saved(page, "Receipt (JSON)"))
    assert [verdict.standing for verdict in verify(content, ROOT / "seeds")][:1] == ["stands"]


def test_which_documents_are_asked_is_shown_until_it_is_undone(page: Page) -> None:
    expect(page.locator("#asked-only")).not_to_be_visible()
    page.locator("#only button").first.click()
    page.get_by_label("From").fill("2021")
    expect(page.locator("#asked-only")).to_contain_text("Asking only documents from 2021")
    expect(ask(page, TROOPS)).to_contain_text("Asked only: documents from 2021")
    page.get_by_role("button", name="Ask all").click()
    expect(page.locator("#asked-only")).not_to_be_visible()
    expect(ask(page, TROOPS)).not_to_contain_text("Asked only")


# What the browser keeps


def test_a_conversation_is_there_again_after_a_reload_and_goes_on(page: Page) -> None:
    ask(page, TROOPS)
    ask(page, "Who painted the Mona Lisa?")
    before = page.locator(".answer").first.inner_text()
    page.reload()
    expect(page.locator(".question")).to_have_text([TROOPS, "Who painted the Mona Lisa?"], timeout=30_000)
    assert page.locator(".answer").first.inner_text() == before
    page.locator(".answer .opener").first.click()
    expect(page.locator("mark#quote")).to_contain_text("2,500 US troops")
    ask(page, COMMANDS)
    expect(page.locator(".question")).to_have_count(3)


def test_earlier_chats_can_be_opened_and_forgotten(page: Page) -> None:
    menu = page.locator("#earlier")
    menu.locator("summary").click()
    expect(menu).to_contain_text("No earlier chats in this browser.")
    ask(page, TROOPS)
    page.get_by_role("button", name="New chat").click()
    expect(page.locator(".question")).to_have_count(0)
    ask(page, COMMANDS)
    menu.locator("summary").click()
    expect(menu.locator("li")).to_have_count(2)
    menu.get_by_role("button", name=TROOPS).first.click()
    expect(page.locator(".question")).to_have_text(TROOPS)
    expect(menu.locator("div")).not_to_be_visible()
    menu.locator("summary").click()
    menu.get_by_role("button", name=f"Forget the chat “{TROOPS}”").click()
    expect(menu.locator("li")).to_have_count(1)
    expect(page.locator(".question")).to_have_count(0)
    page.reload()
    expect(page.locator(".question")).to_have_text(COMMANDS, timeout=30_000)


def test_two_tabs_do_not_take_each_others_conversations_away(page: Page, served: Server) -> None:
    ask(page, TROOPS)
    other = page.context.new_page()
    other.goto(served.url)
    expect(other.locator(".question")).to_have_text(TROOPS, timeout=30_000)
    ask(page, "Who painted the Mona Lisa?")
    ask(other, COMMANDS)
    for tab in (page, other):
        tab.locator("#earlier summary").click()
        expect(tab.locator("#earlier li")).to_have_count(2)
        expect(tab.locator("#earlier li", has_text="2 questions")).to_have_count(2)
    page.get_by_role("button", name="Forget all").click()
    expect(page.locator("#earlier li")).to_have_count(0)


def test_what_another_program_put_in_the_browsers_memory_does_no_harm(page: Page) -> None:
    ask(page, TROOPS)
    turns = [{"asked": 3}, {"asked": "<img src=x>", "receipt": "{}"}]
    for nonsense in ("3", "{", "[4, null]", json.dumps([{"id": "1", "at": "x", "turns": turns}])):
        page.evaluate("text => localStorage.setItem(Object.keys(localStorage)[0], text)", nonsense)
        page.reload()
        expect(ask(page, TROOPS).locator(".short")).to_contain_text("2,500")
        page.reload()
        expect(page.locator(".question")).to_have_text(TROOPS, timeout=30_000)
