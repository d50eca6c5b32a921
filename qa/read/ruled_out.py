"""What a question rules out itself: who came before somebody is somebody else."""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from qa.records import Range
from qa.spelling import Respelt
from qa.split import TokenCounter
from qa.text import word_ranges, words

_WHO = re.compile(r"\b(?:who|whom|whose|which)\b", re.IGNORECASE)
# Behind these stands what is not asked for. "Named after" tells of likeness, "looked after" of care.
_OTHER_THAN = re.compile(
    r"\b(?:before|(?<!named )(?<!called )(?<!look )(?<!looks )(?<!looked )(?<!looking )after"
    r"|besides|other than|apart from|succeed(?:s|ed)?|replace[sd]?|precede[sd]?)\s+",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['’.-]+[^\W_]+)*")


class RuledOut:
    """The names in a question that are not what it asks for, and where a sentence speaks of nobody else.

    "Who was prime minister before Kadhimi?" is not answered by "Prime Minister
    Mustafa al-Kadhimi said": whoever tells who came before somebody names both.
    A sentence that names him twice may mean two of one family.
    """

    def __init__(self, question: str, respelt: Sequence[Respelt], count_tokens: TokenCounter) -> None:
        """``respelt``: words of the question with their other spellings, which are as good."""
        spellings = {one.word: {one.word, *one.others} for one in respelt}
        self._names = [[spellings.get(word, {word}) for word in words(name)] for name in _names(question, count_tokens)]

    def ranges(self, text: str, sentence: Range) -> list[Range]:
        """The names in ``sentence``, a range of ``text``, that no answer there may touch, each as long as it stands."""
        if not self._names:
            return []
        said = word_ranges(sentence.of(text))
        found = []
        for name in self._names:
            places = [
                Range(sentence.start + said[first][1].start, sentence.start + said[first + len(name) - 1][1].end)
                for first in range(len(said) - len(name) + 1)
                if all(said[first + n][0] in spellings for n, spellings in enumerate(name))
            ]
            if len(places) == 1:
                (place,) = places
                names = _whole_names(text, sentence)
                found.append(next((one for one in names if one.start <= place.start and place.end <= one.end), place))
        return found


def _names(question: str, count_tokens: TokenCounter) -> Iterator[str]:
    """What stands behind "before" and its like: words with a capital; where there is none, a word that is uncommon."""
    if not _WHO.search(question):
        return
    typed_small = question == question.lower()
    for behind in _OTHER_THAN.finditer(question):
        following = _adjacent(question, behind.end())
        if typed_small:
            name = [word for word in following[:1] if count_tokens([word]) != [1]]
        else:
            name = list(takewhile(_has_capital, following))
        if name:
            yield " ".join(name)


def _adjacent(text: str, start: int) -> list[str]:
    """The words from ``start`` on with nothing but a space between them."""
    found: list[str] = []
    while match := _WORD.match(text, start):
        found.append(match.group())
        start = match.end() + 1
        if text[match.end() : start] != " ":
            break
    return found


def _whole_names(text: str, sentence: Range) -> Iterator[Range]:
    """The longest runs of words with a capital: title, first name and all."""
    name: Range | None = None
    for match in _WORD.finditer(text, sentence.start, sentence.end):
        if not _has_capital(match.group()):
            continue
        if name and text[name.end : match.start()] == " ":
            name = Range(name.start, match.end())
        else:
            if name:
                yield name
            name = Range(*match.span())
    if name:
        yield name


def _has_capital(word: str) -> bool:
    return word != word.lower()
