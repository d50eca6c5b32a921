"""A plan carried out: the library made, every question asked, and a run of what came of it, even of half of it."""

import shutil
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qa.contents import Progress
from qa.embed import Embedder
from qa.errors import BadRun, QAError
from qa.evaluation.asking import ask_each
from qa.evaluation.gold import as_shown, in_every_copy, judged
from qa.evaluation.journal import Done, Journal
from qa.evaluation.plan import Plan
from qa.evaluation.run import FILE, Run, read, timings
from qa.library import Library
from qa.read import reader_named

WORK = "unfinished"
"""The folder, within a run's own, of what is needed to go on with it: journal and index; gone when it is complete."""

Bars = Callable[[str, str], AbstractContextManager[Progress]]
"""Gives a Progress for a piece of work: what is done, and what is counted."""


def _no_bars(_what: str, _counted: str) -> AbstractContextManager[Progress]:
    return nullcontext(lambda *_: None)


def check_folder(folder: Path, *, resume: bool) -> None:
    """BadRun where ``folder`` holds a run that would be written over, or a complete one that cannot be gone on with."""
    if resume and (folder / WORK).exists():
        return
    if (folder / FILE).exists() or (folder / WORK).exists():
        before = read(folder) if (folder / FILE).exists() else None
        state = f"a run of {len(before.outcomes)} of {before.of} questions" if before else "a run that was stopped"
        todo = "name another folder" if before and before.complete else "go on with --resume, or name another folder"
        raise BadRun(f"{folder} holds {state}; {todo}")


def evaluate(
    plan: Plan,
    *,
    folder: Path | None = None,
    resume: bool = False,
    bars: Bars = _no_bars,
    embedder: Embedder | None = None,
) -> Run:
    """Ask every question of ``plan``, the packaged embedder embedding its documents unless another is given.

    With ``folder``, what is done is kept in it as it is done, and ``resume``
    goes on from there; BadRun where what was begun depended on something else.
    Ctrl-C ends the asking, not the run: what was asked until then is returned.
    Before the first question there is nothing to return, and it is passed on.
    """
    library = plan.documents.library or Library(embedder=embedder)
    library.reader = reader_named(plan.settings.reader, library.embedder)
    fingerprints = {**plan.fingerprints, "embedder": _embedder(library)}
    depends_on = {"fingerprints": fingerprints, "settings": plan.settings_in_full, "of": len(plan.questions)}
    journal = Journal(folder / WORK) if folder else None
    done = journal.read(depends_on) if journal and resume else {}
    began = datetime.now(UTC)
    with closing(journal) if journal else nullcontext():
        if journal:
            journal.start(depends_on, done)
        library, indexing = _filled(library, plan, folder if resume else None, bars)
        if folder and indexing and library.passages:
            library.save(folder / WORK / "index")
        _ask(plan, library, journal, done, bars)
    asked = [done[question.id] for question in plan.questions if question.id in done]
    return Run(
        plan.name,
        {**plan.fingerprints, **_fingerprints(library)},
        {**plan.settings_in_full, "fusion": library.fusion},
        len(plan.questions),
        plan.faults,
        tuple(outcome for outcome, _ in asked),
        timings(
            [seconds for _, seconds in asked],
            when=began.isoformat(timespec="seconds"),
            indexing=indexing,
            peak_memory_bytes=_peak_memory(),
        ),
    )


def finish(run: Run, folder: Path) -> None:
    """Forget what is needed to go on, if the run is complete."""
    if run.complete:
        shutil.rmtree(folder / WORK, ignore_errors=True)


def _filled(library: Library, plan: Plan, kept: Path | None, bars: Bars) -> tuple[Library, Mapping[str, float] | None]:
    """The library, and what it took to fill it: None where it is the plan's own, or was ``kept`` in a run's folder."""
    if library is plan.documents.library:
        return library, None
    if kept:
        try:
            before = Library.load(kept / WORK / "index", embedder=library.embedder, reader=library.reader)
        except QAError:  # it was stopped before there was one
            pass
        else:
            if before.documents == plan.documents.found:
                return before, None
    library.embedder.embed_question("?")  # the model is loaded before the clock starts
    began = time.perf_counter()
    with bars("embedding", "passages") as progress:
        library.add(plan.documents.found, progress=progress)
    return library, {"passages": len(library.passages), "seconds": round(time.perf_counter() - began, 3)}


def _ask(plan: Plan, library: Library, journal: Journal | None, done: Done, bars: Bars) -> None:
    """Ask what is not done yet, and put it into ``done``, until all is or Ctrl-C is pressed."""
    left = [question for question in plan.questions if question.id not in done]
    texts = plan.documents.texts_read_anew()
    settings = plan.settings
    asked = [as_shown(question, library.contents) for question in left]
    questions = judged(asked, in_every_copy(library.contents), settings.by)
    asking = ask_each(library, questions, top=settings.top, threshold=settings.threshold, texts=texts)
    try:
        with bars("asking", "questions") as progress:
            for outcome, seconds in asking:
                if journal:
                    journal.add(outcome, seconds)
                done[outcome.id] = (outcome, seconds)
                progress(len(done), len(plan.questions), "")
    except KeyboardInterrupt:
        if not done:
            raise


def _fingerprints(library: Library) -> dict[str, Any]:
    return {
        "index": {"sha256": library.fingerprint, "passages": len(library.passages)},
        "embedder": _embedder(library),
        "reader": {"name": library.reader.name, "sha256": library.reader.digest},
    }


def _embedder(library: Library) -> dict[str, str]:
    return {"name": library.embedder.name, "sha256": library.embedder.digest}


def _peak_memory() -> int | None:
    """The most memory that this process has had, in bytes; None where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
