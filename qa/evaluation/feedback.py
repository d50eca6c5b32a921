"""What a person says of an answer, kept as a line of a question set: using the page makes what measures it.

See :mod:`qa.evaluation.questions` for the format. The file can be given to
``qa eval`` as it is.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from qa.errors import NotKept
from qa.evaluation.files import replace
from qa.evaluation.records import Gold
from qa.filters import to_entry
from qa.receipt.claim import Claim, parts
from qa.receipt.statement import Statement, statement

Verdict = Literal["right", "wrong", "not stated"]

LARGEST_FILE = 16 * 1024 * 1024
"""Bytes of a file of verdicts: some thirty thousand. All is written anew with each: when full, in 0.3 s."""
LONGEST_LINE = 256 * 1024
"""Bytes of one verdict. A quote is of some sentences; only what nobody reads makes more."""


def record(receipt: Mapping[str, Any], verdict: Verdict, *, when: str, gold: Sequence[Gold] = ()) -> dict[str, Any]:
    """The line for a verdict on the answer in ``receipt``, given on the day ``when`` (ISO 8601).

    "right": the first citation is gold, its exact answer and its quote; of a
    refusal, that the documents do not say. "not stated": they do not.
    "wrong": ``gold``, if the person knows what is right. If not, a refusal is
    wrong because there is an answer; but of a question that was answered
    wrongly nothing is known: ``answerable`` is null, and it is never scored.
    ``not`` has what was wrong.

    Raises BadReceipt for what is no receipt, ValueError for a verdict or a day
    that is none, for gold beside a verdict that needs none, and for gold that
    is no text.
    """
    if verdict not in ("right", "wrong", "not stated"):
        raise ValueError(f"a verdict is right, wrong or not stated, not {verdict!r}")
    if gold and verdict != "wrong":
        raise ValueError(f"gold answers go with the verdict wrong, not with {verdict!r}")
    if any(not each.text.strip() or each.start < 0 for each in gold):  # one such line makes the whole file unreadable
        raise ValueError("a gold answer needs text, and a start from 0")
    told = statement(receipt)
    shown = _places(told.citations[0]) if told.citations else []
    right = shown if verdict == "right" else [_answer(each) for each in gold]
    only = to_entry(told.only)
    return {
        "id": _id(told.question, only),
        "question": told.question,
        "answerable": _answerable(told, verdict, known=bool(right)),
        "answers": right,
        "verdict": verdict,
        **({"not": shown} if verdict == "wrong" else {}),
        "when": date.fromisoformat(when).isoformat(),
        "confidence": told.confidence,
        "index": told.index,
        "only": only,
    }


def keep(line: Mapping[str, Any], file: str | Path, *, wait: float = 10.0) -> None:
    """Add a line to ``file``, in the place of any with the same id: whole or not at all, one writer at a time.

    Every other line stays as it is, byte for byte. Raises NotKept where the
    line or the file would be too large, the file is no question set or cannot
    be written, or another program writes for longer than ``wait`` seconds.
    """
    path = Path(file).resolve()  # a link stays one
    text = _as_text(line)
    if (size := len(text.encode())) > LONGEST_LINE:
        raise NotKept(f"the verdict has {size:,} bytes, and {LONGEST_LINE:,} is the most: its quotes are too long")
    try:
        with _alone(path, wait):
            kept = [*_others(path, line["id"]), text]
            whole = "".join(f"{each}\n" for each in kept)
            if (size := len(whole.encode())) > LARGEST_FILE:
                raise NotKept(f"{file} would have {size:,} bytes, and {LARGEST_FILE:,} is the most; begin another file")
            replace(path, whole)
    except OSError as error:
        raise NotKept(f"{file}: cannot be written ({error.strerror or error})") from error


def gold_of(citation: Claim) -> Gold:
    """What a citation answers, as gold: the exact answer in it, or all of its quote."""
    split = parts(citation)
    return Gold(split[1], citation.document.id, citation.start + len(split[0]))


def _answerable(told: Statement, verdict: Verdict, *, known: bool) -> bool | None:
    """Whether the documents answer the question, as far as the verdict tells; None where it does not."""
    if known:
        return True
    if verdict != "wrong":
        return False
    return None if told.citations else True


def _places(citation: Claim) -> list[dict[str, Any]]:
    """The exact answer, if one is marked, and the quote that it stands in."""
    found = [gold_of(citation), Gold(citation.text, citation.document.id, citation.start)]
    return [_answer(each) for each in dict.fromkeys(found)]


def _answer(gold: Gold) -> dict[str, Any]:
    return {"text": gold.text, "doc_id": gold.doc_id, "start": gold.start}


def _id(question: str, only: Mapping[str, Any]) -> str:
    """The same for the same question to the same documents, however it is spaced."""
    asked = json.dumps([" ".join(question.split()), only], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()[:16]


def _as_text(line: Mapping[str, Any]) -> str:
    """One line of JSON, readable where it can be written as it is; half a surrogate pair, of a file's name, cannot."""
    text = json.dumps(line, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(line)
    return text


@contextmanager
def _alone(path: Path, wait: float) -> Iterator[None]:
    """Within it nobody else adds to the file. The system holds the lock: with its process it is gone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(path.with_name(f"{path.name}.lock"), timeout=wait):
            yield
    except Timeout as error:
        raise NotKept(f"{path} is being written to by another program; try again") from error


def _others(path: Path, own: str) -> list[str]:
    """The lines of the file, blank ones apart, that have another id."""
    if not path.exists():
        return []
    try:
        lines = [line for line in path.read_bytes().decode("utf-8-sig").split("\n") if line.strip()]
        return [line for line in lines if json.loads(line)["id"] != own]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotKept(f"{path} is no question set, and is left as it is ({error}); name another file") from error
