"""Citations as they are pasted; the receipts are the program's own, and then forged."""

import contextlib
import copy
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qa.embed import HashingEmbedder
from qa.errors import BadReceipt
from qa.library import Library
from qa.read import SentenceReader
from qa.receipt import receipt
from qa.receipt.cite import bibtex, markdown, plain
from qa.records import Answer, Citation, Document, Passage, Quote

LEASE = Document(
    "hr/lease.md",
    "Intro.\nThe lease\n  ends on 31 May.\nMore.",
    title="The Lease of the Mill",
    date="2024-03-01",
    source="Reuters",
    author="Jane Doe",
    origins=(("date", "file"),),
)
BARE = Document("b.txt", "It ends.")
FORMS: list[Callable[[dict[str, Any]], str]] = [plain, markdown, bibtex]


def cited(document: Document, start: int = 0, end: int | None = None, exact: tuple[int, int] | None = None) -> Any:
    """The citation as a receipt has it."""
    quote = Quote(document, start, len(document.text) if end is None else end)
    passage = Passage(document, 0, len(document.text))
    citation = Citation(quote, passage, 0.9, exact=Quote(document, *exact) if exact else None)
    library = Library(embedder=HashingEmbedder(), reader=SentenceReader(HashingEmbedder()))
    content = receipt(Answer("When?", (citation,), (passage,), 0.9), library, top=3, threshold=0)
    return content["citations"][0]


def known(**fields: str) -> Any:
    """A citation of a text file of which the fields are known."""
    return cited(Document(fields.pop("id", "a.txt"), "It ends.", **fields))


def values(entry: str) -> dict[str, str]:
    return dict(re.findall(r"^  (\w+) = \{(.*)\},$", entry, re.MULTILINE))


# Plain


def test_plain_is_the_quote_what_it_is_of_and_its_place() -> None:
    assert plain(cited(LEASE, 7, 34, (27, 33))) == (
        "“The lease ends on 31 May.” — The Lease of the Mill (Jane Doe, Reuters, 2024-03-01), hr/lease.md, lines 2–3"
    )


def test_what_has_no_title_is_named_once() -> None:
    assert plain(cited(BARE)) == "“It ends.” — b.txt, line 1"
    assert plain(known(author="Jane Doe")) == "“It ends.” — a.txt, line 1 (Jane Doe)"


def test_the_day_on_which_a_file_was_saved_is_called_that() -> None:
    saved = cited(Document("a.txt", "It ends.", title="End", date="2024-03-01", origins=(("date", "saved"),)))
    assert plain(saved) == "“It ends.” — End (saved 2024-03-01), a.txt, line 1"


def test_text_from_right_to_left_is_left_as_it_is() -> None:
    assert plain(cited(Document("a.txt", "ينتهي العقد في 31 مايو.", title="العقد"))) == (
        "“ينتهي العقد في 31 مايو.” — العقد, a.txt, line 1"
    )


# Markdown


def test_markdown_is_a_block_quote_with_the_exact_answer_bold() -> None:
    assert markdown(cited(LEASE, 7, 34, (27, 33))) == (
        "> The lease ends on **31 May**\\.\n>\n"
        "> — The Lease of the Mill \\(Jane Doe, Reuters, 2024\\-03\\-01\\), hr/lease\\.md, lines 2–3"
    )


def shown(text: str) -> tuple[str, list[str]]:
    """The text of the first paragraph as a reader of Markdown sees it, and what is bold in it."""
    tokens = MarkdownIt("commonmark").parse(text)
    kinds = [token.type for token in tokens]
    assert kinds == [
        "blockquote_open",
        *("paragraph_open", "inline", "paragraph_close") * 2,
        "blockquote_close",
    ], text
    inside = tokens[kinds.index("inline")].children or []
    assert {token.type for token in inside} <= {"text", "text_special", "strong_open", "strong_close"}, text
    bold: list[str] = []
    within = False
    for token in inside:
        if token.type == "strong_open":
            bold.append("")
        within = token.type == "strong_open" or (within and token.type != "strong_close")
        if within:
            bold[-1] += token.content
    return "".join(token.content for token in inside), bold


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("It cost US$5 then.", "$5"),
        ("It cost 5€each.", "5€"),
        ("He said“yes”twice.", "“yes”"),
        ("a*b*c", "*b*"),
        ("Lines\n\n# of\n    it, and\n- more", "of\n    it"),
        ("It ends 31 May .", " 31 May "),
        ("**all**", "**all**"),
        ("<b>&amp;</b> [x](y) `z` $m$ {n} ~~o~~", "[x](y)"),
        ("1. One", "1."),
        ("مايو 31 في", "31"),
    ],
)
def test_the_exact_answer_is_bold_whatever_stands_around_it(text: str, exact: str) -> None:
    start = text.index(exact)
    found, bold = shown(markdown(cited(Document("a.txt", text), exact=(start, start + len(exact)))))
    assert found == " ".join(text.split())
    assert bold == [" ".join(exact.split())]


