import gc
import weakref
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.embed import HashingEmbedder, Vectors
from qa.errors import NothingToIndex
from qa.library import Library
from qa.read import SentenceReader
from qa.records import Document
from tests.libraries import (
    LEASE,
    LEAVE,
    LIKENESS,
    OFFER,
    PROSE,
    SECRET,
    CountingEmbedder,
    articles,
    assert_same,
    bytes_of,
    make,
)


class BatchEmbedder(HashingEmbedder):
    """Gives other digits in a batch of another size, as real models do, only earlier ones."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        vectors = super().embed_passages(texts)
        vectors[:, 1] += 0.01 * len(texts)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


# What it holds


def test_passages_stand_in_order_of_document_and_place() -> None:
    long = Document("b.txt", "One sentence of six words here. " * 120)  # 720 tokens: three windows of 254
    library = make(LEASE, long, LEAVE)
    places = [(passage.document.id, passage.start) for passage in library.passages]
    assert places == sorted(places)
    assert [name for name, _ in places] == ["b.txt"] * 3 + ["hr/leave.md"] + ["lease.txt"]
    assert [document.id for document in library.documents] == ["b.txt", "hr/leave.md", "lease.txt"]


def test_a_document_with_the_same_id_replaces_the_other() -> None:
    library = make(LEASE, LEAVE)
    library.add([Document("lease.txt", "The lease ends on 30 June.")])
    assert_same(library, make(Document("lease.txt", "The lease ends on 30 June."), LEAVE))
    assert "31 May" not in " ".join(passage.text for passage in library.passages)


def test_of_two_documents_with_one_id_in_one_call_the_later_one_stays() -> None:
    later = Document("lease.txt", "Later.")
    assert make(LEASE, later).documents == (later,)


def test_documents_and_marks_are_found_by_id() -> None:
    library = make(LEASE)
    assert library.document("lease.txt") is LEASE
    assert (library.holds("lease.txt"), library.holds("LEASE.txt")) == (True, False)
    assert library.marks("lease.txt") == ()
    for ask in (library.document, library.marks):
        with pytest.raises(KeyError):
            ask("gone.txt")


def test_a_document_of_white_space_is_held_but_never_found() -> None:
    blank = Document("blank.txt", " \r\n\t\u00a0\n")
    library = make(blank)
    assert (library.documents, library.passages) == ((blank,), ())
    assert library.search("Anything?", 3) == []
    library.add([LEASE])
    assert_same(library, make(LEASE, blank))
    assert {passage.document.id for passage in library.passages} == {"lease.txt"}


def test_an_empty_library_answers_that_the_documents_do_not_say() -> None:
    answer = Library(embedder=HashingEmbedder(), reader=LIKENESS).ask("When does the lease end?", threshold=0)
    assert (answer.found, answer.passages, answer.confidence) == (False, (), 0.0)


def test_furniture_is_in_no_passage() -> None:
    (article,) = [document for document in articles(3) if document.id == "article0.txt"]
    library = make(*articles(3))
    (mark,) = library.marks(article.id)
    assert mark.range.of(article.text) == OFFER
    texts = [passage.text for passage in library.passages]
    assert not any(OFFER in text for text in texts)
    assert any(PROSE[0] in text for text in texts)


def test_another_fusion_is_misuse() -> None:
    with pytest.raises(ValueError, match="weighted, rrf, got 'sum'"):
        Library(embedder=HashingEmbedder(), reader=LIKENESS, fusion="sum")


# What is removed


def test_a_removed_document_is_gone_from_every_answer_and_from_every_byte_on_disk(tmp_path: Path) -> None:
    library = make(LEASE, SECRET, LEAVE)
    library.save(tmp_path)
    vector = HashingEmbedder().embed_passages([SECRET.text])[0].tobytes()
    before = b"".join(bytes_of(tmp_path).values())
    assert before.count(b"zyzzyva") == 2  # its text, and a word of the vocabulary
    assert b"secret.txt" in before
    assert vector in before
    library.ask("Where does the zyzzyva sleep?", threshold=0)
    library.remove(["secret.txt"])
    library.save(tmp_path)
    after = bytes_of(tmp_path)
    for content in after.values():
        for trace in (b"zyzzyva", b"attic", b"900", b"secret", vector):
            assert trace not in content
    assert all("secret" not in name for name in after)
    assert_same(library, make(LEASE, LEAVE))
    assert_same(Library.load(tmp_path, embedder=HashingEmbedder(), reader=LIKENESS), make(LEASE, LEAVE))


def test_a_replaced_document_leaves_no_byte_of_its_former_text(tmp_path: Path) -> None:
    library = make(LEASE, SECRET)
    library.save(tmp_path)
    library.add([Document("secret.txt", "Nothing to see.")])
    library.save(tmp_path)
    assert b"zyzzyva" not in b"".join(bytes_of(tmp_path).values())


def test_nothing_in_memory_holds_on_to_a_removed_document() -> None:
    """Not the passages, not the reader's cache, nothing."""
    document = Document("secret.txt", SECRET.text)
    library = make(LEASE, document)
    library.ask("Where does the zyzzyva sleep?", threshold=0)
    trace = weakref.ref(document)
    del document
    gc.collect()
    assert trace() is not None
    library.remove(["secret.txt"])
    gc.collect()
    assert trace() is None


