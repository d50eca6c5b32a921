"""How well qa.clean marks: the seeds against labels made by hand, pages made here, what the question sets lose, speed.

python -m benchmarks.furniture [--data ../shared/data] [--pages 250] [--sample 60]

The pages are those of benchmarks/pages.py as text, a line an element, as copying a whole page gives them: known
articles among menus, offers, comments and headlines of other pages. Each is marked alone, and all of them as one
library, where lines that several have in common tell more. No rule was fitted to them: they were made afterwards.
"""

import argparse
import gzip
import json
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.pages import TEMPLATES, Page, articles, pages
from qa.clean import mark
from qa.records import Document, Mark, Range
from qa.text import lines

ROOT = Path(__file__).parent.parent

SETS = ("xquad_en", "squad_v2_dev", "nq_open_dev", "clapnq_dev", "selqa_dev", "realtimeqa_2023H1")
REASONS = ("furniture", "repeated")
# By hand: the lines, from 1 and with the last, that are furniture or stand a second time.
LABELS = {
    "000_73a3da80f412038c.txt": ((9, 16),),
    "001_26f0ad0b6a8edf90.txt": ((1, 1), (49, 51)),
    "002_36f5514f5c1125ed.txt": ((11, 27),),
    "003_9bbb64c3ce846744.txt": ((33, 34),),
    "004_7990e47296006af8.txt": ((3, 3), (32, 46)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--pages", type=int, default=250)
    parser.add_argument("--sample", type=int, default=0, help="print so many lines to judge by hand")
    arguments = parser.parse_args()
    report_seeds()
    held = [arguments.data / name for name in ("realtimeqa_2023H1", "nq_open_dev") if (arguments.data / name).is_dir()]
    if held:
        found = [article for folder in held for article in articles(folder)]
        report_pages(list(pages(found, count=arguments.pages, seed=1)))
    for name in SETS:
        folder = arguments.data / name
        if folder.is_dir():
            report_set(folder)
        else:
            print(f"{name}: {folder} is not there, so it is left out; --data says where the sets are")
    folder = arguments.data / "realtimeqa_2023H1"
    if arguments.sample and folder.is_dir():
        print_sample(folder, arguments.sample)


def report_seeds() -> None:
    documents = []
    for path in sorted((ROOT / "seeds").glob("*.txt")):
        with path.open(newline="", encoding="utf-8") as file:
            documents.append(Document(path.name, file.read()))
    found, wanted, both = [0, 0], [0, 0], [0, 0]
    for document, marks in zip(documents, mark(documents), strict=True):
        marked = {each.range for each in marks}
        for line in lines(document.text):
            labelled = any(first <= document.line(line.start) <= last for first, last in LABELS[document.id])
            for counts, holds in ((found, line in marked), (wanted, labelled), (both, labelled and line in marked)):
                counts[0] += holds
                counts[1] += holds * (line.end - line.start)
            if labelled != (line in marked):
                print(f"seeds: {'missed' if labelled else 'false'} {document.id}: {line.of(document.text)[:80]!r}")
    for unit, row in (("lines", 0), ("characters", 1)):
        print(
            f"seeds: {unit}: {wanted[row]} labelled, {found[row]} marked, "
            f"recall {both[row] / wanted[row]:.3f}, precision {both[row] / max(1, found[row]):.3f}"
        )


def report_pages(made: Sequence[Page]) -> None:
    """Precision and recall of the marks, in lines and in characters, by template: each page alone, and all together."""
    documents = [
        Document(f"{number}.txt", "\n".join(text for text, _ in page.lines)) for number, page in enumerate(made)
    ]
    for how, marked in (("alone", [mark([document])[0] for document in documents]), ("together", mark(documents))):
        for template in ("", *TEMPLATES):
            counts = [0] * 6
            for page, marks in zip(made, marked, strict=True):
                if template in ("", page.template):
                    counts = [a + b for a, b in zip(counts, counted(page, marks), strict=True)]
            figures = [
                f"{unit}: precision {counts[row + 4] / max(1, counts[row + 2]):.3f}, "
                f"recall {counts[row + 4] / max(1, counts[row]):.3f}"
                for row, unit in enumerate(("lines", "characters"))
            ]
            print(f"{len(made)} pages {how}, {template or 'all'}: {'; '.join(figures)}")


def counted(page: Page, marks: Sequence[Mark]) -> list[int]:
    """Lines and characters that are furniture, that are marked, and that are both."""
    counts = [0] * 6
    start = 0
    for text, own in page.lines:
        end = start + len(text)
        holds = any(each.range.start < end and start < each.range.end for each in marks)
        for row, counts_it in ((0, not own), (2, holds), (4, holds and not own)):
            counts[row] += counts_it
            counts[row + 1] += counts_it * len(text)
        start = end + 1
    return counts


def report_set(folder: Path) -> None:
    documents = read_documents(folder)
    start = time.process_time()
    marked = mark(documents)
    seconds = time.process_time() - start
    characters = sum(len(document.text) for document in documents)
    counts = {reason: sum(each.reason == reason for marks in marked for each in marks) for reason in REASONS}
    share = sum(each.range.end - each.range.start for marks in marked for each in marks) / characters
    by_id = {document.id: marks for document, marks in zip(documents, marked, strict=True)}
    gold = [answer for question in read(folder / "questions.jsonl.gz") for answer in question["answers"]]
    lost = [answer for answer in gold if touches(by_id[answer["doc_id"]], answer["start"], len(answer["text"]))]
    print(
        f"{folder.name}: {len(documents)} documents, marked {share:.4%} of characters {counts}, "
        f"gold lost {len(lost)} of {len(gold)} ({len(lost) / len(gold):.2%}), "
        f"{characters / seconds / 1e6:.1f} M characters/s of CPU"
    )


def touches(marks: Sequence[Mark], start: int, length: int) -> bool:
    return any(each.range.start < start + length and start < each.range.end for each in marks)


def print_sample(folder: Path, size: int) -> None:
    """Marked lines, and short unmarked ones among the last eight of their documents."""
    marked: list[str] = []
    unmarked: list[str] = []
    documents = read_documents(folder)
    for document, marks in zip(documents, mark(documents), strict=True):
        ranges: set[Range] = {each.range for each in marks}
        marked.extend(f"{each.reason}: {each.range.of(document.text)}" for each in marks)
        ends = [line for line in lines(document.text)[-8:] if line not in ranges]
        unmarked.extend(line.of(document.text) for line in ends if line.end - line.start < 100)
    chance = random.Random(0)
    for title, found in (("marked", marked), ("unmarked, short, at the end", unmarked)):
        print(f"\n{title}: {min(size, len(found))} of {len(found)}")
        for line in chance.sample(found, min(size, len(found))):
            print(f"  {line[:140]}")


def read(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def read_documents(folder: Path) -> list[Document]:
    return [Document(row["doc_id"], row["text"]) for row in read(folder / "corpus.jsonl.gz")]


if __name__ == "__main__":
    main()
