"""What a file's name says of it: ``2023-05-02 Minutes of the board.pdf`` is a title and a date."""

import re
from pathlib import PurePosixPath

from qa.load.dates import dates_in
from qa.load.metadata import Metadata

# A name of one word is seldom more of a title than the path is; of two or more, people and mail programs made it one.
_FEWEST_WORDS = 2
_WORD = re.compile(r"[^\W\d_]{2,}")
_SEPARATORS = re.compile(r"[\s_]+|(?<=\w)-(?=\w)|(?<=[^\W\d_])\.(?=[^\W\d_])")
# Digests and numbers of cameras, scanners and databases: "001_26f0ad0b6a8edf90", "IMG 4021".
_MACHINE_MADE = re.compile(
    r"(?=[a-z]*\d)[0-9a-f]{8,}|\d{6,}|(?:img|dsc|scan|doc|file|document|untitled)[ _-]?\d*", re.IGNORECASE
)
_ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_. ]?(0[1-9]|1[0-2])[-_. ]?(0[1-9]|[12]\d|3[01])(?!\d)")


def describe_name(name: str) -> Metadata:
    """Title and date as the file's name gives them; the title is empty where a machine gave the name."""
    stem = PurePosixPath(name).stem
    written = _ISO.search(stem)
    iso = "-".join(written.groups()) if written else ""
    date = next((found for _, found in dates_in(iso)), "")
    rest = stem[: written.start()] + " " + stem[written.end() :] if written and date else stem
    parts = [part for part in _SEPARATORS.split(rest) if part and not _MACHINE_MADE.fullmatch(part)]
    title = " ".join(parts).strip(" -,.()[]")
    words = _WORD.findall(title)
    return Metadata(title=title if len(words) >= _FEWEST_WORDS else "", date=date)
