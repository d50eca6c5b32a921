"""The terminal: qa index, ask, serve, eval, verify. Exit status 0 found, 1 not found or not standing, 2 misuse."""

import argparse
import gc
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import qa
from qa import render, terminal
from qa.errors import BadReceipt, NothingToIndex, QAError

if TYPE_CHECKING:
    from qa.library import Library

FOUND, NOT_FOUND, MISUSE, STOPPED = 0, 1, 2, 130

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


def run() -> int:
    """The command itself: :func:`main`, and a quick way out."""
    status = main()
    gc.freeze()  # or the interpreter looks through all of torch once more before it goes: a second of seven
    return status


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that knows no “ shows it as an escape
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
        sys.stdout.flush()  # here, where it is known what to do if nobody reads it
    except QAError as error:
        terminal.say(f"qa: {error}", style="bold red")
        return MISUSE
    except KeyboardInterrupt:
        terminal.say("qa: stopped")
        return STOPPED
    except BrokenPipeError:  # the reader of our output has gone, as in: qa ask … | head -1
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return MISUSE
    except OSError as error:  # an index that cannot be written there: no room, no right, a file in its place
        where = error.filename or getattr(options, "index", None) or "the system"
        terminal.say(f"qa: {where}: {error.strerror or error}", style="bold red")
        return MISUSE
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qa",
        description="Ask your own documents; get back their own words, quoted and cited, or “the documents don’t say”.",
        epilog=_TIPS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"chapterverse {qa.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    index = commands.add_parser("index", help="read files and folders, and make an index of them")
    index.add_argument("paths", nargs="*", metavar="PATH", help="a file, or a folder of them (those of the last time)")
    _add_index(index)
    index.add_argument(
        "--fusion",
        choices=("weighted", "rrf"),
        default="weighted",
        help="how the rankings are joined; by rrf, for comparison, nearly nothing is refused",
    )
    index.add_argument("--model", metavar="NAME", help="another sentence-transformers model on this machine")
    index.add_argument("--field", default="", metavar="NAME", help="the field of JSON lines whose text is read (text)")
    index.add_argument("--watch", action="store_true", help="go on, and take up every change of the files")
    index.set_defaults(run=_index)

    status = commands.add_parser("status", help="what has changed since the files were indexed")
    status.add_argument("paths", nargs="*", metavar="PATH", help="a file, or a folder of them (those of the last time)")
    _add_index(status)
    status.set_defaults(run=_status)

    remove = commands.add_parser("remove", help="take documents out of an index; the files are not touched")
    remove.add_argument("documents", nargs="+", metavar="DOCUMENT", help="its path, as citations name it")
    _add_index(remove)
    remove.set_defaults(run=_remove)

    doctor = commands.add_parser("doctor", help="check every digest, count, row and offset of an index")
    _add_index(doctor)
    doctor.set_defaults(run=_doctor)

    ask = commands.add_parser("ask", help="ask a question")
    ask.add_argument("question")
    _add_library(ask)
    ask.add_argument("--top", type=_positive, default=3, metavar="N", help="citations at the most (3)")
    _add_filter(ask)
    ask.add_argument("--json", action="store_true", help="print a receipt: JSON that qa verify checks")
    ask.set_defaults(run=_ask)

    serve = commands.add_parser("serve", help="open the page on this machine")
    _add_library(serve)
    serve.add_argument("--port", type=_port, help="the port (7860, or the next free one)")
    serve.set_defaults(run=_serve)

    _add_eval(commands.add_parser("eval", help="measure how good the answers are, on questions with known answers"))

    verify = commands.add_parser("verify", help="check that the quotes of a receipt still stand")
    verify.add_argument("receipt", help="a file that qa ask --json wrote, or - for standard input")
    verify.add_argument("--documents", type=Path, required=True, metavar="DIR", help="the folder that was indexed")
    verify.set_defaults(run=_verify)
    return parser


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
    parser.set_defaults(run=_eval)


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


def _index(options: argparse.Namespace) -> int:
    from qa.embed import DEFAULT_MODEL, SentenceTransformerEmbedder
    from qa.library import Library

    embedder = SentenceTransformerEmbedder(options.model or DEFAULT_MODEL)
    paths = options.paths or _paths_before(options.index)

    def take_up() -> None:
        with terminal.progress("embedding") as progress:
            library = Library.open(
                *paths,
                index=options.index,
                embedder=embedder,
                fusion=options.fusion,
                field=options.field,
                progress=progress,
            )
        _report(library)
        size = f"{len(library.documents)} documents, {len(library.passages)} passages in {options.index}"
        if copies := len(library.contents.copies):
            size += f", {copies} of them copies (qa status names them)"
        terminal.say(f"{size}; {library.changes}", style="bold")

    try:
        take_up()
        if options.watch:
            _watch(paths, take_up)
    except KeyboardInterrupt:
        terminal.say("qa: stopped; what was embedded is kept, and the same command goes on with it")
        return STOPPED
    return FOUND


