"""Chapter & Verse: ask your own documents; get back their own words, quoted and cited, or an honest no.

>>> from qa import Library
>>> answer = Library.from_folder("docs").ask("When does the lease end?")
>>> for citation in answer.citations:
...     print(citation.quote.text, citation.place)

Names are loaded when they are first used, so that ``import qa`` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.errors import QAError
    from qa.library import Library
    from qa.records import Answer, Citation, Document, Passage, Quote

__version__ = "0.1.0"

_HOME = {
    "Answer": "qa.records",
    "Citation": "qa.records",
    "Document": "qa.records",
    "Library": "qa.library",
    "Passage": "qa.records",
    "QAError": "qa.errors",
    "Quote": "qa.records",
}

__all__ = ["Answer", "Citation", "Document", "Library", "Passage", "QAError", "Quote"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'qa' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
