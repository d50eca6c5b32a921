import re
from pathlib import Path
from string import Formatter

import pytest

from qa.texts import say, texts

QA = Path(__file__).parent.parent / "qa"


def test_a_number_chooses_the_form_and_is_written_with_separators() -> None:
    assert [say("library", number) for number in (0, 1, 1200)] == ["0 documents", "1 document", "1,200 documents"]


def test_values_are_put_in_once_whatever_they_hold() -> None:
    assert say("answer.understood", question="{n} {question}?") == "Understood as: {n} {question}?"
    with pytest.raises(KeyError):
        say("answer.understood", q="x")


def test_an_unknown_text_is_an_error() -> None:
    with pytest.raises(KeyError, match="nothing"):
        say("nothing")


def test_every_text_is_used_and_every_text_that_is_used_is_there() -> None:
    python = "".join(path.read_text(encoding="utf-8") for path in QA.rglob("*.py"))
    scripts = "".join(path.read_text(encoding="utf-8") for path in (QA / "ui").glob("*.js"))
    known = set(texts())
    in_scripts = {f"script.{key}" for key in re.findall(r"\bsay\('(\w+)'", scripts)}
    in_python = set(re.findall(r"""["']([a-z]+(?:\.[a-z_ ]+)?)["']""", python))
    made = {
        key
        for prefix in re.findall(r"""f["']([a-z]+\.(?:\w+_)?)\{""", python)
        for key in known
        if key.startswith(prefix)
    }
    made |= {key for key in known if key.startswith("script.only_")}
    assert in_scripts <= known
    assert known - in_scripts - in_python - made == set()


def test_every_text_has_its_forms_and_no_markup() -> None:
    for key, text in texts().items():
        forms = [text] if isinstance(text, str) else [text["one"], text["other"]]
        assert all(form.strip() == form and form and not re.search("[<>]", form) for form in forms), key
        for form in forms:
            assert all(name is None or name.isidentifier() for _, name, _, _ in Formatter().parse(form)), key
