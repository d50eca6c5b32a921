"""Ten people ask the page at once: how much longer do they wait than one alone, and does anybody get an error?

    python -m benchmarks.people [--people 10] [--seconds 120] [--pause 5]

The page is served on the seeds. Everybody asks the seeds' questions in an order of their own, through the page's queue
as a browser does; who has an answer reads it before asking again, for a time drawn from an exponential distribution
whose mean is --pause seconds (0: asks again at once). First one person alone, then all; waits are told in seconds.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from statistics import median

from gradio_client import Client

ROOT = Path(__file__).parent.parent
SEED = 0


@dataclass
class Waits:
    """Seconds that every question took, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """The least wait that ``share`` of all waits do not exceed."""
        return sorted(self.seconds)[ceil(share * len(self.seconds)) - 1]

    def __str__(self) -> str:
        told = f"{len(self.seconds)} questions, {len(self.errors)} errors"
        return f"{told}, median {median(self.seconds):.2f} s, p95 {self.percentile(0.95):.2f} s"


@contextmanager
def page(url: str) -> Iterator[str]:
    """The address of a page on the seeds, started here and warm, unless ``url`` names one that runs."""
    if url:
        yield url
        return
    server = subprocess.Popen([sys.executable, "-u", "app.py"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield next(word for line in server.stdout for word in line.split() if word.startswith("http://"))
    finally:
        server.terminate()
        server.wait()


def person(url: str, number: int, questions: list[str], pause: float, until: float, waits: Waits) -> None:
    """Ask one question after the other until ``until``, reading every answer."""
    chance = random.Random(SEED * 1000 + number)
    own = chance.sample(questions, len(questions))
    client = Client(url, verbose=False, analytics_enabled=False)
    time.sleep(chance.uniform(0, pause))  # nobody begins on the stroke
    asked = 0
    while time.monotonic() < until:
        began = time.perf_counter()
        try:
            client.predict(own[asked % len(own)], api_name="/ask")
        except Exception as error:  # noqa: BLE001 -- any is what is looked for
            waits.errors.append(repr(error))
        waits.seconds.append(time.perf_counter() - began)
        asked += 1
        time.sleep(chance.expovariate(1 / pause) if pause else 0)


def meet(url: str, people: int, questions: list[str], *, pause: float, seconds: float) -> Waits:
    """What ``people`` waited who asked for so many seconds."""
    waits, until = Waits(), time.monotonic() + seconds
    threads = [
        threading.Thread(target=person, args=(url, number, questions, pause, until, waits)) for number in range(people)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--pause", type=float, default=5, help="mean seconds that an answer is read")
    parser.add_argument("--url", default="", help="a page that runs already")
    options = parser.parse_args()
    lines = (ROOT / "tests" / "quality" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    with page(options.url) as url:
        meet(url, 1, questions, pause=0, seconds=5)  # warm
        print(f"{options.seconds:.0f} s, answers read for {options.pause:g} s in the mean, {os.cpu_count()} processors")
        print(f"load before: {os.getloadavg()[0]:.1f}")
        alone = meet(url, 1, questions, pause=options.pause, seconds=options.seconds)
        print(f"one person: {alone}")
        together = meet(url, options.people, questions, pause=options.pause, seconds=options.seconds)
        print(f"{options.people} people: {together}")
        for share, name in ((0.5, "median"), (0.95, "p95")):
            print(f"{name}: {together.percentile(share) / alone.percentile(share):.1f} times one person's")
        for error in sorted({*alone.errors, *together.errors}):
            print(f"error: {error}")


if __name__ == "__main__":
    main()
