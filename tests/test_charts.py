import re
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest

from qa.evaluation.charts import Point, bins, latencies, latency_chart, points, reliability_chart, risk_chart
from qa.evaluation.measures import calibration_error, risk_coverage
from qa.evaluation.outcomes import Outcome, Quoted
from qa.evaluation.questions import Gold
from qa.evaluation.run import Run
from qa.evaluation.scores import confidence_and_right

CHARTS = (risk_chart, reliability_chart, latency_chart)
GOLD = Gold("31 May", "lease.txt", 17)


def outcome(number: int, confidence: float, right: bool, *, threshold: float = 0.5) -> Outcome:
    quote = Quoted("lease.txt", "lease.txt, line 1", 0, 23, "The lease ends 31 May.", confidence, (0,) if right else ())
    return Outcome(
        id=f"q{number}",
        question="When does the lease end?",
        answerable=True,
        gold=(GOLD,),
        gold_documents=1,
        fields={},
        refused=confidence < threshold,
        confidence=confidence,
        quotes=(quote,),
        values={"quote_hit@1": float(right), "wrong_refusal": float(confidence < threshold)},
        failure="",
    )


def run_of(*answers: tuple[float, bool], timings: Mapping[str, Any] | None = None) -> Run:
    outcomes = tuple(outcome(number, confidence, right) for number, (confidence, right) in enumerate(answers))
    return Run("leases", {}, {"threshold": 0.5}, len(outcomes), (), outcomes, timings or {})


# From the most confident on: five right, one wrong, two right, two wrong.
TEN = run_of(
    *((0.95, True), (0.9, True), (0.85, True), (0.8, True), (0.75, True)),
    *((0.7, False), (0.6, True), (0.55, True), (0.4, False), (0.1, False)),
    timings={
        "seconds": {stage: [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 2.0] for stage in ("read", "all")}
    },
)


def test_the_points_are_where_they_are_worked_out_by_hand() -> None:
    # 7 of 8 are right (0.875, at least 0.8) and 7 of 9 are not (0.778); 0.9 and 0.95 hold for the first five alone.
    assert points(TEN) == [
        Point("80 % right", 0.8, 1 / 8),
        Point("90 % right", 0.5, 0.0),
        Point("95 % right", 0.5, 0.0),
        Point("this run", 0.8, 1 / 8),
    ]


def test_every_point_lies_on_the_curve() -> None:
    random = np.random.default_rng(3)
    confidence = random.random(200).round(2)
    run = run_of(*((float(one), bool(random.random() < one)) for one in confidence))
    coverage, risk = risk_coverage(*confidence_and_right(run.outcomes))
    found = points(run)
    assert [point.name for point in found] == ["80 % right", "90 % right", "95 % right", "this run"]
    for point in found:
        row = int(np.argmin(abs(coverage - point.coverage)))
        assert (coverage[row], risk[row]) == pytest.approx((point.coverage, point.risk))


def test_a_precision_that_no_threshold_reaches_has_no_point() -> None:
    assert points(run_of((0.9, False), (0.2, False))) == [Point("this run", 0.5, 1.0)]


def test_a_run_that_refused_everything_has_no_point_of_its_own() -> None:
    assert points(run_of((0.4, True), (0.2, False))) == [
        Point(f"{percent} % right", 0.5, 0.0) for percent in (80, 90, 95)
    ]


def test_bins_hold_the_questions_of_their_confidence() -> None:
    found = bins(np.array([0.0, 0.05, 0.55, 0.59, 1.0]), np.array([False, True, True, True, False]))
    assert [(one.number, one.questions) for one in found] == [(0, 2), (5, 2), (9, 1)]
    assert [one.confidence for one in found] == pytest.approx([0.025, 0.57, 1.0])
    assert [one.right.mean for one in found] == [0.5, 1.0, 0.0]


