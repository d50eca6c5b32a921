"""Title, date, source and author as far as a text itself gives them; empty rather than guessed.

Only the head is read, the lines before the first paragraph of prose, and what a
line announces in so many words ("Published: 3 May 2021", "Source: Reuters").
A date or a name inside the prose is what the text is about, not where it is from.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields

from qa.load.dates import dates_in
from qa.load.source import dateline_source, labelled_source
from qa.load.title import title_among
from qa.text import lines

# Enough for a page's menu and headline, little enough that a file of 64 MiB costs no more than a small one.
HEAD_CHARACTERS = 8_000
FOOT_CHARACTERS = 2_000
_HEAD_LINES = 25
# Of 1,200 news headlines set above their articles, 1,196 are shorter than this and found.
_PROSE_WORDS = 20
_SENTENCE_WORDS = 5  # with a stop; fewer may be "Skip to content."
_ANNOUNCEMENT_WORDS = 14  # "Updated 4:30 PM EST, Mon September 28, 2020" has 8; a sentence about a date has more

# A question or a cut-off "Lava flow is slowing, but that's ..." may be a headline as well: these end no prose.
_SENTENCE_END = re.compile(r"(?<!\.)(?<!\b[A-Z])[.。۔][\"”’»)\]]*$")
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff]"
)
_ANNOUNCES = re.compile(
    r"(?P<first>\b(?:first |originally )?(?:published|posted|issued|written|dated)\b"
    r"|(?:^\W*|\b(?:publication|issue) )date\b)"
    r"|(?P<later>\b(?:last )?(?:updated?|modified|revised|changed?)\b)",
    re.IGNORECASE,
)
# What stands before a date that is another thing's: "on", "due", "Deadline:", the start of a range.
_OTHERS_DATE = re.compile(
    r"(?:\b(?:on|of|since|until|till|from|before|after|by|in|between|to|through|and|effective|due|deadline|expires"
    r"|valid|born|died|starts|ends|next)|:|\b\d{1,2}\s*[-–—/&])\W*$",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"by \D{3,60}$", re.IGNORECASE)
# "By Jane Doe", "Author: Jane Doe": names only, each word of them with a capital, and nothing behind them.
_NAME = r"[A-ZÀ-Þ][\w.’'-]*(?: (?:(?:de|da|van|von|der|den|el|al|bin) ){0,2}[A-ZÀ-Þ][\w.’'-]*){1,3}"
_AUTHOR = re.compile(
    rf"(?:(?i:written |posted |reported |story )?[Bb](?:y|Y):? |(?i:authors?)\s*:\s*)"
    rf"(?P<names>{_NAME}(?:(?:, and|,| and| &) {_NAME}){{0,3}})"
)


@dataclass(frozen=True)
class Metadata:
    """Each empty where nothing says. ``date`` is ISO 8601."""

    title: str = ""
    date: str = ""
    source: str = ""
    author: str = ""


def settled(found: Sequence[tuple[str, Metadata]]) -> tuple[Metadata, tuple[tuple[str, str], ...]]:
    """Of every field the first that is known, in the order of ``found``, and the origin that it was found under."""
    values: dict[str, str] = {}
    origins: list[tuple[str, str]] = []
    for field in fields(Metadata):
        for origin, metadata in found:
            if value := getattr(metadata, field.name):
                values[field.name] = value
                origins.append((field.name, origin))
                break
    return Metadata(**values), tuple(origins)


def describe(text: str) -> Metadata:
    """What plain ``text`` says about itself."""
    view = _lines(text[:HEAD_CHARACTERS])
    length = next((i for i, line in enumerate(view[:_HEAD_LINES]) if _is_prose(line)), None)
    head, body = view[:length][:_HEAD_LINES], view[len(view) if length is None else length :]
    title = title_among(head, has_body=bool(body))
    if len(view) < 2 or (len(head) < len(view) and head and title == head[-1] and view[len(head)][:1].islower()):
        title = ""  # all there is, or the first line of a sentence that the next line goes on with
    foot = _lines(text[max(HEAD_CHARACTERS, len(text) - FOOT_CHARACTERS) :])
    announcing = [line for line in [*body, *foot] if len(line.split()) <= _ANNOUNCEMENT_WORDS]
    return Metadata(
        title,
        _date(head, announcing, title, has_body=bool(body)),
        _source(head, body, announcing),
        _author(head) if body else "",
    )


def squash(line: str) -> str:
    """``line`` as a person sees it: any run of white space is one space, and nothing is invisible."""
    return " ".join(_INVISIBLE.sub("", line).split())


def _lines(text: str) -> list[str]:
    return [squashed for place in lines(text) if (squashed := squash(place.of(text)))]


def _is_prose(line: str) -> bool:
    words = len(line.split())
    return words >= _PROSE_WORDS or (words >= _SENTENCE_WORDS and _SENTENCE_END.search(line) is not None)


def _date(head: list[str], announcing: list[str], title: str, *, has_body: bool) -> str:
    """When it was published, else what the head says, else when it was last changed."""
    in_head = [dated for line in head if not title or title not in line for dated in _dates(line)]
    first = [date for kind, date in in_head if kind == "first"]
    plain = {date for kind, date in in_head if kind == "plain"} if has_body else set()
    later = [date for kind, date in in_head if kind == "later"]
    for found in (first, sorted(plain) if len(plain) == 1 else [], later):
        if found:
            return found[0]
    for wanted in ("first", "later"):
        below = {date for line in announcing for kind, date in _dates(line, announced=True) if kind == wanted}
        if below:
            return below.pop() if len(below) == 1 else ""
    return ""


def _dates(line: str, *, announced: bool = False) -> list[tuple[str, str]]:
    """Dates of the document itself on ``line``: each "first" (published), "later" (updated) or "plain", and ISO."""
    found: list[tuple[str, str]] = []
    for place, date in dates_in(line):
        before = line[: place.start]
        labels = list(_ANNOUNCES.finditer(before))
        if announced and not (labels and _ANNOUNCES.match(before.lstrip("*_([ "))):
            continue
        if labels:
            found.append((labels[-1].lastgroup or "", date))
        elif _BYLINE.match(before) or not _OTHERS_DATE.search(before):
            found.append(("plain", date))
    return [(kind, date) for kind, date in found if date]


def _author(head: list[str]) -> str:
    """Who a line of the head, and no other, says wrote it; "By the River" and "By Staff" are nobody's name."""
    matches = (_AUTHOR.fullmatch(line.strip("*_ ")) for line in head)
    names = {match["names"] for match in matches if match}
    return names.pop() if len(names) == 1 else ""


def _source(head: list[str], body: list[str], announcing: list[str]) -> str:
    opening = [*(line for line in head if line.endswith(("—", "–", "-"))), *body[:1]]
    datelines = (dateline_source(line) for line in opening)
    return labelled_source(head) or next(filter(None, datelines), "") or labelled_source(announcing)
