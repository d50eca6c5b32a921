"""Files of a run: what was read, by its digest, and what is written, whole or not at all."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

_OF_A_SET = ("questions.jsonl", "queries.jsonl", "corpus.jsonl", "qrels.tsv")


def data_files(path: Path) -> list[Path]:
    """The files that a question set is read from: ``path`` itself, or those of the folder."""
    if not path.is_dir():
        return [path]
    beside = [file for file in path.iterdir() if file.name.removesuffix(".gz") in _OF_A_SET]
    return sorted([*beside, *path.glob("qrels/*.tsv")])


def digest(paths: Iterable[Path]) -> str:
    """SHA-256 over the names and the bytes of files, in the order of their paths."""
    total = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes()
        total.update(f"{path.name}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


def replace(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` in one step: whoever reads it finds the old text or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