def test_the_gaps_of_the_bins_make_the_calibration_error() -> None:
    random = np.random.default_rng(5)
    confidence, right = random.random(300), random.random(300) < 0.4
    gaps = [one.questions / 300 * abs(one.confidence - one.right.mean) for one in bins(confidence, right)]
    assert sum(gaps) == pytest.approx(calibration_error(confidence, right))


def test_latencies_are_in_milliseconds_and_of_the_stages_that_were_timed() -> None:
    assert list(latencies(TEN)) == ["read", "all"]
    assert latencies(TEN)["all"][:3] == pytest.approx([10, 20, 30])
    assert latencies(run_of(timings={"seconds": {"all": []}})) == {}


def test_the_latency_chart_tells_median_and_percentile_and_what_it_leaves_out() -> None:
    # 99 of a hundred took 50 ms, so both are that; what took more than twice as long is not drawn.
    svg = latency_chart(run_of((0.9, True), timings={"seconds": {"all": [0.05] * 99 + [7.0]}}))
    assert "all: 50.0 / 50.0 ms" in texts(svg)
    assert "ms; 1 slower not drawn" in texts(svg)


def test_the_risk_chart_names_its_points_and_what_answering_everything_costs() -> None:
    assert {
        "all answered: 0.300 wrong",
        "80 % right: 0.800 answered",
        "95 % right: 0.500 answered",
        "this run: 0.800 answered",
    } <= texts(risk_chart(TEN))


def test_the_reliability_chart_shows_how_many_each_bin_holds() -> None:
    assert {"1", "2"} <= texts(reliability_chart(TEN))


@pytest.mark.parametrize("chart", CHARTS)
def test_a_run_with_nothing_to_show_has_no_picture(chart: Callable[[Run], str]) -> None:
    assert chart(run_of()) == ""


def test_questions_of_which_nothing_tells_what_is_right_have_no_confidence_charts() -> None:
    only_documents = Outcome(
        *("q", "leases", True, (), 2, {}, False, 0.5, (), {"document_ndcg@10": 1.0}, ""),
    )
    run = Run("retrieval", {}, {}, 1, (), (only_documents,), {"seconds": {"all": [0.1]}})
    assert (risk_chart(run), reliability_chart(run)) == ("", "")
    assert latency_chart(run)


@pytest.mark.parametrize("chart", CHARTS)
def test_a_picture_is_the_same_to_the_byte_whatever_the_readers_own_settings(chart: Callable[[Run], str]) -> None:
    first = chart(TEN)
    with mpl.rc_context({"font.size": 30, "lines.color": "red", "axes.grid": True, "svg.fonttype": "path"}):
        before = dict(mpl.rcParams)
        assert chart(TEN) == first
        assert dict(mpl.rcParams) == before


def test_a_picture_is_whole_and_asks_for_nothing_elsewhere() -> None:
    for chart in CHARTS:
        svg = chart(TEN)
        root = ElementTree.fromstring(svg)
        assert root.get("role") == "img"
        assert root.get("aria-label")
        assert "<style" not in svg
        assert "<image" not in svg
        targets = re.findall(r'href="(.*?)"|url\((.*?)\)', svg)
        ids = {element.get("id") for element in root.iter()}
        assert all((one or other).removeprefix("#") in ids for one, other in targets)


def test_pictures_in_one_page_share_no_id() -> None:
    ids = [name for chart in CHARTS for name in re.findall(r' id="(.*?)"', chart(TEN))]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("chart", CHARTS)
def test_every_colour_can_be_set_by_the_page(chart: Callable[[Run], str]) -> None:
    svg = chart(TEN)
    assert set(re.findall(r"(?:fill|stroke): ([^;\"(,]+)", svg)) <= {"none", "var"}
    assert all(
        name in ["ink", "quiet", "rule", "line", "own", "fill"] for name in re.findall(r"var\(--chart-(\w+), #", svg)
    )


def texts(svg: str) -> set[str]:
    """What is written in a picture."""
    return {"".join(element.itertext()).strip() for element in ElementTree.fromstring(svg).findall(".//{*}text")}
