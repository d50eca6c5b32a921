import pytest

from qa.contents import Contents
from qa.embed import HashingEmbedder
from qa.records import Document, Part
from qa.saved import from_files, to_files
from vector_store import SnapshotDamaged

LONG = "Article tells at some length what became of the harbour in that year, of its ships and of all their many crews."
BOOK = Document(
    "b.epub", f"{LONG}\n\nTwo.\n\n{LONG}\n", title="Of Bridges", author="Jane Doe", parts=(Part(0, "§ Piers"),)
)
COPY = Document("c.txt", BOOK.text, title="Of Bridges", date="2021-03-01")


@pytest.fixture
def contents() -> Contents:
    return Contents().become([BOOK, COPY, Document("a.txt", "The lease ends in May.")], HashingEmbedder())


def test_all_of_it_comes_back(contents: Contents) -> None:
    found = from_files(to_files(contents))
    assert found.documents == contents.documents
    assert found.marks == contents.marks
    assert [mark.reason for mark in found.marks["b.epub"]] == ["repeated"]
    assert found.passages == contents.passages
    assert found.shown == {"a.txt": "a.txt", "b.epub": "c.txt", "c.txt": "c.txt"}  # the dated one is the first
    assert found.groups == contents.groups
    assert {key: value.tolist() for key, value in found.signatures.items()} == {
        key: value.tolist() for key, value in contents.signatures.items()
    }
    assert to_files(found) == to_files(contents)


def test_signatures_of_another_library_are_damage(contents: Contents) -> None:
    other = Contents().become([BOOK], HashingEmbedder())
    files = {**to_files(contents), "copies.safetensors": to_files(other)["copies.safetensors"]}
    with pytest.raises(SnapshotDamaged, match="1 signatures for 2 documents"):
        from_files(files)
    with pytest.raises(SnapshotDamaged, match="cannot be read"):
        from_files({**files, "copies.safetensors": b"rubbish"})


def test_an_index_of_an_earlier_version_is_told_as_such(contents: Contents) -> None:
    files = to_files(contents)
    del files["copies.safetensors"]
    with pytest.raises(SnapshotDamaged, match="made by an earlier version"):
        from_files(files)


def test_contents_without_a_passage_are_not_saved() -> None:
    with pytest.raises(ValueError, match="nothing to be found in"):
        to_files(Contents())
