import gc
import json
import shutil
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qa.contents
import qa.library
import qa.load.plain
from qa.changes import Changes
from qa.doctor import examine
from qa.embed import HashingEmbedder, Vectors
from qa.errors import IndexDamaged, IndexMismatch, ModelMissing, NothingToIndex, QAError
from qa.filters import Filter
from qa.library import Library
from qa.load.metadata import Metadata
from qa.read import SentenceReader
from qa.records import Document
from qa.rules import made_by
from qa.text import asked_words, words
from qa.unfinished import UNFINISHED
from tests.dying import Killed, die_at
from vector_store import HybridStore, LuceneBM25, snapshot
from vector_store.lexical import lucene_idf

# Ranks by likeness alone: fast, and worked out by hand.
LIKENESS = SentenceReader(HashingEmbedder())

LEASE = Document("lease.txt", "The lease ends on 31 May. The rent is due on the first of the month.")
LEAVE = Document("hr/leave.md", "# Leave\n\nEmployees get 25 days of leave a year.", title="Leave")
SECRET = Document("secret.txt", "The zyzzyva sleeps in the attic. It is paid 900 euros.")
QUESTIONS = ("When does the lease end?", "How many days of leave?", "Where does the zyzzyva sleep?", "newsletter")


class CountingEmbedder(HashingEmbedder):
    """Remembers every passage text that it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return super().embed_passages(texts)

    def embed_question(self, text: str) -> Vectors:
        return super().embed_passages([text])[0]


class BatchEmbedder(HashingEmbedder):
    """Gives other digits in a batch of another size, as real models do, only earlier ones."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        vectors = super().embed_passages(texts)
        vectors[:, 1] += 0.01 * len(texts)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def make(*documents: Document) -> Library:
    library = Library(embedder=HashingEmbedder(), reader=LIKENESS)
    library.add(documents)
    return library


def assert_same(library: Library, other: Library) -> None:
    """The same content and the same answers, to the last digit."""
    assert library.documents == other.documents
    assert library.passages == other.passages
    assert [library.marks(d.id) for d in library.documents] == [other.marks(d.id) for d in other.documents]
    assert library.fingerprint == other.fingerprint
    for question in QUESTIONS:
        assert library.search(question, 10) == other.search(question, 10)
        assert library.ask(question, threshold=0) == other.ask(question, threshold=0)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*"))}


# What it holds


def test_passages_stand_in_order_of_document_and_place() -> None:
    long = Document("b.txt", "One sentence of six words here. " * 120)  # 720 tokens: three windows of 254
    library = make(LEASE, long, LEAVE)
    places = [(passage.document.id, passage.start) for passage in library.passages]
    assert places == sorted(places)
    assert [name for name, _ in places] == ["b.txt"] * 3 + ["hr/leave.md"] + ["lease.txt"]
    assert [document.id for document in library.documents] == ["b.txt", "hr/leave.md", "lease.txt"]


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

PROSE = [
    "The new bridge over the harbour opened on Friday, nine years after the first stone was laid, and two years late.",
    "It carries four lanes of traffic, a tram line and a path for walkers, and the city paid 212 million euros for it.",
    "The mayor, who cut the ribbon in heavy rain, said that the ferry would keep running until the end of the summer.",
    "The first tram crossed at noon with some sixty passengers, most of whom had waited for it since early morning, "
    "and came back with none.",
]
OFFER = "Get the day in five minutes with our morning newsletter"


def articles(count: int) -> list[Document]:
    """From three on, the offer that they have in common is page furniture."""
    return [
        Document(
            f"article{number}.txt", "\n".join(["Harbour bridge", *PROSE[:2], OFFER, *PROSE[2:], f"Edition {number}."])
        )
        for number in range(count)
    ]


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


