import os
import time
from pathlib import Path

import pytest

from qa.embed import HashingEmbedder
from qa.library import Library
from qa.read import SentenceReader
from qa.records import Document
from qa.shelf import catalogue
from qa.shelf.catalogue import CHANGED, GONE, READY, Catalogue, Entry, extent

EMBEDDER = HashingEmbedder()
READER = SentenceReader(EMBEDDER)
LONG = (
    "The committee met on a wet morning in May and spoke of the harbour, its ships, its crews and their pay at length."
)
DATA = Path(__file__).parent / "data"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "2021-03-05 Minutes of the board.txt").write_text(f"{LONG}\n")
    (folder / "lease.txt").write_text("The lease ends in May.\nThe rent is due.")
    (folder / "again.txt").write_bytes((folder / "lease.txt").read_bytes())
    (folder / "minutes.txt").write_text(f"{LONG} So it is told.")
    (folder / "handbook.pdf").write_bytes((DATA / "handbook.pdf").read_bytes())
    age(folder)
    return folder


def age(folder: Path) -> None:
    """As if all had been there for an hour; the time of its last change of status cannot be set."""
    for path in folder.iterdir():
        os.utime(path, (time.time() - 3600,) * 2)


def opened(docs: Path) -> Library:
    index = docs.parent / "index"
    Library.open(docs, index=index, embedder=EMBEDDER)
    return Library.load(index, embedder=EMBEDDER, reader=READER)


def listed(docs: Path, library: Library, shown: Catalogue | None = None) -> dict[str, Entry]:
    return {entry.id: entry for entry in (shown or Catalogue(docs.parent / "index")).entries(library)}


def test_a_document_is_told_with_what_is_known_of_it(docs: Path) -> None:
    found = listed(docs, opened(docs))
    assert list(found) == sorted(found)
    assert found["lease.txt"] == Entry(
        id="lease.txt",
        title="",
        date="",
        date_is_saved=False,
        source="",
        author="",
        kind="txt",
        extent="2 lines",
        characters=39,
        size=39,
        added=False,
        state="copy of again.txt",
        copy_of="again.txt",
    )
    handbook = found["handbook.pdf"]
    assert (handbook.kind, handbook.state) == ("pdf", READY)
    assert handbook.extent.endswith(" pages")
    assert handbook.size == (DATA / "handbook.pdf").stat().st_size
    minutes = found["2021-03-05 Minutes of the board.txt"]
    assert (minutes.title, minutes.date, minutes.extent) == ("Minutes of the board", "2021-03-05", "2 lines")
    assert (minutes.state, minutes.copy_of) == (READY, "")
    assert found["minutes.txt"].state == "near copy of 2021-03-05 Minutes of the board.txt"


def test_the_day_on_which_a_file_was_saved_is_told_from_its_date() -> None:
    library = Library(embedder=EMBEDDER, reader=READER)
    library.add([Document("a", "One.", date="2020-01-01", origins=(("date", "saved"),)), Document("b", "Two.")])
    assert [(entry.date, entry.date_is_saved) for entry in Catalogue(None).entries(library)] == [
        ("2020-01-01", True),
        ("", False),
    ]


def test_a_text_of_no_file_is_ready_and_has_no_size() -> None:
    library = Library(embedder=EMBEDDER, reader=READER)
    library.add([Document("uploaded/a.txt", "One.")])
    (entry,) = Catalogue(None).entries(library)
    assert (entry.state, entry.size, entry.characters, entry.added) == (READY, None, 4, False)


def test_what_changed_or_went_on_the_disk_is_told_until_it_is_indexed(docs: Path) -> None:
    library, shown = opened(docs), Catalogue(docs.parent / "index")
    (docs / "lease.txt").write_text("The lease ends in July.")
    (docs / "minutes.txt").unlink()
    (docs / "minutes.txt").symlink_to(docs / "lease.txt")
    (docs / "handbook.pdf").touch()
    for _ in range(2):
        found = listed(docs, library, shown)
        assert {key: entry.state for key, entry in found.items()} == {
            "2021-03-05 Minutes of the board.txt": READY,
            "handbook.pdf": READY,
            "again.txt": READY,
            "lease.txt": CHANGED,
            "minutes.txt": GONE,
        }
    assert (found["minutes.txt"].size, found["lease.txt"].size) == (None, 23)
    assert found["lease.txt"].copy_of == "again.txt"
    assert {entry.state for entry in listed(docs, opened(docs), shown).values()} == {READY}


