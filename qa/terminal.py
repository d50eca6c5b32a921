"""How things look on a terminal: colours and bars there, plain lines anywhere else."""

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING

from qa import render

if TYPE_CHECKING:
    from rich.console import Console

    from qa.contents import Progress
    from qa.records import Answer


_SPACE = re.compile(r"\s+")


@contextmanager
def progress(what: str, counted: str = "passages") -> "Iterator[Progress]":
    """A bar on a terminal, with how many a second and the time that is left; nothing elsewhere."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(counted + "{task.fields[speed]}{task.fields[where]}"),
        TimeRemainingColumn(),
    )
    began = time.monotonic()
    with Progress(*columns, console=_console(), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(what, total=None, speed="", where="")

        def told(done: int, total: int, where: str = "") -> None:
            speed = f", {done / (time.monotonic() - began):.0f}/s"
            bar.update(task, completed=done, total=total, speed=speed, where=f", {where}" if where else "")

        yield told


def show(answer: "Answer", *, top: int) -> None:
    """The answer on a terminal: each quote bright within its passage."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    if not answer.found:
        console.print(Text(render.refusal(answer), style="bold yellow"))
        if render.nearest(answer, top):
            console.print(render.NEAREST)
    for passage in render.nearest(answer, top):
        console.print(
            Text(f"\n{render.safe(passage.place)}", style="cyan"),
            Text(f"\n{render.one_line(passage.text)}", style="dim"),
        )
    for number, citation in enumerate(answer.citations, start=1):
        quote, passage = citation.quote, citation.passage
        exact = citation.exact or quote
        text = passage.document.text
        borders = [passage.start, quote.start, exact.start, exact.end, quote.end, passage.end]
        styles = ("dim", "green", "bold green", "green", "dim")
        parts = [
            (render.safe(_SPACE.sub(" ", text[start:end])), style)
            for (start, end), style in zip(pairwise(borders), styles, strict=True)
        ]
        console.print(Text(f"[{number}] {render.safe(render.described(quote.document))}", style="bold"))
        console.print(Text(render.safe(citation.place), style="cyan"))
        if citation.columns and citation.columns.start < passage.start:  # else it stands in the passage
            console.print(Text(render.one_line(citation.columns.text), style="dim"))
        console.print(Text.assemble(*(part for part in parts if part[0])))
        for place in citation.also:
            console.print(Text(f"also: {render.safe(place.place)}", style="cyan"))
        if citation.also:
            console.print(Text(render.sources(citation), style="dim"))
        console.print()
    if answer.found:
        console.print(Text(render.confidence(answer), style="dim"))


def _console() -> "Console":
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def say(message: str, *, style: str = "") -> None:
    """One line to people, on standard error; colours only on a terminal, no markup read in it."""
    from rich.text import Text

    _console().print(Text(render.safe(message), style=style), soft_wrap=True)
