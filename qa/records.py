"""The records that flow through the program, and what is always true of them.

Every piece of text is a range into its document, half open, in code points of
the text as it was loaded. None holds a copy of text, so none can be wrong.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

SECTION = "§"
"""What stands before the name of a part that is a heading or a chapter."""

_LONGEST_CONTEXT = 200
Refusal = Literal["", "nothing near", "not stated"]

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Part:
    """From ``start`` on, to the next one, a document's text is the part called ``name``: "§ Rent", "Sheet1, row 5"."""

    start: int
    name: str


@dataclass(frozen=True)
class Document:
    """One file as it was loaded.

    ``id`` is the path below the indexed folder, with ``/``. ``sha256`` is the
    digest of the file's bytes. ``encoding`` is the codec that turns ``text``
    back into exactly those bytes, or empty where none does. ``title``,
    ``date`` (ISO 8601), ``source`` and ``author`` are empty where nothing
    gives one; ``origins`` says of each that is known where from: ``file`` (its
    own metadata), ``text``, ``name``, or of a date ``saved`` (the day on which
    the file was made). ``parts`` are sorted by their start.
    ``extracted`` is empty where the text is the file's own characters, else it
    says what took the text out of the file: ``pypdfium2 5.15.2, rules 1``.
    ``field`` is the field of JSON lines that the user named as the text.
    """

    id: str
    text: str
    title: str = ""
    date: str = ""
    source: str = ""
    sha256: str = ""
    encoding: str = ""
    page_starts: tuple[int, ...] = ()
    author: str = ""
    parts: tuple[Part, ...] = ()
    extracted: str = ""
    field: str = ""
    origins: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """The title, or the id where there is no title."""
        return self.title or self.id

    @property
    def context(self) -> str:
        """The title as it is put before a part of the text, at most 200 characters of it; empty without a title."""
        return f"{self.title[:_LONGEST_CONTEXT]}. " if self.title else ""

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_BREAK.finditer(self.text))]

    def line(self, offset: int) -> int:
        """The line that ``offset`` stands on, from 1; CRLF, LF and CR each end a line."""
        return bisect_right(self._line_starts, offset)

    def page(self, offset: int) -> int | None:
        """The page that ``offset`` stands on, from 1, or None where there are no pages."""
        return bisect_right(self.page_starts, offset) if self.page_starts else None

    @cached_property
    def _part_starts(self) -> list[int]:
        return [part.start for part in self.parts]

    def part(self, offset: int) -> str:
        """The name of the part that ``offset`` stands in, or empty where it stands in none."""
        row = bisect_right(self._part_starts, offset) - 1
        return self.parts[row].name if row >= 0 else ""

    def heading(self, offset: int) -> str:
        """The heading or the chapter that ``offset`` stands under, or empty where it stands under none."""
        name = self.part(offset)
        return name.removeprefix(SECTION).strip() if name.startswith(SECTION) else ""

    def byte_offset(self, offset: int) -> int | None:
        """Where ``offset`` stands in the file's bytes, or None where ``encoding`` is empty."""
        return len(self.text[:offset].encode(self.encoding)) if self.encoding else None


