"""Conversations as a page and as Markdown, and their receipts back out of the page."""

import copy
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.cli import FOUND, MISUSE, NOT_FOUND, main
from qa.embed import HashingEmbedder
from qa.errors import BadReceipt
from qa.filters import Filter
from qa.library import Library
from qa.load import load
from qa.read import SentenceReader
from qa.receipt import receipt, to_json
from qa.receipt.export import Turn, receipts, to_html, to_markdown
from qa.records import Answer, Citation, Document, Passage, Quote

LIKENESS = SentenceReader(HashingEmbedder())
LEASE = "The lease of the mill ends on 31 May.\n\nRent is due monthly.\n"
VOID = {"meta", "link", "br", "hr"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "lease.txt").write_text(LEASE, encoding="utf-8")
    (docs / "copy.txt").write_text(f"A copy.\n\n{LEASE}", encoding="utf-8")
    (docs / "leave.txt").write_text("Employees get 25 days of leave.", encoding="utf-8")
    return docs


def asked(folder: Path, question: str, *, threshold: float = 0, only: Filter | None = None) -> dict[str, Any]:
    """The receipt of a question to the folder."""
    library = Library(embedder=HashingEmbedder(), reader=LIKENESS)
    library.add(load([folder]).documents)
    answer = library.ask(question, top=2, threshold=threshold, only=only)
    return receipt(answer, library, top=2, threshold=threshold, only=only)


def said(text: str, *, question: str = "When?", exact: tuple[int, int] | None = None, **fields: str) -> dict[str, Any]:
    """The receipt of an answer whose one quote is all of a document."""
    document = Document(fields.pop("id", "a.txt"), text, **fields)
    quote, passage = Quote(document, 0, len(text)), Passage(document, 0, len(text))
    citation = Citation(quote, passage, 0.9, exact=Quote(document, *exact) if exact else None)
    library = Library(embedder=HashingEmbedder(), reader=LIKENESS)
    return receipt(Answer(question, (citation,), (passage,), 0.82), library, top=3, threshold=0)


