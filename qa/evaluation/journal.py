"""What was asked so far, question by question on the disk: a run that was stopped goes on from there."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from qa.errors import BadRun
from qa.evaluation.asking import Seconds
from qa.evaluation.outcomes import Outcome
from qa.evaluation.run import outcome_from

FILE = "journal.jsonl"

Done = dict[str, tuple[Outcome, Seconds]]


class Journal:
    """A file of JSON lines: first what the run depends on, then every outcome as it came."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._file: TextIO | None = None

    def read(self, depends_on: Mapping[str, Any]) -> Done:
        """What is done, by question; a last line that was cut short is left out. Nothing where there is no journal.

        Raises BadRun where the run that was stopped depended on something else.
        """
        if not self.path.exists():
            return {}
        try:
            lines = self.path.read_text(encoding="utf-8").split("\n")[:-1]  # the last is empty, or was cut short
            before, *entries = [json.loads(line) for line in lines] or [None]
            if before is not None and before != json.loads(json.dumps(depends_on)):
                raise BadRun(
                    f"{self.path}: the run that was stopped differs in {', '.join(_differing(before, depends_on))}; "
                    "go on with the same, or begin anew in another folder"
                )
            done = [(outcome_from(entry["outcome"]), Seconds(**entry["seconds"])) for entry in entries]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadRun(f"{self.path}: not a journal of qa eval ({type(error).__name__}: {error})") from error
        return {outcome.id: (outcome, seconds) for outcome, seconds in done}

    def start(self, depends_on: Mapping[str, Any], done: Done) -> None:
        """Begin the file anew with what is done; from now on :meth:`add` adds to it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_name(self.path.name + ".part")
        self._file = part.open("w", encoding="utf-8", newline="\n")
        self._line(depends_on)
        for outcome, seconds in done.values():
            self.add(outcome, seconds)
        self.close()  # an open file cannot be renamed everywhere
        part.replace(self.path)
        self._file = self.path.open("a", encoding="utf-8", newline="\n")

    def add(self, outcome: Outcome, seconds: Seconds) -> None:
        """One more is done."""
        self._line({"outcome": asdict(outcome), "seconds": asdict(seconds)})

    def close(self) -> None:
        """Let the file go; what was added is on the disk."""
        if self._file:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None

    def _line(self, entry: Mapping[str, Any]) -> None:
        if self._file is None:
            raise ValueError("the journal was not started")
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()  # a kill loses nothing that was asked


def _differing(before: object, now: Mapping[str, Any]) -> list[str]:
    """The names, a dot between levels, under which two trees differ."""
    if not isinstance(before, dict):
        return ["everything"]
    names: list[str] = []
    for name in sorted({*before, *now}):
        one, other = before.get(name), json.loads(json.dumps(now.get(name)))
        if one != other:
            deeper = isinstance(one, dict) and isinstance(other, dict)
            names += [f"{name}.{below}" for below in _differing(one, other)] if deeper else [name]
    return names
