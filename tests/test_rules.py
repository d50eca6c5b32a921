"""What an index is made by: any change of the code that takes part tells."""

import shutil
from pathlib import Path

import pytest

import qa
from qa import rules


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the program that may be changed."""
    folder = tmp_path / "qa"
    shutil.copytree(Path(qa.__file__).parent, folder, ignore=shutil.ignore_patterns("model", "__pycache__"))
    monkeypatch.setattr(rules, "files", lambda _: folder)
    return folder


@pytest.mark.parametrize("name", ["split.py", "load/pdf.py", "load/metadata.py"])
def test_another_rule_is_another_maker(code: Path, name: str) -> None:
    before = rules.made_by.__wrapped__()
    assert before == rules.made_by()
    (code / name).write_text((code / name).read_text() + "# otherwise\n")
    assert rules.made_by.__wrapped__() != before


@pytest.mark.parametrize("name", ["cli.py", "ui/page.py", "load/note.txt"])
def test_what_takes_no_part_makes_no_other(code: Path, name: str) -> None:
    (code / name).write_text("# otherwise\n")
    assert rules.made_by.__wrapped__() == rules.made_by()


def test_the_maker_names_the_program_and_its_libraries() -> None:
    assert rules.made_by().startswith(f"chapterverse {qa.__version__} ")
    for name in ("lxml", "nupunkt", "PyStemmer"):
        assert f", {name} " in rules.made_by()
