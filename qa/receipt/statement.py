"""What a receipt says as a whole, checked, so that it can be shown and kept long after its index is gone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from qa.errors import BadFilter, BadQuestion, BadReceipt
from qa.filters import Filter, from_entry
from qa.question import check
from qa.receipt.claim import Claim, claim, near
from qa.receipt.verifying import checked
from qa.records import Refusal


@dataclass(frozen=True)
class Statement:
    """The question and what was answered; ``index`` is the fingerprint of what was asked, ``only`` which part of it.

    As in an :class:`~qa.records.Answer`, without citations the documents did not say.
    """

    question: str
    citations: tuple[Claim, ...]
    nearest: tuple[Claim, ...]
    confidence: float
    refusal: Refusal
    only: Filter
    index: str


def statement(content: object) -> Statement:
    """What the receipt says; BadReceipt where it is none, or where a field is missing or of the wrong kind."""
    receipt = checked(content)
    question = receipt.get("question")
    if not isinstance(question, str):
        raise BadReceipt("not a whole receipt: its question is not text")
    try:
        check(question)
    except BadQuestion as error:
        raise BadReceipt(f"not a whole receipt: {error}") from error
    citations = tuple(map(claim, receipt["citations"]))
    nearest = receipt.get("nearest", [])
    if not isinstance(nearest, list):
        raise BadReceipt("not a whole receipt: its nearest passages are not a list")
    shown = () if citations else tuple(map(near, nearest))
    index = _inside(receipt, "index").get("sha256", "")
    if not isinstance(index, str):
        raise BadReceipt("not a whole receipt: the digest of its index is not text")
    refusal = _refusal(receipt, citations)
    return Statement(question, citations, shown, _confidence(receipt), refusal, _only(receipt), index)


def _confidence(receipt: Mapping[str, Any]) -> float:
    confidence: object = receipt.get("confidence")
    if isinstance(confidence, int | float) and not isinstance(confidence, bool) and 0 <= confidence <= 1:  # no NaN
        return float(confidence)
    raise BadReceipt("not a whole receipt: its confidence is not a number from 0 to 1")


def _refusal(receipt: Mapping[str, Any], citations: tuple[Claim, ...]) -> Refusal:
    """Why there is no citation; empty where there is one."""
    given = receipt.get("refusal", "")
    if given not in get_args(Refusal) or bool(given) == bool(citations):
        raise BadReceipt("not a whole receipt: it has both citations and a refusal, or neither")
    refusal: Refusal = given
    return refusal


def _only(receipt: Mapping[str, Any]) -> Filter:
    try:
        return from_entry(_inside(_inside(receipt, "settings"), "only"))
    except BadFilter as error:
        raise BadReceipt(f"not a whole receipt: {error}") from error


def _inside(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inside = content.get(name, {})
    if not isinstance(inside, dict):
        raise BadReceipt(f"not a whole receipt: its {name} is not an object")
    return inside
