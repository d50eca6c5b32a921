"""Floors: the scores that a change may not fall below, and the data that they were measured on."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from qa.errors import BadRun
from qa.evaluation.files import replace
from qa.evaluation.run import Run
from qa.evaluation.scores import BY_NAME

FORMAT = 1

FLOORED = (
    *(
        "document_recall@10",
        "document_ndcg@10",
        "passage_recall@5",
        "quote_hit@1",
        "quote_hit@3",
        "token_f1",
        "answer_f1",
        "verbatim",
    ),
    *("answered", "wrong_refusal", "false_answer", "risk_area", "auroc_answerable"),
)
"""The measures that have a floor; where less is better, it is a ceiling."""

# Another machine gives other last digits of a score, and now and then another order of two that are close: so much may
# a measure differ before it counts, or as much as two questions, whichever is more.
_SLACK = 0.01
_SLACK_QUESTIONS = 2
_EXACT = frozenset({"verbatim"})


@dataclass(frozen=True)
class Floors:
    """The floors of one question set; ``data`` tells what they were measured on, by digests and sample."""

    data: Mapping[str, object]
    floors: Mapping[str, float]


@dataclass(frozen=True)
class Breach:
    """A measure that is worse than its floor, or, without numbers, floors that this run cannot be held against."""

    name: str
    what: str
    value: float | None = None
    floor: float | None = None

    def __str__(self) -> str:
        if self.value is None or self.floor is None:
            return f"{self.name}: {self.what}"
        side = "below its floor" if BY_NAME[self.what].higher else "above its ceiling"
        return f"{self.name}: {BY_NAME[self.what].title} is {self.value:.4f}, {side} of {self.floor:.3f}"


def data_of(run: Run) -> dict[str, object]:
    """What a run was asked of: when it differs, floors say nothing."""
    return {
        "questions": run.fingerprints["questions"]["sha256"],
        "documents": run.fingerprints["documents"]["sha256"],
        "sample": run.settings["sample"],
        "seed": run.settings["seed"],
    }


def breaches(name: str, run: Run, floors: Floors) -> list[Breach]:
    """Where the run falls below ``floors``, or cannot be held against them."""
    if not run.complete:
        return [_stopped(name, run)]
    if differing := [key for key, value in data_of(run).items() if floors.data.get(key) != value]:
        return [Breach(name, f"its {' and '.join(differing)} are not those that the floors were measured on")]
    found = []
    for measure, floor in floors.floors.items():
        score = run.scores.get(measure)
        if score is None:
            found.append(Breach(name, f"{measure} has a floor, but was not measured"))
        elif _worse(measure, score.value, floor):
            found.append(Breach(name, measure, score.value, floor))
    return found


def measured(run: Run, before: Floors | None = None) -> Floors:
    """The floors that a run gives: its scores less the slack, or those of ``before`` where they are higher."""
    found = {}
    for measure in FLOORED:
        if measure in run.scores:
            score = run.scores[measure]
            sign = 1 if BY_NAME[measure].higher else -1
            slack = 0.0 if measure in _EXACT else max(_SLACK, _SLACK_QUESTIONS / score.questions)
            floor = min(max(score.value - sign * slack, 0.0), 1.0)
            found[measure] = floor if measure in _EXACT else round(floor, 3)  # rounded up, it would be above the score
    if before and before.data == data_of(run):
        kept = {measure: floor for measure, floor in before.floors.items() if measure in found}
        found |= {measure: floor for measure, floor in kept.items() if _worse(measure, found[measure], floor)}
    return Floors(data_of(run), found)


def read(path: Path) -> dict[str, Floors]:
    """The floors in a file, by set; none where there is no file, BadRun where it cannot be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise BadRun(f"{path}: floors of format {content['format']}; this version reads {FORMAT}")
        found = {name: Floors(**entry) for name, entry in content["sets"].items()}
        return {
            name: Floors(dict(entry.data), {measure: float(floor) for measure, floor in entry.floors.items()})
            for name, entry in found.items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadRun(f"{path}: not a file of floors ({type(error).__name__}: {error})") from error


def write(path: Path, runs: Mapping[str, Run], *, allow_regression: bool = False) -> Sequence[Breach]:
    """Write the floors that ``runs`` give into ``path``, in one step; those of other sets stay.

    Nothing is written where a run is below a floor of before, or was asked of
    other data, unless ``allow_regression``; the breaches are returned. Raises
    BadRun for a run that was stopped: its scores are those of some questions.
    """
    if stopped := next((_stopped(name, run) for name, run in runs.items() if not run.complete), None):
        raise BadRun(str(stopped))
    before = read(path)
    broken = [breach for name, run in runs.items() if name in before for breach in breaches(name, run, before[name])]
    if broken and not allow_regression:
        return broken
    found = {name: measured(run, None if allow_regression else before.get(name)) for name, run in runs.items()}
    sets = {name: asdict(floors) for name, floors in sorted({**before, **found}.items())}
    replace(path, json.dumps({"format": FORMAT, "sets": sets}, indent=1) + "\n")
    return broken


def _stopped(name: str, run: Run) -> Breach:
    return Breach(name, f"it was stopped after {len(run.outcomes)} of {run.of} questions")


def _worse(measure: str, value: float, floor: float) -> bool:
    return value < floor - 1e-9 if BY_NAME[measure].higher else value > floor + 1e-9
