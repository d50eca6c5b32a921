from collections.abc import Mapping
from typing import Any

import pytest

from qa.evaluation.outcomes import Outcome
from qa.evaluation.questions import Gold
from qa.evaluation.scores import Score
from qa.evaluation.slices import SLICED, question_word, slices

ANSWERED = {"wrong_refusal": 0.0}


def asked(
    question: str = "Who?",
    *answers: str,
    answerable: bool = True,
    documents: int = 1,
    values: Mapping[str, float] = ANSWERED,
    fields: Mapping[str, Any] | None = None,
) -> Outcome:
    gold = tuple(Gold(text, "lease.txt", 0) for text in answers)
    return Outcome("q", question, answerable, gold, documents, fields or {}, False, 0.9, (), values, "")


def counted(outcomes: list[Outcome], name: str, by: tuple[str, ...] = ()) -> dict[str, int]:
    """How many questions every value of a slice has."""
    return {value: found["wrong_refusal"].questions for value, found in slices(outcomes, by)[name].items()}


# What a question asks with


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Who signed the lease?", "who"),
        ("To whom was the letter sent?", "who"),
        ("Whose signature is on the last page?", "who"),
        ("Who's the landlord?", "who"),
        ("whos jack the ripper in gotham by gaslight", "who"),
        ("Name the person who invented the telephone.", "who"),
        ("According to the Guardian, who fired the rockets?", "who"),
        ("By whom, and when, was it founded?", "who"),
        ("Mustafa al-Kadhimi met who in Washington?", "who"),
        ("WHO WAS THE FIRST QUEEN?", "who"),
        ("What's the rent?", "what"),
        ("What’s the capital of Iraq?", "what"),
        ("whats the difference between tomato paste and tomato puree", "what"),
        ("What is how many times the moon was visited called?", "what"),
        ("In what year did the war end?", "what"),
        ("At what time does the office open?", "what"),
        ("The Treaty of Rome established what?", "what"),
        ("“What,” asked the judge, “is the use?”", "what"),
        ("When does the lease end?", "when"),
        ("Since when has he been prime minister?", "when"),
        ("Where was he when the war broke out?", "where"),
        ("From where do the rockets come?", "where"),
        ("In which year did he die when Rome fell?", "which"),
        ("Which of the five works longest?", "which"),
        ("Under which law may a tenant leave?", "which"),
        ("Why did the militias refuse?", "why"),
        ("How did they cross the Alps?", "how"),
        ("How do you do what he does?", "how"),
        ("Describe how the engine works.", "how"),
        ("How's the weather in May?", "how"),
        ("How many goats does the farm keep?", "how many"),
        ("How  many\ngoats?", "how many"),
        ("HOW MUCH IS THE RENT?", "how many"),
        ("How long may a guest stay?", "how many"),
        ("For how long was he in prison?", "how many"),
        ("how old is the universe", "how many"),
        ("How far is it from Berlin to Rome, and who drove?", "how many"),
        ("How often is the meter read?", "how many"),
        ("How tall is Mont Blanc?", "how many"),
        ("How wide is the Rhine?", "how many"),
        ("How fast do objects fall on Earth?", "how many"),
        ("How deep is the lake where it was found?", "how many"),
        ("About how large was the army?", "how many"),
        ("How longingly did he look back?", "how"),
        ("Did the tenant pay?", "yes or no"),
        ("Is it true that he left when she came?", "yes or no"),
        ("Are there any regions where the treaty does not apply?", "yes or no"),
        ("  Was it raining?", "yes or no"),
        ("CAN A GUEST STAY?", "yes or no"),
        ("Can't it be used in place of another?", "yes or no"),
        ("Isn't Paris the capital of France?", "yes or no"),
        ("Doesn’t the law forbid what they did?", "yes or no"),
        ("Won't the landlord object?", "yes or no"),
        ("Does the WHO have a say?", "yes or no"),
        ("Isère is a department of which country?", "which"),
        ("Do-it-yourself stores were first opened by whom?", "who"),
        ("Island nations are led by whom?", "who"),
        ("Doestoevsky wrote what?", "what"),
        ("Somewhere over the rainbow", "(others)"),
        ("Whoever, whatever, nowhere, anyhow, show and whenever are no such words", "(others)"),
        ("Name one country that banned driving on Sundays.", "(others)"),
        ("difference between russian blue and british blue cat", "(others)"),
        ("Ca. 1900, the town had a mayor named", "(others)"),
        ("Wer hat den Vertrag unterschrieben?", "(others)"),
        ("?", "(others)"),
        ("", "(others)"),
    ],
)
def test_a_question_asks_with_what_a_person_would_say(question: str, word: str) -> None:
    assert question_word(question) == word


# Cuts


