import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.clean import mark
from qa.records import Document, Range
from qa.text import lines

SEEDS = Path(__file__).parent.parent / "seeds"
TITLE = "Harbour bridge opens after nine years"
PROSE = [
    "The new bridge over the harbour opened on Friday, nine years after the first stone was laid, and two years late.",
    "It carries four lanes of traffic, a tram line and a path for walkers, and the city paid 212 million euros for it.",
    "The mayor, who cut the ribbon in heavy rain, said that the ferry would keep running until the end of the summer.",
    "Engineers had to replace eleven of the forty cables last winter, when a storm showed that they were too short.",
    # Wider than lines are wrapped to, so every line of these texts is a paragraph.
    "The first tram crossed at noon with some sixty passengers, most of whom had waited for it since early morning, "
    "and came back with none.",
]


def article(*after: str, before: tuple[str, ...] = ()) -> str:
    return "\n".join([TITLE, *before, *PROSE, *after])


def marked(*texts: str) -> list[list[str]]:
    """The marked lines of each text."""
    documents = [Document(f"{number}.txt", text) for number, text in enumerate(texts)]
    pairs = zip(documents, mark(documents), strict=True)
    return [[each.range.of(document.text) for each in marks] for document, marks in pairs]


def reasons(text: str) -> list[tuple[str, str]]:
    return [(each.reason, each.range.of(text)) for each in mark([Document("a.txt", text)])[0]]


def seed(prefix: str) -> Document:
    (path,) = SEEDS.glob(f"{prefix}*.txt")
    with path.open(newline="", encoding="utf-8") as file:
        return Document(path.name, file.read())


# Furniture


def test_a_comment_form_below_the_text_is_furniture() -> None:
    form = ["Leave a Comment", "Your Name", "Your email will not be shown", "Website", "Post Comment"]
    assert marked(article(*form)) == [form]


def test_buttons_to_share_are_furniture_below_the_text_and_above_it() -> None:
    buttons = ("Share on Facebook", "Share on Twitter", "Tweet")
    assert marked(article(*buttons), article(before=buttons)) == [list(buttons)] * 2


def test_a_count_of_comments_is_furniture_but_a_figure_is_not() -> None:
    assert marked(article("12 Comments"), article("Comments: 12 percent in favour")) == [["12 Comments"], []]


def test_a_label_that_leads_only_to_furniture_goes_with_it() -> None:
    assert marked(article("See also:", "Related Stories")) == [["See also:", "Related Stories"]]
    assert marked(article("See also:", "The ferry timetable")) == [[]]


def test_headlines_of_other_pages_below_the_text_are_furniture() -> None:
    headlines = [
        "Pop Star Opens Up On Her Year Away From The Stage -",
        "Actor Spotted In Small Town Bakery -",
        "Why The Queen Of Quiz Shows Finally Said No -",
        "Five Chefs Who Walked Out Of Their Own Kitchens -",
    ]
    assert marked(article("-", *headlines)) == [["-", *headlines]]


def test_a_path_through_the_site_and_tags_without_spaces_above_the_text_are_furniture() -> None:
    above = ("Home » News » Harbour", "PoliticsTransportBreakingHarbourLatest A- A+")
    assert marked(article(before=above)) == [list(above)]


def test_a_comment_form_amid_the_text_is_furniture_from_three_lines_on() -> None:
    form = ["Leave a Reply", "Post Comment", "Cancel reply"]
    assert marked(article(*form, *("More prose. " + line for line in PROSE))) == [form]
    assert marked(article(*form[:2], *("More prose. " + line for line in PROSE))) == [[]]


def test_an_offer_is_furniture_only_where_several_documents_make_it() -> None:
    offer = "Get the day in five minutes with our morning newsletter"
    texts = [article(offer, *(f"Then: {line}" for line in PROSE)) for _ in range(3)]
    assert marked(*texts) == [[offer]] * 3
    assert marked(*texts[:2]) == [[]] * 2


def test_running_heads_and_page_numbers_are_furniture_after_the_first_page() -> None:
    pages = [f"Acme travel policy\n\n{line}\n\nPage {number} of 5\n\n" for number, line in enumerate(PROSE, 1)]
    starts = tuple(sum(map(len, pages[:count])) for count in range(len(pages)))
    document = Document("policy.pdf", "".join(pages), page_starts=starts)
    found = [each.range.of(document.text) for each in mark([document])[0]]
    assert found == [line for number in range(2, 6) for line in ("Acme travel policy", f"Page {number} of 5")]


