from pathlib import Path

import numpy as np
import pytest

from qa.doctor import REPAIR, examine
from qa.embed import HashingEmbedder
from qa.library import Library
from qa.read import SentenceReader
from qa.records import Document, Mark, Range
from qa.unfinished import UNFINISHED, Unfinished

EMBEDDER = HashingEmbedder()
LIKENESS = SentenceReader(EMBEDDER)
LEASE = Document("lease.txt", "The lease ends on 31 May. The rent is due on the first of the month.")
LONG = "Article {} tells at some length what became of the harbour in that year, of its ships and of all their crews."
# The second standing of a long paragraph is marked.
ARTICLES = [Document(f"{n}.txt", f"{LONG.format(n)}\n\nIt is a short one.\n\n{LONG.format(n)}\n") for n in range(4)]


@pytest.fixture
def index(tmp_path: Path) -> Path:
    library = Library(embedder=EMBEDDER, reader=LIKENESS)
    library.add([LEASE, *ARTICLES])
    library.save(tmp_path)
    return tmp_path


def load(index: Path) -> Library:
    return Library.load(index, embedder=EMBEDDER, reader=LIKENESS)


def wrong(library: Library, index: Path, *, deep: bool = False) -> list[str]:
    found = examine(index, library=library, deep=deep)
    assert found.sound == (found.lines[-1] != REPAIR)
    return [finding.what for finding in found.findings if not finding.sound]


def test_a_sound_index_is_told_line_by_line(index: Path) -> None:
    found = examine(index, library=load(index), deep=True)
    assert found.sound
    assert found.lines == (
        "sound   5 files have the digests that the manifest names",
        "sound   5 documents: each text is what its file's digest says",
        "sound   5 sources: copies, exact and near, count as one",
        "sound   4 marks stand where they belong",
        "sound   5 passages stand in order, and on nothing that is marked",
        "sound   5 vectors of 256 numbers have length 1",
        "sound   36 words: every row holds those of its passage, and no other is left",
        "sound   5 vectors are those that the embedder makes now",
    )


def test_a_removed_document_is_shown_to_be_gone(index: Path) -> None:
    library = load(index)
    library.remove(["lease.txt"])
    library.save(index)
    assert wrong(load(index), index, deep=True) == []
    assert not any("lease" in path.read_text(errors="replace") for path in index.iterdir())


def test_a_flipped_byte_is_found(index: Path) -> None:
    (path,) = index.glob("vectors-*")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    found = examine(index)
    assert not found.sound
    assert path.name in found.lines[0]
    assert found.lines[-1] == REPAIR


def test_a_text_that_is_not_its_files_is_found(index: Path) -> None:
    library = load(index)
    library.contents.documents["lease.txt"] = Document("lease.txt", "The lease.", sha256="ab" * 32, encoding="utf-8")
    assert "document lease.txt" in wrong(library, index)


def test_a_mark_that_is_missing_or_one_too_many_is_found(index: Path) -> None:
    library = load(index)
    library.contents.marks["0.txt"] = ()
    library.contents.marks["lease.txt"] = (Mark(Range(0, 3), "furniture"),)
    assert wrong(library, index) == ["marks of 0.txt", "marks of lease.txt", "passage lease.txt, line 1"]


def test_a_passage_out_of_order_is_found(index: Path) -> None:
    library = load(index)
    library.contents.passages[0], library.contents.passages[1] = (
        library.contents.passages[1],
        library.contents.passages[0],
    )
    found = wrong(library, index)
    assert "passage 0.txt, lines 1–3" in found
    assert "words of 1.txt, lines 1–3" in found


def test_a_row_too_few_is_found(index: Path) -> None:
    library = load(index)
    assert library.store is not None
    library.store.remove([2])
    assert wrong(library, index) == ["4 rows for 5 passages"]


def test_a_word_that_is_left_of_what_was_removed_is_found(index: Path) -> None:
    library = load(index)
    assert library.store is not None
    library.store._lexical._vocabulary["zyzzyva"] = len(library.store.vocabulary)
    assert wrong(library, index) == ["words of 1 words that stand in no document, as 'zyzzyva'"]


def test_a_vector_of_another_passage_is_found_where_it_looks_deep(index: Path) -> None:
    library = load(index)
    assert library.store is not None
    library.store._dense.take([1, 0, 2, 3, 4])
    assert wrong(library, index) == []
    assert wrong(library, index, deep=True) == ["vectors from 0.txt, lines 1–3", "vectors from 1.txt, lines 1–3"]


def test_what_is_left_of_a_run_or_a_save_that_was_cut_short_is_told(index: Path) -> None:
    Unfinished(index, EMBEDDER.digest).keep(b"a" * 32, np.zeros((1, 2), np.float32))
    (index / "vectors-0123456789ab.faiss.part").write_bytes(b"half")
    (index / "notes.txt").write_text("mine")
    found = examine(index, library=load(index))
    assert [str(finding) for finding in found.findings[-2:]] == [
        f"sound   {UNFINISHED}: a run was stopped; the next qa index goes on with it",
        "WRONG   vectors-0123456789ab.faiss.part is left of a save that was cut short; the next qa index takes it away",
    ]


def test_of_many_only_the_first_ten_are_named(index: Path) -> None:
    library = Library(embedder=EMBEDDER, reader=LIKENESS)
    library.add([Document(f"{n:02}.txt", f"Text {n}.", sha256="ab", encoding="utf-8") for n in range(15)])
    library.save(index)
    found = wrong(load(index), index)
    assert len(found) == 11
    assert found[-1] == "5 more like the last"


def test_where_no_index_is_that_is_what_is_found(tmp_path: Path) -> None:
    assert not examine(tmp_path).sound
    assert "holds no index" in examine(tmp_path / "gone").lines[0]
