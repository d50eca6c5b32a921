import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qa.embed import HashingEmbedder, Vectors
from qa.errors import BadRun
from qa.evaluation import run as runs
from qa.evaluation.collection import Collection
from qa.evaluation.evaluate import WORK, check_folder, evaluate, finish
from qa.evaluation.outcomes import Outcome
from qa.evaluation.plan import Plan, Settings, read_plan
from qa.evaluation.run import Run, to_text
from qa.library import Library, Progress
from qa.read import TrainedReader
from qa.records import Document
from vector_store.store import Fusion

ROOT = Path(__file__).parent.parent
DOCUMENTS = {
    "lease.txt": "The lease ends on 31 May. Rent is due monthly. The tenant is Ann Smith.",
    "leave.txt": "Employees get 25 days of leave. Leave must be asked for in March.",
    "menu.txt": "The soup is made of leeks. The cook is called Bert.",
}
QUESTIONS = [
    ("q1", "When does the lease end?", "lease.txt", "31 May"),
    ("q2", "How many days of leave do employees get?", "leave.txt", "25 days"),
    ("q3", "Who is the tenant?", "lease.txt", "Ann Smith"),
    ("q4", "Who painted the ceiling?", "", ""),
    ("q5", "What is the soup made of?", "menu.txt", "leeks"),
]


