from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answer import PASSAGES_READ
from qa.evaluation.gold import judged
from qa.evaluation.outcomes import FAILURES, Outcome, Quoted, judge
from qa.evaluation.questions import Gold, Question
from qa.evaluation.scores import BY_NAME, WHOLE
from qa.records import Answer, Citation, Document, Passage, Quote

ZOO = Document("zoo.txt", "Bao eats bamboo. Ling was born in 2009. Both live in Berlin.")
FARM = Document("farm.txt", "The farm keeps 12 goats. Ling was born in 2009.")
TEXTS = {document.id: document.text for document in (ZOO, FARM)}

FIRST, SECOND, GOATS = Passage(ZOO, 0, 39), Passage(ZOO, 40, 60), Passage(FARM, 0, 47)
PASSAGES = [GOATS, FIRST, SECOND]


def gold(text: str, document: Document = ZOO) -> Gold:
    return Gold(text, document.id, document.text.index(text))


BORN = Question("q", "When was Ling born?", (gold("2009"),))
PLACE = Question("q", "Where do both live?", (gold("Berlin"),))
UNANSWERABLE = Question("q", "Who feeds them?", answerable=False)
UNKNOWN = Question("q", "Who feeds them?", answerable=True)
JUDGED = Question("q", "pandas", relevant={"zoo.txt": 2, "lost.txt": 1})

THRESHOLD = 0.5
SURE, UNSURE = 0.9, 0.1


def cite(text: str, passage: Passage) -> Citation:
    start = passage.document.text.index(text, passage.start)
    return Citation(Quote(passage.document, start, start + len(text)), passage, 0.5)


def outcome(
    question: Question,
    *citations: Citation,
    found: Sequence[Passage] = PASSAGES,
    confidence: float = SURE,
    threshold: float = THRESHOLD,
    texts: Mapping[str, str] = TEXTS,
) -> Outcome:
    """What became of it: ``found`` are the passages in their order, the first ten of them read."""
    (asked,) = judged([question], PASSAGES)
    answer = Answer(question.question, citations, tuple(found[:PASSAGES_READ]), confidence)
    return judge(asked, found, answer, threshold=threshold, texts=texts)


def values(question: Question, *citations: Citation, confidence: float = SURE) -> Mapping[str, float]:
    return outcome(question, *citations, confidence=confidence).values


BAMBOO, LING, CITY = cite("Bao eats bamboo.", FIRST), cite("Ling", FIRST), cite("Both live in Berlin.", SECOND)
TWIN = cite("Ling was born in 2009.", GOATS)


# Retrieval


def test_passages_and_documents_are_ranked_apart() -> None:
    # The passage is third of three; its document second of two.
    found = outcome(BORN, LING, found=[GOATS, SECOND, FIRST]).values
    assert [found[f"passage_recall@{k}"] for k in (1, 5, 10)] == [0, 1, 1]
    assert found["passage_mrr"] == pytest.approx(1 / 3)
    assert found["passage_ndcg@10"] == pytest.approx(1 / log2(4))
    assert [found[f"document_recall@{k}"] for k in (1, 5, 10)] == [0, 1, 1]
    assert found["document_mrr"] == 1 / 2
    assert found["document_ndcg@10"] == pytest.approx(1 / log2(3))


def test_gold_answers_in_two_passages_of_one_document_are_two_passages_to_find_and_one_document() -> None:
    both = Question("q", "What of Ling?", (gold("2009"), gold("Berlin")))
    found = outcome(both, LING, found=[SECOND, GOATS, FIRST]).values
    assert [found[f"passage_recall@{k}"] for k in (1, 5)] == [1 / 2, 1]
    assert found["passage_ndcg@10"] == pytest.approx((1 + 1 / log2(4)) / (1 + 1 / log2(3)))
    assert (found["document_recall@1"], found["document_ndcg@10"]) == (1, 1)


def test_a_document_counts_once_however_many_of_its_passages_are_found() -> None:
    long = Document("long.txt", "a" * 20)
    ranking = [*(Passage(long, at, at + 1) for at in range(12)), FIRST]
    found = outcome(BORN, LING, found=ranking).values
    # The document is second of two, its passage thirteenth: the tenth place ends recall and gain, but no rank.
    assert (found["document_recall@1"], found["document_recall@5"], found["document_mrr"]) == (0, 1, 1 / 2)
    assert (found["passage_recall@10"], found["passage_ndcg@10"]) == (0, 0)
    assert found["passage_mrr"] == pytest.approx(1 / 13)


