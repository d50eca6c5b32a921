import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from datasketch import MinHash

from qa.copies import CHUNK, PERMUTATIONS, SIMILAR, exact_copies, first_of, near_copies, signature
from qa.records import Document

WORDS = [f"word{number}" for number in range(300)]


def changed(every: int) -> str:
    return " ".join("other" if every and number % every == every - 1 else word for number, word in enumerate(WORDS))


def jaccard(one: str, other: str) -> float:
    first, second = ({tuple(w[n : n + 5]) for n in range(len(w) - 4)} for w in (one.split(), other.split()))
    return len(first & second) / len(first | second)


@pytest.mark.parametrize("every", [0, 100, 50, 20, 10, 5])
def test_signatures_estimate_the_shingles_that_two_texts_have_in_common(every: int) -> None:
    one, other = changed(0), changed(every)
    estimate = float(np.mean(signature(one) == signature(other)))
    assert estimate == pytest.approx(jaccard(one, other), abs=0.13)  # three standard errors of 128 draws


def test_case_and_spacing_make_no_difference_and_the_same_text_has_the_same_signature() -> None:
    assert signature("A b\n c  d e f").tobytes() == signature("a B c d e F").tobytes()


def test_a_text_of_many_words_has_the_signature_of_all_its_shingles() -> None:
    words = [f"word{number % (2 * CHUNK)}" for number in range(3 * CHUNK + 5)]
    at_once = MinHash(num_perm=PERMUTATIONS)
    at_once.update_batch(" ".join(words[at : at + 5]).encode() for at in range(len(words) - 4))
    assert signature(" ".join(words)).tobytes() == at_once.hashvalues.tobytes()


def test_a_long_text_takes_no_more_memory_a_word_than_the_word_needs() -> None:
    text = " ".join(f"word{number}" for number in range(6 * CHUNK))
    signature("")  # datasketch is imported
    tracemalloc.start()
    signature(text)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 6 * CHUNK * 500  # hashed at once, every shingle takes 128 numbers of four bytes, twice


@pytest.mark.parametrize("text", ["", "one", "one two three four"])
def test_a_text_of_few_words_has_a_signature_too(text: str) -> None:
    assert signature(text).shape == (128,)


def groups(*documents: Document) -> dict[str, str]:
    return near_copies(documents, {document.id: signature(document.text) for document in documents})


def test_a_few_other_words_make_a_near_copy_and_many_do_not() -> None:
    assert jaccard(changed(0), changed(100)) > SIMILAR + 0.1
    assert groups(Document("a", changed(0)), Document("b", changed(100))) == {"a": "a", "b": "a"}
    assert groups(Document("a", changed(0)), Document("b", changed(10))) == {"a": "a", "b": "b"}


def test_a_chain_of_versions_is_one_group_whatever_their_order() -> None:
    texts = [" ".join([*(f"new{n}" for n in range(at)), *WORDS[at:]]) for at in range(0, 60, 10)]
    assert all(jaccard(one, other) > SIMILAR for one, other in pairwise(texts))
    assert jaccard(texts[0], texts[-1]) < SIMILAR
    for order in (range(6), reversed(range(6))):
        documents = [Document(f"{name}", texts[number]) for name, number in enumerate(order)]
        assert set(groups(*documents).values()) == {"0"}


def test_short_texts_are_no_copies_of_each_other() -> None:
    assert groups(Document("a", "Yes. No."), Document("b", "Yes. No.")) == {"a": "a", "b": "b"}


def test_the_one_that_is_shown_is_the_earliest_then_the_first_by_name() -> None:
    undated, late, early = Document("a", "x"), Document("b", "x", date="2021-02"), Document("c", "x", date="2020")
    assert first_of([undated, late, early]) is early
    assert first_of([late, undated]) is late
    assert first_of([Document("e", "x"), Document("d", "x")]).id == "d"


def test_exact_copies_have_the_same_title_and_text() -> None:
    documents = [Document("a", "x"), Document("b", "y"), Document("c", "x"), Document("d", "x", title="T")]
    assert [[document.id for document in some] for some in exact_copies(documents)] == [["a", "c"], ["b"], ["d"]]