def entry(name: str, question: str, document: str, answer: str) -> dict[str, Any]:
    answers = [{"text": answer, "doc_id": document, "start": DOCUMENTS[document].index(answer)}] if answer else []
    return {"id": name, "question": question, "answers": answers, "kind": document[:2]}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with questions.jsonl and corpus.jsonl."""
    lines = [json.dumps(entry(*question)) for question in QUESTIONS]
    (tmp_path / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    lines = [json.dumps({"doc_id": name, "text": text, "title": "Office"}) for name, text in DOCUMENTS.items()]
    (tmp_path / "corpus.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


class Stopping(HashingEmbedder):
    """Presses Ctrl-C when it is asked one of ``questions``."""

    def __init__(self, *questions: str, by: int = signal.SIGINT) -> None:
        super().__init__()
        self._questions = questions
        self._by = by

    def embed_question(self, text: str) -> Vectors:
        if text in self._questions:
            os.kill(os.getpid(), self._by)
        return super().embed_question(text)


def asked(
    plan: Plan, folder: Path | None = None, *, resume: bool = False, embedder: HashingEmbedder | None = None
) -> Run:
    return evaluate(plan, folder=folder, resume=resume, embedder=embedder or HashingEmbedder())


def untimed(run: Run) -> Run:
    """A run but for its timings: all that its file is made of."""
    return replace(run, timings={})


def untimed_text(run: Run) -> str:
    """The file of a run, but for its timings."""
    text = to_text(run)
    return text[: text.index('\n"timings": ')]


def told(outcome: Outcome) -> tuple[object, ...]:
    """What an outcome has of its answer."""
    quotes = [(quote.document, quote.start, quote.end, quote.text, quote.score) for quote in outcome.quotes]
    return outcome.refused, outcome.confidence, [] if outcome.refused else quotes


def answered(library: Library, question: str, *, top: int, threshold: float) -> tuple[object, ...]:
    """The same of what the library itself says."""
    answer = library.ask(question, top=top, threshold=threshold)
    cited = [(citation.quote, citation.score) for citation in answer.citations]
    quotes = [(quote.document.id, quote.start, quote.end, quote.text, score) for quote, score in cited]
    return not answer.found, answer.confidence, quotes


# What is asked


@pytest.mark.parametrize("fusion", ["weighted", "rrf"])
@pytest.mark.parametrize("top", [1, 3, 9])
def test_an_outcome_is_what_the_library_answers(place: Path, fusion: Fusion, top: int) -> None:
    """Also where more passages are there than are ranked, and where some are refused."""
    plan = read_plan(place, settings=Settings(top=top, threshold=0.0))
    more = [
        Document(f"page {number:03}", f"Rent of the lease in year {number} is {number} pounds. The tenant pays it.")
        for number in range(150)
    ]
    library = Library(embedder=HashingEmbedder(), fusion=fusion)
    library.add([*plan.documents.found, *more])
    assert len(library.passages) > 150
    plan = replace(plan, documents=Collection(library.documents, "", library))
    middle = sorted(outcome.confidence for outcome in asked(plan).outcomes)[2]
    for threshold in (0.0, middle):
        run = asked(replace(plan, settings=Settings(top=top, threshold=threshold)))
        assert run.settings["fusion"] == fusion
        assert [outcome.id for outcome in run.outcomes] == ["q1", "q2", "q3", "q4", "q5"]
        assert [len(outcome.quotes) for outcome in run.outcomes] == [top] * 5
        assert sum(outcome.refused for outcome in run.outcomes) == (2 if threshold else 0)
        for outcome in run.outcomes:
            assert told(outcome) == answered(library, outcome.question, top=top, threshold=threshold)


def test_scores_are_those_worked_by_hand(place: Path) -> None:
    """Three documents of one passage each: every answerable question has one relevant document and one passage."""
    run = asked(read_plan(place, settings=Settings(threshold=0.0)))
    assert [outcome.quotes[0].text for outcome in run.outcomes[:2]] == [
        "The lease ends on 31 May.",
        "Employees get 25 days of leave.",
    ]
    assert run.scores["document_recall@5"].value == 1
    assert run.scores["passage_recall@5"].questions == 4
    assert run.scores["false_answer"].value == 1  # nothing is refused at 0
    assert run.scores["wrong_refusal"].value == 0
    assert run.scores["verbatim"].value == 1
    assert asked(read_plan(place, settings=Settings(threshold=1.0))).scores["wrong_refusal"].value == 1


def test_a_quote_is_held_against_the_text_of_its_source_and_not_against_itself(place: Path) -> None:
    plan = read_plan(place, settings=Settings(reader="sentence"))
    library = Library(embedder=HashingEmbedder())
    library.add(plan.documents.found)
    source = tuple(replace(document, text=document.text.replace("soup", "SOUP")) for document in plan.documents.found)
    run = asked(replace(plan, documents=Collection(source, "", library)))
    soup = "The soup is made of leeks."
    quotes = [quote.text for outcome in run.outcomes for quote in outcome.quotes]
    assert soup in quotes
    for outcome in run.outcomes:
        altered = sum(quote.text == soup for quote in outcome.quotes)
        assert outcome.values["verbatim"] == pytest.approx(1 - altered / len(outcome.quotes))
    assert run.scores["verbatim"].value < 1
    gone = replace(plan, documents=Collection((), "", library))
    assert asked(gone).scores["verbatim"].value == 0


def test_a_source_that_changed_since_it_was_read_is_seen(place: Path) -> None:
    plan = read_plan(place)
    corpus = place / "corpus.jsonl"
    corpus.write_text(corpus.read_text(encoding="utf-8").replace("leeks", "peas."), encoding="utf-8")
    run = asked(plan)
    assert 0 < run.scores["verbatim"].value < 1
    assert {q.text for o in run.outcomes if o.values["verbatim"] < 1 for q in o.quotes} >= {
        "The soup is made of leeks."
    }


def test_a_library_without_a_passage_refuses_everything(tmp_path: Path) -> None:
    (tmp_path / "questions.jsonl").write_text('{"id": "q", "question": "What?", "answerable": true}')
    (tmp_path / "corpus.jsonl").write_text('{"doc_id": "empty", "text": " "}')
    run = asked(read_plan(tmp_path, settings=Settings(threshold=0.0)), tmp_path / "out")
    assert (run.outcomes[0].refused, run.outcomes[0].quotes, run.complete) == (True, (), True)
    assert run.fingerprints["index"]["passages"] == 0


def test_the_run_names_index_embedder_and_reader_and_keeps_the_fields_asked_for(place: Path) -> None:
    plan = read_plan(place, settings=Settings(by=("kind",)))
    library = Library(embedder=HashingEmbedder())
    library.add(plan.documents.found)
    run = asked(plan)
    assert run.fingerprints["index"] == {"sha256": library.fingerprint, "passages": 3}
    assert run.fingerprints["embedder"] == {"name": "hashing", "sha256": HashingEmbedder().digest}
    assert run.fingerprints["reader"] == {"name": "trained", "sha256": TrainedReader().digest}
    other = asked(replace(plan, settings=Settings(reader="sentence")))
    assert other.fingerprints["reader"] == {"name": "sentence", "sha256": ""}
    assert [dict(outcome.fields) for outcome in run.outcomes] == [
        {"kind": "le"},
        {"kind": "le"},
        {"kind": "le"},
        {"kind": ""},
        {"kind": "me"},
    ]
    assert {name: score["quote_hit@3"].questions for name, score in run.slices["kind"].items() if name} == {
        "le": 3,
        "me": 1,
    }


def test_it_is_told_how_far_embedding_and_asking_are(place: Path) -> None:
    seen: dict[str, list[tuple[int, int]]] = {}

    @contextmanager
    def bars(what: str, counted: str) -> Iterator[Progress]:
        yield lambda done, total, _: seen.setdefault(f"{what} {counted}", []).append((done, total))

    evaluate(read_plan(place), bars=bars, embedder=HashingEmbedder())
    assert seen == {
        "embedding passages": [(1, 3), (2, 3), (3, 3)],
        "asking questions": [(number, 5) for number in range(1, 6)],
    }


@pytest.mark.parametrize("only", [[], ["copy.txt"], ["lease.txt"]])
@pytest.mark.parametrize("gold", [["lease.txt"], ["copy.txt"], ["copy.txt", "lease.txt"]])
def test_gold_in_an_exact_copy_is_that_of_the_document_that_is_shown(
    place: Path, gold: list[str], only: list[str]
) -> None:
    """Of exact copies one has the passages: the first by name, here the copy, or the one that is asked."""
    corpus = place / "corpus.jsonl"
    copy = {"doc_id": "copy.txt", "text": DOCUMENTS["lease.txt"], "title": "Office"}
    corpus.write_text(f"{corpus.read_text(encoding='utf-8')}\n{json.dumps(copy)}", encoding="utf-8")
    lease = entry(*QUESTIONS[0])
    answers = [{**answer, "doc_id": name} for answer in lease["answers"] for name in gold]
    line = {**lease, "answers": answers, "only": {"documents": only}}
    (place / "questions.jsonl").write_text(json.dumps(line), encoding="utf-8")
    (outcome,) = asked(read_plan(place, settings=Settings(threshold=0.0))).outcomes
    assert outcome.quotes[0].document == (only or ["copy.txt"])[0]
    found = ("quote_hit@1", "citation_recall", "passage_recall@1", "document_recall@1", "document_ndcg@10")
    assert {name: outcome.values[name] for name in found} == dict.fromkeys(found, 1)
    assert outcome.failure == ""


# The same bytes


def test_two_runs_write_the_same_bytes_but_for_the_timings(place: Path) -> None:
    plan = read_plan(place, settings=Settings(sample=4, seed=2, by=("kind",)))
    one, other = asked(plan, place / "a"), asked(read_plan(place, settings=plan.settings))
    assert untimed_text(one) == untimed_text(other)
    assert one.timings != other.timings
    assert list(json.loads(to_text(one)))[-1] == "timings"


@pytest.mark.parametrize("stopped_at", range(1, 5))
def test_a_run_that_was_stopped_and_gone_on_with_is_the_same(place: Path, stopped_at: int) -> None:
    plan = read_plan(place, settings=Settings(by=("kind",)))
    out = place / "out"
    half = asked(plan, out, embedder=Stopping(QUESTIONS[stopped_at][1]))
    assert (half.complete, half.of) == (False, 5)
    assert half.outcomes == asked(plan).outcomes[:stopped_at]
    # What is done is not asked again, nor anything embedded again.
    done = [question for _, question, *_ in QUESTIONS[:stopped_at]]
    whole = asked(read_plan(place, settings=plan.settings), out, resume=True, embedder=Stopping(*done))
    assert untimed(whole) == untimed(asked(plan))
    assert whole.timings["indexing"] is None
    assert half.timings["indexing"]["passages"] == 3
    assert whole.timings["seconds"]["all"][:stopped_at] == half.timings["seconds"]["all"]


def test_a_run_may_be_stopped_again_and_again(place: Path) -> None:
    plan = read_plan(place)
    out = place / "out"
    asked(plan, out, embedder=Stopping(QUESTIONS[1][1]))
    for number in (2, 3, 4):
        half = asked(plan, out, resume=True, embedder=Stopping(QUESTIONS[number][1]))
        assert len(half.outcomes) == number
    again = asked(plan, out, resume=True, embedder=Stopping(QUESTIONS[4][1]))
    assert again == replace(half, timings=again.timings)  # nothing new, and nothing lost
    assert untimed(asked(plan, out, resume=True)) == untimed(asked(plan))


def test_stopped_before_the_first_answer_there_is_no_run_but_an_index_to_go_on_with(place: Path) -> None:
    plan = read_plan(place)
    with pytest.raises(KeyboardInterrupt):
        asked(plan, place / "out", embedder=Stopping(QUESTIONS[0][1]))
    run = asked(plan, place / "out", resume=True)
    assert run.timings["indexing"] is None
    assert untimed(run) == untimed(asked(plan))


def test_stopped_while_embedding_it_is_begun_anew(place: Path) -> None:
    class Slow(HashingEmbedder):
        def embed_passages(self, texts: Any) -> Vectors:
            if any("soup" in text for text in texts):
                signal.raise_signal(signal.SIGINT)
            return super().embed_passages(texts)

    plan = read_plan(place)
    with pytest.raises(KeyboardInterrupt):
        asked(plan, place / "out", embedder=Slow())
    run = asked(plan, place / "out", resume=True)
    assert run.timings["indexing"]["passages"] == 3
    assert untimed(run) == untimed(asked(plan))


def test_a_run_that_was_killed_in_the_middle_of_a_line_is_gone_on_with(place: Path) -> None:
    program = (
        "import signal, sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]);"
        "from test_evaluate import QUESTIONS, Stopping, asked; from qa.evaluation.plan import read_plan;"
        "place = Path(sys.argv[2]);"
        "asked(read_plan(place), place / 'out', embedder=Stopping(QUESTIONS[3][1], by=signal.SIGKILL))"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(ROOT / "tests"), str(place)], timeout=120)
    assert killed.returncode == -signal.SIGKILL
    whole = untimed(asked(read_plan(place)))
    data = (place / "out" / WORK / "journal.jsonl").read_bytes()
    assert data.count(b"\n") == 1 + 3
    for cut in (0, 1, 100):
        out = place / f"cut {cut}"
        shutil.copytree(place / "out", out)
        (out / WORK / "journal.jsonl").write_bytes(data[: len(data) - cut])
        done = [question for _, question, *_ in QUESTIONS[: 2 if cut else 3]]
        run = asked(read_plan(place), out, resume=True, embedder=Stopping(*done))
        assert untimed(run) == whole
        assert run.timings["indexing"] is None


# Going on with something else


def refused(plan: Plan, out: Path, embedder: HashingEmbedder | None = None) -> str:
    """Why that is not gone on with; nothing in the folder has changed."""
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with pytest.raises(BadRun) as caught:
        asked(plan, out, resume=True, embedder=embedder)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    message = str(caught.value)
    assert "\n" not in message
    return message.removeprefix(f"{out / WORK / 'journal.jsonl'}: ")


def differs(*names: str) -> str:
    return (
        f"the run that was stopped differs in {', '.join(names)}; go on with the same, or begin anew in another folder"
    )


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (Settings(top=2), "settings.top"),
        (Settings(threshold=0.2), "settings.threshold"),
        (Settings(seed=1), "settings.seed"),
        (Settings(by=("kind",)), "settings.by"),
        (Settings(sample=5), "settings.sample"),
    ],
)
def test_other_settings_are_no_going_on(place: Path, settings: Settings, name: str) -> None:
    asked(read_plan(place), place / "out", embedder=Stopping(QUESTIONS[2][1]))
    assert refused(read_plan(place, settings=settings), place / "out") == differs(name)


def test_other_data_other_models_and_another_program_are_no_going_on(place: Path) -> None:
    out = place / "out"
    asked(read_plan(place), out, embedder=Stopping(QUESTIONS[2][1]))
    questions, corpus = place / "questions.jsonl", place / "corpus.jsonl"

    text = corpus.read_text(encoding="utf-8")
    corpus.write_text(text.replace("Bert", "Burt"), encoding="utf-8")
    assert refused(read_plan(place), out) == differs("fingerprints.documents.sha256", "fingerprints.questions.sha256")
    assert refused(read_plan(questions, corpus=corpus), out).startswith(
        "the run that was stopped differs in fingerprints.documents.path, fingerprints.documents.sha256, fing"
    )
    corpus.write_text(text, encoding="utf-8")

    lines = questions.read_text(encoding="utf-8")
    shorter = lines[: lines.rindex("\n")]
    questions.write_text(shorter, encoding="utf-8")
    assert refused(read_plan(place), out) == differs("fingerprints.questions.sha256", "of")
    questions.write_text(lines, encoding="utf-8")

    assert refused(read_plan(place), out, HashingEmbedder(128)) == differs("fingerprints.embedder.sha256")

    plan = read_plan(place)
    newer = {**plan.fingerprints, "code": {**plan.fingerprints["code"], "sha256": "0" * 64}}
    assert refused(replace(plan, fingerprints=newer), out) == differs("fingerprints.code.sha256")
    newer = {**plan.fingerprints, "packages": {**plan.fingerprints["packages"], "numpy": "9"}}
    assert refused(replace(plan, fingerprints=newer), out) == differs("fingerprints.packages.numpy")

    assert asked(plan, out, resume=True).complete


def test_a_title_that_was_changed_is_no_going_on(place: Path) -> None:
    """It is embedded with every passage; the questions' own digest does not tell of a corpus that lies elsewhere."""
    corpus = place / "corpus.jsonl"
    (place / "elsewhere.jsonl").write_bytes(corpus.read_bytes())
    corpus.unlink()
    corpus = place / "elsewhere.jsonl"
    asked(read_plan(place / "questions.jsonl", corpus=corpus), place / "out", embedder=Stopping(QUESTIONS[2][1]))
    corpus.write_text(corpus.read_text(encoding="utf-8").replace("Office", "Orifice"), encoding="utf-8")
    plan = read_plan(place / "questions.jsonl", corpus=corpus)
    assert refused(plan, place / "out") == differs("fingerprints.documents.titles")


