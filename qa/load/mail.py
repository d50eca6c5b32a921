"""Mails as EML files: subject, sender and date, then what was written; attachments are named, not read."""

import re
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr, parsedate_to_datetime

from qa.load.blocks import blocks
from qa.load.declared import declared_text
from qa.load.draft import Draft
from qa.load.metadata import Metadata
from qa.load.names import refusal
from qa.load.signature import require
from qa.load.tree import parse_html
from qa.records import Document

RULES = 2
# A mail within a mail within a mail is a chain; in a hundred pieces it is a newsletter.
MAX_PIECES = 1_000
# Atomic, or the two halves of one line end would be two.
_PARAGRAPH = re.compile(r"(?>\r\n|\r|\n)[ \t>]*(?:\r\n|\r|\n)")
_HEADERS = ("Subject", "From", "To", "Cc", "Date")
_MOST_HEADER = 1_000


def read_mail(name: str, data: bytes) -> tuple[Document, str]:
    """The document and a note that names the attachments."""
    require(name, data, "")
    message = message_from_bytes(data, policy=policy.default)
    if not any(message[header] for header in ("From", "Subject", "Date", "Received", "Message-ID")):
        raise refusal(name, "is no mail: it has no sender, subject or date")
    if sum(1 for _ in message.walk()) > MAX_PIECES:
        raise refusal(name, f"has more than {MAX_PIECES:,} pieces")
    attached = [_file_name(piece) for piece in message.iter_attachments()]
    draft = Draft(name)
    for header in _HEADERS:
        if shown := _header(message, header):
            draft.paragraph(f"{header}: {shown}")
    if not _write_body(draft, message, name):
        more = f", only attachments ({', '.join(attached[:3])}): save them as files" if attached else ""
        raise refusal(name, f"holds no text{more}")
    return draft.to_document(data, file=_metadata(message), extracted=f"email, rules {RULES}"), _note(attached)


def _note(attached: Sequence[str]) -> str:
    names = ", ".join([*attached[:3], *(["…"] if len(attached) > 3 else [])])
    if len(attached) > 1:
        return f"its {len(attached)} attachments are not read ({names}); save them as files to have them read"
    return f"its attachment is not read ({names}); save it as a file to have it read" if attached else ""


def _write_body(draft: Draft, message: EmailMessage, name: str) -> bool:
    """Add what was written; whether there is anything."""
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return False
    content = body.get_payload(decode=True)
    raw = content if isinstance(content, bytes) else b""
    charset = body.get_content_charset() or ""
    if body.get_content_type() == "text/html":
        paragraphs = [block.text for block in blocks(parse_html(name, raw, charset))]
    else:
        paragraphs = _PARAGRAPH.split(declared_text(name, raw, charset or "utf-8")[0]) if raw.strip() else []
    shown = ["\n".join(line.rstrip() for line in paragraph.splitlines()).strip() for paragraph in paragraphs]
    for paragraph in shown:
        draft.paragraph(paragraph)
    return any(shown)


def _header(message: EmailMessage, header: str) -> str:
    return " ".join(str(message[header] or "")[:_MOST_HEADER].split())


def _metadata(message: EmailMessage) -> Metadata:
    sender, address = parseaddr(_header(message, "From"))
    try:
        date = parsedate_to_datetime(_header(message, "Date")).date().isoformat()
    except (TypeError, ValueError):
        date = ""
    lists = getaddresses([_header(message, "List-Id")])
    return Metadata(_header(message, "Subject"), date, lists[0][0] if lists else "", sender or address)


def _file_name(piece: EmailMessage) -> str:
    return " ".join((piece.get_filename() or piece.get_content_type()).split())[:80]
