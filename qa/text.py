"""Words, lines and sentences as ranges into a text. For matching only: no text is changed here."""

import re
import string
import threading
import unicodedata
from bisect import bisect_right
from collections.abc import Container
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from nupunkt import sent_spans

from qa.records import Range

# CJK scripts put no space between words: there, every character counts as one, also beside a letter or digit.
_CJK = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
# In decomposed text, accents stand as characters of their own behind their letter.
_ACCENT = r"[\u0300-\u036f]"
_INITIAL = rf"[^\W\d_{_CJK}]{_ACCENT}*+"
_LETTERS = rf"[^\W_{_CJK}]+(?:{_ACCENT}+[^\W_{_CJK}]*)*"
# In this order: 東 · U.S. · 2,500.75 · Shi’ite, isn't.
_WORD = re.compile(
    rf"[{_CJK}]"
    rf"|(?<![^\W_])(?:{_INITIAL}\.)+{_INITIAL}(?![^\W_])"
    r"|\d+(?:[.,]\d+)+"
    rf"|{_LETTERS}(?:['’ʼ‘`]{_LETTERS})*"
)
# English: Lucene's stop set, and what questions are made of.
# He asked, “Who?” tells of a question; “Who?” asks.
_ASKS = re.compile(r"[?？؟][)\]*_\s]*$|^[*_#>\s]*[\"“„«‘'].*[?？؟][\"”“»’'][)\]*_\s]*$", re.DOTALL)
_FUNCTION_WORDS = """
a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was
will with what which who whom whose when where why how do does did done has have had been were am can could would should
may might must shall about from i me my mine we our you your he him his she her its them any some
"""
_NOT_IN_WORDS = str.maketrans("", "", "'’ʼ‘`.,")
_OF_THREAD = threading.local()
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_BREAK = re.compile(r"\r\n|\r|\n")
_NOT_SPACE = re.compile(r"\S")
# "…rocket attacks.The ultimatum…": a lower-case word, a stop, a capitalised word, and no space.
# Or a full stop of Chinese or Japanese, which nupunkt does not know, and what closes behind it.
_GLUED = re.compile(
    r"(?<=[a-zß-ÿ]{3}[.!?])(?=[A-ZÀ-Þ][a-zß-ÿ]*\s)|(?<=[。！？])(?![。！？”’」』）])|(?<=[。！？][”’」』）])"
)
# Wider lines than this are whole paragraphs. A wrapped one falls short of the width by a word at the most.
_WIDEST_WRAP = 120
# Narrower ones are lists: of names, of things to buy.
_NARROWEST_WRAP = 24
_LONG_WORD = 16
# What begins a line of its own, wherever the line above ends.
_ITEM = re.compile(r"(?:[-*+•–—>|#]|\d+[.):])\s")


def words(text: str) -> list[str]:
    """The words of ``text`` as they are matched: case, accents, apostrophes and endings folded.

    "The U.S. ally’s Shi’ite militias" gives ``the us alli shiit militia``.
    """
    return [_folded(match.group()) for match in _WORD.finditer(text)]


def asked_words(question: str, held: Container[str]) -> list[str]:
    """The words of ``question`` but those of mere asking that the texts do not hold; all of them if nothing is left.

    No text is expected to hold "what" and "is". Where many do, they do no harm,
    being common; in a library of a few lines they are rarer than what is asked
    for, and would weigh more.
    """
    asked = words(question)
    return [word for word in asked if word in held or word not in _function_words()] or asked


@cache
def _function_words() -> frozenset[str]:
    return frozenset(words(_FUNCTION_WORDS))


def word_ranges(text: str) -> list[tuple[str, Range]]:
    """Every word as in :func:`words`, with the range that it has in ``text``."""
    return [(_folded(match.group()), Range(*match.span())) for match in _WORD.finditer(text)]


@lru_cache(maxsize=1 << 16)
def _folded(word: str) -> str:
    folded = unicodedata.normalize("NFKD", word).casefold()
    for possessive in ("'s", "’s"):
        folded = folded.removesuffix(possessive)
    letters = "".join(c for c in folded.translate(_NOT_IN_WORDS) if not unicodedata.combining(c))
    return str(_stemmer().stemWord(letters or folded))


