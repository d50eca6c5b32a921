import pytest

from qa.embed import SentenceTransformerEmbedder
from qa.records import Range
from qa.spelling import Respelt, Spelling, as_spelt
from qa.text import word_ranges, words

# Who is common is decided by the embedder's vocabulary; here, by a list.
COMMON = {"who", "is", "the", "minister", "nation", "of", "and", "election", "met", "in", "what", "did", "say", "for"}


def count_tokens(texts):
    return [1 if text.lower() in COMMON else 3 for text in texts]


def variants(question: str, text: str) -> list[str]:
    return Spelling(words(text)).variants(question, count_tokens)


@pytest.mark.parametrize(
    ("asked", "stands"),
    [
        ("Kadhimi", "Kadhemi"),
        ("Kadhimi", "Kazemi"),  # dh is z: kazimi and kazemi differ in one letter of six
        ("Soleimani", "Suleimani"),  # one of nine
        ("Qassem", "Kasem"),  # the same sounds
        ("Hezbollah", "Hizbullah"),  # hezbolah, hizbulah: two of eight, which is the most that is taken for alike
        ("comittee", "committe"),
        ("togehter", "together"),  # neighbours exchanged are one difference
    ],
)
def test_another_spelling_of_a_name_and_a_slip_are_found(asked: str, stands: str) -> None:
    assert variants(f"Who is {asked}?", stands) == words(stands)


@pytest.mark.parametrize(
    ("asked", "stands"),
    [
        ("nation", "notion"),  # common: one letter makes another word of it
        ("the nation's minister", "notion"),  # as common as without its ending
        ("the nation’s minister", "notion"),
        ("THE NATION'S MINISTER", "notion"),
        ("Iran", "Iraq"),  # too short
        ("Sistani", "Zistani"),  # another first sound
        ("Shaways", "Shamkhani"),
        ("2020a", "2021a"),  # no letters, no name
        ("Kadhimi", "Kadhimi"),  # itself
    ],
)
def test_other_words_are_not(asked: str, stands: str) -> None:
    assert variants(f"Who is {asked}?", stands) == []


def test_every_variant_is_named_once_in_the_order_of_question_and_vocabulary() -> None:
    found = variants("Kadhimi met Suleimani and Kadhimi", "Soleimani Kazemi Kadhemi Soleimani")
    assert found == ["kazemi", "kadhemi", "soleimani"]


def test_nothing_is_found_in_nothing() -> None:
    assert variants("Who is Kadhimi?", "") == []
    assert variants("", "Kadhimi") == []


def as_in(question: str, text: str) -> str:
    standing = {folded: where.of(text) for folded, where in word_ranges(text)}
    return as_spelt(question, Spelling(standing).respelt(question, count_tokens), standing)


def test_a_word_is_told_with_its_place_and_its_other_spellings() -> None:
    found = Spelling(words("Kazemi Kadhemi")).respelt("Who is Kadhimi?", count_tokens)
    assert found == [Respelt("kadhimi", Range(7, 14), ("kazemi", "kadhemi"))]


@pytest.mark.parametrize(
    ("question", "text", "asked"),
    [
        ("Who is Kadhimi?", "Mr. Kazemi is minister.", "Who is Kazemi?"),
        ("Did Kadhimi’s minister say Soleimani met?", "KAZEMI, Suleimani", "Did KAZEMI minister say Suleimani met?"),
        ("Who is Kadhimi?", "Kazemi and Kadhimi", "Who is Kadhimi?"),  # the text has it as it is asked
        ("Who is Kadhimi?", "Nobody.", "Who is Kadhimi?"),
    ],
)
def test_a_question_is_put_in_the_spelling_of_a_text(question: str, text: str, asked: str) -> None:
    assert as_in(question, text) == asked


@pytest.mark.model
def test_the_packaged_embedder_knows_common_words_whole_and_no_names() -> None:
    count = SentenceTransformerEmbedder().count_tokens
    spelling = Spelling(words("military militant Kadhemi embassy election selection Soleimani"))
    assert spelling.variants("Which militia did Kadhimi fear in the election?", count) == words("Kadhemi")
    assert spelling.variants("What was the military's fear of Kadhimi’s embassy?", count) == words("Kadhemi")
    ordinary = Spelling(words("county stage notions"))
    assert ordinary.variants("What is the country's largest city, the state’s, the nations'?", count) == []
