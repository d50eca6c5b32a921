"""Pictures of a run, as SVG within a page: risk against coverage, reliability, latency.

Each function gives an empty string where the run has nothing to show. Every
colour is a CSS variable of the page, so one picture serves light and dark.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qa.evaluation.intervals import Interval, mean_interval
from qa.evaluation.measures import Flags, Floats, coverage_at, risk_coverage
from qa.evaluation.run import STAGES, Run
from qa.evaluation.scores import confidence_and_right

# What the variables --chart-… are where a page does not set them. Each stands for itself: no two may be equal.
_INK, _QUIET, _RULE, _LINE, _OWN, _FILL = "#24262b", "#55585f", "#d8dadf", "#8f6800", "#1f5f9f", "#e3c067"
_VARIABLES = {_INK: "ink", _QUIET: "quiet", _RULE: "rule", _LINE: "line", _OWN: "own", _FILL: "fill"}

_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text, in the page's own font
    "svg.hashsalt": "chapterverse",  # without one, ids are drawn at random
    "font.size": 10,
    "text.color": _INK,
    "axes.labelcolor": _QUIET,
    "axes.edgecolor": _RULE,
    "axes.titlesize": 10,
    "axes.titlecolor": _INK,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": _RULE,
    "grid.linewidth": 0.6,
    "xtick.color": _RULE,
    "ytick.color": _RULE,
    "xtick.labelcolor": _QUIET,
    "ytick.labelcolor": _QUIET,
    "legend.frameon": False,
}
_BROKEN = (0, (4, 3))
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}

# Beyond so many times the 95th percentile, a latency is counted, and not drawn: one stall would flatten all else.
_DRAWN_OF_P95 = 2.0


@dataclass(frozen=True)
class Point:
    """What a threshold does: the share of the questions answered, and the share of these that is wrong."""

    name: str
    coverage: float
    risk: float


def points(run: Run) -> list[Point]:
    """The largest coverages with 80, 90 and 95 % right, and what the run's own threshold gives; those that exist."""
    confidence, right = confidence_and_right(run.outcomes)
    if not len(right):
        return []
    _, risk = risk_coverage(confidence, right)
    found = []
    for percent in (80, 90, 95):
        answered = round(coverage_at(percent / 100, confidence, right) * len(right))
        if answered:
            found.append(Point(f"{percent} % right", answered / len(right), float(risk[answered - 1])))
    shown = [outcome.right for outcome in run.outcomes if outcome.right is not None and not outcome.refused]
    if shown:
        found.append(Point("this run", len(shown) / len(right), shown.count(False) / len(shown)))
    return found


@dataclass(frozen=True)
class Bin:
    """The questions of about one confidence: how many, their mean confidence, and the share that is right."""

    number: int
    questions: int
    confidence: float
    right: Interval


def bins(confidence: Floats, right: Flags, *, count: int = 10) -> list[Bin]:
    """``count`` bins of equal width, as in the calibration error; those that hold a question."""
    inside = np.minimum((confidence * count).astype(int), count - 1)
    held = [(number, inside == number) for number in range(count)]
    return [
        Bin(number, int(rows.sum()), float(confidence[rows].mean()), mean_interval(right[rows].astype(np.float64)))
        for number, rows in held
        if rows.any()
    ]


def latencies(run: Run) -> dict[str, Floats]:
    """Stage -> the milliseconds that every question took; of the stages that were timed."""
    seconds = run.timings.get("seconds") or {}
    return {stage: np.array(seconds[stage], dtype=np.float64) * 1000 for stage in STAGES if seconds.get(stage)}


def risk_chart(run: Run) -> str:
    """How many of the answers are wrong if only the most confident are given."""
    confidence, right = confidence_and_right(run.outcomes)
    if not len(right):
        return ""
    found = points(run)
    told = "; ".join(f"{point.name}: {point.risk:.3f} at {point.coverage:.3f}" for point in found)
    return _svg(
        lambda figure: _draw_risk(figure, *risk_coverage(confidence, right), found),
        "risk",
        f"Share of the answers that is wrong, by share of the questions answered. {told}",
    )


def _draw_risk(figure: Figure, coverage: Floats, risk: Floats, found: list[Point]) -> None:
    axes = figure.add_axes((0.13, 0.36, 0.84, 0.61))
    axes.axhline(risk[-1], color=_QUIET, linestyle=_BROKEN, linewidth=1, label=f"all answered: {risk[-1]:.3f} wrong")
    axes.plot(coverage, risk, color=_LINE, linewidth=1.8, label="the most confident answered")
    for point, marker in zip(found, ("^", "s", "D", "o"), strict=False):
        own = point.name == "this run"
        axes.plot(
            point.coverage,
            point.risk,
            marker="o" if own else marker,
            markersize=8 if own else 7,
            linestyle="none",
            color=_OWN if own else _INK,
            label=f"{point.name}: {point.coverage:.3f} answered",
            clip_on=False,
            zorder=3,
        )
    axes.set(xlim=(0, 1), ylim=(0, max(0.1, 1.08 * float(risk.max()))))
    axes.set(xlabel="share of the questions answered", ylabel="share of wrong answers")
    axes.grid(axis="y")
    figure.legend(loc="lower left", bbox_to_anchor=(0, 0), ncols=2, fontsize=9, columnspacing=1, handletextpad=0.5)


