from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.embed import HashingEmbedder
from qa.library import Library
from qa.read import SentenceReader
from qa.records import Answer, Citation, Document, Mark, Passage, Quote, Range, Slice
from qa.render import NOT_FOUND, refusal
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


OURS = {"blockquote", "button", "details", "div", "h2", "li", "mark", "ol", "p", "span", "summary", "ul"}
ATTRIBUTES = {
    "aria-label",
    "class",
    "data-click",
    "data-end",
    "data-open",
    "data-start",
    "dir",
    "id",
    "role",
    "tabindex",
    "type",
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
        assert all(each.attributes == {} or each.attributes["id"] == "quote" for each in root.all("mark"))


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
    root = parsed(markup.source(document, quote, marks, click=7))
    assert "".join(each.text for each in root.all("div", class_="part")) == text
    assert "".join(each.text for each in root.all("mark")) == quote.text
    assert {each.tag for each in root.all()} <= OURS
    assert {name for each in root.all() for name in each.attributes} <= ATTRIBUTES
    assert [each.attributes["data-open"] for each in root.all("button")] == [""]
    assert len(root.all(id="quote")) == 1
    assert root.all("div", class_="source")[0].attributes["data-click"] == "7"
    assert [each.text for each in root.all("p")] == [quote.place]


LONG = "".join(f"Line {number} of <many>, with some more words to fill it.\r\n" for number in range(900))


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
    first, second = parsed(markup.answer(found)).all("button")
    expected = {"type": "button", "data-open": name, "data-start": "0", "data-end": "8"}
    assert first.attributes == expected
    assert second.attributes == expected | {"data-start": "1", "data-end": "3"}
    assert first.text == f"[1] {name} {name}, line 1"
    assert second.text == f"also at {name} {name}, line 1"
    (listed,) = parsed(markup.documents([Document(name, "1\n2")])).all("button")
    assert listed.attributes == {"type": "button", "data-open": name}
    assert listed.text == f"{name} {name}, 2 lines"


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
    assert [root.all("div", class_="question")[0].text, root.all(role="alert")[0].text] == [question, question]


def test_no_answer_says_so_and_keeps_the_nearest_passages_folded() -> None:
    document = Document("a.txt", "One & two.")
    found = Answer("When?", (), (Passage(document, 0, 3), Passage(document, 4, 10)), 0.1)
    root = parsed(markup.answer(found, nearest=1))
    assert [each.text for each in root.all("p", class_="verdict")] == [refusal(found)]
    (details,) = root.all("details")
    assert [each.text for each in details.all("blockquote")] == ["One"]
    bare = parsed(markup.answer(Answer("When?", (), (), 0.0)))
    assert (bare.text, bare.all("details")) == (f"{NOT_FOUND} Nothing in them is near this question.", [])


def test_the_list_counts_its_documents() -> None:
    listed = [Document(f"{number}.txt", "x") for number in range(1001)]
    heads = [parsed(markup.documents(listed[:count], click=3)).all("h2")[0].text for count in (0, 1, 1001)]
    assert heads == ["0 documents", "1 document", "1,001 documents"]
