"""Two writers and four readers of one index at once: is any read torn, does anybody get an error?

    python benchmarks/contention.py [--seconds 60]

Each writer saves versions of a library of twenty documents, in all of which the version stands; each reader loads what
is there again and again, and asks it. A read is torn if two versions stand in it, if the doctor finds anything wrong,
or if the answer is of a version that was not loaded. The embedder is the small hashing one: the faster, the more often
they meet.
"""

import argparse
import multiprocessing
import tempfile
import time
from pathlib import Path

from qa.embed import HashingEmbedder
from qa.library import Library
from qa.read import SentenceReader
from qa.records import Document

WRITERS, READERS, DOCUMENTS = 2, 4, 20


def library() -> Library:
    embedder = HashingEmbedder()
    return Library(embedder=embedder, reader=SentenceReader(embedder))


def version(name: str) -> list[Document]:
    text = "The version of house {} is {}. It stands in its street for many years by now, and nobody lives there."
    return [Document(f"{number}.txt", text.format(number, name)) for number in range(DOCUMENTS)]


def write(index: Path, seconds: float, name: str, told: "multiprocessing.Queue[tuple[str, int, str]]") -> None:
    done, problem, until = 0, "", time.monotonic() + seconds
    while time.monotonic() < until and not problem:
        try:
            made = library()
            made.add(version(f"{name}{done}"))
            made.save(index)
            done += 1
        except Exception as error:  # noqa: BLE001 -- any is what is looked for
            problem = repr(error)
    told.put(("versions written", done, problem))


def read(index: Path, seconds: float, told: "multiprocessing.Queue[tuple[str, int, str]]") -> None:
    done, problem, until = 0, "", time.monotonic() + seconds
    embedder = HashingEmbedder()
    while time.monotonic() < until and not problem:
        try:
            loaded = Library.load(index, embedder=embedder, reader=SentenceReader(embedder))
            versions = {document.text.split()[6] for document in loaded.documents}
            (answered,) = {c.quote.text.split()[6] for c in loaded.ask("Which version?", threshold=0, top=1).citations}
            if versions != {answered} or len(loaded.documents) != DOCUMENTS:
                problem = f"torn: {sorted(versions)}, answered {answered}"
            done += 1
        except Exception as error:  # noqa: BLE001 -- any is what is looked for
            problem = repr(error)
    told.put(("reads", done, problem))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    print("\n".join(meet(options.seconds)))


def meet(seconds: float) -> list[str]:
    """A line a process: what it did, and what went wrong."""
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    with tempfile.TemporaryDirectory() as place:
        index = Path(place, "index")
        first = library()
        first.add(version("first"))
        first.save(index)
        processes = [context.Process(target=write, args=(index, seconds, f"w{n}v", told)) for n in range(WRITERS)]
        processes += [context.Process(target=read, args=(index, seconds, told)) for _ in range(READERS)]
        for process in processes:
            process.start()
        lines = [f"{count} {what}, {problem or 'no error'}" for what, count, problem in (told.get() for _ in processes)]
        for process in processes:
            process.join()
    return sorted(lines)


if __name__ == "__main__":
    main()
