"""What can be typed after ``qa``, and the help that says so."""

import argparse
from pathlib import Path

import qa

DEFAULT_INDEX = Path(".chapterverse")
"""Where `qa index` writes and `qa ask` looks, unless told otherwise: below the folder one stands in."""

_TIPS = """\
examples:
  qa index letters/ notes.md               make an index in .chapterverse
  qa ask "When does the lease end?"        ask it
  qa ask "Who signed?" --documents letters ask a folder, without an index
  qa ask "Who signed?" --json > who.json   keep a receipt
  qa ask "Who signed?" --precision 0.8     only what is right 8 times in 10
  qa verify who.json --documents letters   does every quote still stand?
  qa serve                                 ask in a browser
  qa eval questions.jsonl --documents letters --out run

exit status: 0 found, 1 not found or not standing, 2 misuse
"""


def parser() -> argparse.ArgumentParser:
    """Reads the command line; ``command`` names the command."""
    whole = argparse.ArgumentParser(
        prog="qa",
        description="Ask your own documents; get back their own words, quoted and cited, or “the documents don’t say”.",
        epilog=_TIPS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whole.add_argument("--version", action="version", version=f"chapterverse {qa.__version__}")
    commands = whole.add_subparsers(title="commands", dest="command", required=True, metavar="COMMAND")

    index = commands.add_parser("index", help="read files and folders, and make an index of them")
    index.add_argument("paths", nargs="*", metavar="PATH", help="a file, or a folder of them (those of the last time)")
    _add_index(index)
    index.add_argument(
        "--fusion",
        choices=("weighted", "rrf"),
        help="how the rankings are joined (as before, or weighted); by rrf, for comparison, nearly nothing is refused",
    )
    index.add_argument(
        "--model", metavar="NAME", help="another sentence-transformers model on this machine (as before)"
    )
    index.add_argument(
        "--field", metavar="NAME", help="the field of JSON lines whose text is read (as before, or text)"
    )
    index.add_argument("--watch", action="store_true", help="go on, and take up every change of the files")

    status = commands.add_parser("status", help="what has changed since the files were indexed")
    status.add_argument("paths", nargs="*", metavar="PATH", help="a file, or a folder of them (those of the last time)")
    _add_index(status)

    remove = commands.add_parser("remove", help="take documents out of an index; its folders are not touched")
    remove.add_argument("documents", nargs="+", metavar="DOCUMENT", help="its path, as citations name it")
    _add_index(remove)

    doctor = commands.add_parser("doctor", help="check every digest, count, row and offset of an index")
    _add_index(doctor)

    ask = commands.add_parser("ask", help="ask a question")
    ask.add_argument("question")
    _add_library(ask)
    ask.add_argument("--top", type=_positive, default=3, metavar="N", help="citations at the most (3)")
    _add_filter(ask)
    ask.add_argument("--json", action="store_true", help="print a receipt: JSON that qa verify checks")

    _add_serve(commands.add_parser("serve", help="open the page on this machine"))

    _add_eval(commands.add_parser("eval", help="measure how good the answers are, on questions with known answers"))

    verify = commands.add_parser("verify", help="check that the quotes of a receipt still stand")
    verify.add_argument("receipt", help="what qa ask --json wrote, or a saved page of answers; - for standard input")
    verify.add_argument(
        "--documents",
        type=Path,
        required=True,
        action="append",
        metavar="PATH",
        help="what was indexed: a folder or a file; again for each, where there were several",
    )
    return whole


def _add_serve(parser: argparse.ArgumentParser) -> None:
    _add_library(parser)
    parser.add_argument("--port", type=_port, help="the port (7860, or the next free one)")
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS", help="the address (127.0.0.1: this machine alone)"
    )
    parser.add_argument(
        "--auth", action="append", default=[], metavar="USER:FILE", help="ask for this name, and the password in FILE"
    )
    parser.add_argument("--insecure", action="store_true", help="let in everybody who reaches --host, without --auth")
    parser.add_argument(
        "--root-path", default="", metavar="PATH", help="where a reverse proxy has the page, as /docs-qa"
    )
    parser.add_argument("--mcp", action="store_true", help="offer tools for assistants, too (Model Context Protocol)")
    parser.add_argument(
        "--allow-writes", action="store_true", help="let who gets in add and remove documents (they can only ask)"
    )


def _add_eval(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("questions", type=Path, help="JSON lines, SQuAD’s JSON, or a folder that holds a question set")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--documents", type=Path, metavar="DIR", help="a file or folder to read and index now")
    source.add_argument("--index", type=Path, metavar="DIR", help="a saved index")
    source.add_argument("--corpus", type=Path, metavar="FILE", help="documents as JSON lines")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write run.json and report.html there")
    parser.add_argument("--compare", type=Path, metavar="RUN", help="an earlier run, to be held against: its folder")
    parser.add_argument("--sample", type=_positive, metavar="N", help="ask N questions, drawn by --seed (all)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of the sample (0)")
    parser.add_argument("--by", action="append", default=[], metavar="FIELD", help="tell results by this field, too")
    parser.add_argument("--top", type=_positive, default=3, metavar="N", help="citations at the most (3)")
    sure = parser.add_mutually_exclusive_group()
    sure.add_argument("--threshold", type=_share, metavar="C", help="refuse below this confidence (as qa ask does)")
    sure.add_argument(
        "--precision", type=_share, metavar="P", help="answer only where P of the answers are expected right"
    )
    _add_reader(parser)
    parser.add_argument("--resume", action="store_true", help="go on with the run in --out that was stopped")


def _add_index(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--index", type=Path, default=DEFAULT_INDEX, metavar="DIR", help="where the index is (.chapterverse)"
    )


def _add_filter(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--after", default="", metavar="DATE", help="only documents of this day, month or year or later"
    )
    parser.add_argument(
        "--before", default="", metavar="DATE", help="only documents of this day, month or year or earlier"
    )
    parser.add_argument("--source", action="append", default=[], metavar="NAME", help="only documents from there")
    parser.add_argument(
        "--document", action="append", default=[], metavar="NAME", help="only this document, folder, or names like *.md"
    )


def _add_library(parser: argparse.ArgumentParser) -> None:
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--index", type=Path, metavar="DIR", help="a saved index (.chapterverse)")
    source.add_argument("--documents", type=Path, metavar="DIR", help="a file or folder to read now, without an index")
    _add_reader(parser)
    parser.add_argument(
        "--precision", type=_share, metavar="P", help="answer only where P of the answers, as 0.9, are expected right"
    )


def _add_reader(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--reader",
        choices=("sentence", "trained"),
        default="trained",
        help="trained: a network, which marks the exact answer, too (as it is); sentence: by likeness alone",
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _port(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 65535:
        raise ValueError
    return number


def _share(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise ValueError
    return number


# argparse names them in messages
_positive.__name__, _port.__name__, _share.__name__ = (
    "number of at least 1",
    "port from 1 to 65535",
    "number from 0 to 1",
)
