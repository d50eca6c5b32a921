"""The trained reader with a network that is made up, and the network itself."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from qa.errors import ModelMissing
from qa.question import asks_for_a_fact, asks_for_sentences
from qa.read import TrainedReader
from qa.read.calibration import coefficients
from qa.read.evidence import Sentence
from qa.read.exact import span_of
from qa.read.network import LONGEST, MODEL, Reading, SpanNetwork
from qa.read.spans import Found, best_spans
from qa.read.trained import chance_features, foremost, log_shares, own_features, scores_of
from qa.records import Document, Part, Passage, Range
from qa.text import sentences
from vector_store import Hit

LEASE = "The lease ends on 31 May. Rent is due monthly."
ROOT = Path(__file__).parent.parent


class WordNetwork(SpanNetwork):
    """Every word is a token; an answer likely begins at the first of ``answers`` and ends at the last, nowhere else."""

    def __init__(self, *answers: str) -> None:
        super().__init__()
        self._first, self._last = answers[:1], answers[-1:]
        self.shown: list[tuple[str, str, str]] = []

    def read(self, question: str, title: str, text: str) -> Reading:
        self.shown.append((question, title, text))
        offsets, start = [], 0
        for word in text.split():
            start = text.index(word, start)
            offsets.append((start, start + len(word)))
            start += len(word)
        starts, ends = (
            np.array([4.0 if {word, word.strip(".")} & set(likely) else -4.0 for word in text.split()], np.float32)
            for likely in (self._first, self._last)
        )
        return Reading(np.array(offsets, np.int64).reshape(-1, 2), starts, ends)


def passage(text: str, *, title: str = "", name: str = "a.txt") -> Passage:
    return Passage(Document(name, text, title=title), 0, len(text))


def hits(passages: Sequence[Passage], scores: Sequence[float]) -> list[tuple[Passage, Hit]]:
    """The passages as retrieval gives them, as near by meaning as by all."""
    return [(one, Hit(row, score, score, None)) for row, (one, score) in enumerate(zip(passages, scores, strict=True))]


# The reader


def test_each_sentence_is_a_span_and_what_the_network_marks_is_exact() -> None:
    (spans,) = TrainedReader(WordNetwork("31", "May")).read("When does the lease end?", hits([passage(LEASE)], [0.5]))
    assert [(span.start, span.end) for span in spans] == [(0, 25), (26, 46)]
    assert spans[0].exact == Range(18, 24)
    assert spans[0].score > spans[1].score
    assert all(0 < span.score < 1 for span in spans)


def test_the_network_is_shown_title_and_passage() -> None:
    network = WordNetwork()
    TrainedReader(network).read("When?", hits([passage(LEASE, title="Contract")], [0.5]))
    assert network.shown[0] == ("When?", "Contract. ", LEASE)


def test_the_quotes_of_the_three_best_are_read_once_more_alone() -> None:
    network = WordNetwork("31", "May")
    TrainedReader(network).read(
        "When does the lease end?", hits([passage(f"Rent is due. Nobody knows. {LEASE}", title="Contract")], [0.5])
    )
    best, *others = network.shown[1:]
    assert best == ("When does the lease end?", "Contract. ", "The lease ends on 31 May.")
    assert len(others) == 2
    assert len({text for _, _, text in network.shown}) == 4
    network.shown.clear()
    TrainedReader(network).read("When does the lease end?", hits([passage("The lease ends on 31 May.")], [0.5]))
    assert len(network.shown) == 1  # it was alone already


def test_it_is_read_as_it_is_quoted_and_under_what_it_stands_under() -> None:
    text = "# Flat\n\nRent is due.\n\nWhen does it end? The lease ends. It does on 31 May."
    start = text.index("Rent")
    document = Document("a.md", text, title="Contract", parts=(Part(0, "§ Flat"),))
    network = WordNetwork("31", "May")
    found = [(Passage(document, start, len(text)), Hit(0, 0.5, 0.5, None))]
    TrainedReader(network).read("When does the lease end?", found)
    assert network.shown[1] == (
        "When does the lease end?",
        "Contract. Flat. When does it end? ",
        "The lease ends. It does on 31 May.",
    )


class OnlyAmongNeighbours(WordNetwork):
    """Of a sentence alone it finds nothing."""

    def read(self, question: str, title: str, text: str) -> Reading:
        found = super().read(question, title, text)
        return found if len(sentences(text)) > 1 else Reading(found.offsets, found.starts - 6, found.ends - 6)


def test_what_answers_only_among_its_neighbours_is_less_sure() -> None:
    found = hits([passage(LEASE)], [0.5])
    (sure, *_), (unsure, *_) = (
        TrainedReader(network("31", "May")).read("When does the lease end?", found)[0]
        for network in (WordNetwork, OnlyAmongNeighbours)
    )
    assert sure.score > unsure.score
    assert (sure.start, sure.end, sure.exact) == (unsure.start, unsure.end, unsure.exact)


def test_the_network_is_asked_in_the_passages_spelling_unless_another_passage_has_the_word_as_asked() -> None:
    network = WordNetwork()
    other = passage("Mr. Kazemi signed the lease.", name="b.txt")
    TrainedReader(network).read("Did Kadhimi sign?", hits([other, passage(LEASE)], [0.5, 0.5]))
    assert [question for question, _, _ in network.shown[:2]] == ["Did Kazemi sign?", "Did Kadhimi sign?"]
    network.shown.clear()
    TrainedReader(network).read("Did Kadhimi sign?", hits([other, passage("Kadhimi signed.")], [0.5, 0.5]))
    assert {question for question, _, _ in network.shown} == {"Did Kadhimi sign?"}


def test_a_passage_that_can_no_longer_be_among_the_best_is_not_read() -> None:
    near = [passage(f"The lease of house {name} ends on 31 May.", name=f"{name}.txt") for name in "abcd"]
    far = passage("Nobody knows.", name="e.txt")
    question, found = (
        "When does the lease of the house end?",
        hits([*near, far, near[0]], [0.9, 0.9, 0.9, 0.9, 0, 0.89]),
    )
    network = WordNetwork("31", "May")
    reader = TrainedReader(network)
    read = reader.read(question, found)
    assert [text for _, _, text in network.shown] == [*(one.text for one in near), near[0].text]
    assert [(span.start, span.end, span.exact) for span in read[4]] == [(0, 13, None)]
    network.shown.clear()
    reader.read(question, found, top=5)  # the fifth may be any
    assert "Nobody knows." in {text for _, _, text in network.shown}
    network.shown.clear()
    _, numbers = reader.evidence(question, found)
    assert len(network.shown) == len(numbers) == 6


def test_what_is_said_twice_is_one_of_the_best_and_not_two() -> None:
    same = hits([passage(LEASE.partition(" Rent")[0], name=f"{n}.txt") for n in range(4)], [0.9] * 4)
    network = WordNetwork("31", "May")
    TrainedReader(network).read("When does the lease end?", [*same, (passage("Nobody knows."), Hit(4, 0, 0, None))])
    assert "Nobody knows." in {text for _, _, text in network.shown}


def test_the_passage_that_answers_is_better_than_one_that_only_looks_like_it() -> None:
    other = passage("The lease of the other house ends never.", name="b.txt")
    spans = TrainedReader(WordNetwork("31", "May")).read(
        "When does the lease end?", hits([other, passage(LEASE)], [0.5, 0.5])
    )
    assert spans[1][0].score > spans[0][0].score


def test_what_three_have_together_is_divided_anew() -> None:
    sums = np.log([4.0, 1.0, 2.0, 3.0])
    assert foremost(sums) == [0, 3, 2]
    shares = np.exp(log_shares(sums, np.log([0.5, 4.0, 1.0]), [0, 3, 2]))
    # Nine of ten parts, as 1/2 to 4 to 1; the fourth keeps its own.
    assert shares.tolist() == pytest.approx([0.9 / 11, 0.1, 0.9 * 2 / 11, 0.9 * 8 / 11])
    assert foremost(sums[:2]) == [0, 1]
    assert np.exp(log_shares(sums[:2], sums[:2], [0, 1])).tolist() == pytest.approx([0.8, 0.2])


def test_they_are_divided_by_their_sums_and_what_is_marked_in_them_among_others_and_alone() -> None:
    numbers = np.zeros((3, 6))
    numbers[:, 5] = [1.5, 0.0, -2.0]  # span
    sums, alone = np.array([3.0, 1.0, 2.0]), {0: -1.0, 2: 0.5}
    assert own_features("Who?", numbers, sums, alone).tolist() == [[3, 1.5, -1, -1], [2, -2, 0.5, 0.5]]
    assert own_features("Why?", numbers, sums, alone).tolist() == [[3, 1.5, -1, 0], [2, -2, 0.5, 0]]


def test_scores_are_worked_by_hand() -> None:
    # passage, cosine, rank, lead, coverage, span
    numbers = np.array([[0.2, 0.1, 1, 1, 0, 0.0], [0.6, 0.3, 0.5, 1, 0.4, 0.0], [0.7, 0.3, 0.5, 1, 0.4, 0.0]])
    sums, shares = np.log([1.0, 2.0, 5.0]), np.log([0.2, 0.5, 0.3])
    features = chance_features("Who?", numbers, sums, shares, {0: -1.0, 1: 0.0, 2: 0.7})
    assert features.tolist() == pytest.approx([1, 0.5, 0.25, 0.7, 0.4, 0.5, 0.7, 1, 0.5])
    why = chance_features("Why?", numbers, sums, shares, {0: -1.0, 1: 0.0, 2: 0.7})
    assert why.tolist() == [*features[:-2], 0, 0]
    chance = np.array([-1, 2, 0, 1, 0, 0.4, 0, 0.3, 0])
    best = 1 / (1 + np.exp(-(-1 + 2 * 0.5 + 0.7 + 0.4 * 0.5 + 0.3)))
    assert scores_of(features, shares, chance).tolist() == pytest.approx([best * 0.4, best, best * 0.6])


@pytest.mark.parametrize("count", [1, 3, 4, 40])
def test_of_many_that_are_alike_one_is_the_best(count: int) -> None:
    # Divided anew, the three may have less than the fourth, by a rounding.
    for sum_of_each in np.linspace(-3, 3, 50):
        sums = np.full(count, sum_of_each)
        first = foremost(sums)
        alone = dict.fromkeys(first, 0.3)
        numbers = np.full((count, 6), 0.1)
        shares = log_shares(
            sums, own_features("Who?", numbers, sums, alone) @ np.array([0.77, -0.09, 0.2, -0.1]), first
        )
        assert np.exp(shares).tolist() == pytest.approx([1 / count] * count)
        assert chance_features("Who?", numbers, sums, shares, alone)[1] == pytest.approx(1 / count)


def test_what_speaks_for_a_sentence_is_its_weighed_evidence_beside_the_average() -> None:
    (spans,) = TrainedReader(WordNetwork("31", "May")).read("When does the lease end?", hits([passage(LEASE)], [0.5]))
    one, other = (dict(span.why) for span in spans)
    assert list(one) == ["meaning", "words", "passage", "place", "reader"]
    # One passage: how near it is speaks for neither of its two sentences; the first is nearer to the beginning.
    assert (one["meaning"], one["passage"]) == (0, 0)
    assert one["place"] == pytest.approx(coefficients("trained")["share"]["lead"] * (1 - 0.75), abs=0.001)
    assert one["reader"] > 0
    assert all(one[kind] == pytest.approx(-other[kind], abs=0.002) for kind in one)


def test_a_better_passage_makes_a_better_sentence() -> None:
    read = TrainedReader(WordNetwork("May")).read("When?", hits([passage(LEASE), passage(LEASE)], [0.9, 0.3]))
    assert read[0][0].score > read[1][0].score


def test_an_answer_that_runs_over_a_sentence_takes_the_next_with_it() -> None:
    (spans,) = TrainedReader(WordNetwork("May", "Rent")).read("When?", hits([passage("Until May. Rent it.")], [0.5]))
    assert (spans[0].start, spans[0].end, spans[0].exact) == (0, 19, Range(6, 15))


def test_in_what_is_not_the_best_only_what_the_network_believes_is_marked() -> None:
    (spans,) = TrainedReader(WordNetwork("31", "May")).read("When does the lease end?", hits([passage(LEASE)], [0.5]))
    assert [span.exact for span in spans] == [Range(18, 24), None]
    believed = passage("Until 31 May.", name="b.txt")
    read = TrainedReader(WordNetwork("31", "May")).read(
        "When does the lease end?", hits([passage(LEASE), believed], [0.5, 0.5])
    )
    assert read[1][0].exact == Range(6, 12)


def test_a_dateline_answers_nothing() -> None:
    text = "LONDON, May 31 (Reuters) - The lease ends on 30 June."
    (spans,) = TrainedReader(WordNetwork("31", "31")).read("When does the lease end?", hits([passage(text)], [0.5]))
    assert spans[0].exact is not None
    assert spans[0].exact.start >= text.index("The lease")


@pytest.mark.parametrize("question", ["Why does the lease end?", "What did the landlord say about May?"])
def test_where_a_phrase_is_too_short_nothing_is_exact(question: str) -> None:
    (spans,) = TrainedReader(WordNetwork("31", "May")).read(question, hits([passage(LEASE)], [0.5]))
    assert [span.exact for span in spans] == [None, None]


def exact_of(text: str, first: str, last: str) -> str:
    """What is exact where the network marks from the token ``first`` to the token ``last``."""
    (spans,) = TrainedReader(WordNetwork(first, last)).read("When does it end?", hits([passage(text)], [0.5]))
    assert spans[0].exact is not None
    return spans[0].exact.of(text)


@pytest.mark.parametrize(
    ("text", "first", "last", "exact"),
    [
        ("It ends on “31 May”, he said.", "“31", "May”,", "31 May"),
        ("It ends (31 May) then.", "(31", "May)", "(31 May)"),
        ("It ends (on 31 May) then.", "31", "May)", "31 May"),
        ("He said ... nothing.", "...", "...", "."),
    ],
)
def test_what_is_exact_has_no_stops_at_its_ends_nor_half_a_pair_of_brackets(
    text: str, first: str, last: str, exact: str
) -> None:
    assert exact_of(text, first, last) == exact


@pytest.mark.parametrize(
    ("text", "first", "last", "exact"),
    [
        ("It ends at .5 mg daily.", ".5", "mg", ".5 mg"),
        ("It ends at ,5 mg daily.", ",5", "mg", ",5 mg"),
        ("It ends at ...5 mg daily.", "...5", "mg", "5 mg"),
        ("It ends here.5 weeks of it.", "here.5", "weeks", "here.5 weeks"),
        ("It ends in the U.S., he said.", "U.S.,", "U.S.,", "U.S."),
        ("It ends at 5 p.m. then.", "5", "p.m.", "5 p.m."),
        ("It ends with a Ph.D. then.", "Ph.D.", "Ph.D.", "Ph.D."),
        ("It ends at 3.5. Then more.", "3.5.", "3.5.", "3.5"),
        ("It ends at www.lease.com. Then more.", "www.lease.com.", "www.lease.com.", "www.lease.com"),
        ('It ends at 27" then.', '27"', '27"', '27"'),
        ("It ends at 5'10\", he said.", "5'10\",", "5'10\",", "5'10\""),
        ("It ends at 6', he said.", "6',", "6',", "6'"),
        ('It ends at 27" by 40" then.', '27"', '40"', '27" by 40"'),
        ('It ends at "27" then.', '"27"', '"27"', "27"),
        ("It ends at '27' then.", "'27'", "'27'", "27"),
        ('It ends "in May" then.', '"in', 'May"', "in May"),
    ],
)
def test_what_is_exact_keeps_what_belongs_to_a_number_or_an_abbreviation(
    text: str, first: str, last: str, exact: str
) -> None:
    assert exact_of(text, first, last) == exact


@pytest.mark.parametrize(
    ("text", "token", "exact"),
    [
        ("It ends at .5 mg daily.", "5", ".5"),
        ("It ends at 0.5 mg daily.", "5", "5"),
        ("It ends in No.5 then.", "5", "5"),
        ("It ends ...5 days on.", "5", "5"),
        ('It ends at "27" then.', '27"', "27"),
    ],
)
def test_a_decimal_point_before_it_is_taken_in(text: str, token: str, exact: str) -> None:
    """The network's tokens are parts of words."""
    start = text.index(token)
    found = Found(Range(start, start + len(token)), 1.0, 1.0)
    (sentence,) = sentences(text)
    hit = Hit(0, 0.5, 0.5, None)
    span = span_of(Sentence(passage(text), hit, sentence, found), 0.5, whole=False)
    assert span.exact is not None
    assert span.exact.of(text) == exact


