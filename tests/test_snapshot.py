import errno
import hashlib
import json
import os
import random
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dying import Killed, die_at
from vector_store.snapshot import (
    FORMAT,
    MANIFEST,
    SnapshotDamaged,
    SnapshotError,
    SnapshotNewer,
    about,
    load,
    save,
)

OLD = {"vectors.faiss": b"old vectors", "words.safetensors": b"same words", "gone.json": b"[]"}
NEW = {"vectors.faiss": b"new vectors, and more", "words.safetensors": b"same words", "vocabulary.json": b'["a"]'}
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner), max_leaves=5)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def expected_names(files: dict[str, bytes]) -> set[str]:
    """vectors.faiss of content c is kept as vectors-<the first 12 hex digits of its SHA-256>.faiss."""
    stems = (name.split(".", 1) for name in files)
    digests = (hashlib.sha256(content).hexdigest()[:12] for content in files.values())
    return {MANIFEST, *(f"{stem}-{digest}.{suffix}" for (stem, suffix), digest in zip(stems, digests, strict=True))}


def manifest_of(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / MANIFEST).read_bytes()))


# Saving and loading


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    said = {"embedder": "hashing", "Übergröße": [1, 2.5, None, {"a": True}]}
    save(tmp_path / "a" / "b", OLD, said)
    assert load(tmp_path / "a" / "b") == (OLD, said)
    assert about(tmp_path / "a" / "b") == said


def test_the_name_of_a_folder_that_is_no_utf_8_comes_back(tmp_path: Path) -> None:
    said = {"paths": ["/data/caf\udce9", "/data/Übergröße"]}
    save(tmp_path, OLD, said)
    assert load(tmp_path) == (OLD, said)


def test_a_manifest_that_was_written_as_utf_8_is_loaded(tmp_path: Path) -> None:
    save(tmp_path, OLD, {"title": "Übergröße"})
    written = json.dumps(manifest_of(tmp_path), ensure_ascii=False, indent=1)
    (tmp_path / MANIFEST).write_text(written, encoding="utf-8")
    assert load(tmp_path) == (OLD, {"title": "Übergröße"})


@settings(deadline=None, max_examples=25)
@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,4}){0,2}", fullmatch=True), st.binary(max_size=50)))
def test_files_of_any_content_come_back(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]) -> None:
    folder = tmp_path_factory.mktemp("snapshot")
    save(folder, files, {})
    assert load(folder) == (files, {})


def test_a_folder_that_was_never_saved_has_no_manifest(tmp_path: Path) -> None:
    for read in (load, about):
        with pytest.raises(FileNotFoundError):
            read(tmp_path)
        with pytest.raises(FileNotFoundError):
            read(tmp_path / "nowhere")


