"""An element tree of HTML or XHTML -> its paragraphs, headings and rows, as a browser would set them apart."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise, zip_longest
from typing import Any, Literal

from lxml import etree

from qa.load.draft import Draft
from qa.load.grid import as_grid
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
    links = 0
    kinds: list[Kind] = ["paragraph"]
    skipped: Element = None
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        name = _name(element)
        borders = name in _BLOCKS or name in headings
        if event == "start":
            rows = _data_rows(element) if name == "table" and _is_seen(element) else []
            if rows:
                yield from gathered.flush(kinds[-1])
                yield from rows
            if rows or not _is_seen(element):
                skipped = element
                walk.skip_subtree()  # so that its end comes next
                continue
            if borders:
                yield from gathered.flush(kinds[-1])
                kinds.append("heading" if name in headings else "item" if name in _ITEMS else kinds[-1])
            links += name == "a"
            gathered.add("\n" if name == "br" else element.text, linked=links > 0, as_is=name in ("pre", "br"))
            continue
        if event == "end" and element is not skipped:
            links -= name == "a"
            if borders:
                yield from gathered.flush(kinds.pop())
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


def _name(element: Element) -> str:
    """The tag without its namespace, or empty for a comment."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _is_seen(element: Element) -> bool:
    style = (element.get("style") or "").replace(" ", "").lower()
    hidden = element.get("hidden") is not None or "display:none" in style or "visibility:hidden" in style
    return not hidden and _name(element) not in _UNSEEN


def _squash(text: str) -> str:
    """White space as a browser shows it."""
    squashed = " ".join(text.split())
    return f"{' ' * text[0].isspace()}{squashed}{' ' * (bool(squashed) and text[-1].isspace())}"


def _seen(root: Element) -> Iterator[tuple[str, Element]]:
    """The starts and ends of what is to be seen of ``root``; of all else the ends, for the text behind them."""
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        if event == "start" and not _is_seen(element):
            walk.skip_subtree()
        else:
            yield event, element


def _data_rows(table: Element) -> Sequence[Block]:
    """The rows of a table of data as sentences, or none where the table is there for the looks."""
    seen = [element for event, element in _seen(table) if event == "start"]
    rows = (element for element in seen if _name(element) == "tr")
    groups = [[_cells(row) for row in group] for _, group in groupby(rows, key=lambda row: row.getparent())]
    own = [cells for group in groups for cells in group]
    if len(own) < 2 or len(own[0]) < 2 or any(_is_layout(cell) for cells in own for cell in cells):
        return []
    shown = {cell: _text(cell) for cells in own for cell in cells}
    linked = sum(len(_text(link)) for link in seen if _name(link) == "a") / max(1, len(_text(table)))
    grid = [row for group in groups for row in as_grid(group)]
    texts = [[shown.get(cell, "") if cell is not left else "" for left, cell in pairwise([None, *row])] for row in grid]
    head = _head_rows(own, grid) or int(is_header(texts))
    columns = zip_longest(*grid[:head])
    names = [" ".join(shown[cell] for cell in dict.fromkeys(column) if cell in shown) for column in columns]
    found = []
    for cells, row, filled in list(zip(own, grid, texts, strict=True))[head:]:
        whole = len(row) >= len(names) and row == row[:1] * len(row)  # it is a heading within the table
        sentence = as_sentence(names, filled) if names and not whole else "; ".join(filter(None, filled))
        if printed := "".join(shown[cell] for cell in cells):
            found.append(Block(sentence, "row", linked, printed))
    return found


def _head_rows(own: Sequence[Sequence[Element]], grid: Sequence[Sequence[Element]]) -> int:
    """How many rows name the columns: the first, if of header cells, and those of them that its cells reach down to."""
    depth = 0
    for cells, row in zip(own, grid, strict=True):
        if set(own[0]).isdisjoint(row) or not all(_name(cell) == "th" for cell in cells):
            break
        depth += 1
    return depth if depth < len(own) else 1


def _cells(row: Element) -> list[Element]:
    return [cell for cell in row.iterchildren("{*}td", "{*}th") if _is_seen(cell)]


def _is_layout(cell: Element) -> bool:
    inner = sum(str(child.tag).rpartition("}")[2].lower() in _BLOCKS | {"br"} for child in cell.iterdescendants())
    return inner > 1 or len(_text(cell)) > _LONGEST_CELL


def _text(element: Element) -> str:
    pieces = []
    for event, inner in _seen(element):
        apart = " " if _name(inner) == "br" or _name(inner) in _BLOCKS else ""
        pieces += [apart, (inner.text if event == "start" else inner.tail) or ""]
    return " ".join("".join(pieces[:-1]).split())  # the last stands behind it