def _paths_before(index: Path) -> tuple[str, ...]:
    """What the index was made of; NothingToIndex where that is not known."""
    from vector_store import snapshot

    try:
        paths = tuple(snapshot.about(index).get("paths", ()))
    except (snapshot.SnapshotError, FileNotFoundError):
        paths = ()
    if not paths:
        raise NothingToIndex(f"{index} does not say what it was made of; name a file or a folder")
    return paths


def _watch(paths: Sequence[str], take_up: Callable[[], None]) -> None:
    """Call ``take_up`` whenever something at or below ``paths`` has changed; an error is told, and it goes on."""
    from watchfiles import watch

    terminal.say(f"watching {', '.join(map(str, paths))}; Ctrl-C stops it")
    for _ in watch(*paths, raise_interrupt=True):
        try:
            take_up()
        except QAError as error:
            terminal.say(f"qa: {error}", style="bold red")


def _status(options: argparse.Namespace) -> int:
    from qa.library import Library

    library = Library.status(*options.paths, index=options.index)
    for line in (*library.changes.lines, *library.contents.copies):
        print(render.one_line(line))
    _report(library)
    terminal.say(f"{len(library.documents)} documents in {options.index}; {library.changes}", style="bold")
    return NOT_FOUND if library.changes else FOUND


def _remove(options: argparse.Namespace) -> int:
    from qa.library import Library

    try:
        library = Library.without(options.documents, index=options.index)
    except KeyError as error:
        raise NothingToIndex(f"{error.args[0]}; qa status tells what {options.index} was made of") from error
    terminal.say(f"{len(library.documents)} documents in {options.index}; {library.changes}", style="bold")
    terminal.say("files that are still in the folder are taken in again by the next qa index", style="dim")
    return FOUND


def _doctor(options: argparse.Namespace) -> int:
    from qa.doctor import examine

    found = examine(options.index)
    for line in found.lines:
        print(render.one_line(line))
    return FOUND if found.sound else NOT_FOUND


def _ask(options: argparse.Namespace) -> int:
    from qa.filters import Filter
    from qa.question import check

    check(options.question)  # before seconds of loading
    only = Filter(options.after, options.before, options.source, options.document)
    library = _library(options)
    if only and not any(map(only.meets, library.documents)):
        raise NothingToIndex(f"no document is {only}; qa status tells what {options.index or DEFAULT_INDEX} holds")
    answer = library.ask(options.question, top=options.top, only=only)
    if options.json:
        from qa.receipt import receipt, to_json

        print(to_json(receipt(answer, library, top=options.top, threshold=library.threshold, only=only)))
    elif sys.stdout.isatty():
        terminal.show(answer, top=options.top)
    else:
        print(render.to_text(answer, top=options.top))
    return FOUND if answer.found else NOT_FOUND


def _serve(options: argparse.Namespace) -> int:
    from qa.live import Live
    from qa.ui import serve

    index = None if options.documents else options.index or DEFAULT_INDEX
    serve(Live(_library(options), index=index), port=options.port)
    return FOUND


def _eval(options: argparse.Namespace) -> int:
    from qa.evaluation.command import evaluate_command

    return evaluate_command(options)


def _verify(options: argparse.Namespace) -> int:
    from qa.receipt import parse, verify

    try:
        text = sys.stdin.read() if options.receipt == "-" else Path(options.receipt).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadReceipt(f"{options.receipt}: cannot be read ({error})") from error
    if not options.documents.is_dir():
        raise NothingToIndex(f"{options.documents} is no folder; name the one that was indexed")
    verdicts = verify(parse(text), options.documents)
    for verdict in verdicts:
        print(f"{verdict.standing:8}{render.one_line(f'{verdict.place}: {verdict.detail}')}")
    if not verdicts:
        print("the receipt holds no quote: the documents did not say")
    return FOUND if all(verdict.standing == "stands" for verdict in verdicts) else NOT_FOUND


def _library(options: argparse.Namespace) -> "Library":
    """The library that was asked for, and as sure as it was asked to be."""
    from qa.read import reader_named

    library = _opened(options)
    library.reader = reader_named(options.reader, library.embedder)
    library.threshold = library.reader.calibration.least
    if options.precision is not None:
        library.expect(options.precision)
    return library


def _opened(options: argparse.Namespace) -> "Library":
    """A saved index, or documents read now."""
    from qa.library import Library

    if options.documents is not None:
        with terminal.progress("reading and embedding") as progress:
            library = Library.from_folder(options.documents, progress=progress)
        _report(library)
        return library
    index = options.index or DEFAULT_INDEX
    if options.index is None and not index.exists():
        raise NothingToIndex("there is no index here; make one with: qa index FOLDER, or ask with --documents FOLDER")
    return Library.load(index)


def _report(library: "Library") -> None:
    """A line for every file that was left out or read in an unusual way."""
    for note in library.notes:
        terminal.say(f"note: {note}")
    for error in library.refused:
        terminal.say(f"left out: {error}", style="yellow")
