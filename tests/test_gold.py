from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.contents import Contents
from qa.embed import HashingEmbedder
from qa.evaluation.gold import Fault, as_shown, check_gold, holds, in_every_copy, judged
from qa.evaluation.questions import Gold, Question
from qa.filters import Filter
from qa.records import Document, Passage, Quote

# "31 May" is [8, 14), "Rent" begins at 17, the second "May" is [32, 35).
LEASE = Document("lease.txt", "Ends on 31 May. \nRent is due in May")
MENU = Document("menu.txt", "Soup is 4 euros.")
CORPUS = {document.id: document for document in (LEASE, MENU)}

MAY = Gold("31 May", "lease.txt", 8)
SOUP = Gold("4 euros", "menu.txt", 8)


def checked(question: Question) -> tuple[tuple[Question, ...], tuple[Fault, ...]]:
    return check_gold([question], CORPUS)


def passages(document: Document, *borders: int) -> list[Passage]:
    """The document cut at ``borders``."""
    return [Passage(document, start, end) for start, end in pairwise(borders)]


# What is sound


def test_sound_questions_are_kept_as_they_are_and_in_their_order() -> None:
    questions = (
        Question("q2", "When does it end?", (MAY, SOUP)),
        Question("q1", "Who was the notary?", answerable=False),
        Question("q4", "Is there an answer?", answerable=True),
        Question("q3", "Which?", relevant={"lease.txt": 2, "menu.txt": 0}),
    )
    assert check_gold(questions, CORPUS) == (questions, ())


@pytest.mark.parametrize(
    ("gold", "reason"),
    [
        (Gold("31 May", "lost.txt", 8), "gold document 'lost.txt' is not in the corpus"),
        (Gold("31 May", "lease.txt", 7), "'31 May' does not stand at 7 of 'lease.txt', but ' 31 Ma'; it does at 8"),
        (Gold("31 May", "lease.txt", 99), "'31 May' does not stand at 99 of 'lease.txt', but ''; it does at 8"),
        (
            Gold("31 may", "lease.txt", 8),
            "'31 may' does not stand at 8 of 'lease.txt', but '31 May'; nor does it anywhere",
        ),
        # Counted from the end, as slices do, it would stand there.
        (Gold("May", "lease.txt", -3), "'May' does not stand at -3 of 'lease.txt', but 'End'; it does at 11"),
        (Gold("31 May\n", "lease.txt", 8), "'31 May\\n' does not stand at 8 of 'lease.txt', but '31 May.'; nor"),
        (Gold("", "lease.txt", 3), "the gold answer at 3 of 'lease.txt' has no text"),
        (Gold(" \n", "lease.txt", 15), "the gold answer at 15 of 'lease.txt' has no text"),
    ],
)
def test_a_gold_answer_that_cannot_be_scored_is_named_and_its_question_left_out(gold: Gold, reason: str) -> None:
    kept, (fault,) = checked(Question("q", "When?", (gold,)))
    assert kept == ()
    assert (fault.id, fault.whole) == ("q", True)
    assert fault.reason.startswith(reason)


def test_a_question_with_some_sound_gold_is_kept_with_that() -> None:
    wrong, lost = Gold("1 May", "lease.txt", 0), Gold("tea", "tea.txt", 0)
    question = Question("q", "When?", (wrong, MAY, lost, SOUP), fields={"kind": "fact"})
    kept, faults = checked(question)
    assert kept == (Question("q", "When?", (MAY, SOUP), fields={"kind": "fact"}),)
    assert [(fault.whole, fault.reason[:20]) for fault in faults] == [
        (False, "'1 May' does not sta"),
        (False, "gold document 'tea.t"),
    ]


def test_of_a_question_without_sound_gold_every_fault_says_that_it_is_left_out() -> None:
    kept, faults = checked(Question("q", "When?", (Gold("1", "tea.txt", 0), Gold("2", "lease.txt", 0))))
    assert kept == ()
    assert [fault.whole for fault in faults] == [True, True]


def test_one_bad_question_costs_no_other() -> None:
    good = Question("good", "When?", (MAY,))
    kept, faults = check_gold([Question("bad", "Who?", (Gold("Bo", "lease.txt", 0),)), good], CORPUS)
    assert kept == (good,)
    assert [fault.id for fault in faults] == ["bad"]


