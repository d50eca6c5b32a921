"""Bytes of HTML or XHTML -> text and element tree, in the encoding that they say they are in."""

import re
from html.entities import html5
from typing import Any

from lxml import etree, html

from qa.load.declared import declared_text
from qa.load.names import refusal

# Where a browser looks for it.
_HEAD = 4096
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}encoding\s*=\s*[\"']([A-Za-z0-9_:.-]{2,40})")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,300}\?>")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_OF_XML = ("lt", "gt", "amp", "quot", "apos")
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(?:\[[^\]]*\])?[^>]*>", re.IGNORECASE)


def markup_text(name: str, data: bytes, charset: str = "") -> tuple[str, str]:
    """The text of ``data`` and a note: as ``charset`` or the markup says, where that fits, else as it looks."""
    declared = _DECLARED.search(data[:_HEAD]) or _CHARSET.search(data[:_HEAD])
    return declared_text(name, data, charset or (declared.group(1).decode() if declared else ""))


def parse_html(name: str, data: bytes, charset: str = "") -> Any:
    """The root element of HTML, however broken; UnreadableFile where it holds no element."""
    return html_tree(name, markup_text(name, data, charset)[0]) if data.strip() else html.Element("html")


def html_tree(name: str, text: str) -> Any:
    """The same from text; UnreadableFile also where it is nested so deeply that the parser leaves out what follows."""
    parser = html.HTMLParser(huge_tree=True)  # else at a depth of 256; time and memory have a bound of their own
    try:
        tree = html.document_fromstring(_DECLARATION.sub("", text).replace("\0", ""), parser)
    except (etree.ParserError, ValueError) as error:
        raise refusal(name, "holds no text") from error
    if parser.error_log.filter_types(etree.ErrorTypes.ERR_RESOURCE_LIMIT):
        raise refusal(name, "is nested too deeply to be read; save it anew")
    return tree


def parse_xhtml(name: str, data: bytes) -> Any:
    """The root element of XHTML; read as HTML where it is not well-formed."""
    text = _DOCTYPE.sub("", markup_text(name, data)[0], count=1)
    text = _ENTITY.sub(lambda match: match.group() if match[1] in _OF_XML else html5.get(f"{match[1]};", ""), text)
    try:
        return etree.fromstring(_DECLARATION.sub("", text).encode(), xml_parser())
    except etree.XMLSyntaxError:
        return html_tree(name, text)


def xml_parser() -> Any:
    """A parser of XML that fetches nothing and expands nothing."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True)
