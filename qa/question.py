"""What can be asked."""

import re

from qa.errors import BadQuestion
from qa.text import words

MAX_QUESTION = 2000
"""Characters of a question: far longer than any question, far shorter than a document pasted by mistake."""


# "How" with a measure asks for a number: how many, how far. A list may run on over sentences.
_LONG_ANSWER = re.compile(
    r"\W*(?:(?:and|but|so)\s+)?(?:why\b|what (?:is|was) the reason\b|explain\b|describe\b"
    r"|how\s+(?:do|does|did|can|could|should|would|will|was|were|is|are|has|have|had|to)\b"
    r"|what (?:do|does|did|has|have|had) .* (?:say|said|think|thought|argue|argued|claim|claimed|believe|believed)\b"
    r"|what is said\b|list\b|enumerate\b|name (?:all|some)\b)",
    re.IGNORECASE,
)


def asks_for_sentences(question: str) -> bool:
    """Whether a phrase would be too short an answer: why, how something is done, what somebody said, a list."""
    return bool(_LONG_ANSWER.match(question))


# Who, when, where, how many: what a name, a date, a place or a number answers.
_FACT = re.compile(
    r"\W*(?:(?:and|but|so|in|on|at|by|to|for|from|of|with|since|until|over|within|under|after|before|during|about)\s+)?"
    r"(?:who|whom|whose|when|where"
    r"|how\s+(?:many|much|old|long|far|high|tall|big|large|often|deep|wide|fast)"
    r"|(?:what|which)\s+(?:year|month|day|date|time|city|country|state|place|percentage|person|number))\b",
    re.IGNORECASE,
)


def asks_for_a_fact(question: str) -> bool:
    """Whether a name, a date, a place or a number would answer: who, when, where, how many."""
    return bool(_FACT.match(question))


def check(question: str) -> None:
    """Raise BadQuestion where there is nothing to look for, or far too much."""
    if len(question) > MAX_QUESTION:
        raise BadQuestion(
            f"the question has {len(question):,} characters; ask one of at most {MAX_QUESTION:,}, "
            "and add longer texts as documents"
        )
    if any("\ud800" <= character <= "\udfff" for character in question):
        raise BadQuestion("the question holds bytes that are not UTF-8 text; type it again, or save it as UTF-8")
    if not question.strip():
        raise BadQuestion("the question is empty; ask something that the documents may answer")
    if not words(question):
        raise BadQuestion("the question holds no word to look for; use words that the documents may hold")
