import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

import qa.library
import qa.shelf.batch
import qa.shelf.shelf
from qa.changes import Changes
from qa.cli import FOUND, MISUSE, NOT_FOUND, main
from qa.doctor import examine
from qa.embed import HashingEmbedder, Vectors
from qa.errors import IndexBusy, IndexDamaged, NotWritable, TooManyFiles, UnknownDocument
from qa.library import Library
from qa.live import Live
from qa.load.disk import MAX_BYTES
from qa.read import SentenceReader
from qa.records import Document
from qa.shelf import MAX_FILES, Shelf
from qa.shelf.batch import MAX_FILE_BYTES, MAX_UPLOADS, MAX_UPLOADS_BYTES, Step
from qa.shelf.catalogue import GONE, READY
from qa.uploads import Uploads
from tests.dying import Killed, die_at
from vector_store import writing

EMBEDDER = HashingEmbedder()
READER = SentenceReader(EMBEDDER)
DATA = Path(__file__).parent / "data"
LEASE, RENT = "The lease ends in May.", "The rent is due on Monday."
SECRET = "Zyzzyva sleeps under the stairs."
LONG = (
    "The committee met on a wet morning in May and spoke of the harbour, its ships, its crews and their pay at length."
)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index of a folder with one document of its owner's."""
    monkeypatch.setattr(qa.library, "SentenceTransformerEmbedder", lambda *name: EMBEDDER)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "own.txt").write_text("The cat is our own.")
    Library.open(tmp_path / "docs", index=tmp_path / "index")
    return tmp_path / "index"


def shelf_of(index: Path) -> Shelf:
    return Shelf(Live(Library.load(index, embedder=EMBEDDER, reader=READER), index=index), index)


@pytest.fixture
def shelf(index: Path) -> Shelf:
    return shelf_of(index)


@pytest.fixture
def send(tmp_path: Path) -> Callable[..., tuple[str, Path]]:
    """A file as a browser sends it: its name, and where it was put."""
    numbers = count()

    def sent(name: str, content: str | bytes = LEASE) -> tuple[str, Path]:
        path = tmp_path / "sent" / str(next(numbers))
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return name, path

    return sent


Send = Callable[..., tuple[str, Path]]


def told(steps: Iterator[Step]) -> list[tuple[str, str]]:
    return [(step.kind, step.message) for step in steps]


def last(steps: Iterator[Step]) -> list[str]:
    """What became of the files."""
    ends = ("added", "replaced", "already here", "refused")
    return [step.message for step in steps if step.kind in ends]


def held(shelf: Shelf) -> dict[str, str]:
    return {entry.id: entry.state for entry in shelf.entries()}


def disk(index: Path) -> bytes:
    return b"".join(path.read_bytes() for path in index.rglob("*") if path.is_file())


def uploaded(index: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (index / "uploaded").iterdir()}


# Added


def test_what_happens_to_a_file_is_told_step_by_step(shelf: Shelf, index: Path, send: Send) -> None:
    steps = list(shelf.add([send("lease.txt")]))
    assert steps == [
        Step("received", "lease.txt is received", "lease.txt"),
        Step("read", "lease.txt is read: 1 line", "lease.txt", "uploaded/lease.txt"),
        Step("embedding", "embedding 1 of 1 passages", done=1, total=1),
        Step("added", "lease.txt is added", "lease.txt", "uploaded/lease.txt"),
        Step("done", "1 document added or replaced; 2 documents can be asked", done=1, total=1),
    ]
    assert uploaded(index) == {"lease.txt": LEASE}
    assert sorted(path.name for path in index.iterdir() if path.is_dir()) == ["uploaded"]


def test_what_is_added_can_be_asked_at_once(index: Path, send: Send) -> None:
    live = Live(Library.load(index, embedder=EMBEDDER, reader=READER), index=index)
    list(Shelf(live, index).add([send("lease.txt")]))
    (citation, *_) = live.library.ask("When does the lease end?", threshold=0).citations
    assert (citation.quote.text, citation.place) == (LEASE, "uploaded/lease.txt, line 1")


