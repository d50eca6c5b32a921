"""The members of a ZIP archive, as DOCX, XLSX and EPUB are ones, within bounds on what they unpack to."""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterable

from qa.load.names import refusal

# Books of pictures have some thousand members. A list of millions takes memory before anything is unpacked.
MAX_MEMBERS = 20_000
# What all members may unpack to by what the archive says of them, and it is never unpacked further than it says.
MAX_UNPACKED = 1024**3
# One that is text: XML of tables shrinks to a fortieth, of empty cells to a thousandth; 200 MiB take lxml 1 GiB.
MAX_TEXT = 200 * 1024**2


class Archive:
    """An archive in memory; every fault of it is an UnreadableFile under ``name``."""

    def __init__(self, name: str, data: bytes) -> None:
        self._name = name
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise refusal(name, f"is damaged or cut short ({error}); save it anew") from error
        self._check(self._zip.infolist())

    def _check(self, members: Iterable[zipfile.ZipInfo]) -> None:
        members = list(members)
        if len(members) > MAX_MEMBERS:
            raise refusal(self._name, f"holds {len(members):,} files; at most {MAX_MEMBERS:,} are unpacked")
        total = sum(member.file_size for member in members)
        if total > MAX_UNPACKED:
            raise refusal(self._name, f"unpacks to {total:,} bytes; at most {MAX_UNPACKED:,} are unpacked")
        for member in members:
            if member.flag_bits & 1:
                raise refusal(self._name, "is locked with a password; save it without one")
            is_text = member.filename.lower().endswith((".xml", ".rels", ".html", ".xhtml", ".htm", ".opf", ".ncx"))
            if is_text and member.file_size > MAX_TEXT:
                raise refusal(
                    self._name,
                    f"unpacks to {member.file_size:,} bytes of text in one piece; at most {MAX_TEXT:,} are read: "
                    "cut it into parts",
                )

    @property
    def members(self) -> list[str]:
        """The names of all members."""
        return self._zip.namelist()

    def holds(self, member: str) -> bool:
        """Whether there is a member of that name."""
        return posixpath.normpath(member) in self._zip.NameToInfo

    def read(self, member: str) -> bytes:
        """The whole of a member; UnreadableFile where there is none, or it is damaged."""
        try:
            return self._zip.read(posixpath.normpath(member))
        except KeyError as error:
            raise refusal(self._name, f"lacks {member}, which it names: it is damaged; save it anew") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise refusal(self._name, f"is damaged or cut short in {member} ({error}); save it anew") from error
