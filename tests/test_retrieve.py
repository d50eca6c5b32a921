from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.embed import HashingEmbedder
from qa.filters import Filter
from qa.library import Library
from qa.records import Document
from qa.text import asked_words, words
from tests.libraries import LEASE, LEAVE, LIKENESS, QUESTIONS, SECRET, make
from vector_store import LuceneBM25
from vector_store.lexical import lucene_idf


@given(
    st.permutations([LEASE, LEAVE, SECRET, Document("z.txt", "Rent and leave. Lease and euros.")]), st.integers(0, 4)
)
@settings(deadline=None)
def test_every_hit_has_the_cosine_and_bm25_of_its_own_passage(documents: list[Document], split: int) -> None:
    """Passage i is row i, in both indexes, however the library came to be."""
    library = make(*documents[:split])
    library.add(documents[split:])
    embedder = HashingEmbedder()
    texts = [passage.titled for passage in library.passages]
    for question in QUESTIONS[:3]:
        cosines = embedder.embed_passages(texts) @ embedder.embed_question(question)
        bm25 = LuceneBM25([words(text) for text in texts]).get_scores(
            asked_words(question, {word for text in texts for word in words(text)})
        )
        hits = library.search(question, 10)
        assert sorted(hit.row for _, hit in hits) == list(range(4))
        for passage, hit in hits:
            assert passage is library.passages[hit.row]
            assert hit.cosine == pytest.approx(float(cosines[hit.row]), abs=1e-6)
            assert (hit.bm25 or 0.0) == bm25[hit.row]


def test_fusion_by_rank_reaches_through() -> None:
    library = Library(embedder=HashingEmbedder(), reader=LIKENESS, fusion="rrf")
    library.add(
        [LEASE, Document("other.txt", "Nothing of it."), Document("third.txt", "The end of the lease is near.")]
    )
    found = {passage.document.id: hit for passage, hit in library.search("When does the lease end?", 3)}
    # "the", "lease" and "end" stand in two: first and second in both rankings. k = 60, so rank r gives 61 / (60 + r).
    by_cosine = sorted(found.values(), key=lambda hit: -(hit.cosine or 0))
    by_bm25 = sorted((hit for hit in found.values() if hit.bm25), key=lambda hit: -(hit.bm25 or 0))
    expected = {
        name: (61 / (61 + by_cosine.index(hit)) + (61 / (61 + by_bm25.index(hit)) if hit.bm25 else 0)) / 2
        for name, hit in found.items()
    }
    assert {name: hit.score for name, hit in found.items()} == pytest.approx(expected)
    assert found["other.txt"].score == pytest.approx(61 / 63 / 2)  # third by meaning, not ranked by words


def test_the_weighted_score_is_half_the_cosine_and_half_the_share_of_bm25() -> None:
    library = make(LEASE, LEAVE)
    question = "lease leave"
    highest = sum(lucene_idf(2, 1) * 2.5 for _ in words(question))  # each word in one of two rows; k1 + 1 = 2.5
    for _, hit in library.search(question, 2):
        assert hit.score == pytest.approx(0.5 * max(hit.cosine or 0, 0) + 0.5 * (hit.bm25 or 0) / highest)


def test_only_the_copy_is_asked_where_the_filter_says_so() -> None:
    library = make(LEASE, replace(LEASE, id="a/copy.txt", date="2021-03-02"))
    answer = library.ask("When does the lease end?", threshold=0, only=Filter(documents=["a"]))
    assert {passage.document.id for passage in answer.passages} == {"a/copy.txt"}
    assert [place.document.id for place in answer.citations[0].also] == []


class PiecesEmbedder(HashingEmbedder):
    """Knows no long word whole, so that each could be a name or a slip."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [1 + len(text) // 6 for text in texts]


def test_names_of_what_was_added_after_a_question_are_known_too() -> None:
    library = Library(embedder=PiecesEmbedder(), reader=LIKENESS)
    library.add([LEASE])
    assert library.search("Zyzyva?", 1)[0][1].bm25 is None
    library.add([SECRET])
    (passage, hit), *_ = library.search("Zyzyva?", 2)
    assert passage.document is SECRET
    assert hit.bm25 is not None
