"""Text as it is put together from a file that is not text itself: paragraphs, and where parts and pages begin."""

import hashlib
import re

from qa.load.metadata import Metadata, describe, settled
from qa.load.names import refusal
from qa.load.stem import describe_name
from qa.records import SECTION, Document, Part

# As much as the largest text file that is read; 16,000 pages. A few bytes of a packed file can stand for more.
MAX_CHARACTERS = 32 * 1024 * 1024
# Lists of contents, logs and tables have a part every line or two.
MAX_PARTS = 500_000
# A citation is one line; who makes a whole paragraph a heading meant its looks.
_LONGEST_NAME = 100
_LONGEST_VALUE = 200

UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufeff\ufffe\uffff\ud800-\udfff]")
"""What no text holds that is put together here."""
_BETWEEN = "\n\n"


class Draft:
    """A text that grows paragraph by paragraph, a blank line between two.

    So no two of them are ever taken for one that is wrapped at the end of a line.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._pieces: list[str] = []
        self._length = 0
        self._parts: list[Part] = []
        self._page_starts: list[int] = []
        self._waiting: str | None = None
        self._pages_waiting = 0

    @property
    def is_empty(self) -> bool:
        """Whether no paragraph with any text was added."""
        return not self._pieces

    def paragraph(self, text: str) -> None:
        """Add a paragraph; nothing where ``text`` is white space. Refuses what would make the text too long."""
        if text := UNFIT.sub("", text).strip():
            self._add(_BETWEEN if self._pieces else "", text)

    def more(self, text: str, *, between: str = " ") -> None:
        """Go on with the last paragraph; a page or a part that waits begins here."""
        if text := UNFIT.sub("", text).strip():
            self._add(between if self._pieces else "", text)

    def without_hyphen(self) -> None:
        """Take away the last character: a hyphen at which a word was cut."""
        self._pieces[-1] = self._pieces[-1][:-1]
        self._length -= 1

    def part(self, name: str) -> None:
        """Let the next paragraph begin the part called ``name``; empty ends the part that is."""
        name = " ".join(UNFIT.sub("", name).split())
        self._waiting = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"

    def heading(self, text: str) -> None:
        """Add a paragraph that begins a part and names it."""
        if text.strip():
            self.part(f"{SECTION} {text}")
            self.paragraph(text)

    def page(self) -> None:
        """Let what comes next begin a page."""
        self._pages_waiting += 1

    def _add(self, between: str, text: str) -> None:
        start = self._length + len(between)
        self._length = start + len(text)
        if self._length > MAX_CHARACTERS:
            raise refusal(self._name, f"holds more than {MAX_CHARACTERS:,} characters of text: cut it into parts")
        self._page_starts.extend([start] * self._pages_waiting)
        self._pages_waiting = 0
        if self._waiting is not None:
            if len(self._parts) >= MAX_PARTS:
                raise refusal(self._name, f"has more than {MAX_PARTS:,} headings, rows or lines: cut it into files")
            self._parts.append(Part(start, self._waiting))
            self._waiting = None
        self._pieces.extend((between, text))

    def to_document(self, data: bytes, *, file: Metadata, extracted: str, saved: str = "", field: str = "") -> Document:
        """The document of this text; what ``file`` says of it comes before what the text and the file's name say.

        ``saved``, the day on which the file was made, is its date only where nothing else gives one: a letter of
        2020 that was printed to a PDF today is of 2020.
        """
        text = "".join(self._pieces)
        found, origins = settled(
            [
                ("file", _shown(file)),
                ("text", describe(text)),
                ("name", describe_name(self._name)),
                ("saved", Metadata(date=saved)),
            ]
        )
        return Document(
            self._name,
            text,
            title=found.title,
            date=found.date,
            source=found.source,
            author=found.author,
            origins=origins,
            sha256=hashlib.sha256(data).hexdigest(),
            page_starts=tuple(self._page_starts) + (len(text),) * self._pages_waiting,
            parts=tuple(self._parts[self._parts[:1] == [Part(0, f"{SECTION} {found.title}")] :]),
            extracted=extracted,
            field=field,
        )


def _shown(metadata: Metadata) -> Metadata:
    """The same, each on one line and no longer than a citation can bear."""
    return Metadata(
        *(
            " ".join(UNFIT.sub(" ", value).split())[:_LONGEST_VALUE]
            for value in (metadata.title, metadata.date, metadata.source, metadata.author)
        )
    )
