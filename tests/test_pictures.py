import hashlib
import io
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from pypdfium2 import PdfDocument

import qa.pictures
from qa.errors import NoPicture
from qa.load import find_file, load, load_file
from qa.load.image import MAX_HEIGHT, MAX_PIXELS
from qa.load.layout import Line
from qa.load.letters import aligned
from qa.pictures import Box, Picture, picture
from qa.records import Document, Range
from qa.text import sentences

DATA = Path(__file__).parent / "data"
# Of Helvetica, in thousandths of its size, as Adobe published them.
WIDTHS = {
    **dict.fromkeys("abdeghnopqu", 556),
    **dict.fromkeys("cksvxyz", 500),
    **dict.fromkeys(" .ft,", 278),
    **dict.fromkeys("ijl", 222),
    **{"m": 833, "M": 833, "r": 333, "w": 722, "T": 611, "R": 722, "N": 722, "-": 333},
}
WIDE, HIGH = 300, 400
SIZE = 10


def wide(text: str) -> float:
    """Of ``text`` in points."""
    return sum(WIDTHS[character] for character in text) * SIZE / 1000


def put(text: str, x: float, y: float) -> str:
    """What draws ``text`` from (x, y) on, which is counted from the left and the foot."""
    return f"BT /F {SIZE} Tf {x} {y} Td ({text}) Tj ET\n"


