"""Who a text says it comes from: a "Source:" line, or the dateline that its prose begins with."""

import re
from collections.abc import Sequence

# News agencies and broadcasters whose name alone opens a report ("CNN — ", "(Reuters) - ").
# Any other name needs a sign of its own, since "NASA — the agency" and "Input/ Output" look the same.
_AGENCY = (
    r"(?:Reuters|AP|Associated Press|AFP|Agence France-Presse|UPI|CNN|CNBC|MSNBC|BBC|NPR|PBS|VOA|RFE/RL|Bloomberg"
    r"|Al Jazeera|Xinhua|TASS|Interfax|Kyodo|Yonhap|PTI|ANI|IANS|dpa|ANSA|EFE|Anadolu|AA|IRNA|SANA|WAFA)"
    r"(?: (?:News|Business|Sports?))?"
)
_NAME = r"[A-Z][\w.&’']*(?: [A-Z][\w.&’']*){0,3}"
_OUTLET = r"(?:News|Agency|Press|Post|Times|Herald|Tribune|Gazette|Journal|Chronicle|TV|Radio|Today)"

_LABELLED = re.compile(r"(?:[a-z]+ )?source\s*:[\s*_]*(\S.*)", re.IGNORECASE)
_LONGEST = 8  # words behind "Source:"; more is a sentence
_DATELINES = (
    # CNN — A historic snowstorm ... | (Reuters) - ...
    re.compile(rf"\(?(?P<source>{_AGENCY})\)?\s*[—–-]{{1,2}}(?!\S*-)(?:\s|$)"),
    # Baghdad (AFP) - ... | Najaf, Iraq (IraqiNews.com) –
    re.compile(rf"[A-Z][^()]{{1,40}} \((?P<source>{_AGENCY}|\w+\.(?:com|org|net))\)\s*[—–-]"),
    # BAGHDAD (Kurdistan 24) - ... : the town in capitals
    re.compile(r"(?P<place>[A-Z]{3}[^()a-z]{0,30}(?:, [^()]{1,20})?) \((?P<source>[A-Z][^()]{1,30})\)\s*[—–-]"),
    # Shafaq News/ The American ...
    re.compile(rf"(?!The )(?P<source>{_NAME} {_OUTLET})\s?/\s+(?=\W?[A-Z])"),
)


def labelled_source(lines: Sequence[str]) -> str:
    """What stands behind "Source:" or "Article source:", or empty where nothing does or two lines disagree."""
    matches = (_LABELLED.fullmatch(line.strip("*_()[] ")) for line in lines)
    found = {match.group(1).strip("*_.,; ") for match in matches if match}
    found = {name for name in found if name and len(name.split()) <= _LONGEST}
    return found.pop() if len(found) == 1 else ""


def dateline_source(line: str) -> str:
    """Whose dateline ``line`` begins with, or empty."""
    for pattern in _DATELINES:
        match = pattern.match(line)
        if match and not _is_abbreviation(match):
            return match.group("source").strip()
    return ""


def _is_abbreviation(match: re.Match[str]) -> bool:
    """Whether the name is only short for what stands before it, as in "UNITED NATIONS (UN) - "."""
    place = match.groupdict().get("place") or ""
    return "".join(word[0] for word in place.split()) == match.group("source").replace(".", "")
