"""What several test modules share: one library of the seeds, made once with the packaged model."""

from pathlib import Path

import pytest
from hypothesis import settings

from qa.library import Library

# A busy machine is no failure; and CI draws the same examples every time.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")

SEEDS = Path(__file__).parent.parent / "seeds"


@pytest.fixture(scope="session")
def seeds() -> Library:
    return Library.from_folder(SEEDS)
