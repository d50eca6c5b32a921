"""The name that a browser gives a file -> one that is a plain file's name on every system, and leads nowhere."""

import re
import unicodedata
from collections.abc import Container
from itertools import count

# What every common file system takes, in bytes of UTF-8.
MAX_BYTES = 255
# A longer one is no ending of a format, but a stop within a name.
_LONGEST_ENDING = 16
NAMELESS = "document"
"""Of a file whose name has nothing in it that could stay."""

# Control characters, halves of surrogate pairs, and what turns the direction of writing: "invoice-<turn>fdp.exe".
_DROPPED = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_SEPARATOR = re.compile(r"[/\\]")
_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*]')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\.|$)", re.IGNORECASE)


def safe_name(name: str) -> str:
    r"""``name`` as one that is safe to keep: ``../a.txt``, ``C:\x\a.txt`` and ``.a.txt`` are ``a.txt``; NFC."""
    last = _SEPARATOR.split(_DROPPED.sub("", name))[-1]
    kept = _NOT_ON_WINDOWS.sub("_", unicodedata.normalize("NFC", last)).lstrip(". ").rstrip(". ")
    if _DEVICE.match(kept):
        kept = f"_{kept}"
    return _fitted(*_parted(kept or NAMELESS))


def folded(name: str) -> str:
    """Two names are one file on some system where this is equal: case and composition do not tell them apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", name).casefold())


def free_name(name: str, taken: Container[str]) -> str:
    """``name``, or where ``taken`` has it, folded, the first of ``name (2).txt``, ``name (3).txt``, … that is free."""
    if folded(name) not in taken:
        return name
    stem, ending = _parted(name)
    numbered = (_fitted(stem, f" ({number}){ending}") for number in count(2))
    return next(one for one in numbered if folded(one) not in taken)


def _parted(name: str) -> tuple[str, str]:
    stem, dot, ending = name.rpartition(".")
    return (stem, dot + ending) if stem and len((dot + ending).encode()) <= _LONGEST_ENDING else (name, "")


def _fitted(stem: str, ending: str) -> str:
    """Both, ``stem`` cut where they would be too long."""
    room = MAX_BYTES - len(ending.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ") + ending
