"""A page of three small documents, served on this machine by a process of its own for a while; for tests."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from qa.embed import HashingEmbedder
from qa.library import Library
from qa.live import Live
from qa.read import SentenceReader
from qa.records import Document

ROOT = Path(__file__).parent.parent
LEASE = "The lease ends on 31 May.\nThe rent is due on the first of the month.\n"
BEES = "Bees make honey in summer, and a hive of them makes more of it than a family can eat.\n"


def small_library(documents: Sequence[Document] = ()) -> Library:
    library = Library(embedder=HashingEmbedder(), reader=SentenceReader(HashingEmbedder()))
    bees = [Document(name, BEES, "Bees") for name in ("bees.txt", "copy.txt")]
    library.add([Document("lease.txt", LEASE, "Lease", "2021-03-01", "The Landlord"), *bees, *documents])
    return library


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Served:
    """A running page: its address, and what it printed until it was there."""

    def __init__(self, options: Sequence[str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "tests.served", "--port", str(_free_port()), *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.output = ""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output += line
            if line == "that is all\n":
                break
        else:
            raise RuntimeError(f"the page did not start:\n{self.output}")
        self.url = f"{self.output.split('is at ')[1].split()[0]}/"

    def stop(self) -> str:
        """End it; all that it printed."""
        self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=30)
        return self.output + rest


@contextmanager
def served(*options: str) -> Iterator[Served]:
    """The page with these options of ``qa serve``; it must end without having told of an error."""
    page = Served(options)
    try:
        yield page
    finally:
        printed = page.stop()
    assert "Traceback" not in printed.replace("KeyboardInterrupt", ""), printed


def main() -> None:
    from qa.arguments import parser
    from qa.ui import Sharing, start, users

    options = parser().parse_args(["serve", *sys.argv[1:]])
    sharing = Sharing(
        options.host, users(options.auth), options.root_path, options.insecure, allow_writes=options.allow_writes
    )
    library = small_library()
    if options.index:
        library.save(options.index)
    page = start(Live(library, index=options.index), port=options.port, sharing=sharing, mcp=options.mcp)
    sys.stdout.write("that is all\n")
    page.block_thread()


if __name__ == "__main__":
    main()
