"""Questions that a sentence may answer, by patterns over its words: few, and only such as read well."""

import re

from qa.suggest import facts, people

LONGEST = 90
"""Characters of a question that is still read at a glance."""

_MOST_WORDS = 16
_FEWEST_WORDS = 3
_UNFIT = re.compile(
    r"[*_#<>|{}\[\]`\\\"“”„«»;:=~^()—–…\n\r\t/]|\s[.,'’?]|[.,'’]\?|\.\s|\s-\s"
    r"|\b(?:he|she|it|they|we|us|him|his|hers?|its|their|them|theirs|our|ours|this|these|those|latter|former|respectively)\b",
)
_QUESTION = re.compile(
    r"(?:who|what|when|where|why|which|how|can|do|does|did|is|are|will|should|may|must|has|have)\s[^?!.]+\?\Z",
    re.IGNORECASE,
)


def candidates(sentence: str) -> list[tuple[int, str]]:
    """The questions that ``sentence``, on one line, may answer, each fit to be shown and behind the rank of its kind.

    The kinds of a low rank are the likeliest to be good.
    """
    found = {
        question: rank
        for rank, pattern in reversed(list(enumerate(facts.PATTERNS + people.PATTERNS)))
        for question in pattern(sentence)
        if is_fit(question)
    }
    return sorted((rank, question) for question, rank in found.items())


def is_question(line: str) -> bool:
    """Whether a line is a question that stands on its own, as the headings of answers are."""
    return len(line.split()) > _FEWEST_WORDS and bool(_QUESTION.match(line)) and is_fit(line)


def is_fit(question: str) -> bool:
    """Whether it reads well: short, on one line, without markup, quotation marks, or a word that points elsewhere."""
    count = len(question.split())
    return len(question) <= LONGEST and _FEWEST_WORDS <= count <= _MOST_WORDS and not _UNFIT.search(question)
