"""A folder of formats and faults: every file is read, or refused in one clear line, and the whole takes seconds."""

import csv
import io
import os
import time
import zipfile
from email.message import EmailMessage
from pathlib import Path

import docx
import openpyxl
import pytest
from pypdfium2 import PdfDocument

from qa.load import Loaded, load

DATA = Path(__file__).parent / "data"
MEBIBYTE = 1024**2


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def word(*paragraphs: str) -> bytes:
    document, out = docx.Document(), io.BytesIO()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(out)
    return out.getvalue()


def workbook(*rows: list[object]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def with_member(data: bytes, name: str, content: bytes) -> bytes:
    """The archive with one member replaced."""
    old, out = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, content if member == name else old.read(member))
    return out.getvalue()


def mail(*, text: str = "", attached: bytes = b"") -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"], message["Date"] = "Ada <ada@example.org>", "Keys", "3 May 2023 10:00:00 +0200"
    if text:
        message.set_content(text)
    if attached:
        message.add_attachment(attached, maintype="application", subtype="pdf", filename="scan.pdf")
    return message.as_bytes()


def endless_rows() -> bytes:
    rows = b'<row><c t="inlineStr"><is><t>x</t></is></c></row>' * 300_000
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData>'
    return with_member(workbook(["a"]), "xl/worksheets/sheet1.xml", sheet % rows + b"</worksheet>")


def blank_pdf(pages: int) -> bytes:
    pdf, out = PdfDocument.new(), io.BytesIO()
    for _ in range(pages):
        pdf.new_page(200, 200).close()
    pdf.save(out)
    pdf.close()
    return out.getvalue()


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(12))
    + b']><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">&m;</w:document>'
)

GOOD: dict[str, bytes] = {
    "good.csv": b"Item,Price\nhammer,12.50\n",
    "good.docx": word("The lease ends on 31 May."),
    "good.eml": mail(text="The spare keys are in the blue box.\n"),
    "good.epub": (DATA / "handbook.epub").read_bytes(),
    "good.htm": (DATA / "news.html").read_bytes(),
    "good.jsonl": b'{"text": "The lease ends on 31 May."}\n',
    "good.md": b"# Lease\n\nThe lease ends on 31 May.\n",
    "good.mhtml": (DATA / "news.mhtml").read_bytes(),
    "good.pdf": (DATA / "handbook.pdf").read_bytes(),
    "good.txt": b"The lease ends on 31 May.\n",
    "good.xlsx": workbook(["Item", "Price"], ["hammer", 12.5]),
    "partly-scanned.pdf": (DATA / "partly-scanned.pdf").read_bytes(),
    "utf-16.csv": "Item,Price\ncafé,2\n".encode("utf-16"),
}
# What a part of the reason must be.
BAD: dict[str, tuple[bytes, str]] = {
    "attachment-only.eml": (mail(attached=b"%PDF-"), "only attachments (scan.pdf): save them as files"),
    "blank.pdf": (blank_pdf(3), "holds no text"),
    "bomb.docx": (
        with_member(word("x"), "word/document.xml", b"<a>" + b" " * (300 * MEBIBYTE)),
        "unpacks to 314,572,803 bytes of text in one piece; at most 209,715,200",
    ),
    "bomb.epub": (
        zipped({"META-INF/container.xml": b"x", "pictures": bytes(1100 * MEBIBYTE)}),
        "unpacks to 1,153,433,601 bytes; at most 1,073,741,824 are unpacked",
    ),
    "broken-line.jsonl": (b'{"text": "a"}\n{"text": \n', "line 2 is not JSON"),
    "cut.docx": (word("The lease ends on 31 May.")[:2000], "is damaged or cut short"),
    "cut.pdf": ((DATA / "handbook.pdf").read_bytes()[:3000], "is damaged or cut short; save it anew"),
    "empty.html": (b"", "is empty (0 bytes)"),
    "empty.pdf": (b"", "is empty (0 bytes)"),
    "endless.xlsx": (endless_rows(), "has more than 200,000 rows; cut it into parts"),
    "laughs.docx": (with_member(word("x"), "word/document.xml", LAUGHS), ""),
    "locked.pdf": ((DATA / "locked.pdf").read_bytes(), "is locked with a password; save it without one"),
    "million-columns.csv": (b"a," * 1_000_000 + b"\n1,2\n", "has a row of 1,000,001 columns; at most 1,000 are read"),
    "million-pages.pdf": (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Count 1000000/Kids[3 0 R]>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF",
        "has 1,000,000 pages; at most 10,000 are read",
    ),
    "no-field.jsonl": (b'{"body": "x", "id": "7"}\n', "no line has text in the field “text”; there are: body, id"),
    "no-spine.epub": (
        with_member((DATA / "handbook.epub").read_bytes(), "OEBPS/content.opf", b"<package/>"),
        "has no chapter in its spine",
    ),
    "no-text.html": (b"<html><body><script>draw()</script><div id=root></div></body></html>", "holds no text"),
    "old.doc": (b"\xd0\xcf\x11\xe0", "format .doc is not read; save it as .docx"),
    "one-cell.csv": (b'a,b\n1,"' + b"x" * 200_000, "holds a cell of more than 100,000 characters near line 2"),
    "really-a-page.docx": (b"<!DOCTYPE html><html><p>x</p></html>", "is named .docx but holds a web page"),
    "really-a-picture.pdf": (b"\x89PNG\r\n\x1a\n" + bytes(99), "is named .pdf but holds a PNG picture"),
    "scanned.pdf": ((DATA / "scanned.pdf").read_bytes(), "is scanned: its page holds pictures and no text"),
    "tables.ods": (b"PK", "format .ods is not read; save it as .xlsx"),
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Loaded, float]:
    folder = tmp_path_factory.mktemp("faults")
    for name, content in GOOD.items():
        (folder / name).write_bytes(content)
    for name, (content, _) in BAD.items():
        (folder / name).write_bytes(content)
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(2 * 1024**3)  # one line of 2 GB; sparse: takes no room
    (folder / "link.pdf").symlink_to("good.pdf")
    os.mkfifo(folder / "pipe.docx")
    start = time.monotonic()
    return load([folder]), time.monotonic() - start


