import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.embed import HashingEmbedder, Vectors
from qa.library import Library
from qa.read import SentenceReader
from qa.records import Document, Passage, Span
from qa.text import asks, sentences
from vector_store import Hit


class TwoWays(HashingEmbedder):
    """Two dimensions: a text of a lease points one way, of rent between, of other things the other way."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[str]] = []

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.batches.append(list(texts))
        return np.array([self.embed_question(text) for text in texts], np.float32).reshape(-1, 2)

    def embed_question(self, text: str) -> Vectors:
        if "cat" in text.lower():
            return np.array([-1, 0], np.float32)
        if "lease" in text.lower():
            return np.array([1, 0], np.float32)
        return np.array([0.6, 0.8] if "rent" in text.lower() else [0, 1], np.float32)


class BatchEmbedder(HashingEmbedder):
    """Gives other digits in a batch of another size, as real models do, only earlier ones."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        vectors = super().embed_passages(texts)
        vectors[:, 1] += 0.01 * len(texts)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def passage(text: str, start: int = 0, end: int | None = None, *, title: str = "") -> Passage:
    return Passage(Document("a.txt", text, title=title), start, len(text) if end is None else end)


def hits(passages: Sequence[Passage], scores: Sequence[float]) -> list[tuple[Passage, Hit]]:
    """The passages as retrieval gives them."""
    return [(one, Hit(row, score, None, None)) for row, (one, score) in enumerate(zip(passages, scores, strict=True))]


LEASE = "The lease ends in May. Rent is due monthly."


def test_a_score_is_the_mean_of_meaning_words_and_passage() -> None:
    (spans,) = SentenceReader(TwoWays()).read("When does the lease end, in rain?", hits([passage(LEASE)], [0.5]))
    # Asked for: the leas end in rain; not "when" and "does", which no row holds. Two rows, of 5 and 4 words:
    # the leas end in may / rent is due month.
    # Four of them stand in one row: idf = ln(1 + 1.5 / 1.5) = ln 2; "rain" in none: ln(1 + 2.5 / 0.5) = ln 6.
    # One standing gives 2.5 / (1 + 1.5 · (0.25 + 0.75 · 5 / 4.5)) = 2.5 / 2.625 of the idf; no row exceeds 2.5 of it.
    share = 4 * math.log(2) * (2.5 / 2.625) / (2.5 * (4 * math.log(2) + math.log(6)))
    assert [(span.start, span.end) for span in spans] == [(0, 22), (23, 43)]
    assert [span.score for span in spans] == pytest.approx([(1 + share + 0.5) / 3, (0.6 + 0 + 0.5) / 3])


def test_a_negative_cosine_counts_as_none() -> None:
    assert SentenceReader(TwoWays()).read("Lease?", hits([passage("A cat.")], [0.0])) == [[Span(0, 6, 0.0)]]


def test_spans_are_ranges_of_the_passage_and_not_of_the_document() -> None:
    text = f"Before it.\n\n{LEASE}\n\nAfter it."
    (spans,) = SentenceReader(TwoWays()).read("Lease?", hits([passage(text, 12, 12 + len(LEASE))], [1.0]))
    assert [(span.start, span.end) for span in spans] == [(0, 22), (23, 43)]


def test_words_are_weighed_over_all_passages_that_are_read() -> None:
    reader = SentenceReader(TwoWays())
    (alone,) = reader.read("May", hits([passage("In May.")], [0.0]))
    beside = reader.read("May", hits([passage("In May."), passage("In June.")], [0.0, 0.0]))
    # One standing in a row of average length is 1 of the idf, of at most 2.5: the share is 0.4 in both. All point the
    # same way as the question, so the meaning is 1.
    assert [spans[0].score for spans in [alone, *beside]] == pytest.approx([1.4 / 3, 1.4 / 3, 1 / 3])
    # In a third, longer row: the average is 7 / 3 words, so two words give 2.5 / (1 + 1.5 (0.25 + 0.75 · 6 / 7)).
    third = reader.read("May", hits([passage("In May."), passage("In June."), passage("By July then.")], [0.0] * 3))
    assert third[0][0].score == pytest.approx((1 + 1 / (1 + 1.5 * (0.25 + 0.75 * 6 / 7))) / 3)


