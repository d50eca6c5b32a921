import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from qa.evaluation.compare import Difference, compare_runs
from qa.evaluation.failures import context, failures
from qa.evaluation.gold import Fault
from qa.evaluation.outcomes import FAILURES, Failure, Outcome, Quoted
from qa.evaluation.questions import Gold
from qa.evaluation.report import headline, to_html, verdict
from qa.evaluation.run import Run, flat, timings
from qa.evaluation.scores import BY_NAME

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
REQUIRED = os.environ.get("CHAPTERVERSE_BROWSER") == "required"
HOSTILE = '</script></mark><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>{{ 7*7 }}&amp;'

TEXT = "The lease begins on 1 June. The lease ends on 31 May. The rent is due on the first day of every month."
TEXTS = {"lease.txt": TEXT, "house.txt": "The house has two floors and a garden."}
GOLD = Gold("The lease ends on 31 May.", "lease.txt", 28)
RIGHT = Quoted("lease.txt", "lease.txt, line 1", 28, 53, "The lease ends on 31 May.", 0.8, (0,))
WRONG = Quoted("lease.txt", "lease.txt, line 1", 0, 27, "The lease begins on 1 June.", 0.7, ())
ELSEWHERE = Quoted("house.txt", "house.txt, line 1", 0, 38, "The house has two floors and a garden.", 0.6, ())


def outcome(number: int, failure: Failure = "", **changes: Any) -> Outcome:
    answerable = failure != "answered what has no answer"
    refused = failure == "refused wrongly"
    first = RIGHT if failure in ("", "refused wrongly") else WRONG
    values = {"quote_hit@1": float(first is RIGHT), "quote_hit@3": 1.0, "wrong_refusal": float(refused)}
    made = Outcome(
        id=f"q{number}",
        question=f"When does lease {number} end?",
        answerable=answerable,
        gold=(GOLD,) if answerable else (),
        gold_documents=int(answerable),
        fields={"kind": "date"},
        refused=refused,
        confidence=0.75 if failure == "" else 0.25,
        quotes=(first, ELSEWHERE) if answerable else (WRONG, ELSEWHERE),
        values=values if answerable else {"false_answer": 1.0, "verbatim": 1.0},
        failure=failure,
    )
    return replace(made, **changes)


def run_of(*outcomes: Outcome, of: int | None = None, **changes: Any) -> Run:
    made = Run(
        "leases",
        {"code": {"version": "0.1.0", "sha256": "c0de" * 16}, "index": {"sha256": "1d" * 32, "passages": 3}},
        {"by": ["kind"], "top": 3, "threshold": 0.5},
        len(outcomes) if of is None else of,
        (),
        outcomes,
        timings([], when="2026-11-22T10:00:00+00:00"),
    )
    return replace(made, **changes)


EVERY = run_of(outcome(0), outcome(1), *(outcome(number, failure) for number, failure in enumerate(FAILURES, start=2)))


