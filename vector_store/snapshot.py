"""A folder that holds either the old files or the new ones, whole, whatever happens while they are written."""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FORMAT = 1
MANIFEST = "manifest.json"


class SnapshotError(Exception):
    """A folder that cannot be used as a snapshot."""


class SnapshotDamaged(SnapshotError):
    """A file is missing, cut short or changed."""


class SnapshotNewer(SnapshotError):
    """Written by a later version of this program."""


def save(folder: Path, files: Mapping[str, bytes], about: Mapping[str, Any]) -> None:
    """Write ``files`` (name -> content) and ``about`` (JSON) so that ``load(folder)`` gives both back.

    New content goes to new names first, the manifest is replaced last, in one
    step, and only then does everything else go that a save wrote here, also one
    that was cut short: what is deleted must not stay on the disk. Files with
    other names than a save gives are left alone. Not for two at once: see
    :func:`vector_store.lock.writing`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = _named(folder)
    entries = {}
    for logical, content in files.items():
        digest = hashlib.sha256(content).hexdigest()
        stem, dot, suffix = logical.partition(".")
        name = f"{stem}-{digest[:12]}{dot}{suffix}"
        if not _holds(folder / name, digest):
            _write(folder / name, content)
        entries[logical] = {"name": name, "sha256": digest}
    manifest = {"format": FORMAT, "about": dict(about), "files": entries}
    _write(folder / MANIFEST, json.dumps(manifest, indent=1).encode())  # ASCII: a name may hold half a surrogate pair
    named = {entry["name"] for entry in entries.values()}
    for path in folder.iterdir():
        ours = path.name in before or any(_is_ours(path.name, logical) for logical in files)
        if ours and path.name not in named:
            path.unlink(missing_ok=True)


def load(folder: Path) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The files and what was said about them, each checked against its digest.

    A save that goes on meanwhile is no harm: what it takes away is of a version
    that is no longer the newest, and the newest is then read. Raises
    FileNotFoundError where there is no manifest, SnapshotNewer and
    SnapshotDamaged as their names say.
    """
    manifest = _manifest(folder)
    while True:
        try:
            return _files(folder, manifest), manifest["about"]
        except SnapshotDamaged:
            newest = _manifest(folder)
            if newest == manifest:
                raise
            manifest = newest


def _files(folder: Path, manifest: Mapping[str, Any]) -> dict[str, bytes]:
    files = {}
    for logical, entry in manifest["files"].items():
        try:
            content = (folder / entry["name"]).read_bytes()
        except OSError as error:
            raise SnapshotDamaged(f"{folder / entry['name']} cannot be read: {error.strerror}") from error
        if hashlib.sha256(content).hexdigest() != entry["sha256"]:
            raise SnapshotDamaged(f"{folder / entry['name']} is not what was saved")
        files[logical] = content
    return files


def about(folder: Path) -> dict[str, Any]:
    """What was said about the files, without reading them; raises as :func:`load`."""
    return dict(_manifest(folder)["about"])


def version(folder: Path) -> str:
    """Another after every save that changed anything; empty where nothing was saved."""
    try:
        return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    except OSError:
        return ""


def names(folder: Path) -> set[str]:
    """The files that make up what is saved there, without the manifest; raises as :func:`load`."""
    return {entry["name"] for entry in _manifest(folder)["files"].values()}


def leftovers(folder: Path) -> set[str]:
    """What a save that was cut short left there, finished files or not; raises as :func:`load`."""
    entries = _manifest(folder)["files"]
    named = {entry["name"] for entry in entries.values()}
    return {
        path.name
        for path in folder.iterdir()
        if path.name not in named
        and (path.name == f"{MANIFEST}.part" or any(_is_ours(path.name, logical) for logical in entries))
    }


def tidy(folder: Path) -> None:
    """Delete the :func:`leftovers`: what was deleted must not stay on the disk."""
    for name in leftovers(folder):
        (folder / name).unlink(missing_ok=True)


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    damaged = SnapshotDamaged(f"{path} is not a manifest of this program")
    try:
        manifest: dict[str, Any] = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise
    except (OSError, ValueError, RecursionError) as error:
        raise damaged from error
    version = manifest.get("format") if isinstance(manifest, dict) else None
    if not isinstance(version, int):
        raise damaged
    if version > FORMAT:
        raise SnapshotNewer(f"{path} has format {version}; this version reads up to {FORMAT}")
    if not (isinstance(manifest.get("about"), dict) and _sound(manifest.get("files"))):
        raise damaged
    return manifest


def _sound(entries: object) -> bool:
    """Whether every entry names a file of this very folder, and its digest."""
    return isinstance(entries, dict) and all(
        isinstance(entry, dict)
        and isinstance(entry.get("sha256"), str)
        and isinstance(name := entry.get("name"), str)
        and Path(name).name == name
        and name.isprintable()
        for entry in entries.values()
    )


def _named(folder: Path) -> set[str]:
    """The files that the folder's present manifest names, none where there is no sound one."""
    try:
        return {entry["name"] for entry in _manifest(folder)["files"].values()}
    except (SnapshotError, FileNotFoundError):
        return set()


def _is_ours(name: str, logical: str) -> bool:
    """Whether ``name`` is one that :func:`save` gives to the file ``logical``, finished or not."""
    stem, dot, suffix = logical.partition(".")
    return re.fullmatch(rf"{re.escape(stem)}-[0-9a-f]{{12}}{re.escape(dot + suffix)}(\.part)?", name) is not None


def _holds(path: Path, digest: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: to a name of its own, to the disk, then in place."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
