import pytest

from qa.names import is_name, names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mustafa al-Kadhimi, the prime minister of Iraq, flew.", ["Mustafa al-Kadhimi", "Iraq"]),
        ("In January 2020 Donald Trump ordered it.", ["Donald Trump"]),
        ("The U.S. said ISIS’s war was over", ["U.S.", "ISIS"]),
        ("Gen. Qadir Nedhami met John F. Kennedy", ["Gen. Qadir Nedhami", "John F. Kennedy"]),
        ("Where is the Bank of England's office?", ["Bank of England"]),
        ("Kata'ib Hezbollah and O’Brien", ["Kata'ib Hezbollah", "O’Brien"]),
        ("What do we owe you?", []),
        ("", []),
    ],
)
def test_names_are_capitalised_words_on_end_without_what_begins_a_sentence(text: str, expected: list[str]) -> None:
    assert [name.of(text) for name in names(text)] == expected


@pytest.mark.parametrize("text", ["Mustafa al-Kadhimi", "the White House", "US", "Secretary of State Mike Pompeo"])
def test_a_name_is_one_from_end_to_end(text: str) -> None:
    assert is_name(text)


@pytest.mark.parametrize("text", ["", "2,500", "repatriating troops", "American lackey", "Riyadh and Abu Dhabi", "the"])
def test_other_answers_are_no_names(text: str) -> None:
    assert not is_name(text)
