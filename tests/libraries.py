"""Small libraries that several test modules make, and when two are the same."""

from collections.abc import Sequence
from pathlib import Path

from qa.embed import HashingEmbedder, Vectors
from qa.library import Library
from qa.read import SentenceReader
from qa.records import Document

# Ranks by likeness alone: fast, and worked out by hand.
LIKENESS = SentenceReader(HashingEmbedder())

LEASE = Document("lease.txt", "The lease ends on 31 May. The rent is due on the first of the month.")
LEAVE = Document("hr/leave.md", "# Leave\n\nEmployees get 25 days of leave a year.", title="Leave")
SECRET = Document("secret.txt", "The zyzzyva sleeps in the attic. It is paid 900 euros.")
QUESTIONS = ("When does the lease end?", "How many days of leave?", "Where does the zyzzyva sleep?", "newsletter")


class CountingEmbedder(HashingEmbedder):
    """Remembers every passage text that it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return super().embed_passages(texts)

    def embed_question(self, text: str) -> Vectors:
        return super().embed_passages([text])[0]


def make(*documents: Document) -> Library:
    library = Library(embedder=HashingEmbedder(), reader=LIKENESS)
    library.add(documents)
    return library


def assert_same(library: Library, other: Library) -> None:
    """The same content and the same answers, to the last digit."""
    assert library.documents == other.documents
    assert library.passages == other.passages
    assert [library.marks(d.id) for d in library.documents] == [other.marks(d.id) for d in other.documents]
    assert library.fingerprint == other.fingerprint
    for question in QUESTIONS:
        assert library.search(question, 10) == other.search(question, 10)
        assert library.ask(question, threshold=0) == other.ask(question, threshold=0)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*"))}


PROSE = [
    "The new bridge over the harbour opened on Friday, nine years after the first stone was laid, and two years late.",
    "It carries four lanes of traffic, a tram line and a path for walkers, and the city paid 212 million euros for it.",
    "The mayor, who cut the ribbon in heavy rain, said that the ferry would keep running until the end of the summer.",
    "The first tram crossed at noon with some sixty passengers, most of whom had waited for it since early morning, "
    "and came back with none.",
]
OFFER = "Get the day in five minutes with our morning newsletter"


def articles(count: int) -> list[Document]:
    """From three on, the offer that they have in common is page furniture."""
    return [
        Document(
            f"article{number}.txt", "\n".join(["Harbour bridge", *PROSE[:2], OFFER, *PROSE[2:], f"Edition {number}."])
        )
        for number in range(count)
    ]
