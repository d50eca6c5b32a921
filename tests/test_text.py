import textwrap
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.records import Range
from qa.text import asked_words, lines, sentences, trim, word_ranges, words

SEEDS = sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))
PROSE = (
    "The new bridge over the harbour opened on Friday, nine years after the first stone was laid, and two years late. "
    "It carries four lanes of traffic, a tram line and a path for walkers, and the city paid 212 million euros for it. "
    "The mayor, who cut the ribbon in heavy rain, said that the ferry would keep running until the end of the summer."
)
# What real pages and hostile ones are made of.
PIECES = [
    *("He left.", "U.S.", "Gen.", "Sept. 25", "attacks.The ", "the", "A", "3.5", "?”", "“", "…", "...", ".", "!", ")"),
    *(" ", "  ", "\t", "\n", "\r", "\r\n", "\n\n", "\u00a0", "\u3000", "\x0b", "\x0c", "\x1c", "\x85", "\u2028"),
    *(
        "\u200b",
        "\u200d",
        "\ufeff",
        "\u202e",
        "\u202c",
        "e\u0301",
        "\u0301",
        "İ",
        "ß",
        "😀",
        "𠮷",
        "東京。",
        "- ",
        "1. ",
    ),
]
AWKWARD = st.one_of(st.lists(st.sampled_from(PIECES), max_size=30).map("".join), st.text(max_size=60))


def slices(text: str, ranges: list[Range]) -> list[str]:
    return [each.of(text) for each in ranges]


def assert_covered_in_order(text: str, ranges: list[Range]) -> None:
    """Ordered, disjoint, trimmed, and nothing but white space left out."""
    assert all(before.end <= after.start for before, after in pairwise(ranges))
    assert all(each.of(text) == each.of(text).strip() for each in ranges)
    borders = [0, *(offset for each in ranges for offset in each), len(text)]
    assert not "".join(text[end:start] for end, start in zip(borders[::2], borders[1::2], strict=True)).strip()


# Words