# Folders


def test_a_folder_that_holds_a_run_is_not_written_over(place: Path) -> None:
    plan = read_plan(place)
    out = place / "out"
    check_folder(out, resume=False)
    check_folder(out, resume=True)
    half = asked(plan, out, embedder=Stopping(QUESTIONS[2][1]))
    with pytest.raises(BadRun) as caught:
        check_folder(out, resume=False)
    assert str(caught.value) == f"{out} holds a run that was stopped; go on with --resume, or name another folder"
    runs.write(half, out)
    with pytest.raises(BadRun) as caught:
        check_folder(out, resume=False)
    assert str(caught.value) == f"{out} holds a run of 2 of 5 questions; go on with --resume, or name another folder"
    check_folder(out, resume=True)
    whole = asked(plan, out, resume=True)
    runs.write(whole, out)
    check_folder(out, resume=True)  # what is needed is there still: the report may be lacking
    finish(whole, out)
    for resume in (False, True):
        with pytest.raises(BadRun) as caught:
            check_folder(out, resume=resume)
        assert str(caught.value) == f"{out} holds a run of 5 of 5 questions; name another folder"
    (out / "run.json").write_text("{")
    with pytest.raises(BadRun, match="not a run of qa eval"):
        check_folder(out, resume=False)


def test_what_is_needed_to_go_on_stays_until_the_run_is_complete(place: Path) -> None:
    plan = read_plan(place)
    out = place / "out"
    finish(asked(plan, out, embedder=Stopping(QUESTIONS[2][1])), out)
    assert (out / WORK / "journal.jsonl").is_file()
    finish(asked(plan, out, resume=True), out)
    assert list(out.iterdir()) == []