def test_a_long_gold_answer_is_told_by_its_beginning() -> None:
    _, (fault,) = checked(Question("q", "When?", (Gold("x" * 500, "lease.txt", 0),)))
    assert "x" * 60 in fault.reason
    assert len(fault.reason) < 200


@pytest.mark.parametrize(
    ("relevant", "kept", "reasons", "whole"),
    [
        ({"menu.txt": 2, "b": 1, "a": 0}, {"menu.txt": 2}, ["judged document 'a'", "judged document 'b'"], False),
        ({"a": 1}, None, ["judged document 'a'"], True),
        # What is left says only what is not relevant.
        ({"menu.txt": 0, "a": 1}, None, ["judged document 'a'"], True),
        ({"menu.txt": 0, "lease.txt": -1}, None, ["none of its judged documents is relevant"], True),
    ],
)
def test_judged_documents_that_are_not_there_are_faults(
    relevant: Mapping[str, int], kept: Mapping[str, int] | None, reasons: list[str], whole: bool
) -> None:
    found, faults = checked(Question("q", "Which?", relevant=relevant))
    assert [question.relevant for question in found] == ([] if kept is None else [kept])
    assert [fault.reason.removesuffix(" is not in the corpus") for fault in faults] == reasons
    assert {fault.whole for fault in faults} == {whole}


@given(
    st.lists(
        st.builds(
            Gold, st.sampled_from(["May", "4 euros", "", " "]), st.sampled_from(["lease.txt", "x"]), st.integers(-5, 40)
        ),
        max_size=4,
    ),
    st.dictionaries(st.sampled_from(["lease.txt", "menu.txt", "x"]), st.integers(-1, 2)),
)
def test_whatever_is_kept_is_sound_and_whatever_is_not_is_told(gold: list[Gold], relevant: dict[str, int]) -> None:
    question = Question("q", "When?", tuple(gold), answerable=True, relevant=relevant)
    kept, faults = checked(question)
    sound = [each for each in gold if each.text.strip() and each.stands_in(CORPUS)]
    for one in kept:
        assert list(one.gold) == sound
        assert one.relevant.keys() <= CORPUS.keys()
        assert one == question or faults
    assert len(gold) - len(sound) <= len(faults)
    assert all(fault.whole == (not kept) for fault in faults)
    assert bool(kept) or bool(faults)


# What is shown

TWINS = Contents().become([replace(MENU, id="a.txt"), replace(MENU, id="b.txt"), MENU, LEASE], HashingEmbedder())
OF_TWINS = Question("q", "What is it?", tuple(replace(SOUP, doc_id=name) for name in ("b.txt", "menu.txt")))


@pytest.mark.parametrize(
    ("only", "shown"),
    [
        (Filter(), "a.txt"),
        (Filter(documents=("menu.txt", "b.txt")), "b.txt"),
        (Filter(documents=("menu.txt", "lease.txt")), "menu.txt"),
    ],
)
def test_gold_in_exact_copies_is_one_in_the_first_that_is_asked(only: Filter, shown: str) -> None:
    found = as_shown(replace(OF_TWINS, only=only), TWINS)
    assert found == replace(OF_TWINS, only=only, gold=(replace(SOUP, doc_id=shown),))


def test_where_no_copy_is_asked_gold_stays_where_it_is() -> None:
    elsewhere = replace(OF_TWINS, only=Filter(documents=("lease.txt",)))
    assert as_shown(elsewhere, TWINS) == elsewhere


def test_gold_of_a_document_that_is_not_held_stays_where_it_is() -> None:
    lost = Question("q", "Which?", (Gold("May", "lost.txt", 0),), relevant={"lost.txt": 1})
    assert as_shown(lost, TWINS) == lost


def test_of_judged_copies_the_highest_grade_counts() -> None:
    graded = Question("q", "Which?", relevant={"b.txt": 1, "menu.txt": 2, "a.txt": 0, "lease.txt": 1})
    assert as_shown(graded, TWINS).relevant == {"a.txt": 2, "lease.txt": 1}