class Page(HTMLParser):
    """The elements and the text of a page, and whether every one is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.opened: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in {*self.open}:
            self.texts.setdefault(tag, []).append(data)

    def text(self, tag: str) -> str:
        return "".join(self.texts.get(tag, []))

    def tags(self) -> list[str]:
        return [tag for tag, _ in self.opened]


# The page


def test_a_page_has_question_answer_quote_place_and_confidence_of_every_turn(folder: Path) -> None:
    turns = [
        Turn(said("The lease ends on 31 May.", exact=(18, 24), title="Lease", author="Jane Doe", date="2024-03-01")),
        Turn(asked(folder, "How many days of leave do employees get?"), "2026-03-01T10:15:59+00:00"),
    ]
    page = Page(to_html(turns))
    assert page.text("title") == "When? – Chapter & Verse"
    assert page.text("h2") == "When?How many days of leave do employees get?How to check the quotes"
    body = " ".join(page.text("body").split())
    assert "31 May Likely right (confidence 0.82) The lease ends on 31 May. [1] Lease (Jane Doe, 2024-03-01)" in body
    assert "Asked 2026-03-01 10:15+00:00." in body
    assert "leave.txt, line 1" in body
    assert page.text("mark").startswith("31 May")
    assert ("html", {"lang": "en"}) in page.opened


def test_a_quote_is_shown_to_the_character(folder: Path) -> None:
    text = "  It \t ends\non “31 May” – <i>no later</i> &amp; so.\n\nNever."
    page = Page(to_html([Turn(said(text, exact=(12, 20)))]))
    assert page.text("blockquote") == text
    assert page.text("mark") == text[12:20]


def test_copies_and_independent_sources_are_told(folder: Path) -> None:
    content = asked(folder, "When does the lease of the mill end?")
    (first, *_) = content["citations"]
    assert first["also"]
    body = " ".join(Page(to_html([Turn(content)])).text("body").split())
    assert f"also at {first['also'][0]['document']['id']}" in body
    assert f"Said by {first['sources']} independent sources" in body
    assert all(place["document"]["sha256"] in body for place in (first, *first["also"]))


def test_a_refusal_is_said_as_such_with_the_nearest_passages(folder: Path) -> None:
    content = asked(folder, "When does the lease of the mill end?", threshold=1.01)
    page = Page(to_html([Turn(content)]))
    body = " ".join(page.text("body").split())
    assert "The documents don’t say. They come near it, but the answer is not stated" in body
    assert "Nearest passages: " in body
    assert [text for text in page.texts["blockquote"] if text] == [near["text"] for near in content["nearest"]]
    assert "mark" not in page.tags()
    silent = asked(folder, "Who painted the Mona Lisa?", threshold=1.01, only=Filter(after="2030"))
    assert "Nothing in them is near this question." in Page(to_html([Turn(silent)])).text("body")


def test_only_some_documents_are_named(folder: Path) -> None:
    content = asked(folder, "When does the lease end?", only=Filter(documents=("lease.txt",)))
    assert "Asked only: documents in lease.txt." in Page(to_html([Turn(content)])).text("body")


def test_a_page_asks_nothing_of_a_network_and_runs_nothing(folder: Path) -> None:
    page = Page(to_html([Turn(said("See https://example.org/x.png", title="http://example.org"))]))
    scripts = [attributes for tag, attributes in page.opened if tag == "script"]
    assert scripts == [{"type": "application/json", "id": "receipts"}]
    named = {name for _, attributes in page.opened for name in attributes}
    assert named.isdisjoint({"src", "srcset", "style", "action"})
    assert not [name for name in named if name.startswith("on")]
    links = [attributes["href"] for _, attributes in page.opened if "href" in attributes]
    assert links == ["data:,", "#verify"]
    assert "url(" not in page.text("style")
    assert "@import" not in page.text("style")
    policy = next(each["content"] for _, each in page.opened if each.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_a_page_is_for_light_dark_and_paper() -> None:
    style = Page(to_html([Turn(said("It ends."))])).text("style")
    assert "prefers-color-scheme: dark" in style
    assert "@media print" in style


def test_the_same_turns_give_the_same_bytes_and_none_give_a_page_too() -> None:
    turns = [Turn(said("It ends."), "2026-03-01")]
    assert to_html(turns) == to_html(iter(turns))
    assert "Nothing was asked." in Page(to_html([])).text("main")
    assert receipts(to_html([])) == []


HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "</style></title><img src=x onerror=alert(1)>",
    "a\nb\r\nc\u2028d\x00e",
    "ينتهي \u202eالعقد\u202c في 31 مايو",
    "$x$ {{ y }} {% z %} \\u003c",
    "T" * 500,
    "half \ud800 a pair",
    "'\"&quot;",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_document_is_markup(text: str) -> None:
    question = text.replace("\ud800", "")
    content = said(text, question=question, title=text, author=text, source=text, date=text, id=f"{text}.txt")
    html = to_html([Turn(content)])
    plain = Page(to_html([Turn(said("x", title="x", author="x", source="x", date="x"))]))
    page = Page(html)
    assert page.tags() == plain.tags()
    assert receipts(html) == [content]
    shown = text.replace("\ud800", "?").replace("\r\n", "\n")
    assert page.text("blockquote").replace("\r\n", "\n") == shown
    assert html.encode()


@given(st.lists(st.sampled_from(["<", "</script", ">", "<!--", "-->", "&", '"', "'", "{{", "\ud800", "\r", "é", "x"])))
def test_the_receipts_come_back_out_of_a_page_as_they_went_in(bits: list[str]) -> None:
    content = said("x" + "".join(bits), title="".join(bits))
    html = to_html([Turn(content), Turn(content)])
    assert receipts(html.encode().decode()) == [content, content]
    assert Page(html).tags().count("script") == 1


def test_what_is_no_time_or_no_receipt_is_a_bad_receipt() -> None:
    good = said("It ends.")
    for write in (to_html, to_markdown):
        for when in ("soon", "2026-13-01", "<b>", 5):
            with pytest.raises(BadReceipt, match="is no time at which a question was asked"):
                write([Turn(good, when)])  # type: ignore[arg-type]
    for forged in (None, [], {}, {"format": 1}, {"format": 2, "citations": []}):
        with pytest.raises(BadReceipt):
            to_html([Turn(forged)])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"question": None},
        {"question": ""},
        {"question": "x" * 2001},
        {"confidence": None},
        {"confidence": True},
        {"confidence": 1.5},
        {"confidence": float("nan")},
        {"confidence": 10**400},
        {"citations": []},
        {"citations": [None]},
        {"refusal": "not stated"},
        {"refusal": []},
        {"citations": [], "refusal": "not stated", "nearest": None},
        {"citations": [], "refusal": "not stated", "nearest": [{}]},
        {"citations": [], "refusal": "because"},
        {"settings": []},
        {"settings": {"only": {"after": "soon"}}},
        {"settings": {"only": {"after": 5}}},
        {"settings": {"only": {"documents": "a.txt"}}},
        {"settings": {"only": {"since": "2021"}}},
        {"index": "x"},
        {"index": {"sha256": 5}},
        {"more": float("inf")},
        {"more": {1, 2}},
    ],
)
def test_a_receipt_with_a_field_of_the_wrong_kind_is_a_bad_receipt(change: dict[str, Any]) -> None:
    with pytest.raises(BadReceipt, match=r"\Anot a (whole )?receipt: [^\n]+\Z"):
        to_html([Turn({**said("It ends."), **change})])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "text", "only"]), inner),
)


@given(st.data())
def test_whatever_a_receipt_holds_there_is_a_page_or_a_bad_receipt(data: st.DataObject) -> None:
    where: Any = copy.deepcopy(said("It ends on 31 May.", exact=(11, 17)))
    content, steps = where, 0
    while isinstance(where, dict | list) and where and (steps == 0 or data.draw(st.booleans())):
        step = data.draw(st.sampled_from(sorted(where) if isinstance(where, dict) else range(len(where))))
        parent, where, steps = where, where[step], steps + 1
    parent[step] = data.draw(JSON)
    try:
        html, text = to_html([Turn(content)]), to_markdown([Turn(content)])
    except BadReceipt:
        return
    Page(html)
    assert text.encode()


# Markdown


def test_markdown_has_a_heading_a_question_and_the_answers_as_block_quotes(folder: Path) -> None:
    refused = asked(folder, "When does the lease of the mill end?", threshold=1.01)
    lease = said("The lease ends on 31 May.", question="When, *then*?", exact=(18, 24), title="Lease")
    (near, *_) = refused["nearest"]
    quote, place = (" ".join(near[name].split()).replace(".", "\\.") for name in ("text", "place"))
    assert to_markdown([Turn(lease, "2026-03-01T10:15:00"), Turn({**refused, "nearest": [near]})]) == (
        "## When, \\*then\\*?\n\n"
        "2026\\-03\\-01 10:15\n\n"
        "> The lease ends on **31 May**\\.\n>\n> — 1. Lease, a\\.txt, line 1\n\n"
        "Likely right \\(confidence 0\\.82\\)\\.\n\n"
        "## When does the lease of the mill end?\n\n"
        "**The documents don’t say. They come near it, but the answer is not stated, as far as can be told.**\n\n"
        "Nearest passages:\n\n"
        f"> {quote}\n>\n> — {place}\n"
    )


def test_markdown_names_the_other_places(folder: Path) -> None:
    content = asked(folder, "When does the lease of the mill end?")
    assert re.search(
        r"\n\nAlso: \w+\\\.txt, line \d; said by 2 independent sources\\\.\n\n", to_markdown([Turn(content)])
    )


# Receipts back, and verified


def test_a_receipt_by_itself_is_read_as_before() -> None:
    content = said("It ends.")
    assert receipts(to_json(content)) == [content]


def test_a_page_that_a_browser_wrote_anew_is_read(folder: Path) -> None:
    content = said("It ends.")
    html = to_html([Turn(content)]).replace("<!DOCTYPE html>", "\ufeff\n<!-- saved -->")
    html = html.replace('<script type="application/json" id="receipts">', "<SCRIPT id='receipts' type=x>")
    assert receipts(html) == [content]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<p>Hello</p>", "a page without receipts"),
        ("<script id=receipt>[]</script>", "a page without receipts"),
        ('<script data-id="receipts">[]</script>', "a page without receipts"),
        ('<script id="receipts">[', "the receipts in the page are damaged"),
        ('<script id="receipts">[</script>', "the receipts in the page are damaged"),
        ('<script id="receipts">' + "[" * 100_000 + "</script>", "the receipts in the page are damaged"),
        ('<script id="receipts">{}</script>', "a page without receipts"),
        ('<script id="receipts">[{}]</script>', "not a receipt"),
        ("<script" * 50_000, "a page without receipts"),
        ("[]", "not a receipt"),
    ],
)
def test_a_page_without_receipts_is_told(text: str, message: str) -> None:
    with pytest.raises(BadReceipt, match=message):
        receipts(text)


def test_verify_takes_a_saved_page_and_looks_at_every_receipt_in_it(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = ("When does the lease of the mill end?", "How many days of leave do employees get?")
    contents = [asked(folder, question) for question in questions]
    page = tmp_path / "page.html"
    page.write_text(to_html([Turn(content) for content in contents]), encoding="utf-8")
    count = sum(1 + len(citation["also"]) for content in contents for citation in content["citations"])
    arguments = ["verify", str(page), "--documents", str(folder)]
    assert main(arguments) == FOUND
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["stands"] * count
    (folder / "leave.txt").write_text("Employees get 24 days of leave.", encoding="utf-8")
    assert main(arguments) == NOT_FOUND
    assert "altered leave.txt, line 1: the file does not hold these words" in capsys.readouterr().out
    page.write_text("<p>", encoding="utf-8")
    assert main(arguments) == MISUSE
    assert capsys.readouterr().err == "qa: a page without receipts; save one from the page of Chapter & Verse\n"


def test_the_receipts_are_json_that_other_programs_read(folder: Path) -> None:
    content = asked(folder, "When does the lease of the mill end?")
    page = Page(to_html([Turn(content)]))
    assert json.loads(page.text("script")) == [content]
