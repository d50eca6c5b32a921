"""A run as one page that needs nothing else: figures, pictures, tables, and every failure with its context."""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from qa.evaluation import charts
from qa.evaluation.compare import Compared, Difference
from qa.evaluation.failures import failures
from qa.evaluation.outcomes import FAILURES, Failure, Outcome
from qa.evaluation.run import STAGES, Run, flat
from qa.evaluation.scores import BY_NAME, MEASURES, Measure, Score
from qa.evaluation.slices import SLICED

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
        script=Markup(script),  # noqa: S704 - likewise
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
    return Markup(json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"))  # noqa: S704 - no "<" is left


def _when(when: object) -> str:
    try:
        moment = datetime.fromisoformat(str(when))
    except ValueError:
        return "" if when is None else str(when)
    return f"{moment:%Y-%m-%d %H:%M} {moment.tzname() or ''}".rstrip()


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