def test_a_point_that_is_of_the_sentence_before_is_not_taken_in() -> None:
    text = "It ends. .5 mg"
    sentence, found = Range(10, 14), Found(Range(10, 11), 1.0, 1.0)
    span = span_of(Sentence(passage(text), Hit(0, 0.5, 0.5, None), sentence, found), 0.5, whole=False)
    assert span.exact == Range(10, 11)


def test_no_passages_no_spans() -> None:
    assert TrainedReader(WordNetwork()).read("When?", hits([], [])) == []


def test_a_passage_without_a_token_is_a_span_all_the_same() -> None:
    (spans,) = TrainedReader(SpanNetwork()).read("When?", hits([passage("\u200b\u200b")], [0.5]))
    assert [(span.start, span.end, span.exact) for span in spans] == [(0, 2, None)]


@pytest.mark.parametrize(
    "question",
    [
        "Why is it so?",
        "How do I renew it?",
        "how did he die",
        "What did Sistani say?",
        "Explain the rent.",
        "How to pay?",
        "List the rooms.",
        "name all tenants",
    ],
)
def test_reasons_ways_and_sayings_ask_for_sentences(question: str) -> None:
    assert asks_for_sentences(question)


@pytest.mark.parametrize(
    "question",
    [
        "How many troops?",
        "how much is it",
        "How long is the lease?",
        "Who said why?",
        "What is the rent?",
        "How old is he?",
        "Name the tenant.",
        "Listed in which year?",
    ],
)
def test_numbers_and_names_do_not(question: str) -> None:
    assert not asks_for_sentences(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who signed?",
        "and when did it end",
        "To whom is it let?",
        "How many rooms are there?",
        "In which year was that?",
        "Over how many years?",
    ],
)
def test_names_dates_places_and_numbers_are_facts(question: str) -> None:
    assert asks_for_a_fact(question)