def test_the_same_files_are_saved_as_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save(tmp_path / name, OLD, {"n": 1})
    assert names(tmp_path / "a") == names(tmp_path / "b") == expected_names(OLD)
    for name in names(tmp_path / "a"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_what_the_new_manifest_does_not_name_is_gone_and_strange_files_stay(tmp_path: Path) -> None:
    save(tmp_path, OLD, {})
    strange = {"notes.txt": "mine", "vectors-old.faiss": "a copy of mine", "manifest.json.bak": "{}"}
    for name, content in strange.items():
        (tmp_path / name).write_text(content)
    save(tmp_path, NEW, {})
    assert names(tmp_path) == expected_names(NEW) | set(strange)
    assert {name: (tmp_path / name).read_text() for name in strange} == strange


def test_what_a_save_that_died_left_behind_goes_with_the_next_one(tmp_path: Path) -> None:
    """What was deleted must leave the disk, also if the deleting save died before it came to that."""
    save(tmp_path, OLD, {})
    stem, _, suffix = next(iter(OLD)).partition(".")
    left = [f"{stem}-0123456789ab.{suffix}", f"{stem}-0123456789ab.{suffix}.part"]
    for name in left:
        (tmp_path / name).write_text("secret")
    save(tmp_path, OLD, {})
    assert names(tmp_path) == expected_names(OLD)


@pytest.mark.parametrize(
    "manifest",
    [b"[" * 100_000, b'{"format": 1, "about": {}, "files": {"a": {"name": "a\\u0000b", "sha256": "x"}}}'],
    ids=["nested", "NUL in a name"],
)
def test_a_manifest_that_would_trip_the_reader_is_damage(tmp_path: Path, manifest: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(manifest)
    with pytest.raises(SnapshotDamaged):
        load(tmp_path)


def test_a_file_that_did_not_change_is_not_written_again(tmp_path: Path) -> None:
    save(tmp_path, OLD, {})
    (kept,) = tmp_path.glob("words-*")
    os.utime(kept, (1, 1))
    save(tmp_path, NEW, {})
    assert kept.stat().st_mtime == 1


def test_saving_mends_a_damaged_file(tmp_path: Path) -> None:
    save(tmp_path, OLD, {})
    for path in tmp_path.iterdir():
        path.write_bytes(b"damaged")
    save(tmp_path, OLD, {"n": 2})
    assert load(tmp_path) == (OLD, {"n": 2})


# Killed while saving


@pytest.mark.parametrize("error", [Killed(), OSError(errno.EIO, "the disk is broken")], ids=["killed", "broken disk"])
def test_dying_at_any_step_leaves_the_old_files_or_the_new_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    left = []
    for step in count(1):
        folder = tmp_path / str(step)
        save(folder, OLD, {"which": "old"})
        (folder / "notes.txt").write_text("mine")
        with monkeypatch.context() as patched:
            steps = die_at(step, patched, error)
            try:
                save(folder, NEW, {"which": "new"})
            except type(error):
                pass
            done = steps() < step
        files, said = load(folder)
        assert files == {"old": OLD, "new": NEW}[said["which"]]
        assert (folder / "notes.txt").read_text() == "mine"
        left.append(said["which"])
        save(folder, NEW, {"which": "again"})
        assert load(folder) == (NEW, {"which": "again"})
        if done:
            break
    # mkdir; open, fsync and replace of two new files and of the manifest; unlink of two old ones; and one that lives.
    # New from the step on that comes after the manifest's replace.
    assert left == ["old"] * 10 + ["new"] * 3


def test_dying_at_any_step_of_the_first_save_leaves_nothing_or_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # mkdir; open, fsync and replace of three files and of the manifest: 13.
    for step in range(1, 14):
        folder = tmp_path / str(step)
        with monkeypatch.context() as patched:
            die_at(step, patched, Killed())
            with pytest.raises(Killed):
                save(folder, NEW, {})
        with pytest.raises(FileNotFoundError):
            load(folder)
        save(folder, NEW, {})
        assert load(folder) == (NEW, {})


def test_every_file_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def recorded_fsync(number: int) -> None:
        order.append("fsync")
        fsync(number)

    def recorded_replace(part: Path, target: Path) -> Path:
        order.append(Path(target).name.split("-")[0])
        return replace(part, target)

    monkeypatch.setattr(os, "fsync", recorded_fsync)
    monkeypatch.setattr(Path, "replace", recorded_replace)
    save(tmp_path, NEW, {})
    assert order == ["fsync", "vectors", "fsync", "words", "fsync", "vocabulary", "fsync", MANIFEST]


# Damage


@pytest.mark.parametrize("logical", OLD)
def test_a_missing_file_is_damage(tmp_path: Path, logical: str) -> None:
    save(tmp_path, OLD, {})
    (tmp_path / manifest_of(tmp_path)["files"][logical]["name"]).unlink()
    with pytest.raises(SnapshotDamaged, match="cannot be read: No such file"):
        load(tmp_path)


def test_any_flipped_byte_of_any_file_is_damage(tmp_path: Path) -> None:
    save(tmp_path, OLD, {})
    for path in sorted(tmp_path.glob("*-*")):
        whole = path.read_bytes()
        for at in range(len(whole)):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            with pytest.raises(SnapshotDamaged, match="not what was saved"):
                load(tmp_path)
        for other in (whole[:-1], whole + b"\0", b""):
            path.write_bytes(other)
            with pytest.raises(SnapshotDamaged, match="not what was saved"):
                load(tmp_path)
        path.write_bytes(whole)
    assert load(tmp_path)[0] == OLD


def test_a_manifest_cut_short_anywhere_is_damage(tmp_path: Path) -> None:
    save(tmp_path, OLD, {"title": "Übergröße"})
    whole = (tmp_path / MANIFEST).read_bytes()
    for length in range(len(whole)):
        (tmp_path / MANIFEST).write_bytes(whole[:length])
        with pytest.raises(SnapshotDamaged, match="is not a manifest"):
            load(tmp_path)


@pytest.mark.parametrize("version", [FORMAT + 1, FORMAT + 1000])
def test_a_manifest_of_a_newer_format_is_newer_whatever_else_it_says(tmp_path: Path, version: int) -> None:
    (tmp_path / MANIFEST).write_text(json.dumps({"format": version, "files": "elsewhere"}))
    for read in (load, about):
        with pytest.raises(SnapshotNewer, match=f"has format {version}; this version reads up to {FORMAT}"):
            read(tmp_path)


@pytest.mark.parametrize("name", ["../secret", "/etc/hostname", "a/b", ".", "..", "", None, 5, ["x"]])
def test_a_manifest_that_names_no_file_of_its_own_folder_is_damage(tmp_path: Path, name: object) -> None:
    content = b"out of reach"
    (tmp_path / "secret").write_bytes(content)
    folder = tmp_path / "index"
    save(folder, OLD, {})
    manifest = manifest_of(folder)
    manifest["files"]["gone.json"] = {"name": name, "sha256": hashlib.sha256(content).hexdigest()}
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(SnapshotDamaged):
        load(folder)
    assert (tmp_path / "secret").read_bytes() == content


def test_saving_over_a_manifest_that_names_a_file_elsewhere_deletes_nothing_there(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"kept")
    folder = tmp_path / "index"
    save(folder, OLD, {})
    manifest = manifest_of(folder)
    manifest["files"]["gone.json"]["name"] = "../secret"
    (folder / MANIFEST).write_text(json.dumps(manifest))
    save(folder, NEW, {})
    assert load(folder) == (NEW, {})
    assert (tmp_path / "secret").read_bytes() == b"kept"


@pytest.mark.parametrize(
    "change",
    [
        {"format": None},
        {"format": "1"},
        {"about": None},
        {"about": []},
        {"files": None},
        {"files": []},
        {"files": {"a": None}},
        {"files": {"a": {"name": "a"}}},
        {"files": {"a": {"sha256": "0"}}},
        {"files": {"a": {"name": "a", "sha256": 0}}},
    ],
)
def test_a_manifest_that_lacks_a_part_is_damage(tmp_path: Path, change: dict[str, object]) -> None:
    save(tmp_path, OLD, {})
    (tmp_path / MANIFEST).write_text(json.dumps({**manifest_of(tmp_path), **change}))
    for read in (load, about):
        with pytest.raises(SnapshotDamaged, match="is not a manifest"):
            read(tmp_path)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(JSON.map(lambda value: json.dumps(value).encode()), st.binary()))
def test_rubbish_for_a_manifest_is_damage(tmp_path: Path, rubbish: bytes) -> None:
    (tmp_path / MANIFEST).write_bytes(rubbish)
    with pytest.raises(SnapshotDamaged, match="is not a manifest"):
        load(tmp_path)


def test_saving_over_a_damaged_manifest_makes_a_sound_one(tmp_path: Path) -> None:
    save(tmp_path, OLD, {})
    (tmp_path / MANIFEST).write_bytes(random.Random(1).randbytes(100))
    save(tmp_path, NEW, {})
    assert load(tmp_path) == (NEW, {})


def test_every_error_of_a_folder_is_a_snapshot_error() -> None:
    assert issubclass(SnapshotDamaged, SnapshotError)
    assert issubclass(SnapshotNewer, SnapshotError)
