"""Names spelt in other ways, and slips of the typing finger: words of the documents that are nearly one asked for."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from rapidfuzz import process
from rapidfuzz.distance import OSA

from qa.records import Range
from qa.split import TokenCounter
from qa.text import word_ranges

# Shorter words have too many neighbours that mean something else.
_SHORTEST = 5
# One letter in five may differ, two in eight: Hezbollah, Hizbullah.
_ALIKE = 0.75
# Spellings of one sound in names that came from other scripts: Kadhimi and Kazemi, Qassem and Kasem, Moukhtar.
_SOUNDS = {"dh": "z", "kh": "k", "gh": "g", "ph": "f", "ou": "u", "q": "k", "c": "k", "y": "i", "w": "v"}
_LETTERS = re.compile(r"[^\W\d_]+")
# It is a token of its own, which makes no word uncommon. Behind a plural's s, the mark is no part of the word's range.
_POSSESSIVE = re.compile(r"['’]s\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Respelt:
    """An uncommon word of a question, folded, its range there, and its other spellings in some texts, folded too."""

    word: str
    range: Range
    others: tuple[str, ...]


class Spelling:
    """The words that some texts hold, ready to be compared by spelling."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._known: dict[str, list[tuple[str, str]]] = {}
        for word in vocabulary:
            if len(word) >= _SHORTEST and _LETTERS.fullmatch(word):
                sound = _sound(word)
                self._known.setdefault(sound[0], []).append((sound, word))

    def variants(self, question: str, count_tokens: TokenCounter) -> list[str]:
        """Other spellings of the uncommon words of ``question``, folded; those of :meth:`respelt`, each once."""
        return list(dict.fromkeys(other for word in self.respelt(question, count_tokens) for other in word.others))

    def respelt(self, question: str, count_tokens: TokenCounter) -> list[Respelt]:
        """The uncommon words of ``question`` that the texts hold in other spellings.

        Uncommon is a word that the embedder's vocabulary does not have whole:
        names and typing errors. Ordinary words are left alone, since one letter
        makes another word of them (nation, notion). Alike are words with the
        same first sound whose optimal string alignment distance (Damerau 1964,
        Boytsov 2011), sounds spelt one way, is small for their length.
        """
        found = []
        for folded, where in word_ranges(question):
            if len(folded) < _SHORTEST or not _LETTERS.fullmatch(folded):
                continue
            if count_tokens([_POSSESSIVE.sub("", where.of(question))]) == [1]:
                continue
            sound = _sound(folded)
            known = self._known.get(sound[0], [])
            alike = process.extract_iter(
                sound, [other for other, _ in known], scorer=OSA.normalized_similarity, score_cutoff=_ALIKE
            )
            if others := tuple(known[row][1] for _, _, row in alike if known[row][1] != folded):
                found.append(Respelt(folded, where, others))
        return found


def as_spelt(question: str, respelt: Sequence[Respelt], standing: Mapping[str, str]) -> str:
    """``question`` in the spelling of a text whose folded words, and how they stand there, are ``standing``."""
    for word in reversed(respelt):
        other = next((standing[other] for other in word.others if other in standing), None)
        if other and word.word not in standing:
            question = question[: word.range.start] + other + question[word.range.end :]
    return question


@lru_cache(maxsize=1 << 16)
def _sound(word: str) -> str:
    for spelt, as_one in _SOUNDS.items():
        word = word.replace(spelt, as_one)
    return "".join(letter for letter, _ in groupby(word))
