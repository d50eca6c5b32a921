import re
from pathlib import Path

import pytest

from benchmarks import speed
from qa.embed import HashingEmbedder, Vectors


class Uncached(HashingEmbedder):
    """A model that takes no time; the benchmark passes by the cache of the packaged one."""

    def _embed_question(self, text: str) -> Vectors:
        return self.embed_question(text)


def test_every_stage_of_a_question_is_timed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "lease.txt").write_text("The lease ends on 31 May.", encoding="utf-8")
    monkeypatch.setattr(speed, "ROOT", tmp_path)
    monkeypatch.setattr(speed, "QUESTIONS", ("When does the lease end?",))
    monkeypatch.setattr("qa.library.SentenceTransformerEmbedder", lambda *name: Uncached())
    speed.stages()
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("seeds: 1 passages indexed in ")
    assert re.fullmatch(
        r"one warm question: embed [\d.]+ ms, search [\d.]+ ms, read [\d.]+ ms, all but the embedding [\d.]+ ms", second
    )
