import math

import pytest

from qa.errors import NotMeasured
from qa.read.calibration import FILE, Calibration, calibration, coefficients
from qa.read.evidence import NAMES
from qa.read.trained import CHANCE, OWN

READERS = ("sentence", "trained")


def test_confidence_is_a_logistic_function_of_the_score() -> None:
    found = Calibration((10.0, 0.4), ())
    assert found.confidence(0.4) == 0.5
    assert found.confidence(0.5) == pytest.approx(1 / (1 + math.exp(-1)), abs=1e-6)


def test_a_score_that_is_a_probability_is_the_confidence() -> None:
    assert Calibration(None, ()).confidence(0.123456789) == 0.123457


def test_a_threshold_is_the_least_confidence_from_which_on_that_share_is_right() -> None:
    found = Calibration(None, ((0.5, 0.2), (0.8, 0.6), (0.9, 0.85)))
    assert [found.threshold(share) for share in (0, 0.5, 0.6, 0.8, 0.85, 0.9)] == [0.2, 0.2, 0.6, 0.6, 0.85, 0.85]


def test_what_was_never_seen_right_so_often_is_never_answered() -> None:
    assert Calibration(None, ((0.5, 0.2),)).threshold(0.99) == 1.0


def test_no_precision_is_promised_that_was_not_measured() -> None:
    with pytest.raises(NotMeasured, match="take --reader trained"):
        Calibration(None, ()).threshold(0.1)


def test_the_share_that_was_right_is_that_of_the_band_of_the_confidence() -> None:
    found = Calibration(None, (), bands=((0.0, 0.04), (0.2, 0.3), (0.6, 0.75)))
    assert [found.share_right(sure) for sure in (0, 0.19, 0.2, 0.59, 0.6, 1)] == [0.04, 0.04, 0.3, 0.3, 0.75, 0.75]
    assert Calibration(None, ()).share_right(1) is None


@pytest.mark.parametrize("precision", [-0.1, 1.1, math.nan])
def test_a_precision_is_a_share(precision: float) -> None:
    with pytest.raises(ValueError, match="precision must be in"):
        Calibration(None, ()).threshold(precision)


@pytest.mark.parametrize("name", READERS)
def test_every_reader_is_calibrated_and_surer_is_righter(name: str) -> None:
    found = calibration(name)
    assert bool(found.precisions) == (name == "trained")  # likeness alone was not measured so
    assert list(found.precisions) == sorted(found.precisions)
    assert [least for _, least in found.precisions] == sorted(least for _, least in found.precisions)
    assert found.confidence(0.2) < found.confidence(0.8)
    assert 0 < found.least < 0.5


def test_the_trained_reader_has_a_weight_for_each_number() -> None:
    assert set(coefficients("trained")["share"]) == set(NAMES)
    assert set(coefficients("trained")["foremost"]) == set(OWN)
    assert set(coefficients("trained")["chance"]) == set(CHANCE)


def test_a_reader_that_was_not_calibrated_is_unknown() -> None:
    with pytest.raises(KeyError):
        calibration("nobody")


def test_the_file_is_small_enough_to_be_read_by_people() -> None:
    assert len(FILE.read_text(encoding="utf-8").splitlines()) < 120
