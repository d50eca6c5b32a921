"""The process that parses files for :mod:`qa.load.bounded`: a request and a file in, what was made of it out.

Either is JSON and bytes, each behind its length.
"""

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
        answered, content = _reply(request, data)
        answered["retire"] = _used() - before > memory // _MOST_KEPT
        reply = json.dumps(answered).encode()
        for part in (reply, content):
            replies.write(len(part).to_bytes(8, "big"))
            replies.write(part)
        replies.flush()
        del data, reply, answered, content, part


def document(name: str, data: bytes, *, module: str, function: str, **options: str) -> tuple[dict[str, Any], bytes]:
    """The document that a format's function reads, and its note."""
    read, note = getattr(import_module(module), function)(name, data, **options)
    return {"document": to_entry(read), "note": note}, b""


def _content(pipe: IO[bytes]) -> bytes:
    return pipe.read(int.from_bytes(pipe.read(8), "big"))


def _reply(request: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        function = getattr(import_module(request["module"]), request["function"])
        made, content = function(request["name"], data, **request["options"])
    except UnreadableFile as error:
        reason = error.reason
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # too little may be left for anything else; the next file gets a new worker
    except ImportError as error:
        reason = f"needs the package {error.name}, which is not installed: pip install chapterverse"
    except RecursionError:
        reason = "is nested too deeply to be read; save it anew"
    except Exception as error:  # noqa: BLE001 - a library's complaint about the file, of whatever kind
        what = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
        reason = f"is damaged or not of its format ({what[:120]}); save it anew"
    else:
        return {"made": made}, content
    return {"reason": reason}, b""


def _used() -> int:
    """Bytes of address space in use, which is what the system limits; 0 where it does not tell."""
    pages = Path("/proc/self/statm")
    return int(pages.read_text(encoding="ascii").split()[0]) * resource.getpagesize() if pages.exists() else 0


def _limit(most: int) -> None:
    """Let the system refuse more memory than that, where it can; without that, time alone is bounded."""
    if sys.platform == "linux":
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
