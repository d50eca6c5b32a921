"""The terminal: what each command does. Exit status 0 found, 1 not found or not standing, 2 misuse, 130 stopped."""

import argparse
import gc
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa import render, terminal
from qa.arguments import DEFAULT_INDEX, parser
from qa.errors import BadReceipt, NothingToIndex, QAError

if TYPE_CHECKING:
    from qa.library import Library
    from qa.uploads import Uploads

FOUND, NOT_FOUND, MISUSE, STOPPED = 0, 1, 2, 130
_QUIET = 1000  # milliseconds without a change


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
    options = parser().parse_args(arguments)
    try:
        status = _COMMANDS[options.command](options)
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


def _index(options: argparse.Namespace) -> int:
    from qa.embed import DEFAULT_MODEL, SentenceTransformerEmbedder
    from qa.library import Library

    before = _made_before(options.index)
    paths = options.paths or before.get("paths", [])
    if not paths and (options.watch or not _uploads(options.index).files):
        raise NothingToIndex(f"{options.index} does not say what it was made of; name a file or a folder")
    embedder = SentenceTransformerEmbedder(options.model or before.get("embedder", {}).get("name") or DEFAULT_MODEL)

    def take_up(*, again: bool = False) -> None:
        with terminal.progress("embedding") as progress:
            library = Library.open(
                *paths,
                index=options.index,
                embedder=embedder,
                fusion=options.fusion or before.get("fusion", "weighted"),
                field=before.get("field", "") if options.field is None else options.field,
                progress=progress,
            )
        if again and not library.changes:
            return
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


def _made_before(index: Path) -> Mapping[str, Any]:
    """What an index says of how it was made, so that a second run need not be told again; empty where none is."""
    from vector_store import snapshot

    try:
        return snapshot.about(index)
    except (snapshot.SnapshotError, FileNotFoundError):
        return {}


def _watch(paths: Sequence[str], take_up: Callable[..., None]) -> None:
    """Call ``take_up`` whenever something at or below ``paths`` has changed; an error is told, and it goes on.

    And once more when all is quiet: what changes just as a change is told, or before the watch began, may go untold.
    """
    from watchfiles import watch

    terminal.say(f"watching {', '.join(map(str, paths))}; Ctrl-C stops it")
    unsure, told = True, ""
    for changes in watch(*paths, raise_interrupt=True, rust_timeout=_QUIET, yield_on_timeout=True):
        if not changes and not unsure:
            continue
        try:
            take_up(again=True)
            told = ""
        except QAError as error:
            if changes or str(error) != told:
                terminal.say(f"qa: {error}", style="bold red")
            told = str(error)
        unsure = bool(changes)


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
    terminal.say(
        "uploaded files are deleted; those that are still in the folder are taken in again by the next qa index",
        style="dim",
    )
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
    from qa.ui import Sharing, require_mcp, serve, users

    sharing = Sharing(
        options.host, users(options.auth), options.root_path, options.insecure, allow_writes=options.allow_writes
    )
    if options.mcp:
        require_mcp()  # before seconds of loading
    index = None if options.documents else options.index or DEFAULT_INDEX
    serve(Live(_library(options), index=index), port=options.port, sharing=sharing, mcp=options.mcp)
    return FOUND


def _eval(options: argparse.Namespace) -> int:
    from qa.evaluation.command import evaluate_command

    return evaluate_command(options)


def _verify(options: argparse.Namespace) -> int:
    from qa.load import common_folder
    from qa.receipt import verify
    from qa.receipt.export import receipts

    try:
        text = sys.stdin.read() if options.receipt == "-" else Path(options.receipt).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadReceipt(f"{options.receipt}: cannot be read ({error})") from error
    for path in options.documents:
        if not path.exists():
            raise NothingToIndex(f"{path}: no such file or folder; name what was indexed")
    folder = common_folder([path.resolve() for path in options.documents])
    verdicts = [verdict for receipt in receipts(text) for verdict in verify(receipt, folder)]
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
    library = Library.load(index)
    for key in _uploads(index).waiting(library.contents.documents):
        terminal.say(f"note: {key} is kept and not in the index yet; qa index takes it in")
    return library


def _uploads(index: Path) -> "Uploads":
    from qa.uploads import Uploads

    return Uploads(index)


def _report(library: "Library") -> None:
    """A line for every file that was left out or read in an unusual way."""
    for note in library.notes:
        terminal.say(f"note: {note}")
    for error in library.refused:
        terminal.say(f"left out: {error}", style="yellow")


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "index": _index,
    "status": _status,
    "remove": _remove,
    "doctor": _doctor,
    "ask": _ask,
    "serve": _serve,
    "eval": _eval,
    "verify": _verify,
}
