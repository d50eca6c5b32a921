import json
from pathlib import Path
from typing import Any

import pytest

from qa.errors import UnreadableFile
from qa.load import load_file
from qa.load.entries import read_entries
from qa.records import Quote


def lines(*entries: Any) -> bytes:
    return "".join(json.dumps(entry) + "\n" for entry in entries).encode()


def refused(data: bytes, field: str = "") -> str:
    with pytest.raises(UnreadableFile) as caught:
        read_entries("a.jsonl", data, field=field)
    return caught.value.reason


def test_every_line_is_a_part_under_its_title() -> None:
    document, note = read_entries(
        "a.jsonl",
        lines(
            {"text": "Three months."}, {"title": "Rent", "text": "Due monthly.", "date": "2023-05-03", "source": "Law"}
        ),
    )
    assert (document.text, note) == ("Three months.\n\nRent\n\nDue monthly.", "")
    places = [Quote(document, document.text.index(text), len(document.text)).place for text in ("Three", "Due")]
    assert places == ["a.jsonl, line 1", "a.jsonl, line 2: Rent (Law, 2023-05-03)"]


def test_the_field_is_the_one_that_the_user_names(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines({"body": "Three months.", "text": "no"}))
    document = load_file(path, tmp_path, field="body")
    assert (document.text, document.field) == ("Three months.", "body")
    assert load_file(path, tmp_path).text == "no"


def test_without_that_field_the_others_are_named() -> None:
    assert refused(lines({"body": "x", "n": 7}, {"body": "y", "note": "z"})) == (
        "no line has text in the field “text”; there are: body, note. Name one: qa index … --field body"
    )
    assert refused(lines({"n": 7})) == "no line has a field that holds text"


def test_lines_that_lack_the_field_are_counted() -> None:
    assert read_entries("a.jsonl", lines({"text": "x"}, {"n": 1}, {"text": " "}))[1] == (
        "2 of 3 lines have no text in the field “text” and are left out"
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"text": "x"}\n\n{"text": \n', "line 3 is not JSON from character 10 on; repair it or delete it"),
        (b'["x"]\n', 'line 1 holds no JSON object; write it as {"text": …}'),
        (b"[" * 100_000 + b"\n", "line 1 is nested too deeply; repair it or delete it"),
        (b'{"n": ' + b"1" * 5000 + b"}\n", "line 1 holds a number that is too long; repair it or delete it"),
    ],
)
def test_a_broken_line_is_told_by_number(data: bytes, reason: str) -> None:
    assert refused(data) == reason