def test_what_is_added_is_entered_with_its_file(shelf: Shelf, send: Send) -> None:
    list(shelf.add([send("handbook.pdf", (DATA / "handbook.pdf").read_bytes())]))
    own, added = shelf.entries()
    assert (own.id, own.added, own.state) == ("own.txt", False, READY)
    assert (added.id, added.added, added.state, added.kind) == ("uploaded/handbook.pdf", True, READY, "pdf")
    assert added.size == (DATA / "handbook.pdf").stat().st_size


def test_a_file_that_cannot_be_read_is_refused_with_the_reason_and_not_kept(
    shelf: Shelf, index: Path, send: Send
) -> None:
    files = [
        send("old.doc", b"\xd0\xcf"),
        send("scan.pdf", (DATA / "scanned.pdf").read_bytes()),
        send("run.sh", "rm -rf /"),
        send("lease.txt"),
        send("empty.txt", ""),
    ]
    assert last(shelf.add(files)) == [
        "old.doc: format .doc is not read; save it as .docx",
        "scan.pdf: is scanned: its page holds pictures and no text; run text recognition (OCR) on it first",
        "run.sh: format .sh is not read; .txt, .md, .pdf, .docx, .html, .mhtml, .epub, .csv, .xlsx, .eml and "
        ".jsonl are",
        "empty.txt: is empty (0 bytes)",
        "lease.txt is added",
    ]
    assert uploaded(index) == {"lease.txt": LEASE}
    assert b"rm -rf" not in disk(index)


def test_no_name_leads_out_of_the_folder(shelf: Shelf, index: Path, tmp_path: Path, send: Send) -> None:
    names = ["../../out.txt", "/etc/out.txt", r"C:\out.txt", "a\0b.txt", ".hidden.txt", "CON.txt", "東" * 300 + ".txt"]
    before = sorted(tmp_path.rglob("*out*"))
    steps = list(shelf.add([send(name, f"Text {n}.") for n, name in enumerate(names)]))
    assert sorted(path.name for path in (index / "uploaded").iterdir()) == [
        "_CON.txt",
        "ab.txt",
        "hidden.txt",
        "out (2).txt",
        "out (3).txt",
        "out.txt",
        "東" * 83 + ".txt",
    ]
    assert [path for path in sorted(tmp_path.rglob("*out*")) if index not in path.parents] == before
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in (index / "uploaded").iterdir())
    assert all(step.message.isprintable() for step in steps)
    assert "../../out.txt is added as out.txt" in [step.message for step in steps]


def test_the_same_bytes_are_already_here(shelf: Shelf, send: Send) -> None:
    list(shelf.add([send("lease.txt")]))
    files = [send("again.txt"), send("cat.txt", "The cat is our own."), send("new.txt", RENT), send("newer.txt", RENT)]
    steps = list(shelf.add(files))
    assert last(iter(steps)) == [
        "again.txt is already here as uploaded/lease.txt",
        "cat.txt is already here as own.txt",
        "newer.txt is already here as uploaded/new.txt",
        "new.txt is added",
    ]
    assert sorted(held(shelf)) == ["own.txt", "uploaded/lease.txt", "uploaded/new.txt"]


def test_nothing_new_is_told_too_and_nothing_is_written(shelf: Shelf, index: Path, send: Send) -> None:
    before = disk(index)
    assert [step.kind for step in shelf.add([send("cat.txt", "The cat is our own.")])] == [
        "received",
        "already here",
        "done",
    ]
    assert disk(index) == before