def test_without_a_folder_nothing_is_written(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    plan = read_plan(place)
    before = sorted(place.rglob("*"))
    assert len(asked(plan, embedder=Stopping(QUESTIONS[2][1])).outcomes) == 2
    assert sorted(place.rglob("*")) == before


# With the packaged model


@pytest.fixture(scope="module")
def of_seeds(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Mapping[str, Any]]:
    """The seeds' own questions, and the same run by the program that guards the floors, in a process of its own."""
    out = tmp_path_factory.mktemp("gate")
    gate = subprocess.Popen(
        [
            sys.executable,
            str(ROOT / "benchmarks" / "gate.py"),
            "seeds",
            "--reader",
            "trained",
            "--data",
            str(out / "none"),
            "--out",
            str(out),
        ],
        stdout=subprocess.DEVNULL,
    )
    run: Run = request.getfixturevalue("seeds_run")  # asked meanwhile
    assert gate.wait(timeout=300) == 0
    return run, json.loads((out / "seeds-trained" / "run.json").read_text(encoding="utf-8"))


@pytest.mark.model
def test_on_the_seeds_outcomes_are_what_the_library_answers(
    of_seeds: tuple[Run, Mapping[str, Any]], seeds: Library
) -> None:
    run, _ = of_seeds
    threshold = run.settings["threshold"]
    assert len(run.outcomes) == 86
    for outcome in run.outcomes[::3]:
        assert told(outcome) == answered(seeds, outcome.question, top=3, threshold=threshold)
    assert run.fingerprints["index"]["sha256"] == seeds.fingerprint


@pytest.mark.model
def test_two_processes_give_the_same_run(of_seeds: tuple[Run, Mapping[str, Any]]) -> None:
    run, other = of_seeds
    mine = json.loads(to_text(run))
    assert mine.pop("timings").keys() == other["timings"].keys()
    assert json.dumps(mine) == json.dumps({name: value for name, value in other.items() if name != "timings"})