@given(st.text(st.sampled_from("*_`$<>&\\ \n\r\t#-1.a.€“é\u0301日{}[]()!|~"), min_size=3, max_size=12), st.data())
def test_no_text_of_a_document_is_markup(text: str, data: st.DataObject) -> None:
    text = f"x{text}x"
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    found, bold = shown(markdown(cited(Document("a.txt", text, title=text), exact=(start, end))))
    assert found == " ".join(text.split())
    assert bold == [" ".join(text[start:end].split())] * bool(text[start:end].strip())


# BibTeX


def test_an_article_of_a_day_and_a_source() -> None:
    assert bibtex(cited(LEASE, 7, 34)) == (
        "@article{doe2024leaseofmill,\n"
        "  author = {Jane Doe},\n"
        "  title = {{The Lease of the Mill}},\n"
        "  journal = {Reuters},\n"
        "  date = {2024-03-01},\n"
        "  year = {2024},\n"
        "  note = {hr/lease.md, lines 2–3},\n"
        "}"
    )


@pytest.mark.parametrize(
    ("fields", "start"),
    [
        ({"title": "End", "author": "Jane Doe"}, "@misc{doeend,"),
        ({"title": "End", "source": "Acme", "date": "2024"}, "@misc{2024end,"),
        ({"title": "End", "source": "acme.org", "date": "2024-03-01", "id": "a.HTML"}, "@online{2024end,"),
        ({"title": "End", "source": "Acme", "date": "2024", "author": "Jo Doe", "id": "a.epub"}, "@book{doe2024end,"),
        ({"title": "End", "source": "Acme", "date": "2024-03-01", "id": "a.epub"}, "@misc{2024end,"),
        ({"title": "End", "source": "A list", "date": "2024-03-01", "id": "a.eml"}, "@misc{2024end,"),
    ],
)
def test_the_kind_follows_from_what_is_known(fields: dict[str, str], start: str) -> None:
    assert bibtex(known(**fields)).splitlines()[0] == start


@pytest.mark.parametrize(
    "fields", [{}, {"title": "End"}, {"author": "Jane Doe", "date": "2024"}, {"title": " ", "source": "x"}]
)
def test_without_a_title_or_with_nothing_but_one_there_is_no_entry(fields: dict[str, str]) -> None:
    assert bibtex(known(**fields)) == ""


def test_a_day_of_saving_is_no_date_of_publication() -> None:
    saved = {"title": "End", "date": "2024-03-01", "origins": (("date", "saved"),)}
    assert bibtex(cited(Document("a.txt", "It ends.", **saved))) == ""  # type: ignore[arg-type]
    entry = bibtex(cited(Document("a.txt", "It ends.", author="Jane Doe", **saved)))  # type: ignore[arg-type]
    assert values(entry) == {
        "author": "Jane Doe",
        "title": "{End}",
        "note": "a.txt, line 1; file saved 2024-03-01",
    }


def test_what_is_no_date_is_left_out() -> None:
    citation = known(title="End", author="Jane Doe")
    for forged in ("soon", "2024-03-01}", "２０２４", "2024-3"):
        citation["document"]["date"] = forged
        assert {"date", "year"}.isdisjoint(values(bibtex(citation)))


@pytest.mark.parametrize(
    ("author", "written"),
    [
        ("Jane Doe", "Jane Doe"),
        ("Jane Doe, John Roe and Ludwig van Beethoven", "Jane Doe and John Roe and Ludwig van Beethoven"),
        ("Ana Gil & Zoë Ünal", "Ana Gil and Zoë Ünal"),
        ("Barnes and Noble", "{Barnes and Noble}"),
        ("The Associated Press", "{The Associated Press}"),
        ("Doe, Jane", "{Doe, Jane}"),
        ("Ministry of Works, Section 3", "{Ministry of Works, Section 3}"),
        ("محمد علي", "{محمد علي}"),
        (" ,; ", ""),
    ],
)
def test_persons_are_joined_and_other_names_stay_whole(author: str, written: str) -> None:
    assert values(bibtex(known(title="End", source="Acme", author=author))).get("author", "") == written


