"""A page of a PDF as an image, and where on it ranges of its text stand; made in the worker, as any file is read."""

import io
import math
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from qa.load.boxes import placed
from qa.load.names import refusal
from qa.load.pdf import lines_of, opened

# An A4 page of 1,000 pixels' width has 1.4 million; what is far higher than wide is shrunk to fit.
MAX_PIXELS = 4_000_000
MAX_HEIGHT = 10_000  # browsers draw no more than 16,384
# The coarsest of its levels: finer ones make a page of text a tenth smaller, and take half as long again.
_COMPRESSION = 1
_WHITE = 0xFFFFFFFF


def page_image(
    name: str, data: bytes, *, page: int, width: int, text: str, ranges: Sequence[Sequence[int]]
) -> tuple[dict[str, Any], bytes]:
    """A PNG of ``page``, from 1, with its ``width``, its ``height`` and, of each range of its ``text``, the ``boxes``.

    A range has no box where the letters of the page are not those of the text.
    """
    with opened(name, data) as pdf:
        if page > len(pdf):
            raise refusal(name, f"the file ends with page {len(pdf):,}")
        try:
            with closing(pdf[page - 1]) as sheet, closing(sheet.get_textpage()) as drawn:
                width, height = _size(name, sheet.get_size(), width)
                asked = [range(*each) for each in ranges]
                lines = list(lines_of(name, drawn)) if asked else []
                made = {"width": width, "height": height, "boxes": list(placed(sheet, drawn, lines, text, asked))}
                return made, _png(_rendered(sheet, width, height))
        except pypdfium2.PdfiumError as error:
            raise refusal(name, "the page is damaged; save the file anew") from error


def _size(name: str, size: tuple[float, float], width: int) -> tuple[int, int]:
    """In pixels, in the proportion of ``size``."""
    wide, high = size
    if not (0 < wide < math.inf and 0 < high < math.inf):
        raise refusal(name, f"the page is {wide:g} by {high:g} points large; save the file anew")
    height = width * high / wide
    shrunk = min(1.0, math.sqrt(MAX_PIXELS / (width * height)), MAX_HEIGHT / height)
    return max(1, round(width * shrunk)), max(1, round(height * shrunk))


def _rendered(sheet: pypdfium2.PdfPage, width: int, height: int) -> Image.Image:
    """The page as it is shown, cropped and turned; in shades of grey where it has no colour, a third of the bytes."""
    with closing(pypdfium2.PdfBitmap.new_native(width, height, pdfium.FPDFBitmap_BGRx)) as bitmap:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, _WHITE)
        pdfium.FPDF_RenderPageBitmap(bitmap, sheet, 0, 0, width, height, 0, pdfium.FPDF_ANNOT)
        pixels, stride = bytes(bitmap.buffer), bitmap.stride
    image = Image.frombuffer("RGB", (width, height), pixels, "raw", "BGRX", stride, 1)
    return image.getchannel("R") if pixels[0::4] == pixels[1::4] == pixels[2::4] else image


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=_COMPRESSION)
    return out.getvalue()