def _stemmer() -> Any:  # PyStemmer has no types
    """The stemmer of this thread: while it stems, it has a state of its own."""
    if not hasattr(_OF_THREAD, "stemmer"):
        import Stemmer

        _OF_THREAD.stemmer = Stemmer.Stemmer("english")
    return _OF_THREAD.stemmer


def normalised(answer: str) -> str:
    """``answer`` as SQuAD compares it: lower case, without ASCII punctuation, articles and extra space.

    The published evaluation rules of SQuAD 1.1 (Rajpurkar et al. 2016), in
    their order.
    """
    return " ".join(_ARTICLES.sub(" ", answer.lower().translate(_PUNCTUATION)).split())


def lines(text: str) -> list[Range]:
    """The paragraphs and single lines of ``text``, white space trimmed, in order.

    A line break ends a line unless the text is hard-wrapped there: no blank
    line follows, and the next line's first word would not have fitted.
    """
    pieces = _physical_lines(text)
    followed = [len(_BREAK.findall(text, above.end, below.start)) == 1 for above, below in pairwise(pieces)]
    width = _wrap_width(pieces, followed)
    joined = pieces[:1]
    for above, below, close in zip(pieces, pieces[1:], followed, strict=False):
        if close and width and _is_wrap(text, above, below, width):
            joined[-1] = Range(joined[-1].start, below.end)
        else:
            joined.append(below)
    return joined


def _physical_lines(text: str) -> list[Range]:
    borders = [0, *(offset for match in _BREAK.finditer(text) for offset in match.span()), len(text)]
    trimmed = (trim(text, start, end) for start, end in zip(borders[::2], borders[1::2], strict=True))
    return [piece for piece in trimmed if piece]


def _wrap_width(pieces: list[Range], followed: list[bool]) -> int:
    """The width that the text is wrapped to, or 0 where it is not: then few lines come near the widest."""
    width = max((piece.end - piece.start for piece in pieces), default=0)
    lengths = [piece.end - piece.start for piece, close in zip(pieces, followed, strict=False) if close]
    full = sum(length > width - _LONG_WORD for length in lengths)
    return width if _NARROWEST_WRAP <= width <= _WIDEST_WRAP and full > max(1, len(lengths) / 2) else 0


def _is_wrap(text: str, above: Range, below: Range, width: int) -> bool:
    first_word = below.of(text).split(maxsplit=1)[0]
    return above.end - above.start + 1 + len(first_word) > width and not _ITEM.match(text, below.start)


def sentences(text: str) -> list[Range]:
    """The sentences of ``text``, white space trimmed, in order; none crosses a line of :func:`lines`.

    nupunkt finds the stops; two faults of real pages are mended: a stop glued
    to the next sentence ends one, a stop before a small letter does not.
    """
    borders = sorted({end for _, end in sent_spans(text)} | {match.start() for match in _GLUED.finditer(text)})
    found: list[Range] = []
    for line in lines(text):
        inner = borders[bisect_right(borders, line.start) : bisect_right(borders, line.end - 1)]
        cuts = [line.start, *(cut for cut in inner if not _starts_small(text, cut, line.end)), line.end]
        pieces = (trim(text, start, end) for start, end in pairwise(cuts))
        found.extend(piece for piece in pieces if piece)
    return found


def asks(sentence: str) -> bool:
    """Whether it ends with a question mark, whatever closes behind it, and does not merely tell what was asked."""
    return bool(_ASKS.search(sentence))


def _starts_small(text: str, start: int, end: int) -> bool:
    first = _NOT_SPACE.search(text, start, end)  # no slice: a line of 64 MiB has a million sentences
    return first is None or first.group().islower()


def trim(text: str, start: int, end: int) -> Range | None:
    """The range ``[start, end)`` without white space at either end; None if nothing is left."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    stripped = piece.strip()
    return Range(start, start + len(stripped)) if stripped else None
