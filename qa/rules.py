"""By what an index is made. Another version may read files, cut passages or count words otherwise, and an index that
holds some of either would answer by how it came to be."""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

from qa import __version__

# From a file's bytes to what the store is given. Their own text is looked at: a number would have to be thought of.
_CODE = ("clean.py", "copies.py", "furniture.py", "load", "pieces.py", "records.py", "split.py", "text.py")
_LIBRARIES = (
    "charset-normalizer",
    "datasketch",
    "lxml",
    "nupunkt",
    "openpyxl",
    "pypdfium2",
    "PyStemmer",
    "python-dateutil",
    "python-docx",
    "PyYAML",
    "trafilatura",
)


@cache
def made_by() -> str:
    """This program, by a digest of the code that takes part, and the libraries that do, with their versions."""
    digest = hashlib.sha256()
    for name in _CODE:
        for part in _modules(files("qa") / name):
            digest.update(part.read_bytes())
    program = f"chapterverse {__version__} {digest.hexdigest()[:16]}"
    return ", ".join([program, *(f"{name} {version(name)}" for name in _LIBRARIES)])


def _modules(place: Traversable) -> Iterator[Traversable]:
    if place.is_file():
        yield place
        return
    for part in sorted(place.iterdir(), key=lambda one: one.name):
        if part.is_dir() or part.name.endswith(".py"):
            yield from _modules(part)
