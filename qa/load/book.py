"""EPUB books: the text of the chapters, in the order of the spine, each chapter a part."""

import posixpath
import re
from importlib.metadata import version
from typing import Any
from urllib.parse import unquote

from lxml import etree

from qa.load.archive import Archive
from qa.load.blocks import blocks, write
from qa.load.dates import dates_in
from qa.load.draft import Draft
from qa.load.metadata import Metadata
from qa.load.names import refusal
from qa.load.signature import require
from qa.load.tree import parse_xhtml, xml_parser
from qa.records import SECTION, Document

RULES = 2
# A bible has 1,200 chapters.
MAX_CHAPTERS = 5_000
_MARKUP = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_NO_TITLE = ("unknown", "unknown title", "untitled", "[no title]")
# What converters call a chapter that has no name: it tells no place.
_NO_NAME = re.compile(r"(?:section|chapter|part|split|index|text)[ _-]?\d*", re.IGNORECASE)
_CHAPTERS = frozenset({"h1", "h2", "h3"})


def read_book(name: str, data: bytes) -> tuple[Document, str]:
    """The document, each chapter a part of it, and a note on chapters that are missing."""
    require(name, data, "an EPUB")
    archive = Archive(name, data)
    package_path = _package_path(name, archive)
    package = _xml(name, archive, package_path)
    folder = posixpath.dirname(package_path)
    chapters = _spine(name, package, folder)
    _require_unlocked(name, archive, chapters)
    titles = _contents(name, archive, package, folder)
    draft = Draft(name)
    missing = 0
    for chapter in chapters:
        if not archive.holds(chapter):
            missing += 1
            continue
        if chapter in titles and not (len(chapters) == 1 and _NO_NAME.fullmatch(titles[chapter])):
            draft.part(f"{SECTION} {titles[chapter]}")
        write(draft, blocks(parse_xhtml(name, archive.read(chapter)), headings=_CHAPTERS))
    if draft.is_empty:
        raise refusal(name, "holds no text: are its pages pictures?" if chapters else "has no chapter in its spine")
    note = f"{missing} of {len(chapters)} chapters are missing" if missing else ""
    extracted = f"lxml {version('lxml')}, epub rules {RULES}"
    return draft.to_document(data, file=_metadata(package), extracted=extracted), note


def _xml(name: str, archive: Archive, member: str) -> Any:
    try:
        return etree.fromstring(archive.read(member), xml_parser())
    except etree.XMLSyntaxError as error:
        raise refusal(name, f"is damaged in {member} ({error.msg}); save it anew") from error


def _package_path(name: str, archive: Archive) -> str:
    container = _xml(name, archive, "META-INF/container.xml")
    path = next((root.get("full-path") for root in container.iter("{*}rootfile") if root.get("full-path")), None)
    if not path:
        raise refusal(name, "names no package of chapters; save it anew")
    return unquote(path)


def _spine(name: str, package: Any, folder: str) -> list[str]:
    """The paths of the chapters, in order, each once."""
    items = {
        item.get("id"): posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        for item in package.iter("{*}item")
        if item.get("media-type") in _MARKUP and "nav" not in (item.get("properties") or "").split()
    }
    spine = dict.fromkeys(
        items[reference.get("idref")] for reference in package.iter("{*}itemref") if reference.get("idref") in items
    )
    if len(spine) > MAX_CHAPTERS:
        raise refusal(name, f"has {len(spine):,} chapters; at most {MAX_CHAPTERS:,} are read")
    if not spine:
        raise refusal(name, "has no chapter in its spine; save it anew")
    return list(spine)


def _require_unlocked(name: str, archive: Archive, chapters: list[str]) -> None:
    """Refuse a book whose chapters are encrypted; fonts often are, and are not read."""
    if archive.holds("META-INF/encryption.xml"):
        locked = {
            posixpath.normpath(unquote(reference.get("URI", "")))
            for reference in _xml(name, archive, "META-INF/encryption.xml").iter("{*}CipherReference")
        }
        if locked.intersection(chapters):
            raise refusal(name, "is locked by its seller (DRM); a copy without that lock can be read")


def _contents(name: str, archive: Archive, package: Any, folder: str) -> dict[str, str]:
    """What the table of contents calls each chapter: EPUB 3's, else EPUB 2's; the first entry of a file counts."""
    for item in package.iter("{*}item"):
        is_nav = "nav" in (item.get("properties") or "").split()
        if not is_nav and item.get("media-type") != "application/x-dtbncx+xml":
            continue
        path = posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        if not archive.holds(path):
            continue
        tree = parse_xhtml(name, archive.read(path))
        links = [(a.get("href"), "".join(a.itertext())) for a in tree.iter("{*}a")] if is_nav else _points(tree)
        titles: dict[str, str] = {}
        for href, title in links:
            target = posixpath.normpath(
                posixpath.join(posixpath.dirname(path), unquote((href or "").partition("#")[0]))
            )
            if title.strip():
                titles.setdefault(target, " ".join(title.split()))
        if titles:
            return titles
    return {}


def _points(tree: Any) -> list[tuple[str, str]]:
    return [
        (content.get("src"), "".join(label.itertext()))
        for point in tree.iter("{*}navPoint")
        for content, label in zip(point.iterchildren("{*}content"), point.iterchildren("{*}navLabel"), strict=False)
    ]


def _metadata(package: Any) -> Metadata:
    def stated(field: str) -> list[str]:
        found = package.iter("{http://purl.org/dc/elements/1.1/}" + field)
        return [" ".join(element.text.split()) for element in found if element.text and element.text.strip()]

    titles, publishers = [*stated("title"), ""], [*stated("publisher"), ""]
    date = next((iso for written in stated("date") for _, iso in dates_in(written[:10])), "")
    authors = [author for author in stated("creator") if not author.lower().startswith("unknown")]
    title = "" if titles[0].lower() in _NO_TITLE else titles[0]
    return Metadata(title, date, publishers[0], ", ".join(authors))
