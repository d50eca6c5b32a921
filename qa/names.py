"""Names in English text, by their capitals alone: "Mustafa al-Kadhimi", "the Ministry of Defence", "ISIS"."""

import re

from qa.records import Range

# Capitals at the beginning of a sentence tell nothing: these words are no names, however they are written.
_NO_NAMES = frozenset(
    """
    a about according after all also although among an and another any are as at because before both but by can could
    did do does during each either even every few first following for from had has have he her here his how however i
    if in instead is it its last later like many may meanwhile might more moreover most much must my near neither no
    none nor not now of on once one only or other our over per several shall she should since so some still such than
    thanks that the their then there therefore these they this those though through thus to today under unless until
    upon was we were what when where whereas whether which while who whom whose why will with within without would yes
    yet you your
    """.split()  # noqa: SIM905 - words are read as words
)
_DATES = frozenset(
    """
    january february march april may june july august september october november december jan feb mar apr jun jul aug
    sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday
    """.split()  # noqa: SIM905 - words are read as words
)
_CAPITAL = r"[^\W\d_a-zà-ÿ]"
# U.S., Gen., J.; then O'Brien, Shi’ite, Al-Kazemi, AT&T, but Iraq of "Iraq’s".
_SHORT = rf"(?:(?:{_CAPITAL}\.)+(?!\w)|(?:Gen|Mr|Mrs|Ms|Dr|St|Sen|Rep|Lt|Col|Prof|Capt|Sgt|Jr|Sr)\.)"
_LONG = rf"{_CAPITAL}(?:[^\W_]|&(?=[^\W_])|['’](?!s\b)(?=[^\W\d_])|[-‑](?=[^\W_]))*"
_WORD = rf"(?:{_SHORT}|{_LONG})"
# Mustafa al-Kadhimi, Leonardo da Vinci, the Bank of England. "and" joins two names more often than it stands in one.
_PARTICLE = r"(?:(?:al|el|ul|bin|ibn|ben)[-‑ ]|(?:of|of the|for|da|de|del|della|di|du|la|van|von|der|den)[ \u00a0])"
_NAME = re.compile(rf"(?<![\w@#’'-]){_WORD}(?:[ \u00a0](?:{_PARTICLE})?(?:{_WORD}|\d+\b))*")
_FIRST = re.compile(r"\S+")


def names(text: str) -> list[Range]:
    """Every name in ``text``, in order: capitalised words on end, without what is capitalised for where it stands."""
    found = (_bare(text, *match.span()) for match in _NAME.finditer(text))
    return [piece for piece in found if piece]


def is_name(text: str) -> bool:
    """Whether all of ``text`` is one name, an article apart."""
    bare = re.sub(r"\A[Tt]he ", "", text.strip())
    return [piece.of(bare) for piece in names(bare)] == [bare]


def _bare(text: str, start: int, end: int) -> Range | None:
    """Without words at its beginning that are no names, and what of a date follows; None if nothing is left."""
    while first := _FIRST.search(text, start, end):
        if not _is_no_name(first.group()):
            return Range(first.start(), end)
        start = first.end()
    return None


def _is_no_name(word: str) -> bool:
    if len(word) > 1 and word.isupper():  # IS, US
        return False
    folded = word.casefold().rstrip(".")
    return folded in _NO_NAMES or folded in _DATES or folded.isdigit()
