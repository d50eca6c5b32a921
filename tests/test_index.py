import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

import qa.contents
import qa.library
import qa.load.plain
from qa.changes import Changes
from qa.doctor import examine
from qa.embed import HashingEmbedder
from qa.errors import IndexDamaged, IndexMismatch, ModelMissing, NothingToIndex, QAError
from qa.library import Library
from qa.load.metadata import Metadata
from qa.records import Document
from qa.rules import made_by
from qa.text import words
from qa.unfinished import UNFINISHED
from tests.dying import Killed, die_at
from tests.libraries import LEASE, LEAVE, LIKENESS, SECRET, CountingEmbedder, articles, assert_same, bytes_of, make
from vector_store import HybridStore, snapshot

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