def test_a_change_is_not_forgotten_when_the_index_is_saved_for_another_reason(docs: Path) -> None:
    library = opened(docs)
    (docs / "lease.txt").write_text("The lease ends in July.")
    library.save(docs.parent / "index")
    assert listed(docs, library)["lease.txt"].state == CHANGED


def test_files_are_read_once_and_only_those_that_seem_to_have_changed(
    docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, shown = opened(docs), Catalogue(docs.parent / "index")
    os.utime(docs.parent / "index" / "in-step", (time.time() + 3600,) * 2)
    read: list[str] = []
    real = Path.open

    def counting(path: Path, *args: object, **kwargs: object) -> object:
        read.append(path.name)
        return real(path, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", counting)
    listed(docs, library, shown)
    assert read == []
    os.utime(docs / "lease.txt", (time.time() + 7200,) * 2)
    for _ in range(3):
        assert listed(docs, library, shown)["lease.txt"].state == "copy of again.txt"
    assert read == ["lease.txt"]


def test_of_much_that_seems_to_have_changed_a_part_is_read_at_a_time(
    docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "_READ_AT_ONCE", 30)
    library, shown = opened(docs), Catalogue(docs.parent / "index")
    for path in docs.iterdir():
        path.write_bytes(path.read_bytes() + b".")
    counts = [[entry.state for entry in shown.entries(library)].count(CHANGED) for _ in range(7)]
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (1, 5)


def test_nothing_is_kept_of_a_document_that_is_no_more(docs: Path) -> None:
    library, shown = opened(docs), Catalogue(docs.parent / "index")
    shown.entries(library)
    (docs / "lease.txt").unlink()
    shown.entries(opened(docs))
    assert "lease.txt" not in shown._extents


def test_without_an_index_only_what_is_gone_is_told(docs: Path) -> None:
    library = opened(docs)
    (docs / "lease.txt").write_text("The lease ends in July.")
    (docs / "handbook.pdf").unlink()
    states = {entry.id: entry.state for entry in Catalogue(None).entries(library)}
    assert (states["lease.txt"], states["handbook.pdf"]) == ("copy of again.txt", GONE)


def test_the_folder_of_the_files_may_be_gone(docs: Path) -> None:
    library = opened(docs)
    (docs.parent / "lease.txt").write_text("Another one.")
    docs.rename(docs.parent / "elsewhere")
    assert {entry.state for entry in listed(docs, library).values()} == {GONE}


def test_files_of_several_folders_are_found(docs: Path, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("A note.")
    Library.open(docs, tmp_path / "notes" / "a.txt", index=tmp_path / "index", embedder=EMBEDDER)
    library = Library.load(tmp_path / "index", embedder=EMBEDDER, reader=READER)
    assert {entry.id: entry.size for entry in listed(docs, library).values()}["notes/a.txt"] == 7
    assert GONE not in {entry.state for entry in listed(docs, library).values()}


@pytest.mark.parametrize(
    ("document", "counted"),
    [
        (Document("a.pdf", "One two", page_starts=(0,)), "1 page"),
        (Document("a.pdf", "One two", page_starts=(0, 4)), "2 pages"),
        (Document("a.docx", "One two\nthree", extracted="x"), "3 words"),
        (Document("a.txt", "One two"), "1 line"),
        (Document("a.txt", "1\r\n2\r3\n4"), "4 lines"),
        (Document("a.txt", "\n" * 1999), "2,000 lines"),
    ],
)
def test_how_much_there_is_is_counted_in_what_citations_count_in(document: Document, counted: str) -> None:
    assert extent(document) == counted
