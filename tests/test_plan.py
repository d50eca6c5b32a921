import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from qa.answer import THRESHOLD
from qa.embed import HashingEmbedder
from qa.errors import BadQuestions, IndexMismatch, ModelMissing, NothingToIndex
from qa.evaluation.collection import Collection
from qa.evaluation.gold import Fault
from qa.evaluation.plan import Plan, Settings, read_plan, thinned
from qa.library import Library
from qa.read import SentenceReader
from qa.records import Document

# Ranks by likeness alone: fast, and worked out by hand.
LIKENESS = SentenceReader(HashingEmbedder())

LEASE = "The lease ends on 31 May. Rent is due monthly."
LEAVE = "Employees get 25 days of leave."
QUESTIONS = [
    {
        "id": "q1",
        "question": "When does the lease end?",
        "answers": [{"text": "31 May", "doc_id": "lease.txt", "start": 18}],
        "kind": "date",
    },
    {
        "id": "q2",
        "question": "How many days of leave are there?",
        "answers": [{"text": "25 days", "doc_id": "leave.txt", "start": 14}],
        "place": "office",
    },
    {"id": "q3", "question": "Who signed?", "answerable": False},
]


def lines(path: Path, *entries: object) -> Path:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    return path


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "lease.txt").write_text(LEASE)
    (folder / "leave.txt").write_text(LEAVE)
    return folder


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    return lines(tmp_path / "set.jsonl", *QUESTIONS)


def corpus(path: Path, title: str = "") -> Path:
    return lines(path, {"doc_id": "leave.txt", "text": LEAVE}, {"doc_id": "lease.txt", "text": LEASE, "title": title})


def ids(plan: Plan) -> list[str]:
    return [question.id for question in plan.questions]


# Where the documents are