@dataclass(frozen=True, order=True, slots=True)
class Range:
    """A half-open, non-empty range of code points."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a range must be non-empty and not negative, got [{self.start}, {self.end})")

    def __iter__(self) -> Iterator[int]:
        return iter((self.start, self.end))

    def of(self, text: str) -> str:
        """The slice of ``text``."""
        return text[self.start : self.end]


@dataclass(frozen=True)
class Mark:
    """A range of a document that must not be quoted, and why: ``furniture`` or ``repeated``."""

    range: Range
    reason: str


@dataclass(frozen=True)
class Slice:
    """A non-empty slice of a document: what Passage and Quote have in common."""

    document: Document
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= len(self.document.text):
            raise ValueError(
                f"[{self.start}, {self.end}) is no slice of {self.document.id}, "
                f"which has {len(self.document.text)} characters"
            )

    @property
    def text(self) -> str:
        """The document's own words."""
        return self.document.text[self.start : self.end]

    @property
    def titled(self) -> str:
        """The text behind its document's title: how a model is shown it.

        A passage seldom repeats what its document is about; with the title in
        front, the right one of `nq_open_dev` came first 0.918 of the time
        instead of 0.845 (cosine alone).
        """
        return f"{self.document.context}{self.text}"

    @property
    def lines(self) -> tuple[int, int]:
        """First and last line, from 1."""
        return self.document.line(self.start), self.document.line(self.end - 1)

    @property
    def place(self) -> str:
        """Where it stands, for people: ``hr/leave.md, § Notice, lines 10–12``, ``hr/leave.pdf, page 2``.

        Lines are counted only where they are the file's own.
        """
        document = self.document
        page, part = document.page(self.start), document.part(self.start)
        where = [document.id, f"page {page}" if page else "", part, "" if document.extracted else self._line_numbers]
        return ", ".join(filter(None, where))

    @property
    def _line_numbers(self) -> str:
        first, last = self.lines
        return f"line {first}" if first == last else f"lines {first}–{last}"


class Passage(Slice):
    """What is indexed and searched: whole sentences that fit the embedder's window."""


class Quote(Slice):
    """What is shown as an answer: the document's own words, exactly."""


@dataclass(frozen=True)
class Span:
    """A reader's answer: whole sentences, as a range in the *passage*, and how well they answer, in [0, 1].

    ``exact`` is the very answer within them, also a range in the passage; None where all of it answers.
    ``why`` is what speaks for them and against, as :class:`Citation` says.
    """

    start: int
    end: int
    score: float
    exact: Range | None = None
    why: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Citation:
    """A quote, the passage it stands in, its score in [0, 1], and where else it stands word for word.

    ``sources`` are how many of these places are independent of each other: copies of one text, exact or near, are one.
    ``exact`` is the very answer within the quote; None where all of it answers.
    ``columns`` is the line above that names the columns, where the quote is a row of a Markdown table; else None.
    ``why`` tells, by name, how much each kind of evidence speaks for it (or, below 0, against it) beside the average
    sentence that was read; empty where a reader weighs nothing.
    """

    quote: Quote
    passage: Passage
    score: float
    also: tuple[Quote, ...] = ()
    sources: int = 1
    exact: Quote | None = None
    columns: Quote | None = None
    why: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        if self.quote.document.id != self.passage.document.id:
            raise ValueError("quote and passage are of different documents")
        if not self.passage.start <= self.quote.start < self.quote.end <= self.passage.end:
            raise ValueError("the passage does not contain the quote")
        if self.exact and not (
            self.exact.document.id == self.quote.document.id
            and self.quote.start <= self.exact.start < self.exact.end <= self.quote.end
        ):
            raise ValueError("the quote does not contain the exact answer")
        if self.columns and not (
            self.columns.document.id == self.quote.document.id and self.columns.end <= self.quote.start
        ):
            raise ValueError("the names of the columns do not stand above the quote")
        if not 1 <= self.sources <= 1 + len(self.also):
            raise ValueError(f"sources must be from 1 to {1 + len(self.also)}, got {self.sources}")
        if not 0 <= self.score <= 1:
            raise ValueError(f"score must be in [0, 1], got {self.score}")

    @property
    def place(self) -> str:
        """Where the quote stands, for people."""
        return self.quote.place


@dataclass(frozen=True)
class Answer:
    """What the documents say: citations, best first; none where they do not say.

    ``passages`` are the nearest ones, best first, answer or not; ``near`` tells
    whether they are about what was asked at all.
    ``confidence`` in [0, 1] estimates that the first citation answers the question.
    """

    question: str
    citations: tuple[Citation, ...]
    passages: tuple[Passage, ...]
    confidence: float
    near: bool = True

    @property
    def found(self) -> bool:
        """Whether the documents say."""
        return bool(self.citations)

    @property
    def refusal(self) -> Refusal:
        """Why there is no citation: nothing is near the question, or it is not stated there; empty where there is."""
        return "" if self.found else "not stated" if self.near and self.passages else "nothing near"