def test_every_passage_has_its_own_score() -> None:
    read = SentenceReader(TwoWays()).read("Lease?", hits([passage("No."), passage("None.")], [0.9, 0.3]))
    assert [spans[0].score for spans in read] == pytest.approx([0.3, 0.1])


def test_no_passages_give_no_spans() -> None:
    assert SentenceReader(TwoWays()).read("Lease?", hits([], [])) == []


def test_a_sentence_is_embedded_behind_its_documents_title() -> None:
    embedder = TwoWays()
    SentenceReader(embedder).read("May?", hits([passage(LEASE, title="Contract")], [0.0]))
    assert embedder.batches == [["Contract. The lease ends in May.", "Contract. Rent is due monthly."]]


def test_a_passage_is_embedded_alone_and_once_until_it_is_forgotten() -> None:
    embedder = TwoWays()
    reader = SentenceReader(embedder)
    both = [passage(LEASE), passage("A cat.")]
    first = reader.read("May?", hits(both, [0.0, 0.0]))
    assert embedder.batches == [["The lease ends in May.", "Rent is due monthly."], ["A cat."]]
    assert reader.read("May?", hits(both, [0.0, 0.0])) == first
    assert len(embedder.batches) == 2
    reader.forget()
    assert reader.read("May?", hits(both, [0.0, 0.0])) == first
    assert len(embedder.batches) == 4


def test_not_even_the_last_digit_depends_on_what_else_is_read() -> None:
    # "Zyx" stands nowhere, so the share of words is 0 whatever else is read.
    wanted, other = passage("One thing. Another thing. A third."), passage("Something else. And more.")
    (alone,) = SentenceReader(BatchEmbedder()).read("Zyx?", hits([wanted], [0.5]))
    reader = SentenceReader(BatchEmbedder())
    reader.read("Zyx?", hits([other], [0.5]))
    assert reader.read("Zyx?", hits([other, wanted, other], [0.1, 0.5, 0.9]))[1] == alone


TEXT = st.lists(
    st.sampled_from(
        ["The lease ends.", "Über 25 Tage!", "\n\n", " ", "A-b", "東京は。", "😀", "…", "Who?", "1,5", "\u00a0"]
    )
    | st.text(max_size=12),
    min_size=1,
    max_size=8,
).map("".join)


@given(st.lists(TEXT, min_size=1, max_size=4), st.text(max_size=30), st.floats(0, 1))
@settings(deadline=None)
def test_spans_are_the_sentences_of_their_passage_that_do_not_ask_with_scores_from_0_to_1(
    texts: list[str], question: str, score: float
) -> None:
    passages = [passage(text) for text in texts if text]
    read = SentenceReader(HashingEmbedder()).read(question, hits(passages, [score] * len(passages)))
    assert len(read) == len(passages)
    for each, spans in zip(passages, read, strict=True):
        told = [tuple(piece) for piece in sentences(each.text) if not asks(piece.of(each.text))]
        assert [(span.start, span.end) for span in spans] == told
        assert all(0 <= span.score <= 1 for span in spans)


@given(st.text(max_size=60))
@settings(deadline=None)
def test_the_sentence_that_is_the_question_has_the_highest_score_there_is_for_its_meaning(text: str) -> None:
    reader = SentenceReader(HashingEmbedder())
    asked = f"Lease {' '.join(text.split())}"
    (spans,) = reader.read(asked, hits([passage(asked)], [1.0]))
    if len(spans) == 1:
        assert spans[0].score >= 2 / 3 - 1e-6  # 1 for the meaning, 1 for the passage, and something for the words


@pytest.mark.model
def test_with_the_packaged_model_the_same_passage_gives_the_same_bytes_whatever_is_read_with_it(seeds: Library) -> None:
    question = "Zyx qwv?"  # no word of it stands there: the share of words is 0 in any company
    wanted = seeds.passages[3]
    (alone,) = SentenceReader(seeds.embedder).read(question, hits([wanted], [0.5]))
    assert len(alone) > 1
    reader = SentenceReader(seeds.embedder)
    together = reader.read(question, hits(seeds.passages[:6], [0.5] * 6))
    assert together[3] == alone
    assert reader.read(question, hits([wanted], [0.5])) == [alone]