def test_questions_are_cut_by_whether_they_have_an_answer() -> None:
    outcomes = [
        asked(values={"wrong_refusal": 0.0, "quote_hit@1": 1.0}),
        asked(answerable=False, values={"false_answer": 1.0}),
        asked(values={"wrong_refusal": 1.0}),
    ]
    assert slices(outcomes)["answerable"] == {
        "no": {"false_answer": Score(1, 1, 1, 1)},
        # Of two, one refused: a resample has none, one or both.
        "yes": {"quote_hit@1": Score(1, 1, 1, 1), "wrong_refusal": Score(2, 0.5, 0, 1)},
    }


def test_questions_are_cut_by_their_word() -> None:
    outcomes = [asked("Whose?"), asked("Is it?"), asked("Who?"), asked("Name it."), asked("How old?")]
    assert counted(outcomes, "question word") == {"(others)": 1, "how many": 1, "who": 2, "yes or no": 1}


@pytest.mark.parametrize(
    ("answers", "length"),
    [
        ([], "no answer given"),
        (["Berlin"], "1"),
        ([" Berlin \n"], "1"),
        (["31 May"], "2 to 3"),
        (["31 May 2021"], "2 to 3"),
        (["on 31 May 2021"], "4 to 9"),
        (["a b c d e f g h i"], "4 to 9"),
        (["a b c d e f g h i j"], "10 or more"),
        (["word " * 5000], "10 or more"),
        (["on the last day of May", "31 May", "on 31 May 2021"], "2 to 3"),  # the shortest says how much must be said
    ],
)
def test_an_answer_is_as_long_as_its_shortest_gold(answers: list[str], length: str) -> None:
    assert counted([asked("Who?", *answers)], "words of the answer") == {length: 1}


def test_questions_are_cut_by_the_number_of_their_gold_documents() -> None:
    outcomes = [asked(documents=number) for number in (1, 0, 2, 1, 17)]
    assert counted(outcomes, "gold documents") == {"0": 1, "1": 2, "2 or more": 2}


def test_questions_are_cut_by_fields_of_their_own() -> None:
    kinds = [{"kind": "fact"}, {"kind": "far", "hops": 2}, {"kind": "fact", "hops": None}, {}]
    outcomes = [asked(fields=fields) for fields in kinds]
    assert counted(outcomes, "kind", ("kind", "hops")) == {"(none)": 1, "fact": 2, "far": 1}
    assert counted(outcomes, "hops", ("kind", "hops")) == {"(none)": 2, "2": 1, "None": 1}
    assert slices(outcomes, ("kind",)).keys().isdisjoint({"hops"})


def test_a_field_of_any_kind_of_value_cuts_by_its_text() -> None:
    outcomes = [asked(fields={"tag": tag}) for tag in (True, "True", ["a", 1], {"b": 2}, 1.5)]
    assert counted(outcomes, "tag", ("tag",)) == {"True": 2, "['a', 1]": 1, "{'b': 2}": 1, "1.5": 1}


def test_of_a_field_of_many_values_the_twenty_most_frequent_are_told_and_the_rest_together() -> None:
    # Value 0 once, value 1 twice, … value 24 twenty-five times: 5 to 24 are told, 1 + 2 + 3 + 4 + 5 are not.
    outcomes = [asked(fields={"source": f"s{value:02}"}) for value in range(25) for _ in range(value + 1)]
    expected = {"(others)": 15, **{f"s{value:02}": value + 1 for value in range(5, 25)}}
    assert counted(outcomes, "source", ("source",)) == expected


def test_twenty_values_are_all_told() -> None:
    outcomes = [asked(fields={"source": str(value)}) for value in range(20)]
    assert counted(outcomes, "source", ("source",)) == {str(value): 1 for value in range(20)}


def test_every_cut_parts_the_questions_without_losing_any() -> None:
    words = ["Who?", "Is it?", "How many?", "Bamboo"]
    outcomes = [
        asked(word, *["31 May"] * (number % 2), documents=number % 3, fields={"kind": str(number % 4)})
        for number, word in enumerate(words * 5)
    ]
    for cut in slices(outcomes, ("kind",)).values():
        assert sum(found["wrong_refusal"].questions for found in cut.values()) == 20


def test_slices_tell_only_of_some_measures() -> None:
    every = dict.fromkeys(SLICED, 1.0) | {"verbatim": 1.0, "passage_mrr": 1.0}
    (found,) = slices([asked(values=every)])["question word"].values()
    assert list(found) == list(SLICED)


def test_without_questions_every_cut_is_empty() -> None:
    assert slices([], ("kind",)) == {
        "answerable": {},
        "question word": {},
        "words of the answer": {},
        "gold documents": {},
        "kind": {},
    }