def test_an_unknown_id_removes_nothing() -> None:
    library = make(LEASE, SECRET)
    with pytest.raises(KeyError, match=r"no such document: a\.txt, z\.txt"):
        library.remove(["z.txt", "lease.txt", "a.txt"])
    assert_same(library, make(LEASE, SECRET))


def test_the_last_document_may_be_removed_and_another_added(tmp_path: Path) -> None:
    library = make(SECRET)
    library.remove(["secret.txt"])
    assert library.ask("Where does the zyzzyva sleep?", threshold=0).passages == ()
    library.save(tmp_path)
    assert b"zyzzyva" not in b"".join(bytes_of(tmp_path).values())
    assert Library.load(tmp_path, embedder=HashingEmbedder(), reader=LIKENESS).documents == ()
    library.add([LEASE])
    assert_same(library, make(LEASE))


# How it came to be does not matter


def test_marks_that_change_because_another_document_came_or_went_are_taken_into_account() -> None:
    library = make(*articles(2))
    assert [library.marks(document.id) for document in library.documents] == [(), ()]
    assert sum(OFFER in passage.text for passage in library.passages) == 2
    library.add(articles(3)[2:])
    assert sum(OFFER in passage.text for passage in library.passages) == 0
    assert_same(library, make(*articles(3)))
    library.remove(["article1.txt"])
    assert sum(OFFER in passage.text for passage in library.passages) == 2
    assert_same(library, make(articles(3)[0], articles(3)[2]))


POOL = [
    LEASE,
    Document("lease.txt", "The lease ends on 30 June."),
    LEAVE,
    SECRET,
    Document("blank.txt", "\n"),
    *articles(3),
]
STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "remove"]), st.lists(st.sampled_from(POOL), max_size=3)), min_size=1, max_size=5
)


@given(STEPS)
@settings(deadline=None, max_examples=60)
def test_a_library_changed_step_by_step_is_the_same_as_a_fresh_one(steps: list[tuple[str, list[Document]]]) -> None:
    library = Library(embedder=HashingEmbedder(), reader=LIKENESS)
    held: dict[str, Document] = {}
    for step, documents in steps:
        if step == "add":
            library.add(documents)
            held |= {document.id: document for document in documents}
        else:
            gone = {document.id for document in documents} & held.keys()
            library.remove(gone)
            held = {key: document for key, document in held.items() if key not in gone}
    assert_same(library, make(*held.values()))


def test_not_even_the_last_digit_depends_on_what_was_embedded_together() -> None:
    fresh = Library(embedder=BatchEmbedder())
    fresh.add([LEASE, LEAVE, SECRET])
    stepwise = Library(embedder=BatchEmbedder())
    for document in (SECRET, LEASE, LEAVE):
        stepwise.add([document])
    assert_same(stepwise, fresh)


def test_the_fingerprint_tells_of_every_change() -> None:
    other_embedder = Library(embedder=HashingEmbedder(64), reader=LIKENESS)
    other_embedder.add([LEASE])
    other_fusion = Library(embedder=HashingEmbedder(), reader=LIKENESS, fusion="rrf")
    other_fusion.add([LEASE])
    others = [
        make(),
        make(LEASE, LEAVE),
        make(Document("lease2.txt", LEASE.text)),
        make(Document("lease.txt", LEASE.text + " ")),
        make(Document("lease.txt", LEASE.text, title="Lease")),
        other_embedder,
        other_fusion,
    ]
    assert len({library.fingerprint for library in [make(LEASE), *others]}) == 8
    assert make(LEASE).fingerprint == make(LEASE).fingerprint


# What is embedded


def test_an_unchanged_document_is_not_embedded_again() -> None:
    embedder = CountingEmbedder()
    library = Library(embedder=embedder)
    library.add([LEASE, LEAVE])
    # A passage of several sentences, and one behind its title: "Leave. " before "# Leave …".
    assert embedder.texts == [f"Leave. {LEAVE.text}", LEASE.text]
    embedder.texts.clear()
    library.add([LEASE, SECRET])
    assert embedder.texts == [SECRET.text]
    embedder.texts.clear()
    library.remove(["lease.txt"])
    assert embedder.texts == []


