import io
import zipfile
from pathlib import Path

import pytest

from qa.errors import UnreadableFile
from qa.load import load_file
from qa.load.book import read_book
from qa.records import Document, Quote

DATA = Path(__file__).parent / "data"
CONTAINER = '<container xmlns="urn:c"><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
PACKAGE = """<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>Of Bridges</dc:title><dc:creator>Jane Doe</dc:creator><dc:date>1998-05-03T00:00:00Z</dc:date>
<dc:publisher>Mill Press</dc:publisher></metadata><manifest>
<item id="n" href="toc.xhtml" properties="nav" media-type="application/xhtml+xml"/>
<item id="a" href="text/one.xhtml" media-type="application/xhtml+xml"/>
<item id="b" href="text/two%20.xhtml" media-type="application/xhtml+xml"/></manifest>
<spine><itemref idref="b"/><itemref idref="a"/></spine></package>"""
NAV = (
    '<html xmlns="x"><ol><li><a href="text/two%20.xhtml">The Piers</a></li>'
    '<li><a href="text/one.xhtml#a">After</a></li></ol></html>'
)
ONE = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body><p>Boats&nbsp;pass.</p></body></html>'
TWO = (
    '<html xmlns="http://www.w3.org/1999/xhtml"><body><h2>The Piers</h2><p>They stand.</p>'
    "<h2>Arches</h2><p>Three.</p></body></html>"
)


def book(**changed: str) -> bytes:
    members = {
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": PACKAGE,
        "OPS/toc.xhtml": NAV,
        "OPS/text/one.xhtml": ONE,
        "OPS/text/two .xhtml": TWO,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in {**members, **changed}.items():
            archive.writestr(name, content)
    return out.getvalue()


def read(data: bytes) -> Document:
    return read_book("b.epub", data)[0]


def refused(data: bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(data)
    return caught.value.reason


def test_chapters_are_read_in_the_order_of_the_spine_and_named_by_the_contents() -> None:
    document = read(book())
    assert document.text == "The Piers\n\nThey stand.\n\nArches\n\nThree.\n\nBoats pass."
    places = [
        Quote(document, document.text.index(text), len(document.text)).place for text in ("They", "Three", "Boats")
    ]
    assert places == ["b.epub, § The Piers", "b.epub, § Arches", "b.epub, § After"]


def test_title_author_date_and_publisher_are_the_packages() -> None:
    document = read(book())
    assert (document.title, document.author, document.date, document.source) == (
        "Of Bridges", "Jane Doe", "1998-05-03", "Mill Press",
    )  # fmt: skip


def test_a_book_of_a_word_processor_is_read() -> None:
    document = load_file(DATA / "handbook.epub", DATA)
    assert (document.title, document.author) == ("Staff handbook", "Ada Example")
    assert "Every employee has 27 days of leave a year." in document.text


def test_a_chapter_that_is_missing_is_noted() -> None:
    data = book(**{"OPS/book.opf": PACKAGE.replace("text/one.xhtml", "text/gone.xhtml")})
    assert read_book("b.epub", data)[1] == "1 of 2 chapters are missing"


def test_a_locked_book_is_refused_and_locked_fonts_are_not_a_lock() -> None:
    lock = '<encryption xmlns:e="urn:e"><e:CipherReference URI="{}"/></encryption>'
    assert "locked by its seller" in refused(book(**{"META-INF/encryption.xml": lock.format("OPS/text/one.xhtml")}))
    assert read(book(**{"META-INF/encryption.xml": lock.format("OPS/font.otf")})).title == "Of Bridges"


@pytest.mark.parametrize(
    ("member", "content", "reason"),
    [
        ("OPS/book.opf", "<package/>", "has no chapter in its spine"),
        ("OPS/book.opf", "<package", "is damaged in OPS/book.opf"),
        ("META-INF/container.xml", "<container/>", "names no package of chapters"),
    ],
)
def test_what_is_no_whole_book_is_refused(member: str, content: str, reason: str) -> None:
    assert reason in refused(book(**{member: content}))


def test_pictures_alone_are_no_text() -> None:
    page = "<html><body><img src='a.png'/></body></html>"
    assert "are its pages pictures?" in refused(book(**{"OPS/text/one.xhtml": page, "OPS/text/two .xhtml": page}))
