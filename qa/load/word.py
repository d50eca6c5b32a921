"""Word documents: paragraphs, tables and footnotes, headings as parts; what is deleted but tracked is left out.

python-docx opens the package and knows its styles. Its ``paragraph.text`` is
not used: it leaves out content controls, and what was inserted under tracking.
"""

import io
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError

from qa.load.archive import Archive
from qa.load.draft import Draft
from qa.load.metadata import Metadata
from qa.load.names import refusal
from qa.load.rows import as_sentence, is_header
from qa.load.signature import require
from qa.records import Document

RULES = 1
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
# Deleted text, the second form of a drawing, and a paragraph or a table within a text box: it is one of its own.
_LEFT_OUT = frozenset({f"{_W}del", f"{_W}moveFrom", f"{_W}txbxContent", _COMPATIBLE})
_MOST_STYLES = 20
# python-docx's own template is of that day; what it writes bears it.
_TEMPLATE_DAY = "2013-12-23"


def read_word(name: str, data: bytes) -> tuple[Document, str]:
    """The document and an empty note."""
    require(name, data, "a Word document")
    Archive(name, data)
    try:
        package = docx.Document(io.BytesIO(data))
    except (PackageNotFoundError, KeyError, ValueError) as error:
        raise refusal(name, "is damaged or no Word document; save it anew") from error
    draft = Draft(name)
    headings = _headings(package)
    for block in _blocks(package.element.body):
        if block.tag == f"{_W}tbl":
            _write_table(draft, block)
        else:
            _write_paragraph(draft, block, headings)
    for note in _footnotes(package):
        draft.paragraph(note)
    if draft.is_empty:
        raise refusal(name, "holds no text")
    stated = package.core_properties
    saved = stated.modified or stated.created
    day = saved.date().isoformat() if saved else ""
    return draft.to_document(
        data,
        file=Metadata(stated.title or "", author=(stated.author or "").replace("python-docx", "")),
        saved="" if day == _TEMPLATE_DAY else day,
        extracted=f"python-docx {version('python-docx')}, rules {RULES}",
    ), ""


def _blocks(root: Any) -> Iterator[Any]:
    """Paragraphs and tables in order, those of content controls and text boxes too, none of a table's own."""
    waiting = list(reversed(root))
    while waiting:
        element = waiting.pop()
        if element.tag in (f"{_W}p", f"{_W}tbl"):
            yield element
            boxes = [box for box in element.iter(f"{_W}txbxContent") if not _is_fallback(box)]
            waiting.extend(child for box in reversed(boxes) for child in reversed(box))
        elif element.tag not in _LEFT_OUT and element.tag != f"{_W}sectPr":
            waiting.extend(reversed(element))


def _is_fallback(element: Any) -> bool:
    return any(parent.tag == _COMPATIBLE for parent in element.iterancestors())


def _write_paragraph(draft: Draft, paragraph: Any, headings: dict[str, str]) -> None:
    text = _text(paragraph)
    properties = paragraph.find(f"{_W}pPr")
    style = properties.find(f"{_W}pStyle") if properties is not None else None
    kind = headings.get(style.get(f"{_W}val"), "") if style is not None else ""
    if properties is not None and properties.find(f"{_W}outlineLvl") is not None:
        kind = "heading" if int(properties.find(f"{_W}outlineLvl").get(f"{_W}val", 9)) < 9 else kind
    if kind == "heading":
        draft.heading(" ".join(text.split()))
    elif kind != "contents":
        draft.paragraph(text)


def _headings(package: Any) -> dict[str, str]:
    """Of every style's id whether it makes a heading or a line of the table of contents, its base styles asked too."""
    kinds: dict[str, str] = {}
    for style in package.styles.element.iter(f"{_W}style"):
        chain, identity = style, style.get(f"{_W}styleId")
        for _ in range(_MOST_STYLES):
            kind = _kind(chain)
            if kind:
                kinds[identity] = kind
                break
            base = chain.find(f"{_W}basedOn")
            chain = package.styles.element.get_by_id(base.get(f"{_W}val")) if base is not None else None
            if chain is None:
                break
    return kinds


def _kind(style: Any) -> str:
    name = style.find(f"{_W}name")
    label = name.get(f"{_W}val", "").lower() if name is not None else ""
    level = style.find(f"{_W}pPr/{_W}outlineLvl")
    if label.startswith("toc ") or label in ("table of contents", "contents heading", "toc heading"):
        return "contents"
    if label in ("title", "heading") or label.startswith("heading "):
        return "heading"
    return "heading" if level is not None and int(level.get(f"{_W}val", 9)) < 9 else ""


def _text(element: Any) -> str:
    """What is to be read of a paragraph or a cell; nothing recurses."""
    shown: list[str] = []
    waiting = list(reversed(element))
    while waiting:
        part = waiting.pop()
        name = part.tag.rpartition("}")[2] if isinstance(part.tag, str) else ""
        if part.tag in _LEFT_OUT or name in ("pPr", "rPr"):
            continue
        if part.tag == f"{_W}t":
            shown.append(part.text or "")
        elif part.tag == f"{_W}{name}" and name in _CHARACTERS:
            shown.append(_CHARACTERS[name])
        else:
            if part.tag == f"{_W}p" and shown:
                shown.append("\n")
            waiting.extend(reversed(part))
    return "".join(shown)


def _write_table(draft: Draft, table: Any) -> None:
    """Rows as sentences behind the names in the first, or where it names nothing, cell by cell."""
    rows = [[_text(cell).strip() for cell in row.iter(f"{_W}tc")] for row in table.iterchildren(f"{_W}tr")]
    first = rows[0] if rows else []
    flat = all("\n" not in cell for row in rows for cell in row)
    marked = next(table.iterchildren(f"{_W}tr"), table).find(f"{_W}trPr/{_W}tblHeader") is not None
    if flat and len(rows) > 1 and len(first) > 1 and (marked or is_header(rows)):
        for row in rows[1:]:
            draft.paragraph(as_sentence(first, [" ".join(cell.split()) for cell in row]))
        return
    for row in rows:
        if flat:
            draft.paragraph("; ".join(filter(None, row)))
        for cell in row if not flat else ():
            draft.paragraph(cell)


def _footnotes(package: Any) -> Iterator[str]:
    """The footnotes and endnotes, in order, without the lines that only separate them from the text."""
    from lxml import etree

    from qa.load.tree import xml_parser

    for relation in package.part.rels.values():
        if relation.reltype.rsplit("/", 1)[-1] in ("footnotes", "endnotes") and not relation.is_external:
            root = etree.fromstring(relation.target_part.blob, xml_parser())
            for note in root:
                if note.get(f"{_W}type") in (None, "normal"):
                    yield _text(note)