@pytest.mark.parametrize(("rank", "at_5", "at_10"), [(1, 1, 1), (5, 1, 1), (6, 0, 1), (10, 0, 1), (11, 0, 0)])
def test_recall_ends_where_it_says(rank: int, at_5: int, at_10: int) -> None:
    others = [Passage(Document(f"{number}.txt", "a"), 0, 1) for number in range(rank - 1)]
    found = outcome(BORN, LING, found=[*others, FIRST]).values
    for of in ("passage", "document"):
        assert (found[f"{of}_recall@5"], found[f"{of}_recall@10"]) == (at_5, at_10)


def test_graded_documents_give_graded_gain_and_no_passages() -> None:
    graded = Question("q", "animals", relevant={"farm.txt": 1, "zoo.txt": 3, "lost.txt": 0})
    found = outcome(graded, found=[GOATS, FIRST]).values
    assert found["document_ndcg@10"] == pytest.approx((1 + 3 / log2(3)) / (3 + 1 / log2(3)))
    assert (found["document_recall@1"], found["document_recall@5"]) == (1 / 2, 1)
    assert not any(name.startswith("passage") for name in found)


def test_a_gold_answer_that_no_passage_holds_is_not_found() -> None:
    # As where its sentence is taken for furniture.
    (asked,) = judged([BORN], [GOATS, SECOND])
    answer = Answer(BORN.question, (CITY,), (SECOND, GOATS), SURE)
    found = judge(asked, [SECOND, GOATS], answer, threshold=THRESHOLD, texts=TEXTS)
    assert (found.values["passage_recall@10"], found.values["passage_mrr"], found.values["passage_ndcg@10"]) == (
        0,
        0,
        0,
    )
    assert found.values["document_recall@10"] == 1
    assert found.failure == "not retrieved"


# Quotes


@pytest.mark.parametrize(
    ("citation", "hit"),
    [
        (LING, 1),  # of the sentence that holds it
        (cite("2009", FIRST), 1),
        (cite("Ling was born in 2009.", FIRST), 1),
        (cite("bamboo. Ling", FIRST), 1),  # of two sentences, one of which holds it
        (cite("Bao eats bamboo. Ling was born in 2009.", FIRST), 1),
        (BAMBOO, 0),  # the sentence before, of the same passage
        (cite("bamboo.", FIRST), 0),
        (CITY, 0),
        (TWIN, 0),  # the same words, but in another document
    ],
)
def test_a_quote_hits_if_its_sentence_holds_a_gold_answer_at_its_place(citation: Citation, hit: int) -> None:
    found = values(BORN, citation)
    assert (found["quote_hit@1"], found["quote_hit@3"], found["answered"]) == (hit, hit, hit)


def test_a_gold_answer_of_two_sentences_is_not_held_by_one() -> None:
    both = Question("q", "What of Bao and Ling?", (gold("bamboo. Ling was born"),))
    assert values(both, BAMBOO)["quote_hit@1"] == 0
    assert values(both, cite("bamboo. Ling", FIRST))["quote_hit@1"] == 1


def test_what_has_the_words_of_a_gold_answer_says_it_whatever_document_it_is_of() -> None:
    assert (values(BORN, TWIN)["said@1"], values(BORN, TWIN)["quote_hit@1"]) == (1, 0)
    assert (values(BORN, CITY)["said@1"], values(BORN, CITY, TWIN)["said@3"]) == (0, 1)


def test_the_exact_answer_is_what_is_compared_with_the_gold() -> None:
    whole = cite("Ling was born in 2009.", FIRST)
    marked = replace(whole, exact=Quote(ZOO, 34, 38))
    assert (values(BORN, marked)["answer_match"], values(BORN, marked)["answer_f1"]) == (1, 1)
    assert values(BORN, marked)["exact_match"] == values(BORN, whole)["answer_match"] == 0
    assert outcome(BORN, marked).quotes[0].exact == "2009"


