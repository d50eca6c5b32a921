"""Bytes -> text, exactly as a codec decodes them: no line end, accent or space is changed."""

import codecs
import re
from dataclasses import dataclass

from qa.load.names import refusal

# Longest first: the mark of UTF-32 begins with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# What files of the last thirty years are written in. The detector knows 70 more, all rarer than its mistakes: it
# takes English for cp775, a DOS code page of the Baltic, or for Mac Roman. Of 1,200 English documents, paragraphs and
# sentences in windows-1252 its own best guess reads 1,010 right; with this list and the rules of _guesses, 1,198.
_GUESSED = [
    *(f"cp{number}" for number in range(1250, 1259)),
    *("iso8859_2", "iso8859_5", "iso8859_7", "iso8859_8", "koi8_r", "koi8_u", "cp866"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
]
# Up to this share of bytes beyond ASCII, a text in which the detector sees no language is Western European.
_SPARSE = 0.25
# Enough for the detector, which takes 0.08 s a megabyte.
_SAMPLE_BYTES = 64 * 1024
# Terminal colours and page breaks occur in text; a file with more of the others than this is no text.
_MAX_CONTROL_SHARE = 0.02
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True)
class Decoded:
    """A file's text. ``codec`` turns it back into exactly the file's bytes, or is empty where none does.

    ``note`` says how it was read where that is worth a word, or is empty.
    """

    text: str
    codec: str
    note: str


def decode(data: bytes, name: str) -> Decoded:
    """The text of ``data``; UnreadableFile, under ``name``, where it holds none."""
    if not data:
        raise refusal(name, "is empty (0 bytes)")
    decoded = _marked(data, name) or _unmarked(data, name)
    if "\0" in decoded.text:
        raise refusal(name, f"holds a NUL character at character {decoded.text.index(chr(0))}: not a text file")
    if not _is_plausible(decoded.text):
        raise refusal(name, "not text in any known encoding")
    if not any(c.isprintable() and not c.isspace() for c in decoded.text):
        raise refusal(name, "holds nothing but white space")
    return decoded


def _marked(data: bytes, name: str) -> Decoded | None:
    """As the byte-order mark says, or None where there is none."""
    codec = next((codec for mark, codec in _MARKS.items() if data.startswith(mark)), "")
    if not codec:
        return None
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        raise refusal(name, f"starts with the byte-order mark of {codec} but is not valid {codec}") from error
    if codec == "utf-8-sig":
        return Decoded(text, codec, "starts with a byte-order mark")
    return Decoded(text, _if_exact(codec, text, data), f"read as {codec} (byte-order mark)")


def _unmarked(data: bytes, name: str) -> Decoded:
    if 0 in data:
        raise refusal(name, f"holds a NUL byte at byte {data.index(0)}: not a text file")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _mostly_utf8(data):
            raise refusal(
                name, f"is UTF-8 but damaged at byte {error.start}; repair it and save it as UTF-8"
            ) from error
        return _detected(data, name)
    return Decoded(text, "utf-8", "")


def _detected(data: bytes, name: str) -> Decoded:
    for codec in _guesses(data):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue  # the sample allowed it, the whole does not
        if _is_plausible(text):
            shown = codec.replace("cp125", "windows-125")
            return Decoded(text, _if_exact(codec, text, data), f"read as {shown} (detected)")
    raise refusal(name, "not text in any known encoding")


def _guesses(data: bytes) -> list[str]:
    """Codecs, best first. Western European wins a tie: the detector would settle it by the alphabet of codec names."""
    from charset_normalizer import from_bytes  # 0.02 s, and seldom needed

    sample = _sample(data)
    found = from_bytes(sample, cp_isolation=_GUESSED, preemptive_behaviour=False)
    best = found.best()
    if best is None:
        return []
    sparse = len(sample) - len(sample.decode("ascii", "ignore")) <= _SPARSE * len(sample)
    tied = any("cp1252" in match.could_be_from_charset for match in found if match.chaos == best.chaos)
    western = tied or (sparse and not best.coherence)
    return [*(["cp1252"] if western else []), *(match.encoding for match in found)]


def _sample(data: bytes) -> bytes:
    """Whole lines that are not plain ASCII: only these tell encodings apart."""
    lines: list[bytes] = []
    size = 0
    for line in data.splitlines(keepends=True):
        if size >= _SAMPLE_BYTES:
            break
        if not line.isascii():
            lines.append(line)
            size += len(line)
    return b"".join(lines)


def _mostly_utf8(data: bytes) -> bool:
    """Whether more characters beyond ASCII are valid UTF-8 than are not: chance does not do that."""
    valid = data.decode("utf-8", "ignore")
    invalid = len(data.decode("utf-8", "replace")) - len(valid)
    return len(valid) - len(valid.encode("ascii", "ignore")) > invalid


def _is_plausible(text: str) -> bool:
    return sum(1 for _ in _CONTROL.finditer(text)) <= _MAX_CONTROL_SHARE * len(text)


def _if_exact(codec: str, text: str, data: bytes) -> str:
    """``codec`` if it gives the bytes back, else empty: "utf-16" writes this machine's byte order, not the file's."""
    try:
        return codec if text.encode(codec) == data else ""
    except UnicodeEncodeError:
        return ""
