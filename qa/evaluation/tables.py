"""A run on a terminal: its measures, its failures, what was not scored, and how it compares."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from qa.evaluation.compare import Compared
from qa.evaluation.gold import Fault
from qa.evaluation.outcomes import FAILURES, Outcome
from qa.evaluation.run import STAGES, Run
from qa.evaluation.scores import BY_NAME, Score
from qa.evaluation.slices import SLICED
from qa.render import one_line

_SHOWN = 5
# Of the value of a field, characters.
_LONGEST = 40
# A pipe or a file has no width of its own.
_WIDTH = 110


def show(run: Run, compared: Compared | None = None, *, slices: Iterable[str] = ()) -> None:
    """Print it all to standard output; ``slices`` names those to be shown."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDTH)
    asked = f"{run.of} questions" if run.complete else f"{len(run.outcomes)} of {run.of} questions, then stopped"
    console.print(Text(f"{one_line(run.name)}: {asked}", style="bold"))
    console.print(_measures(run.scores))
    for name in slices:
        if len(run.slices[name]) > 1:
            console.print(_slice(name, run.slices[name]))
    for part in (*_failures(run.outcomes), *_faults(run.not_scored), *_times(run), *_compared(compared)):
        console.print(part)


def _measures(found: Mapping[str, Score]) -> Table:
    table = _table("measure", "value", "95 % interval", "questions")
    group = ""
    for name, score in found.items():
        if group != BY_NAME[name].group:
            group = BY_NAME[name].group
            table.add_section()
        title = BY_NAME[name].title + ("" if BY_NAME[name].higher else " (lower is better)")
        table.add_row(title, f"{score.value:.3f}", f"{score.low:.3f} – {score.high:.3f}", str(score.questions))
    return table


def _slice(name: str, cut: Mapping[str, Mapping[str, Score]]) -> Table:
    shown = [measure for measure in SLICED if any(measure in found for found in cut.values())]
    table = _table(name, *(BY_NAME[measure].title for measure in shown), "questions")
    for value, found in cut.items():
        numbers = [f"{found[measure].value:.3f}" if measure in found else "–" for measure in shown]
        questions = max((score.questions for score in found.values()), default=0)
        table.add_row(Text(_short(value)), *numbers, str(questions))
    return table


def _failures(outcomes: Sequence[Outcome]) -> list[RenderableType]:
    counts: Counter[str] = Counter(outcome.failure for outcome in outcomes if outcome.failure)
    if not counts:
        return []
    table = _table("failures", "questions", "share")
    for failure in FAILURES:
        if counts[failure]:
            table.add_row(failure, str(counts[failure]), f"{counts[failure] / len(outcomes):.3f}")
    return [table]


def _faults(faults: Sequence[Fault]) -> list[Text]:
    if not faults:
        return []
    questions = len({fault.id for fault in faults if fault.whole})
    parts = sum(not fault.whole for fault in faults)
    lines = [f"not scored: {questions} questions, and {parts} gold answers or judged documents of others"]
    lines += [f"  {one_line(f'{fault.id}: {fault.reason}')}" for fault in faults[:_SHOWN]]
    return [*(Text(line, style="yellow") for line in lines), *_more(len(faults))]


def _times(run: Run) -> list[Text]:
    stages, indexing, peak = (run.timings.get(name) for name in ("stages", "indexing", "peak_memory_bytes"))
    parts = []
    if stages:
        told = [f"{stage} {stages[stage]['p50'] * 1000:.0f} / {stages[stage]['p95'] * 1000:.0f}" for stage in STAGES]
        parts.append(f"milliseconds a question, p50 / p95: {', '.join(told)}")
    if indexing and indexing["seconds"]:
        speed = indexing["passages"] / indexing["seconds"]
        parts.append(f"indexed {indexing['passages']} passages, {speed:.1f} a second")
    if peak:
        parts.append(f"peak memory {peak / 1e6:.0f} MB")
    return [Text("; ".join(parts), style="dim")] if parts else []


def _compared(compared: Compared | None) -> list[RenderableType]:
    if compared is None:
        return []
    table = _table(f"against {compared.old_name}", "old", "new", "difference", "95 % interval", "p")
    for name, found in compared.differences.items():
        numbers = [f"{found.old:.3f}", f"{found.new:.3f}", f"{found.difference:+.3f}"]
        p_value = "–" if found.p_value is None else f"{found.p_value:.3f}"
        telling = "bold" if found.low > 0 or found.high < 0 else ""
        table.add_row(BY_NAME[name].title, *numbers, f"{found.low:+.3f} – {found.high:+.3f}", p_value, style=telling)
    parts: list[RenderableType] = [table]
    parts += [
        Text(f"differs in {name}: {_short(old)} → {_short(new)}", style="yellow") for name, old, new in compared.differs
    ]
    if compared.left_out:
        parts.append(
            Text(f"left out: {compared.left_out} questions that only one run asked, or that changed", style="yellow")
        )
    for what, pairs in (("won", compared.won), ("lost", compared.lost)):
        parts.append(Text(f"{what} by {BY_NAME[compared.by].title}: {len(pairs)}", style="bold"))
        parts += [Text(f"  {one_line(f'{new.id}: {new.question}')}") for _, new in pairs[:_SHOWN]]
        parts += _more(len(pairs))
    return parts


def _more(count: int) -> list[Text]:
    return [Text(f"  and {count - _SHOWN} more", style="dim")] if count > _SHOWN else []


def _short(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _table(first: str, *numbers: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column(Text(_short(first)), overflow="fold")  # a field's name or a file's: no markup is read in it
    for name in numbers:
        table.add_column(name, justify="right")
    return table