@pytest.mark.parametrize(("rank", "first", "three"), [(1, 1, 1), (2, 0, 1), (3, 0, 1), (4, 0, 0)])
def test_the_first_quote_hits_or_one_of_three(rank: int, first: int, three: int) -> None:
    citations = [BAMBOO, CITY, TWIN]
    citations.insert(rank - 1, LING)
    found = values(BORN, *citations)
    assert (found["quote_hit@1"], found["quote_hit@3"]) == (first, three)
    # Any quote that is shown answers, and cites.
    assert (found["answered"], found["citation_recall"], found["citation_precision"]) == (1, 1, 1 / 4)


def test_what_was_refused_would_have_hit_but_did_not_answer() -> None:
    found = values(BORN, LING, confidence=UNSURE)
    assert (found["quote_hit@1"], found["quote_hit@3"]) == (1, 1)
    assert (found["answered"], found["citation_recall"], found["wrong_refusal"]) == (0, 0, 1)


@pytest.mark.parametrize(
    ("text", "exact", "f1"),
    [
        ("2009", 1, 1),
        ("2009.", 1, 1),
        ("in 2009", 0, 2 / 3),  # one word of two, all of one: 2 · 1 / (2 + 1)
        ("Ling was born in 2009.", 0, 2 / 6),
        ("Bao eats bamboo.", 0, 0),
    ],
)
def test_the_first_quote_is_the_answer_by_the_rules_of_squad(text: str, exact: float, f1: float) -> None:
    found = values(BORN, cite(text, FIRST), cite("2009", FIRST))
    assert (found["exact_match"], found["token_f1"]) == (exact, pytest.approx(f1))


def test_a_refusal_is_the_empty_answer() -> None:
    refused = values(BORN, cite("2009", FIRST), confidence=UNSURE)
    assert (refused["exact_match"], refused["token_f1"]) == (0, 0)
    right = values(UNANSWERABLE, CITY, confidence=UNSURE)
    assert (right["exact_match"], right["token_f1"], right["false_answer"]) == (1, 1, 0)
    wrong = values(UNANSWERABLE, CITY)
    assert (wrong["exact_match"], wrong["token_f1"], wrong["false_answer"]) == (0, 0, 1)


def test_precision_is_of_the_citations_shown() -> None:
    assert values(BORN, LING, BAMBOO, cite("2009", FIRST))["citation_precision"] == pytest.approx(2 / 3)
    assert values(UNANSWERABLE, CITY, BAMBOO)["citation_precision"] == 0
    assert "citation_precision" not in values(BORN, LING, confidence=UNSURE)
    assert "citation_precision" not in values(UNANSWERABLE, LING, confidence=UNSURE)


@pytest.mark.parametrize(
    ("answers", "recall"),
    [
        ([gold("2009"), gold("Berlin")], 1 / 2),
        ([gold("born in 2009"), gold("2009"), gold("Berlin")], 1 / 2),  # the first two are one answer
        # Bao … was overlaps both others, which do not overlap each other: one answer.
        ([gold("born in 2009"), gold("Bao eats bamboo. Ling was born"), gold("Bao eats")], 1),
        # A long one, a short one within it, and a third that overlaps only the long one.
        ([gold("Bao eats bamboo. Ling was born"), gold("eats"), gold("Ling")], 1),
        # What ends where the next begins does not overlap it: held are two of three.
        ([gold("Ling was"), gold(" born"), gold("Berlin")], 2 / 3),
        ([gold("Ling was "), gold("born"), gold("Berlin")], 2 / 3),
        # At the same offsets of two documents.
        ([Gold("Ling was born in 2009.", "farm.txt", 25), gold("Ling was born in 2009.")], 1 / 2),
        ([Gold("Ling", "farm.txt", 25), gold("Ling was born in 2009. Both"), gold("2009")], 1 / 2),
    ],
)
def test_recall_counts_gold_answers_that_overlap_as_one(answers: list[Gold], recall: float) -> None:
    assert values(Question("q", "?", tuple(answers)), LING)["citation_recall"] == pytest.approx(recall)


def test_two_quotes_of_one_answer_cite_it_once() -> None:
    both = Question("q", "What of Ling?", (gold("2009"), gold("Berlin"), gold("bamboo")))
    assert values(both, LING, cite("born", FIRST), CITY)["citation_recall"] == pytest.approx(2 / 3)


