"""Markdown files: what the front matter says, else what the text says. The text keeps both, and all its marks."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise

import yaml

from qa.load.dates import dates_in
from qa.load.metadata import HEAD_CHARACTERS, Metadata, describe, settled, squash
from qa.load.plain import read_text
from qa.load.title import LONGEST
from qa.records import SECTION, Document, Part

# A longer block is not looked at: parsing 16 KiB takes 0.8 s at worst, and metadata needs a few lines.
MAX_FRONT_MATTER = 16 * 1024
_MAX_DEPTH = 20
_OPENS = (
    yaml.FlowSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.BlockMappingStartToken,
)
_CLOSES = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)

_BREAK = re.compile(r"\r\n|\r|\n")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATX = re.compile(r" {0,3}#{1,6}(?=[ \t]|$)")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*$")
_NO_PARAGRAPH = re.compile(r" {4}|\t| {0,3}(?:[-*+>|#<]|\d{1,9}[.)]\s)")
_LINK = re.compile(r"!?\[([^\]\[]{0,300})\]\([^()]{0,1000}\)")
_EMPHASIS = re.compile(r"[*`]+|(?<!\w)_+|_+(?!\w)")


def read_markdown(name: str, data: bytes) -> tuple[Document, str]:
    """The document and a note, or an empty note; its headings are its parts, but for the one that is its title."""
    return read_text(name, data, _look)


def describe_markdown(text: str) -> Metadata:
    """What ``text`` says about itself; front matter that is malformed, too long or made to explode counts as none."""
    return settled(_look(text)[0])[0]


def _look(text: str) -> tuple[list[tuple[str, Metadata]], list[Part]]:
    front, start = _front_matter(text)
    head = list(_outside_code(_lines(text[start : start + HEAD_CHARACTERS])))
    found = describe("\n".join(_unmarked(line) for _, line in head))
    heading = next((heading for _, heading in _headings(head)), "")
    title, source, author = (_value(front, key) for key in ("title", "source", "author"))
    stated = Metadata(title, _date(front.get("date")), source, author)
    by_origin = [("file", stated), ("text", replace(found, title=heading or found.title))]
    headings = list(_headings(_outside_code(_lines(text[start:]))))
    if headings and headings[0][1] == (title or heading):
        del headings[0]
    return by_origin, [Part(start + offset, f"{SECTION} {heading}") for offset, heading in headings]


def _front_matter(text: str) -> tuple[dict[str, object], int]:
    """The keys of the YAML block that ``text`` begins with, and where the block ends: 0 where there is none."""
    block = text[: MAX_FRONT_MATTER + 1]
    opening = re.match(r"\ufeff?---[ \t]*(?:\r\n|\r|\n)", block)
    closing = opening and re.compile(r"^(?:---|\.\.\.)[ \t]*\r?$", re.MULTILINE).search(block, opening.end())
    if not opening or not closing:
        return {}, 0
    source = block[opening.end() : closing.start()]
    try:
        values = yaml.safe_load(source) if _is_tame(source) else {}
        str(values)  # fails on a number of more digits than are ever shown
    except (yaml.YAMLError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return {}, closing.end()
    if not isinstance(values, dict):
        return {}, 0  # prose between two rules
    return {str(key).lower(): value for key, value in values.items()}, closing.end()


def _is_tame(source: str) -> bool:
    """Whether ``source`` can be loaded at once: aliases make a few lines stand for millions of values,
    and 16,000 brackets, each in the last, take PyYAML 15 s."""
    depth = 0
    for token in yaml.scan(source):
        depth += isinstance(token, _OPENS) - isinstance(token, _CLOSES)
        if isinstance(token, yaml.AliasToken) or depth > _MAX_DEPTH:
            return False
    return True


def _value(front: dict[str, object], key: str) -> str:
    value = front.get(key)
    values = value if isinstance(value, list) else [value]
    shown = squash(
        ", ".join(str(item) for item in values if isinstance(item, str | int) and not isinstance(item, bool))
    )
    return shown if len(shown) <= LONGEST else ""


def _date(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return next((found for _, found in dates_in(str(value))), "")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Every line without its end, and where it starts."""
    borders = [0, *(match.end() for match in _BREAK.finditer(text)), len(text)]
    return ((start, text[start:end].rstrip("\r\n")) for start, end in pairwise(borders))


def _outside_code(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The lines that stand in no fenced code block."""
    fence = ""
    for start, line in lines:
        mark = _FENCE.match(line)
        if fence:
            if mark and mark.group(1).startswith(fence) and not line[mark.end() :].strip():
                fence = ""
        elif mark:
            fence = mark.group(1)
        else:
            yield start, line


def _headings(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Where headings start that are neither empty nor overlong, and what they are: ``# one``, or an underlined line."""
    above, (start, line) = "", (0, "")
    for below_start, below in [*lines, (0, "")]:
        atx = _ATX.match(line)
        heading = ""
        if atx:
            heading = _unmarked(_without_closing(line[atx.end() :].strip()))
        elif line.strip() and not above.strip() and _UNDERLINE.match(below) and not _NO_PARAGRAPH.match(line):
            heading = _unmarked(line)
        if 0 < len(squash(heading)) <= LONGEST:
            yield start, squash(heading)
        above, (start, line) = line, (below_start, below)


def _without_closing(heading: str) -> str:
    """``# One #`` is closed; ``# C#`` is not."""
    opened = heading.rstrip("#")
    return opened if not opened or opened[-1] in " \t" else heading


def _unmarked(line: str) -> str:
    return _EMPHASIS.sub("", _LINK.sub(r"\1", line))
