"""PDF files: the text of every page, by PDFium, in reading order; pages without text are told by number.

Running heads, feet and page numbers are left out from the second time on: a
sentence goes on over the end of a page, and they would stand in its middle.
"""

import ctypes
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from itertools import pairwise
from statistics import median

import pypdfium2
import pypdfium2.raw as pdfium

from qa.load.dates import dates_in
from qa.load.draft import Draft
from qa.load.layout import Line, is_cut, join, joined, ordered, paragraphs, words_in
from qa.load.metadata import Metadata
from qa.load.names import refusal
from qa.load.running import running
from qa.load.signature import require
from qa.records import Document

# A reference manual has 5,000 pages; a file of a kilobyte can claim to have millions.
MAX_PAGES = 10_000
# A full page of a newspaper holds 30,000; this is a drawing or a bomb.
MAX_PAGE_CHARACTERS = 500_000
# Raise it when the same file would give another text: a receipt tells by which rules its text was made.
RULES = 1

# What PDFium puts in place of a hyphen at which a line ends, and instead of the line's end.
_HYPHEN = "\x02"
_BREAKS = (_HYPHEN, "\n", "\r")
_WIDE_SPACE = 1.0  # of a line's height: a space between words is a quarter
_DATE = re.compile(r"D?:?(\d{4})(\d{2})(\d{2})")
# What programs write there for want of a title: "Microsoft Word - minutes.doc", "untitled", a path.
_PROGRAM = re.compile(r"^(?:Microsoft (?:Word|PowerPoint|Excel) - )")
_NO_TITLE = re.compile(
    r"untitled.*|.*\.(?:docx?|odt|indd|pptx?|xlsx?|tex|dvi|html?|qxd|pages|rtf|txt)|about:blank", re.IGNORECASE
)


def read_pdf(name: str, data: bytes) -> tuple[Document, str]:
    """The document, with its pages, and a note that names the pages without text."""
    with opened(name, data) as pdf:
        return _read(name, data, pdf)


