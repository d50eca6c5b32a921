"""A question put anew: with another thing in a place of it, or with another question word."""

import re
from collections.abc import Iterator

from qa.followup.phrases import phrases
from qa.names import is_name

_LONGEST_NAME = 6
_ASKED = re.compile(
    r"\A\W*(?:(?:and|but|so)\s+)?(?P<wh>(?:(?:in|on|at|by|for|from|to|with|of|since|until)\s+)?"
    r"(?:who|whom|whose|what|which|when|where|why|how)\b(?P<noun>(?:\s+[\w'’-]+){0,5}?))??\s*"
    r"\b(?P<aux>do|does|did|is|are|was|were|has|have|had|can|could|will|would|shall|should|may|might|must)\s+"
    r"(?P<rest>.+?)\W*\Z",
    re.IGNORECASE | re.DOTALL,
)
_DOES = re.compile(r"\A\W*(?P<wh>who|what|which(?:\s+\w+)?)\s+(?P<rest>.+?)\W*\Z", re.IGNORECASE | re.DOTALL)
_PREPOSITION = re.compile(r"(in|on|at|of|for|from|to|with|by|against|before|after|since|under|during)\s", re.IGNORECASE)
# "… travel to", "… ask them to do": what was asked for would stand there.
_GAP = re.compile(r"\s+(?:(in|on|at|of|for|from|to|with|by|against|about)|to do)\Z", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_MONTH = "(?:january|february|march|april|may|june|july|august|september|october|november|december)"
# "in 2019", "since May 2020", "on 28 September 2020", and the year alone of "the 2020 election".
_TIME = re.compile(
    r"(?P<preposition>\b(?:in|on|of|for|from|to|by|before|after|since|until|during)\s+)?"
    rf"(?P<date>(?:(?:\b\d{{1,2}}\s+)?\b{_MONTH}\s+(?:\d{{1,2}},\s+)?)?{_YEAR.pattern})",
    re.IGNORECASE,
)


def exchanged(wanted: str, question: str) -> Iterator[str]:
    """``question`` with ``wanted`` in a place of it, as "And Iran?" means it; the likeliest first."""
    asked = question.rstrip()
    if (time := _TIME.fullmatch(wanted)) and time["preposition"]:
        yield _at_the_time(asked, time)
        return
    if preposition := _PREPOSITION.match(wanted):
        yield _in_place_of(asked, wanted, preposition[1])
    elif year := _YEAR.fullmatch(wanted):
        yield _YEAR.sub(year[0], asked) if _YEAR.search(asked) else _appended(asked, f"in {wanted}")
    slots = [one for one in reversed(phrases(asked)) if one.text.casefold() not in wanted.casefold()]
    if not is_name(wanted):  # a thing seldom takes the place of a person, unless the question ended with that
        slots = [one for number, one in enumerate(slots) if number == 0 or not one.name]
    for slot in [] if preposition else sorted(slots, key=lambda one: one.name != is_name(wanted)):
        yield asked[: slot.range.start] + wanted + asked[slot.range.end :]
    if not slots:
        yield _appended(asked, f"about {wanted}")


def _at_the_time(asked: str, time: re.Match[str]) -> str:
    """``asked`` of another ``time`` than its own, the last that it names, or with that at its end."""
    own = [*_TIME.finditer(asked)]
    if not own:
        return _appended(asked, time[0])
    instead = time[0] if own[-1]["preposition"] else time["date"]
    return asked[: own[-1].start()] + instead + asked[own[-1].end() :]


def _in_place_of(asked: str, wanted: str, preposition: str) -> str:
    """``asked`` with ``wanted`` in place of what stands behind the same preposition, or at its end."""
    for phrase in reversed(phrases(asked)):
        before = asked[: phrase.range.start]
        if match := re.search(rf"\b{preposition}\s+\Z", before, re.IGNORECASE):
            return before[: match.start()] + wanted + asked[phrase.range.end :]
    return _appended(asked, wanted)


def _appended(asked: str, what: str) -> str:
    return f"{asked.rstrip(' ?!.')} {what}?"


def asked_so(wh: str, question: str, answer: str) -> str:
    """``question`` with ``wh`` in place of its own question word; empty where that cannot be put well."""
    wh = wh[0].upper() + wh[1:]
    if asked := _ASKED.match(question):
        return f"{wh} {asked['aux'].lower()} {_clause(asked, answer)}?"
    asked = _DOES.match(question)
    if asked and is_short(answer):
        tense = "is" if asked["rest"].split()[0].endswith("s") else "was"
        return f"{wh} {tense} it that {answer} {asked['rest']}?"
    return ""


def _clause(asked: re.Match[str], answer: str) -> str:
    """The rest of the question, with the answer where the question word leaves a gap: as its subject, or at its end."""
    first, rest = (asked["wh"] or "").split(), asked["rest"]
    if first and first[0].lower() == "who" and asked["aux"].lower() not in ("do", "does", "did") and is_name(answer):
        return f"{answer} {rest}"
    if first and first[0].lower() in ("who", "whom", "what", "where", "which") and (end := _GAP.search(rest)):
        return f"{rest} {answer}" if end[1] and is_short(answer) else rest[: end.start()]
    return rest


def is_short(answer: str) -> bool:
    """Whether ``answer`` is a name or a phrase that can stand in a question."""
    return 0 < len(answer.split()) <= _LONGEST_NAME
