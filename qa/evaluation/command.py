"""qa eval: from what was typed to tables, a run's file and a report."""

import argparse
from dataclasses import replace
from pathlib import Path

from qa import terminal
from qa.errors import BadRun
from qa.evaluation import files, report, run, tables
from qa.evaluation.compare import Compared, compare_runs
from qa.evaluation.evaluate import check_folder, evaluate, finish
from qa.evaluation.plan import Plan, Settings, read_plan
from qa.evaluation.run import Run
from qa.read import calibration

STOPPED = 130
REPORT = "report.html"


def evaluate_command(options: argparse.Namespace) -> int:
    """Carry out ``qa eval``; the exit status: 0, or 130 if Ctrl-C stopped it."""
    out: Path | None = options.out
    if out:
        check_folder(out, resume=options.resume)
    elif options.resume:
        raise BadRun("--resume goes on with a run that was kept; name its folder with --out")
    # A wrong name is told now, not after an hour. Two runs of one set have the same name, but not the same folder.
    before = replace(run.read(options.compare), name=str(options.compare)) if options.compare else None
    plan = _plan(options)
    if before:
        _check_shared(plan, before)
    for note in plan.documents.notes:
        terminal.say(f"note: {note}")
    for error in plan.documents.refused:
        terminal.say(f"left out: {error}", style="yellow")
    try:
        found = evaluate(plan, folder=out, resume=options.resume, bars=terminal.progress)
    except KeyboardInterrupt:
        onwards = "; go on with the same command and --resume" if out else ""
        terminal.say(f"qa: stopped before the first question{onwards}", style="bold red")
        return STOPPED
    if out:
        run.write(found, out)  # kept even if it cannot be compared after all
    compared = _compared(found, before)
    tables.show(found, compared, slices=("answerable", *plan.settings.by))
    if out:
        write(found, plan, out, compared)
        terminal.say(f"written: {out / run.FILE} and {out / REPORT}")
    if not found.complete:
        onwards = "go on with the same command and --resume" if out else "with --out DIR, it could be gone on with"
        terminal.say(f"qa: stopped after {len(found.outcomes)} of {found.of} questions; {onwards}", style="bold red")
        return STOPPED
    return 0


def write(found: Run, plan: Plan, out: Path, compared: Compared | None = None) -> None:
    """Write the run and its report to ``out``; if it is complete, forget what was kept to go on with."""
    texts = {document.id: document.text for document in plan.documents.found}
    run.write(found, out)
    files.replace(out / REPORT, report.to_html(found, texts, compared))
    finish(found, out)


def _check_shared(plan: Plan, before: Run) -> None:
    """BadRun, before anything is asked, where ``before`` asked nothing that the plan asks."""
    if {(asked.id, asked.question) for asked in plan.questions}.isdisjoint((o.id, o.question) for o in before.outcomes):
        raise BadRun(f"{before.name} and {plan.name} have no question in common, so there is nothing to compare")


def _compared(found: Run, before: Run | None) -> Compared | None:
    """How the run compares; None if it was stopped before it came to a question that both have."""
    try:
        return compare_runs(found, before) if before else None
    except BadRun:
        if found.complete:
            raise
        return None


def _threshold(options: argparse.Namespace) -> float:
    if options.precision is not None:
        return calibration(options.reader).threshold(options.precision)
    return calibration(options.reader).least if options.threshold is None else float(options.threshold)


def _plan(options: argparse.Namespace) -> Plan:
    settings = Settings(
        top=options.top,
        threshold=_threshold(options),
        reader=options.reader,
        sample=options.sample,
        seed=options.seed,
        by=tuple(dict.fromkeys(options.by)),
    )
    return read_plan(
        options.questions,
        documents=options.documents,
        index=options.index,
        corpus=options.corpus,
        settings=settings,
    )