def test_what_tex_knows_is_escaped_and_unicode_is_kept() -> None:
    entry = bibtex(known(title="{A}_#$%&~^\\ «é» 日", source="R&D}", id="a_b.txt"))
    assert values(entry)["title"] == (
        r"{\textbraceleft{}A\textbraceright{}\_\#\$\%\&\textasciitilde{}\textasciicircum{}\textbackslash{} «é» 日}"
    )
    assert values(entry)["howpublished"] == r"R\&D\textbraceright{}"
    assert values(entry)["note"] == r"a\_b.txt, line 1"


def test_the_key_is_the_same_for_the_same_work_and_never_long() -> None:
    first, second = (known(title="The Ends", author="Zoë Müller-Weiß", date="2024", id=name) for name in ("a", "b"))
    assert bibtex(first).splitlines()[0] == bibtex(second).splitlines()[0] == "@misc{wei2024ends,"
    (key,) = re.findall(
        r"@misc\{([a-z0-9]+),", bibtex(known(title="x" * 500, author=f"Jane D{'o' * 500}", date="2024"))
    )
    assert len(key) == 24 + 4 + 24


def test_where_nothing_is_ascii_the_key_is_a_digest() -> None:
    one, other = (bibtex(known(title=title, author="محمد علي")).splitlines()[0] for title in ("العقد", "البيت"))
    assert re.fullmatch(r"@misc\{key[0-9a-f]{12},", one)
    assert one != other


HOSTILE = st.text(st.sampled_from("{}\\%$&#_~^@\"',=\n\r\u2028\u202e\x00\ud800 aé日"), max_size=30)


@given(HOSTILE, HOSTILE, HOSTILE, st.sampled_from(["2024", "2024-03-01", "}", ""]))
def test_an_entry_is_closed_by_its_last_brace_alone(title: str, author: str, source: str, date: str) -> None:
    """As BibTeX counts them: without a look at what stands before."""
    entry = bibtex(known(title=title, author=author, source=source, date=date))
    depths, depth = [], 0
    for character in entry:
        depth += {"{": 1, "}": -1}.get(character, 0)
        depths.append(depth)
    assert not entry or (depths[-1] == 0 and 0 not in depths[entry.index("{") : -1])
    assert all(re.fullmatch(r"@\w+\{\w+,|  \w+ = \{.*\},|\}", line) for line in entry.split("\n") if entry)
    assert entry.encode().decode() == entry  # it can be written


# What is hostile, and what is forged


@pytest.mark.parametrize(
    "title",
    [
        "</script><script>alert(1)</script>",
        "a\nb\r\nc\u2028d",
        "$x$ {y} \\input{z}",
        "\u202egpj.exe",
        "T" * 500,
        "\ud800",
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_no_title_breaks_a_form(form: Callable[[dict[str, Any]], str], title: str) -> None:
    text = form(known(title=title, author="Jane Doe"))
    assert text.encode()
    assert not re.search("[\x00-\x09\x0b-\x1f\u2028\u202e]", text)
    assert len(text.splitlines()) == {plain: 1, markdown: 3, bibtex: 5}[form]
    assert "T" * 500 not in title or "T" * 500 in text


@pytest.mark.parametrize(
    "change",
    [
        {"quote": None},
        {"quote": ""},
        {"document": None},
        {"document": []},
        {"document": {"id": "a.txt", "sha256": "", "title": None}},
        {"document": {"id": "a.txt", "sha256": "", "origins": ["date"]}},
        {"document": {"id": "a.txt", "sha256": "", "origins": {"date": 1}}},
        {"start": 1},
        {"end": 3},
        {"start": -1, "end": 7},
        {"exact": {"text": "ends", "start": 0, "end": 4}},
        {"exact": {"text": "ends", "start": 30, "end": 34}},
        {"exact": {"text": "", "start": 3, "end": 3}},
        {"exact": "ends"},
        {"sources": 2},
        {"sources": True},
        {"also": [1]},
    ],
)
def test_a_citation_that_is_none_is_a_bad_receipt(change: dict[str, Any]) -> None:
    citation = {**cited(BARE), **change}
    for form in (plain, markdown):
        with pytest.raises(BadReceipt, match="not a whole receipt"):
            form(citation)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "text", "start"]), inner),
)


@given(st.sampled_from(sorted(cited(LEASE, 7, 34, (27, 33)))), st.sampled_from(["", "title", "date", "id"]), JSON)
def test_whatever_a_field_holds_there_is_a_text_or_a_bad_receipt(name: str, inner: str, value: object) -> None:
    citation = copy.deepcopy(cited(LEASE, 7, 34, (27, 33)))
    if inner and name == "document":
        citation[name][inner] = value
    else:
        citation[name] = value
    for form in FORMS:
        with contextlib.suppress(BadReceipt):
            assert form(citation).encode()
