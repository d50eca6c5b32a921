"""The measures against other people's programs: the SQuAD rules as torchmetrics has them, rankings as trec_eval's."""

import os
import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import ir_measures
import pytest
from ir_measures import RR, R, nDCG
from torchmetrics.functional.text.squad import squad

from qa.evaluation.measures import exact_match, ndcg_at, recall_at, reciprocal_rank, token_f1
from qa.evaluation.questions import read_questions

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("CHAPTERVERSE_DATA", ROOT.parent / "shared" / "data"))

EACH = 8

PERTURBED: dict[str, Callable[[str], str]] = {
    # What the rules are blind to.
    "an article dropped": lambda gold: re.sub(r"\b(the|a|an) ", "", gold, count=1, flags=re.IGNORECASE),
    "an article before": lambda gold: f"The {gold}",
    "shouted": str.upper,
    "ASCII punctuation at both ends": lambda gold: f'("{gold}!")',
    "an apostrophe in the first word": lambda gold: f"{gold[:1]}'{gold[1:]}",
    "commas between the words": lambda gold: gold.replace(" ", ", "),
    "tabs and line breaks between the words": lambda gold: gold.replace(" ", "\t\r\n"),
    "no-break spaces around and between": lambda gold: f"\u00a0{gold}\u00a0".replace(" ", "\u00a0"),
    "thousands parted by commas": lambda gold: re.sub(r"\d{4,}", lambda digits: f"{int(digits[0]):,}", gold),
    # What costs some words.
    "typographic quotes around": lambda gold: f"“{gold}”",
    "a dash behind": lambda gold: f"{gold} –",
    "a word before": lambda gold: f"about {gold}",
    "words behind": lambda gold: f"{gold} of the same year, and no other",
    "within a whole sentence": lambda gold: f"As the record has it, the first was {gold}, though a few doubt it.",
    "the words reversed": lambda gold: " ".join(reversed(gold.split())),
    "every word doubled": lambda gold: re.sub(r"(\S+)", r"\1 \1", gold),
    "the first word dropped": lambda gold: gold.partition(" ")[2],
    "only the last word": lambda gold: gold.split()[-1],
    "hyphens for spaces": lambda gold: gold.replace(" ", "-"),
    "accents on the vowels": lambda gold: gold.translate(str.maketrans("aeiou", "áéíóú")),
    "a decimal behind every number": lambda gold: re.sub(r"\d+", r"\g<0>.0", gold),
    # What leaves nothing of it.
    "nothing": lambda _: "",
    "only punctuation": lambda _: "?! … (.)",
    "only an article": lambda _: "the",
    "an unrelated word": lambda _: "Zanzibar",
}

GOLD = [
    ["Denver Broncos"],
    ["The Panthers", "Carolina Panthers", "the Panthers' defense"],
    ["1815 kilograms (4,001 lb)"],
    ["a third of an acre"],
    ["10 May 1940", "May 1940", "in the spring of 1940"],
    ["U.S. Forest Service’s own – “adaptive” – plan"],
    ["São Paulo", "Sao Paulo"],
    ["Leipziger Straße"],  # lower case of its capitals is "strasse": the rules do not fold
    ["theatre-in-the-round"],
]


def ours(answer: str, gold: Sequence[str]) -> tuple[float, float]:
    return exact_match(answer, gold), token_f1(answer, gold)


def published(answer: str, gold: Sequence[str]) -> tuple[float, float]:
    """Exact match and F1 of one question, by torchmetrics.

    It is the published script but for two things. A question without gold is an
    error to it, where SQuAD 2.0's script puts the empty answer for its gold. And
    a gold answer of which the rules leave nothing (".", "the") that stands beside
    others counts, as in SQuAD 1.1, where the script of 2.0 drops it; so no such
    gold is compared here.
    """
    found = squad(
        [{"id": "q", "prediction_text": answer}],
        [{"id": "q", "answers": {"text": list(gold) or [""], "answer_start": [0] * (len(gold) or 1)}}],
    )
    return found["exact_match"].item() / 100, found["f1"].item() / 100


