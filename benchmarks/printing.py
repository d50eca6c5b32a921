"""How well the text of PDFs is read, by several readers, from files that Chromium and LibreOffice print here.

python -m benchmarks.printing [--data ../shared/data] [--articles 12]

Known articles are printed in one column, in two, justified and hyphenated, with running heads and page numbers, and
from a word processor. "Whole" is the share of the articles' sentences that stand in the extracted text word for word,
white space aside; "one line" of those that stand there without a line break within, as a quote should be shown;
"over pages" of those that begin on one page and end on the next. Readers that are not installed are left out.
"""

import argparse
import io
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path

import pypdfium2

from benchmarks.pages import Article, articles
from qa.load.pdf import read_pdf
from qa.text import sentences

ROOT = Path(__file__).parent.parent
SET = "realtimeqa_2023H1"
STYLES = {
    "one column": "@page{margin:20mm}body{font:11pt/1.4 serif}",
    "two columns, hyphenated": "@page{margin:18mm}body{font:9.5pt/1.3 serif;columns:2;text-align:justify}"
    "p{margin:0;text-indent:1.3em}h1{column-span:all}",
    "running heads": "@page{size:A5;margin:18mm;@top-center{content:'The Example Reader'}"
    "@bottom-center{content:counter(page) ' / ' counter(pages)}}body{font:10pt/1.35 serif;text-align:justify}",
}
_SOFT = re.compile(r"([a-z]{3})(?=[a-z]{4})")

Reader = Callable[[bytes], str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--articles", type=int, default=12)
    arguments = parser.parse_args()
    if not (arguments.data / SET).is_dir():
        parser.error(f"{SET} is not in {arguments.data}; --data says where the sets are")
    chosen = articles(arguments.data / SET, least=8)[: arguments.articles]
    with tempfile.TemporaryDirectory() as folder:
        for style, pdf in printed(Path(folder), chosen):
            pages = len(pypdfium2.PdfDocument(pdf))
            print(f"\n| {style}, {pages} pages | whole | one line | over pages | ms a page |\n|---|---|---|---|---|")
            for name, read in readers():
                start = time.process_time()
                text = read(pdf)
                spent = (time.process_time() - start) / pages
                print(f"| {name} | {' | '.join(shares(chosen, pdf, text))} | {spent * 1000:.0f} |")


def printed(folder: Path, chosen: Sequence[Article]) -> Iterator[tuple[str, bytes]]:
    body = "".join(
        f"<h2>{escape(article.title)}</h2>{''.join(f'<p>{escape(part)}</p>' for part in article.paragraphs)}"
        for article in chosen
    )
    chromium = next((found for name in ("chromium", "google-chrome") if (found := shutil.which(name))), None)
    for style, css in STYLES.items() if chromium else ():
        text = _SOFT.sub("\\1\u00ad", body) if "hyphenated" in style else body
        text = re.sub(r"<[^>]+>", lambda tag: tag.group().replace("\u00ad", ""), text)
        page = folder / "page.html"
        page.write_text(f"<!DOCTYPE html><html lang=en><meta charset=utf-8><style>{css}</style><body>{text}</body>")
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
        target = folder / "page.pdf"
        subprocess.run([chromium, *options, f"--print-to-pdf={target}", str(page)], check=True, capture_output=True)
        yield style, target.read_bytes()
    if office := shutil.which("soffice"):
        page = folder / "plain.html"
        page.write_text(f"<!DOCTYPE html><html lang=en><meta charset=utf-8><body>{body}</body>")
        command = [office, "--headless", "--writer", "--convert-to", "pdf", "--outdir", str(folder), str(page)]
        subprocess.run(command, check=True, capture_output=True)
        yield "word processor", (folder / "plain.pdf").read_bytes()


def shares(chosen: Sequence[Article], pdf: bytes, text: str) -> list[str]:
    wanted = [
        part[piece.start : piece.end]
        for article in chosen
        for part in article.paragraphs
        for piece in sentences(part)
        if piece.end - piece.start > 30
    ]
    squashed, lines = _squash(text), text.split("\n")
    held = [_squash(line) for line in lines]
    whole = [sentence for sentence in wanted if _squash(sentence) in squashed]
    on_line = sum(any(_squash(sentence) in line for line in held) for sentence in wanted)
    over = over_pages(pdf, wanted)
    kept = sum(sentence in whole for sentence in over)
    return [f"{len(whole) / len(wanted):.3f}", f"{on_line / len(wanted):.3f}", f"{kept} of {len(over)}"]


def over_pages(pdf: bytes, wanted: Sequence[str]) -> list[str]:
    """The sentences that stand whole on no page, though their first and their last words stand on two in a row."""
    document = pypdfium2.PdfDocument(pdf)
    plain = [_squash(page.get_textpage().get_text_range().replace("\ufffe", "")) for page in document]
    return [
        sentence
        for sentence in wanted
        if not any(_squash(sentence) in page for page in plain)
        and any(_squash(sentence)[:15] in one and _squash(sentence)[-15:] in other for one, other in pairwise(plain))
    ]


def _squash(text: str) -> str:
    return "".join(text.split())


def readers() -> Iterator[tuple[str, Reader]]:
    yield "**ours, with pypdfium2**", lambda data: read_pdf("x.pdf", data)[0].text
    yield "pypdfium2 alone", alone
    try:
        import pypdf
    except ImportError:
        pass
    else:
        yield "pypdf", lambda data: "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    try:
        from pdfminer.high_level import extract_text
    except ImportError:
        pass
    else:
        yield "pdfminer.six", lambda data: extract_text(io.BytesIO(data))


def alone(data: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data))


if __name__ == "__main__":
    main()
