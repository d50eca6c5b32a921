import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.answer import PASSAGES_READ
from qa.embed import HashingEmbedder
from qa.errors import BadQuestion
from qa.library import Library
from qa.read import SentenceReader
from qa.records import Answer, Document

# Ranks by likeness alone: fast, and worked out by hand.
LIKENESS = SentenceReader(HashingEmbedder())

LEASE = "The lease ends on 31 May. The rent is due on the first of the month."
LEAVE = "Employees get 25 days of leave a year. Managers approve it."


def make(*texts: str) -> Library:
    """A library of a.txt, b.txt and so on."""
    library = Library(embedder=HashingEmbedder(), reader=LIKENESS)
    library.add(Document(f"{chr(97 + number)}.txt", text) for number, text in enumerate(texts))
    return library


def places(answer: Answer) -> list[tuple[str, list[str]]]:
    return [(citation.place, [place.place for place in citation.also]) for citation in answer.citations]


# What is always true

PIECE = st.sampled_from(
    [
        "The lease ends on 31 May.",
        "The lease\u00a0ends on 31 May.",
        "Rent is due monthly!",
        "Leave",
        "Is it?",
        "東京は日本の首都です。",
        "İstanbul’da 5 € 😀.",
        "\n",
        "\r\n\r\n",
        "- one\n- two",
        "# Head",
    ]
) | st.text(max_size=40)
TEXT = st.lists(PIECE, min_size=1, max_size=8).map(" ".join)
QUESTION = st.sampled_from(["When does the lease end?", "東京", "is it", "rent <b>due</b>", "leave 😀 \x1b[31m"])


@given(st.lists(TEXT, min_size=1, max_size=4), QUESTION, st.integers(1, 6), st.sampled_from([0, 0.2, 0.5, 0.9, 1.01]))
@settings(deadline=None)
def test_an_answer_is_made_of_slices_of_the_documents_best_first(
    texts: list[str], question: str, top: int, threshold: float
) -> None:
    library = make(*texts)
    answer = library.ask(question, top=top, threshold=threshold)
    assert answer == make(*texts).ask(question, top=top, threshold=threshold)
    assert answer.question == question
    assert 0 <= answer.confidence <= 1
    assert answer.found == (bool(library.passages) and answer.confidence >= threshold)
    assert answer.passages == tuple(passage for passage, _ in library.search(question, PASSAGES_READ))
    assert len(answer.citations) <= top
    scores = [citation.score for citation in answer.citations]
    assert scores == sorted(scores, reverse=True)
    said = [" ".join(citation.quote.text.split()) for citation in answer.citations]
    assert len(set(said)) == len(said)
    for citation, squashed in zip(answer.citations, said, strict=True):
        quote, passage = citation.quote, citation.passage
        document = library.document(quote.document.id)
        assert quote.text == document.text[quote.start : quote.end]
        assert squashed
        assert passage in answer.passages
        assert passage.start <= quote.start < quote.end <= passage.end
        assert (quote.document.id, quote.start) not in {(p.document.id, p.start) for p in citation.also}
        for place in citation.also:
            assert " ".join(place.text.split()) == squashed
            assert place.text == library.document(place.document.id).text[place.start : place.end]


@given(st.lists(TEXT, min_size=1, max_size=4), QUESTION)
@settings(deadline=None)
def test_fewer_citations_are_the_first_of_more(texts: list[str], question: str) -> None:
    library = make(*texts)
    assert (
        library.ask(question, top=2, threshold=0).citations == library.ask(question, top=9, threshold=0).citations[:2]
    )


def test_the_sentence_that_was_asked_for_comes_first() -> None:
    answer = make(LEASE, LEAVE).ask("When does the lease end?", threshold=0)
    assert answer.citations[0].quote.text == "The lease ends on 31 May."
    assert answer.citations[0].place == "a.txt, line 1"


def test_equal_scores_are_settled_by_document_and_place() -> None:
    answer = make("Red fox. Blue jay.", "Red hen. Blue tit.").ask("zebra", top=4, threshold=0)
    assert len({citation.score for citation in answer.citations}) < 4
    order = [(-c.score, c.quote.document.id, c.quote.start) for c in answer.citations]
    assert order == sorted(order)


def test_what_says_the_same_best_is_what_the_confidence_is_of() -> None:
    """A better first sentence never gives a lower confidence."""
    found = [make(text).ask("When does the lease end?", threshold=0) for text in ("Cats.", "Lease.", LEASE)]
    assert [answer.citations[0].score for answer in found] == sorted(answer.citations[0].score for answer in found)
    assert found[0].confidence < found[1].confidence < found[2].confidence


# Found or not


