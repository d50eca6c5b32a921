import pytest

from benchmarks.people import Waits, meet
from tests.served import served


@pytest.mark.parametrize(("share", "wait"), [(0.5, 2.0), (0.51, 3.0), (0.95, 4.0), (0.25, 1.0), (1.0, 4.0)])
def test_a_percentile_is_the_least_wait_that_so_many_do_not_exceed(share: float, wait: float) -> None:
    assert Waits([3.0, 1.0, 4.0, 2.0]).percentile(share) == wait


def test_what_was_waited_is_told_in_a_line() -> None:
    assert str(Waits([1.0, 2.0, 6.0], ["no"])) == "3 questions, 1 errors, median 2.00 s, p95 6.00 s"


def test_people_who_ask_a_page_at_once_get_no_error() -> None:
    with served() as page:
        waits = meet(page.url, 4, ["When does the lease end?", "Who makes honey?"], pause=0, seconds=2)
    assert waits.errors == []
    assert len(waits.seconds) >= 4
    assert all(0 < wait < 30 for wait in waits.seconds)
