import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.load.names import require_fit
from qa.shelf.filename import MAX_BYTES, NAMELESS, folded, free_name, safe_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("lease.pdf", "lease.pdf"),
        ("Mietvertrag Straße 5.pdf", "Mietvertrag Straße 5.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("/etc/passwd.txt", "passwd.txt"),
        (r"C:\Users\ada\lease.txt", "lease.txt"),
        (r"..\..\lease.txt", "lease.txt"),
        ("C:lease.txt", "C_lease.txt"),
        ("lease.txt\0.exe", "lease.txt.exe"),
        ("le\nase\x1b[2J.txt", "lease[2J.txt"),
        ("invoice\u202efdp.txt", "invoicefdp.txt"),
        ("lea\ud800se.txt", "lease.txt"),
        (".hidden.txt", "hidden.txt"),
        ("...", NAMELESS),
        ("..", NAMELESS),
        ("", NAMELESS),
        ("folder/", NAMELESS),
        (" . lease.txt . ", "lease.txt"),
        ("lease .txt", "lease.txt"),
        ("a.txt::$DATA", "a.txt__$DATA"),
        ('<what?> "now"|*.txt', "_what__ _now___.txt"),
        ("CON.txt", "_CON.txt"),
        ("nul", "_nul"),
        ("Com1.tar.txt", "_Com1.tar.txt"),
        ("LPT¹.txt", "_LPT¹.txt"),
        ("aux .txt", "_aux.txt"),
        ("console.txt", "console.txt"),
        ("cafe\u0301.txt", "caf\u00e9.txt"),
    ],
)
def test_a_name_is_made_safe(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_a_long_name_is_cut_before_its_ending_and_between_letters() -> None:
    assert safe_name("a" * 300 + ".txt") == "a" * 251 + ".txt"
    assert safe_name("é" * 300 + ".txt") == "é" * 125 + ".txt"
    assert safe_name("東" * 300 + ".txt") == "東" * 83 + ".txt"
    assert safe_name("a." + "b" * 300) == ("a." + "b" * 300)[:MAX_BYTES]


def test_one_with_a_number_fits_too() -> None:
    name = safe_name("é" * 300 + ".txt")
    assert free_name(name, {folded(name)}) == "é" * 123 + " (2).txt"


def test_the_first_free_number_is_taken_whatever_the_case_and_the_accents_are_made_of() -> None:
    taken = {folded(name) for name in ("Lease.TXT", "lease (2).txt", "caf\u00e9.txt", "notes")}
    assert free_name("lease.txt", taken) == "lease (3).txt"
    assert free_name("Cafe\u0301.txt", taken) == "Cafe\u0301 (2).txt"
    assert free_name("Notes", taken) == "Notes (2)"
    assert free_name("other.txt", taken) == "other.txt"


@given(st.text(st.characters(), max_size=400))
def test_whatever_it_was_it_is_a_file_in_the_folder_and_a_documents_id(name: str) -> None:
    kept = safe_name(name)
    assert Path(kept).name == kept
    assert os.path.normpath(kept) == kept
    assert 0 < len(kept.encode()) <= MAX_BYTES
    assert kept[0] not in ". "
    assert kept[-1] not in ". "
    assert not set(kept) & set('/\\<>:"|?*')
    assert safe_name(kept) == kept
    require_fit(kept)