@pytest.mark.parametrize("question", ["Why did it end?", "What is a lease?", "Tell me who signed.", "How is it paid?"])
def test_what_more_than_a_fact_may_answer_is_none(question: str) -> None:
    assert not asks_for_a_fact(question)


# The network


@pytest.fixture(scope="module")
def network() -> SpanNetwork:
    return SpanNetwork()


def answered(network: SpanNetwork, question: str, text: str, title: str = "") -> tuple[str, float]:
    (found,) = best_spans(network.read(question, title, text), [Range(0, len(text))], text)
    assert found is not None
    return found.range.of(text), found.score


def test_it_marks_the_answer_and_tells_a_text_that_has_none(network: SpanNetwork) -> None:
    text = "Marie Curie was born in Warsaw in 1867. She moved to Paris at the age of twenty-four."
    where, sure = answered(network, "Where was Marie Curie born?", text)
    assert where == "Warsaw"
    assert answered(network, "When was Marie Curie born?", text)[0] == "1867"
    assert answered(network, "How tall is the Eiffel tower?", text)[1] < min(0, sure)


def test_the_same_text_gives_the_same_bytes(network: SpanNetwork) -> None:
    first, again = (network.read("When does the lease end?", "", LEASE) for _ in range(2))
    fresh = SpanNetwork().read("When does the lease end?", "", LEASE)
    for other in (again, fresh):
        assert first.starts.tobytes() == other.starts.tobytes()
        assert first.ends.tobytes() == other.ends.tobytes()


