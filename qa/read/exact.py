"""From what the network marks to the span that is shown: the exact answer in its sentence, without loose ends."""

import re

from qa.read.evidence import Sentence
from qa.records import Range, Span
from qa.text import sentences

_STOPS = ".,;:!?\"“”„«»‘’' \t\n"
_OPENING, _CLOSING = "([{", ")]}"
# .5 mg; neither the end of "…5" nor of "No.5".
_BARE_POINT = re.compile(r"(?<![\w.,])[.,](?=\d)")
# U.S. · 5 p.m. · Ph.D.; neither "3.5." nor "www.example.com.", whose last dot ends a sentence.
_ABBREVIATION = re.compile(r"(?<![\w.])(?:[^\W\d_]{1,2}\.){2,}\Z")
# Feet and inches: 5'10" · 27" by 40"
_BEHIND_DIGIT = re.compile(r"\d[\"']\Z")


def span_of(one: Sentence, score: float, whole: bool) -> Span:
    """The sentence, and the next where the answer runs over into it."""
    start, end = one.range
    if not one.found:
        return Span(start, end, score)
    exact = one.found.range
    if exact.end > end:
        end = max(piece.end for piece in sentences(one.passage.text) if piece.start < exact.end)
    return Span(start, max(end, exact.end), score, exact=None if whole else _bare(one.passage.text, exact, one.range))


def _bare(text: str, exact: Range, sentence: Range) -> Range:
    """Without stops and quotation marks at its ends, nor a bracket whose partner is outside.

    What belongs to a number or an abbreviation stays; a decimal point before it comes in.
    """
    start, end = exact
    while end - start > 1:
        if _is_loose_end(text, start, end):
            end -= 1
        elif _is_loose_start(text, start, end):
            start += 1
        else:
            break
    if start > sentence.start and text[start - 1] == "." and _BARE_POINT.match(text, start - 1):
        start -= 1
    return Range(start, end)


def _is_loose_end(text: str, start: int, end: int) -> bool:
    last = text[end - 1]
    if last in _CLOSING:
        return _OPENING[_CLOSING.index(last)] not in text[start:end]
    if last == ".":
        return not _ABBREVIATION.search(text, start, end)
    if _BEHIND_DIGIT.search(text, start, end):  # it closes what was quoted, or is a unit
        return bool(re.search(rf"(?<!\w){last}", text[max(start - 1, 0) : end - 1]))
    return last in _STOPS


def _is_loose_start(text: str, start: int, end: int) -> bool:
    first = text[start]
    if first in _OPENING:
        return _CLOSING[_OPENING.index(first)] not in text[start:end]
    return first in _STOPS and not _BARE_POINT.match(text, start)