def test_a_copy_is_told(shelf: Shelf, send: Send) -> None:
    list(shelf.add([send("minutes.txt", LONG)]))
    steps = last(shelf.add([send("same.txt", f"{LONG}\n"), send("near.txt", f"{LONG} So it is told.")]))
    assert steps == [
        "same.txt is added, a copy of uploaded/minutes.txt, uploaded/near.txt",
        "near.txt is added, a copy of uploaded/minutes.txt, uploaded/same.txt",
    ]
    assert held(shelf)["uploaded/near.txt"] == "near copy of uploaded/minutes.txt"


def test_another_file_of_the_same_name_gets_a_number(shelf: Shelf, index: Path, send: Send) -> None:
    list(shelf.add([send("lease.txt")]))
    assert last(shelf.add([send("Lease.TXT", RENT), send("lease.txt", "A third one.")])) == [
        "Lease.TXT is added as Lease (2).TXT",
        "lease.txt is added as lease (3).txt",
    ]
    assert uploaded(index) == {"lease.txt": LEASE, "Lease (2).TXT": RENT, "lease (3).txt": "A third one."}


def test_a_later_version_takes_the_place_of_the_former_one_where_that_is_wished(
    shelf: Shelf, index: Path, send: Send
) -> None:
    list(shelf.add([send("lease.txt", SECRET)]))
    steps = last(shelf.add([send("LEASE.txt"), send("lease.txt", RENT)], replace=True))
    assert steps == ["LEASE.txt is replaced as lease.txt", "lease.txt is added as lease (2).txt"]
    assert uploaded(index) == {"lease.txt": LEASE, "lease (2).txt": RENT}
    assert b"yzzyva" not in disk(index)
    assert last(shelf.add([send("lease.txt", b"\0\0\0\1")], replace=True))[0].startswith("lease.txt: ")
    assert uploaded(index)["lease.txt"] == LEASE


def test_what_a_version_replaced_may_come_again_with_it(shelf: Shelf, send: Send) -> None:
    list(shelf.add([send("lease.txt", LEASE)]))
    steps = last(shelf.add([send("lease.txt", RENT), send("old.txt", LEASE)], replace=True))
    assert steps == ["lease.txt is replaced", "old.txt is added"]


def test_a_document_whose_file_is_gone_may_be_added_again(
    shelf: Shelf, index: Path, tmp_path: Path, send: Send
) -> None:
    list(shelf.add([send("lease.txt")]))
    (index / "uploaded" / "lease.txt").unlink()
    (tmp_path / "docs" / "own.txt").unlink()
    assert held(shelf) == {"own.txt": GONE, "uploaded/lease.txt": GONE}
    steps = last(shelf.add([send("lease.txt"), send("own.txt", "The cat is our own.")]))
    assert steps == ["lease.txt is replaced", "own.txt is added, a copy of own.txt"]
    assert held(shelf)["uploaded/lease.txt"] == READY
    assert "uploaded/own.txt" in held(shelf)


def test_a_folder_of_the_owner_may_be_called_as_ours_is(index: Path, tmp_path: Path, send: Send) -> None:
    (tmp_path / "docs" / "uploaded").mkdir()
    (tmp_path / "docs" / "uploaded" / "lease.txt").write_text(SECRET)
    Library.open(tmp_path / "docs", index=index)
    shelf = shelf_of(index)
    assert last(shelf.add([send("lease.txt")], replace=True)) == ["lease.txt is added as lease (2).txt"]
    assert {entry.id: entry.added for entry in shelf.entries()} == {
        "own.txt": False,
        "uploaded/lease (2).txt": True,
        "uploaded/lease.txt": False,
    }
    assert "stays in its folder" in shelf.consequence("uploaded/lease.txt")
    shelf.remove(["uploaded/lease.txt"])
    assert (tmp_path / "docs" / "uploaded" / "lease.txt").read_text() == SECRET


def test_a_link_or_a_pipe_is_not_followed(shelf: Shelf, tmp_path: Path, send: Send) -> None:
    (tmp_path / "link").symlink_to(send("x", SECRET)[1])
    os.mkfifo(tmp_path / "pipe")
    files = [("a.txt", tmp_path / "link"), ("b.txt", tmp_path / "pipe"), ("c.txt", tmp_path / "nowhere")]
    assert last(shelf.add(files)) == [
        "a.txt: is a symbolic link, not a regular file",
        "b.txt: is a named pipe, not a regular file",
        "c.txt: no such file or folder",
    ]