class Parsed(HTMLParser):
    """The elements of a page, the words that are seen of it, and what its data say."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.data = ""
        self.within = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self.within = dict(attrs).get("id") or tag

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.within = ""

    def handle_data(self, data: str) -> None:
        if self.within == "data":
            self.data += data
        elif not self.within:
            self.words += f" {data}"

    @property
    def said(self) -> str:
        return " ".join(self.words.split())


def test_the_same_run_makes_the_same_page_to_the_byte() -> None:
    again = run_of(*EVERY.outcomes)
    assert to_html(EVERY, TEXTS) == to_html(again, dict(reversed(TEXTS.items())))


def test_the_page_asks_nobody_for_anything() -> None:
    html = to_html(EVERY, TEXTS, compare_runs(EVERY, EVERY))
    for tag, attributes in Parsed(html).elements:
        assert tag not in ("img", "iframe", "object", "embed", "video", "audio", "base")
        for name in ("src", "href", "xlink:href", "action", "srcset"):
            assert (attributes.get(name) or "#").startswith(("#", "data:,")), (tag, attributes)
    assert "@import" not in html
    assert all(target.startswith("#") for target in re.findall(r"url\((.*?)\)", html))
    assert "default-src 'none'" in html


def test_every_chart_variable_is_set_for_light_and_for_dark() -> None:
    html = to_html(EVERY, TEXTS)
    for name in set(re.findall(r"var\((--[\w-]+)", html)):
        assert html.count(f"{name}: #") == 2, name


def test_what_is_shown_equals_the_scores() -> None:
    said = Parsed(to_html(EVERY, TEXTS)).said
    for name, score in EVERY.scores.items():
        numbers = f"{score.value:.3f} {score.low:.3f} – {score.high:.3f} {score.questions}"
        assert f"{BY_NAME[name].meaning} {numbers}" in said
    assert EVERY.scores["quote_hit@1"].value == 0.5  # three of six: two did not fail, one was refused
    assert "quote hit@1 0.500" in said


def test_a_measure_of_which_less_is_better_says_so() -> None:
    said = Parsed(to_html(EVERY, TEXTS)).said
    assert f"{BY_NAME['wrong_refusal'].title} lower is better" in said
    assert f"{BY_NAME['quote_hit@1'].title} lower is better" not in said


def test_the_slices_are_those_of_the_run() -> None:
    said = Parsed(to_html(EVERY, TEXTS)).said
    found = EVERY.slices["answerable"]["yes"]["quote_hit@1"]
    assert f"By answerable answerable {BY_NAME['quote_hit@1'].title}" in said
    assert f"yes {found.value:.3f} {found.low:.3f} – {found.high:.3f}, {found.questions}" in said
    assert "By kind" not in said  # all of one kind: nothing to compare


def test_an_incomplete_run_is_said_to_be_so() -> None:
    assert "incomplete" not in Parsed(to_html(EVERY, TEXTS)).said
    said = Parsed(to_html(run_of(outcome(1), of=1200), TEXTS)).said
    assert "This run is incomplete. 1 of 1,200 questions were asked" in said


def test_a_run_that_asked_nothing_has_a_page() -> None:
    said = Parsed(to_html(run_of(of=5, settings={}, fingerprints={}, timings={}), {})).said
    assert "0 of 5 questions asked" in said
    assert "No question was asked" in said


def test_a_set_that_judges_only_documents_is_told_by_its_documents() -> None:
    values = {"document_ndcg@10": 0.75, "document_recall@10": 0.5, "document_mrr": 1.0, "verbatim": 1.0}
    judged = outcome(1, gold=(), gold_documents=3, values=values)
    missed = outcome(2, "not retrieved", gold=(), gold_documents=2, values=dict.fromkeys(values, 0.0))
    run = run_of(judged, missed)
    assert [measure.name for measure, _ in headline(run.scores)] == [
        "document_ndcg@10",
        "document_recall@10",
        "document_mrr",
        "verbatim",
    ]
    page = Parsed(to_html(run, TEXTS))
    assert "document nDCG@10 0.375" in page.said
    assert "Confidence" not in page.said
    assert not [tag for tag, _ in page.elements if tag == "svg"]
    (failure,) = json.loads(page.data)["failures"]
    assert (failure["gold"], failure["relevant"], failure["quotes"][0]["hint"]) == ([], 2, "")


def test_times_and_memory_are_told_as_far_as_they_are_known() -> None:
    told = {
        "stages": {"read": {"p50": 0.0123, "p95": 0.5}},
        "indexing": {"passages": 3000, "seconds": 2},
        "peak_memory_bytes": 1_234_000_000,
    }
    said = Parsed(to_html(run_of(outcome(1), timings=told), TEXTS)).said
    for part in ("read 12.3 ms 500.0 ms", "1,500.0 passages a second (3,000 in 2.0 s)", "1,234 MB"):
        assert part in said
    nothing = {"stages": {}, "indexing": None, "peak_memory_bytes": None}
    assert (
        "Indexing not part of this run Peak memory not known"
        in Parsed(to_html(run_of(outcome(1), timings=nothing), TEXTS)).said
    )


def test_what_was_not_scored_is_listed_with_its_reason() -> None:
    faults = (
        Fault("q8", "gold document 'x' is not in the corpus", True),
        Fault("q9", "'31 May' does not stand", False),
    )
    said = Parsed(to_html(run_of(outcome(1), not_scored=faults), TEXTS)).said
    assert "2 faults; 1 questions left out whole" in said
    assert "q8 the question gold document 'x' is not in the corpus" in said
    assert "q9 this of it '31 May' does not stand" in said


def test_settings_and_fingerprints_are_there_in_full() -> None:
    said = Parsed(to_html(EVERY, TEXTS)).said
    assert "threshold 0.5" in said
    assert f"code.sha256 {'c0de' * 16}" in said
    assert list(flat({"a": {"b": 1, "c": {"d": "x"}}, "e": ["é"]})) == [("a.b", "1"), ("a.c.d", "x"), ("e", '["é"]')]


# Compared


@pytest.mark.parametrize(
    ("name", "low", "high", "told"),
    [
        ("quote_hit@1", 0.01, 0.2, "better"),
        ("quote_hit@1", -0.2, -0.01, "worse"),
        ("false_answer", -0.2, -0.01, "better"),
        ("false_answer", 0.01, 0.2, "worse"),
        ("quote_hit@1", -0.1, 0.2, "unclear"),
        ("quote_hit@1", 0.0, 0.2, "unclear"),
        ("quote_hit@1", 0.0, 0.0, "same"),
    ],
)
def test_a_change_is_better_or_worse_only_where_its_interval_excludes_nought(
    name: str, low: float, high: float, told: str
) -> None:
    assert verdict(name, Difference(10, 0.5, 0.6, (low + high) / 2, low, high, 0.05)) == told


def test_a_comparison_shows_differences_and_what_was_won_and_lost() -> None:
    old = run_of(*(outcome(number, "picked wrongly") for number in range(9)), outcome(9), name="before it")
    new = run_of(*(outcome(number) for number in range(9)), outcome(9, "picked wrongly"))
    compared = compare_runs(new, old)
    page = Parsed(to_html(new, TEXTS, compared))
    found = compared.differences["quote_hit@1"]
    assert (found.old, found.new) == (0.1, 0.9)
    assert "Against before it , on the 10 questions that both runs asked" in page.said
    # Nine won and one lost: from 0.1 to 0.9, and the interval of so clear a change holds no 0.
    assert (
        f"quote hit@1 0.100 0.900 +0.800 better +{found.low:.3f} to +{found.high:.3f} {found.p_value:.3f}" in page.said
    )
    assert "Won: 9 questions" in page.said
    assert (
        "Lost: 1 question When does lease 9 end? q9 Gold answer The lease ends on 31 May. lease.txt "
        "First quote before The lease ends on 31 May. lease.txt, line 1 · holds a gold answer "
        "First quote now The lease begins on 1 June. lease.txt, line 1"
    ) in page.said


# Failures


def test_every_failure_is_in_the_data_with_its_kind_and_hint() -> None:
    found = failures(EVERY, TEXTS)
    assert found["documents"] == ["house.txt", "lease.txt"]
    assert [failure["kind"] for failure in found["failures"]] == list(FAILURES)
    hints = {failure["kind"]: [quote["hint"] for quote in failure["quotes"]] for failure in found["failures"]}
    assert hints["picked wrongly"] == ["same", "other"]
    assert hints["refused wrongly"] == ["holds", "other"]
    assert hints["answered what has no answer"] == ["", ""]


def test_gold_and_first_quote_are_marked_in_their_context() -> None:
    (failure,) = failures(run_of(outcome(1, "picked wrongly")), TEXTS)["failures"]
    (gold,) = failure["gold"]
    first, second = failure["quotes"]
    assert gold["parts"] == [TEXT[:28], GOLD.text, TEXT[53:]]
    assert gold["place"] == "line 1"
    assert first["parts"] == ["", TEXT[:27], TEXT[27:]]
    assert first["place"] == "line 1"
    assert second["parts"] == ["", ELSEWHERE.text, ""]


@pytest.mark.parametrize("texts", [{}, {"lease.txt": "another text"}], ids=["no text", "a changed text"])
def test_without_the_text_a_gold_answer_and_a_quote_stand_alone(texts: dict[str, str]) -> None:
    (failure,) = failures(run_of(outcome(1, "picked wrongly")), texts)["failures"]
    assert failure["gold"][0]["parts"] == ["", GOLD.text, ""]
    assert failure["gold"][0]["place"] == ""
    assert failure["quotes"][0]["parts"] == ["", WRONG.text, ""]


def test_a_context_is_the_text_itself_with_the_ranges_marked() -> None:
    assert context("one two three", [(4, 7)]) == ["one ", "two", " three"]
    assert context("one two three", [(8, 13), (0, 3)]) == ["", "one", " two ", "three", ""]
    assert context("one two three", [(0, 7), (4, 13)]) == ["", "one two three", ""]


def test_a_context_ends_with_whole_words_on_either_side() -> None:
    words = "".join(f"word{number} " for number in range(1000))
    start = words.index("word500")
    before, marked, after = context(words, [(start, start + 7)])
    assert marked == "word500"
    assert re.fullmatch(r"…\xa0(word\d+ )+", before)
    assert re.fullmatch(r"( word\d+)+\xa0…", after)
    assert 130 < len(before) <= 162
    assert 130 < len(after) <= 162


def test_where_words_are_not_parted_by_spaces_a_context_is_as_long() -> None:
    before, marked, after = context("字" * 1000, [(500, 510)])
    assert (before, marked, after) == ("…\xa0" + "字" * 160, "字" * 10, "字" * 160 + "\xa0…")


def test_gold_answers_near_each_other_share_a_context_and_far_ones_are_counted() -> None:
    text = ("filler " * 200).join(["first near. second near. ", "third. ", "fourth."])
    gold = tuple(Gold(part, "a.txt", text.index(part)) for part in ("fourth.", "second near.", "third.", "first near."))
    (failure,) = failures(run_of(outcome(1, "picked wrongly", gold=gold)), {"a.txt": text})["failures"]
    assert [parts["parts"][1::2] for parts in failure["gold"]] == [["first near.", "second near."], ["third."]]
    assert failure["more"] == 1


def test_thousands_of_failures_make_a_page_of_a_few_megabytes() -> None:
    text = "".join(
        f"The tenant of flat {number} paid the rent for the month in advance and in cash. " for number in range(90)
    )
    start, second = text.index("The tenant of flat 20 "), text.index("The tenant of flat 70 ")
    gold = Gold("flat 20", "reports/2026/tenants.txt", start + 14)
    quotes = tuple(
        Quoted(gold.doc_id, f"{gold.doc_id}, line 1", begin, begin + 75, text[begin : begin + 75], 0.5, ())
        for begin in (second, 0, start)
    )
    many = run_of(*(outcome(number, "picked wrongly", gold=(gold,), quotes=quotes) for number in range(60)))
    size = len(json.dumps(failures(many, {gold.doc_id: text}), ensure_ascii=False).encode())
    assert size / 60 < 1600  # so that 6,000 are less than 10 MB


# Escaping


def hostile_run() -> Run:
    text = f"Rule one. {HOSTILE} Rule three."
    gold = Gold(HOSTILE, HOSTILE, 10)
    quote = Quoted(HOSTILE, f"{HOSTILE}, line 1", 10, 10 + len(HOSTILE), HOSTILE, 0.5, ())
    outcomes = [
        outcome(
            *(number, "picked wrongly"),
            id=f"{HOSTILE}{number}",
            question=HOSTILE,
            gold=(gold,),
            quotes=(quote, quote),
            fields={HOSTILE: f"{HOSTILE}{number}"},
        )
        for number in range(2)
    ]
    assert text[10:].startswith(HOSTILE)
    return run_of(
        *outcomes,
        name=HOSTILE,
        settings={"by": [HOSTILE], HOSTILE: HOSTILE},
        fingerprints={HOSTILE: {HOSTILE: HOSTILE}, "code": {"version": HOSTILE, "sha256": HOSTILE}},
        not_scored=(Fault(HOSTILE, HOSTILE, True),),
        timings={"when": HOSTILE},
    )


def test_no_markup_of_a_document_question_or_field_gets_into_the_page() -> None:
    run = hostile_run()
    old = replace(run, outcomes=tuple(replace(one, values={**one.values, "quote_hit@1": 1.0}) for one in run.outcomes))
    compared = compare_runs(run, old)
    assert len(compared.lost) == 2
    page = Parsed(to_html(run, {HOSTILE: f"Rule one. {HOSTILE} Rule three."}, compared))
    tags = [tag for tag, _ in page.elements]
    assert tags.count("script") == 2
    assert "img" not in tags
    assert "onerror" not in {name for _, attributes in page.elements for name in attributes}
    failure = json.loads(page.data)["failures"][0]
    assert (failure["question"], failure["gold"][0]["parts"][1]) == (HOSTILE, HOSTILE)
    assert page.words.count(HOSTILE) > 10


def test_half_a_surrogate_pair_does_not_keep_the_page_from_being_written() -> None:
    html = to_html(run_of(outcome(1, "picked wrongly", question="What is \ud83d?")), TEXTS)
    assert b"What is ??" in html.encode()


# In a browser

SWITCHES = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM and not REQUIRED:
        pytest.skip("no Chromium here: the browser tests were left out")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield chromium
        chromium.close()


MANY = run_of(
    *(outcome(number, "picked wrongly") for number in range(60)),
    *(outcome(number, "refused wrongly") for number in range(60, 100)),
    outcome(100),
)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    texts = {**TEXTS, HOSTILE: f"Rule one. {HOSTILE} Rule three."}
    for name, run in (("many", MANY), ("hostile", hostile_run())):
        (folder / name).with_suffix(".html").write_text(to_html(run, texts, compare_runs(run, run)), encoding="utf-8")
    return {file.stem: file for file in folder.iterdir()}


def opened(browser: Browser, file: Path, *, width: int = 1280, scripts: bool = True) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=scripts)
    page = context.new_page()
    requests: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text))
    page.goto(file.as_uri())
    yield page
    context.close()
    assert requests == [file.as_uri()]
    assert errors == []


@pytest.fixture
def page(browser: Browser, reports: Mapping[str, Path]) -> Iterator[Page]:
    yield from opened(browser, reports["many"])


@pytest.mark.browser
def test_failures_are_paged_filtered_and_searched(page: Page) -> None:
    count, cards = page.get_by_role("status"), page.locator("#list > li")
    expect(count).to_have_text("1–25 of 100 failures")
    expect(cards).to_have_count(25)
    expect(cards.first.get_by_role("heading", level=3)).to_have_text("When does lease 0 end?")
    page.get_by_role("button", name="Next").first.click()
    expect(count).to_have_text("26–50 of 100 failures")
    expect(cards.first.get_by_role("heading", level=3)).to_have_text("When does lease 25 end?")
    page.get_by_role("radio", name="refused wrongly 40").check(force=True)
    expect(count).to_have_text("1–25 of 40 failures")
    page.get_by_role("button", name="Next").last.click()
    expect(count).to_have_text("26–40 of 40 failures")
    expect(cards).to_have_count(15)
    page.get_by_role("searchbox", name="Search").fill("LEASE 77")
    expect(count).to_have_text("1–1 of 1 failure")
    page.get_by_role("searchbox", name="Search").fill("nothing is like this")
    expect(count).to_have_text("No failure is like that.")
    page.get_by_role("searchbox", name="Search").fill("")
    page.get_by_role("radio", name="all 100").check(force=True)
    expect(count).to_have_text("1–25 of 100 failures")


@pytest.mark.browser
def test_the_ends_of_the_list_are_ends(page: Page) -> None:
    following, before = (page.get_by_role("button", name=name).first for name in ("Next", "Previous"))
    expect(before).to_have_attribute("aria-disabled", "true")
    before.click(force=True)
    for _ in range(5):
        following.click(force=True)
    expect(page.get_by_role("status")).to_have_text("76–100 of 100 failures")
    expect(following).to_have_attribute("aria-disabled", "true")


@pytest.mark.browser
def test_a_failure_shows_gold_and_quotes_in_their_contexts(page: Page) -> None:
    card = page.locator("#list > li").first
    expect(card.locator("mark")).to_have_text([GOLD.text, WRONG.text, ELSEWHERE.text])
    expect(card.locator("blockquote").first).to_have_text(TEXT)
    expect(card).to_contain_text("lease.txt, line 1 · same document, no gold answer · score 0.70")
    expect(card.locator("details mark")).to_be_hidden()
    card.get_by_text("1 more quote").click()
    expect(card.locator("details mark")).to_be_visible()
    expect(card.locator("details")).to_contain_text("other document, no gold answer")


@pytest.mark.browser
def test_it_can_be_used_by_keyboard_alone(page: Page) -> None:
    page.get_by_role("radio", name="all 100").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("status")).to_have_text("1–25 of 60 failures")
    page.keyboard.press("Tab")
    page.keyboard.type("lease 5")
    expect(page.get_by_role("status")).to_have_text("1–15 of 15 failures")  # 5, 15, 25, 35, 45, and 50 to 59
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    expect(page.get_by_role("status")).to_have_text("1–25 of 60 failures")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("51–60 of 60 failures")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


@pytest.mark.browser
def test_markup_is_shown_and_not_run(browser: Browser, reports: Mapping[str, Path]) -> None:
    for page in opened(browser, reports["hostile"]):
        expect(page.locator("#list h3").first).to_have_text(HOSTILE)
        expect(page.locator("#list mark").first).to_have_text(HOSTILE)
        expect(page.locator("h1")).to_have_text(HOSTILE)
        assert page.evaluate("window.hacked") is None
        assert page.locator("img").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize("name", ["many", "hostile"])
def test_a_phone_need_not_scroll_sideways(browser: Browser, reports: Mapping[str, Path], name: str) -> None:
    for page in opened(browser, reports[name], width=390):
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.browser
def test_without_scripts_all_but_the_list_is_there(browser: Browser, reports: Mapping[str, Path]) -> None:
    for page in opened(browser, reports["many"], scripts=False):
        expect(page.locator("noscript p")).to_be_visible()
        expect(page.locator(".headline")).to_be_visible()
        expect(page.locator("#browser")).to_be_hidden()


@pytest.mark.browser
def test_print_and_dark_have_text_that_stands_out(page: Page) -> None:
    colours = "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(colours) == ["rgb(19, 21, 24)", "rgb(233, 234, 237)"]
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(colours) == ["rgb(255, 255, 255)", "rgb(36, 38, 43)"]


def test_a_sample_and_what_two_runs_do_not_share_are_told() -> None:
    old = run_of(outcome(0), settings={"top": 3})
    new = run_of(outcome(0), settings={"top": 1, "sample": 5, "seed": 7})
    page = Parsed(to_html(new, TEXTS, compare_runs(new, old)))
    assert "a sample, drawn by seed 7" in page.said
    assert "top ( 3 before, 1 now)" in page.said
    assert "a sample" not in Parsed(to_html(old, TEXTS)).said
