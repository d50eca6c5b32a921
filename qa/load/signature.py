"""What a file is by its bytes, where they say it: what is named .pdf may be a picture."""

import io
import zipfile

from qa.load.names import refusal

_SIGNATURES = {
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a ZIP archive",
    b"PK\x05\x06": "a ZIP archive",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Office file",
    b"{\\rtf": "RTF",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"II*\x00": "a TIFF picture",
    b"MM\x00*": "a TIFF picture",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"SQLite format 3": "an SQLite database",
}
_ZIPPED = {
    "word/document.xml": "a Word document",
    "xl/workbook.xml": "an Excel workbook",
    "ppt/presentation.xml": "a PowerPoint presentation",
    "META-INF/container.xml": "an EPUB",
    "content.xml": "an OpenDocument file",
}
_CUT, _LOCKED = "a damaged ZIP archive", "an Office file locked with a password"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# Readers of PDF take one that has some bytes of a mail or a web server before it.
_PDF_WITHIN = 1024


def kind(data: bytes) -> str:
    """What ``data`` is, as "a PDF" or "a Word document", or empty where its first bytes do not tell."""
    found = next((what for start, what in _SIGNATURES.items() if data.startswith(start)), "")
    if found == "an old Office file" and _ENCRYPTED in data:
        return _LOCKED
    if found == "a ZIP archive":
        return _zipped(data) or found
    if not found and b"%PDF-" in data[:_PDF_WITHIN]:
        return "a PDF"
    return found or _as_text(data)


def _zipped(data: bytes) -> str:
    try:
        names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return _CUT
    return next((what for name, what in _ZIPPED.items() if name in names), "")


def _as_text(data: bytes) -> str:
    start = data[:_PDF_WITHIN].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "a web page" if start.startswith((b"<!doctype html", b"<html")) else ""


def require(name: str, data: bytes, *wanted: str) -> None:
    """Raise UnreadableFile where ``data`` is empty, or known to be anything but one of ``wanted``."""
    if not data:
        raise refusal(name, "is empty (0 bytes)")
    found = kind(data)
    if found in wanted or (not found and "" in wanted):
        return
    if found == _LOCKED:
        raise refusal(name, "is locked with a password; save it without one")
    if found == _CUT and not {*wanted}.isdisjoint(_ZIPPED.values()):
        raise refusal(name, "is damaged or cut short; save it anew")
    ending = name[name.rfind(".") :].lower()
    if not found:
        raise refusal(name, f"is named {ending} but is none: it is damaged, or of another format; save it anew")
    raise refusal(name, f"is named {ending} but holds {found}; give it the ending of what it is, or convert it")
