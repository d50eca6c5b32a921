"""The line of a text's head that is its title."""

import re
from collections.abc import Sequence

from qa.load.dates import dates_in

# Fewer words are seldom a headline: a menu's entry, a byline, a town.
HEADLINE_WORDS = 4
LONGEST = 200  # characters

_NAMED = re.compile(r"(?:title|subject|headline)\s*:\s+(\S.*)", re.IGNORECASE)
# Labels of other things, and bylines: "By Jason Ditz", "From: …".
_OTHER = re.compile(
    r"(?:by|from|to|cc|sent|date|author|editors?|source|published|posted|updated|last updated|tags?|category|categories"
    r"|filed under|photo|image|credit|copyright)\s*:|(?:written |posted |reported |story )?by (?-i:[A-Z])"
    r"|special (?:to|for) |.*\b(?:wire|staff) reports?$|(?:published|posted|updated|last updated) |©|http|www\.",
    re.IGNORECASE,
)
# What a reporter's name stands above: "USA TODAY", "The Associated Press", "AP Business Writer".
_EMPLOYER = re.compile(
    r".*\b(?:TODAY|Press|News|Times|Post|Writer|Reporter|Correspondent|Editor|Columnist)(?: Sports)?$"
)
_BULLET = re.compile(r"[-*•·–—>+|#=_~/]|\(?\d{1,3}[.)]\s|\[")
_CODE = re.compile(r"[{}<>\\@]|://|::|;$|==")
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_NO_ENDS = (".", ",", ":", ";", "/", "-", "–", "—", "。", "۔")
_ENDS_WELL = re.compile(r"(?:\b[A-Z]\.){2,}$|\.\.$")  # in the U.S. | cut off ...
_PARTS = re.compile(r"\s+\|\s+")
_FURNITURE = re.compile(
    r"about|account|advertisement|am|and|by|close|comments?|contact|content|cookies|email|est|facebook|gmt|home|linkedin"
    r"|log|login|main|me|menu|navigation|news|newsletter|next|on|open|pm|previous|print|read|register|search|share"
    r"|sign|skip|sport|subscribe|this|to|toggle|toolbar|tweet|twitter|up|updated|us|utc|videos?|weather|whatsapp"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|january|february|march|april|may|june|july"
    r"|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec",
    re.IGNORECASE,
)


def title_among(head: Sequence[str], *, has_body: bool) -> str:
    """The first headline of ``head``; else, if a body of prose follows, its first short line that may be one.

    A suffix behind " | " is dropped: it names the section or the site.
    """
    for line in head:
        named = _NAMED.fullmatch(line)
        if named and len(named.group(1)) <= LONGEST:
            return named.group(1)
    lines = [part for line in head if (part := _without_suffix(line)) and _may_be_title(part)]
    headline = next((line for line in lines if _word_count(line) >= HEADLINE_WORDS), "")
    is_name = any(map(_EMPLOYER.match, lines[:2]))
    return headline or (lines[0] if lines and has_body and not is_name else "")


def _word_count(line: str) -> int:
    return len(_WORD.findall(line))


def _without_suffix(line: str) -> str:
    """The part before " | ", or empty where the line is a menu of short parts."""
    first, *others = _PARTS.split(line)
    return first if _word_count(first) >= HEADLINE_WORDS or len(others) <= 1 else ""


def _may_be_title(line: str) -> bool:
    words = _WORD.findall(line)
    if len(line) > LONGEST or all(map(_FURNITURE.fullmatch, words)):
        return False
    if line.endswith(_NO_ENDS) and not _ENDS_WELL.search(line):
        return False
    if _OTHER.match(line) or _BULLET.match(line) or _CODE.search(line):
        return False
    return not _is_date(line) and 2 * sum(map(str.isalpha, line)) > len(line)


def _is_date(line: str) -> bool:
    """Whether little but a date stands on the line."""
    found = [place for place, _ in dates_in(line)]
    return bool(found) and _word_count(line[: found[0].start] + line[found[-1].end :]) < HEADLINE_WORDS
