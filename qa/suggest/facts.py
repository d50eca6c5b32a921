"""When, how many, how much, why: what is stated of things."""

import re
from collections.abc import Iterator

from qa.names import names
from qa.suggest.subject import ABOUT, DATE, NUMBER, SUBJECT, UNIT, WORD, clear, is_of_people, named

_MODAL = r"(?:must|shall|should|may|can|will)"
_SUPERLATIVE = r"(?:first|only|last|largest|smallest|longest|oldest|youngest|highest|biggest|fastest|most \w+)"
_WITHIN = re.compile(
    rf"\A(?P<subject>{WORD}(?:\s{WORD}){{0,6}}?)\s(?P<modal>{_MODAL})\s(?P<what>{WORD}(?:\s{WORD}){{0,9}}?)\swithin\s"
    rf"(?:{NUMBER}|\w+\s\({NUMBER}\))\s(?P<unit>{UNIT})\b(?P<of>\s(?:of|after)\s{WORD}(?:\s{WORD}){{0,5}})?"
)
_AHEAD = re.compile(
    rf"\A(?P<subject>{WORD}(?:\s{WORD}){{0,6}}?)\s(?P<modal>{_MODAL})\s(?P<what>{WORD}(?:\s{WORD}){{0,9}}?),?\s"
    rf"(?:at least|no later than)\s{NUMBER}\s(?P<unit>{UNIT})\s"
    rf"(?P<when>(?:before|after|prior to)\s{WORD}(?:\s{WORD}){{0,5}})(?=[.,;]|\Z)"
)
_ENTITLED = re.compile(
    rf"\A(?P<subject>{WORD}(?:\s{WORD}){{0,6}}?)\s(?P<be>is|are)\sentitled to\s{ABOUT}{NUMBER}\s(?P<unit>{UNIT})\sof\s"
    rf"(?P<what>{WORD}(?:\s{WORD}){{0,4}}?)(?=[.,;]|\s(?:per|a|each|every|in)\b|\Z)"
)
_REGULAR = re.compile(
    rf"\A(?P<subject>{WORD}(?:\s{WORD}){{0,6}}?)\s(?P<modal>must|shall|should)\sbe\s(?P<done>\w+)\s"
    r"(?:every\s|once\s|twice\s|annually|monthly|weekly|daily)"
)
_COSTS = re.compile(
    rf"\A{SUBJECT}\s(?P<verb>costs?|takes?|lasts?)\s{ABOUT}(?P<much>[$€£]?\s?{NUMBER})(?P<unit>\s{UNIT}|\s\w+)?\b"
)
_AMOUNTS = re.compile(
    rf"\A(?P<subject>[Tt]he\s{WORD}(?:\s{WORD}){{0,6}}?)\sis\s{ABOUT}(?:[$€£]\s?\d[\d,.]*|\d[\d,.]*\s(?:euros?|dollars?|pounds?|%|percent))"
)
_WAS_DONE = re.compile(
    rf"\A{SUBJECT}\s(?P<be>was|were)\s(?:(?:first|officially|originally|formally)\s)?(?P<done>\w+(?:ed|en|wn)|built|held"
    rf"|born|won|sung|sold|made|shot|led|found|begun)\b(?P<where>(?:\s{WORD}){{0,6}}?)\s(?:in|on)\s{DATE}"
)
_HAS = re.compile(
    rf"\A{SUBJECT}\s(?P<has>has|have|had|contains?|includes?)\s{ABOUT}{NUMBER}\s(?P<what>{WORD}(?:\s{WORD}){{0,3}}?s)"
    r"(?=[.,;]|\s(?:in|on|and|with|at|for)\b|\Z)"
)
_SUFFERED = re.compile(
    rf"{NUMBER}\s(?P<what>(?:{WORD}\s){{1,2}}?)(?:were|have been)\s"
    rf"(?P<done>killed|injured|wounded|arrested|displaced)\s"
    rf"(?P<where>(?:in|on)\s(?:the\s)?[A-Z]{WORD}(?:\s[A-Z]{WORD}){{0,3}})"
)
_IS_THE = re.compile(
    rf"\A{SUBJECT}\s(?P<be>is|was)\s(?P<what>the\s{_SUPERLATIVE}\s{WORD}(?:\s{WORD}){{1,8}})(?=[.,;—–(]|\Z)"
)
_BECAUSE = re.compile(
    rf"\A{SUBJECT}\s(?P<aux>is|are|was|were|can|could|will|would|cannot|must|should|has been|have been)\s"
    rf"(?P<what>{WORD}(?:\s{WORD}){{0,7}}?),?\s(?:because|due to|owing to)\s"
)
_STANDS_FOR = re.compile(rf"(?P<full>(?:{WORD}\s){{1,7}}{WORD})\s\((?P<short>[A-Z][A-Z&]{{1,7}})\)")