def test_rows_of_figures_at_the_borders_of_pages_are_no_running_heads() -> None:
    pages = [f"{year} 12 40 7\n\n{line}\n\n" for year, line in enumerate(PROSE, 2019)]
    starts = tuple(sum(map(len, pages[:count])) for count in range(len(pages)))
    assert mark([Document("table.pdf", "".join(pages), page_starts=starts)]) == [()]


# Repeated paragraphs


def test_the_second_and_third_standing_of_a_paragraph_are_repeated_and_the_first_is_not() -> None:
    text = "\n\n".join([PROSE[0], PROSE[1], PROSE[0], PROSE[2], PROSE[0]])
    marks = mark([Document("a.txt", text)])[0]
    second = text.index(PROSE[0], 1)
    third = text.index(PROSE[0], second + 1)
    length = len(PROSE[0])
    assert [(each.reason, *each.range) for each in marks] == [
        ("repeated", second, second + length),
        ("repeated", third, third + length),
    ]


def test_a_heading_is_repeated_only_with_what_stands_below_it() -> None:
    again = ["Opening", PROSE[0], "Passengers", PROSE[4]]
    assert reasons("\n".join([*again, *again])) == [("repeated", line) for line in again]
    assert reasons("\n".join(["Berlin", "Closed on Sundays.", "Paris", "Closed on Sundays."])) == []


def test_an_item_that_stands_under_two_headings_is_not_repeated() -> None:
    assert reasons("\n".join(["Request", f"- {PROSE[4]}", "Session", f"- {PROSE[4]}"])) == []


def test_a_paragraph_with_other_white_space_is_still_the_same() -> None:
    spaced = PROSE[0].replace(" ", "\u00a0 ")
    assert reasons("\n\n".join([PROSE[0], PROSE[4], spaced])) == [("repeated", spaced)]


def test_a_paragraph_that_two_documents_have_in_common_is_marked_in_neither() -> None:
    assert marked(article(), article(), article()) == [[], [], []]


def repeated(text: str) -> list[Range]:
    return [each.range for each in mark([Document("a.txt", text)])[0] if each.reason == "repeated"]


def repeated_slowly(text: str) -> list[Range]:
    """The same, each row looked at from every long line that stood before and stands again."""
    places = lines(text)
    keys = [" ".join(place.of(text).split()) for place in places]
    first = [keys.index(key) for key in keys]
    rows = set()
    for start, key in enumerate(keys):
        if first[start] < start and len(key) >= 100 and not key.startswith("- "):
            for step in (-1, 1):
                row = start
                while 0 <= row < len(keys) and start - first[start] == row - first[row]:
                    rows.add(row)
                    row += step
    return [places[row] for row in sorted(rows)]


@given(st.lists(st.sampled_from([*PROSE[:3], f"- {PROSE[4]}", "Berlin", "Paris", "Rome", "Closed."]), max_size=40))
def test_what_is_repeated_is_what_looking_at_every_long_line_finds(drawn: list[str]) -> None:
    text = "\n".join(drawn)
    assert repeated(text) == repeated_slowly(text)


def test_many_lines_that_all_stand_twice_are_marked_without_walking_over_them_again_and_again() -> None:
    several = "\n".join(f"{PROSE[4]} {number}" for number in range(20_000))
    began = time.process_time()
    assert len(repeated(f"{several}\n{several}")) == 20_000
    assert time.process_time() - began < 10  # quadratic, it takes half a minute


# What must not be marked


@pytest.mark.parametrize(
    "end",
    [
        "Contact: hr@example.com, +44 20 7946 0000",
        "Jane Smith\nHead of People",
        "Version 2.1\nEffective date: 1 March 2024\nNext review: yearly",
        "Opening hours\nMonday to Friday: 9:00 to 17:00\nSaturday: closed",
        "Action items\nShare the draft with Tom\nReply to the auditors by 5 March\nBook a room",
        "Related policies\nParental Leave Policy\nSick Leave Policy\nExpenses Policy",
        "References\nKuhn, T. The Structure of Scientific Revolutions.\nPopper, K. The Logic of Scientific Discovery.",
        "Set list\nYou Belong With Me\nMan On The Moon\nShake It Off\nThe Night We Met",
        "Best picture\nEverything Everywhere All at Once\nBest director\nSteven Spielberg",
        "Where to find us\nTwitter: @acme\nFacebook: acme.example\nInstagram: acme",
        "- Share the slides\n- Reply to comments\n- Leave a comment",
        "Newsletter sent\n20\nFacebook posts\n35",
        "Please send your comments to the author before Friday.",
        "Please share your comments.",
        "| Post | Comments | Share |\n|---|---|---|\n| Bridge | 4 | 20 % |",
        "I wandered lonely as a cloud\nThat floats on high o'er vales and hills,\nWhen all at once I saw a crowd,",
    ],
)
def test_what_people_write_below_their_text_is_not_furniture(end: str) -> None:
    assert marked(article(*end.split("\n"))) == [[]]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n \n",
        "Share",
        "Leave a reply",
        "Leave a Reply\nPost Comment\nSubscribe\nShare on Facebook",
        "# Shopping\n\n- milk\n- bread\n\n## Later\n\n- Share\n- Reply\n",
        "Share\nReply\nComment\n\n" * 5,
        "def share(comment):\n    return reply(comment)\n\nshare\nreply\n",
    ],
)
def test_a_text_without_prose_has_no_furniture(text: str) -> None:
    assert reasons(text) == []