def test_an_index_may_begin_with_what_is_added(tmp_path: Path, send: Send, index: Path) -> None:
    live = Live(Library(embedder=EMBEDDER, reader=READER), index=tmp_path / "new")
    shelf = Shelf(live, tmp_path / "new")
    assert shelf.entries() == []
    assert last(shelf.add([send("blank.txt", " \n ")])) == ["blank.txt: holds nothing but white space"]
    assert Uploads(tmp_path / "new").files == {}
    assert last(shelf.add([send("lease.txt")])) == ["lease.txt is added"]
    assert held(shelf) == {"uploaded/lease.txt": READY}
    assert [one.id for one in Library.open(index=tmp_path / "new").documents] == ["uploaded/lease.txt"]


def test_the_file_of_a_document_is_found_wherever_it_is(shelf: Shelf, index: Path, tmp_path: Path, send: Send) -> None:
    list(shelf.add([send("lease.txt")]))
    own = tmp_path / "docs" / "own.txt"
    assert shelf.file("uploaded/lease.txt") == index / "uploaded" / "lease.txt"
    assert shelf.file("own.txt") == own
    own.unlink()
    own.symlink_to(index / "manifest.json")
    (tmp_path / "docs" / "other.txt").write_text("Of no document.")
    assert [shelf.file(key) for key in ("own.txt", "other.txt", "../index/manifest.json")] == [None] * 3


def test_a_text_of_no_file_is_removed_whole(index: Path) -> None:
    library = Library(embedder=EMBEDDER, reader=READER)
    library.add([Document("a", SECRET), Document("b", LEASE)])
    library.save(index)
    shelf = shelf_of(index)
    assert shelf.consequence("a") == "it is in no file: nothing is left of it"
    shelf.remove(["a"])
    assert b"yzzyva" not in disk(index)


# Bounds


@pytest.mark.parametrize(
    ("bound", "most", "message"),
    [
        ("MAX_UPLOADS", 1, "b.txt: 1 files were added, and no more are kept: remove some, or index a folder"),
        (
            "MAX_UPLOADS_BYTES",
            40,
            "b.txt: holds 26 bytes, and of 40 bytes for added files 22 are taken: remove some, or index a folder",
        ),
        ("MAX_FILE_BYTES", 25, "b.txt: holds 26 bytes; at most 25 are read: cut it into parts"),
    ],
)
def test_what_passes_a_bound_is_refused(
    shelf: Shelf, send: Send, monkeypatch: pytest.MonkeyPatch, bound: str, most: int, message: str
) -> None:
    monkeypatch.setattr(qa.shelf.batch, bound, most)
    assert last(shelf.add([send("a.txt", LEASE), send("b.txt", RENT)])) == [message, "a.txt is added"]
    assert last(shelf.add([send("b.txt", RENT)])) == [message]


def test_too_many_files_at_once_are_refused_before_any_is_taken(shelf: Shelf, send: Send) -> None:
    with pytest.raises(TooManyFiles, match="201 files at once; at most 200 are taken: add them in parts"):
        shelf.add([send("a.txt")] * (MAX_FILES + 1))


def test_where_nothing_may_be_written_it_is_told_how_to_allow_it(index: Path, send: Send) -> None:
    library = Library.load(index, embedder=EMBEDDER, reader=READER)
    without, forbidden = (
        Shelf(Live(library), None),
        Shelf(Live(library, index=index), index, writable=False, allow="start it with --write"),
    )
    for shelf, message in ((without, "make an index with: qa index FOLDER"), (forbidden, "start it with --write")):
        assert message in shelf.obstacle
        for change in (lambda s=shelf: s.add([send("a.txt")]), lambda s=shelf: s.remove(["own.txt"])):
            with pytest.raises(NotWritable, match=message):
                change()
        assert held(shelf) == {"own.txt": READY}
        assert shelf.waiting() == ()
    assert shelf_of(index).obstacle == ""