def pdf(*contents: str, page: str = f"/MediaBox [0 0 {WIDE} {HIGH}]") -> bytes:
    """A file of such pages in Helvetica, each with the entries ``page``."""
    kids = " ".join(f"{4 + 2 * row} 0 R" for row in range(len(contents)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for row, content in enumerate(contents):
        font = f"/Resources << /Font << /F 3 0 R >> >> /Contents {5 + 2 * row} 0 R"
        objects.append(f"<< /Type /Page /Parent 2 0 R {page} {font} >>")
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    out, starts = "%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        starts.append(len(out))
        out += f"{number} 0 obj\n{each}\nendobj\n"
    table = "".join(f"{start:010} 00000 n \n" for start in starts)
    count = len(objects) + 1
    out += f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\n"
    return f"{out}startxref\n{out.index('xref')}\n%%EOF\n".encode("latin-1")


def written(folder: Path, data: bytes) -> tuple[Path, Document]:
    path = folder / "lease.pdf"
    path.write_bytes(data)
    return path, load_file(path, folder)


def of(document: Document, words: str) -> Range:
    assert document.text.count(words) == 1, document.text
    start = document.text.index(words)
    return Range(start, start + len(words))


def shown(folder: Path, data: bytes, *words: str, page: int = 1, width: int = 1000) -> Picture:
    """The picture of a page of the PDF, with the places of ``words``."""
    path, document = written(folder, data)
    return picture(path, document, page, [of(document, each) for each in words], width=width)


def points(box: Box, width: float = WIDE, height: float = HIGH) -> tuple[float, float, float, float]:
    """Left, top, right and bottom in points of a page of this size."""
    return box.left * width, box.top * height, box.right * width, box.bottom * height


def ink(made: Picture) -> Box:
    """Around everything that is dark."""
    dark = Image.open(io.BytesIO(made.image)).convert("L").point([255] * 128 + [0] * 128).getbbox()
    assert dark
    left, top, right, bottom = dark
    return Box(left / made.width, top / made.height, right / made.width, bottom / made.height)


def around(boxes: Iterable[Box]) -> Box:
    found = list(boxes)
    return Box(
        min(box.left for box in found),
        min(box.top for box in found),
        max(box.right for box in found),
        max(box.bottom for box in found),
    )


# Where the boxes are


def test_a_box_stands_around_the_words_as_high_as_letters_are(tmp_path: Path) -> None:
    made = shown(tmp_path, pdf(put("The lease ends in May.", 50, 300)), "lease ends")
    ((box,),) = made.boxes
    left, top, right, bottom = points(box)
    assert left == pytest.approx(50 + wide("The "), abs=1)
    assert right == pytest.approx(50 + wide("The lease ends"), abs=1)
    assert top == pytest.approx(HIGH - 300 - 0.8 * SIZE, abs=1.5)
    assert bottom == pytest.approx(HIGH - 300 + 0.2 * SIZE, abs=1)


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_boxes_turn_with_the_page_and_stand_around_the_ink(tmp_path: Path, turned: int) -> None:
    page = f"/MediaBox [0 0 {WIDE} {HIGH}] /Rotate {turned}"
    made = shown(tmp_path, pdf(put("The lease ends in May.", 50, 300), page=page), "The lease ends in May.")
    ((box,),) = made.boxes
    across, down = (HIGH, WIDE) if turned in (90, 270) else (WIDE, HIGH)
    assert (made.width, made.height) == (1000, round(1000 * down / across))
    edges = zip(points(box, across, down), points(ink(made), across, down), (-1, -1, 1, 1), strict=True)
    assert all(-0.5 < (edge - dark) * outward < 3 for edge, dark, outward in edges)


def test_a_page_turned_to_the_right_has_its_head_at_the_right(tmp_path: Path) -> None:
    data = pdf(put("The lease ends in May.", 50, 300), page=f"/MediaBox [0 0 {WIDE} {HIGH}] /Rotate 90")
    ((box,),) = shown(tmp_path, data, "lease").boxes
    left, top, right, bottom = points(box, HIGH, WIDE)
    assert (left, right) == (pytest.approx(300 - 2, abs=1), pytest.approx(300 + 8, abs=1.5))
    assert top == pytest.approx(50 + wide("The "), abs=1)
    assert bottom == pytest.approx(50 + wide("The lease"), abs=1)


def test_of_a_cropped_page_the_crop_is_shown_and_what_is_off_it_has_no_box(tmp_path: Path) -> None:
    content = put("The lease ends in May.", 120, 300) + put("Notes are not seen.", 120, 100)
    page = f"/MediaBox [0 0 {WIDE} {HIGH}] /CropBox [100 200 300 400]"
    made = shown(tmp_path, pdf(content, page=page), "lease", "Notes")
    (box,), off = made.boxes
    assert (made.width, made.height, off) == (1000, 1000, ())
    left, _, right, bottom = points(box, 200, 200)
    assert left == pytest.approx(20 + wide("The "), abs=1)
    assert right == pytest.approx(20 + wide("The lease"), abs=1)
    assert bottom == pytest.approx(100 + 2, abs=1)


def test_words_turned_on_an_upright_page_have_boxes_that_stand(tmp_path: Path) -> None:
    content = f"BT /F {SIZE} Tf 0 1 -1 0 100 50 Tm (The lease ends in May.) Tj ET"
    ((box,),) = shown(tmp_path, pdf(content), "lease").boxes
    left, top, right, bottom = points(box)
    assert (left, right) == (pytest.approx(100 - 8, abs=1.5), pytest.approx(100 + 2, abs=1))
    assert top == pytest.approx(HIGH - 50 - wide("The lease"), abs=1)
    assert bottom == pytest.approx(HIGH - 50 - wide("The "), abs=1)


def test_a_word_cut_at_a_lines_end_has_a_box_on_either_line(tmp_path: Path) -> None:
    content = put("The lease of the house may be ter-", 50, 300) + put("minated in May, and not before.", 50, 288)
    (first, second), (after,) = shown(tmp_path, pdf(content), "terminated", "May").boxes
    assert points(first)[0] == pytest.approx(50 + wide("The lease of the house may be "), abs=1)
    assert points(first)[2] == pytest.approx(50 + wide("The lease of the house may be ter"), abs=1)
    assert points(second)[0] == pytest.approx(50, abs=1)
    assert points(second)[2] == pytest.approx(50 + wide("minated"), abs=1)
    assert points(after)[0] == pytest.approx(50 + wide("minated in "), abs=1)
    assert second.top == pytest.approx(first.top + 12 / HIGH, abs=1 / HIGH)


def test_of_columns_drawn_across_a_box_stays_in_its_own(tmp_path: Path) -> None:
    left = ["the lease of the house ends", "in May of the second year", "not before, unless both of us", "agree to it."]
    right = ["rent is due on the first day", "of the month and is paid to", "the owner, who may ask for it", "in time."]
    content = "".join(
        put(one, 20, y) + put(other, 170, y) for one, other, y in zip(left, right, (380, 368, 356, 344), strict=True)
    )
    more = "".join(put(text, x, y) for y in (332, 320, 308, 296) for x, text in ((20, left[0]), (170, right[0])))
    path, document = written(tmp_path, pdf(content + more))
    asked = of(document, "ends in May of the second"), of(document, "paid to the owner")
    (first, second), (third, fourth) = picture(path, document, 1, asked).boxes
    assert points(first)[0] == pytest.approx(20 + wide("the lease of the house "), abs=1)
    assert points(first)[2] == pytest.approx(20 + wide("the lease of the house ends"), abs=1)
    assert points(second)[2] == pytest.approx(20 + wide("in May of the second"), abs=1)
    assert points(third)[0] == pytest.approx(170 + wide("of the month and is "), abs=1)
    assert points(fourth)[0] == pytest.approx(170, abs=1)
    assert points(fourth)[2] == pytest.approx(170 + wide("the owner"), abs=1)


def test_a_quote_over_the_end_of_a_page_has_boxes_on_both(tmp_path: Path) -> None:
    data = pdf(put("The lease of the house ends", 50, 50), put("in May, and not before.", 50, 350))
    words = "house ends in May"
    (on_first,), (on_second,) = (shown(tmp_path, data, words, page=page).boxes[0] for page in (1, 2))
    assert points(on_first)[0] == pytest.approx(50 + wide("The lease of the "), abs=1)
    assert points(on_first)[2] == pytest.approx(50 + wide("The lease of the house ends"), abs=1)
    assert points(on_second)[2] == pytest.approx(50 + wide("in May"), abs=1)


def test_a_range_on_another_page_has_no_box(tmp_path: Path) -> None:
    data = pdf(put("The lease ends.", 50, 50), put("Rent is due.", 50, 350))
    assert shown(tmp_path, data, "lease", "Rent", page=2).boxes[0] == ()


def test_heads_that_were_left_out_shift_nothing(tmp_path: Path) -> None:
    bodies = ["The lease ends in May.", "Rent is due in due time.", "Notes are kept by us."]
    data = pdf(*(put("Notes on the lease", 50, 380) + put(body, 50, 300) for body in bodies))
    ((box,),) = shown(tmp_path, data, "are kept", page=3).boxes
    assert points(box)[0] == pytest.approx(50 + wide("Notes "), abs=1)
    assert points(box)[3] == pytest.approx(HIGH - 300 + 2, abs=1)


@pytest.mark.parametrize("name", ["columns.pdf", "handbook.pdf"])
def test_what_stands_in_the_boxes_of_a_sentence_is_the_sentence(name: str) -> None:
    path = DATA / name
    document, pages = load_file(path, DATA), PdfDocument(path)
    for page in range(1, len(pages) + 1):
        asked = [each for each in sentences(document.text) if document.page(each.start) == page]
        made = picture(path, document, page, asked)
        wide_, high = pages[page - 1].get_size()
        words = pages[page - 1].get_textpage()
        for quote, boxes in zip(asked, made.boxes, strict=True):
            found = ""
            for box in boxes:
                left, top, right, bottom = points(box, wide_, high)
                middle = high - (top + bottom) / 2  # no higher, as lines stand close
                found += str(words.get_text_bounded(left - 0.5, middle - 0.5, right + 0.5, middle + 0.5))
            if document.page(quote.end - 1) == page:
                assert letters_of(found) == letters_of(quote.of(document.text))
    pages.close()


def letters_of(text: str) -> str:
    return "".join(filter(str.isalnum, text))


# No box rather than a wrong one


def test_text_that_is_not_the_pages_has_no_boxes(tmp_path: Path) -> None:
    path, document = written(tmp_path, pdf(put("The lease ends in May.", 50, 300)))
    other = replace(document, text="The lease ends in Mai.")
    made = picture(path, other, 1, [Range(4, 9)])
    assert made.boxes == ((),)
    assert ink(made).left > 0


def line(text: str, bottom: float, start: int) -> Line:
    return Line(text, 0, 100, bottom, bottom + 10, start=start)


def test_letters_are_followed_through_white_space_hyphens_and_unfit_characters() -> None:
    lines = [line("a  well-", 30, 0), line("kn\x01own ter\u2010", 20, 9), line("minal-", 10, 20)]
    (way,) = aligned(lines, "a well-known terminal")
    text = "a well-known terminal"
    assert [offset for offset in range(len(text)) if offset not in way] == [1, 12]
    assert (way[6], way[7], way[9], way[16]) == ((0, 7), (9, 9), (9, 12), (20, 20))
    assert way[9] == (9, 9 + "kn\x01own".index("o"))


def test_words_that_stand_at_the_head_again_are_not_certain() -> None:
    lines = [line("Rent", 40, 0), line("Rent", 30, 5), line("is due.", 20, 10)]
    assert [way[0] for way in aligned(lines, "Rent is due.")] == [(5, 5), (0, 0)]
    assert [way[5] for way in aligned(lines, "Rent is due.")] == [(10, 10), (10, 10)]
    assert aligned(lines, "is Rent due.") == []


def test_what_is_certain_has_a_box_beside_what_is_not(tmp_path: Path) -> None:
    path, document = written(tmp_path, pdf(put("Rent", 50, 324) + put("Rent", 50, 312) + put("is due.", 50, 300)))
    once = replace(document, text="Rent is due.")
    uncertain, certain = picture(path, once, 1, [Range(0, 4), Range(5, 11)]).boxes
    assert (len(uncertain), len(certain)) == (0, 1)


# The picture


def test_a_page_without_colour_is_grey_and_one_with_it_is_not(tmp_path: Path) -> None:
    grey = shown(tmp_path, pdf(put("The lease ends.", 50, 300)), width=300)
    content = "1 0 0 rg 0 0 150 200 re f\n" + put("The lease ends.", 50, 300)
    red = Image.open(io.BytesIO(shown(tmp_path, pdf(content), width=300).image))
    assert (Image.open(io.BytesIO(grey.image)).mode, red.mode, red.size) == ("L", "RGB", (300, 400))
    assert (red.getpixel((10, 390)), red.getpixel((290, 10))) == ((255, 0, 0), (255, 255, 255))


def test_the_same_page_is_the_same_picture(tmp_path: Path) -> None:
    data = pdf(put("The lease ends.", 50, 300))
    assert shown(tmp_path, data, "lease") == shown(tmp_path, data, "lease")


@pytest.mark.parametrize(
    ("box", "size"),
    [
        ("0 0 1 1", (1000, 1000)),
        ("0 0 14400 14400", (1000, 1000)),
        ("0 0 2000000 200", (1000, 1)),
        ("0 0 200 2000000", (1, MAX_HEIGHT)),
        ("0 0 300 3000", (632, 6325)),  # 4,000,000 pixels, one to ten
    ],
)
def test_the_pixels_of_tiny_and_giant_pages_are_bounded(tmp_path: Path, box: str, size: tuple[int, int]) -> None:
    made = shown(tmp_path, pdf(put("The lease ends.", 0, 0), page=f"/MediaBox [{box}]"))
    assert (made.width, made.height) == Image.open(io.BytesIO(made.image)).size == size
    assert made.width * made.height <= MAX_PIXELS * 1.001


def test_a_width_below_one_is_misuse(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="width must be at least 1, got 0"):
        shown(tmp_path, pdf(put("The lease ends.", 50, 300)), width=0)


# No picture


def refused(path: Path, document: Document, page: int = 1) -> str:
    with pytest.raises(NoPicture) as caught:
        picture(path, document, page, [])
    return str(caught.value)


def test_a_file_that_is_gone_or_changed_is_told(tmp_path: Path) -> None:
    path, document = written(tmp_path, pdf(put("The lease ends.", 50, 300)))
    path.write_bytes(pdf(put("The lease goes on.", 50, 300)))
    changed = "lease.pdf, page 1: no picture of it: the file has changed since it was indexed; index it again"
    assert refused(path, document) == changed
    path.unlink()
    assert refused(path, document) == "lease.pdf, page 1: no picture of it: no such file or folder"


@pytest.mark.parametrize("page", [-1, 0, 2])
def test_a_page_that_is_not_there_is_told(tmp_path: Path, page: int) -> None:
    path, document = written(tmp_path, pdf(put("The lease ends.", 50, 300)))
    assert refused(path, document, page) == f"lease.pdf, page {page}: no picture of it: the document ends with page 1"


def test_a_page_that_only_the_document_has_is_told(tmp_path: Path) -> None:
    path, document = written(tmp_path, pdf(put("The lease ends.", 50, 300)))
    more = replace(document, page_starts=(0, len(document.text)))
    assert refused(path, more, 2) == "lease.pdf, page 2: no picture of it: the file ends with page 1"


def test_only_pages_of_a_pdf_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "lease.txt"
    path.write_text("The lease ends.")
    assert refused(path, load_file(path, tmp_path)).endswith("only a PDF has pages that can be shown")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ((DATA / "locked.pdf").read_bytes(), "is locked with a password; save it without one"),
        (b"%PDF-1.4\nno more", "is damaged or cut short; save it anew"),
        (b"<html>", "is named .pdf but holds a web page; give it the ending of what it is, or convert it"),
    ],
)
def test_a_locked_or_damaged_file_is_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    document = Document("a.pdf", "Text.", sha256=hashlib.sha256(data).hexdigest(), page_starts=(0,))
    assert refused(path, document) == f"a.pdf, page 1: no picture of it: {reason}"