def test_a_quote_is_verbatim_if_the_text_read_anew_has_it_at_its_place() -> None:
    changed = {**TEXTS, "zoo.txt": ZOO.text.replace("Berlin", "Vienna")}
    assert outcome(BORN, LING, CITY, texts=changed).values["verbatim"] == 1 / 2
    shifted = {**TEXTS, "zoo.txt": " " + ZOO.text}
    assert outcome(BORN, LING, CITY, TWIN, texts=shifted).values["verbatim"] == pytest.approx(1 / 3)
    assert outcome(BORN, LING, texts={}).values["verbatim"] == 0
    assert outcome(BORN, LING, CITY).values["verbatim"] == 1
    # Of what was refused, too.
    assert outcome(UNANSWERABLE, LING, texts={}, confidence=UNSURE).values["verbatim"] == 0


def test_quotes_are_kept_with_their_places_and_the_gold_they_hold() -> None:
    both = Question("q", "?", (gold("Berlin"), gold("born"), gold("2009")))
    kept = outcome(both, LING, BAMBOO, confidence=UNSURE)
    assert kept.quotes == (
        Quoted("zoo.txt", "zoo.txt, line 1", 17, 21, "Ling", 0.5, (1, 2)),
        Quoted("zoo.txt", "zoo.txt, line 1", 0, 16, "Bao eats bamboo.", 0.5, ()),
    )
    assert (kept.id, kept.question, kept.gold, kept.confidence) == ("q", "?", both.gold, UNSURE)


# Refusing


def test_from_the_threshold_on_it_is_answered() -> None:
    assert not outcome(BORN, LING, confidence=0.5, threshold=0.5).refused
    assert outcome(BORN, LING, confidence=0.499999, threshold=0.5).refused


@pytest.mark.parametrize("threshold", [0, THRESHOLD])
def test_where_there_is_nothing_to_quote_it_is_refused_whatever_the_threshold(threshold: float) -> None:
    missed = outcome(BORN, found=[], confidence=0, threshold=threshold)
    assert (missed.refused, missed.values["wrong_refusal"], missed.failure) == (True, 1, "not retrieved")
    assert "verbatim" not in missed.values
    assert outcome(BORN, confidence=0, threshold=threshold).failure == "refused wrongly"
    assert outcome(UNANSWERABLE, confidence=0, threshold=threshold).values["false_answer"] == 0


@pytest.mark.parametrize(
    ("question", "citation", "right"),
    [(BORN, LING, True), (BORN, CITY, False), (UNANSWERABLE, LING, False), (UNKNOWN, LING, None), (JUDGED, LING, None)],
)
def test_the_first_quote_is_right_wrong_or_nothing_tells(
    question: Question, citation: Citation, right: bool | None
) -> None:
    assert outcome(question, citation, LING).right is right
    assert outcome(question, citation, confidence=UNSURE).right is right  # refused or not


# What applies

RETRIEVAL = {"recall@1", "recall@5", "recall@10", "mrr", "ndcg@10"}
DOCUMENTS, OF_PASSAGES = {f"document_{name}" for name in RETRIEVAL}, {f"passage_{name}" for name in RETRIEVAL}
WORDS, SHOWN = {"answer_f1", "answer_match", "exact_match", "token_f1"}, {"citation_precision"}
HITS = {"quote_hit@1", "quote_hit@3", "said@1", "said@3", "answered", "citation_recall"}


@pytest.mark.parametrize(
    ("question", "names"),
    [
        (BORN, {*DOCUMENTS, *OF_PASSAGES, *WORDS, *SHOWN, *HITS, "verbatim", "wrong_refusal"}),
        (UNANSWERABLE, {*WORDS, *SHOWN, "verbatim", "false_answer"}),
        (UNKNOWN, {"verbatim", "wrong_refusal"}),
        (JUDGED, {*DOCUMENTS, "verbatim"}),
    ],
    ids=["with gold", "unanswerable", "answerable without gold", "judged documents"],
)
def test_every_kind_of_question_has_the_measures_that_apply_to_it(question: Question, names: set[str]) -> None:
    answered = values(question, LING)
    assert list(answered) == sorted(names)
    assert values(question, LING, confidence=UNSURE).keys() == names - SHOWN
    assert values(question, confidence=0).keys() == names - SHOWN - {"verbatim"}
    assert names <= BY_NAME.keys() - WHOLE.keys()