def test_only_the_copy_is_asked_where_the_filter_says_so() -> None:
    library = make(AGENCY, replace(AGENCY, id="a/copy.txt", date="2021-03-02"))
    answer = library.ask("When was the harbour bridge opened?", threshold=0, only=Filter(documents=["a"]))
    assert {passage.document.id for passage in answer.passages} == {"a/copy.txt"}
    assert [place.document.id for place in answer.citations[0].also] == []


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


# Saved and loaded


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """A saved library, with marks, a title, pages and text beyond ASCII."""
    library = Library(embedder=HashingEmbedder(), reader=LIKENESS, fusion="rrf")
    paged = Document("p.txt", "Página uno.\fPágina dos 😀.", "T", "2024-03-01", "Reuters", "ab" * 32, "utf-8", (0, 12))
    library.add([*articles(3), LEASE, LEAVE, paged])
    library.save(tmp_path / "index")
    return tmp_path / "index"


def load(index: Path) -> Library:
    return Library.load(index, embedder=HashingEmbedder(), reader=LIKENESS)


def test_all_is_the_same_after_saving_and_loading(index: Path) -> None:
    library = Library(embedder=HashingEmbedder(), reader=LIKENESS, fusion="rrf")
    loaded = load(index)
    library.add(loaded.documents)
    assert loaded.fusion == "rrf"
    assert loaded.document("p.txt").page_starts == (0, 12)
    assert loaded.document("p.txt").text == "Página uno.\fPágina dos 😀."
    assert any(loaded.marks(document.id) for document in loaded.documents)
    assert_same(loaded, library)
    library.add([SECRET])
    loaded.add([SECRET])
    assert_same(loaded, library)


def test_saving_again_gives_the_same_bytes(index: Path, tmp_path: Path) -> None:
    first = bytes_of(index)
    library = load(index)
    library.save(index)
    library.save(tmp_path / "elsewhere")
    assert bytes_of(index) == first
    assert bytes_of(tmp_path / "elsewhere") == first
    assert len(first) == 7  # documents, copies, vectors, words, vocabulary, manifest; and the lock, empty


def test_the_manifest_says_what_is_in_the_index(index: Path) -> None:
    assert snapshot.about(index) == {
        "embedder": {"name": "hashing", "digest": HashingEmbedder().digest},
        "fusion": "rrf",
        "made_by": made_by(),
        "field": "",
        "paths": [],
        "documents": 6,
        "passages": len(load(index).passages),
    }


