"""Cut a document into passages: whole sentences, as many as the embedder can read at once."""

from collections.abc import Callable, Sequence

from qa.records import Document, Mark, Passage, Range
from qa.text import asks, sentences

TokenCounter = Callable[[Sequence[str]], list[int]]

# A "word" without end (a data URL, a line of base64) is one token to some
# tokenizers; without a second limit it would make one passage of any length.
MAX_CHARACTERS = 4000


def split(document: Document, marks: Sequence[Mark], *, count_tokens: TokenCounter, limit: int) -> list[Passage]:
    """The passages of ``document``, in order: unmarked, disjoint, each at most ``limit`` tokens.

    Nothing but marked ranges and white space lies between passages. A passage
    ends before a marked range and is otherwise filled with sentences, a
    question and the sentence after it, mostly its answer, together where they
    fit; only a sentence of more than ``limit`` tokens is cut, between words,
    and only a word of more than that within.
    ``count_tokens`` counts without the special tokens and is taken to be
    additive over white space, as it is in WordPiece.
    """
    if limit < 1:
        raise ValueError(f"limit must be at least 1 token, got {limit}")
    passages: list[Passage] = []
    for run in _unmarked_runs(sentences(document.text), [mark.range for mark in marks]):
        pieces = [piece.of(document.text) for piece in run]
        sized = list(zip(run, count_tokens(pieces), strict=True))
        fitting = _cut_long(document.text, sized, count_tokens, limit)
        together = _answered(document.text, fitting, limit)
        passages.extend(Passage(document, *group) for group in _pack(together, limit))
    return passages


def _unmarked_runs(pieces: Sequence[Range], marked: Sequence[Range]) -> list[list[Range]]:
    """Sentences in runs that no marked range interrupts; a sentence that a mark touches is in none."""
    runs: list[list[Range]] = [[]]
    marks = iter(sorted(marked))
    mark = next(marks, None)
    for piece in pieces:
        while mark and mark.end <= piece.start:
            runs.append([])
            mark = next(marks, None)
        if not (mark and mark.start < piece.end):
            runs[-1].append(piece)
    return [run for run in runs if run]


def _cut_long(
    text: str, sized: Sequence[tuple[Range, int]], count_tokens: TokenCounter, limit: int
) -> list[tuple[Range, int]]:
    """The same, with every sentence that is over a limit replaced by parts that are not."""
    fitting: list[tuple[Range, int]] = []
    for piece, tokens in sized:
        if tokens <= limit and piece.end - piece.start <= MAX_CHARACTERS:
            fitting.append((piece, tokens))
            continue
        parts = _words(text, piece)
        counted = zip(parts, count_tokens([part.of(text) for part in parts]), strict=True)
        sized_parts = [part for word in counted for part in _halved(text, word, count_tokens, limit)]
        fitting.extend((group, limit) for group in _pack(sized_parts, limit))
    return fitting


def _words(text: str, piece: Range) -> list[Range]:
    """White-space separated words, those too long for any passage cut by characters."""
    found: list[Range] = []
    start = piece.start
    for word in piece.of(text).split():
        start = text.index(word, start)
        end = start + len(word)
        step = MAX_CHARACTERS if len(word) > MAX_CHARACTERS else len(word)
        found.extend(Range(at, min(at + step, end)) for at in range(start, end, step))
        start = end
    return found


def _halved(text: str, word: tuple[Range, int], count_tokens: TokenCounter, limit: int) -> list[tuple[Range, int]]:
    """A word, or where it is over the limit (Chinese, a line of underscores) the parts of it that are not."""
    piece, tokens = word
    if tokens <= limit or piece.end - piece.start == 1:
        return [word]
    middle = (piece.start + piece.end) // 2
    halves = [Range(piece.start, middle), Range(middle, piece.end)]
    counted = zip(halves, count_tokens([half.of(text) for half in halves]), strict=True)
    # No white space lies between halves, so their tokens do not add up: each is a passage of its own.
    return [(part, limit) for half in counted for part, _ in _halved(text, half, count_tokens, limit)]


def _answered(text: str, sized: Sequence[tuple[Range, int]], limit: int) -> list[tuple[Range, int]]:
    """The same, with every question joined to the sentence after it, if they fit."""
    joined: list[tuple[Range, int]] = []
    asked = False
    for piece, tokens in sized:
        waiting, asked = asked, asks(piece.of(text))
        if waiting:
            question, its_tokens = joined[-1]
            both = Range(question.start, piece.end)
            if its_tokens + tokens <= limit and both.end - both.start <= MAX_CHARACTERS:
                joined[-1] = (both, its_tokens + tokens)
                continue
        joined.append((piece, tokens))
    return joined


def _pack(sized: Sequence[tuple[Range, int]], limit: int) -> list[Range]:
    """Neighbours joined, first to last, as long as they fit."""
    packed: list[Range] = []
    used = 0
    for piece, tokens in sized:
        fits = packed and used + tokens <= limit and piece.end - packed[-1].start <= MAX_CHARACTERS
        if fits:
            packed[-1] = Range(packed[-1].start, piece.end)
            used += tokens
        else:
            packed.append(piece)
            used = tokens
    return packed
