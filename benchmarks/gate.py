"""Are the answers as good as they were? Runs the question sets and holds every measure against its floor.

    python benchmarks/gate.py [SET ...] [--reader NAME] [--whole] [--data ../shared/data] [--out DIR]
                              [--write [--allow-regression]]

Sampled, to be quick: so many questions and documents of each set as stand below, drawn by seed 0, all documents with
an answer among them; --whole asks everything. What is in this repository, the seeds and the tables, is always asked
whole. Each reader is asked, and has floors of its own; they stand in tests/quality/floors.json with the digests of
their data. --write raises them to what was measured, and refuses where something is below its floor, unless
--allow-regression. --out keeps every run with its report. Where the folder of the sets is not there, these two are
asked alone; to name another set then is misuse. Exit status 1 where something is below its floor.
"""

import argparse
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from qa.errors import QAError
from qa.evaluation import floors
from qa.evaluation.command import write
from qa.evaluation.evaluate import evaluate
from qa.evaluation.plan import Plan, Settings, read_plan, thinned
from qa.evaluation.run import Run, code
from qa.evaluation.scores import BY_NAME
from qa.read import SentenceReader, TrainedReader, calibration

ROOT = Path(__file__).parent.parent
FLOORS = ROOT / "tests" / "quality" / "floors.json"

# Set -> how many questions and documents: seven sets, by both readers, in less than ten minutes on two cores.
SAMPLES = {
    "clapnq_dev": (80, 160),
    "ir_cranfield": (30, 250),
    "nq_open_dev": (80, 200),
    "realtimeqa_2023H1": (30, 40),
    "selqa_dev": (80, 160),
    "squad_v2_dev": (40, 35),
    "xquad_en": (120, 48),
}
SEEDS = "seeds"
# What is in this repository, questions and documents: the seeds, and tables of all kinds.
OWN = {
    SEEDS: (ROOT / "tests" / "quality" / "questions.jsonl", ROOT / "seeds"),
    "tables": (ROOT / "tests" / "quality" / "tables.jsonl", ROOT / "tests" / "quality" / "tables"),
}
READERS = (TrainedReader.name, SentenceReader.name)


def plans(data: Path, chosen: list[str], readers: list[str], *, whole: bool) -> dict[str, Plan]:
    """What to ask of which reader, by the name of its floors."""
    found = {}
    if not data.is_dir():
        print(f"{data} is not there, so {' and '.join(OWN)} are asked alone; name the folder with --data")
    for reader in readers:
        own = Settings(reader=reader, threshold=calibration(reader).least)
        for name in chosen or [*OWN, *SAMPLES]:
            if name in OWN:
                questions_of, documents_of = OWN[name]
                found[named(name, reader)] = read_plan(questions_of, documents=documents_of, settings=own)
            elif data.is_dir():
                questions, documents = SAMPLES[name]
                plan = read_plan(data / name, settings=replace(own, sample=None if whole else questions))
                of = name if whole else f"{name}, sampled"
                found[named(of, reader)] = plan if whole else thinned(plan, documents)
    return found


def named(name: str, reader: str) -> str:
    """The name of a set's floors: those of the reader by likeness, which came first, have the set's own."""
    return name if reader == SentenceReader.name else f"{name}, {reader}"


def report(runs: Mapping[str, Run]) -> str:
    """Markdown: a row a measure, a column a set; under a value, its 95 % interval."""
    rows = [["", *runs], ["---"] * (len(runs) + 1)]
    rows.append(["documents / passages", *(_sizes(run) for run in runs.values())])
    rows.append(["questions asked, answerable / not", *(_questions(run) for run in runs.values())])
    for name, measure in BY_NAME.items():
        if any(name in run.scores for run in runs.values()):
            rows.append([measure.title, *(_score(run, name) for run in runs.values())])
    rows.append(["milliseconds a question, p50 / p95", *(_milliseconds(run) for run in runs.values())])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _sizes(run: Run) -> str:
    return f"{run.fingerprints['documents']['count']} / {run.fingerprints['index']['passages']}"


def _questions(run: Run) -> str:
    answerable = sum(outcome.answerable for outcome in run.outcomes)
    return f"{answerable} / {len(run.outcomes) - answerable}"


def _score(run: Run, name: str) -> str:
    score = run.scores.get(name)
    return f"{score.value:.3f} [{score.low:.3f}, {score.high:.3f}]" if score else "–"


def _milliseconds(run: Run) -> str:
    stage = run.timings["stages"]["all"]
    return f"{stage['p50'] * 1000:.0f} / {stage['p95'] * 1000:.0f}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"of {', '.join([*OWN, *SAMPLES])} (all)")
    parser.add_argument("--reader", choices=READERS, help="ask this one alone")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), metavar="DIR")
    parser.add_argument("--out", type=Path, metavar="DIR")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--allow-regression", action="store_true")
    options = parser.parse_args()
    if unknown := set(options.sets) - {*OWN, *SAMPLES}:
        parser.error(f"no such set: {', '.join(sorted(unknown))}; there are {', '.join([*OWN, *SAMPLES])}")
    if not options.data.is_dir() and (lost := [name for name in options.sets if name not in OWN]):
        parser.error(f"{options.data} is not there, so {', '.join(lost)} cannot be asked; name the folder with --data")

    readers = [options.reader] if options.reader else list(READERS)
    known = floors.read(FLOORS)
    runs: dict[str, Run] = {}
    broken = []
    for name, plan in plans(options.data, options.sets, readers, whole=options.whole).items():
        began = time.perf_counter()
        runs[name] = evaluate(plan)
        if not runs[name].complete:
            print(f"{name}: stopped; nothing is held against its floors")
            return 130
        if options.out:
            write(runs[name], plan, options.out / "-".join([name.partition(",")[0], plan.settings.reader]))
        below = floors.breaches(name, runs[name], known[name]) if name in known else []
        broken += below
        verdict = (
            "no floors yet" if name not in known else f"{len(below)} below its floors" if below else "as good as it was"
        )
        print(f"{name}: {verdict} ({time.perf_counter() - began:.0f} s)", flush=True)
    print(f"\n{report(runs)}\n\nversion {code()['version']}, code {code()['sha256'][:12]}\n")
    if options.write:
        broken = floors.write(FLOORS, runs, allow_regression=options.allow_regression)
        kept = broken and not options.allow_regression
        print(
            f"{FLOORS.name} is left as it was: lower floors need --allow-regression" if kept else f"wrote {FLOORS.name}"
        )
    for breach in broken:
        print(breach)
    return 1 if broken and not options.allow_regression else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except QAError as error:
        sys.exit(f"gate: {error}")
