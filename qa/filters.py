"""Which documents are asked: by date, by source, by name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from qa.errors import BadFilter
from qa.load.dates import dates_in
from qa.records import Document


@dataclass(frozen=True)
class Filter:
    """Documents that meet all that is not empty.

    ``after`` and ``before`` are dates, ISO 8601, the days themselves included;
    a year or a month stands for all of its days. A document without a date
    meets neither. ``sources`` are parts of the source's name, ``documents`` are
    ids, folders or patterns with ``*``; one of them is enough, and case makes
    no difference.
    """

    after: str = ""
    before: str = ""
    sources: Sequence[str] = ()
    documents: Sequence[str] = ()

    def __post_init__(self) -> None:
        for name in ("after", "before"):
            object.__setattr__(self, name, _checked(getattr(self, name), name))

    def __bool__(self) -> bool:
        return bool(self.after or self.before or self.sources or self.documents)

    def __str__(self) -> str:
        """``from 2021-01-01, of Reuters``; empty where everything is asked."""
        parts = [
            f"from {self.after}" if self.after else "",
            f"up to {self.before}" if self.before else "",
            f"of {' or '.join(self.sources)}" if self.sources else "",
            f"in {' or '.join(self.documents)}" if self.documents else "",
        ]
        return ", ".join(filter(None, parts))

    def meets(self, document: Document) -> bool:
        """Whether ``document`` is asked."""
        if (self.after or self.before) and not document.date:
            return False
        if self.after and _last_day(document.date) < _first_day(self.after):
            return False
        if self.before and _first_day(document.date) > _last_day(self.before):
            return False
        source, name = document.source.casefold(), document.id.casefold()
        return (not self.sources or any(wanted.casefold() in source for wanted in self.sources if wanted)) and (
            not self.documents or any(_named(name, wanted.casefold()) for wanted in self.documents)
        )


def to_entry(only: Filter) -> dict[str, Any]:
    """``only`` as JSON-ready data; the inverse of :func:`from_entry`."""
    return {
        "after": only.after,
        "before": only.before,
        "sources": list(only.sources),
        "documents": list(only.documents),
    }


def from_entry(entry: object) -> Filter:
    """The filter that :func:`to_entry` made ``entry`` of, what is left out being empty; BadFilter where it is none."""
    if not isinstance(entry, dict) or not entry.keys() <= {"after", "before", "sources", "documents"}:
        raise BadFilter("which documents are asked is told by after, before, sources and documents")
    dates = [entry.get(name, "") for name in ("after", "before")]
    names = [entry.get(name, []) for name in ("sources", "documents")]
    if not all(isinstance(each, list) for each in names) or not all(
        isinstance(text, str) for each in (dates, *names) for text in each
    ):
        raise BadFilter("which documents are asked is told by dates and lists of names, all of them text")
    return Filter(*dates, *map(tuple, names))


def _named(name: str, wanted: str) -> bool:
    folder = wanted.rstrip("/")
    return name == folder or name.startswith(f"{folder}/") or fnmatchcase(name, wanted)


def _first_day(date: str) -> str:
    return date + "-01-01"[len(date) - 4 :]  # ISO dates are in the order of their letters


def _last_day(date: str) -> str:
    return date + "-12-31"[len(date) - 4 :]


def _checked(written: str, what: str) -> str:
    """A date, a month or a year as ISO 8601 writes it; BadFilter where it is none, or reads two ways."""
    written = written.strip()
    if not written or re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2]))?", written, re.ASCII):  # dates are compared by letters
        return written
    found = [date for place, date in dates_in(written) if place.of(written) == written and date]
    if not found:
        raise BadFilter(f"{what}: {written!r} is no date; write it as 2021-03-31, 2021-03 or 2021")
    return found[0]
