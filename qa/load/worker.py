"""The process that parses files for :mod:`qa.load.bounded`: a request in, a document or a reason out, as JSON."""

import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import IO, Any

if sys.platform != "win32":
    import resource

from qa.entry import to_entry
from qa.errors import UnreadableFile

OUT_OF_MEMORY = 70
"""The status that the worker leaves with where a file needs more memory than it may have."""

# A worker that holds on to more than this part of its bound is replaced: the memory is another program's to use.
_MOST_KEPT = 4


def serve(memory: int) -> None:
    """Answer requests from standard input until it ends, each with at most ``memory`` bytes above what is used then.

    Above what is used *then*: whether a file can be read must not depend on those before it.
    """
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library prints is no reply
    requests = sys.stdin.buffer
    before = _used()
    while header := _content(requests):
        request, data = json.loads(header), _content(requests)
        _limit(_used() + memory)
        answered = _reply(request, data)
        answered["retire"] = _used() - before > memory // _MOST_KEPT
        reply = json.dumps(answered).encode()
        replies.write(len(reply).to_bytes(8, "big"))
        replies.write(reply)
        replies.flush()
        del data, reply, answered


def _content(pipe: IO[bytes]) -> bytes:
    return pipe.read(int.from_bytes(pipe.read(8), "big"))


def _reply(request: dict[str, str], data: bytes) -> dict[str, Any]:
    try:
        read = getattr(import_module(request["module"]), request["function"])
        options = {"field": request["field"]} if request["field"] else {}
        document, note = read(request["name"], data, **options)
    except UnreadableFile as error:
        return {"reason": error.reason}
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # too little may be left for anything else; the next file gets a new worker
    except ImportError as error:
        return {"reason": f"needs the package {error.name}, which is not installed: pip install chapterverse"}
    except RecursionError:
        return {"reason": "is nested too deeply to be read; save it anew"}
    except Exception as error:  # noqa: BLE001 - a library's complaint about the file, of whatever kind
        what = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
        return {"reason": f"is damaged or not of its format ({what[:120]}); save it anew"}
    return {"document": to_entry(document), "note": note}


def _used() -> int:
    """Bytes of address space in use, which is what the system limits; 0 where it does not tell."""
    pages = Path("/proc/self/statm")
    return int(pages.read_text(encoding="ascii").split()[0]) * resource.getpagesize() if pages.exists() else 0


def _limit(most: int) -> None:
    """Let the system refuse more memory than that, where it can; without that, time alone is bounded."""
    if sys.platform == "linux":
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
