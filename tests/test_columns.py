"""A row of a Markdown table is quoted below the line that names its columns, wherever a quote is shown."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qa.embed import HashingEmbedder
from qa.errors import BadReceipt
from qa.library import Library
from qa.read import TrainedReader
from qa.receipt import parse, receipt, to_json, verify
from qa.receipt.cite import markdown, plain
from qa.receipt.export import Turn, to_html
from qa.receipt.export import to_markdown as exported
from qa.receipt.recall import recall
from qa.records import Answer, Citation, Document, Passage, Quote
from qa.render import to_markdown, to_text
from qa.terminal import show
from qa.ui import markup

READER = TrainedReader()

HEAD = "| Drug | Dose |"
ROW = "| Ibuprofen | 20 mg |"
TABLE = f"Doses for adults.\n\n{HEAD}\n|---|---|\n| Aspirin | 500 mg |\n{ROW}\n\nAsk a doctor.\n"
QUESTION = "What is the dose of Ibuprofen?"


def asked(text: str = TABLE, *, folder: Path | None = None) -> tuple[Answer, Library]:
    if folder:
        (folder / "a.md").write_text(text)
        library = Library.from_folder(folder, embedder=HashingEmbedder(), reader=READER)
    else:
        library = Library(embedder=HashingEmbedder(), reader=READER)
        library.add([Document("a.md", text, sha256="0" * 64)])
    return library.ask(QUESTION, top=1, threshold=0), library


def kept(text: str = TABLE, *, folder: Path | None = None) -> dict[str, Any]:
    """The receipt of the question, by way of its JSON."""
    answer, library = asked(text, folder=folder)
    return parse(to_json(receipt(answer, library, top=1, threshold=0)))


def marked() -> Answer:
    """The row with its dose marked, quoted alone."""
    document = Document("a.md", TABLE)
    start, exact, head = (TABLE.index(part) for part in (ROW, "20 mg", HEAD))
    citation = Citation(
        Quote(document, start, start + len(ROW)),
        Passage(document, start, start + len(ROW)),
        0.9,
        exact=Quote(document, exact, exact + 5),
        columns=Quote(document, head, head + len(HEAD)),
    )
    return Answer(QUESTION, (citation,), (citation.passage,), 0.9)


def test_a_row_comes_with_the_names_of_its_columns_and_a_sentence_without() -> None:
    (citation,) = asked()[0].citations
    assert citation.columns
    assert (citation.quote.text, citation.columns.text) == (ROW, HEAD)
    (citation,) = asked("The dose of Ibuprofen is 20 mg.")[0].citations
    assert citation.columns is None


@pytest.mark.parametrize("columns", [(0, 5), (14, 20)])
def test_the_names_of_the_columns_stand_above_the_quote(columns: tuple[int, int]) -> None:
    document, other = Document("a.md", TABLE), Document("b.md", TABLE)
    with pytest.raises(ValueError, match="do not stand above"):
        Citation(Quote(document, 3, 9), Passage(document, 0, 9), 0.5, columns=Quote(document, *columns))
    with pytest.raises(ValueError, match="do not stand above"):
        Citation(Quote(document, 3, 9), Passage(document, 0, 9), 0.5, columns=Quote(other, 0, 2))


# The receipt


def test_the_receipt_says_where_they_stand_and_the_answer_comes_back_with_them() -> None:
    answer, library = asked()
    content = kept()
    start = TABLE.index(HEAD)
    assert content["citations"][0]["columns"] == {"text": HEAD, "start": start, "end": start + len(HEAD)}
    back = recall(content, library)
    assert back
    assert back.citations == answer.citations
    del content["citations"][0]["columns"]  # as in a receipt of an earlier version
    back = recall(content, library)
    assert back
    assert back.citations[0].columns is None


@pytest.mark.parametrize(
    ("text", "standing"),
    [
        (TABLE, "stands"),
        (TABLE.replace("adults", "nobody"), "stands"),  # elsewhere, and as long
        (TABLE.replace("| Dose |", "| Cost |"), "altered"),
        (TABLE.replace("|---|---|", "|   |   |"), "altered"),
        (TABLE.replace("20 mg", "10 mg"), "altered"),
    ],
)
def test_the_row_stands_only_under_the_same_names(tmp_path: Path, text: str, standing: str) -> None:
    content = kept(folder=tmp_path)
    (tmp_path / "a.md").write_text(text)
    assert [verdict.standing for verdict in verify(content, tmp_path)] == [standing]


@pytest.mark.parametrize("forged", [{"text": "| Drug | Cost |"}, {"start": 0}, {"end": 7}])
def test_forged_names_do_not_stand(tmp_path: Path, forged: dict[str, Any]) -> None:
    content = kept(folder=tmp_path)
    content["citations"][0]["columns"] |= forged
    (verdict,) = verify(content, tmp_path)
    assert (verdict.standing, verdict.detail) == (
        "altered",
        "the words stand there, but other names of columns above them",
    )


@pytest.mark.parametrize("broken", ["| Drug |", {"text": "| Drug |"}, {"text": 1, "start": 0, "end": 1}])
def test_names_that_are_none_are_a_bad_receipt(broken: object) -> None:
    citation = {**kept()["citations"][0], "columns": broken}
    for form in (plain, markdown):
        with pytest.raises(BadReceipt, match="not a whole receipt: the line of names of columns above the quote"):
            form(citation)


# How it is shown


def test_text_and_markdown_show_them_above_the_row() -> None:
    answer = marked()
    lines = to_text(answer).splitlines()
    assert lines[:3] == ["[1] 20 mg", f"    “{HEAD}”", f"    “{ROW}”"]
    library = asked()[1]
    content = receipt(answer, library, top=1, threshold=0)
    head = r"> \| Drug \| Dose \|" + "\\\n" + r"> \| Ibuprofen \| **20 mg** \|" + "\n>\n> — "
    forms: list[Callable[[], str]] = [
        lambda: to_markdown(answer),
        lambda: markdown(content["citations"][0]),
        lambda: exported([Turn(content)]),
    ]
    for form in forms:
        assert head in form()
    assert plain(content["citations"][0]) == f"“{HEAD}” “{ROW}” — a.md, line 6"


def test_pages_show_them_once_above_the_row() -> None:
    answer = marked()
    content = receipt(answer, asked()[1], top=1, threshold=0)
    line = f'<span class="columns">{HEAD}</span>'
    shown = markup.answer(answer)
    assert shown.count(line) == 2  # the quote, and what its number shows
    assert f"{line}<mark>" in shown
    assert f"{line}| Ibuprofen | <mark>20 mg</mark> |" in to_html([Turn(content)])
    near = TABLE.replace("| Aspirin | 500 mg |\n", "")  # the line stands right above, and is not told twice
    (citation,) = asked(near)[0].citations
    assert markup.answer(Answer(QUESTION, (citation,), (citation.passage,), 0.9)).count(HEAD) == 2


def test_a_terminal_shows_them_where_the_passage_does_not(capsys: pytest.CaptureFixture[str]) -> None:
    show(marked(), top=1)
    assert capsys.readouterr().out.splitlines()[2:4] == [HEAD, ROW]
    whole, _ = asked()
    show(whole, top=1)
    assert capsys.readouterr().out.count("| Drug |") == 1
