import hashlib
import os
import stat
from pathlib import Path

import pytest

from qa.embed import HashingEmbedder
from qa.errors import NothingToIndex, NotWritable
from qa.library import Library
from qa.records import Document
from qa.uploads import Uploads, load_all, read_upload

LEASE, RENT = b"The lease ends in May.", b"The rent is due on Monday."


def document(data: bytes) -> Document:
    return Document("uploaded/lease.txt", data.decode(), sha256=hashlib.sha256(data).hexdigest())


def files(index: Path) -> list[str]:
    return sorted(path.relative_to(index).as_posix() for path in index.rglob("*") if not path.is_dir())


def test_a_file_arrives_for_its_owner_alone_and_stays_once_the_index_has_its_bytes(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    assert uploads.arrive("lease.txt", LEASE) == "uploaded/lease.txt"
    arrived = tmp_path / "arriving" / "uploaded" / "lease.txt"
    assert uploads.files == uploads.arrived == {"uploaded/lease.txt": arrived}
    assert read_upload(arrived)[0].id == "uploaded/lease.txt"
    uploads.settle({})
    uploads.settle({"uploaded/lease.txt": document(RENT)})
    assert files(tmp_path) == ["arriving/uploaded/lease.txt"]
    uploads.settle({"uploaded/lease.txt": document(LEASE)})
    kept = tmp_path / "uploaded" / "lease.txt"
    assert uploads.files == uploads.kept == {"uploaded/lease.txt": kept}
    assert [path.name for path in tmp_path.iterdir()] == ["uploaded"]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


def test_what_arrives_takes_the_place_of_what_is_there_and_if_it_goes_that_is_there_again(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    uploads.arrive("lease.txt", LEASE)
    uploads.settle({"uploaded/lease.txt": document(LEASE)})
    uploads.arrive("lease.txt", RENT)
    assert uploads.files["uploaded/lease.txt"].read_bytes() == RENT
    uploads.discard_arrived("uploaded/lease.txt")
    assert uploads.files["uploaded/lease.txt"].read_bytes() == LEASE
    uploads.arrive("lease.txt", RENT)
    uploads.discard(["uploaded/lease.txt", "../secret.txt", "other"])
    assert files(tmp_path) == []


def test_what_waits_arrived_or_is_in_no_index(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    uploads.arrive("lease.txt", LEASE)
    uploads.settle({"uploaded/lease.txt": document(LEASE)})
    uploads.arrive("rent.txt", RENT)
    assert sorted(uploads.waiting({})) == ["uploaded/lease.txt", "uploaded/rent.txt"]
    assert sorted(uploads.waiting({"uploaded/lease.txt", "uploaded/rent.txt"})) == ["uploaded/rent.txt"]


@pytest.mark.parametrize("linked", ["uploaded", "arriving", "arriving/uploaded"])
def test_a_folder_that_is_a_link_is_neither_read_nor_written(tmp_path: Path, linked: str) -> None:
    elsewhere, index = tmp_path / "elsewhere", tmp_path / "index"
    (elsewhere / "uploaded").mkdir(parents=True)
    for folder in (elsewhere, elsewhere / "uploaded"):
        (folder / "secret.txt").write_text("secret")
    (index / linked).parent.mkdir(parents=True)
    (index / linked).symlink_to(elsewhere)
    uploads = Uploads(index)
    assert uploads.files == {}
    with pytest.raises(NotWritable, match="is a symbolic link, which is not followed; remove it"):
        uploads.settle({uploads.arrive("lease.txt", LEASE): document(LEASE)})
    uploads.discard(["uploaded/secret.txt"])
    assert files(elsewhere) == ["secret.txt", "uploaded/secret.txt"]


def test_a_file_that_is_a_link_a_folder_or_hidden_is_none(tmp_path: Path) -> None:
    uploads, folder = Uploads(tmp_path), tmp_path / "uploaded"
    (folder / "b.txt").mkdir(parents=True)
    (tmp_path / "secret").write_text("secret")
    (folder / "a.txt").symlink_to(tmp_path / "secret")
    (folder / ".c.txt").write_text("hidden")
    os.mkfifo(folder / "d.txt")
    assert uploads.files == {}


def test_a_link_in_the_place_of_what_arrives_is_replaced_and_not_written_through(tmp_path: Path) -> None:
    folder = tmp_path / "arriving" / "uploaded"
    folder.mkdir(parents=True)
    (tmp_path / "secret").write_text("secret")
    for name in ("lease.txt", ".part"):
        (folder / name).symlink_to(tmp_path / "secret")
    Uploads(tmp_path).arrive("lease.txt", LEASE)
    assert (tmp_path / "secret").read_text() == "secret"
    assert not (folder / "lease.txt").is_symlink()


# Read together with the folders that the index is made of


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "own.txt").write_text("One of our own.")
    return tmp_path / "docs"


def test_uploads_are_read_beside_the_folders_whose_ids_stay_as_they_are(docs: Path, tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "index")
    assert load_all([docs], tmp_path / "index").documents == load_all([docs], tmp_path / "nowhere").documents
    uploads.arrive("lease.txt", LEASE)
    uploads.arrive("old.doc", b"\xd0\xcf")
    uploads.arrive("rent.txt", "Die Miete ist fällig.".encode("utf-16"))
    loaded = load_all([docs], tmp_path / "index")
    assert [one.id for one in loaded.documents] == ["own.txt", "uploaded/lease.txt", "uploaded/rent.txt"]
    assert [str(error) for error in loaded.refused] == [
        "uploaded/old.doc: format .doc is not read; save it as .docx",
    ]
    assert loaded.notes == ("uploaded/rent.txt: read as utf-16 (byte-order mark)",)
    assert [one.id for one in load_all([], tmp_path / "index").documents] == ["uploaded/lease.txt", "uploaded/rent.txt"]


def test_an_index_within_its_own_folder_is_no_document(docs: Path) -> None:
    Library.open(docs, index=docs / "index", embedder=HashingEmbedder())
    Uploads(docs / "index").arrive("lease.txt", LEASE)
    library = Library.open(docs, index=docs / "index", embedder=HashingEmbedder())
    assert [one.id for one in library.documents] == ["own.txt", "uploaded/lease.txt"]
    assert library.refused == ()


def test_of_two_files_that_would_have_one_id_the_uploaded_one_has_it(docs: Path, tmp_path: Path) -> None:
    Uploads(tmp_path / "index").arrive("lease.txt", LEASE)
    (docs / "uploaded").mkdir()
    (docs / "uploaded" / "lease.txt").write_bytes(RENT)
    loaded = load_all([docs], tmp_path / "index")
    assert [one.text for one in loaded.documents if one.id == "uploaded/lease.txt"] == [LEASE.decode()]
    assert [str(error) for error in loaded.refused] == [
        "uploaded/lease.txt: has the name of an uploaded file; rename it",
    ]


def test_uploads_do_not_make_an_index_of_a_folder_that_is_gone(docs: Path, tmp_path: Path) -> None:
    Uploads(tmp_path / "index").arrive("lease.txt", LEASE)
    (docs / "own.txt").unlink()
    with pytest.raises(NothingToIndex):
        load_all([docs], tmp_path / "index")


def test_uploads_none_of_which_can_be_read_are_nothing_to_index(tmp_path: Path) -> None:
    Uploads(tmp_path).arrive("old.doc", b"\xd0\xcf")
    with pytest.raises(NothingToIndex, match=r"could be read \(first uploaded/old.doc: format .doc is not read"):
        load_all([], tmp_path)