def test_gold_documents_are_counted_without_those_that_are_not_relevant() -> None:
    two = Question("q", "?", (gold("2009"), gold("Berlin"), gold("12 goats", FARM)))
    assert outcome(two, LING).gold_documents == 2
    assert outcome(JUDGED).gold_documents == 2
    assert outcome(Question("q", "?", relevant={"zoo.txt": 1, "farm.txt": 0})).gold_documents == 1
    assert outcome(UNANSWERABLE).gold_documents == 0


# What failed


@pytest.mark.parametrize(
    ("question", "citation", "found", "confidence", "failure"),
    [
        (BORN, LING, PASSAGES, SURE, ""),
        (BORN, BAMBOO, PASSAGES, SURE, "picked wrongly"),
        (BORN, CITY, PASSAGES, SURE, "retrieved but not picked"),
        (BORN, TWIN, PASSAGES, SURE, "retrieved but not picked"),
        (BORN, LING, PASSAGES, UNSURE, "refused wrongly"),
        (BORN, CITY, PASSAGES, UNSURE, "refused wrongly"),
        (BORN, CITY, [GOATS, SECOND], SURE, "not retrieved"),
        (BORN, CITY, [GOATS, SECOND], UNSURE, "not retrieved"),
        (UNANSWERABLE, LING, PASSAGES, SURE, "answered what has no answer"),
        (UNANSWERABLE, LING, PASSAGES, UNSURE, ""),
        (UNKNOWN, LING, PASSAGES, SURE, ""),
        (UNKNOWN, LING, PASSAGES, UNSURE, "refused wrongly"),
        (JUDGED, TWIN, [GOATS, SECOND], SURE, ""),
        (JUDGED, TWIN, [GOATS, SECOND], UNSURE, ""),
        (JUDGED, TWIN, [GOATS], SURE, "not retrieved"),
        (JUDGED, TWIN, [GOATS], UNSURE, "not retrieved"),
    ],
)
def test_a_failure_is_the_first_step_that_failed(
    question: Question, citation: Citation, found: list[Passage], confidence: float, failure: str
) -> None:
    assert outcome(question, citation, found=found, confidence=confidence).failure == failure
    assert not failure or failure in FAILURES


@pytest.mark.parametrize(("before", "failure"), [(PASSAGES_READ - 1, ""), (PASSAGES_READ, "not retrieved")])
@pytest.mark.parametrize("question", [PLACE, JUDGED])
def test_what_stands_behind_the_passages_read_is_not_retrieved(question: Question, before: int, failure: str) -> None:
    found = [*[GOATS] * before, SECOND]
    assert outcome(question, CITY, found=found).failure == failure


CITATIONS = st.lists(st.sampled_from([BAMBOO, LING, CITY, TWIN]), max_size=5)
ANSWERS = st.lists(
    st.sampled_from([gold("2009"), gold("Berlin"), gold("born in 2009"), gold("12 goats", FARM), gold("eats bamboo")]),
    min_size=1,
    unique=True,
)


@given(ANSWERS, CITATIONS, st.permutations(PASSAGES), st.integers(0, 3), st.sampled_from([SURE, UNSURE]))
def test_what_is_always_true_of_an_outcome(
    answers: list[Gold], citations: list[Citation], ranking: list[Passage], depth: int, confidence: float
) -> None:
    found = outcome(Question("q", "?", tuple(answers)), *citations, found=ranking[:depth], confidence=confidence)
    of = found.values
    assert all(0 <= value <= 1 for value in of.values())
    assert of["quote_hit@1"] == float(bool(found.right)) <= of["quote_hit@3"]
    assert of["answered"] <= 1 - of["wrong_refusal"]
    assert of["answered"] == (of["citation_recall"] > 0) == (of.get("citation_precision", 0) > 0)
    assert found.refused == (confidence == UNSURE or not citations)
    if found.failure != "not retrieved":
        assert (found.failure == "") == (found.right is True and not found.refused)
    for name in ("document_recall", "passage_recall"):
        assert of[f"{name}@1"] <= of[f"{name}@5"] <= of[f"{name}@10"]
