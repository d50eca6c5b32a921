import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.embed import HashingEmbedder
from qa.errors import BadFilter
from qa.filters import Filter, from_entry, to_entry
from qa.library import Library
from qa.read import SentenceReader
from qa.records import Document
from vector_store import HybridStore


def dated(date: str) -> Document:
    return Document("a.txt", "x", date=date)


@pytest.mark.parametrize(
    ("date", "met"),
    [
        ("2021-03-01", True),
        ("2021-03-31", True),
        ("2021-04-15", True),
        ("2021-02-28", False),
        ("2021-04-16", False),
        ("2021-03", True),
        ("2021-02", False),
        ("2021", True),
        ("2020", False),
        ("", False),
    ],
)
def test_both_days_are_included_and_what_has_no_date_meets_neither(date: str, met: bool) -> None:
    assert Filter(after="2021-03", before="2021-04-15").meets(dated(date)) is met


def test_a_month_and_a_year_stand_for_all_their_days() -> None:
    assert Filter(before="2021-02").meets(dated("2021-02-28"))
    assert Filter(before="2021").meets(dated("2021-12-31"))
    assert not Filter(after="2021").meets(dated("2020-12-31"))


@pytest.mark.parametrize(("written", "read"), [("31 March 2021", "2021-03-31"), ("2021/3/31", "2021-03-31")])
def test_a_day_may_be_written_as_people_write_it(written: str, read: str) -> None:
    assert Filter(after=written).after == read


@pytest.mark.parametrize(
    "written", ["yesterday", "03/04/2021", "2021-13", "2021-02-30", "since 2021-03-31", "12", "٢٠٢١", "٢٠٢١-03"]
)
def test_what_is_no_date_is_told(written: str) -> None:
    with pytest.raises(BadFilter, match="write it as 2021-03-31, 2021-03 or 2021"):
        Filter(before=written)


@pytest.mark.parametrize(
    ("wanted", "met"),
    [
        ("hr/leave.md", True),
        ("HR", True),
        ("hr/", True),
        ("*.md", True),
        ("leave.md", False),
        ("h", False),
        ("*", True),
    ],
)
def test_a_document_is_named_by_its_path_a_folder_or_a_pattern(wanted: str, met: bool) -> None:
    assert Filter(documents=[wanted]).meets(Document("hr/leave.md", "x")) is met


def test_one_of_several_names_is_enough_and_every_kind_must_be_met() -> None:
    document = Document("a.txt", "x", source="Reuters News")
    assert Filter(sources=["AFP", "reuters"]).meets(document)
    assert not Filter(sources=["AFP"]).meets(document)
    assert not Filter(sources=["reuters"], documents=["b.txt"]).meets(document)


def test_an_empty_filter_meets_everything_and_is_false() -> None:
    assert not Filter()
    assert Filter().meets(dated(""))


def test_as_data_and_back_it_is_the_same() -> None:
    for only in (Filter(), Filter("2021-03", "2022", ("Reuters",), ("hr", "*.md"))):
        assert from_entry(to_entry(only)) == only
    assert from_entry({"after": "2021"}) == Filter(after="2021")


@pytest.mark.parametrize(
    "entry",
    [None, [], {"since": "2021"}, {"after": None}, {"after": "soon"}, {"sources": "x"}, {"documents": [1]}, {1: 2}],
)
def test_data_that_is_no_filter_is_told(entry: object) -> None:
    with pytest.raises(BadFilter):
        from_entry(entry)


def test_it_says_what_it_takes() -> None:
    only = Filter("2021", "2022-01", ["AFP", "AP"], ["hr"])
    assert str(only) == "from 2021, up to 2022-01, of AFP or AP, in hr"


LIKENESS = SentenceReader(HashingEmbedder())
SAME = "The lease of the house ends on 31 May."


def library() -> Library:
    made = Library(embedder=HashingEmbedder(), reader=LIKENESS)
    made.add([Document(f"{year}.txt", SAME, date=f"{year}-05-01") for year in range(1900, 2021)])
    return made


def test_the_search_looks_for_nothing_else_however_much_is_nearer() -> None:
    found = library().search("When does the lease end?", 3, only=Filter(after="2020"))
    assert [passage.document.id for passage, _ in found] == ["2020.txt"]


def test_other_places_of_a_quote_are_looked_for_among_the_same_documents() -> None:
    answer = library().ask("When does the lease end?", threshold=0, only=Filter(after="2019"))
    (citation,) = answer.citations
    assert [citation.quote.document.id, *(place.document.id for place in citation.also)] == ["2019.txt", "2020.txt"]


def test_where_no_document_meets_it_nothing_is_near() -> None:
    assert library().ask("When does the lease end?", only=Filter(after="2021")).refusal == "nothing near"


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.data())
def test_a_search_among_rows_is_the_search_of_all_without_the_others(
    seed: int, count: int, data: st.DataObject
) -> None:
    draw = np.random.default_rng(seed)
    vectors = draw.integers(-2, 3, (count, 3)).astype(np.float32) + np.float32(0.5)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    store = HybridStore(3)
    store.add(vectors, [[draw.choice(["a", "b", "c"]) for _ in range(3)] for _ in range(count)])
    among = np.array(sorted(data.draw(st.sets(st.integers(0, count - 1)))), np.int64)
    every = store.search(vectors[0], ["a", "b"], count)
    assert store.search(vectors[0], ["a", "b"], count, among=among) == [hit for hit in every if hit.row in among]