def test_every_token_has_its_range_of_characters(network: SpanNetwork) -> None:
    read = network.read("When?", "A title. ", "Zoë’s  lease\nends 😀.")
    assert [text for start, end in read.offsets if (text := "Zoë’s  lease\nends 😀."[start:end])][:4] == [
        "Zoë",
        "’",
        "s",
        "lease",
    ]
    assert read.starts.shape == read.ends.shape == (len(read.offsets),)
    assert np.isfinite(read.starts).all()


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\x00", "😀", "東京は日本の首都です。", "A" * 5000, "! " * 3000])
def test_any_text_can_be_read(network: SpanNetwork, text: str) -> None:
    read = network.read("What is the capital of Japan?", text[:200], text)
    assert len(read.offsets) == len(read.starts) == len(read.ends)
    assert np.isfinite(read.starts).all()
    assert np.isfinite(read.ends).all()


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("WHERE WAS MARIE CURIE BORN?", "MARIE CURIE WAS BORN IN WARSAW IN 1867.", "WARSAW"),
        ("What was the revenue in 2021?", "| Year | Revenue |\n|---|---|\n| 2021 | 5.1 million |", "5.1 million"),
        ("What does area return?", "def area(r):\n    # the area of a circle\n    return 3.14 * r * r\n", None),
        ("Wo wurde Marie Curie geboren?", "Marie Curie wurde 1867 in Warschau geboren.", None),
    ],
)
def test_capitals_tables_code_and_other_languages_are_read(
    network: SpanNetwork, question: str, text: str, answer: str | None
) -> None:
    found, _ = answered(network, question, text)
    assert found in text
    assert answer is None or answer in found


