"""Which lines are page furniture: menus, forms, offers, headlines of other pages. General signs, no page's own phrases.

A false mark loses an answer for good, a missed one costs a line of noise. So
every rule asks for two kinds of evidence, words or shape and also place or
company, and furniture is looked for only in documents that are mostly prose.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

# Single words of the web's own voice: from the strings of WordPress's themes and comment form, from lines that pages of
# realtimeqa_2023H1 have in common, and common knowledge. A sign may tell by itself; a filler only beside one.
_SIGNS = frozenset(
    """
    advertisement comment commenting comments cookies newsletter newsletters permalink pingback related replies
    reply share skip subscribe tweet
    """.split()  # noqa: SIM905 - words are read as words
)
_FILLERS = frozenset(
    """
    account article articles browser cancel click content email enter facebook fields here home inbox instagram
    latest leave linkedin log logged login logout main marked me menu more my name navigation newer news next notify
    older opens our page pinterest please popular post posts previous privacy published read required rss save
    search sign stories story tags terms this trending twitter us using website whatsapp window you your
    """.split()  # noqa: SIM905 - words are read as words
)
# A line with one of these that stands several times, in one document or in more, is the site's, whatever its length.
_OFFERS = frozenset({"newsletter", "newsletters", "subscribe"})
# From how many on the same line, headlines on end, lines of interface amid the text, or pages are no accident.
SEVERAL = 3
# The least share of signs and fillers in a line of the interface, and the most characters.
_DENSITY = 0.5
_LONGEST = 250
# Lines of interface with at most two others between are one run.
_STEP = 3
# Prose: a line this long that ends as sentences do. Lists, tables, poems, code and single lines have too little of it.
PROSE_LENGTH = 100
_PROSE_END = 20
_PROSE_TOTAL = 400
_PROSE_SHARE = 0.5
_LABEL_WORDS = 4
# Lists of films and songs stand after prose too; so many words, small ones capitalised, are headlines of other pages.
_HEADLINE_WORDS = 7
_SMALL_CAPITALISED = frozenset(
    """
    A After An And As At By For From Has He Her His In Is Of On Or Over She The To With
    """.split()  # noqa: SIM905 - words are read as words
)

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?…](?:[\"'”’»)\]]|\[\d+\])*\Z")
_LOOSE_END = re.compile(r"\s(?:[-–—|•·»>]+|%s)\Z|\A(?:<<|«|←|>>|»|→)\s")  # "King Visits Town -", "<< Home", "Hi %s"
_SEPARATOR = re.compile(r"\s(?:[|•·»›/]|>+)\s")
_LOST_SPACE = re.compile(r"[a-zß-ÿ]{3}[A-ZÀ-Þ][A-ZÀ-Þa-zß-ÿ]")  # "PoliticsWorldLatest"
# A list, a table, a heading, a quotation: someone wrote it for the text.
STRUCTURE = re.compile(r"(?:[-*+•–—>]|#+|\d+[.):]|\w[.)])\s|[|\"“‘]")
_CONTACT = re.compile(r"\S@\w|@\w{3}|https?:|www\.|\d[\d \-()/.]{6,}\d|©")
_FIGURE = re.compile(r"[^\d(]\d")  # "Replies: 3,700" tells something; "5 Replies" and "Replies (5)" do not


_DIGITS = re.compile(r"\d+")


def furniture_rows(texts: Sequence[str], shared: frozenset[str]) -> set[int]:
    """Rows of page furniture, in a document of prose; never the first, which is the title."""
    prose = [row for row, text in enumerate(texts) if _is_prose(text) and not _is_interface(text, _SIGNS)]
    total = sum(len(texts[row]) for row in prose)
    if total < _PROSE_TOTAL or total < _PROSE_SHARE * sum(map(len, texts)):
        return set()
    after = range(prose[-1] + 1, len(texts))
    common = [row for row in range(1, len(texts)) if texts[row] in shared]
    interface = {row for row in range(1, len(texts)) if _is_interface(texts[row], _SIGNS)}
    offers = {row for row in common if _is_offer(texts[row], _SIGNS)}
    if interface or offers:
        signs = _SIGNS - _used_twice(texts[row] for row in prose if texts[row] not in shared)
        interface = {row for row in interface if _is_interface(texts[row], signs)}
        offers = {row for row in offers if _is_offer(texts[row], signs)}
    rows = offers | interface.intersection(common)
    for row in range(1, prose[0]):
        if _is_path(texts[row]) or (row in interface and _is_label(texts[row])):
            rows.add(row)
    for run in _runs(texts, range(prose[0] + 1, len(texts)), interface):
        if _is_furniture_run(texts, run, interface, after):
            rows.update(range(run[0], run[-1] + 1))
    rows |= _headlines(texts, after)
    return rows | _labels_above(texts, after, rows)


def _is_prose(text: str) -> bool:
    return len(text) >= PROSE_LENGTH and _SENTENCE_END.search(text, len(text) - _PROSE_END) is not None


def _used_twice(body: Iterable[str]) -> set[str]:
    """Words that two lines of the text itself use: where it is about comments, the word is no sign of a form."""
    counts = Counter(word for line in body for word in set(_words(line)))
    return {word for word, count in counts.items() if count > 1}


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold())


def _density(words: Sequence[str]) -> float:
    return sum(word in _SIGNS or word in _FILLERS for word in words) / max(1, len(words))


def _is_interface(text: str, signs: frozenset[str]) -> bool:
    """Whether a line speaks with the web's voice: a sign, and at least as many signs and fillers as other words."""
    words = _words(text) if len(text) <= _LONGEST else []
    if signs.isdisjoint(words) or _density(words) < _DENSITY:
        return False
    return not (STRUCTURE.match(text) or _CONTACT.search(text) or _FIGURE.search(text))