def test_an_empty_library_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(NothingToIndex, match="nothing to save"):
        Library(embedder=HashingEmbedder(), reader=LIKENESS).save(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_where_no_index_is_the_message_says_how_to_make_one(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "gone"):
        with pytest.raises(NothingToIndex) as caught:
            load(folder)
        assert str(caught.value) == f"{folder} holds no index; make one with: qa index FOLDER --index {folder}"


def test_a_file_in_the_place_of_an_index_is_damage(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(IndexDamaged, match="index again"):
        load(tmp_path / "file")


def test_an_index_of_another_embedder_is_refused_by_name(index: Path) -> None:
    other = HashingEmbedder(64)
    with pytest.raises(IndexMismatch) as caught:
        Library.load(index, embedder=other)
    made, here = HashingEmbedder().digest[:12], other.digest[:12]
    assert str(caught.value) == (
        f"the index was made by the embedder hashing ({made}…), not by hashing ({here}…); name that one, or index again"
    )


def test_an_index_whose_embedder_is_not_on_this_machine_says_so(index: Path) -> None:
    with pytest.raises(ModelMissing, match="hashing is neither a folder nor a model on this machine"):
        Library.load(index)


def test_an_index_of_a_newer_format_is_refused(index: Path) -> None:
    manifest = json.loads((index / "manifest.json").read_text())
    manifest["format"] += 1
    (index / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(IndexMismatch, match="update chapterverse, or index again"):
        load(index)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [flip, truncate, empty, Path.unlink])
@pytest.mark.parametrize("stem", ["documents", "vectors", "words", "vocabulary"])
def test_a_damaged_file_is_named_and_the_message_says_what_to_do(
    index: Path, stem: str, damage: Callable[[Path], None]
) -> None:
    (path,) = index.glob(f"{stem}-*")
    damage(path)
    with pytest.raises(IndexDamaged) as caught:
        load(index)
    message = str(caught.value)
    assert path.name in message
    assert message.endswith("; index again to repair it")
    assert "\n" not in message


@pytest.mark.parametrize("damage", [truncate, empty])
def test_a_damaged_manifest_is_damage(index: Path, damage: Callable[[Path], None]) -> None:
    damage(index / "manifest.json")
    with pytest.raises(IndexDamaged, match=r"is not a manifest of this program; index again to repair it\Z"):
        load(index)


def test_no_flipped_bit_of_the_manifest_gives_another_library_or_another_error(index: Path) -> None:
    data = (index / "manifest.json").read_bytes()
    sound = load(index).fingerprint
    refused = 0
    for position in range(0, len(data), 3):
        (index / "manifest.json").write_bytes(
            data[:position] + bytes([data[position] ^ 1 << position % 8]) + data[position + 1 :]
        )
        try:
            found = load(index).fingerprint
        except QAError:
            refused += 1
        else:
            assert found == sound  # a flip in a count or in the embedder's name
    assert refused > len(data) / 3 * 0.8


@pytest.mark.parametrize(
    "change", [{"fusion": "sum"}, {"fusion": None}, {"embedder": None}, {"embedder": {"name": "x"}}]
)
def test_a_manifest_that_says_something_else_is_damage(index: Path, change: dict[str, object]) -> None:
    manifest = json.loads((index / "manifest.json").read_text())
    manifest["about"] |= change
    (index / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(IndexDamaged, match="index again to repair it"):
        load(index)


def test_files_that_are_sound_but_of_two_libraries_are_damage(tmp_path: Path) -> None:
    """Two passages beside eight rows, two of every article: each digest fits, yet passage i cannot be row i."""
    one, two = make(LEASE, LEAVE), make(*articles(3), LEASE, LEAVE)
    one.save(tmp_path / "one")
    two.save(tmp_path / "two")
    files, about = snapshot.load(tmp_path / "two")
    other, _ = snapshot.load(tmp_path / "one")
    snapshot.save(tmp_path / "two", {**files, "documents.jsonl": other["documents.jsonl"]}, about)
    assert len(HybridStore.from_files(files)) == 8
    with pytest.raises(IndexDamaged, match="2 passages for 8 rows"):
        load(tmp_path / "two")


# Opened: the saved index if the files are the same


@pytest.fixture
def embedder(monkeypatch: pytest.MonkeyPatch) -> CountingEmbedder:
    """In the place of the packaged model, which takes seconds."""
    counting = CountingEmbedder()
    monkeypatch.setattr(qa.library, "SentenceTransformerEmbedder", lambda *name: counting)
    return counting


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    for document in (LEASE, SECRET):
        (tmp_path / "docs" / document.id).write_text(document.text)
    (tmp_path / "docs" / "b.pdf").write_bytes(b"%PDF")
    return tmp_path / "docs"


def test_opening_makes_the_index_once_and_then_embeds_nothing(
    folder: Path, tmp_path: Path, embedder: CountingEmbedder
) -> None:
    first = Library.open(folder, index=tmp_path / "index")
    assert embedder.texts == [LEASE.text, SECRET.text]
    written = {path: path.stat().st_mtime_ns for path in (tmp_path / "index").iterdir()}
    embedder.texts.clear()
    second = Library.open(folder, index=tmp_path / "index")
    assert embedder.texts == []
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "index").iterdir()} == written
    assert [error.path for error in second.refused] == ["b.pdf"]
    assert_same(second, first)


def test_opening_embeds_only_the_file_that_changed(folder: Path, tmp_path: Path, embedder: CountingEmbedder) -> None:
    Library.open(folder, index=tmp_path / "index")
    embedder.texts.clear()
    (folder / "lease.txt").write_text("The lease ends on 30 June.")
    library = Library.open(folder, index=tmp_path / "index")
    assert embedder.texts == ["The lease ends on 30 June."]
    assert_same(library, Library.from_folder(folder))
    assert_same(Library.load(tmp_path / "index"), library)


def test_opening_forgets_a_file_that_is_gone(folder: Path, tmp_path: Path, embedder: CountingEmbedder) -> None:
    Library.open(folder, index=tmp_path / "index")
    embedder.texts.clear()
    (folder / "secret.txt").unlink()
    assert [document.id for document in Library.open(folder, index=tmp_path / "index").documents] == ["lease.txt"]
    assert embedder.texts == []
    assert b"zyzzyva" not in b"".join(bytes_of(tmp_path / "index").values())


@pytest.mark.parametrize("damage", [flip, truncate, Path.unlink])
def test_opening_repairs_a_damaged_index(
    folder: Path, tmp_path: Path, embedder: CountingEmbedder, damage: Callable[[Path], None]
) -> None:
    first = Library.open(folder, index=tmp_path / "index")
    (path,) = (tmp_path / "index").glob("vectors-*")
    damage(path)
    assert_same(Library.open(folder, index=tmp_path / "index"), first)
    assert_same(Library.load(tmp_path / "index"), first)


def test_opening_makes_an_index_of_another_embedder_anew(
    folder: Path, tmp_path: Path, embedder: CountingEmbedder
) -> None:
    Library.from_folder(folder, embedder=HashingEmbedder(64), reader=LIKENESS).save(tmp_path / "index")
    library = Library.open(folder, index=tmp_path / "index")
    assert embedder.texts == [LEASE.text, SECRET.text]
    assert snapshot.about(tmp_path / "index")["embedder"]["digest"] == embedder.digest
    assert_same(library, Library.from_folder(folder))


def test_opening_an_empty_folder_is_an_error_and_leaves_the_index(
    folder: Path, tmp_path: Path, embedder: CountingEmbedder
) -> None:
    Library.open(folder, index=tmp_path / "index")
    before = bytes_of(tmp_path / "index")
    shutil.rmtree(folder)
    folder.mkdir()
    with pytest.raises(NothingToIndex):
        Library.open(folder, index=tmp_path / "index")
    assert bytes_of(tmp_path / "index") == before


def test_a_file_that_moved_is_told_and_not_embedded_again(
    folder: Path, tmp_path: Path, embedder: CountingEmbedder
) -> None:
    Library.open(folder, index=tmp_path / "index")
    embedder.texts.clear()
    (folder / "old").mkdir()
    (folder / "lease.txt").rename(folder / "old" / "rent.txt")
    library = Library.open(folder, index=tmp_path / "index")
    assert library.changes == Changes(moved=(("lease.txt", "old/rent.txt"),))
    assert embedder.texts == []
    assert_same(library, Library.from_folder(folder))


def test_a_run_that_was_stopped_is_gone_on_with(
    folder: Path, tmp_path: Path, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Library.open(folder, index=tmp_path / "index", progress=stop)
    assert embedder.texts == [LEASE.text]
    assert (tmp_path / "index" / UNFINISHED).exists()
    embedder.texts.clear()
    library = Library.open(folder, index=tmp_path / "index")
    assert embedder.texts == [SECRET.text]
    assert not (tmp_path / "index" / UNFINISHED).exists()
    assert_same(library, Library.from_folder(folder))


def test_a_file_is_read_again_by_a_program_of_another_version(
    folder: Path, tmp_path: Path, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    Library.open(folder, index=tmp_path / "index")
    monkeypatch.setattr(qa.library, "made_by", lambda: "9.9")
    monkeypatch.setattr(qa.load.plain, "describe", lambda text: Metadata(title="New"))
    assert [one.title for one in Library.open(folder, index=tmp_path / "index").documents] == ["New", "New"]
    assert snapshot.about(tmp_path / "index")["made_by"] == "9.9"


@pytest.fixture
def earlier_index(folder: Path, tmp_path: Path, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index of ``folder`` by a version that counted words otherwise."""
    with monkeypatch.context() as earlier:
        earlier.setattr(qa.library, "made_by", lambda: "0.0.9")
        earlier.setattr(qa.contents, "words", lambda text: ["old", *words(text)])
        Library.open(folder, index=tmp_path / "index")
    embedder.texts.clear()
    return tmp_path / "index"


def test_an_index_of_other_rules_is_made_anew_from_its_vectors(
    folder: Path, earlier_index: Path, embedder: CountingEmbedder
) -> None:
    assert not examine(earlier_index).sound
    library = Library.open(folder, index=earlier_index)
    assert embedder.texts == []
    assert "the index was made by another version, and was made anew" in library.notes
    assert_same(library, Library.from_folder(folder))
    assert examine(earlier_index).sound
    assert not Library.open(folder, index=earlier_index).notes


def test_a_document_added_to_an_index_of_other_rules_leaves_none_of_them(earlier_index: Path) -> None:
    library = load(earlier_index)
    library.add([LEAVE])
    assert library.store is not None
    assert not any("old" in found for found in library.store.words())


def test_the_status_tells_what_opening_would_change_and_changes_nothing(
    folder: Path, tmp_path: Path, embedder: CountingEmbedder
) -> None:
    Library.open(folder, index=tmp_path / "index")
    before = bytes_of(tmp_path / "index")
    assert not Library.status(index=tmp_path / "index").changes
    (folder / "new.txt").write_text("A new one.")
    (folder / "lease.txt").write_text("The lease never ends.")
    (folder / "secret.txt").unlink()
    status = Library.status(index=tmp_path / "index")
    assert status.changes == Changes(added=("new.txt",), changed=("lease.txt",), removed=("secret.txt",))
    assert [error.path for error in status.refused] == ["b.pdf"]
    assert bytes_of(tmp_path / "index") == before


def test_documents_are_taken_out_of_a_saved_index(folder: Path, tmp_path: Path, embedder: CountingEmbedder) -> None:
    Library.open(folder, index=tmp_path / "index")
    with pytest.raises(KeyError, match=r"nowhere\.txt"):
        Library.without(["secret.txt", "nowhere.txt"], index=tmp_path / "index")
    library = Library.without(["secret.txt"], index=tmp_path / "index")
    assert library.changes == Changes(removed=("secret.txt",))
    assert [document.id for document in Library.load(tmp_path / "index").documents] == ["lease.txt"]
    assert b"zyzzyva" not in b"".join(bytes_of(tmp_path / "index").values())


def test_killed_at_any_write_the_old_index_or_the_new_one_stands_and_the_next_run_finishes_the_work(
    folder: Path, tmp_path: Path, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    old = Library.open(folder, index=index)
    shutil.copytree(index, tmp_path / "before")
    (folder / "lease.txt").write_text("The lease ends on 30 June.")
    (folder / "new.txt").write_text("A new one.")
    new = Library.from_folder(folder)
    for step in count(1):
        shutil.rmtree(index)
        shutil.copytree(tmp_path / "before", index)
        with monkeypatch.context() as patched:
            made = die_at(step, patched, Killed())
            with suppress(Killed):
                Library.open(folder, index=index)
            if made() < step:
                break
        found = Library.load(index)
        assert found.documents in (old.documents, new.documents)
        assert found.fingerprint in (old.fingerprint, new.fingerprint)
        assert_same(Library.open(folder, index=index), new)
        assert examine(index).sound
    assert step > 10


# With the packaged model


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
