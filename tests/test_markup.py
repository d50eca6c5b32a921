from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.embed import HashingEmbedder
from qa.library import Library
from qa.read import SentenceReader
from qa.read.calibration import Calibration
from qa.records import Answer, Citation, Document, Mark, Passage, Quote, Range, Slice
from qa.render import NOT_FOUND, refusal
from qa.shelf.batch import Step
from qa.shelf.catalogue import Entry
from qa.ui import markup

# Ranks by likeness alone: fast, and worked out by hand.
LIKENESS = SentenceReader(HashingEmbedder())


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    parent: "Element | None" = None
    text: str = ""
    inside: list["Element"] = field(default_factory=list)

    def all(self, tag: str = "", **attributes: str) -> list["Element"]:
        """Every element within, of that tag and with these attributes."""
        within = [found for each in self.inside for found in (each, *each.all())]
        return [
            each
            for each in within
            if tag in ("", each.tag) and all(each.attributes.get(key.rstrip("_")) == v for key, v in attributes.items())
        ]


class Page(HTMLParser):
    """The elements of some HTML as a browser would see them; AssertionError where the tags do not nest."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.root = self.here = Element("", {})
        self.feed(html)
        self.close()
        assert self.here is self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs)
        self.here.inside.append(Element(tag, dict(attrs), self.here))
        if tag != "input":  # it has no end
            self.here = self.here.inside[-1]

    def handle_endtag(self, tag: str) -> None:
        assert self.here.tag == tag
        assert self.here.parent is not None
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        each: Element | None = self.here
        while each is not None:
            each.text += data
            each = each.parent

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    handle_decl = handle_pi = unknown_decl = handle_comment


def parsed(html: str) -> Element:
    return Page(html).root


OURS = {
    *("article", "blockquote", "button", "details", "div", "figure", "h2", "input", "li", "mark", "meter", "ol", "p"),
    *("span", "strong", "summary", "ul"),
}
ATTRIBUTES = {
    *("aria-hidden", "aria-label", "aria-pressed", "class", "dir", "hidden", "high", "id", "low", "max", "min"),
    *("optimum", "placeholder", "role", "style", "tabindex", "type", "value"),
    *(
        "data-ask",
        "data-asked",
        "data-copy",
        "data-do",
        "data-document",
        "data-end",
        "data-judge",
        "data-kept",
        "data-number",
    ),
    *("data-only", "data-open", "data-page", "data-pages", "data-receipt", "data-source", "data-start", "data-typed"),
}

AWKWARD = st.sampled_from(
    [
        *("<img src=x onerror=alert(1)>", "</mark>", "</div>", "<script>", "<!--", "]]>", "<?x", "&", "&amp;", "&lt"),
        *("&#60;", '"', "'", "`", "\r\n", "\n", " ", "\u202e", "\x00", "\x1b[31m", "İ", "😀", "é", "a", "The end. "),
        *("=", "/>", "<"),
    ]
)
TEXT = st.lists(AWKWARD | st.text(max_size=5), min_size=1, max_size=12).map("".join)


@st.composite
def ranges(draw: st.DrawFn, text: str) -> tuple[int, int]:
    start = draw(st.integers(0, len(text) - 1))
    return start, draw(st.integers(start + 1, len(text)))


@st.composite
def parts(draw: st.DrawFn) -> tuple[Slice, list[Quote], list[Slice]]:
    """A slice of a document, with quotes and furniture that lie anywhere and overlap as they like."""
    document = Document("a.txt", draw(TEXT.filter(bool)))
    chosen = ranges(document.text)
    return (
        Slice(document, *draw(chosen)),
        [Quote(document, *found) for found in draw(st.lists(chosen, max_size=3))],
        [Slice(document, *found) for found in draw(st.lists(chosen, max_size=3))],
    )


def covered(pieces: Sequence[Slice]) -> set[int]:
    return {offset for piece in pieces for offset in range(piece.start, piece.end)}


# Ranges and tags


@given(parts())
def test_marked_text_is_the_slice_and_every_character_has_the_tag_of_its_range(
    drawn: tuple[Slice, list[Quote], list[Slice]],
) -> None:
    part, quotes, furniture = drawn
    root = parsed(markup.marked(part, quotes, furniture))
    assert root.text == part.text
    assert {each.tag for each in root.all()} <= {"mark", "span"}
    assert all(each.parent is root for each in root.all())  # cut at borders, never one in another
    assert [each.attributes for each in root.all("mark")] == [{}] * len(root.all("mark"))
    within = covered([part])
    for tag, offsets in (("mark", covered(quotes) & within), ("span", (covered(furniture) - covered(quotes)) & within)):
        assert sum(len(each.text) for each in root.all(tag)) == len(offsets)
        assert "".join(each.text for each in root.all(tag)) == "".join(part.document.text[o] for o in sorted(offsets))


@given(parts())
def test_where_the_current_quote_begins_and_nowhere_else_is_the_id(
    drawn: tuple[Slice, list[Quote], list[Slice]],
) -> None:
    part, quotes, furniture = drawn
    for current in quotes:
        root = parsed(markup.marked(part, quotes, furniture, current=current))
        assert root.text == part.text
        begins = part.start <= current.start < part.end
        assert len(root.all("mark", id="quote")) == begins
        its = [each for each in root.all("mark") if each.attributes.get("class") == "current"]
        assert sum(len(each.text) for each in its) == len(covered([current]) & covered([part]))
        assert all(each in its or each.attributes == {} for each in root.all("mark"))


def test_overlapping_ranges_are_cut_at_each_others_borders() -> None:
    document = Document("a.txt", "0123456789")
    html = markup.marked(
        Slice(document, 0, 10), [Quote(document, 2, 6)], [Slice(document, 0, 4), Slice(document, 5, 8)]
    )
    assert html == (
        '<span class="furniture">01</span><mark>23</mark><mark>4</mark><mark>5</mark>'
        '<span class="furniture">67</span>89'
    )


# A document


@given(TEXT.filter(bool), st.data())
@settings(deadline=None)
def test_the_source_is_the_whole_document_with_only_our_tags(text: str, data: st.DataObject) -> None:
    document = Document(data.draw(TEXT.filter(bool)), text, title=data.draw(TEXT), source=data.draw(TEXT))
    quote = Quote(document, *data.draw(ranges(text)))
    marks = [Mark(Range(*data.draw(ranges(text))), "furniture")]
    other = Quote(document, *data.draw(ranges(text)))
    root = parsed(markup.source(document, quote, marks, others=[other]))
    assert "".join(each.text for each in root.all("div", class_="part")) == text
    assert "".join(each.text for each in root.all("mark", class_="current")) == quote.text
    assert sum(len(each.text) for each in root.all("mark")) == len(covered([quote, other]))
    assert {each.tag for each in root.all()} <= OURS
    assert {name for each in root.all() for name in each.attributes} <= ATTRIBUTES
    assert [each.attributes["data-open"] for each in root.all("button") if "data-open" in each.attributes] == [""]
    assert len(root.all(id="quote")) == 1
    assert root.all("div", class_="source")[0].attributes["data-document"] == document.id
    assert [each.text for each in root.all("p")] == [quote.place]


LONG = "".join(f"Line {number} of <many>, with some more words to fill it.\r\n" for number in range(900))


def test_every_part_says_where_it_begins() -> None:
    divs = parsed(markup.source(Document("long.txt", LONG), None, [])).all("div", class_="part")
    starts = [int(each.attributes["data-start"] or "") for each in divs]
    assert starts == [sum(len(each.text) for each in divs[:number]) for number in range(len(divs))]


@pytest.mark.parametrize(("text", "read"), [("a\r\nb", "a\r\nb"), ("a\rb", "a\nb"), ("a\nb\r\r\n", "a\nb\n\r\n")])
def test_a_browser_counts_the_characters_that_the_document_has(text: str, read: str) -> None:
    html = markup.marked(Slice(Document("a.txt", text), 0, len(text)), [])
    as_browsers_do = html.replace("\r\n", "\n").replace("\r", "\n")  # before anything else, says HTML
    assert parsed(as_browsers_do).text == read
    assert len(read) == len(text)


def test_pages_can_be_leafed_through_where_there_are_pictures_of_them() -> None:
    document = Document("a.pdf", "One.Two.", page_starts=(0, 4))
    assert parsed(markup.source(document, None, [])).all("div", class_="views") == []
    root = parsed(markup.source(document, Quote(document, 4, 8), [], page=2))
    assert root.all("div", class_="source")[0].attributes["data-page"] == "2"
    assert len(root.all("div", class_="views")) == 1


def test_a_long_document_comes_in_several_parts_of_whole_lines() -> None:
    document = Document("long.txt", LONG)
    pieces = [each.text for each in parsed(markup.source(document, None, [])).all("div", class_="part")]
    assert len(pieces) > 3
    assert "".join(pieces) == LONG
    assert all(piece.endswith("\r\n") for piece in pieces)


def test_a_quote_over_the_border_of_two_parts_is_marked_in_both_and_has_one_id() -> None:
    document = Document("long.txt", LONG)
    border = len(parsed(markup.source(document, None, [])).all("div", class_="part")[0].text)
    quote = Quote(document, border - 20, border + 30)
    root = parsed(markup.source(document, quote, [Mark(Range(border - 40, border + 5), "furniture")]))
    assert "".join(each.text for each in root.all("mark")) == quote.text
    assert [len("".join(m.text for m in part.all("mark"))) for part in root.all("div", class_="part")][:3] == [
        20,
        30,
        0,
    ]
    (current,) = root.all(id="quote")
    assert quote.text.startswith(current.text)
    assert "".join(each.text for each in root.all("span", class_="furniture")) == LONG[border - 40 : border - 20]


@pytest.mark.parametrize("text", ["x" * 50_000, "\n" * 20_000, "a\n" * 4000, "", "x" * 8000 + "\n", "x" * 8001])
def test_no_text_gets_lost_between_parts(text: str) -> None:
    root = parsed(markup.source(Document("a.txt", text), None, []))
    assert "".join(each.text for each in root.all("div", class_="part")) == text
    assert all(each.text for each in root.all("div", class_="part"))


def test_without_a_quote_nothing_is_marked_and_the_place_is_the_document() -> None:
    root = parsed(markup.source(Document("a.txt", "Text."), None, []))
    assert (root.all("mark"), root.all(id="quote")) == ([], [])
    assert [each.text for each in root.all("p")] == ["a.txt"]


# An answer


def answer(text: str, start: int, end: int, *, name: str = "a.txt", also: tuple[Quote, ...] = ()) -> Answer:
    document = Document(name, text)
    passage = Passage(document, 0, len(text))
    return Answer("When?", (Citation(Quote(document, start, end), passage, 0.5, also),), (passage,), 0.5)


AWKWARD_NAMES = ["a\"b'<c>&d.md", '"><img src=x onerror=1>.txt', "'", "&quot;", "a b=c"]


@pytest.mark.parametrize("name", AWKWARD_NAMES)
def test_a_document_is_opened_by_its_very_id_whatever_it_holds(name: str) -> None:
    found = answer("The end.", 0, 8, name=name, also=(Quote(Document(name, "1234"), 1, 3),))
    first, second = parsed(markup.answer(found)).all("button", class_="opener")
    expected = {"type": "button", "class": "opener", "data-open": name, "data-start": "0", "data-end": "8"}
    assert first.attributes == expected
    assert second.attributes == expected | {"data-start": "1", "data-end": "3"}
    assert first.text == f"[1] {name} {name}, line 1"
    assert second.text == f"{name} {name}, line 1"


def test_the_very_answer_stands_first_and_strong_in_its_quote_and_its_number_shows_the_quote() -> None:
    document = Document("a.txt", "The lease ends on 31 May. Rent is due.")
    passage = Passage(document, 0, len(document.text))
    lease = Citation(Quote(document, 0, 25), passage, 0.5, exact=Quote(document, 18, 24))
    rent = Citation(Quote(document, 26, 38), passage, 0.2)
    root = parsed(markup.answer(Answer("When?", (lease, rent), (passage,), 0.5)))
    assert [each.text for each in root.all("strong")] == ["31 May", "31 May"]
    assert root.all("strong")[0].attributes["class"] == "short"
    chips = [each.inside for each in root.all("span", class_="chip")]
    assert [chip.text for chip, _ in chips] == ["1", "2"]
    assert [(chip.attributes["data-start"], shown.text) for chip, shown in chips] == [
        ("0", "The lease ends on 31 May.a.txt, line 1"),
        ("26", "Rent is due.a.txt, line 1"),
    ]
    (second,) = root.all("details", class_="second")
    assert [each.text for each in second.all("summary")] == ["What came second"]
    assert [each.text for each in second.all("mark")] == ["Rent is due."]


def test_where_all_of_the_quote_answers_nothing_is_larger() -> None:
    assert parsed(markup.answer(answer("The end.", 0, 8))).all("strong") == []


def test_confidence_is_a_bar_a_word_and_what_was_measured() -> None:
    measured = Calibration(None, (), bands=((0.4, 0.46), (0.7, 0.8)))
    found = answer("The end.", 0, 8)
    (sure,) = parsed(markup.answer(found, calibration=measured)).all("p", class_="sure")
    assert sure.all("meter")[0].attributes["value"] == "0.50"
    assert sure.text == " Perhaps right (0.50) On our question sets, 5 of 10 quotes about this sure held the answer."
    for unmeasured in (Calibration(None, ()), Calibration(None, (), bands=((0.6, 0.7),)), None):
        assert "was not measured" in parsed(markup.answer(found, calibration=unmeasured)).text


def test_other_places_are_behind_their_count() -> None:
    places = (Quote(Document("b.txt", "The end."), 0, 8), Quote(Document("c.txt", "The end."), 0, 8))
    found = answer("The end.", 0, 8, also=places)
    (also,) = parsed(markup.answer(found)).all("details", class_="also")
    assert also.all("summary")[0].text == "Said word for word in 2 other places, by 1 independent source in all"
    assert [each.attributes["data-open"] for each in also.all("button")] == ["b.txt", "c.txt"]


def test_what_speaks_for_an_answer_is_drawn_to_the_right_and_what_against_it_to_the_left() -> None:
    document = Document("a.txt", "The end.")
    passage = Passage(document, 0, 8)
    why = (("meaning", 2.3), ("words", -0.46), ("reader", 99.0))
    citation = Citation(Quote(document, 0, 8), passage, 0.5, why=why)
    root = parsed(markup.answer(Answer("When?", (citation,), (passage,), 0.5)))
    assert [each.text for each in root.all("li") if each.all(class_="bar")] == [
        "Meaning+2.3",
        "Words-0.5",
        "Reader+99.0",
    ]
    bars = [
        (each.attributes["class"], each.attributes["style"]) for each in root.all("span") if "style" in each.attributes
    ]
    assert bars == [
        ("part", "left:50.0%;width:25.0%"),
        ("part against", "left:45.0%;width:5.0%"),
        ("part", "left:50.0%;width:50.0%"),
    ]


def test_how_a_question_was_understood_is_said_only_where_it_was_not_as_typed() -> None:
    found = answer("The end.", 0, 8)
    assert parsed(markup.answer(found, asked="When?")).all("p", class_="quiet understood") == []
    (told,) = parsed(markup.answer(found, asked="And then?")).all("p", class_="quiet understood")
    assert told.text == "Understood as: When? Ask as I typed it"
    assert told.all("button")[0].attributes["data-ask"] == "And then?"


def test_an_answer_carries_its_question_and_its_receipt() -> None:
    (article,) = parsed(markup.answer(answer("The end.", 0, 8), asked="<And>?", receipt='{"a": "</b>"}')).all("article")
    assert (article.attributes["data-asked"], article.attributes["data-receipt"]) == ("<And>?", '{"a": "</b>"}')


def test_an_answer_whose_documents_have_changed_shows_what_was_quoted_and_opens_nothing() -> None:
    root = parsed(markup.remembered("When?", [("<b>The end.", "a.txt, line 1")], "{}"))
    assert [each.text for each in root.all("blockquote")] == ["<b>The end."]
    assert "have changed since" in root.text
    assert all("data-open" not in each.attributes for each in root.all())


def test_a_quote_is_shown_between_its_neighbours() -> None:
    text = "One is here. Two is here. Three is here. Four is here. Five is here."
    (block,) = parsed(markup.answer(answer(text, 26, 40))).all("blockquote")
    assert block.text == "… Two is here. Three is here. Four is here. …"
    assert [each.text for each in block.all("mark")] == ["Three is here."]
    (block,) = parsed(markup.answer(answer(text, 0, 12))).all("blockquote")
    assert block.text == "One is here. Two is here. …"
    (block,) = parsed(markup.answer(answer(text, 55, 68))).all("blockquote")
    assert block.text == "… Four is here. Five is here."


@given(TEXT.filter(str.strip), TEXT, st.sampled_from([0, 2]))
@settings(deadline=None)
def test_an_answer_holds_only_our_tags_and_the_documents_words(text: str, question: str, threshold: float) -> None:
    library = Library(embedder=HashingEmbedder(), reader=LIKENESS)
    library.add([Document(text, text, title=text, source=text)])
    found = library.ask(f"end {question}", threshold=threshold)
    root = parsed(markup.answer(found) + markup.question(question) + markup.error(question))
    assert {each.tag for each in root.all()} <= OURS
    assert {name for each in root.all() for name in each.attributes} <= ATTRIBUTES
    shown = [each.text for each in root.all("blockquote")]
    if found.found:
        assert ["".join(m.text for m in b.all("mark")) for b in root.all("blockquote")] == [
            citation.quote.text for citation in found.citations
        ]
        assert all(block.removeprefix("… ").removesuffix(" …") in text for block in shown)
    else:
        assert shown == [passage.text for passage in found.passages[:3] if found.near]
    assert [root.all("h2", class_="question")[0].text, root.all(role="alert")[0].text] == [question, question]


def test_no_answer_says_so_and_keeps_the_nearest_passages_folded() -> None:
    document = Document("a.txt", "One & two.")
    found = Answer("When?", (), (Passage(document, 0, 3), Passage(document, 4, 10)), 0.1)
    root = parsed(markup.answer(found, nearest=1))
    assert [each.text for each in root.all("p", class_="verdict")] == [refusal(found)]
    (details,) = root.all("details")
    assert [each.text for each in details.all("blockquote")] == ["One"]
    bare = parsed(markup.answer(Answer("When?", (), (), 0.0)))
    assert bare.all("p", class_="verdict")[0].text == f"{NOT_FOUND} Nothing in them is near this question."
    assert bare.all("details") == []


def entry(name: str, **known: Any) -> Entry:
    about = {"title": "", "date": "", "date_is_saved": False, "source": "", "author": "", "kind": "txt"}
    about |= {"extent": "2 lines", "characters": 3, "size": 3, "added": False, "state": "ready"}
    return Entry(id=name, **about | known)


def test_the_list_counts_its_documents_and_shows_as_many_as_can_be_looked_through() -> None:
    listed = [entry(f"{number}.txt") for number in range(1001)]
    roots = [parsed(markup.documents(listed[:count])) for count in (0, 1, 1001)]
    assert [root.all("h2")[0].text for root in roots] == ["0 documents", "1 document", "1,001 documents"]
    assert [len(root.all("button", class_="opener")) for root in roots] == [0, 1, 300]
    assert [each.text for each in roots[2].all("p")] == ["701 more documents; find them by a part of their names."]


@pytest.mark.parametrize("name", AWKWARD_NAMES)
def test_a_row_tells_all_that_is_known_and_opens_its_document(name: str) -> None:
    known = entry(name, title=name, author="<i>Jane", source="The & Post", date="2021-03-31", size=345_678)
    root = parsed(markup.documents([known, entry("b", date="2020-01-01", date_is_saved=True, size=None, state="gone")]))
    first, second = root.all("button", class_="opener")
    assert first.attributes["data-open"] == name
    assert first.text == f"{name} <i>Jane, The & Post, 2021-03-31, {name}, 2 lines, 346 kB"
    assert second.text == "b saved 2020-01-01, b, 2 linesgone"
    assert [each.text for each in root.all("span", class_="state")] == ["gone"]


def test_a_document_can_be_removed_only_where_the_library_can_be_written() -> None:
    document = entry('"<b>.txt')
    assert [name for name in buttons(markup.documents([document])) if "Remove" in name] == []
    assert 'Remove "<b>.txt' in buttons(markup.documents([document], writable=True))


def buttons(html: str) -> list[str]:
    return [each.attributes.get("aria-label") or each.text for each in parsed(html).all("button")]


def test_before_a_document_is_removed_it_is_said_what_becomes_of_its_file() -> None:
    root = parsed(markup.sure("<b>.txt", "the uploaded file is deleted"))
    assert [each.text for each in root.all("p")] == ["<b>.txt", "The uploaded file is deleted."]
    assert [each.attributes["value"] for each in root.all("button")] == ["no", "yes"]


def test_what_becomes_of_each_file_is_told_with_how_far_it_is() -> None:
    told = [
        Step("refused", "<a>.exe is no text", "<a>.exe"),
        Step("embedding", "embedding 3 of 12 passages", done=3, total=12),
    ]
    root = parsed(markup.steps(told))
    assert [(each.attributes["class"], each.text) for each in root.all("li")] == [
        ("refused", "<a>.exe is no text"),
        ("embedding", "embedding 3 of 12 passages"),
    ]
    (bar,) = root.all("progress")
    assert (bar.attributes["value"], bar.attributes["max"]) == ("3", "12")
    assert markup.steps([]) == ""