@pytest.mark.parametrize(
    ("same", "word"),
    [
        ("U.S. US us U.S", "us"),
        ("U.S.A. USA", "usa"),
        ("Shi’ite Shi'ite Shiite Shiʼite Shi‘ite Shi`ite SHI’ITE", "shiit"),
        ("ally ally's ally’s allies", "alli"),
        ("O'Brien O’Brien's obrien", "obrien"),
        ("isn't isn’t isnt", "isnt"),
        ("café CAFÉ cafe\u0301 Cafe", "cafe"),
        ("résumé re\u0301sume\u0301 RESUME\u0301 resume", "resum"),
        ("İstanbul istanbul ISTANBUL I\u0307stanbul", "istanbul"),
        ("Straße STRASSE", "strass"),
        ("ﬁle file", "file"),
        ("2,500 2500", "2500"),
        ("1,000,000 1000000", "1000000"),
        ("militias militia militia's", "militia"),
        ("warning warned warns", "warn"),
    ],
)
def test_writings_of_one_word_are_folded_into_one(same: str, word: str) -> None:
    assert set(words(same)) == {word}
    assert len(words(same)) == len(same.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("… — ! _ \u202e", []),
        ("The U.S. ally’s Shi’ite militias", ["the", "us", "alli", "shiit", "militia"]),
        ("the U.S.-led F-16", ["the", "us", "led", "f", "16"]),
        ("It ended. In 2021, it began", ["it", "end", "in", "2021", "it", "began"]),
        ("snake_case ‘quoted’ dogs'", ["snake", "case", "quot", "dog"]),
        ("20% of 3.5", ["20", "of", "35"]),
        ("東京タワー", ["東", "京", "タ", "ワ", "ー"]),
        ("2020年东京 iPhone手机", ["2020", "年", "东", "京", "iphon", "手", "机"]),
        ("한국어 Москва", [unicodedata.normalize("NFKD", "한국어"), "москва"]),
    ],
)
def test_a_text_has_the_words_that_a_reader_would_count(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_word_ranges_are_those_of_the_text_as_it_stands() -> None:
    text = "İ’s 😀 U.S. re\u0301sume\u0301s: 2,500"
    # İ, ’ and s are 0 to 3; the smiley is one code point; the accents stand as characters of their own.
    assert [(word, *range_) for word, range_ in word_ranges(text)] == [
        ("i", 0, 3),
        ("us", 6, 9),
        ("resum", 11, 20),
        ("2500", 22, 27),
    ]


@settings(deadline=None)
@given(AWKWARD)
def test_word_ranges_are_in_order_and_each_slice_folds_to_its_word(text: str) -> None:
    found = word_ranges(text)
    assert [word for word, _ in found] == words(text)
    assert all(before.end <= after.start for (_, before), (_, after) in pairwise(found))
    assert all(words(each.of(text)) == [word] for word, each in found)


@settings(deadline=None)
@given(AWKWARD)
def test_every_letter_and_digit_is_in_a_word(text: str) -> None:
    inside = {offset for _, each in word_ranges(text) for offset in range(*each)}
    assert all(offset in inside for offset, c in enumerate(text) if c.isalnum())


@settings(deadline=None)
@given(st.text(st.sampled_from("aeinouç éèñüÅéI.’'1,"), max_size=30))
def test_composed_and_decomposed_text_have_the_same_words(text: str) -> None:
    assert words(unicodedata.normalize("NFD", text)) == words(unicodedata.normalize("NFC", text))


# Lines


@pytest.mark.parametrize("width", range(40, 121, 5))
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_a_hard_wrapped_paragraph_is_one_line_and_a_blank_line_ends_it(width: int, line_break: str) -> None:
    text = f"{textwrap.fill(PROSE, width)}\n\n{textwrap.fill(PROSE[::-1], width)}".replace("\n", line_break)
    assert [line.split() for line in slices(text, lines(text))] == [PROSE.split(), PROSE[::-1].split()]


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name[:3])
def test_in_the_seeds_every_line_is_a_line(path: Path) -> None:
    text = path.read_bytes().decode()
    assert slices(text, lines(text)) == [line.strip() for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize("item", ["- {}", "* {}", "• {}", "| {}", "# {}", "> {}", "{}. Item", "12) {}", "12: {}"])
def test_an_item_is_a_line_of_its_own_even_below_a_full_line(item: str) -> None:
    # 45 characters, so that no first word fits below 45 + 1.
    full = "A line of forty-five characters, exactly 45.."
    text = "\n".join([full, full, full, item.format("12"), full])
    assert len(full) == 45
    assert slices(text, lines(text))[1] == item.format("12")


def test_a_list_below_wrapped_text_stays_a_list() -> None:
    text = textwrap.fill(PROSE, 60) + "\n- milk and bread\n- tea"
    assert slices(text, lines(text))[1:] == ["- milk and bread", "- tea"]


def test_a_line_that_ends_before_the_width_ends_its_paragraph() -> None:
    # The third line breaks though "It" would have fitted; the others could take no word more.
    first = "The ferry runs until the end of summer\nas it has done for two hundred years,\nand not a day longer."
    second = "It will be missed by very many people\nwho never took it."
    text = f"{first}\n{second}"
    assert slices(text, lines(text)) == [first, second]


@pytest.mark.parametrize(
    "text", ["milk\nbread\neggs\nbutter", "Present:\nAnna Smith\nBob Jones\nCarl Meyer\nDora Long"]
)
def test_a_list_of_names_or_things_is_not_wrapped_text(text: str) -> None:
    assert slices(text, lines(text)) == text.split("\n")


def test_headlines_one_below_the_other_are_not_joined() -> None:
    text = "Bridge opens\nMayor cuts the ribbon in heavy rain\nFerry stays\nTickets"
    assert slices(text, lines(text)) == text.split("\n")


def test_two_long_headlines_among_short_ones_are_not_wrapped_text() -> None:
    # The second and the third are 38 and 37 wide, so no "Ferry" would have fitted; but most lines are far narrower.
    long = ["Mayor cuts the ribbon in heavy showers", "Engineers replace eleven steel cables"]
    text = "\n".join(["Bridge opens", *long, "Ferry stays", "Tickets", "Trams at noon"])
    assert slices(text, lines(text)) == text.split("\n")


def test_lines_wider_than_text_is_wrapped_are_paragraphs() -> None:
    # 121 characters each: one more than the widest wrap.
    text = "\n".join(["x" * 60 + " " + "y" * 60] * 5)
    assert slices(text, lines(text)) == text.split("\n")


@settings(deadline=None)
@given(AWKWARD)
def test_lines_are_trimmed_ordered_and_leave_out_only_white_space(text: str) -> None:
    assert_covered_in_order(text, lines(text))


# Sentences


@pytest.mark.parametrize(
    "one",
    [
        "Gen. Qadir spoke on Friday.",
        "It began on Sept. 25 and ended in May.",
        "A U.S. ally said no.",
        "He waited… then left.",
        "He waited ... then left.",
        "“Really?” she said.",
        "After the attacks. on the walled city he left.",
        "It costs 3.5 million dollars.",
        "See example.com for more.",
        "Mr. Smith met Dr. Jones at 5 p.m. on Friday.",
    ],
)
def test_a_stop_that_ends_nothing_ends_no_sentence(one: str) -> None:
    text = f"{one} The mayor left."
    assert slices(text, sentences(text)) == [one, "The mayor left."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He said: “We won.” Then he left.", ["He said: “We won.”", "Then he left."]),
        ('He said "Stop!" Then he left.', ['He said "Stop!"', "Then he left."]),
        ("(He left.) She stayed.", ["(He left.)", "She stayed."]),
        ("Wait... What? No!", ["Wait...", "What?", "No!"]),
        ("He fled the rocket attacks.The ultimatum came.", ["He fled the rocket attacks.", "The ultimatum came."]),
        ("Is that so?Yes it is.", ["Is that so?Yes it is."]),  # two letters before the stop are too few
        ("He asked why?Nobody knew it.", ["He asked why?", "Nobody knew it."]),
        ("Mail me@example.Com or node.Js", ["Mail me@example.", "Com or node.Js"]),
        ("One.\nTwo\r\nThree.\rFour", ["One.", "Two", "Three.", "Four"]),
        ("Gov.\n\nSmith left.", ["Gov.", "Smith left."]),
        ("  \n\t ", []),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, expected: list[str]) -> None:
    assert slices(text, sentences(text)) == expected


def test_a_sentence_goes_on_over_the_line_breaks_of_wrapped_text() -> None:
    text = textwrap.fill(PROSE, 50).replace("\n", "\r\n")
    expected = [f"{sentence}." for sentence in PROSE.rstrip(".").split(". ")]
    assert [" ".join(sentence.split()) for sentence in slices(text, sentences(text))] == expected


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name[:3])
def test_the_sentences_of_the_seeds_leave_out_only_white_space_and_begin_no_line_late(path: Path) -> None:
    text = path.read_bytes().decode()
    found = sentences(text)
    assert_covered_in_order(text, found)
    assert {line.start for line in lines(text)} <= {sentence.start for sentence in found}
    assert not any(sentence.of(text)[0].islower() for sentence in found if text[sentence.start - 1] != "\n")


