"""What several test modules share: a library of the seeds, made once with the packaged model; its page; a browser."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, expect, sync_playwright

from qa.evaluation.evaluate import evaluate
from qa.evaluation.plan import read_plan
from qa.evaluation.run import Run
from qa.library import Library
from tests.browsing import CHROMIUM, SWITCHES, Server

# A busy machine is no failure; and CI draws the same examples every time.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")
expect.set_options(timeout=20_000)

SEEDS = Path(__file__).parent.parent / "seeds"


@pytest.fixture(scope="session")
def seeds() -> Library:
    return Library.from_folder(SEEDS)


@pytest.fixture(scope="session")
def seeds_run(seeds: Library) -> Run:
    """The seeds' own questions, asked of the seeds."""
    plan = read_plan(SEEDS.parent / "tests" / "quality" / "questions.jsonl", documents=SEEDS)
    return evaluate(replace(plan, documents=replace(plan.documents, library=seeds)))


@pytest.fixture(scope="session")
def served() -> Iterator[Server]:
    server = Server("runpy.run_path('app.py', run_name='__main__')", "app.py")
    yield server
    assert "OUTSIDE" not in server.stop()


@pytest.fixture(scope="module")  # as long as it is there, an event loop runs, and no other can
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield chromium
        chromium.close()
