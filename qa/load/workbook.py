"""XLSX workbooks: every row of every sheet is a sentence that names its columns, with the values last calculated."""

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from importlib.metadata import version
from typing import Any

import openpyxl

from qa.load.archive import Archive
from qa.load.draft import Draft
from qa.load.metadata import Metadata
from qa.load.names import refusal
from qa.load.signature import require
from qa.load.table import MAX_CELL, check, write_rows
from qa.records import Document

RULES = 2
# Beyond the last filled row programs keep formats of rows: after so many empty ones on end the sheet is over.
MAX_EMPTY_ROWS = 10_000


def read_workbook(name: str, data: bytes) -> tuple[Document, str]:
    """The document, each row a part of it, and an empty note."""
    require(name, data, "an Excel workbook")
    Archive(name, data)
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    draft = Draft(name)
    try:
        count = [0]
        for sheet in book.worksheets:
            write_rows(draft, _numbered(name, sheet, count), sheet=sheet.title)
        stated, epoch = book.properties, book.properties.modified or book.properties.created
    finally:
        book.close()
    if draft.is_empty:
        raise refusal(name, "holds no filled row; if it has formulas, open it in a spreadsheet program and save it")
    found = Metadata(stated.title or "", author=stated.creator or "")
    return draft.to_document(
        data,
        file=Metadata(found.title, author="" if found.author == "openpyxl" else found.author),
        saved=epoch.date().isoformat() if epoch else "",
        extracted=f"openpyxl {version('openpyxl')}, rules {RULES}",
    ), ""


def _numbered(name: str, sheet: Any, count: list[int]) -> Iterator[tuple[int, Sequence[str]]]:
    """Every filled row of a sheet and its number; ``count`` holds the cells of all sheets so far."""
    sheet.reset_dimensions()  # the file's word for its size is no promise, and padding to it is endless
    filled = empty = 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = [_shown(cell.value, cell.number_format) if cell.value is not None else "" for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        count[0] += len(row)
        empty = 0 if cells else empty + 1
        filled += bool(cells)
        check(name, filled, len(cells), count[0])
        if empty > MAX_EMPTY_ROWS:
            return
        if cells:
            yield number, cells


def _shown(value: Any, number_format: str) -> str:
    """A cell as its spreadsheet shows it, on one line; numbers without the noise of binary fractions."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value * 100:.10g}%" if "%" in (number_format or "") else f"{value:.12g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return " ".join(str(value)[:MAX_CELL].split())
