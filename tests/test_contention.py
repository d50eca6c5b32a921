from benchmarks.contention import READERS, WRITERS, meet


def test_two_writers_and_four_readers_are_in_nobodys_way() -> None:
    lines = meet(3)
    assert len(lines) == WRITERS + READERS
    assert all(line.endswith(", no error") and not line.startswith("0 ") for line in lines), lines
