"""Markdown files: what the front matter says, else what the text says. The text keeps both, and all its marks."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

import yaml

from qa.load.dates import dates_in
from qa.load.metadata import HEAD_CHARACTERS, Metadata, describe, squash
from qa.load.plain import read_text
from qa.load.title import LONGEST
from qa.records import Document

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
    """The document and a note, or an empty note."""
    return read_text(name, data, describe_markdown)


def describe_markdown(text: str) -> Metadata:
    """What ``text`` says about itself; front matter that is malformed, too long or made to explode counts as none."""
    front, start = _front_matter(text)
    body = list(_outside_code(_BREAK.split(text[start : start + HEAD_CHARACTERS])))
    found = describe("\n".join(_unmarked(line) for line in body))
    found = replace(found, title=_heading(body) or found.title)
    return Metadata(
        _value(front, "title") or found.title,
        _date(front.get("date")) or found.date,
        _value(front, "source") or _value(front, "author") or found.source,
    )


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
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError):
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


def _outside_code(lines: list[str]) -> Iterator[str]:
    """The lines that stand in no fenced code block."""
    fence = ""
    for line in lines:
        mark = _FENCE.match(line)
        if fence:
            if mark and mark.group(1).startswith(fence) and not line[mark.end() :].strip():
                fence = ""
        elif mark:
            fence = mark.group(1)
        else:
            yield line


def _heading(lines: list[str]) -> str:
    """The first heading that is neither empty nor overlong: ``# one`` or a line of its own that is underlined."""
    for above, line, below in zip(["", *lines], lines, [*lines[1:], ""], strict=False):
        atx = _ATX.match(line)
        if atx:
            heading = _unmarked(_without_closing(line[atx.end() :].strip()))
        elif line.strip() and not above.strip() and _UNDERLINE.match(below) and not _NO_PARAGRAPH.match(line):
            heading = _unmarked(line)
        else:
            continue
        if 0 < len(squash(heading)) <= LONGEST:
            return squash(heading)
    return ""


def _without_closing(heading: str) -> str:
    """``# One #`` is closed; ``# C#`` is not."""
    opened = heading.rstrip("#")
    return opened if not opened or opened[-1] in " \t" else heading


def _unmarked(line: str) -> str:
    return _EMPHASIS.sub("", _LINK.sub(r"\1", line))
