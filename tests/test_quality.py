"""The seeds' own questions, and what must hold on them. The questions were written before there was anything to tune.

``make eval`` asks the development sets as well; ``-s`` prints what was missed.
"""

import json
from pathlib import Path

import pytest

from qa.evaluation import floors
from qa.evaluation.evaluate import evaluate
from qa.evaluation.plan import Settings, read_plan
from qa.evaluation.run import Run
from qa.library import Library
from qa.load import load
from qa.read import SentenceReader, TrainedReader, calibration

ROOT = Path(__file__).parent.parent
QUESTIONS = ROOT / "tests" / "quality" / "questions.jsonl"
TABLES = ROOT / "tests" / "quality" / "tables"

pytestmark = [pytest.mark.model, pytest.mark.quality]


@pytest.fixture(scope="module", params=[TrainedReader.name, SentenceReader.name])
def run(request: pytest.FixtureRequest) -> Run:
    if request.param == TrainedReader.name:
        asked: Run = request.getfixturevalue("seeds_run")
        return asked
    least = calibration(request.param).least
    return evaluate(
        read_plan(QUESTIONS, documents=ROOT / "seeds", settings=Settings(reader=request.param, threshold=least))
    )


def test_there_are_questions_of_every_kind_and_every_gold_answer_stands_in_its_document() -> None:
    questions = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    assert len(questions) >= 60
    assert len({question["question"] for question in questions}) == len(questions)
    unanswerable = [question for question in questions if not question["answerable"]]
    assert 0.3 <= len(unanswerable) / len(questions) <= 0.4
    assert {question["kind"] for question in unanswerable} == {"far", "close", "furniture"}
    for question in questions:
        assert bool(question["answers"]) == question["answerable"]
        for answer in question["answers"]:
            text = (ROOT / "seeds" / answer["doc_id"]).read_bytes().decode()
            assert text[answer["start"] :].startswith(answer["text"])
            assert answer["text"] in answer["sentence"]


def test_no_measure_is_below_its_floor(run: Run) -> None:
    for outcome in run.outcomes:
        if outcome.failure:
            quote = outcome.quotes[0].text if outcome.quotes else ""
            print(f"{outcome.failure} ({outcome.confidence:.2f}): {outcome.question} -> {quote}")
    name = "seeds" if run.settings["reader"] == SentenceReader.name else "seeds, trained"
    assert floors.breaches(name, run, floors.read(ROOT / "tests" / "quality" / "floors.json")[name]) == []


@pytest.mark.parametrize("reader", [TrainedReader.name, SentenceReader.name])
def test_in_tables_no_measure_is_below_its_floor(reader: str) -> None:
    settings = Settings(reader=reader, threshold=calibration(reader).least)
    found = evaluate(read_plan(TABLES.with_suffix(".jsonl"), documents=TABLES, settings=settings))
    name = "tables" if reader == SentenceReader.name else "tables, trained"
    assert floors.breaches(name, found, floors.read(ROOT / "tests" / "quality" / "floors.json")[name]) == []


def test_every_gold_cell_stands_in_its_row() -> None:
    documents = {document.id: document for document in load([TABLES]).documents}
    questions = [json.loads(line) for line in TABLES.with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()]
    for question in questions:
        assert bool(question["answers"]) == question["answerable"]
        for answer in question["answers"]:
            text = documents[answer["doc_id"]].text
            start = answer["start"]
            assert text[start:].startswith(answer["text"])
            assert answer["sentence"] in text
            line = text[text.rfind("\n", 0, start) + 1 :].partition("\n")[0]
            assert line.strip() == answer["sentence"]


def test_every_quote_is_its_files_own_bytes(run: Run, seeds: Library) -> None:
    quotes = [quote for outcome in run.outcomes for quote in outcome.quotes]
    assert len(quotes) > len(run.outcomes)
    for quote in quotes:
        document = seeds.document(quote.document)
        start, end = document.byte_offset(quote.start), document.byte_offset(quote.end)
        assert (ROOT / "seeds" / quote.document).read_bytes()[start:end].decode() == quote.text