def test_documents_from_a_folder_a_corpus_and_the_set_itself_are_the_same(tmp_path: Path, docs: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    lines(folder / "questions.jsonl", *QUESTIONS)
    corpus(folder / "corpus.jsonl")
    plans = [
        read_plan(folder / "questions.jsonl", documents=docs),
        read_plan(folder / "questions.jsonl", corpus=folder / "corpus.jsonl"),
        read_plan(folder),
    ]
    for plan in plans:
        assert ids(plan) == ["q1", "q2", "q3"]
        assert [(one.id, one.text) for one in plan.documents.found] == [("lease.txt", LEASE), ("leave.txt", LEAVE)]
        assert plan.documents.library is None
    assert len({plan.fingerprints["documents"]["sha256"] for plan in plans}) == 1
    assert [plan.documents.path for plan in plans] == [str(docs), str(folder / "corpus.jsonl"), str(folder)]


def test_a_saved_index_is_asked_as_it_is_and_named_by_its_fingerprint(
    tmp_path: Path, docs: Path, questions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library.from_folder(docs, embedder=HashingEmbedder(), reader=LIKENESS, fusion="rrf")
    library.save(tmp_path / "index")
    with pytest.raises(ModelMissing, match="hashing is neither a folder nor a model on this machine"):
        read_plan(questions, index=tmp_path / "index")
    monkeypatch.setattr("qa.library.SentenceTransformerEmbedder", lambda *name: HashingEmbedder())
    plan = read_plan(questions, index=tmp_path / "index")
    assert plan.fingerprints["index"] == {"sha256": library.fingerprint}
    assert plan.documents.library is not None
    assert plan.documents.library.fusion == "rrf"
    of_files = read_plan(questions, documents=docs).fingerprints
    assert plan.fingerprints["documents"]["sha256"] == of_files["documents"]["sha256"]
    assert "index" not in of_files
    monkeypatch.setattr("qa.library.SentenceTransformerEmbedder", lambda *name: HashingEmbedder(64))
    with pytest.raises(IndexMismatch, match="the index was made by the embedder hashing"):
        read_plan(questions, index=tmp_path / "index")


def test_documents_that_are_named_stand_in_for_those_of_the_set(tmp_path: Path, docs: Path) -> None:
    lines(tmp_path / "questions.jsonl", *QUESTIONS)
    lines(tmp_path / "corpus.jsonl", {"doc_id": "other", "text": "Nothing of it."})
    assert [one.id for one in read_plan(tmp_path, documents=docs).documents.found] == ["lease.txt", "leave.txt"]


def test_squads_file_and_beirs_folder_bring_their_documents(tmp_path: Path) -> None:
    answers = [{"text": "31 May", "answer_start": 18}]
    paragraph = {"context": LEASE, "qas": [{"id": "s1", "question": "When does it end?", "answers": answers}]}
    squad = tmp_path / "squad.json"
    squad.write_text(json.dumps({"data": [{"title": "The_Lease", "paragraphs": [paragraph]}]}), encoding="utf-8")
    plan = read_plan(squad)
    assert (ids(plan), [one.id for one in plan.documents.found]) == (["s1"], ["The_Lease"])

    folder = tmp_path / "beir"
    (folder / "qrels").mkdir(parents=True)
    lines(folder / "corpus.jsonl", {"_id": "b", "text": LEAVE}, {"_id": "a", "text": LEASE})
    lines(folder / "queries.jsonl", {"_id": "1", "text": "lease"}, {"_id": "2", "text": "leave"})
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n1\ta\t2\n2\tb\t1\n2\tgone\t1\n")
    plan = read_plan(folder)
    assert [one.id for one in plan.documents.found] == ["a", "b"]
    assert [question.relevant for question in plan.questions] == [{"a": 2}, {"b": 1}]
    assert plan.faults == (Fault("2", "judged document 'gone' is not in the corpus", False),)


def test_without_documents_it_is_said_how_to_name_them(questions: Path) -> None:
    with pytest.raises(BadQuestions) as caught:
        read_plan(questions)
    assert str(caught.value) == (
        f"{questions} brings no documents; name them with --documents FOLDER, --index DIR or --corpus FILE"
    )


def test_documents_that_cannot_be_read_are_told_and_a_folder_of_none_is_an_error(docs: Path, questions: Path) -> None:
    (docs / "x.pdf").write_bytes(b"%PDF")
    plan = read_plan(questions, documents=docs)
    assert [str(error) for error in plan.documents.refused] == [
        "x.pdf: is named .pdf but is none: it is damaged, or of another format; save it anew"
    ]
    for name in ("lease.txt", "leave.txt"):
        (docs / name).unlink()
    with pytest.raises(NothingToIndex):
        read_plan(questions, documents=docs)


# What cannot be scored


def test_a_gold_document_that_is_not_there_is_told_and_its_question_not_asked(docs: Path, tmp_path: Path) -> None:
    gone = {"id": "q4", "question": "Who pays?", "answers": [{"text": "Ann", "doc_id": "gone.txt", "start": 0}]}
    plan = read_plan(lines(tmp_path / "set.jsonl", *QUESTIONS, gone), documents=docs)
    assert ids(plan) == ["q1", "q2", "q3"]
    assert plan.faults == (Fault("q4", "gold document 'gone.txt' is not in the corpus", True),)
    with pytest.raises(BadQuestions) as caught:
        read_plan(lines(tmp_path / "one.jsonl", gone), documents=docs)
    assert str(caught.value).endswith(
        "one.jsonl: no question can be scored: q4: gold document 'gone.txt' is not in the corpus"
    )


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("?!", "the question holds no word to look for; use words that the documents may hold"),
        (
            "caf\udce9",
            "the question holds bytes that are not UTF-8 text; type it again, or save it as UTF-8",
        ),
        (
            "why " * 501,
            "the question has 2,004 characters; ask one of at most 2,000, and add longer texts as documents",
        ),
    ],
)
def test_what_the_library_would_not_take_as_a_question_is_told_and_not_asked(
    docs: Path, tmp_path: Path, question: str, reason: str
) -> None:
    path = lines(tmp_path / "set.jsonl", {"id": "odd", "question": question}, *QUESTIONS)
    plan = read_plan(path, documents=docs)
    assert ids(plan) == ["q1", "q2", "q3"]
    assert plan.faults == (Fault("odd", reason, True),)


# Sampling


def many(path: Path, count: int) -> Path:
    return lines(path, *({"id": f"{number:03}", "question": f"What is {number}?"} for number in range(count)))


def drawn(path: Path, docs: Path, sample: int | None, seed: int = 0) -> list[str]:
    return ids(read_plan(path, documents=docs, settings=Settings(sample=sample, seed=seed)))


def test_a_sample_is_drawn_by_its_seed_without_repeats_in_the_order_of_the_file(docs: Path, tmp_path: Path) -> None:
    path = many(tmp_path / "set.jsonl", 50)
    samples = {tuple(drawn(path, docs, 10, seed)) for seed in range(20)}
    assert len(samples) == 20
    for sample in samples:
        assert len(sample) == 10
        assert list(sample) == sorted(set(sample))
    # 10 of 50 twenty times: that one is never drawn has a chance of 0.8 ** 20, 1 %; four of 50 would be many.
    assert len({one for sample in samples for one in sample}) > 46
    assert drawn(path, docs, 10, 7) == drawn(path, docs, 10, 7)
    # As Python's own generator has drawn them since 3.2.
    assert drawn(path, docs, 5) == ["002", "016", "024", "026", "048"]


@pytest.mark.parametrize("sample", [None, 5, 6, 10**9])
def test_a_sample_as_large_as_the_set_is_the_set(docs: Path, tmp_path: Path, sample: int | None) -> None:
    assert drawn(many(tmp_path / "set.jsonl", 5), docs, sample, 3) == ["000", "001", "002", "003", "004"]


