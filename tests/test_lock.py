import subprocess
import sys
import threading
from pathlib import Path

import pytest

from vector_store import SnapshotBusy, writing

HOLDER = """
import sys, time
from pathlib import Path
from vector_store import writing
with writing(Path(sys.argv[1])):
    print("writing", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def other(tmp_path: Path):
    """Another process that writes to the folder."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"writing\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_another_process_is_waited_for_and_then_told_of(tmp_path: Path, other: subprocess.Popen[bytes]) -> None:
    with pytest.raises(SnapshotBusy, match="is being written to by another program"), writing(tmp_path, wait=0.1):
        pass


def test_a_writer_that_was_killed_holds_nothing(tmp_path: Path, other: subprocess.Popen[bytes]) -> None:
    other.kill()
    with writing(tmp_path, wait=10):
        pass


def test_who_writes_may_enter_again_and_another_thread_may_not(tmp_path: Path) -> None:
    refused = []

    def enter() -> None:
        try:
            with writing(tmp_path, wait=0.1):
                pass
        except SnapshotBusy as error:
            refused.append(error)

    with writing(tmp_path), writing(tmp_path, wait=0.1):
        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
    assert len(refused) == 1
    enter()
    assert len(refused) == 1
