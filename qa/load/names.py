"""How a file is named in a message: one printable line, whatever its name holds."""

import re

from qa.errors import UnreadableFile

# Longer names are cut in the middle: both the folder and the ending help to find the file.
MAX_LENGTH = 200

# What would break a citation, a receipt or a UTF-8 file that holds the name as a document's id.
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NOT_UTF8 = re.compile(r"[\ud800-\udfff]")


def one_line(name: str) -> str:
    r"""``name`` with everything unprintable escaped: a line break as ``\n``, a byte that is not UTF-8 as ``\xff``."""
    shown = "".join(c if c.isprintable() else _escaped(c) for c in name)
    if len(shown) <= MAX_LENGTH:
        return shown
    half = (MAX_LENGTH - 1) // 2
    return f"{shown[:half]}…{shown[-half:]}"


def _escaped(character: str) -> str:
    byte = ord(character) - 0xDC00  # where os.fsdecode puts a byte that is not UTF-8
    return f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else character.encode("unicode_escape").decode()


def refusal(name: str, reason: str) -> UnreadableFile:
    """The error that says in one line why the file called ``name`` is left out."""
    return UnreadableFile(one_line(name), one_line(reason))


def require_fit(name: str) -> None:
    """Raise UnreadableFile where ``name`` cannot be a document's id."""
    if _NOT_UTF8.search(name):
        raise refusal(name, "its name is not valid UTF-8; rename it")
    if _UNFIT.search(name):
        raise refusal(name, "its name holds a line break or another control character; rename it")
