"""A document as an entry of a BibTeX file, as far as it is known. Nothing is claimed that the receipt does not say."""

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath

from qa.receipt.claim import Claim
from qa.records import Document
from qa.render import one_line

# BibTeX counts braces without a look at what stands before them, so \{ would leave the entry open.
_SPECIAL = {
    **{sign: rf"\{sign}" for sign in "&%$#_"},
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_TABLE = str.maketrans(_SPECIAL)
_WEB_PAGES = frozenset({".html", ".htm", ".xhtml", ".mhtml", ".mht"})
_NO_PAPERS = frozenset({".epub", ".eml"})
_DATE = re.compile(r"(\d{4})(-\d\d(-\d\d)?)?", re.ASCII)
_SEVERAL = re.compile(r"\s*(?:,\s+and\s+|\s+and\s+|\s+&\s+|[,;])\s*")
_TITLE_WORDS = 3
_KEY_PART = 24  # letters: "rechtsschutzversicherung" has 24
# Said first in a title, they tell nothing.
_EMPTY = frozenset({"a", "an", "the", "der", "die", "das", "le", "la", "les", "un", "une", "el", "los", "las"})


def entry(told: Claim) -> str:
    """The entry, its last line without a break; empty without a title, or without an author, a source and a date.

    The day on which a file was saved is no date of its text, and goes into the
    note. ``year`` is for BibTeX, ``date`` for biblatex.
    """
    document = told.document
    date = _date(document)
    if not document.title.strip() or not (document.author.strip() or document.source.strip() or date):
        return ""
    kind, where = _kind(document, date)
    saved = f"; file saved {document.date}" if ("date", "saved") in document.origins and document.date else ""
    values = {
        "author": _authors(document.author),
        "title": f"{{{_tex(document.title)}}}",  # braces twice, or a style writes its names in small letters
        where: _tex(document.source),
        "date": date,
        "year": date[:4],
        "note": _tex(f"{told.place}{saved}"),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in values.items() if value]
    return "\n".join([f"@{kind}{{{_key(document, date)},", *lines, "}"])


def _date(document: Document) -> str:
    """When it was published, ISO 8601, or empty."""
    known = _DATE.fullmatch(document.date) and ("date", "saved") not in document.origins
    return document.date if known else ""


def _kind(document: Document, date: str) -> tuple[str, str]:
    """The kind of the entry, and its field for the source: a site, a publisher, a paper or an agency."""
    suffix = PurePosixPath(document.id).suffix.lower()
    if suffix in _WEB_PAGES:
        return "online", "organization"
    if suffix == ".epub" and document.author.strip() and document.source.strip() and date:
        return "book", "publisher"
    if suffix not in _NO_PAPERS and document.source.strip() and len(date) == len("2020-09-28"):
        return "article", "journal"  # what has a day and a source came out in a paper
    return "misc", "howpublished"


def _authors(author: str) -> str:
    """Persons joined by BibTeX's "and"; a name that may be no person's in braces, as it stands."""
    names = [name for name in _SEVERAL.split(one_line(author)) if name]
    if names and all(map(_is_person, names)):
        return " and ".join(map(_tex, names))
    return f"{{{_tex(author)}}}" if names else ""


def _is_person(name: str) -> bool:
    """Whether it is two to four words, the first and the last with a capital, as "Ludwig van Beethoven" is."""
    words = name.split()
    cased = words and words[0][0].isupper() and words[-1][0].isupper()
    return bool(cased) and 2 <= len(words) <= 4 and words[0].lower() not in _EMPTY and not re.search(r"[\d{}@/]", name)


def _tex(text: str) -> str:
    return one_line(text).translate(_TABLE)


def _key(document: Document, date: str) -> str:
    """The same for the same author, title and year: ``doe2020leaseends``; a digest where nothing of them is ASCII."""
    names = [name for name in _SEVERAL.split(one_line(document.author)) if name]
    title = [word for word in _plain(document.title) if word not in _EMPTY][:_TITLE_WORDS]
    author = _plain(names[0])[-1:] if names else []
    if not title and not author:
        told = "\0".join([document.author, document.title, date[:4]])
        return f"key{hashlib.sha256(told.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
    return "".join([*(word[:_KEY_PART] for word in author), date[:4], "".join(title)[:_KEY_PART]])


def _plain(text: str) -> list[str]:
    """The words of ``text`` in ASCII, in small letters, without accents."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.findall(r"[a-z0-9]+", bare.replace("'", ""))
