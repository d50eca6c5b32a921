"""What the program says to people, from one file: english.json is all that a translator needs."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "english.json"
"""Texts by key. Where one has forms, ``one`` is taken for the number 1 and ``other`` for every other."""


def say(key: str, n: int | None = None, **values: object) -> str:
    """The text with this key, with ``values`` put in, and ``n``, written with separators, which also chooses the form.

    KeyError where there is no such text or a value that it needs is missing.
    """
    text = texts()[key]
    if not isinstance(text, str):
        text = text["one" if n == 1 else "other"]
    if n is not None:
        values["n"] = f"{n:,}"
    return str(text.format_map(values)) if values else str(text)


@cache
def texts() -> Mapping[str, Any]:
    """Every text by its key."""
    return dict(json.loads(FILE.read_text(encoding="utf-8")))
