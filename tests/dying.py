"""A program that dies while it writes."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


class Killed(BaseException):
    """As if the power had gone: nothing in the program catches it."""


def die_at(step: int, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> Callable[[], int]:
    """From now on the ``step``-th call that changes the disk fails, what it wrote half; gives the calls so far."""
    made = 0

    def failing(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal made
            made += 1
            if made == step:
                if real is os.fsync:
                    os.ftruncate(args[0], os.fstat(args[0]).st_size // 2)
                raise error
            return real(*args, **kwargs)

        return call

    reading, writing = Path.open, failing(Path.open)

    def opened(path: Path, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        return (reading if "r" in mode else writing)(path, mode, *args, **kwargs)

    monkeypatch.setattr(os, "fsync", failing(os.fsync))
    monkeypatch.setattr(Path, "open", opened)
    for name in ("replace", "unlink", "mkdir"):
        monkeypatch.setattr(Path, name, failing(getattr(Path, name)))
    return lambda: made