def test_title_subtitle_byline_and_date_stay() -> None:
    above = ("Nine years, 212 million euros", "By Ada Long", "27 March 2024")
    assert marked(article(before=above)) == [[]]


def test_a_first_line_stays_even_if_it_reads_like_a_button() -> None:
    assert marked("\n".join(["Leave a Comment", *PROSE])) == [[]]


def test_headings_and_bullets_of_markdown_stay() -> None:
    parts = [f"## Share {number}\n\n{line}\n\n- Share\n- Comment" for number, line in enumerate(PROSE)]
    assert marked("# Comments\n\n" + "\n\n".join(parts)) == [[]]


def test_where_the_text_is_about_comments_the_word_is_no_sign() -> None:
    manual = [f"To moderate comments, {line[0].lower()}{line[1:]}" for line in PROSE]
    assert marked("\n".join([TITLE, *manual, "Comments", "Post comments"])) == [[]]
    assert marked(article("Comments", "Post comments")) == [["Comments", "Post comments"]]


# The seeds


@pytest.mark.parametrize(
    ("prefix", "reason", "first", "last"),
    [
        ("000", "repeated", 9, 12),
        ("000", "furniture", 13, 16),
        ("001", "furniture", 49, 51),
        ("002", "furniture", 11, 27),
        ("003", "furniture", 33, 34),
        ("004", "furniture", 32, 46),
    ],
)
def test_the_ends_of_the_seeds_are_marked_and_nothing_of_their_text(
    prefix: str, reason: str, first: int, last: int
) -> None:
    document = seed(prefix)
    found = {document.line(each.range.start): each.reason for each in mark([document])[0]}
    expected = {document.line(line.start) for line in lines(document.text)} & set(range(first, last + 1))
    assert {line for line, why in found.items() if why == reason and line > 3} == expected
    assert {line for line in found if line < 9} == ({3} if prefix == "004" else set())


# What is always true

LINE = st.sampled_from(
    [*PROSE, TITLE, "Leave a Reply", "Post Comment", "-", "12", "", "Share", "Source:", "# Head", "The End Of A Show -"]
)
TEXT = st.one_of(
    st.lists(LINE, max_size=14).map("\n".join), st.lists(LINE, max_size=14).map("\r\n\r\n".join), st.text(max_size=200)
)
SET = st.lists(TEXT, max_size=5).map(
    lambda texts: [Document(f"{number}.txt", text) for number, text in enumerate(texts)]
)


@given(SET)
def test_marks_are_whole_lines_in_order_without_overlap(documents: list[Document]) -> None:
    for document, marks in zip(documents, mark(documents), strict=True):
        ranges = [each.range for each in marks]
        assert all(before.end <= after.start for before, after in pairwise(ranges))
        assert set(ranges) <= set(lines(document.text))
        assert {each.reason for each in marks} <= {"furniture", "repeated"}


@given(SET)
def test_what_is_repeated_stands_before_and_is_not_marked_there_as_repeated(documents: list[Document]) -> None:
    for document, marks in zip(documents, mark(documents), strict=True):
        repeated = {each.range for each in marks if each.reason == "repeated"}
        for each in repeated:
            key = each.of(document.text).split()
            same = [line for line in lines(document.text) if line.of(document.text).split() == key]
            assert same[0] not in repeated
            assert same[0].start < each.start


@given(SET, st.randoms())
def test_the_order_of_the_documents_does_not_matter(documents: list[Document], chance: object) -> None:
    expected = {document.id: marks for document, marks in zip(documents, mark(documents), strict=True)}
    shuffled = list(documents)
    chance.shuffle(shuffled)
    assert {document.id: marks for document, marks in zip(shuffled, mark(shuffled), strict=True)} == expected
