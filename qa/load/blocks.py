"""An element tree of HTML or XHTML -> its paragraphs, headings and rows, as a browser would set them apart."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from lxml import etree

from qa.load.draft import Draft
from qa.load.rows import as_sentence, is_header

Element = Any  # lxml has no types of its own
Kind = Literal["paragraph", "heading", "item", "row"]

_BLOCKS = frozenset(
    """
    address article aside blockquote body button caption center dd details dialog div dl dt fieldset figcaption figure
    footer form header hr html label li main nav ol p pre section summary table tbody td tfoot th thead tr ul
    """.split()  # noqa: SIM905 - words are read as words
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_UNSEEN = frozenset(
    """
    audio canvas embed head iframe input map math noscript object script select style svg template textarea title video
    """.split()  # noqa: SIM905 - words are read as words
)
_ITEMS = frozenset({"li", "dd", "dt", "pre"})
# A table with longer cells, or with blocks in them, is there for the looks: its cells are paragraphs.
_LONGEST_CELL = 300


@dataclass(frozen=True)
class Block:
    """What stands by itself on the page; ``linked`` is the share of its characters that are links.

    ``printed`` is what the page shows of it where ``text`` says more: a row's cells without the names of columns.
    """

    text: str
    kind: Kind
    linked: float
    printed: str = ""


def write(draft: Draft, found: Iterable[Block]) -> None:
    """Add the blocks to ``draft``."""
    for block in found:
        if block.kind == "heading":
            draft.heading(block.text)
        else:
            draft.paragraph(block.text)


def blocks(root: Element, *, headings: frozenset[str] = _HEADINGS) -> Iterator[Block]:
    """All that is to be seen of ``root``, in order. Nothing recurses, however deep a page is nested."""
    gathered = _Gathered()
    unseen = links = 0
    kinds: list[Kind] = ["paragraph"]
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        name = element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
        hides = name in _UNSEEN or (name != "" and _is_hidden(element))
        borders = name in _BLOCKS or name in headings
        if event == "start":
            unseen += hides
            rows = _data_rows(element) if name == "table" and not unseen else []
            if rows:
                yield from gathered.flush(kinds[-1])
                yield from rows
                element.set("data-rows", "")
                unseen += 1
            if unseen:
                continue
            if borders:
                yield from gathered.flush(kinds[-1])
                kinds.append("heading" if name in headings else "item" if name in _ITEMS else kinds[-1])
            links += name == "a"
            gathered.add("\n" if name == "br" else element.text, linked=links > 0, as_is=name in ("pre", "br"))
            continue
        if event == "end":
            if not unseen:
                links -= name == "a"
                if borders:
                    yield from gathered.flush(kinds.pop())
            unseen -= hides + (element.attrib.pop("data-rows", None) is not None)
        if not unseen:
            gathered.add(element.tail, linked=links > 0, as_is=False)
    yield from gathered.flush("paragraph")


class _Gathered:
    """The text since the last border of a block."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._linked = 0

    def add(self, text: str | None, *, linked: bool, as_is: bool) -> None:
        if text:
            self._pieces.append(text if as_is else _squash(text))
            self._linked += len(text) * linked

    def flush(self, kind: Kind) -> Iterator[Block]:
        """What was gathered, if it shows anything; two breaks on end are a border too."""
        if not self._pieces:
            return
        shown = "".join(self._pieces)
        share = min(1.0, self._linked / max(1, len(shown.strip())))
        lines = [" ".join(line.split()) for line in shown.split("\n")]
        for paragraph in "\n".join(lines).split("\n\n"):
            if text := paragraph.strip():
                yield Block(" ".join(text.split()) if kind == "heading" else text, kind, share)
        self._pieces, self._linked = [], 0


def _is_hidden(element: Element) -> bool:
    style = (element.get("style") or "").replace(" ", "").lower()
    return element.get("hidden") is not None or "display:none" in style or "visibility:hidden" in style


def _squash(text: str) -> str:
    """White space as a browser shows it."""
    squashed = " ".join(text.split())
    return f"{' ' * text[0].isspace()}{squashed}{' ' * (bool(squashed) and text[-1].isspace())}"


def _data_rows(table: Element) -> Sequence[Block]:
    """The rows of a table of data as sentences, or none where the table is there for the looks."""
    rows = [list(row.iterchildren("{*}td", "{*}th")) for row in table.iter("{*}tr")]
    if len(rows) < 2 or len(rows[0]) < 2 or any(_is_layout(cell) for row in rows for cell in row):
        return []
    texts = [[_text(cell) for cell in row] for row in rows]
    linked = sum(len(_text(link)) for link in table.iter("{*}a")) / max(1, len(_text(table)))
    named = all(str(cell.tag).endswith("th") for cell in rows[0]) or is_header(texts)
    sentences = [as_sentence(texts[0], row) if named else "; ".join(filter(None, row)) for row in texts]
    return [
        Block(sentence, "row", linked, "".join(row))
        for sentence, row in list(zip(sentences, texts, strict=True))[named:]
        if sentence
    ]


def _is_layout(cell: Element) -> bool:
    inner = sum(str(child.tag).rpartition("}")[2].lower() in _BLOCKS | {"br"} for child in cell.iterdescendants())
    return inner > 1 or len(_text(cell)) > _LONGEST_CELL


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())
