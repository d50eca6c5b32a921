"""What programs can ask of the page, over its API and as tools: ask, search, documents, verify. All only read."""

import inspect
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import gradio as gr

from qa.errors import BadRequest, NothingToIndex, QAError
from qa.filters import Filter
from qa.library import Library
from qa.live import Live
from qa.question import check
from qa.receipt import checked, receipt, verify_in
from qa.ui.shapes import FoundPassage, ListedDocument, QuoteVerdict, found, listed, told
from qa.ui.turns import AT_ONCE, TURNS

MOST = 100
"""Passages or citations that can be had at once."""
_LONGEST_FILTER = 500
# As JSON calls them.
_KINDS = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list", dict: "an object"}

Program = Callable[..., Any]


class _Asking:
    """The programs of a library; each raises QAError where it cannot do what it was asked."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def ask(
        self, question: str, after: str = "", before: str = "", source: str = "", document: str = "", top: int = 3
    ) -> dict[str, Any]:
        """Ask the documents a question; the answer is their own words, exactly quoted and cited, or none.

        It is a receipt: "found" says whether the documents say it, "confidence" how sure that is, "citations" are the
        quotes, best first, with place, document and offsets; where nothing is found, "refusal" says why and "nearest"
        holds the nearest passages. Nothing is written by a model, so every quote can be checked.

        Args:
            question: in words that the documents may hold, at most 2,000 characters
            after: only documents of this day, month or year or later, as 2021-03-31, 2021-03 or 2021
            before: only documents of this day, month or year or earlier
            source: only documents whose source's name holds this
            document: only this document, folder, or names like *.md
            top: citations at the most, from 1 to 100
        """
        library = self._live.library
        only = _only(library, after, before, source, document)
        check(_text(question, "question"))
        number = _number(top, "top")
        with TURNS:
            answer = library.ask(question, top=number, only=only)
        return receipt(answer, library, top=number, threshold=library.threshold, only=only)

    def search(
        self, question: str, k: int = 10, after: str = "", before: str = "", source: str = "", document: str = ""
    ) -> list[FoundPassage]:
        """The passages nearest to a question, best first, whether they answer it or not.

        Each has its document's id and title, its place for people, its text, its score from 0 to 1, and the range
        [start, end) of code points that it takes up in the document's text.

        Args:
            question: what to look for, at most 2,000 characters
            k: passages at the most, from 1 to 100
            after: only documents of this day, month or year or later, as 2021-03-31, 2021-03 or 2021
            before: only documents of this day, month or year or earlier
            source: only documents whose source's name holds this
            document: only this document, folder, or names like *.md
        """
        library = self._live.library
        only = _only(library, after, before, source, document)
        check(_text(question, "question"))
        hits = library.search(question, _number(k, "k"), only=only)
        return [found(passage, hit) for passage, hit in hits]

    def documents(
        self, after: str = "", before: str = "", source: str = "", document: str = ""
    ) -> list[ListedDocument]:
        """The documents that can be asked, by id.

        Each has its id, title, date, source, author and SHA-256 (empty where unknown), how many characters, pages (0
        where it has none) and passages it has, and its state: "searched"; "copy" or "near copy" of the document that
        "copy_of" names; or "nothing to search".

        Args:
            after: only documents of this day, month or year or later, as 2021-03-31, 2021-03 or 2021
            before: only documents of this day, month or year or earlier
            source: only documents whose source's name holds this
            document: only this document, folder, or names like *.md
        """
        library = self._live.library
        only = _only(library, after, before, source, document)
        return listed(library, [one for one in library.documents if only.meets(one)])

    def verify(self, receipt: dict[str, Any]) -> list[QuoteVerdict]:
        """Check every quote of a receipt against the documents as they are indexed now.

        Each verdict has the quote's place, its standing and what was seen. A quote "stands" where the same words are
        at the same place, it has "moved" where they are elsewhere in the same document, else it was "altered".

        Args:
            receipt: what ask gave, whole
        """
        verdicts = verify_in(checked(receipt), self._live.library)
        return [told(verdict) for verdict in verdicts]


def programs(live: Live) -> tuple[Program, ...]:
    """Functions that only read: ask, search, documents, verify. Each raises QAError where it cannot."""
    asking = _Asking(live)
    return asking.ask, asking.search, asking.documents, asking.verify


def endpoints(live: Live, writing: Sequence[Program] = ()) -> None:
    """Give the page that is being built, in whose context this is called, an endpoint for every program.

    ``writing`` are programs that change the library: only to be given where that was allowed.
    """
    for program in (*programs(live), *writing):
        gr.api(  # type: ignore[attr-defined]  # re-exported without saying so
            _telling(program),
            api_name=program.__name__,
            api_description=inspect.getdoc(program),
            concurrency_id="programs",
            concurrency_limit=AT_ONCE,
        )


def _telling(program: Program) -> Program:
    """``program``, its errors as Gradio passes them on: their text and no more."""

    @wraps(program)
    def telling(*arguments: Any) -> Any:
        try:
            return program(*arguments)
        except QAError as problem:
            raise gr.Error(str(problem), print_exception=False) from problem

    return telling


def _only(library: Library, after: object, before: object, source: object, document: object) -> Filter:
    """The filter of four arguments; QAError where one is none, or meets no document."""
    given = {"after": after, "before": before, "source": source, "document": document}
    texts = {name: "" if value is None else _text(value, name).strip() for name, value in given.items()}
    for name, text in texts.items():
        if len(text) > _LONGEST_FILTER:
            raise BadRequest(f"{name} has {len(text):,} characters; give one of at most {_LONGEST_FILTER}")
    sources, documents = ([texts[name]] if texts[name] else [] for name in ("source", "document"))
    only = Filter(texts["after"], texts["before"], sources, documents)
    if only and not any(map(only.meets, library.documents)):
        raise NothingToIndex(f"no document is {only}; the documents that there are can be listed")
    return only


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise BadRequest(f"{name} must be a text, got {_kind(value)}")
    return value


def _number(value: object, name: str) -> int:
    if type(value) is not int or not 1 <= value <= MOST:  # no bool
        got = value if type(value) is int else _kind(value)
        raise BadRequest(f"{name} must be a whole number from 1 to {MOST}, got {got}")
    return value


def _kind(value: object) -> str:
    """What JSON calls it."""
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "an object",
    }
    return names.get(type(value), "nothing")