def reliability_chart(run: Run) -> str:
    """Whether answers of a confidence of 0.7 are right seven times out of ten, and how many there are."""
    confidence, right = confidence_and_right(run.outcomes)
    if not len(right):
        return ""
    found = bins(confidence, right)
    told = "; ".join(f"{one.confidence:.2f}: {one.right.mean:.2f} of {one.questions}" for one in found)
    return _svg(
        lambda figure: _draw_reliability(figure, found),
        "reliability",
        f"Share of right first quotes by confidence. {told}",
    )


def _draw_reliability(figure: Figure, found: list[Bin]) -> None:
    upper = figure.add_axes((0.13, 0.43, 0.84, 0.54))
    upper.plot((0, 1), (0, 1), color=_QUIET, linestyle=_BROKEN, linewidth=1)
    confidence = [one.confidence for one in found]
    upper.vlines(confidence, [one.right.low for one in found], [one.right.high for one in found], color=_FILL, lw=4)
    upper.plot(confidence, [one.right.mean for one in found], color=_LINE, marker="o", markersize=6, linewidth=1.2)
    upper.set(xlim=(0, 1), ylim=(-0.03, 1.03), ylabel="share right")
    upper.tick_params(labelbottom=False)
    upper.grid(axis="y")
    lower = figure.add_axes((0.13, 0.14, 0.84, 0.2))
    bars = lower.bar([(one.number + 0.5) / 10 for one in found], [one.questions for one in found], 0.09, color=_FILL)
    lower.bar_label(bars, [f"{one.questions:,}" for one in found], fontsize=8, color=_QUIET, padding=1)
    lower.set(xlim=(0, 1), yticks=[], xlabel="confidence (bars: how many questions)")
    lower.margins(y=0.35)
    lower.spines["left"].set_visible(False)


def latency_chart(run: Run) -> str:
    """How long a question took, stage by stage."""
    found = latencies(run)
    if not found:
        return ""
    told = "; ".join(f"{stage}: {np.quantile(ms, 0.5):.1f}, {np.quantile(ms, 0.95):.1f}" for stage, ms in found.items())
    return _svg(
        lambda figure: _draw_latencies(figure, found),
        "latency",
        f"Milliseconds a question, median and 95th percentile. {told}",
    )


def _draw_latencies(figure: Figure, found: dict[str, Floats]) -> None:
    rows = (len(found) + 1) // 2
    grid = figure.add_gridspec(rows, 2, left=0.04, right=0.97, top=0.92, bottom=0.13, hspace=0.75, wspace=0.2)
    for place, (stage, milliseconds) in enumerate(found.items()):
        _draw_latency(figure.add_subplot(grid[place // 2, place % 2]), stage, milliseconds)


def _draw_latency(axes: Axes, stage: str, milliseconds: Floats) -> None:
    middle, late = np.quantile(milliseconds, (0.5, 0.95))
    drawn = milliseconds[milliseconds <= _DRAWN_OF_P95 * late]
    beyond = len(milliseconds) - len(drawn)
    axes.hist(drawn, bins=24, color=_FILL)
    axes.axvline(middle, color=_LINE, linewidth=1.6)
    axes.axvline(late, color=_OWN, linewidth=1.6, linestyle=_BROKEN)
    axes.set_title(f"{stage}: {middle:.1f} / {late:.1f} ms")
    axes.set_xlabel(f"ms; {beyond:,} slower not drawn" if beyond else "ms", fontsize=9)
    axes.set(yticks=[], xlim=(0, None))
    axes.spines["left"].set_visible(False)
    axes.locator_params(axis="x", nbins=5)


def _svg(draw: Callable[[Figure], None], name: str, label: str) -> str:
    """What ``draw`` draws, as an element of a page; ``name`` keeps its ids apart from those of other pictures."""
    with mpl.rc_context():
        mpl.rcdefaults()  # not the reader's own matplotlibrc
        mpl.rcParams.update(_STYLE)
        figure = Figure(figsize=(4.7, 3.9))
        draw(figure)
        file = StringIO()
        figure.savefig(file, format="svg", transparent=True, metadata=_NO_METADATA)
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :].rstrip()
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, flags=re.DOTALL)  # it would style the whole page
    svg = re.sub(r'(\bid="|"#|url\(#)', rf"\g<1>{name}-", svg)
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, f"var(--chart-{variable}, {colour})")
    return svg.replace("<svg", f'<svg class="chart" role="img" aria-label="{label}"', 1)
