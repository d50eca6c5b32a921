"""Dates as people write them -> ISO 8601. What is impossible, or reads two ways, is no date."""

import re
from collections.abc import Iterator
from datetime import datetime

from dateutil.parser import parse

from qa.records import Range

_MONTH = (
    r"(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"\d{1,2}(?i:st|nd|rd|th)?"
_YEAR = r"(?:1[5-9]|20)\d\d"
# A word may be glued to the front ("Al-KazemiSeptember 28, 2020"), more digits may not, nor the end of
# a range ("1–5 May 2021").
_DATE = re.compile(
    rf"(?:(?<![^\W_])|(?<=[a-z])(?=[A-Z])){_MONTH}\s+{_DAY}\s*,?\s+{_YEAR}(?!\d)"
    rf"|(?<![\d.,/–-]){_DAY}\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}(?!\d)"
    rf"|(?<![\d./–-]){_YEAR}(?P<mark>[-/.])\d{{1,2}}(?P=mark)\d{{1,2}}(?![./–-]?\d)"
    rf"|(?<![\d./–-])\d{{1,2}}(?P<sign>[-/.])\d{{1,2}}(?P=sign){_YEAR}(?![./–-]?\d)"
)


def dates_in(line: str) -> Iterator[tuple[Range, str]]:
    """Where dates stand in ``line``, and what they are in ISO form: empty for 31/02/2021 and for 03/04/2021."""
    for match in _DATE.finditer(line):
        yield Range(*match.span()), _iso(match.group())


def _iso(written: str) -> str:
    day_first = (False,) if written[:4].isdigit() else (False, True)
    try:
        found = {parse(written, dayfirst=first, default=datetime(1, 1, 1)).date() for first in day_first}
    except (ValueError, OverflowError):
        return ""
    return found.pop().isoformat() if len(found) == 1 else ""