def test_a_disk_that_is_full_at_any_write_is_told_and_the_file_is_refused_or_goes_in_later(
    index: Path, tmp_path: Path, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(index, tmp_path / "before")
    refused = 0
    for step in count(1):
        shutil.rmtree(index)
        shutil.copytree(tmp_path / "before", index)
        shelf, file, found, problem = shelf_of(index), send("lease.txt"), [], ""
        with monkeypatch.context() as patched:
            made = die_at(step, patched, OSError(28, "No space left on device"))
            try:
                found = last(shelf.add([file]))
            except NotWritable as error:
                problem = str(error)
            if made() < step:
                break
        assert not problem or problem.endswith(
            ": No space left on device; what was kept goes in with what is added next"
        )
        assert found or problem
        refused += found == ["lease.txt: could not be kept: No space left on device"]
        assert held(shelf).keys() >= {"own.txt"}
        if shelf.waiting():
            assert last(shelf.add([])) in (["lease.txt is added"], ["lease.txt is replaced"])
        else:
            assert last(shelf.add([file])) == ["lease.txt is added"]
        assert held(shelf) == {"own.txt": READY, "uploaded/lease.txt": READY}
        assert examine(index).sound
    assert refused > 3
    assert step > 20


def test_an_index_that_is_damaged_is_told_and_nothing_is_taken(shelf: Shelf, index: Path, send: Send) -> None:
    next(index.glob("vectors-*")).write_bytes(b"")
    with pytest.raises(IndexDamaged, match="index again to repair it"):
        list(shelf.add([send("lease.txt")]))
    assert Uploads(index).files == {}


# Removed


def test_what_will_become_of_a_file_is_told_before(shelf: Shelf, index: Path, send: Send, tmp_path: Path) -> None:
    list(shelf.add([send("lease.txt")]))
    assert shelf.consequence("uploaded/lease.txt") == "the uploaded file is deleted"
    assert shelf.consequence("own.txt") == "the file stays in its folder; the next qa index takes it in again"
    (tmp_path / "docs" / "own.txt").unlink()
    assert shelf.consequence("own.txt") == "its file is gone already: nothing is left of it"
    with pytest.raises(UnknownDocument, match="no such document: nowhere"):
        shelf.consequence("nowhere")


def test_a_removed_upload_leaves_no_trace_and_does_not_come_back(shelf: Shelf, index: Path, send: Send) -> None:
    list(shelf.add([send("secret.txt", SECRET), send("lease.txt")]))
    assert b"yzzyva" in disk(index)
    assert shelf.remove(["uploaded/secret.txt"]) == Changes(removed=("uploaded/secret.txt",))
    assert b"yzzyva" not in disk(index)
    list(shelf.add([send("rent.txt", RENT)]))
    Library.open(index.parent / "docs", index=index)
    assert sorted(held(shelf)) == ["own.txt", "uploaded/lease.txt", "uploaded/rent.txt"]
    assert examine(index).sound


def test_a_removed_file_of_the_owner_stays_and_does_not_come_back_with_what_is_added(
    shelf: Shelf, index: Path, tmp_path: Path, send: Send
) -> None:
    shelf.remove(["own.txt"])
    list(shelf.add([send("lease.txt")]))
    assert held(shelf) == {"uploaded/lease.txt": READY}
    assert (tmp_path / "docs" / "own.txt").exists()
    assert last(shelf.add([send("own.txt", "The cat is our own.")])) == ["own.txt is added"]


def test_of_an_unknown_document_nothing_is_removed(shelf: Shelf, index: Path, send: Send) -> None:
    list(shelf.add([send("lease.txt")]))
    with pytest.raises(UnknownDocument, match="no such document: nowhere; nothing was removed"):
        shelf.remove(["uploaded/lease.txt", "nowhere"])
    assert uploaded(index) == {"lease.txt": LEASE}
    assert shelf.remove([]) == Changes()


# Several at once, and one that is killed


def test_two_who_add_at_once_come_one_after_the_other_and_none_is_lost(index: Path, send: Send) -> None:
    shelves = [shelf_of(index), shelf_of(index)]
    files = [[send(f"{who} {n}.txt", f"Text {n} of {who}.") for n in range(5)] for who in ("ada", "bob")]
    found: list[list[str]] = [[], []]

    def work(who: int) -> None:
        for file in files[who]:
            found[who] += last(shelves[who].add([file]))

    threads = [threading.Thread(target=work, args=(who,)) for who in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[f"{who} {n}.txt is added" for n in range(5)] for who in ("ada", "bob")]
    for shelf in shelves:
        assert len(held(shelf)) == 11
    assert examine(index).sound


def test_who_waits_is_told_so(shelf: Shelf, index: Path, send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qa.shelf.shelf, "_TELL_EVERY", 0.05)
    with writing(index):
        steps = shelf.add([send("lease.txt")])
        first, second = next(steps), next(steps)
    assert first == second
    assert first.kind == "waiting"
    assert last(steps) == ["lease.txt is added"]


def test_who_waits_too_long_is_told_that_nothing_was_added(
    shelf: Shelf, index: Path, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qa.shelf.shelf, "_TELL_EVERY", 0.05)
    monkeypatch.setattr(qa.shelf.shelf, "_PATIENCE", 0.0)
    with writing(index), pytest.raises(IndexBusy, match="nothing was added: add it again when that is done"):
        list(shelf.add([send("lease.txt")]))
    assert Uploads(index).files == {}


def test_adding_goes_on_though_nobody_looks(shelf: Shelf, send: Send) -> None:
    next(shelf.add([send("lease.txt")]))
    until = time.monotonic() + 30
    while "uploaded/lease.txt" not in held(shelf) and time.monotonic() < until:
        time.sleep(0.02)
    assert "uploaded/lease.txt" in held(shelf)


def test_who_gave_files_is_told_once_when_none_of_them_is_needed_any_more(
    shelf: Shelf, index: Path, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qa.shelf.shelf, "_TELL_EVERY", 0.05)
    released: list[bool] = []
    with writing(index):
        steps = shelf.add([send("lease.txt")], release=lambda: released.append("uploaded/lease.txt" in held(shelf)))
        next(steps)
        assert released == []
    assert last(steps) == ["lease.txt is added"]
    assert released == [True]


def test_who_gave_files_is_told_so_too_where_they_cannot_be_added(shelf: Shelf, index: Path, send: Send) -> None:
    released: list[str] = []
    with pytest.raises(TooManyFiles):
        shelf.add([send("a.txt")] * (MAX_FILES + 1), release=lambda: released.append("too many"))
    next(index.glob("vectors-*")).write_bytes(b"")
    with pytest.raises(IndexDamaged):
        list(shelf.add([send("lease.txt")], release=lambda: released.append("damaged")))
    assert released == ["too many", "damaged"]


def test_a_question_is_answered_while_another_document_is_embedded(
    index: Path, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = Live(Library.load(index, embedder=EMBEDDER, reader=READER), index=index)
    reached, go_on, real = threading.Event(), threading.Event(), EMBEDDER.embed_passages

    def slow(texts: list[str]) -> Vectors:
        if LEASE in texts and not reached.is_set():
            reached.set()
            go_on.wait(30)
        return real(texts)

    monkeypatch.setattr(EMBEDDER, "embed_passages", slow)
    steps = Shelf(live, index).add([send("lease.txt")])
    assert reached.wait(30)
    assert live.library.ask("Whose is the cat?", threshold=0).citations[0].quote.text == "The cat is our own."
    go_on.set()
    assert last(steps) == ["lease.txt is added"]


@pytest.mark.parametrize("replace", [False, True])
def test_killed_at_any_write_nothing_is_lost_and_the_next_who_adds_or_indexes_takes_it_in(
    index: Path, tmp_path: Path, send: Send, monkeypatch: pytest.MonkeyPatch, replace: bool
) -> None:
    list(shelf_of(index).add([send("lease.txt", SECRET)]))
    shutil.copytree(index, tmp_path / "before")
    new = {"lease.txt": LEASE} if replace else {"lease.txt": SECRET, "lease (2).txt": LEASE}
    seen: set[tuple[bool, bool]] = set()
    for step in count(1):
        shutil.rmtree(index)
        shutil.copytree(tmp_path / "before", index)
        with monkeypatch.context() as patched:
            made = die_at(step, patched, Killed())
            steps = []
            with suppress(Killed):
                for one in shelf_of(index).add([send("lease.txt")], replace=replace):
                    steps.append(one.kind)  # noqa: PERF401 -- those before it is killed count
            if made() < step:
                break
        shelf = shelf_of(index)
        read = "read" in steps
        texts = {document.text for document in Library.load(index).documents}
        waits = bool(shelf.waiting())
        assert not read or waits or LEASE in texts
        if step % 2:
            Library.open(tmp_path / "docs", index=index)
        else:
            assert last(shelf.add([])) == [
                f"{key.removeprefix('uploaded/')} is {'replaced' if replace or LEASE in texts else 'added'}"
                for key in ([f"uploaded/{max(new, key=len)}"] if waits else [])
            ]
        seen.add((waits, LEASE in texts))
        found = uploaded(index)
        assert found == (new if waits or LEASE in texts else {"lease.txt": SECRET})
        assert {one.text for one in Library.load(index).documents} == {"The cat is our own.", *found.values()}
        assert (b"yzzyva" in disk(index)) == (SECRET in found.values())
        assert shelf.waiting() == ()
        assert examine(index).sound, examine(index).lines
        assert not Library.status(index=index).changes
    assert step > 10
    assert seen == {(False, False), (True, False), (True, True)}


def test_killed_at_any_write_of_a_removal_it_can_be_done_again(
    index: Path, tmp_path: Path, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(shelf_of(index).add([send("lease.txt", SECRET)]))
    shutil.copytree(index, tmp_path / "before")
    for step in count(1):
        shutil.rmtree(index)
        shutil.copytree(tmp_path / "before", index)
        with monkeypatch.context() as patched:
            made = die_at(step, patched, Killed())
            with suppress(Killed):
                shelf_of(index).remove(["uploaded/lease.txt"])
            if made() < step:
                break
        shelf = shelf_of(index)
        list(shelf.add([send("rent.txt", RENT)]))
        with suppress(UnknownDocument):
            shelf.remove(["uploaded/lease.txt"])
        assert sorted(held(shelf)) == ["own.txt", "uploaded/rent.txt"]
        assert b"yzzyva" not in disk(index)
    assert step > 3


# In the terminal


@pytest.fixture
def added(index: Path, shelf: Shelf, send: Send, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index of a folder, and of a file that was added."""
    monkeypatch.setattr(qa.embed, "SentenceTransformerEmbedder", lambda *name: EMBEDDER)
    list(shelf.add([send("lease.txt", SECRET)]))
    return index


def test_status_doctor_and_index_keep_what_was_added(added: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--index", str(added)]) == FOUND
    assert main(["doctor", "--index", str(added)]) == FOUND
    assert "1 uploaded files have the bytes that are in the index\n" in capsys.readouterr().out
    for paths in ([], [str(added.parent / "docs")]):
        assert main(["index", *paths, "--index", str(added)]) == FOUND
        assert capsys.readouterr().err.startswith("2 documents, 2 passages")
    assert uploaded(added) == {"lease.txt": SECRET}


def test_remove_deletes_the_uploaded_file(added: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["remove", "uploaded/lease.txt", "--index", str(added)]) == FOUND
    assert b"yzzyva" not in disk(added)
    assert main(["index", "--index", str(added)]) == FOUND
    assert "1 documents" in capsys.readouterr().err


def test_what_waits_was_changed_or_cut_short_is_told(added: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Uploads(added).arrive("rent.txt", RENT.encode())
    (added / "arriving" / "uploaded" / ".part").write_text("ha")
    (added / "uploaded" / "lease.txt").write_text(LEASE)
    assert main(["doctor", "--index", str(added)]) == NOT_FOUND
    assert capsys.readouterr().out.splitlines()[-4:] == [
        "WRONG uploaded file uploaded/lease.txt",
        "sound uploaded/rent.txt is kept and not in the index yet; the next qa index takes it in",
        "WRONG a part of an uploaded file was cut short; the next qa index takes it away",
        "index again to repair it: qa index",
    ]
    assert main(["status", "--index", str(added)]) == NOT_FOUND
    assert capsys.readouterr().out == "added uploaded/rent.txt\nchanged uploaded/lease.txt\n"
    main(["ask", "Who sleeps?", "--index", str(added), "--reader", "sentence"])
    assert "note: uploaded/rent.txt is kept and not in the index yet; qa index takes it in" in capsys.readouterr().err
    assert main(["index", "--index", str(added)]) == FOUND
    assert main(["doctor", "--index", str(added)]) == FOUND
    assert uploaded(added) == {"lease.txt": LEASE, "rent.txt": RENT}


def test_an_index_of_uploads_alone_is_indexed_again_and_cannot_be_watched(
    tmp_path: Path, added: Path, send: Send, capsys: pytest.CaptureFixture[str]
) -> None:
    new = tmp_path / "new"
    list(Shelf(Live(Library(embedder=EMBEDDER, reader=READER), index=new), new).add([send("rent.txt", RENT)]))
    assert main(["index", "--index", str(new)]) == FOUND
    assert "1 documents, 1 passages" in capsys.readouterr().err
    assert main(["index", "--watch", "--index", str(new)]) == MISUSE


# Many


def test_of_ten_thousand_documents_there_is_an_entry_each(index: Path) -> None:
    library = Library(embedder=EMBEDDER, reader=READER)
    library.add(Document(f"{n:05}.txt", f"Document {n} of many.", title=f"Title {n}") for n in range(10_000))
    shelf = Shelf(Live(library), None)
    first = shelf.entries()
    assert [entry.id for entry in first] == [f"{n:05}.txt" for n in range(10_000)]
    assert shelf.entries() == first


# What docs/UPLOADS.md says


def test_the_example_runs(index: Path, send: Send, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = (Path(__file__).parent.parent / "docs" / "UPLOADS.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    _, sent = send("lease.pdf", (DATA / "handbook.pdf").read_bytes())
    index.rename(tmp_path / ".chapterverse")
    monkeypatch.chdir(tmp_path)
    printed: list[str] = []
    exec(code.replace("/tmp/4711", str(sent)), {"print": lambda *parts: printed.append(" ".join(parts))})
    assert "added lease.pdf is added" in printed
    assert printed[-1] == "the uploaded file is deleted"
    assert [one.id for one in Library.load(".chapterverse").documents] == ["own.txt"]


def test_the_bounds_are_those_that_the_document_tells() -> None:
    text = (Path(__file__).parent.parent / "docs" / "UPLOADS.md").read_text(encoding="utf-8")
    mebibytes = MAX_FILE_BYTES // 1024**2, MAX_BYTES // 1024**2
    told_of = f"{MAX_FILES} files at once, {mebibytes[0]} MiB a file ({mebibytes[1]} MiB a text), {MAX_UPLOADS:,} files"
    assert f"{told_of} and {MAX_UPLOADS_BYTES // 1024**3} GiB in all." in text
