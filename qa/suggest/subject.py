"""What sentences are about, and the words that patterns over them are made of."""

import re

from qa.names import is_name, names

PEOPLE = frozenset(
    """
    activist actor actress admiral adviser advisor ambassador analyst architect artist astronaut athlete author banker
    biologist bishop captain chairman chairwoman chancellor chef chemist chief cleric coach commander commissioner
    composer congressman cricketer critic dancer dean designer diplomat director doctor economist editor emperor
    engineer executive expert explorer filmmaker footballer founder general goalkeeper governor guitarist
    historian inventor journalist judge king laureate lawyer lawmaker leader lieutenant manager mathematician mayor
    minister model monarch musician novelist nurse officer official owner painter philosopher photographer physicist
    physician player playwright poet politician pope president priest prince princess professor prosecutor
    queen rapper representative researcher scholar scientist screenwriter secretary senator singer skater soldier
    songwriter spokesman spokesperson spokeswoman statesman student surgeon teacher writer
    """.split()  # noqa: SIM905 - words are read as words
)
# The first words of a subject that says by itself what it is.
VAGUE = re.compile(
    r"(?:he|she|it|they|we|you|i|this|that|these|those|there|here|his|her|its|their|our|my|your|both|some|many|most|few"
    r"|such|another|other|others|each|all|one|and|but|or|so|yet|nor|as|if|when|while|where|although|though|because|since"
    r"|after|before|until|during|in|on|at|by|for|from|to|with|under|over|of|not|also|then|thus|however|who|which|what|how"
    r"|why|either|neither|every|several|no|none|much|more|less|than|according|despite|among|between|following"
    r"|unlike|like|whereas|while|former|then|vice|deputy|prime|result|including|now|today|later)\b",
    re.IGNORECASE,
)
# Nothing but words, of which a subject or a phrase is made.
WORD = r"[^\W_](?:[\w.'’&-]*\w)?"
SUBJECT = rf"(?P<subject>(?:(?:The|the|A|An|a|an)\s)?{WORD}(?:\s{WORD}){{0,7}}?)"
NUMBER = r"(?:\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|sixty|ninety)"
ABOUT = r"(?:(?:about|around|approximately|at least|more than|over|nearly|almost|up to|some|only)\s)?"
UNIT = r"(?:business days|working days|calendar days|days|weeks|months|years|hours|minutes|seconds)"
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
DATE = rf"(?:(?:{_MONTH}\s)?(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s)?(?:{_MONTH}\s)?(?:1[0-9]|20)\d\d)"
PERSON = r"[A-Z][\w.'’-]+(?:\s(?:(?:al-|de\s|van\s)?[A-Z][\w.'’-]*|al-[A-Z]\w+)){1,3}"
# Employees, Full-time: no name, though at the beginning it has a capital.
_COMMON = re.compile(r"[A-Z][a-z]+(?:s|-[a-z]+)")


def clear(subject: str) -> str:
    """The subject as it stands amid a sentence; empty where it points to something else."""
    subject = subject.strip()
    if VAGUE.match(subject):
        return ""
    first, _, rest = subject.partition(" ")
    small = first in ("The", "A", "An") or (_COMMON.fullmatch(first) and not names(rest))
    return f"{first.lower()} {rest}".strip() if small else subject


def named(subject: str) -> str:
    """The same, where it holds a name: "the song" says nothing to who has not read on."""
    amid = clear(subject)
    return amid if amid and (is_name(amid) or names(amid.partition(" ")[2])) else ""


def is_of_people(text: str) -> bool:
    """Whether what the first words tell is what people are."""
    first = re.split(r"[,.;(]|\s(?:of|who|that|which|in|for|from|to)\s", text, maxsplit=1)[0]
    return any(word in PEOPLE for word in re.findall(r"\w+", first.lower())[-2:])