def test_a_page_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, document = written(tmp_path, pdf(put("The lease ends.", 50, 300)))
    monkeypatch.setattr(qa.pictures, "MAX_SECONDS", 0.001)
    assert "took more than 0.001 s to read" in refused(path, document)
    monkeypatch.undo()
    assert picture(path, document, 1, []).width == 1000


# Where the file is


def test_the_file_of_a_document_is_found_below_the_folders_of_the_index(tmp_path: Path) -> None:
    for name in ("hr/leave.txt", "law/lease.txt", "law/old/lease.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"Of {name}.")
    for paths in ([tmp_path], [tmp_path / "law"], [tmp_path / "hr", tmp_path / "law/lease.txt"]):
        loaded = load(paths)
        assert [find_file(paths, each.id) for each in loaded.documents] == [
            loaded.root / each.id for each in loaded.documents
        ]
    (tmp_path / "hr/leave.txt").unlink()
    both = [tmp_path / "hr/leave.txt", tmp_path / "law/lease.txt"]
    assert find_file(both, "hr/leave.txt") is None
    assert find_file(both, "law/lease.txt") == tmp_path / "law/lease.txt"


@pytest.mark.parametrize(
    "document_id", ["../secret.txt", "/etc/passwd", "docs/../../secret.txt", "link.txt", "linked/secret.txt", "a\0b"]
)
def test_no_document_leads_out_of_the_folders(tmp_path: Path, document_id: str) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (tmp_path / "secret.txt").write_text("Secret.")
    (docs / "link.txt").symlink_to(tmp_path / "secret.txt")
    (docs / "linked").symlink_to(tmp_path)
    assert find_file([docs], document_id) is None


def test_a_file_beside_those_of_the_index_is_not_found(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text("Text.")
    assert find_file([tmp_path / "a.txt", tmp_path / "b.txt"], "b.txt") == tmp_path / "b.txt"
    assert find_file([tmp_path / "a.txt", tmp_path / "b.txt"], "c.txt") is None
    assert find_file([], "c.txt") is None