def test_texts_read_side_by_side_have_the_bytes_that_they_have_alone(network: SpanNetwork) -> None:
    texts = [("Where?", "", f"{LEASE} " * times) for times in (1, 7, 2, 40)]
    for together, text in zip(network.read_each(texts), texts, strict=True):
        alone = network.read(*text)
        assert together.starts.tobytes() == alone.starts.tobytes()
        assert together.ends.tobytes() == alone.ends.tobytes()


def test_a_thousand_passages_are_read_at_once(network: SpanNetwork) -> None:
    others = [passage(f"Number {n} is a house with a garden.", name=f"{n}.txt") for n in range(999)]
    read = TrainedReader(network).read("When does the lease end?", hits([*others, passage(LEASE)], [0.3] * 1000))
    assert len(read) == 1000
    best = max((span for some in read for span in some), key=lambda span: span.score)
    assert best is read[-1][0]
    assert best.exact is not None
    assert "31 May" in best.exact.of(LEASE)


def test_a_question_longer_than_the_window_can_be_asked(network: SpanNetwork) -> None:
    assert np.isfinite(network.read("why " * 500, "title " * 500, LEASE).starts).all()


def test_an_answer_far_down_a_long_text_is_found(network: SpanNetwork) -> None:
    filler = "The committee met again and talked about the garden and the weather for a long time. " * 60
    text = f"{filler}Marie Curie was born in Warsaw. {filler}"
    read = network.read("Where was Marie Curie born?", "", text)
    assert len(read.offsets) > 3 * LONGEST
    assert answered(network, "Where was Marie Curie born?", text)[0] == "Warsaw"