def _how_soon(sentence: str) -> Iterator[str]:
    if (found := _WITHIN.match(sentence)) and (subject := clear(found["subject"])):
        of = found["of"] or ""
        yield f"Within how many {found['unit']} {found['modal']} {subject} {found['what']}?"
        if of:
            yield f"Within how many {found['unit']}{of} {found['modal']} {subject} {found['what']}?"
    if (found := _AHEAD.match(sentence)) and (subject := clear(found["subject"])):
        yield f"How many {found['unit']} {found['when']} {found['modal']} {subject} {found['what']}?"
    if (found := _ENTITLED.match(sentence)) and (subject := clear(found["subject"])):
        yield f"How many {found['unit']} of {found['what']} {found['be']} {subject} entitled to?"


def _how_often(sentence: str) -> Iterator[str]:
    if (found := _REGULAR.match(sentence)) and (subject := clear(found["subject"])):
        yield f"How often {found['modal']} {subject} be {found['done']}?"


def _how_much(sentence: str) -> Iterator[str]:
    if (found := _COSTS.match(sentence)) and (subject := clear(found["subject"])):
        does, verb = ("does", found["verb"][:-1]) if found["verb"].endswith("s") else ("do", found["verb"])
        if verb == "cost":
            yield f"How much {does} {subject} cost?"
        elif re.fullmatch(UNIT, (found["unit"] or "").strip()):
            yield f"How long {does} {subject} {verb}?"
    if (found := _AMOUNTS.match(sentence)) and (subject := clear(found["subject"])):
        yield f"How much is {subject}?"


def _when(sentence: str) -> Iterator[str]:
    if (found := _WAS_DONE.match(sentence)) and (subject := named(found["subject"])):
        yield f"When {found['be']} {subject} {found['done']}?"


def _how_many(sentence: str) -> Iterator[str]:
    if (found := _HAS.match(sentence)) and (subject := named(found["subject"])):
        verb = found["has"]
        does = "did" if verb == "had" else "does" if verb.endswith("s") else "do"
        bare = "have" if verb in ("has", "have", "had") else verb.removesuffix("s")
        yield f"How many {found['what']} {does} {subject} {bare}?"
    for found in _SUFFERED.finditer(sentence):
        yield f"How many {found['what']}were {found['done']} {found['where']}?"


def _which(sentence: str) -> Iterator[str]:
    found = _IS_THE.match(sentence)
    if found and clear(found["subject"]) and names(found["what"]):
        yield f"{'Who' if is_of_people(found['what']) else 'What'} {found['be']} {found['what']}?"


def _why(sentence: str) -> Iterator[str]:
    if (found := _BECAUSE.match(sentence)) and (subject := named(found["subject"])):
        first, *more = found["aux"].split()
        yield " ".join(["Why", first, subject, *more, found["what"]]) + "?"


def _stands_for(sentence: str) -> Iterator[str]:
    for found in _STANDS_FOR.finditer(sentence):
        initials = "".join(word[0] for word in re.split(r"[\s-]", found["full"]) if word[:1].isupper())
        if initials.endswith(found["short"].replace("&", "")):
            yield f"What does {found['short']} stand for?"


PATTERNS = (_how_soon, _how_often, _how_much, _when, _how_many, _which, _why, _stands_for)
"""Each gives the questions that a sentence may answer; the likeliest to be good come first."""