def test_it_is_found_from_the_threshold_on() -> None:
    library = make(LEASE, LEAVE)
    confidence = library.ask("When does the lease end?", threshold=0).confidence
    assert 0 < confidence < 1
    for threshold, found in ((0, True), (confidence, True), (confidence + 1e-6, False), (1.01, False)):
        assert library.ask("When does the lease end?", threshold=threshold).found is found


def test_a_refusal_has_no_citation_and_the_nearest_passages_best_first() -> None:
    answer = make(LEAVE, LEASE).ask("When does the lease end?", threshold=1.01)
    assert answer.citations == ()
    assert [passage.text for passage in answer.passages] == [LEASE, LEAVE]


def test_documents_of_white_space_say_nothing() -> None:
    answer = make(" \n\t", "\u00a0").ask("When does the lease end?", threshold=0)
    assert (answer.found, answer.passages, answer.confidence) == (False, (), 0.0)


def test_at_most_ten_passages_are_read() -> None:
    answer = make(*(f"Rent of flat {number}." for number in range(PASSAGES_READ + 5))).ask("rent", top=50, threshold=0)
    assert len(answer.passages) == len(answer.citations) == PASSAGES_READ


# The same words elsewhere


def test_a_sentence_of_two_documents_is_cited_once_with_the_other_place() -> None:
    answer = make("Preface.\n\nThe lease ends on 31 May.", LEASE).ask("When does the lease end?", threshold=0)
    assert places(answer)[0] in [("a.txt, line 3", ["b.txt, line 1"]), ("b.txt, line 1", ["a.txt, line 3"])]
    assert sum("lease" in citation.quote.text for citation in answer.citations) == 1


def test_a_sentence_that_stands_three_times_in_a_document_is_cited_once_with_both_other_places() -> None:
    text = "The lease ends on 31 May.\n\nRent is due.\n\nThe lease ends on 31 May.\n\nNo.\n\nThe lease ends on 31 May."
    (citation, *_) = make(text).ask("When does the lease end?", threshold=0).citations
    assert (citation.place, [place.place for place in citation.also]) == (
        "a.txt, line 1",
        ["a.txt, line 5", "a.txt, line 9"],
    )


@pytest.mark.parametrize("space", ["\u00a0", "\n", "\r\n", "  ", "\t", "\u2009"])
def test_other_white_space_makes_no_other_sentence(space: str) -> None:
    spaced = f"The lease{space}ends on{space}31 May."
    library = make("The lease ends on 31 May.", f"Note. {spaced} Rent is due.")
    (citation, *others) = library.ask("The lease ends on 31 May", top=9, threshold=0).citations
    texts = {citation.quote.text, *(place.text for place in citation.also)}
    assert texts == {"The lease ends on 31 May.", spaced}
    assert spaced not in [other.quote.text for other in others]


def test_a_place_in_a_document_that_was_not_read_is_listed_too() -> None:
    """Ten passages are read; the sentence stands in fifteen documents."""
    library = make(*["The lease ends on 31 May."] * 15)
    (citation,) = library.ask("When does the lease end?", threshold=0).citations
    assert len(citation.also) == 14


def test_a_place_that_is_marked_as_repeated_is_among_the_other_places() -> None:
    long = "The lease of the flat on the second floor ends on 31 May, unless one of us gives notice three months ahead."
    library = make(f"{long}\n\nThe rent is due on the first.\n\n{long}")
    (mark,) = library.marks("a.txt")
    assert (mark.reason, library.document("a.txt").line(mark.range.start)) == ("repeated", 5)
    answer = library.ask("When does the lease end?", threshold=0)
    assert places(answer)[0] == ("a.txt, line 1", ["a.txt, line 5"])


def test_the_same_words_amid_others_are_a_place_but_a_part_of_a_word_is_none() -> None:
    library = make("Pay\n\nPayment is monthly. Ask for Pay slips, RePay nothing.\n\nPay\n")
    (citation,) = [found for found in library.ask("pay", threshold=0).citations if found.quote.text == "Pay"]
    assert [(place.start, place.text) for place in citation.also] == [(33, "Pay"), (60, "Pay")]


@pytest.mark.parametrize(
    ("said", "text", "other"),
    [
        ("The lease ends on 31 May.", "Note.The lease ends on 31 May.The mayor was glad.", 5),
        ("“The lease ends on 31 May.”", "Note: she said“The lease ends on 31 May.”and left.", 14),
        ("租约于五月结束。", "租约于五月结束。租金每月支付。", 0),
    ],
)
def test_a_place_is_found_also_where_no_space_follows_its_stop(said: str, text: str, other: int) -> None:
    (citation, *_) = make(said, f"{text}\n\nBook.").ask(said, threshold=0).citations
    places = {(place.document.id, place.start, place.text) for place in (citation.quote, *citation.also)}
    assert places == {("a.txt", 0, said), ("b.txt", other, said)}


