from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from qa.embed import HashingEmbedder
from qa.library import Library
from qa.live import Live
from qa.read import SentenceReader
from qa.records import Document

EMBEDDER = HashingEmbedder()
READER = SentenceReader(EMBEDDER)


def saved(index: Path, text: str) -> Library:
    library = Library(embedder=EMBEDDER, reader=READER)
    library.add([Document("a.txt", text)])
    library.save(index)
    return library


def said(live: Live) -> str:
    return live.library.ask("When does the lease end?", threshold=0).citations[0].quote.text


@pytest.fixture
def live(tmp_path: Path) -> Live:
    library = saved(tmp_path, "The lease ends in May.")
    library.threshold = 0.4
    return Live(library, index=tmp_path)


def test_what_is_indexed_meanwhile_is_taken_up_once(live: Live, tmp_path: Path) -> None:
    first = live.library
    assert live.library is first
    saved(tmp_path, "The lease ends in June.")
    assert said(live) == "The lease ends in June."
    assert live.library is live.library is not first
    assert live.library.threshold == 0.4


def test_a_library_that_was_begun_with_goes_on(live: Live, tmp_path: Path) -> None:
    first = live.library
    saved(tmp_path, "The lease ends in June.")
    assert said(live) == "The lease ends in June."
    assert first.ask("When does the lease end?", threshold=0).citations[0].quote.text == "The lease ends in May."


def test_an_index_that_cannot_be_used_leaves_the_last_one_that_could(live: Live, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("rubbish")
    assert said(live) == "The lease ends in May."
    (tmp_path / "manifest.json").unlink()
    assert said(live) == "The lease ends in May."
    saved(tmp_path, "The lease ends in June.")
    assert said(live) == "The lease ends in June."


def test_without_an_index_it_stays_as_it_is(live: Live) -> None:
    assert Live(live.library).library is live.library


def test_who_asks_while_it_is_taken_up_is_answered_from_one_version_whole(live: Live, tmp_path: Path) -> None:
    ends = [f"The lease of {year} ends in May of {year}." for year in range(2000, 2012)]
    saved(tmp_path, ends[0])

    def ask(_: int) -> str:
        library = live.library
        answer = library.ask("When does the lease end?", threshold=0)
        assert answer.citations[0].quote.document is library.documents[0]
        return answer.citations[0].quote.text

    with ThreadPoolExecutor(4) as people:
        asking = people.map(ask, range(400))
        for end in ends[1:]:
            saved(tmp_path, end)
        heard = list(asking)
    assert set(heard) <= {*ends, "The lease ends in May."}
    assert said(live) == ends[-1]