@settings(deadline=None)
@given(AWKWARD)
def test_sentences_are_trimmed_ordered_and_leave_out_only_white_space(text: str) -> None:
    assert_covered_in_order(text, sentences(text))


@settings(deadline=None)
@given(AWKWARD)
def test_no_sentence_crosses_a_line(text: str) -> None:
    found = lines(text)
    for sentence in sentences(text):
        assert any(line.start <= sentence.start and sentence.end <= line.end for line in found)


# Trimming


@settings(deadline=None)
@given(AWKWARD, st.data())
def test_trim_is_strip_with_the_place_kept(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    trimmed = trim(text, start, end)
    if not text[start:end].strip():
        assert trimmed is None
    else:
        assert trimmed is not None
        assert trimmed.of(text) == text[start:end].strip()
        assert not (text[start : trimmed.start] + text[trimmed.end : end]).strip()


def test_chinese_and_japanese_stops_end_sentences() -> None:
    text = "他来了。「我走了。」他说！おわり。"
    assert [piece.of(text) for piece in sentences(text)] == ["他来了。", "「我走了。」", "他说！", "おわり。"]


def test_words_of_mere_asking_count_only_where_the_texts_hold_them() -> None:
    question = "What is the wifi password of the summer house?"
    assert asked_words(question, set()) == words("wifi password summer house")
    assert asked_words(question, {"the", "cat"}) == words("the wifi password the summer house")
    assert asked_words("Who is it?", set()) == words("Who is it?")  # all of it, where nothing else is left
    assert asked_words("What did the US do?", set()) == ["us"]  # the US is no "us"
