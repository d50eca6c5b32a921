"""docs/EVALUATION.md says what qa eval takes, reads and measures."""

import json
import re
import shlex
from pathlib import Path

from qa.arguments import parser
from qa.evaluation.outcomes import FAILURES
from qa.evaluation.questions import read_questions
from qa.evaluation.scores import MEASURES

ROOT = Path(__file__).parent.parent
DOCS = (ROOT / "docs" / "EVALUATION.md").read_text(encoding="utf-8")


def test_every_option_is_told_of_and_no_other() -> None:
    told = set(re.findall(r"--[a-z]+", DOCS)) - {"--write", "--allow"}  # of the gate
    (commands,) = [action for action in parser()._actions if action.dest == "COMMAND" or action.choices]
    options = {name for action in commands.choices["eval"]._actions for name in action.option_strings}
    assert told == options - {"-h", "--help"}


def test_the_commands_can_be_given() -> None:
    (shell,) = re.findall(r"```sh\n(.*?)```", DOCS, re.DOTALL)
    for line in shell.splitlines():
        assert parser().parse_args(shlex.split(line)[1:]).questions == Path("questions.jsonl")


def test_the_example_questions_are_read(tmp_path: Path) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", DOCS, re.DOTALL)
    path = tmp_path / "questions.jsonl"
    path.write_text(example, encoding="utf-8")
    first, second = read_questions(path).questions
    assert (first.gold[0].text, second.answerable, second.fields) == ("31 May", False, {"kind": "far"})
    assert all(json.loads(line) for line in example.splitlines())


def test_every_failure_and_every_group_of_measures_is_told_of() -> None:
    assert all(f"**{failure}**" in DOCS for failure in FAILURES)
    for measure in MEASURES:
        word = measure.title.split("@")[0].split(",")[0].removeprefix("document ").removeprefix("passage ")
        assert word.replace("coverage at 80 % precision", "coverage at 80").split(" at ")[0] in DOCS, measure.title
