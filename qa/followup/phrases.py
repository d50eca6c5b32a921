"""What a question is about: its names and noun phrases, by articles and capitals, without a grammar."""

import re
from dataclasses import dataclass

from qa.names import names
from qa.records import Range

_FUNCTION = frozenset(
    """
    a about after against all also am an and any are as at be because been before being between but by can could did do
    does during each else every for from had has have he her him his how i if in into is it its many may me might more
    most much must my near no nor not of off on one or other our over said say says shall she should since so some
    still than that the their them then there these they this those to under until up upon us was we were what when
    where which while who whom whose why will with within without would you your
    """.split()  # noqa: SIM905 - words are read as words
)
_DETERMINED = re.compile(r"(?<![\w'’])(?:the|a|an|its|his|her|their|\w[\w-]*['’]s)(?=\s)", re.IGNORECASE)
_NEXT = re.compile(r"\s+([^\W_](?:[\w-]|['’](?!s\b)(?=\w))*)(['’]s\b)?")
_MOST_WORDS = 4
# After these, and a subject, a verb follows: "did the militias announce", "has the report turned".
_VERB_FOLLOWS = re.compile(
    r"\b(?:do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must)\s*\Z", re.IGNORECASE
)
# Iraqi militias, Shi'ite groups: no more a name than "local" is.
_OF_A_NAME = re.compile(r"\w+(?:ian|ean|ican|ish|ese|qi|eli|stani|ite|ic|French|Dutch|Greek|Turkish)\Z")
_SMALL = re.compile(r"\s+[a-z]")
# "How many pro-Sistani factions are …": what is counted is what the next question may be about.
_COUNTED = re.compile(
    r"\A\W*(?:and\s+)?(?:how many|which|what)\s+((?:[\w'’-]+\s+){1,4}?)"
    r"(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would|should|may|might|must)\b",
    re.IGNORECASE,
)
_PLACED = re.compile(r"\b(?:in|of|at|from|to|for|on)\s+(?:the\s+)?\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Phrase:
    """A name or a noun phrase of a question; ``placed`` behind a preposition as places are: "in Iraq"."""

    range: Range
    text: str
    name: bool
    placed: bool

    @property
    def several(self) -> bool:
        """Whether it is likely a plural."""
        return not self.name and is_plural(self.text)


def phrases(question: str) -> list[Phrase]:
    """The phrases of ``question``, in order: noun phrases that begin with an article or an owner, owners, and names."""
    nouns = _noun_phrases(question)
    named = [name for name in _names(question) if not any(_is_within(name, noun) for noun in nouns)]
    return [_phrase(question, piece) for piece in sorted({*nouns, *named})]


def is_plural(text: str) -> bool:
    """Whether ``text`` ends as plurals do."""
    return bool(re.search(r"(?:[^\Wsu]s|people|men|women|children)\Z", text, re.IGNORECASE))


def counted(question: str) -> str:
    """What is counted or chosen from, "the factions" of "How many factions are …"; empty where nothing is."""
    match = _COUNTED.match(question)
    asked = match[1].strip() if match else ""
    return f"the {asked}" if asked and asked.split()[0].lower() not in _FUNCTION else ""


def _phrase(question: str, piece: Range) -> Phrase:
    text = piece.of(question)
    bare = re.sub(r"\Athe\s+", "", text, flags=re.IGNORECASE)
    is_name = [one.of(bare) for one in names(bare)] == [bare]
    return Phrase(piece, text, is_name, bool(_PLACED.search(question[: piece.start])))


def _is_within(name: Range, noun: Range) -> bool:
    """Whether ``name`` is a part of ``noun``, and not its owner: Iran is another thing than "Iran's allies"."""
    return noun.start < name.start < noun.end or name == noun


def _names(question: str) -> list[Range]:
    return [
        name
        for name in names(question)
        if not (_OF_A_NAME.match(name.of(question)) and _SMALL.match(question, name.end))
    ]


def _noun_phrases(question: str) -> list[Range]:
    found: list[Range] = []
    for match in _DETERMINED.finditer(question):
        if found and match.start() < found[-1].end:
            continue
        end = _end(question, match)
        if end > match.end():
            found.append(Range(match.start(), end))
    return found


def _end(question: str, first: re.Match[str]) -> int:
    """Where the phrase ends that ``first`` begins; where it is a subject, before its verb."""
    ends = [first.end()]
    small = False
    while len(ends) <= _MOST_WORDS and (word := _NEXT.match(question, ends[-1])):
        capital = word[1][0].isupper()
        if word[1] in _FUNCTION or (small and capital):
            break
        small = small or not capital
        ends.append(word.end())
    if len(ends) > 2 and small and _VERB_FOLLOWS.search(question[: first.start()]):
        ends.pop()
    return ends[-1]
