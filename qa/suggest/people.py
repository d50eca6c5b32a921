"""Who somebody is, what they said and did."""

import re
from collections.abc import Iterator

from qa.names import is_name, names
from qa.suggest.subject import DATE, PEOPLE, PERSON, SUBJECT, VAGUE, WORD, clear, is_of_people, named

_ROLE_BEFORE = re.compile(
    r"(?P<whose>(?:[A-Z][\w.]*(?:['’]s)?\s){1,2}?)"
    r"(?P<role>(?:(?:[Pp]rime|[Ff]oreign|[Ff]inance|[Dd]efen[cs]e|[Ii]nterior|[Vv]ice|[Ss]upreme)\s)?"
    r"(?:[Mm]inister|[Pp]resident|[Ll]eader|[Ss]ecretary of [Ss]tate|[Cc]hancellor|[Aa]mbassador))\s"
    rf"(?P<name>[A-Z]{WORD}(?:\s(?:al-)?[A-Z]{WORD})+)"
)
_PART_OF_A_ROLE = frozenset({"Acting", "Defence", "Defense", "Finance", "Foreign", "Interior", "Interim", "Supreme"})
_APPOSITION = re.compile(rf"(?P<name>{PERSON}),\s(?:the\s)?(?P<role>(?:{WORD}\s){{0,4}}?{WORD})\s(?:of|for|at|in)\s")
_ROLE_OF = re.compile(rf"\b(?P<role>[a-z]+)\s(?P<name>{PERSON})")
_SAID = re.compile(
    rf"(?<!of\s)(?<!from\s)(?P<name>{PERSON})\s(?:said|says|announced|warned|argued|added)"
    r"(?:\sin\s\w+\s\w+)?,?\s(?P<said>that\s.+)"
)
_ASKED = re.compile(
    rf"(?P<name>{PERSON})\s(?:has\s|had\s)?(?P<asked>asked|urged|ordered|called on|told)\s"
    rf"(?P<whom>(?:the\s)?{WORD}(?:\s{WORD}){{0,3}}?)\sto\s[a-z]"
)
_WENT = re.compile(
    rf"(?P<name>{PERSON})\s(?P<went>travell?ed|went|flew|returned|moved)\sto\s"
    rf"(?P<place>(?:the\s)?[A-Z]\w+(?:\s[A-Z]\w+){{0,2}})\s(?P<how>to\s(?:[a-z])|in\s{DATE})"
)
_BARE_VERBS = {
    "asked": "ask",
    "called on": "call on",
    "flew": "fly",
    "moved": "move",
    "ordered": "order",
    "returned": "return",
    "told": "tell",
    "traveled": "travel",
    "travelled": "travel",
    "urged": "urge",
    "went": "go",
}
_MADE = (
    r"(?:built|composed|created|designed|developed|directed|discovered|established|founded|hosted|invented|led|painted"
    r"|performed|produced|published|recorded|sung|won|written)"
)
_WAS_DONE_BY = re.compile(
    rf"\A{SUBJECT}\s(?:was|were)\s(?:(?:first|originally)\s)?(?P<done>{_MADE})\sby\s"
    r"(?P<name>(?:the\s)?(?:\w+\s){0,3}?[A-Z]\w+)"
)
_PAST = {"written": "wrote", "sung": "sang"}
_IS_A = re.compile(rf"\A(?P<subject>{WORD}(?:\s{WORD}){{0,5}}?)(?:\s\([^)]*\))?\s(?P<be>is|are|was)\san?\s(?P<what>.+)")
# Ihsan al-Shammari, London Bridge: whether somebody or something is meant, capitals do not tell.
_MAY_BE_SOMEBODY = re.compile(r"(?:[A-Z][\w.'’-]+\s){1,2}[A-Z][\w.'’-]+\Z")


def _who(sentence: str) -> Iterator[str]:
    for found in _ROLE_BEFORE.finditer(sentence):
        whose = found["whose"].strip()
        article = "" if whose.endswith(("'s", "’s")) else "the "
        if not VAGUE.match(whose) and whose not in _PART_OF_A_ROLE:
            yield f"Who is {article}{whose} {found['role'].lower()}?"
    for found in _APPOSITION.finditer(sentence):
        if is_of_people(found["role"]) and is_name(found["name"]) and " " in found["name"]:
            yield f"Who is {found['name']}?"

    for found in _ROLE_OF.finditer(sentence):
        if found["role"] in PEOPLE and is_name(found["name"]):
            yield f"Who is {found['name']}?"


def _said(sentence: str) -> Iterator[str]:
    for found in _SAID.finditer(sentence):
        said = found["said"]
        about = [piece for piece in names(said) if piece.of(said) not in found["name"]]
        if about and is_name(found["name"]):
            article = "the " if said[: about[0].start].endswith("the ") else ""
            yield f"What did {clear(found['name'])} say about {article}{about[0].of(said)}?"


def _did(sentence: str) -> Iterator[str]:
    for found in _ASKED.finditer(sentence):
        if is_name(found["name"]) and not VAGUE.match(found["whom"]):
            yield f"What did {clear(found['name'])} {_BARE_VERBS[found['asked']]} {found['whom']} to do?"
    for found in _WENT.finditer(sentence):
        if is_name(found["name"]):
            asks = "When" if found["how"].startswith("in") else "Why"
            yield f"{asks} did {clear(found['name'])} {_BARE_VERBS[found['went']]} to {found['place']}?"


def _by_whom(sentence: str) -> Iterator[str]:
    if (found := _WAS_DONE_BY.match(sentence)) and (subject := named(found["subject"])):
        yield f"Who {_PAST.get(found['done'], found['done'])} {subject}?"


def _what(sentence: str) -> Iterator[str]:
    found = _IS_A.match(sentence)
    subject = found["subject"].strip() if found else ""
    if not found or not is_name(subject) or VAGUE.match(subject):
        return
    if is_of_people(found["what"]) and " " in subject:
        yield f"Who {found['be']} {clear(subject)}?"
    elif found["be"] != "was" and not _MAY_BE_SOMEBODY.match(subject):
        yield f"What {found['be']} {clear(subject)}?"


PATTERNS = (_by_whom, _did, _who, _said, _what)
"""Each gives the questions that a sentence may answer; the likeliest to be good come first."""