def test_weights_that_were_changed_are_refused(tmp_path: Path) -> None:
    shutil.copytree(MODEL, tmp_path / "model")
    weights = tmp_path / "model" / "reader.onnx"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelMissing, match=r"have SHA-256 .* reinstall chapterverse"):
        SpanNetwork(tmp_path / "model").read("When?", "", LEASE)
    weights.unlink()
    with pytest.raises(ModelMissing, match="cannot be read"):
        SpanNetwork(tmp_path / "model").read("When?", "", LEASE)


def test_a_folder_that_holds_no_reader_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="holds no reader"):
        _ = SpanNetwork(tmp_path).digest
    (tmp_path / "reader.json").write_text("[]")
    with pytest.raises(ModelMissing, match="holds no reader"):
        _ = SpanNetwork(tmp_path).digest


def test_the_files_are_small_enough_for_a_package_and_say_what_they_are() -> None:
    assert sum(path.stat().st_size for path in MODEL.iterdir()) <= 25_000_000
    assert set(json.loads((MODEL / "reader.json").read_text(encoding="utf-8"))) >= {"name", "sha256"}


def test_reading_imports_no_torch() -> None:
    program = (
        "import sys\n"
        "from qa.read import TrainedReader\n"
        "from qa.records import Document, Passage\n"
        "from vector_store import Hit\n"
        f"passage = Passage(Document('a', {LEASE!r}), 0, 20)\n"
        "TrainedReader().read('When?', [(passage, Hit(0, 0.5, 0.5, None))])\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.strip() == "[]"
