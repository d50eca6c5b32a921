"""From a reader's span to the quote that is shown: whole sentences, that can be understood, and nothing before them."""

import re

from qa.records import Passage, Quote, Range, Span
from qa.text import lines, sentences

# A sentence that begins so points back to the one before it.
_POINTS_BACK = re.compile(
    r"[\"“‘'(]?(?:He|She|They|It|His|Her|Their|Its|This|That|These|Those|Such|Both|Neither|The (?:former|latter|two))\b"
)
# Together with the one before, it is still a quote and not a passage.
_MOST = 400
# What a news agency puts before its first sentence: BAGHDAD (Reuters) - · LONDON, Jan. 5 — · (CNN) — · Shafaq News/
_PLACE = r"[A-Z][A-Z.'’-]+(?:[ ,]+[A-Z][A-Z.'’-]*)*(?:, [A-Z][\w.]+)?(?:, [A-Z][a-z]{2,8}\.? \d{1,2})?"
_AGENCY = r"\([A-Z][\w .,&/-]{1,30}\)"
# A sentence begins behind it; where none does, what stands before the dash is the subject: VAT – 19 % – is included.
_BEGINS = r"[\"“„«‘'(\[]*[A-ZÀ-Þ]"
_DATELINE = re.compile(
    rf"(?:{_PLACE}\s*(?:{_AGENCY}\s*)?[—–-]+\s+|(?:[A-Z][\w.]+,? ){{1,4}}{_AGENCY}\s*[—–-]+\s+"
    rf"|{_AGENCY}\s*[—–-]+\s+|(?:[A-Z]\w+ ){{1,3}}?(?:News|Agency) ?/ )(?={_BEGINS})"
)


def quote(passage: Passage, span: Span, *, grow: bool = True) -> Quote:
    """The sentences of ``span``, and with ``grow`` the one before where they point back to it, without a dateline.

    It lies in the passage and holds the span's exact answer.
    """
    found = Range(span.start, span.end)
    if grow and _POINTS_BACK.match(passage.text, found.start):
        found = _with_the_one_before(passage.text, found)
    bare = without_dateline(passage.text, found)
    if not span.exact or bare.start <= span.exact.start:
        found = bare
    return Quote(passage.document, passage.start + found.start, passage.start + found.end)


def without_dateline(text: str, sentence: Range) -> Range:
    """The sentence without what a news agency puts before it, if it does: a place, a date, its own name."""
    dateline = _DATELINE.match(text, sentence.start, sentence.end)
    return Range(dateline.end(), sentence.end) if dateline and dateline.end() < sentence.end else sentence


def _with_the_one_before(text: str, found: Range) -> Range:
    """From the beginning of the sentence before, if it is of the same paragraph and not too much."""
    paragraph = next((line for line in lines(text) if line.start <= found.start < line.end), found)
    before = [piece for piece in sentences(text) if paragraph.start <= piece.start and piece.end <= found.start]
    if not before or found.end - before[-1].start > _MOST:
        return found
    return Range(before[-1].start, found.end)
