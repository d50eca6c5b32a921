import pytest

from qa.load.metadata import Metadata
from qa.load.stem import describe_name


@pytest.mark.parametrize(
    ("name", "title", "date"),
    [
        ("hr/2023-05-02 Minutes of the board.pdf", "Minutes of the board", "2023-05-02"),
        ("20230502_leave_policy.docx", "leave policy", "2023-05-02"),
        ("leave-policy.v2.txt", "leave policy v2", ""),
        ("Bericht über Brücken.pdf", "Bericht über Brücken", ""),
        ("a.txt", "", ""),
        ("contract.docx", "", ""),
        ("001_26f0ad0b6a8edf90.txt", "", ""),
        ("IMG_4021.pdf", "", ""),
        ("2023-13-45 the plan.pdf", "2023 13 45 the plan", ""),
        ("room 20230231.txt", "", ""),
    ],
)
def test_a_name_of_two_words_or_more_is_a_title_and_a_day_in_it_a_date(name: str, title: str, date: str) -> None:
    assert describe_name(name) == Metadata(title=title, date=date)