def test_a_number_that_goes_on_is_not_the_same() -> None:
    library = make("The rent rose by 3.", "The rent rose by 3.5 percent.\n\nThe rent rose by 3.")
    (citation, *_) = library.ask("The rent rose by 3.", threshold=0).citations
    assert [place.place for place in citation.also] == ["b.txt, line 3"]


def test_what_looks_like_a_pattern_is_taken_literally() -> None:
    library = make("It is (a+b)* or [c].", "It is (aab) or c.\n\nIt is (a+b)* or [c].")
    (citation, *_) = library.ask("Is it (a+b)* or [c]?", threshold=0).citations
    assert len(citation.also) == 1
    assert citation.also[0].text == citation.quote.text == "It is (a+b)* or [c]."


# Never quoted


def test_no_quote_lies_in_a_marked_range() -> None:
    prose = [
        "The new bridge over the harbour opened on Friday, nine years after the first stone was laid, and late.",
        "It carries four lanes of traffic, a tram line and a path for walkers, and the city paid 212 million for it.",
        "The mayor, who cut the ribbon in heavy rain, said that the ferry would keep running until the end of summer.",
        "The first tram crossed at noon with some sixty passengers, most of whom had waited since early morning, and "
        "came back with none.",
    ]
    form = ["Leave a Comment", "Your Name", "Your email will not be shown", "Website", "Post Comment"]
    library = make("\n".join(["Harbour bridge", *prose, *form]))
    marks = [mark.range for mark in library.marks("a.txt")]
    assert [marked.of(library.document("a.txt").text) for marked in marks] == form
    for question in ("Leave a comment", "Your email", "Website", "Who said that the ferry would keep running?"):
        answer = library.ask(question, top=50, threshold=0)
        assert len(answer.citations) == 5  # the title and every sentence of the prose
        for part in (*answer.passages, *(citation.quote for citation in answer.citations)):
            assert all(part.end <= marked.start or marked.end <= part.start for marked in marks)


# Questions


@pytest.mark.parametrize(
    "question",
    [
        "租约何时结束",
        "متى ينتهي عقد الإيجار؟",
        "lease 🎉",
        "<script>alert(1)</script>",
        "lease\x00end",
        "a",
        "%s {0} \\",
        "١٢",
    ],
)
def test_odd_questions_are_answered(question: str) -> None:
    answer = make(LEASE, "租约于五月结束。", "ينتهي عقد الإيجار في مايو.").ask(question, threshold=0)
    assert answer.found
    assert answer.question == question


def test_a_question_finds_its_own_script() -> None:
    library = make(LEASE, "租约于五月结束。", "ينتهي عقد الإيجار في مايو.")
    assert library.ask("租约何时结束", threshold=0).citations[0].quote.text == "租约于五月结束。"
    assert library.ask("متى ينتهي عقد الإيجار؟", threshold=0).citations[0].quote.text == "ينتهي عقد الإيجار في مايو."


@pytest.mark.parametrize("top", [0, -1])
def test_fewer_than_one_citation_is_misuse(top: int) -> None:
    with pytest.raises(ValueError, match=f"top must be at least 1, got {top}"):
        make(LEASE).ask("lease", top=top)


@pytest.mark.model
def test_the_seeds_answer_in_their_own_words_and_say_when_they_do_not_know(seeds: Library) -> None:
    answer = seeds.ask("How many US troops are still in Iraq?", top=5, threshold=0)
    assert answer.citations
    for citation in answer.citations:
        text = seeds.document(citation.quote.document.id).text
        assert text[citation.quote.start : citation.quote.end] == citation.quote.text
    assert answer == seeds.ask("How many US troops are still in Iraq?", top=5, threshold=0)
    far = seeds.ask("What did Darwin say about the finches of the Galapagos?", threshold=0)
    assert far.confidence < answer.confidence
    with pytest.raises(BadQuestion, match="not UTF-8"):
        seeds.ask("caf\udce9")


@pytest.mark.model
def test_in_a_library_of_four_lines_the_words_of_asking_do_not_outweigh_what_is_asked() -> None:
    library = Library()
    notes = "Wifi password of the summer house: otter-lamp-77\nGarage: brakes due in October\n2 kg potatoes\n"
    library.add([Document("notes.txt", notes), Document("leave.txt", "Employees get 25 days of paid leave a year.")])
    assert library.ask("What is the wifi password?").citations[0].quote.text.endswith("otter-lamp-77")
    assert not library.ask("How tall is the Eiffel tower?").found
