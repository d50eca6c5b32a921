import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa.errors import UnreadableFile
from qa.load import bounded
from qa.load.bounded import Bounded, Task

FORMATS = """
import os, signal, sys, time
from qa.records import Document

def plain(name, data, field=""):
    return Document(name, data.decode() + field), f"by {os.getpid()}"

def repeat(name, data, times):
    return {"times": times}, data * times

def hang(name, data, **options):
    time.sleep(60)

def crash(name, data):
    os.kill(os.getpid(), signal.SIGSEGV)

def leave(name, data):
    sys.exit(3)

def fill(name, data):
    return [bytes(2**20) for _ in range(10**6)]

kept = []

def keep(name, data):
    kept.append(bytes(2**27))
    return Document(name, "Text."), f"by {os.getpid()}"

def chatter(name, data):
    print("I am not a reply"); os.write(1, b"nor am I")
    return Document(name, "Text."), ""

def nest(name, data):
    return nest(name, data)

def complain(name, data):
    raise ZeroDivisionError("two\\nlines")

def want(name, data):
    import a_package_that_is_not_there
"""


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type]:
    """A worker that knows the formats above."""
    (tmp_path / "formats_of_a_test.py").write_text(FORMATS)
    monkeypatch.syspath_prepend(tmp_path)
    bounded.close()
    yield lambda how, data=b"Text.", field="": Bounded("formats_of_a_test", how, field)("a.x", data)
    bounded.close()


def refused(read: type, how: str) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(how)
    return str(caught.value)


def test_one_worker_reads_file_after_file(read: type) -> None:
    (one, first), (other, second) = read("plain", b"One."), read("plain", b"Two.", "body")
    assert (one.text, other.text) == ("One.", "Two.body")
    assert first == second


def test_a_task_gets_options_and_gives_values_and_bytes(read: type) -> None:
    task = Task("formats_of_a_test", "repeat", {"times": 3}, seconds=60)
    assert task("a.x", b"\x00\xff\n") == ({"times": 3}, b"\x00\xff\n" * 3)
    assert read("plain", b"One.")[0].text == "One."


def test_a_task_has_a_bound_of_time_of_its_own(read: type) -> None:
    read("plain")
    with pytest.raises(UnreadableFile, match=r"a\.x: took more than 0\.2 s to read"):
        Task("formats_of_a_test", "hang", {}, seconds=0.2)("a.x", b"")


def test_a_file_that_hangs_is_one_line_and_the_next_is_read(read: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "MAX_SECONDS", 0.3)
    assert refused(read, "hang") == "a.x: took more than 0.3 s to read; cut it into parts, or save it anew"
    monkeypatch.undo()


@pytest.mark.parametrize(("how", "code"), [("crash", "signal 11"), ("leave", "status 3")])
def test_a_file_that_breaks_the_worker_is_one_line_and_the_next_is_read(read: type, how: str, code: str) -> None:
    assert refused(read, how) == (
        f"a.x: broke the program that reads its format ({code}); it is damaged, or needs more than 2 GiB of memory: "
        "save it anew, or cut it into parts"
    )
    assert read("plain")[0].text == "Text."


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not bound the memory of a process")
def test_a_file_that_fills_the_memory_is_one_line_and_the_next_is_read(
    read: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "MAX_MEMORY", 2**28)
    assert refused(read, "fill") == "a.x: needs more than 0.25 GiB of memory to read; cut it into parts"
    assert read("plain")[0].text == "Text."


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not tell what a process uses")
def test_no_file_has_less_memory_for_those_before_it_and_a_worker_that_keeps_much_is_replaced(
    read: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "MAX_MEMORY", 2**28)
    assert len({read("keep")[1] for _ in range(3)}) == 3


def test_what_a_library_prints_is_no_reply(read: type) -> None:
    assert read("chatter")[0].text == "Text."


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("nest", "is nested too deeply to be read; save it anew"),
        ("complain", "is damaged or not of its format (ZeroDivisionError: two lines); save it anew"),
        ("want", "needs the package a_package_that_is_not_there, which is not installed: pip install chapterverse"),
    ],
)
def test_every_complaint_of_a_library_is_one_line(read: type, how: str, reason: str) -> None:
    assert refused(read, how) == f"a.x: {reason}"


def test_text_files_start_no_worker_and_a_worker_loads_no_torch(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The lease ends on 31 May.")
    (tmp_path / "b.csv").write_text("Item,Price\nhammer,12.50\n")
    program = (
        "from pathlib import Path; from qa.load import bounded, load_file; import sys; root = Path(sys.argv[1]);"
        "load_file(root / 'a.txt', root); print(len(bounded._running)); load_file(root / 'b.csv', root);"
        "worker = bounded._running[0]._process.pid;"
        "maps = Path(f'/proc/{worker}/maps'); print('torch' in (maps.read_text() if maps.exists() else ''))"
    )
    ran = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=True)
    assert (ran.stdout.split(), ran.stderr) == (["0", "False"], "")


def test_a_worker_ends_with_its_parent(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("Item,Price\nhammer,12.50\n")
    program = (
        "from pathlib import Path; from qa.load import bounded, load_file; import os, sys; root = Path(sys.argv[1]);"
        "load_file(root / 'b.csv', root); print(bounded._running[0]._process.pid, flush=True); os._exit(0)"
    )
    ran = subprocess.run([sys.executable, "-c", program, tmp_path], stdout=subprocess.PIPE, text=True, check=True)
    worker = int(ran.stdout)
    waited = subprocess.run(["tail", f"--pid={worker}", "-f", "/dev/null"], timeout=20, check=False)
    assert waited.returncode == 0