def equal(found: tuple[float, float]) -> object:
    # torchmetrics counts in float32, so its last digits are worth about 1e-7. That is still enough: an F1 is a
    # fraction of 2 · shared over all words, and two such of up to 500 words lie at least 1/500² = 4e-6 apart.
    return pytest.approx(found, abs=1e-6)


def kinds(results: Sequence[tuple[float, float]]) -> set[str]:
    """Which kinds of result are there; the right words in another order (no exact match, F1 1) are none of these."""
    return {"right" if exact else "partly" if 0 < f1 < 1 else "wrong" for exact, f1 in results if exact or f1 < 1}


def test_two_hundred_perturbed_answers_score_as_the_published_rules_say() -> None:
    path = DATA / "xquad_en" / "questions.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"there is no {path}; CHAPTERVERSE_DATA names a folder with the development sets")
    left = list(read_questions(path).questions)
    results = []
    for name, perturb in PERTURBED.items():
        # Each question once, and only where something is perturbed.
        fit = [question for question in left if perturb(question.gold[0].text) != question.gold[0].text][:EACH]
        left = [question for question in left if question not in fit]
        for question in fit:
            gold = [answer.text for answer in question.gold]
            answer = perturb(gold[0])
            results.append(ours(answer, gold))
            assert results[-1] == equal(published(answer, gold)), (name, answer, gold)
    assert len(results) == 200
    assert kinds(results) == {"right", "partly", "wrong"}


@pytest.mark.parametrize("name", PERTURBED)
def test_a_perturbed_answer_scores_as_the_published_rules_say(name: str) -> None:
    answers = [(PERTURBED[name](text), gold) for gold in GOLD for text in gold]
    assert any(answer not in gold for answer, gold in answers)
    for answer, gold in answers:
        assert ours(answer, gold) == equal(published(answer, gold)), (answer, gold)


def test_the_perturbations_leave_answers_right_partly_right_and_wrong() -> None:
    assert len(PERTURBED) * EACH == 200
    assert kinds([ours(perturb(gold[0]), gold) for perturb in PERTURBED.values() for gold in GOLD]) == {
        "right",
        "partly",
        "wrong",
    }


@pytest.mark.parametrize("answer", ["", "the", "?!", "Panthers"])
@pytest.mark.parametrize("gold", [[], [""], ["the"]], ids=["no gold", "empty gold", "gold of an article"])
def test_without_gold_only_saying_nothing_is_right(answer: str, gold: list[str]) -> None:
    assert ours(answer, gold) == equal(published(answer, gold))


# Rankings

DEPTHS = (1, 3, 10)


def ranking(draw: random.Random) -> tuple[list[str], dict[str, int]]:
    """A ranking, and grades of some that it holds and of some that it lacks; grades below 1 are not relevant."""
    names = [f"d{number}" for number in range(30)]
    found = draw.sample(names, draw.randint(1, 20))
    judged = draw.sample(names, draw.randint(1, 15))
    return found, {name: draw.choice([-1, 0, 0, 1, 1, 2, 3]) for name in judged}


def test_rankings_score_as_trec_eval_says() -> None:
    draw = random.Random(7)
    drawn = {f"q{number}": ranking(draw) for number in range(300)}
    # Scores all differ, so that no ties are left to trec_eval's own order.
    run = {query: {name: float(-rank) for rank, name in enumerate(found)} for query, (found, _) in drawn.items()}
    measures = [RR, *(measure @ k for measure in (R, nDCG) for k in DEPTHS)]
    judged = {query: relevant for query, (_, relevant) in drawn.items()}
    seen = set()
    for result in ir_measures.pytrec_eval.iter_calc(measures, judged, run):
        found, relevant = drawn[result.query_id]
        own = {RR: reciprocal_rank(found, relevant)}
        own |= {R @ k: recall_at(k, found, relevant) for k in DEPTHS}
        own |= {nDCG @ k: ndcg_at(k, found, relevant) for k in DEPTHS}
        assert own[result.measure] == pytest.approx(result.value, abs=1e-9), (result, found, relevant)
        seen.add((result.query_id, result.measure))
    assert len(seen) == len(drawn) * len(measures)
    # Also queries of which nothing judged is relevant are among them.
    assert any(all(grade < 1 for grade in relevant.values()) for relevant in judged.values())
