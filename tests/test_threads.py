"""Several people ask one library at once: each gets what alone would have been the answer, byte for byte."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from qa.embed import Embedder, HashingEmbedder, SentenceTransformerEmbedder
from qa.filters import Filter
from qa.library import Library
from qa.read import SentenceReader
from qa.receipt import receipt, to_json
from qa.text import words

ROOT = Path(__file__).parent.parent
LINES = (ROOT / "tests" / "quality" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
QUESTIONS = [json.loads(line)["question"] for line in LINES]
THREADS, EACH = 8, 40


def answered(library: Library, question: str, only: Filter | None) -> str:
    answer = library.ask(question, only=only)
    return to_json(receipt(answer, library, top=3, threshold=library.threshold, only=only))


def at_once(library: Library, asked: list[tuple[str, Filter | None]]) -> list[str]:
    begin = threading.Barrier(THREADS)

    def person(number: int) -> list[str]:
        begin.wait()
        return [answered(library, *one) for one in asked[number::THREADS]]

    with ThreadPoolExecutor(THREADS) as people:
        parts = list(people.map(person, range(THREADS)))
    return [parts[number % THREADS][number // THREADS] for number in range(len(asked))]


def fresh(embedder: Embedder) -> Library:
    return Library.from_folder(ROOT / "seeds", embedder=embedder, reader=SentenceReader(embedder))


def test_eight_at_once_are_answered_as_one_after_the_other() -> None:
    filters = [None, Filter(after="2020"), Filter(documents=["001*"]), None]
    asked = [(QUESTIONS[number % len(QUESTIONS)], filters[number % len(filters)]) for number in range(THREADS * EACH)]
    embedder = HashingEmbedder()
    library = fresh(embedder)
    together = at_once(library, asked)  # first, while nothing is remembered yet
    library.reader.forget()
    assert together == [answered(fresh(embedder) if not n else library, *one) for n, one in enumerate(asked)]


@pytest.mark.model
def test_the_real_models_too(seeds: Library) -> None:
    asked: list[tuple[str, Filter | None]] = [(question, None) for question in QUESTIONS[:16]]
    seeds.reader.forget()
    assert at_once(seeds, asked) == [answered(seeds, *one) for one in asked]


@pytest.mark.model
def test_counting_tokens_does_not_cut_what_another_thread_counts() -> None:
    """A tokenizer is told for every text whether to cut; told so by two at once, it cut what was to be counted."""
    embedder = SentenceTransformerEmbedder()
    long = "a long text of many words " * 100

    def use(number: int) -> int | bytes:
        return embedder.count_tokens([long])[0] if number % 4 else embedder.embed_passages([long])[0].tobytes()

    alone = {use(0), use(1)}
    with ThreadPoolExecutor(4) as people:
        assert set(people.map(use, range(100))) == alone


def test_words_are_stemmed_alike_in_every_thread() -> None:
    texts = [
        f"{stem}{ending} {number}" for number in range(400) for stem in ("runn", "nation") for ending in ("ing", "s")
    ]
    with ThreadPoolExecutor(THREADS) as people:
        together = list(people.map(words, texts))
    assert together == [words(text) for text in texts]
    assert words("running nations") == ["run", "nation"]