def test_a_document_whose_marks_change_is_embedded_again_and_no_other() -> None:
    embedder = CountingEmbedder()
    library = Library(embedder=embedder)
    library.add([*articles(2), LEASE])
    embedder.texts.clear()
    library.add(articles(3)[2:])
    assert LEASE.text not in embedder.texts
    assert {text[-2] for text in embedder.texts if "Edition" in text} == {"0", "1", "2"}


def test_progress_counts_every_passage_up_to_all_of_them() -> None:
    many = [Document(f"{number:03}.txt", f"Sentence number {number}.") for number in range(200)]
    many.append(Document("long.txt", " ".join(f"word{number}" for number in range(254 * 130))))  # 130 full windows
    told: list[tuple[int, int]] = []
    library = Library(embedder=HashingEmbedder(), reader=LIKENESS)
    library.add(many, progress=lambda done, total, _: told.append((done, total)))
    assert len(library.passages) == 330
    assert {total for _, total in told} == {330}
    counts = [done for done, _ in told]
    assert counts == sorted(set(counts))
    assert counts[-1] == 330


# Copies


NEWS = "The harbour bridge of the old town was opened again this morning after three years of work on its two towers. "
AGENCY = Document(
    "b/agency.txt", NEWS + "Ferries went on as before, and the mayor made a very short speech.", date="2021-03-01"
)


def test_an_exact_copy_is_indexed_once_and_told_as_another_place() -> None:
    embedder = CountingEmbedder()
    library = Library(embedder=embedder, reader=SentenceReader(embedder))
    library.add([AGENCY, replace(AGENCY, id="a/copy.txt", date="2021-03-02")])
    assert {passage.document.id for passage in library.passages} == {"b/agency.txt"}  # the earlier one
    assert embedder.texts == [AGENCY.text]
    (citation, *_) = library.ask("When was the harbour bridge opened?", threshold=0).citations
    assert [place.document.id for place in citation.also] == ["a/copy.txt"]
    assert citation.sources == 1
    assert library.contents.groups["a/copy.txt"] == "b/agency.txt"


def test_the_copy_takes_over_when_the_first_is_removed() -> None:
    copy = replace(AGENCY, id="a/copy.txt", date="2021-03-02")
    library = make(AGENCY, copy)
    library.remove(["b/agency.txt"])
    assert_same(library, make(copy))


def test_many_copies_make_no_furniture_of_a_text() -> None:
    library = make(*(replace(AGENCY, id=f"{n}.txt") for n in range(5)))
    assert [library.marks(document.id) for document in library.documents] == [()] * 5


def test_which_copy_is_shown_and_why_is_told() -> None:
    near = Document("near.txt", AGENCY.text + " Reporting by our own people.", date="2021-03-01")
    library = make(AGENCY, replace(AGENCY, id="a.txt", date=""), replace(AGENCY, id="c.txt", date="2022"), near)
    assert library.contents.copies == (
        "a.txt is a copy of b/agency.txt, which is the one with a date, 2021-03-01",
        "c.txt is a copy of b/agency.txt, which is the earlier one, 2021-03-01",
        "near.txt is a near copy of b/agency.txt, which is the first by name",
    )


def test_near_copies_are_one_source_and_others_are_others() -> None:
    near = Document("near.txt", AGENCY.text.replace("ferries", "boats") + " Reporting by our own people.")
    other = Document("other.txt", f"We were there. {NEWS}Then it rained, and all the people of the town went home.")
    library = make(AGENCY, near, other)
    assert library.contents.groups == {
        "b/agency.txt": "b/agency.txt",
        "near.txt": "b/agency.txt",
        "other.txt": "other.txt",
    }
    (citation, *_) = library.ask("When was the harbour bridge opened?", threshold=0).citations
    assert len(citation.also) == 2
    assert citation.sources == 2


# From files


def test_a_folder_is_read_and_what_was_left_out_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The lease ends in May.")
    (tmp_path / "b.pdf").write_bytes(b"%PDF")
    (tmp_path / "c.txt").write_bytes(b"\xef\xbb\xbfThe rent is due.")
    library = Library.from_folder(tmp_path, embedder=HashingEmbedder(), reader=LIKENESS)
    assert [document.id for document in library.documents] == ["a.txt", "c.txt"]
    assert [error.path for error in library.refused] == ["b.pdf"]
    assert library.notes == ("c.txt: starts with a byte-order mark",)


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NothingToIndex):
        Library.from_folder(tmp_path, embedder=HashingEmbedder(), reader=LIKENESS)


@pytest.mark.model
def test_the_seeds_are_the_same_to_the_last_digit_when_added_one_by_one_and_when_loaded(
    seeds: Library, tmp_path: Path
) -> None:
    stepwise = Library(embedder=seeds.embedder)
    for document in reversed(seeds.documents):
        stepwise.add([document])
    assert_same(stepwise, seeds)
    seeds.save(tmp_path)
    assert_same(Library.load(tmp_path, embedder=seeds.embedder), seeds)
