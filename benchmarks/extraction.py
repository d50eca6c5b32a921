"""How well the main text of web pages is told from the rest, by several extractors, on pages made of known articles.

python -m benchmarks.extraction [--data ../shared/data] [--pages 250] [--by-template]

Precision and recall are those of runs of four words, as multisets: of what was extracted the share that is the
article's, and of the article the share that was extracted; means over the pages. "Whole" is the share of the article's
paragraphs that stand whole and alone on a line. Extractors that are not installed are left out.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import mean

from benchmarks.pages import TEMPLATES, Page, articles, pages
from qa.load.webpage import read_webpage

ROOT = Path(__file__).parent.parent
RUN = 4
SETS = ("realtimeqa_2023H1", "nq_open_dev", "xquad_en")

Extractor = Callable[[str], str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--pages", type=int, default=250)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--by-template", action="store_true")
    arguments = parser.parse_args()
    held = [folder for name in SETS if (folder := arguments.data / name).is_dir()]
    if not held:
        parser.error(f"no question set is in {arguments.data}; --data says where they are")
    found = [article for folder in held for article in articles(folder)]
    made = list(pages(found, count=arguments.pages, seed=arguments.seed))
    groups = {"all": made}
    if arguments.by_template:
        groups |= {name: [page for page in made if page.template == name] for name in TEMPLATES}
    for group, chosen in groups.items():
        print(f"\n| {len(chosen)} pages: {group} | precision | recall | F1 | whole | ms a page |")
        print("|---|---|---|---|---|---|")
        for name, extract in extractors():
            print(f"| {name} | {report(extract, chosen)} |")


def report(extract: Extractor, chosen: Sequence[Page]) -> str:
    figures, start = [], time.process_time()
    texts = [extract(page.html) for page in chosen]
    spent = (time.process_time() - start) / len(chosen)
    for page, text in zip(chosen, texts, strict=True):
        figures.append(measured(page, text))
    precision, recall, f1, whole = (mean(column) for column in zip(*figures, strict=True))
    return f"{precision:.3f} | {recall:.3f} | {f1:.3f} | {whole:.3f} | {spent * 1000:.0f}"


def measured(page: Page, text: str) -> tuple[float, float, float, float]:
    """Precision, recall, their harmonic mean, and the share of whole paragraphs."""
    wanted = runs("\n".join(line for line, own in page.lines if own))
    got = runs(text)
    both = sum((wanted & got).values())
    precision, recall = both / max(1, got.total()), both / max(1, wanted.total())
    lines = {" ".join(line.split()) for line in text.split("\n")}
    whole = mean(paragraph in lines for paragraph in page.article.paragraphs)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall), whole


def runs(text: str) -> Counter[tuple[str, ...]]:
    words = text.split()
    return Counter(tuple(words[start : start + RUN]) for start in range(max(1, len(words) - RUN + 1)))


def extractors() -> Iterator[tuple[str, Extractor]]:
    """Every extractor that is installed."""
    import trafilatura

    yield "**ours**", lambda html: read_webpage("page.html", html.encode())[0].text
    for name, options in {
        "trafilatura, fast": {"fast": True},
        "trafilatura": {},
        "trafilatura, favor_precision": {"favor_precision": True},
        "trafilatura, favor_recall": {"favor_recall": True},
    }.items():
        yield name, lambda html, options=options: trafilatura.extract(html, include_comments=False, **options) or ""
    yield "jusText", just
    try:
        from resiliparse.extract.html2text import extract_plain_text
    except ImportError:
        pass
    else:
        yield "resiliparse, main content", lambda html: extract_plain_text(html, main_content=True, comments=False)
    try:
        import readability
    except ImportError:
        pass
    else:
        yield "readability-lxml", lambda html: trafilatura.html2txt(readability.Document(html).summary())
    yield "all text", trafilatura.html2txt


def just(html: str) -> str:
    import justext

    found = justext.justext(html.encode(), justext.get_stoplist("English"))
    return "\n".join(paragraph.text for paragraph in found if not paragraph.is_boilerplate)


if __name__ == "__main__":
    main()
