"""Word documents: paragraphs, tables and footnotes, headings as parts; what is deleted but tracked is left out.

python-docx opens the package and knows its styles. Its ``paragraph.text`` is
not used: it leaves out content controls, and what was inserted under tracking.
"""

import io
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any

from docx.opc.constants import CONTENT_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.opc.part import PartFactory
from docx.oxml.simpletypes import ST_Merge
from docx.package import Package
from docx.parts.document import DocumentPart

from qa.load.archive import Archive
from qa.load.draft import Draft
from qa.load.metadata import Metadata
from qa.load.names import refusal
from qa.load.rows import MAX_COLUMNS, as_sentence, is_header
from qa.load.signature import require
from qa.records import Document

RULES = 2
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXT = frozenset({f"{_W}t", f"{_M}t"})
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
# Deleted text, the second form of a drawing, and a paragraph or a table within a text box: it is one of its own.
_LEFT_OUT = frozenset({f"{_W}del", f"{_W}moveFrom", f"{_W}txbxContent", _COMPATIBLE})
_MOST_STYLES = 20
# python-docx's own template is of that day; what it writes bears it.
_TEMPLATE_DAY = "2013-12-23"
_WITH_MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
# python-docx does not know this type; a document of it differs in nothing that is read here.
PartFactory.part_type_for[_WITH_MACROS] = DocumentPart


def read_word(name: str, data: bytes) -> tuple[Document, str]:
    """The document and an empty note."""
    require(name, data, "a Word document")
    Archive(name, data)
    try:
        package = _opened(data)
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


def _opened(data: bytes) -> Any:
    part = Package.open(io.BytesIO(data)).main_document_part
    if part.content_type not in (CONTENT_TYPE.WML_DOCUMENT_MAIN, _WITH_MACROS):
        raise ValueError(part.content_type)
    return part.document


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
        if part.tag in _TEXT:
            shown.append(part.text or "")
        elif part.tag == f"{_W}{name}" and name in _CHARACTERS:
            shown.append(_CHARACTERS[name])
        else:
            if part.tag == f"{_W}p" and shown:
                shown.append("\n")
            if part.tag == f"{_M}den":  # the bar of a fraction is drawn, and "12" is no half
                shown.append("/")
            waiting.extend(reversed(part))
    return "".join(shown)


def _write_table(draft: Draft, table: Any) -> None:
    """Rows as sentences behind the names in the first, or where it names nothing, cell by cell."""
    own = list(_own(table, table, "tr"))
    rows: list[list[str]] = []
    for row in own:
        rows.append(_columns(table, row, above=rows[-1] if rows else []))
    flat = all("\n" not in cell for row in rows for cell in row)
    several = bool(rows) and len(list(_own(table, own[0], "tc"))) > 1  # a title across all columns names none
    marked = bool(rows) and own[0].find(f"{_W}trPr/{_W}tblHeader") is not None
    if flat and len(rows) > 1 and several and (marked or is_header(rows)):
        for row in rows[1:]:
            draft.paragraph(as_sentence(rows[0], [" ".join(cell.split()) for cell in row]))
    elif flat:
        for row in rows:
            draft.paragraph("; ".join(filter(None, row)))
    else:
        for cell in _own(table, table, "tc"):
            draft.paragraph(_text(cell))


def _own(table: Any, within: Any, name: str) -> Iterator[Any]:
    """The rows or the cells of ``table``, those of content controls too, none of a table that stands in a cell."""
    return (found for found in within.iter(f"{_W}{name}") if next(found.iterancestors(f"{_W}tbl")) is table)


def _columns(table: Any, row: Any, *, above: Sequence[str]) -> list[str]:
    """The text of every column of a row: a cell across several is in the first, one down several rows in each."""
    texts = [""] * min(row.grid_before, MAX_COLUMNS)
    for cell in _own(table, row, "tc"):
        goes_on = cell.vMerge == ST_Merge.CONTINUE and len(texts) < len(above)
        texts.append(above[len(texts)] if goes_on else _text(cell).strip())
        texts += [""] * min(cell.grid_span - 1, MAX_COLUMNS - len(texts))
    return texts


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
