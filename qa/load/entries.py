"""JSON lines: of every object the text of one field, under its title, as a part of the document."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from qa.load.draft import Draft
from qa.load.encoding import decode
from qa.load.metadata import Metadata
from qa.load.names import refusal
from qa.load.signature import require
from qa.records import Document

RULES = 1
FIELD = "text"
"""The field whose text is read unless the user names another."""

MAX_ENTRIES = 200_000
_NAMED = 12
_TITLES, _DATES, _AUTHORS, _SOURCES = ("title", "headline", "subject"), ("date",), ("author",), ("source", "publisher")


def read_entries(name: str, data: bytes, *, field: str = "") -> tuple[Document, str]:
    """The document and a note on the lines that lack the field."""
    require(name, data, "")
    decoded = decode(data, name)
    wanted = field or FIELD
    draft = Draft(name)
    seen: Counter[str] = Counter()
    lacking = entries = 0
    for number, entry in _entries(name, decoded.text):
        entries += 1
        seen.update(key for key, value in entry.items() if isinstance(value, str) and value.strip())
        text = entry.get(wanted)
        if not isinstance(text, str) or not text.strip():
            lacking += 1
            continue
        _write(draft, number, entry, text, wanted)
    if draft.is_empty:
        raise refusal(name, _without(wanted, seen))
    lack = f"{lacking:,} of {entries:,} lines have no text in the field “{wanted}” and are left out" if lacking else ""
    note = "; ".join(filter(None, (decoded.note, lack)))
    return draft.to_document(data, file=Metadata(), extracted=f"json, rules {RULES}", field=field), note


def _entries(name: str, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every object and the number of its line; lines of white space are passed over."""
    for number, line in enumerate(text.lstrip("\ufeff").split("\n"), start=1):
        if not line.strip():
            continue
        if number > MAX_ENTRIES:
            raise refusal(name, f"has more than {MAX_ENTRIES:,} lines; cut it into parts")
        try:
            entry = json.loads(line)
        except json.JSONDecodeError as error:
            raise refusal(
                name, f"line {number:,} is not JSON from character {error.colno:,} on; repair it or delete it"
            ) from error
        except ValueError as error:
            raise refusal(name, f"line {number:,} holds a number that is too long; repair it or delete it") from error
        except RecursionError as error:
            raise refusal(name, f"line {number:,} is nested too deeply; repair it or delete it") from error
        if not isinstance(entry, dict):
            raise refusal(name, f'line {number:,} holds no JSON object; write it as {{"{FIELD}": …}}')
        yield number, entry


def _write(draft: Draft, number: int, entry: dict[str, Any], text: str, wanted: str) -> None:
    title = _first(entry, _TITLES, wanted)
    about = [_first(entry, keys, wanted) for keys in (_AUTHORS, _SOURCES, _DATES)]
    shown = ", ".join(filter(None, about))
    place = f"line {number}"
    if title or shown:
        place += f": {' '.join(filter(None, (title, f'({shown})' if shown else '')))}"
    draft.part(place)
    if title and not text.lstrip().startswith(title):
        draft.paragraph(title)
    draft.paragraph(text)


def _first(entry: dict[str, Any], keys: tuple[str, ...], wanted: str) -> str:
    values = (entry.get(key) for key in keys if key != wanted)
    return next((" ".join(value.split()) for value in values if isinstance(value, str) and value.strip()), "")


def _without(wanted: str, seen: Counter[str]) -> str:
    fields = [field for field, _ in seen.most_common(_NAMED)]
    if not fields:
        return "no line has a field that holds text"
    named = ", ".join(fields)
    return f"no line has text in the field “{wanted}”; there are: {named}. Name one: qa index … --field {fields[0]}"
