import pytest

from qa.changes import Changes, compare
from qa.records import Document


def document(name: str, text: str = "a", *, digest: str | None = None) -> Document:
    return Document(name, text, sha256=text * 64 if digest is None else digest)


def test_what_came_went_and_changed_is_told_in_order() -> None:
    before = [document("b"), document("a"), document("same")]
    after = [document("d", "x"), document("c", "y"), document("b", "z"), document("same")]
    assert compare(before, after) == Changes(added=("c", "d"), changed=("b",), removed=("a",))


def test_the_same_bytes_at_another_place_have_moved() -> None:
    assert compare([document("a")], [document("b")]) == Changes(moved=(("a", "b"),))


def test_of_two_with_the_same_bytes_each_moves_once() -> None:
    found = compare([document("a"), document("b")], [document("c"), document("d"), document("e")])
    assert found == Changes(added=("e",), moved=(("a", "c"), ("b", "d")))


def test_a_copy_beside_what_is_still_there_is_added() -> None:
    assert compare([document("a")], [document("a"), document("b")]) == Changes(added=("b",))


def test_documents_that_are_no_files_do_not_move() -> None:
    before, after = [document("a", digest="")], [document("b", digest="")]
    assert compare(before, after) == Changes(added=("b",), removed=("a",))


def test_the_same_bytes_read_otherwise_have_changed() -> None:
    before, after = Document("a", "x", title="Old", sha256="1"), Document("a", "x", title="New", sha256="1")
    assert compare([before], [after]) == Changes(changed=("a",))


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (Changes(), "nothing changed"),
        (Changes(added=("a", "b"), moved=(("c", "d"),)), "2 added, 1 moved"),
        (Changes(changed=("a",), removed=("b",)), "1 changed, 1 removed"),
    ],
)
def test_it_is_told_in_a_line(changes: Changes, line: str) -> None:
    assert str(changes) == line
    assert bool(changes) == (line != "nothing changed")


def test_each_has_a_line() -> None:
    changes = Changes(("a",), ("b",), (("c", "d"),), ("e",))
    assert changes.lines == ("added a", "changed b", "moved c -> d", "removed e")