@contextmanager
def opened(name: str, data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """The PDF; UnreadableFile where it is none, locked or damaged."""
    require(name, data, "a PDF")
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code == pdfium.FPDF_ERR_PASSWORD
        reason = "is locked with a password; save it without one" if locked else "is damaged or cut short; save it anew"
        raise refusal(name, reason) from error
    try:
        yield pdf
    finally:
        pdf.close()


def _read(name: str, data: bytes, pdf: pypdfium2.PdfDocument) -> tuple[Document, str]:
    count = len(pdf)
    if count > MAX_PAGES:
        raise refusal(name, f"has {count:,} pages; at most {MAX_PAGES:,} are read: cut it into parts")
    pages, bare, damaged = [], [], []
    for number in range(count):
        lines = _page_lines(name, pdf, number)
        pages.append(lines or [])
        if lines is None:
            damaged.append(number + 1)
        elif not lines and _shows_something(pdf, number):
            bare.append(number + 1)
    if not any(pages):
        raise refusal(name, _nothing(count, bare, damaged))
    draft = Draft(name)
    _write(draft, pages)
    extracted = f"pypdfium2 {version('pypdfium2')}, rules {RULES}"
    file, saved = _metadata(pdf)
    return draft.to_document(data, file=file, saved=saved, extracted=extracted), _note(bare, damaged)


def _write(draft: Draft, pages: Sequence[Sequence[Line]]) -> None:
    left_out = running(pages)
    vocabulary = words_in(line.text for lines in pages for line in lines)
    last = ""
    for number, lines in enumerate(pages):
        draft.page()
        kept = [line for row, line in enumerate(lines) if (number, row) not in left_out]
        for paragraph in paragraphs(ordered(kept)):
            text = joined(paragraph, vocabulary)
            if last and is_cut(last, text):
                _go_on(draft, last, text, vocabulary)
            else:
                draft.paragraph(text)
            last = text or last


def _go_on(draft: Draft, above: str, below: str, vocabulary: frozenset[str]) -> None:
    """Add what goes on with a paragraph of the last page or column, a cut word made whole."""
    whole = join(above, below, vocabulary)
    if len(whole) < len(above) + len(below):
        draft.without_hyphen()
    draft.more(below, between=" " if len(whole) > len(above) + len(below) else "")


def _page_lines(name: str, pdf: pypdfium2.PdfDocument, number: int) -> list[Line] | None:
    """The lines of print of a page, as they were drawn; None where the page is damaged."""
    try:
        page = pdf[number]
        try:
            text = page.get_textpage()
            try:
                return list(lines_of(name, text))
            finally:
                text.close()
        finally:
            page.close()
    except pypdfium2.PdfiumError:
        return None


def lines_of(name: str, page: pypdfium2.PdfTextPage) -> Iterator[Line]:
    """The lines of print of a page, as they were drawn; each is a run of PDFium's characters of the page."""
    count = page.count_chars()
    if count > MAX_PAGE_CHARACTERS:
        raise refusal(
            name, f"holds {count:,} characters on one page; at most {MAX_PAGE_CHARACTERS:,} are read: print it anew"
        )
    characters: list[tuple[int, str]] = []
    for index, character in enumerate(_characters(page, count)):
        if character in _BREAKS:
            hyphen = [(index, "-")] if character == _HYPHEN else []
            yield from _line(page, characters + hyphen)
            characters = []
        else:
            characters.append((index, character))
    yield from _line(page, characters)


def _characters(page: pypdfium2.PdfTextPage, count: int) -> Sequence[str]:
    """Every character of the page; at once, or one by one where the numbers disagree, as beyond U+FFFF."""
    text = str(page.get_text_range()).replace("\ufffe", _HYPHEN)
    return text if len(text) == count else [chr(pdfium.FPDFText_GetUnicode(page, index)) for index in range(count)]


def _line(page: pypdfium2.PdfTextPage, characters: Sequence[tuple[int, str]]) -> Iterator[Line]:
    """The line of these characters, white space at its ends dropped; none where nothing is left."""
    shown = [(row, index) for row, (index, character) in enumerate(characters) if not character.isspace()]
    if not shown:
        return
    first, last = shown[0][0], shown[-1][0]
    text = "".join(character for _, character in characters[first : last + 1])
    sampled = [_baseline_and_size(page, shown[at][1]) for at in {0, len(shown) // 2, len(shown) - 1}]
    baseline, size = (median(values) for values in zip(*sampled, strict=True))
    edges = [(_sides(page, shown[0][1]), _sides(page, shown[-1][1]))]  # a call a letter would take most of the time
    gaps: list[tuple[int, float, float]] = []
    for (before, index), (after, below) in pairwise(shown):
        if after > before + 1:
            (left, start), (end, right) = _sides(page, index), _sides(page, below)
            edges.append(((left, start), (end, right)))
            if end - start > _WIDE_SPACE * size:
                gaps.append((before + 1 - first, start, end))
    sides = [side for pair in edges for side in pair]
    left, right = min(a for a, _ in sides), max(b for _, b in sides)
    yield Line(text, left, right, baseline, baseline + size, tuple(gaps), start=characters[first][0])


def _sides(page: pypdfium2.PdfTextPage, index: int) -> tuple[float, float]:
    """Left and right of a character, with the room that its font leaves around it."""
    box = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(page, index, ctypes.byref(box))
    return box.left, box.right


def _baseline_and_size(page: pypdfium2.PdfTextPage, index: int) -> tuple[float, float]:
    """What a character stands on, and how large it is printed. Its box would not do: some fonts' are of the ink."""
    x, y, matrix = ctypes.c_double(), ctypes.c_double(), pdfium.FS_MATRIX()
    pdfium.FPDFText_GetCharOrigin(page, index, ctypes.byref(x), ctypes.byref(y))
    pdfium.FPDFText_GetMatrix(page, index, ctypes.byref(matrix))
    return y.value, max(1.0, pdfium.FPDFText_GetFontSize(page, index) * math.hypot(matrix.c, matrix.d))


def _shows_something(pdf: pypdfium2.PdfDocument, number: int) -> bool:
    """Whether a page without text is more than blank."""
    page = pdf[number]
    try:
        return bool(pdfium.FPDFPage_CountObjects(page) > 0)
    finally:
        page.close()


def _nothing(count: int, bare: Sequence[int], damaged: Sequence[int]) -> str:
    if len(damaged) == count:
        return "is damaged: no page of it can be read; save it anew"
    if bare:
        where = "its page holds" if count == 1 else f"its {count:,} pages hold"
        return f"is scanned: {where} pictures and no text; run text recognition (OCR) on it first"
    return "holds no text"


def _note(bare: Sequence[int], damaged: Sequence[int]) -> str:
    notes = []
    if bare:
        notes.append(f"{_numbered(bare)} without text (scanned?); run text recognition (OCR) to have it read")
    if damaged:
        notes.append(f"{_numbered(damaged)} damaged and left out")
    return "; ".join(notes)


def _numbered(pages: Sequence[int]) -> str:
    """``page 3 is``, or ``pages 3, 5–9 and 12 are``."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    shown = [str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs]
    if len(pages) == 1:
        return f"page {shown[0]} is"
    return f"pages {' and '.join([', '.join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)} are"


def _metadata(pdf: pypdfium2.PdfDocument) -> tuple[Metadata, str]:
    """Title and author, and the day on which the file was made."""
    stated = pdf.get_metadata_dict()
    title = _PROGRAM.sub("", stated["Title"]).strip()
    written = _DATE.match(stated["CreationDate"]) or _DATE.match(stated["ModDate"])
    saved = next((found for _, found in dates_in("-".join(written.groups()))), "") if written else ""
    return Metadata("" if _NO_TITLE.fullmatch(title) else title, author=stated["Author"].strip()), saved
