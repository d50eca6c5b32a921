"""Where it goes well and where it does not: the questions cut by what they ask, and by their gold."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from qa.evaluation.outcomes import Outcome
from qa.evaluation.scores import Score, means

SLICED = (
    "document_ndcg@10",
    "passage_recall@5",
    "quote_hit@1",
    "quote_hit@3",
    "token_f1",
    "wrong_refusal",
    "false_answer",
)
"""The measures that slices are told by."""

OTHERS = "(others)"
_MOST_VALUES = 20
_HOW_MANY = re.compile(
    r"\bhow\s+(many|much|long|old|far|often|big|tall|high|large|small|wide|deep|thick|heavy|fast|quickly|soon|hot|cold)\b"
)
# In this order: "in which year did he die when …" asks which. People leave the apostrophe of "what's" out.
_ASKING = re.compile(r"\b(who|whom|whose|what|when|where|which|why|how)(?:['’]?s)?\b")
# White space must follow: neither "do-it-yourself" nor "Isère" asks for yes or no.
_YES_OR_NO = re.compile(
    r"(?:(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|might|may|must|am)(?:n['’]t)?"
    r"|can['’]t|cannot|won['’]t|shan['’]t)\s"
)
_NUMBER = re.compile(r"-?\d{1,15}(\.\d+)?", re.ASCII)
_PEOPLE = {"whom": "who", "whose": "who"}


def slices(outcomes: Sequence[Outcome], by: Sequence[str] = ()) -> dict[str, dict[str, dict[str, Score]]]:
    """Slice -> its values -> measures; ``by`` names fields of the questions to cut by as well."""
    cuts: dict[str, Callable[[Outcome], str]] = {
        "answerable": lambda outcome: "yes" if outcome.answerable else "no",
        "question word": lambda outcome: question_word(outcome.question),
        "words of the answer": _answer_length,
        "gold documents": lambda outcome: _count(outcome.gold_documents),
    }
    names = {name: _field(outcomes, name) for name in by}
    return {name: _cut(outcomes, cut) for name, cut in {**cuts, **names}.items()}


def question_word(question: str) -> str:
    """What a question asks with: who, what, when, where, which, why, how, "how many", "yes or no", or "(others)".

    The first such word counts, wherever it stands; how many, how much, how old
    and their like are one.
    """
    asked = question.lower().strip()
    if _YES_OR_NO.match(asked):
        return "yes or no"
    found = _ASKING.search(asked)
    if not found:
        return OTHERS
    if _HOW_MANY.match(asked, found.start()):
        return "how many"
    return _PEOPLE.get(found[1], found[1])


def _answer_length(outcome: Outcome) -> str:
    if not outcome.gold:
        return "no answer given"
    shortest = min(len(gold.text.split()) for gold in outcome.gold)
    return next(
        name for most, name in ((1, "1"), (3, "2 to 3"), (9, "4 to 9"), (10**9, "10 or more")) if shortest <= most
    )


def _count(documents: int) -> str:
    return str(documents) if documents < 2 else "2 or more"


def _field(outcomes: Sequence[Outcome], name: str) -> Callable[[Outcome], str]:
    """A field's value as text; of a field of many values, the most frequent ones."""
    frequent = Counter(_value(outcome.fields, name) for outcome in outcomes).most_common(_MOST_VALUES)
    kept = {value for value, _ in frequent}
    return lambda outcome: value if (value := _value(outcome.fields, name)) in kept else OTHERS


def _value(fields: Mapping[str, object], name: str) -> str:
    return str(fields[name]) if name in fields else "(none)"


def _cut(outcomes: Sequence[Outcome], cut: Callable[[Outcome], str]) -> dict[str, dict[str, Score]]:
    parts: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        parts.setdefault(cut(outcome), []).append(outcome)
    return {value: means(parts[value], SLICED) for value in sorted(parts, key=_order)}


def _order(value: str) -> tuple[float, str]:
    """Numbers before words, 2 before 10."""
    number = _NUMBER.match(value)
    return float(number[0]) if number else float("inf"), value
