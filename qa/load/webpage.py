"""Web pages: the main text, by trafilatura, its headings as parts; title, author, date and site from the metadata."""

import re
from email import message_from_bytes, policy
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

from trafilatura import bare_extraction

from qa.load.blocks import blocks, write
from qa.load.dates import dates_in
from qa.load.draft import Draft
from qa.load.maintext import main_text
from qa.load.metadata import Metadata
from qa.load.names import refusal
from qa.load.signature import require
from qa.load.tree import html_tree, markup_text
from qa.records import Document

RULES = 2
_SAVED_FROM = re.compile(r"<!-- saved from url=\(\d+\)(\S+) -->")
_HEAD = 4096
# What the page states of itself, and no guess from its text: that is ours to make. A fixed day to come, since the
# date of a page must not depend on the day on which it is read.
_DATES = {"extensive_search": False, "original_date": True, "max_date": "2100-01-01"}


def read_webpage(name: str, data: bytes) -> tuple[Document, str]:
    """The document and a note, or an empty note."""
    require(name, data, "a web page", "")
    text, note = markup_text(name, data)
    return _read(name, data, text, note)


def read_web_archive(name: str, data: bytes) -> tuple[Document, str]:
    """The same of a page that a browser saved as one file, MHTML."""
    require(name, data, "")
    message = message_from_bytes(data, policy=policy.default)
    page = next((piece for piece in message.walk() if piece.get_content_type() == "text/html"), None)
    if page is None:
        raise refusal(name, "holds no web page")
    content = page.get_payload(decode=True)
    raw = content if isinstance(content, bytes) else b""
    if not raw.strip():
        raise refusal(name, "holds no text")
    text, note = markup_text(name, raw, page.get_content_charset() or "")
    address = str(message["Snapshot-Content-Location"] or page["Content-Location"] or "")
    return _read(name, data, text, note, address)


def _read(name: str, data: bytes, text: str, note: str, address: str = "") -> tuple[Document, str]:
    saved_from = _SAVED_FROM.search(text[:_HEAD])
    address = address or (saved_from.group(1) if saved_from else "")
    found: Any = bare_extraction(
        html_tree(name, text), url=address or None, with_metadata=True, include_comments=False,
        date_extraction_params=_DATES,
    )  # fmt: skip
    every = list(blocks(html_tree(name, text)))
    title = found.title or "" if found else ""
    shown = main_text(every, found.text or "", title) if found else []
    if not shown and every:
        shown = every
        note = "; ".join(filter(None, (note, "no main text was told apart, so all its text is read")))
    draft = Draft(name)
    write(draft, shown)
    if draft.is_empty:
        raise refusal(name, "holds no text: is it put together by a script? Save it from a browser, or print it to PDF")
    extracted = f"trafilatura {version('trafilatura')}, rules {RULES}"
    return draft.to_document(data, file=_metadata(found, address), extracted=extracted), note


def _metadata(found: Any, address: str) -> Metadata:
    if found is None:
        return Metadata(source=urlsplit(address).hostname or "")
    date = next((iso for _, iso in dates_in(found.date or "")), "")
    site = found.sitename or found.hostname or urlsplit(address).hostname or ""
    return Metadata(found.title or "", date, site, (found.author or "").replace("; ", ", "))
