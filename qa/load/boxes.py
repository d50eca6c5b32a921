"""Where on a page of a PDF ranges of its text stand: a box for each line; no box where that is not certain."""

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import pypdfium2
import pypdfium2.raw as pdfium

from qa.load.layout import Line
from qa.load.letters import aligned

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in fractions of the page as it is shown, from its left and its top."""

# PDFium tells where a point is drawn in whole pixels, so it is asked about a large page.
_FINE = 1_000_000
# Of a font's size, from the line that letters stand on.
_DESCENT, _ASCENT = -0.22, 0.8
# A box that is so many times as high as the font's size shows that the size is not one: glyphs may bring their own.
_FAR = 3


def placed(
    page: pypdfium2.PdfPage, drawn: pypdfium2.PdfTextPage, lines: Sequence[Line], text: str, ranges: Iterable[range]
) -> Iterator[list[Box]]:
    """For each of ``ranges`` of the ``text`` that was made of ``lines``, the boxes of what is drawn of it."""
    ways = aligned(lines, text)
    for offsets in ranges:
        shown = [offset for offset in offsets if not text[offset].isspace()]
        places = [[way[offset] for offset in shown] for way in ways]
        certain = places and all(other == places[0] for other in places)
        if certain and all(_agrees(drawn, text[at], index) for at, (_, index) in zip(shown, places[0], strict=True)):
            by_line = groupby(places[0], key=lambda place: place[0])
            around = (_around(page, drawn, (index for _, index in line)) for _, line in by_line)
            yield [box for box in around if box[0] < box[2] and box[1] < box[3]]  # none is off the page
        else:
            yield []


def _agrees(drawn: pypdfium2.PdfTextPage, character: str, index: int) -> bool:
    """Whether the page holds this letter or digit there; PDFium may give another sign for a hyphen."""
    return not character.isalnum() or bool(pdfium.FPDFText_GetUnicode(drawn, index) == ord(character))


def _around(page: pypdfium2.PdfPage, drawn: pypdfium2.PdfTextPage, indices: Iterable[int]) -> Box:
    """The box of these characters, however the page is cropped and turned."""
    corners = [corner for index in indices for corner in _corners(drawn, index)]
    x, y = zip(*corners, strict=True) if corners else ((0.0,), (0.0,))
    (a, b), (c, d) = (_shown(page, *corner) for corner in ((min(x), min(y)), (max(x), max(y))))
    return min(a, c), min(b, d), max(a, c), max(b, d)


def _corners(drawn: pypdfium2.PdfTextPage, index: int) -> Iterator[tuple[float, float]]:
    """Two of a character's box: along the line what its font says, across it as far as letters of its size reach.

    Across, what fonts say is too little for their own letters, or two lines' worth.
    """
    box, matrix, x, y = pdfium.FS_RECTF(), pdfium.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
    if not pdfium.FPDFText_GetLooseCharBox(drawn, index, ctypes.byref(box)):
        return
    pdfium.FPDFText_GetCharOrigin(drawn, index, ctypes.byref(x), ctypes.byref(y))
    pdfium.FPDFText_GetMatrix(drawn, index, ctypes.byref(matrix))
    size = pdfium.FPDFText_GetFontSize(drawn, index)
    right, up = size * matrix.c, size * matrix.d  # which way letters stand
    xs, ys = (box.left, box.right), (box.bottom, box.top)
    if abs(right) > abs(up) and xs[1] - xs[0] < _FAR * abs(right):
        xs = x.value + _DESCENT * right, x.value + _ASCENT * right
    elif abs(up) >= abs(right) and ys[1] - ys[0] < _FAR * abs(up):
        ys = y.value + _DESCENT * up, y.value + _ASCENT * up
    yield from zip(xs, ys, strict=True)


def _shown(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, _FINE, _FINE, 0, x, y, ctypes.byref(across), ctypes.byref(down))
    return min(1.0, max(0.0, across.value / _FINE)), min(1.0, max(0.0, down.value / _FINE))
