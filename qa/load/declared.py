"""Text in the encoding that a page or a mail says it is in, which is right more often than any guess."""

import codecs
import contextlib

from qa.load.encoding import decode

# A page with a few wrong bytes is shown by every browser; one with more is in another encoding than it says.
_MOST_DAMAGED = 0.01
_REPLACEMENT = "\ufffd"
_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
# What browsers take these for, by the Encoding Standard (https://encoding.spec.whatwg.org): the larger encoding, since
# pages that say so hold what only that one has, such as typographic quotes. Names of Python's, and labels it lacks.
_MEANT = {
    **dict.fromkeys(("ascii", "iso8859-1", "iso88591"), "cp1252"),
    **dict.fromkeys(("iso8859-9", "iso88599"), "cp1254"),
    **dict.fromkeys(("iso8859-11", "iso885911", "tis-620", "dos-874", "windows-874"), "cp874"),
    **dict.fromkeys(("gb2312", "gbk", "csgb2312", "gb_2312", "gb_2312-80"), "gb18030"),
    **dict.fromkeys(("shift_jis", "windows-31j"), "cp932"),
    **dict.fromkeys(("euc_kr", "cseuckr", "iso-ir-149", "windows-949"), "cp949"),
    **dict.fromkeys(("csksc56011987", "ks_c_5601-1989", "ksc_5601"), "cp949"),
}


def declared_text(name: str, data: bytes, codec: str) -> tuple[str, str]:
    """The text of ``data`` and a note; as ``codec`` says where that fits, or as the bytes look where it is empty."""
    if codec and not data.startswith(_MARKS):
        with contextlib.suppress(LookupError, ValueError):  # no codec of that name, or none of text
            text = data.decode(_meant(codec, data), "replace")
            damaged = text.count(_REPLACEMENT)
            if damaged <= _MOST_DAMAGED * len(text):
                return text, f"{damaged} damaged characters were replaced" if damaged else ""
    decoded = decode(data, name)
    return decoded.text, decoded.note


def _meant(label: str, data: bytes) -> str:
    """The codec that ``label`` is taken for, or UTF-8 where ``data`` shows that the label is wrong."""
    label = label.lower().removeprefix("x-")
    codec = codecs.lookup(_MEANT.get(label, label)).name
    codec = _MEANT.get(codec, codec)
    if codec.startswith(("utf-16", "utf-32")) and 0 not in data:
        return "utf-8"  # in UTF-16 every space and every line end holds a NUL
    if codec == "cp1252":  # which programs say unasked, and which is hardly ever valid UTF-8 by chance
        with contextlib.suppress(UnicodeDecodeError):
            data.decode("utf-8")
            return "utf-8"
    return codec
