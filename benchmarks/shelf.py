"""How long does it take to list the documents of an index, to add one and to remove it, on the disk as it is?

    python benchmarks/shelf.py [--documents 10000] [--words 100]

The documents are made up, and the embedder is the small hashing one: what is measured is all but the embedding.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qa.embed import HashingEmbedder
from qa.library import Library
from qa.live import Live
from qa.read import SentenceReader
from qa.shelf import Shelf

VOCABULARY = [f"word{number}" for number in range(5000)]


@contextmanager
def timed(what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    print(f"{what:40}{time.perf_counter() - began:8.2f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--words", type=int, default=100)
    options = parser.parse_args()
    embedder, chance = HashingEmbedder(), random.Random(1)
    with tempfile.TemporaryDirectory() as place:
        docs, index, sent = Path(place, "docs"), Path(place, "index"), Path(place, "sent")
        docs.mkdir()
        for number in range(options.documents):
            (docs / f"{number}.txt").write_text(" ".join(chance.choices(VOCABULARY, k=options.words)) + ".")
        sent.write_text("The lease ends in May.")
        with timed(f"{options.documents:,} documents are indexed"):
            Library.open(docs, index=index, embedder=embedder)
        live = Live(Library.load(index, embedder=embedder, reader=SentenceReader(embedder)), index=index)
        shelf = Shelf(live, index)
        for what in ("entries, the first time", "entries, again"):
            with timed(what):
                shelf.entries()
        with timed("one document is added"):
            list(shelf.add([("lease.txt", sent)]))
        with timed("entries, of another version of the index"):
            shelf.entries()
        with timed("one document is removed"):
            shelf.remove(["uploaded/lease.txt"])


if __name__ == "__main__":
    main()