def test_every_good_file_is_read(loaded: tuple[Loaded, float]) -> None:
    assert [document.id for document in loaded[0].documents] == sorted(GOOD)


def test_every_bad_file_is_refused_in_one_line_that_says_why(loaded: tuple[Loaded, float]) -> None:
    lines = {error.path: str(error) for error in loaded[0].refused}
    assert sorted(lines) == sorted([*BAD, "huge.txt", "link.pdf", "pipe.docx"])
    for name, line in lines.items():
        assert line.startswith(f"{name}: ")
        assert line.isprintable()
        assert BAD.get(name, (b"", ""))[1] in line
    assert "holds 2,147,483,648 bytes; at most 67,108,864 are read" in lines["huge.txt"]
    assert lines["link.pdf"].endswith("its target is indexed under its own name, good.pdf")
    assert lines["pipe.docx"].endswith("is a named pipe, not a regular file")


def test_what_is_read_in_part_says_so(loaded: tuple[Loaded, float]) -> None:
    assert loaded[0].notes == (
        "partly-scanned.pdf: page 3 is without text (scanned?); run text recognition (OCR) to have it read",
        "utf-16.csv: read as utf-16 (byte-order mark)",
    )


def test_the_whole_folder_takes_less_than_a_minute(loaded: tuple[Loaded, float]) -> None:
    assert loaded[1] < 60


def test_reading_it_again_gives_the_same(loaded: tuple[Loaded, float]) -> None:
    again = load([loaded[0].root])
    assert (again.documents, [*map(str, again.refused)]) == (loaded[0].documents, [*map(str, loaded[0].refused)])


def test_the_faults_are_real() -> None:
    """The bombs are small, and the table is as wide as it says."""
    assert all(len(content) < 3 * MEBIBYTE for content, _ in BAD.values())
    assert len(next(csv.reader(io.StringIO(BAD["million-columns.csv"][0].decode())))) == 1_000_001
