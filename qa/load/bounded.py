"""Files parsed in a process of its own, under a bound of time and one of memory: a bad file costs one line.

A parser of a complex format can hang, fill the memory or crash on a file that
was made to do that. Only the worker does; it is ended, the file is refused,
and the next file gets a new worker. None is started before a file needs it.
"""

import atexit
import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from qa.entry import from_entry
from qa.load.names import refusal
from qa.load.worker import OUT_OF_MEMORY
from qa.records import Document

# A PDF of 5,000 full pages takes 22 s on a machine of two cores that are busy, a page of 24 MB of HTML 6 s.
MAX_SECONDS = 60
# Above what the worker needs for itself. Those 5,000 pages take 0.5 GiB, half a million tags of HTML 1.3 GiB.
MAX_MEMORY = 2 * 1024**3
_SECONDS_TO_LEAVE = 2
# No document that is read gives more: its text is at most 32 Mi characters, each at most 12 bytes as JSON.
_MAX_REPLY = 512 * 1024**2
# The worker finds this program where its parent did, and nothing of it is read but what it imports for a format.
_START = "import sys; sys.path[:] = {path!r}; from qa.load.worker import serve; serve({memory})"


@dataclass(frozen=True)
class Bounded:
    """A format that is read in the worker, by the function called ``function`` of ``module``.

    ``field`` is the one that the user named, for a format that has fields.
    """

    module: str
    function: str
    field: str = ""

    def __call__(self, name: str, data: bytes) -> tuple[Document, str]:
        """The document and a note; UnreadableFile where there is none, or a bound was passed."""
        options = {"module": self.module, "function": self.function} | ({"field": self.field} if self.field else {})
        made, _ = Task("qa.load.worker", "document", options, seconds=MAX_SECONDS)(name, data)
        return from_entry(made["document"]), str(made["note"])


@dataclass(frozen=True)
class Task:
    """What the worker does with a file: it calls ``function`` of ``module`` with its name, its bytes and ``options``.

    The function returns JSON-ready values by name, and bytes.
    """

    module: str
    function: str
    options: Mapping[str, Any]
    seconds: float

    def __call__(self, name: str, data: bytes) -> tuple[dict[str, Any], bytes]:
        """What the function returned; UnreadableFile where it raised that or anything else, or a bound was passed."""
        request = {"module": self.module, "function": self.function, "options": dict(self.options), "name": name}
        with _lock:
            reply, content = _worker().reply(request, data, seconds=self.seconds)
        if "reason" in reply:
            raise refusal(name, reply["reason"])
        return reply["made"], content


class _Worker:
    """A process that looks into files one after the other, and that is over after the first that breaks it."""

    def __init__(self) -> None:
        start = _START.format(path=sys.path, memory=MAX_MEMORY)
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, with a text of ours
            [sys.executable, "-c", start],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def reply(self, request: dict[str, Any], data: bytes, *, seconds: float) -> tuple[dict[str, Any], bytes]:
        """What was ``made`` of the file, and bytes; or the ``reason`` why nothing was."""
        late = threading.Event()

        def end() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            return self._exchange(json.dumps(request).encode(), data)
        except (EOFError, OSError, ValueError, KeyError, TypeError):  # it went, or speaks nonsense
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_SECONDS_TO_LEAVE)  # to learn how it went
            self.close()
        finally:
            timer.cancel()
        if late.is_set():
            return {"reason": f"took more than {seconds} s to read; cut it into parts, or save it anew"}, b""
        return {"reason": _why_it_went(self._process.returncode)}, b""

    def _exchange(self, request: bytes, data: bytes) -> tuple[dict[str, Any], bytes]:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise ValueError("a worker without pipes")
        for content in (request, data):
            stdin.write(len(content).to_bytes(8, "big"))
            stdin.write(content)
        stdin.flush()
        reply: dict[str, Any] = json.loads(_content(stdout))
        content = _content(stdout)
        if reply["retire"]:
            self.close()
        return ({"reason": str(reply["reason"])} if "reason" in reply else {"made": reply["made"]}), content

    def close(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):  # what was not sent yet cannot be sent any more
                if pipe:
                    pipe.close()
        self._process.wait()


def _why_it_went(code: int) -> str:
    memory = f"more than {MAX_MEMORY / 1024**3:g} GiB of memory"
    if code == OUT_OF_MEMORY:
        return f"needs {memory} to read; cut it into parts"
    how = f"signal {-code}" if code < 0 else f"status {code}"
    return (
        f"broke the program that reads its format ({how}); it is damaged, or needs {memory}: "
        "save it anew, or cut it into parts"
    )


def _content(pipe: IO[bytes]) -> bytes:
    length = int.from_bytes(_whole(pipe, 8), "big")
    if length > _MAX_REPLY:
        raise ValueError(f"a reply of {length} bytes")
    return _whole(pipe, length)


def _whole(pipe: IO[bytes], length: int) -> bytes:
    data = pipe.read(length)
    if len(data) != length:
        raise EOFError from None
    return data


_lock = threading.Lock()
_running: list[_Worker] = []


def _worker() -> _Worker:
    """The one that runs, or a new one where none does."""
    if not (_running and _running[0].is_alive):
        close()
        _running.append(_Worker())
    return _running[0]


@atexit.register
def close() -> None:
    """End the worker, if there is one; the next file gets a new one."""
    while _running:
        _running.pop().close()