# Fields and names


def test_a_field_that_no_question_has_is_told_with_those_that_there_are(docs: Path, questions: Path) -> None:
    assert read_plan(questions, documents=docs, settings=Settings(by=("kind", "place"))).settings.by == (
        "kind",
        "place",
    )
    with pytest.raises(BadQuestions) as caught:
        read_plan(questions, documents=docs, settings=Settings(by=("kind", "colour")))
    assert str(caught.value) == f"{questions}: no question has the field 'colour'; there are: kind, place"
    lines(questions, QUESTIONS[2])
    with pytest.raises(BadQuestions, match="no question has the field 'kind'; there is none to group by"):
        read_plan(questions, documents=docs, settings=Settings(by=("kind",)))


def test_a_plan_is_called_by_its_file_and_one_of_questions_by_its_folder(docs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "letters.v2"
    folder.mkdir()
    packed = gzip.compress(json.dumps(QUESTIONS[2]).encode())
    for name in ("questions.jsonl.gz", "hard.jsonl.gz"):
        (folder / name).write_bytes(packed)
    corpus(folder / "corpus.jsonl")
    names = [read_plan(folder / name, documents=docs).name for name in ("questions.jsonl.gz", "hard.jsonl.gz")]
    assert [*names, read_plan(folder).name] == ["letters.v2", "hard", "letters.v2"]


# What the outcome depends on


def test_the_settings_are_told_in_full(docs: Path, questions: Path) -> None:
    settings = Settings(top=2, sample=3, seed=4, by=("kind",))
    assert read_plan(questions, documents=docs, settings=settings).settings_in_full == {
        "top": 2,
        "threshold": THRESHOLD,
        "reader": "trained",
        "sample": 3,
        "seed": 4,
        "by": ["kind"],
        "passages_read": 10,
        "depth": 100,
    }


def test_fingerprints_stay_while_nothing_changes_and_tell_what_did(tmp_path: Path, questions: Path) -> None:
    where = corpus(tmp_path / "corpus.jsonl", "Lease")
    before = read_plan(questions, corpus=where).fingerprints
    assert read_plan(questions, corpus=where).fingerprints == before
    assert before["documents"]["count"] == 2

    corpus(where, "Loan")  # a title is embedded with its passages
    titled = read_plan(questions, corpus=where).fingerprints
    assert differing(before, titled) == {"documents.titles"}

    lines(where, {"doc_id": "leave.txt", "text": LEAVE}, {"doc_id": "lease.txt", "text": LEASE + " ", "title": "Lease"})
    assert differing(before, read_plan(questions, corpus=where).fingerprints) == {"documents.sha256"}

    corpus(where, "Lease")
    questions.write_text(questions.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert differing(before, read_plan(questions, corpus=where).fingerprints) == {"questions.sha256"}


def differing(one: object, other: object) -> set[str]:
    assert isinstance(one, dict)
    assert isinstance(other, dict)
    return {
        f"{name}.{below}"
        for name in one
        for below in one[name].keys() | other[name].keys()
        if one[name].get(below) != other[name].get(below)
    }


def test_a_text_moved_from_one_document_to_the_next_is_another_corpus(tmp_path: Path, questions: Path) -> None:
    digests = set()
    for first, second in (("ab", "c"), ("a", "bc"), ("", "abc")):
        where = lines(tmp_path / "c.jsonl", {"doc_id": "x", "text": first}, {"doc_id": "y", "text": second})
        lines(questions, QUESTIONS[2])
        digests.add(read_plan(questions, corpus=where).fingerprints["documents"]["sha256"])
    assert len(digests) == 3


# Fewer documents


def test_a_thinned_plan_keeps_every_document_with_an_answer_and_draws_the_others(docs: Path, questions: Path) -> None:
    plan = read_plan(questions, documents=docs)
    others = tuple(Document(f"other {number:02}", f"Nothing {number}.") for number in range(20))
    plan = replace(plan, documents=Collection((*plan.documents.found, *others), "here"))
    thin = thinned(plan, 7)
    kept = [one.id for one in thin.documents.found]
    assert len(kept) == 7
    assert kept == sorted(kept)
    assert {"lease.txt", "leave.txt"} < set(kept)
    assert thinned(plan, 7) == thin
    assert thinned(replace(plan, settings=Settings(seed=1)), 7).documents != thin.documents
    assert thin.fingerprints["documents"]["count"] == 7
    assert thin.fingerprints["documents"]["sha256"] != plan.fingerprints["documents"]["sha256"]
    assert thin.fingerprints["questions"] == plan.fingerprints["questions"]
    assert [one.id for one in thinned(plan, 1).documents.found] == ["lease.txt", "leave.txt"]
    assert len(thinned(plan, 99).documents.found) == 22
