"""A question that needs the one before it: the ways in which it can be read on its own, and the answer to the best."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from qa.filters import Filter
from qa.followup.phrases import Phrase, counted, is_plural, phrases
from qa.followup.pronouns import Pronoun, free_pronoun
from qa.followup.rewording import asked_so, exchanged, is_short
from qa.library import Library
from qa.names import is_name
from qa.records import Answer

MOST = 4
"""So many readings at the most; each is asked."""

# The trained reader’s confidence is off by 0.03 to 0.05 on average (calibration error on three sets, see QUALITY.md): a
# smaller lead tells nothing. Not tuned.
MARGIN = 0.05
"""A reading is preferred to an earlier one where it is surer by this much."""

_LEADING = re.compile(r"\A\W*(?:and|but|or|so|ok|okay|then)\b[\s,]*", re.IGNORECASE)
_ABOUT = re.compile(r"\A\W*(?:(?:and|but|so|ok|okay)[\s,]+)?(?:what about|how about|what of)\s+", re.IGNORECASE)
_ASKS = re.compile(
    r"(?:(?:by|for|from|to|with|against|since|until|in|on|at|of|about)\s+)?"
    r"(?:who|whom|whose|what|which|when|where|why|how|do|does|did|is|are|was|were|has|have|had|can|could|will|would"
    r"|shall|should|may(?!\s+\d)|might|must|name|list|tell|show|explain|describe|if|not|then|so)\b",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"((?:(?:by|for|from|to|with|against|since|until|in|on|at|of|about)\s+)?"
    r"(?:why|when|where|who|whom|how|how (?:many|much|long|often|far|old)"
    r"|(?:what|which) (?:year|month|day|date|city|country)))"
    r"(?:\s+(?:exactly|so|then|not))?"
    r"(?:\s+(?:is|was|did|does|were|has|had)\s+(?:that|this|it)(?:\s+happen(?:ed)?)?)?\W*\Z",
    re.IGNORECASE,
)
_ASKED_WHO = re.compile(
    r"\W*(?:by |for |from |to |with )?(?:whom?\b|(?:which|what) (?:\w+ )?(?:actor|author|general|king|leader|man"
    r"|minister|official|person|player|president|queen|scientist|singer|woman|writer)\b)",
    re.IGNORECASE,
)
_ASKED_WHERE = re.compile(r"\W*(?:where\b|(?:in |to )?(?:what|which) (?:city|country|place|town)\b)", re.IGNORECASE)
# "its embassy" would leave the next question as unclear.
_UNEXPLAINED = re.compile(r"(?:its|his|her|their)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Turn:
    """What was asked before: the question as it was understood, and the text of the exact answer, or empty."""

    question: str
    answer: str = ""


def ask_after(
    library: Library, question: str, before: Sequence[Turn], *, only: Filter | None = None, top: int = 3
) -> tuple[Answer, str]:
    """The answer to the surest of the :func:`readings` of ``question``, and that reading.

    An earlier reading is preferred unless a later one is surer by more than
    ``MARGIN``. Raises as :meth:`qa.library.Library.ask`.
    """
    typed, *others = readings(question, before)
    best = library.ask(typed, top=top, only=only)
    for reading in others:
        answer = library.ask(reading, top=top, only=only)
        if answer.confidence > best.confidence + MARGIN:
            best = answer
    return best, best.question


def readings(question: str, before: Sequence[Turn]) -> list[str]:
    """The ways to read ``question`` on its own after the turns ``before``, at most ``MOST``; as typed comes first.

    That one alone where nothing in it points back.
    """
    found = {_key(question): question}
    for reading in _others(question, before) if before else ():
        found.setdefault(_key(reading), reading)
        if len(found) == MOST:
            break
    return list(found.values())


def _key(reading: str) -> str:
    return " ".join(re.findall(r"\w+", reading.casefold()))


def _others(question: str, before: Sequence[Turn]) -> Iterator[str]:
    about = _ABOUT.sub("", question)
    rest = _LEADING.sub("", question)
    if about != question and about.strip(" ?!."):
        yield from exchanged(about.strip(" ?!."), before[-1].question)
    elif bare := _BARE.match(rest):
        yield from filter(None, [asked_so(bare[1], before[-1].question, before[-1].answer)])
    elif rest != question and not _ASKS.match(rest) and rest.strip(" ?!."):
        yield from exchanged(rest.strip(" ?!."), before[-1].question)
    elif pronoun := free_pronoun(question):
        yield from (_explained(question, pronoun, meant, before) for meant in _antecedents(question, pronoun, before))


# For a pronoun, what it stands for


def _explained(question: str, pronoun: Pronoun, meant: str, before: Sequence[Turn]) -> str:
    """``question`` with what the pronoun stands for in its place, and the likeliest for another one of another kind."""
    reading = _put_in(question, pronoun, meant)
    other = free_pronoun(reading)
    if other and other.kind != pronoun.kind and (its := next(_antecedents(reading, other, before), "")):
        return _put_in(reading, other, its)
    return reading


def _put_in(question: str, pronoun: Pronoun, meant: str) -> str:
    if pronoun.owns:
        meant += "’" if meant.endswith("s") and not is_name(meant) else "’s"
    elif pronoun.kind == "place":
        meant = f"in {meant}"
    return question[: pronoun.range.start] + meant + question[pronoun.range.end :]


def _antecedents(question: str, pronoun: Pronoun, before: Sequence[Turn]) -> Iterator[str]:
    """What the pronoun may stand for, the likeliest first; nothing that the question names itself."""
    for turn in reversed(before):
        for meant in _meant(pronoun, turn):
            if meant.casefold() not in question.casefold():
                yield meant


def _meant(pronoun: Pronoun, turn: Turn) -> Iterator[str]:
    some = [one for one in phrases(turn.question) if not _UNEXPLAINED.match(one.text)]
    named = [one for one in some if one.name]
    nouns = [one for one in some if not one.name]
    answer = [turn.answer] if _may_be_meant(pronoun, turn) else []
    match pronoun.kind:
        case "person":
            yield from answer + _texts(one for one in named if not one.placed) or _texts(named)
            yield from _texts(nouns)
        case "several":
            yield from [*filter(None, [counted(turn.question)]), *_texts(one for one in nouns if one.several)]
            yield from answer + _texts(named)
        case "place":
            yield from answer + _texts(sorted(named, key=lambda one: not one.placed))
        case "thing":
            yield from answer + _texts(some)
        case "event":
            yield from _texts(nouns)


def _texts(some: Iterable[Phrase]) -> list[str]:
    return [one.text for one in some]


def _may_be_meant(pronoun: Pronoun, turn: Turn) -> bool:
    """Whether the exact answer is something that such a pronoun may stand for: a person is no "it"."""
    match pronoun.kind:
        case "person":
            return is_name(turn.answer) and not _ASKED_WHERE.match(turn.question)
        case "several":
            return is_name(turn.answer) or (is_short(turn.answer) and is_plural(turn.answer))
        case _:
            return is_name(turn.answer) and not _ASKED_WHO.match(turn.question)
