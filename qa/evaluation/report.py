"""A run as one page that needs nothing else: figures, pictures, tables, and every failure with its context."""

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from qa.evaluation import charts
from qa.evaluation.compare import Compared, Difference
from qa.evaluation.outcomes import FAILURES, Failure, Outcome, Quoted
from qa.evaluation.questions import Gold
from qa.evaluation.run import STAGES, Run
from qa.evaluation.scores import BY_NAME, MEASURES, Measure, Score
from qa.evaluation.slices import SLICED
from qa.records import Document

_HERE = Path(__file__).parent

_HEADLINE = ("quote_hit@1", "quote_hit@3", "passage_recall@5", "false_answer", "wrong_refusal", "verbatim")
_HEADLINE_OF_DOCUMENTS = ("document_ndcg@10", "document_recall@10", "document_mrr", "verbatim")

_MEANINGS: Mapping[Failure, str] = {
    "not retrieved": "no passage that was read holds the answer",
    "retrieved but not picked": "a passage that was read holds it, but the first quote is from another",
    "picked wrongly": "the first quote is from the right passage, but is the wrong sentence",
    "refused wrongly": "a passage that was read holds it, but the program said that the documents don’t say",
    "answered what has no answer": "the documents don’t say, but a quote was given",
}

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


def to_html(run: Run, texts: Mapping[str, str], compared: Compared | None = None) -> str:
    """The page; ``texts`` are the documents' by id, for the contexts: without one, an answer stands alone.

    The same arguments give the same page, to the byte.
    """
    changes = compared.differences if compared else {}
    script = _read("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = _environment().from_string(_read("report.html"))
    html = page.render(
        run=run,
        compared=compared,
        style=Markup(_read("report.css")),  # noqa: S704 - the program's own files
        script=Markup(script),  # noqa: S704
        script_digest=digest,
        when=_when(run.timings.get("when")),
        headline=headline(run.scores),
        groups=groups(run.scores),
        changes=[(BY_NAME[name], change, verdict(name, change)) for name, change in changes.items()],
        change_scale=max((abs(end) for change in changes.values() for end in (change.low, change.high)), default=0),
        cuts={name: cut for name, cut in run.slices.items() if len(cut) > 1},
        sliced=[BY_NAME[name] for name in SLICED],
        by_name=BY_NAME,
        stages=STAGES,
        pictures={
            name: Markup(draw(run))  # noqa: S704 - their texts are the program's own
            for name, draw in (
                ("risk", charts.risk_chart),
                ("reliability", charts.reliability_chart),
                ("latency", charts.latency_chart),
            )
        },
        fingerprints=list(flat(run.fingerprints)),
        settings=list(flat(run.settings)),
        kinds=kinds(run.outcomes),
        failures=failures(run, texts),
    )
    return html.encode("utf-8", "replace").decode()  # a question may hold half a surrogate pair, a file may not


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _environment() -> Environment:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["number"] = lambda value: f"{value:.3f}"
    environment.filters["signed"] = _signed
    environment.filters["count"] = lambda value: f"{value:,}"
    environment.filters["json"] = _json
    environment.filters["verdict"] = lambda change, name: verdict(name, change)
    return environment


def _signed(value: float) -> str:
    rounded = round(value, 3)
    return f"{rounded:+.3f}".replace("-", "−") if rounded else "0.000"


def _json(value: object) -> Markup:
    """JSON that can stand within a script element: no markup can begin in it."""
    return Markup(json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"))  # noqa: S704


def _when(when: object) -> str:
    try:
        moment = datetime.fromisoformat(str(when))
    except ValueError:
        return "" if when is None else str(when)
    return f"{moment:%Y-%m-%d %H:%M} {moment.tzname() or ''}".rstrip()


# Figures


def headline(found: Mapping[str, Score]) -> list[tuple[Measure, Score]]:
    """The few measures to be read first: of quotes, or of documents where a set judges only those."""
    of_documents = "document_ndcg@10" in found and "passage_recall@5" not in found
    names = _HEADLINE_OF_DOCUMENTS if of_documents else _HEADLINE
    return [(BY_NAME[name], found[name]) for name in names if name in found]


def groups(found: Mapping[str, Score]) -> dict[str, list[tuple[Measure, Score]]]:
    """Group -> its measures, in the order of MEASURES."""
    tables: dict[str, list[tuple[Measure, Score]]] = {}
    for measure in MEASURES:
        if measure.name in found:
            tables.setdefault(measure.group, []).append((measure, found[measure.name]))
    return tables


def verdict(name: str, change: Difference) -> str:
    """``better`` or ``worse`` where the interval excludes 0; ``same`` where nothing changed; else ``unclear``."""
    if change.low <= 0 <= change.high:
        return "unclear" if change.low < change.high else "same"
    return "better" if (change.low > 0) == BY_NAME[name].higher else "worse"


def kinds(outcomes: Sequence[Outcome]) -> list[tuple[Failure, int, str]]:
    """Every kind of failure that occurs, how often, and what it means."""
    counts = Counter(outcome.failure for outcome in outcomes)
    return [(kind, counts[kind], _MEANINGS[kind]) for kind in FAILURES if counts[kind]]


def flat(content: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Every value of nested ``content``, as text, by its dotted path."""
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# Failures


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