def test_every_copy_has_the_passages_of_the_one_that_is_shown() -> None:
    found = [(passage.document.id, passage.start, passage.text) for passage in in_every_copy(TWINS)]
    assert sorted(found) == [
        ("a.txt", 0, MENU.text),
        ("b.txt", 0, MENU.text),
        ("lease.txt", 0, LEASE.text),
        ("menu.txt", 0, MENU.text),
    ]


# What is relevant


@pytest.mark.parametrize(
    ("start", "end", "held"), [(8, 14, True), (0, 35, True), (9, 14, False), (8, 13, False), (20, 30, False)]
)
def test_a_part_holds_a_gold_answer_that_it_contains(start: int, end: int, held: bool) -> None:
    assert holds(Quote(LEASE, start, end), MAY) is held


def test_white_space_at_the_end_of_a_gold_answer_need_not_be_held() -> None:
    spaced = Gold("31 May. \n", "lease.txt", 8)
    assert spaced.stands_in(CORPUS)
    assert holds(Quote(LEASE, 0, 15), spaced)
    assert not holds(Quote(LEASE, 0, 14), spaced)


def test_the_same_place_in_another_document_holds_nothing() -> None:
    assert not holds(Quote(MENU, 0, 16), MAY)


def test_a_passage_is_relevant_if_it_holds_a_gold_answer_at_its_place() -> None:
    # "May" stands in the second part, too, but not as the answer.
    (found,) = judged([Question("q", "When?", (Gold("May", "lease.txt", 11),))], passages(LEASE, 0, 15, 35))
    assert found.passages == {("lease.txt", 0): 1}
    assert found.documents == {"lease.txt": 1}


def test_every_gold_answer_adds_the_passages_and_documents_that_hold_it() -> None:
    due = Gold("May", "lease.txt", 32)
    parts = [*passages(MENU, 0, 5, 16), *passages(LEASE, 0, 15, 35)]
    (found,) = judged([Question("q", "When?", (SOUP, MAY, due))], parts)
    assert found.passages == {("menu.txt", 5): 1, ("lease.txt", 0): 1, ("lease.txt", 15): 1}
    assert found.documents == {"menu.txt": 1, "lease.txt": 1}


def test_a_gold_answer_that_was_cut_makes_its_parts_relevant() -> None:
    # "31 May" is [8, 14): 11 cuts it; what ends at 8 or begins at 14 has nothing of it.
    (found,) = judged([Question("q", "When?", (MAY,))], passages(LEASE, 0, 8, 11, 14, 35))
    assert found.passages == {("lease.txt", 8): 1, ("lease.txt", 11): 1}


def test_parts_do_not_count_beside_a_passage_that_holds_it_whole() -> None:
    overlapping = [Passage(LEASE, 0, 10), Passage(LEASE, 5, 15), Passage(LEASE, 8, 20)]
    (found,) = judged([Question("q", "When?", (MAY,))], overlapping)
    assert found.passages == {("lease.txt", 5): 1, ("lease.txt", 8): 1}


def test_one_answer_held_whole_does_not_hide_the_parts_of_another() -> None:
    due = Gold("due in", "lease.txt", 25)
    (found,) = judged([Question("q", "When?", (MAY, due))], passages(LEASE, 0, 15, 28, 35))
    assert found.passages == {("lease.txt", 0): 1, ("lease.txt", 15): 1, ("lease.txt", 28): 1}


def test_judged_documents_are_the_relevant_ones_with_their_grades() -> None:
    (found,) = judged(
        [Question("q", "Which?", relevant={"menu.txt": 2, "lease.txt": 0, "tea.txt": -1})], passages(LEASE, 0, 35)
    )
    assert found.documents == {"menu.txt": 2}
    assert found.passages == {}


def test_a_question_without_an_answer_has_nothing_relevant() -> None:
    (found,) = judged([Question("q", "Who?", answerable=False)], passages(LEASE, 0, 35))
    assert (found.documents, found.passages) == ({}, {})


def test_only_the_fields_asked_for_are_kept_and_only_where_they_are() -> None:
    with_all = Question("a", "Who?", fields={"kind": "far", "hops": 2, "note": None})
    found = judged([with_all, Question("b", "Who?", fields={"kind": "fact"})], [], ["note", "hops"])
    assert [one.fields for one in found] == [{"note": None, "hops": 2}, {}]
