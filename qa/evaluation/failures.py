"""What failed, for the report: every failure with its gold answers and quotes in their contexts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from qa.evaluation.outcomes import Outcome, Quoted
from qa.evaluation.questions import Gold
from qa.evaluation.run import Run, flat
from qa.records import Document

# Thousands of failures are to make a page of a few megabytes, so each shows no more than what it takes to judge it.
_AROUND = 160
_LONGEST = 400
_LONGEST_OTHER = 140
_MOST_CONTEXTS = 2
# Where a context is cut, half a word is left out; where words are not parted by spaces, nothing is.
_CUT_WORD_BEFORE = re.compile(r"^\S{0,20}\s+")
_CUT_WORD_AFTER = re.compile(r"\s+\S{0,20}$")

Parts = list[str]
"""Text in turn plain and marked: plain, marked, plain, …, plain."""


def failures(run: Run, texts: Mapping[str, str]) -> dict[str, Any]:
    """Every failure as the page's script shows it, in the order asked; a document is a row of ``documents``."""
    failed = [outcome for outcome in run.outcomes if outcome.failure]
    golds = {gold.doc_id for outcome in failed for gold in outcome.gold}
    names = sorted(golds | {quote.document for outcome in failed for quote in outcome.quotes})
    documents = {name: Document(name, texts[name]) for name in names if name in texts}
    rows = {name: row for row, name in enumerate(names)}
    return {"documents": names, "failures": [_failure(outcome, documents, rows) for outcome in failed]}


def _failure(outcome: Outcome, documents: Mapping[str, Document], rows: Mapping[str, int]) -> dict[str, Any]:
    entries = _gold(outcome.gold, documents)
    return {
        "id": outcome.id,
        "question": outcome.question,
        "kind": outcome.failure,
        "confidence": round(outcome.confidence, 2),
        "refused": outcome.refused,
        "answerable": outcome.answerable,
        "relevant": outcome.gold_documents,
        "fields": list(flat(outcome.fields)),
        "gold": [{**entry, "document": rows[entry["document"]]} for entry in entries[:_MOST_CONTEXTS]],
        "more": max(0, len(entries) - _MOST_CONTEXTS),
        "quotes": [
            {
                "document": rows[quote.document],
                "place": quote.place.removeprefix(quote.document).removeprefix(", "),
                "score": round(quote.score, 2),
                "hint": _hint(quote, outcome.gold),
                "parts": _quote(quote, documents, first=number == 0),
            }
            for number, quote in enumerate(outcome.quotes)
        ],
    }


def _gold(gold: Sequence[Gold], documents: Mapping[str, Document]) -> list[dict[str, Any]]:
    """The gold answers in their contexts, those near each other in one; then those that do not stand in a text."""
    near: list[list[Gold]] = []
    alone = []
    for one in sorted(gold, key=lambda one: (one.doc_id, one.start)):
        if not one.stands_in(documents):
            alone.append({"document": one.doc_id, "place": "", "parts": ["", _cut(one.text), ""]})
        elif near and near[-1][0].doc_id == one.doc_id and one.start < max(o.end for o in near[-1]) + 2 * _AROUND:
            near[-1].append(one)
        else:
            near.append([one])
    within = []
    for group in near:
        document = documents[group[0].doc_id]
        parts = context(document.text, [(one.start, one.end) for one in group])
        within.append({"document": document.id, "place": f"line {document.line(group[0].start)}", "parts": parts})
    return within + alone


def _hint(quote: Quoted, gold: Sequence[Gold]) -> str:
    """Whether the quote holds a gold answer, or is at least of a document that does; nothing where there is none."""
    if quote.gold or not gold:
        return "holds" if quote.gold else ""
    return "same" if any(one.doc_id == quote.document for one in gold) else "other"


def _quote(quote: Quoted, documents: Mapping[str, Document], *, first: bool) -> Parts:
    """The first quote in its context, another one alone."""
    if first and quote.document in documents:
        text = documents[quote.document].text
        if text[quote.start : quote.end] == quote.text:
            return context(text, [(quote.start, quote.end)])
    return ["", _cut(quote.text, _LONGEST if first else _LONGEST_OTHER), ""]


def context(text: str, ranges: Iterable[tuple[int, int]]) -> Parts:
    """``ranges`` of ``text`` marked, with some 160 characters before the first and after the last, at whole words."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    first, last = merged[0][0], merged[-1][1]
    before, after = text[max(0, first - _AROUND) : first], text[last : last + _AROUND]
    if first > _AROUND:
        before = "…\N{NO-BREAK SPACE}" + _CUT_WORD_BEFORE.sub("", before)
    if last + _AROUND < len(text):
        after = _CUT_WORD_AFTER.sub("", after) + "\N{NO-BREAK SPACE}…"
    between = [text[end:start] for (_, end), (start, _) in pairwise(merged)]
    parts = [before]
    for (start, end), following in zip(merged, [*between, after], strict=True):
        parts += [_cut(text[start:end]), following]
    return parts


def _cut(text: str, longest: int = _LONGEST) -> str:
    """``text``, or its beginning and its end where it is longer."""
    return text if len(text) <= longest else f"{text[: longest * 3 // 4]} […] {text[-longest // 4 :]}"
