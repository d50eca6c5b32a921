"""Pronouns in a question that stand for something said before it, told by the words around them, without a grammar."""

import re
from dataclasses import dataclass
from typing import Literal

from qa.records import Range

Kind = Literal["person", "thing", "several", "place", "event"]

_AUXILIARY = (
    r"(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would|shall|should|may|might|must"
    r"|(?:do|does|did|is|are|was|were|has|have|had|ca|could|wo|would|should)n['’]t)"
)
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("he", "him", "his", "she", "her"), "person"),
    **dict.fromkeys(("it", "its"), "thing"),
    **dict.fromkeys(("they", "them", "their", "these", "those"), "several"),
    **dict.fromkeys(("that", "this"), "event"),
    "there": "place",
}
_END = r"(?=\W*\Z)"
# "When did he …", "Which capitals did they …": what is asked stands before, and nothing that the pronoun could mean.
_SUBJECT = re.compile(rf"\b{_AUXILIARY}\s+(he|she|they|it)\b(?!['’])", re.IGNORECASE)
# "How long does it take to …", "Is it true that …": there it stands for what follows.
_FOLLOWS = re.compile(r"\b(?:to|that|when|if|who|for|like)\b", re.IGNORECASE)
# Of two questions in one, the first says what the second is about.
_BEFORE = re.compile(r"[,;.?]\s|\w\s+(?:and|or|but)\s", re.IGNORECASE)
_TAKES = re.compile(r"\s+(?:take|rain|snow)s?\b", re.IGNORECASE)
# "Who killed him?", "What did Pompeo say about them?": in its own clause, the subject is not what it stands for.
_OBJECT = re.compile(
    r"(?<=\s)(him|them|her|it)\b(?=\W*\Z|\s+(?:in|on|at|to|for|from|with|by|about|after|before|during|since|again)\b)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"\b(?:that|who|which|when|if|and|or|because|before|after|while|without|by|to|than|as|what|where|how)\b|[,;]",
    re.IGNORECASE,
)
# "What is his rank?"
_POSSESSIVE = re.compile(
    rf"\A\W*(?:(?:and|but|so)\s+)?(?:\w+\s+)?(?:how\s+\w+|why|when|where|who|what|which)?\s*{_AUXILIARY}\s+"
    r"(his|her|their|its)\b",
    re.IGNORECASE,
)
# "Who visited its headquarters?": one who does is no "it".
_OF_NOBODY = re.compile(
    r"\A\W*who(?:\s+else)?\s+\w+(?:\s+(?:in|on|at|to|for|from|with|by|of))?\s+(its)\b", re.IGNORECASE
)
_PLACE = re.compile(rf"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bbe )\b(there){_END}", re.IGNORECASE)
_EVENT = re.compile(
    rf"(?:\b{_AUXILIARY}\s+(that|this|these|those)\b(?=\s+(?:happen|mean|work|apply|start|begin|end|matter|take|be|come"
    r"|cost|change|affect|hurt|help)\b|\W*\Z))|(?<=\s)(that|this|these|those)(?=\W*\Z)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Pronoun:
    """Where it stands in a question, what kind of thing it stands for, and whether that owns what follows."""

    range: Range
    kind: Kind
    owns: bool = False


def free_pronoun(question: str) -> Pronoun | None:
    """The first pronoun that nothing in ``question`` itself can explain; None in a question that stands on its own."""
    found = [
        *(_at(match) for match in _SUBJECT.finditer(question) if _is_free_subject(question, match)),
        *(_at(match) for match in _OBJECT.finditer(question) if _is_free_object(question, match)),
        *(
            _at(match, owns=_owns(match))
            for match in (_POSSESSIVE.search(question), _OF_NOBODY.search(question))
            if match
        ),
        *(_at(match) for match in (_PLACE.search(question), _EVENT.search(question)) if match),
    ]
    return min(found, key=lambda one: one.range, default=None)


def _at(match: re.Match[str], *, owns: bool = False) -> Pronoun:
    group = next(number for number, text in enumerate(match.groups(), start=1) if text)
    return Pronoun(Range(*match.span(group)), _KINDS[match[group].lower()], owns)


def _owns(match: re.Match[str]) -> bool:
    return not (match[1].lower() == "her" and re.match(r"\W*\Z", match.string[match.end(1) :]))


def _is_free_subject(question: str, match: re.Match[str]) -> bool:
    if _BEFORE.search(question, 0, match.start()):
        return False
    after = question[match.end() :]
    return match[1].lower() != "it" or not (_FOLLOWS.search(after) or _TAKES.match(after))


def _is_free_object(question: str, match: re.Match[str]) -> bool:
    """Whether no clause begins before it but the one that it stands in, and no subject may be meant by it."""
    before = re.sub(r"\A\W*(?:(?:and|but|so)\s+)?(?:(?:by|to|for|with)\s+)?\w+", "", question[: match.start()])
    before = re.sub(r"\b(?:before|after|than|to|by|without|as)\s*\Z", "", before)
    return not _CLAUSE.search(before)