def _is_label(text: str) -> bool:
    """Whether a line of interface needs no other beside it: short, no sentence, and more than half of it tells."""
    words = _words(text)
    return len(words) <= _LABEL_WORDS and _density(words) > _DENSITY and not _SENTENCE_END.search(text)


def _is_offer(text: str, signs: frozenset[str]) -> bool:
    return len(text) <= _LONGEST and not (_OFFERS & signs).isdisjoint(_words(text)) and not _CONTACT.search(text)


def _is_path(text: str) -> bool:
    """Whether a line above the text is a path through a site, or its tags with the spaces between them lost."""
    return (len(_SEPARATOR.findall(text)) > 1 and "home" in _words(text)) or len(_LOST_SPACE.findall(text)) > 2


def _runs(texts: Sequence[str], rows: range, interface: set[int]) -> list[list[int]]:
    """Lines of interface and what goes along with them, in runs; each begins with one of interface."""
    runs: list[list[int]] = []
    for row in rows:
        last = runs[-1][-1] if runs else -_STEP
        near = row - last <= _STEP and all(_may_lie_between(text) for text in texts[last + 1 : row])
        if near and (row in interface or _goes_along(texts[row])):
            runs[-1].append(row)
        elif row in interface:
            runs.append([row])
    return runs


def _goes_along(text: str) -> bool:
    """Whether a line next to the interface belongs to it, though it would not tell by itself."""
    if len(text) > _LONGEST or STRUCTURE.match(text) or _CONTACT.search(text) or _FIGURE.search(text):
        return False
    words = _words(text)
    if not words:
        return not _DIGITS.search(text)
    return _density(words) >= _DENSITY or _LOOSE_END.search(text) is not None


def _may_lie_between(text: str) -> bool:
    return len(text) < PROSE_LENGTH and not (STRUCTURE.match(text) or _CONTACT.search(text) or _DIGITS.search(text))


def _is_furniture_run(texts: Sequence[str], run: Sequence[int], interface: set[int], after: range) -> bool:
    """Whether the run is long enough where it stands: three lines amid the text, one label after it."""
    if run[0] not in after:
        return sum(row in interface for row in run) >= SEVERAL
    return len(run) > 1 or _is_label(texts[run[0]])


def _headlines(texts: Sequence[str], after: range) -> set[int]:
    """Rows of headlines of other pages: three or more on end below the text."""
    runs = (list(run) for found, run in groupby(after, lambda row: _is_headline(texts[row])) if found)
    return {row for run in runs if len(run) >= SEVERAL for row in run}


def _is_headline(text: str) -> bool:
    """Whether Nearly Every Word Of It Is Capitalised, and a separator hangs loose or it is long."""
    if len(text) > _LONGEST or text.endswith(".") or STRUCTURE.match(text) or _CONTACT.search(text):
        return False
    words = WORD.findall(text)
    loose = bool(_LOOSE_END.search(text))
    capitals = sum(word[0].isupper() for word in words)
    if len(words) < _LABEL_WORDS or capitals < (0.6 if loose else 0.8) * len(words):
        return False
    return loose or (len(words) >= _HEADLINE_WORDS and not _SMALL_CAPITALISED.isdisjoint(words[1:]))


def _labels_above(texts: Sequence[str], after: range, rows: set[int]) -> set[int]:
    """Rows below the text that lead to nothing but furniture: "Source:", a lone dash."""
    found: set[int] = set()
    for row in reversed(after):
        words = _words(texts[row])
        leads = not words or (texts[row].endswith(":") and len(words) <= _LABEL_WORDS)
        if leads and row not in rows and (row + 1 in rows or row + 1 in found) and not _DIGITS.search(texts[row]):
            found.add(row)
    return found
