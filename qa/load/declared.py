"""Text in the encoding that a page or a mail says it is in, which is right more often than any guess."""

import contextlib

from qa.load.encoding import decode

# A page with a few wrong bytes is shown by every browser; one with more is in another encoding than it says.
_MOST_DAMAGED = 0.01
_REPLACEMENT = "\ufffd"
_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
# What browsers take these for: pages that say so hold typographic quotes, which only the other one has.
_MEANT = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252"}


def declared_text(name: str, data: bytes, codec: str) -> tuple[str, str]:
    """The text of ``data`` and a note; as ``codec`` says where that fits, or as the bytes look where it is empty."""
    if codec and not data.startswith(_MARKS):
        with contextlib.suppress(LookupError, ValueError):  # no codec of that name, or none of text
            text = data.decode(_MEANT.get(codec.lower(), codec), "replace")
            damaged = text.count(_REPLACEMENT)
            if damaged <= _MOST_DAMAGED * len(text):
                return text, f"{damaged} damaged characters were replaced" if damaged else ""
    decoded = decode(data, name)
    return decoded.text, decoded.note
