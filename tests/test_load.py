import codecs
import contextlib
import hashlib
import os
import socket
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qa.load
from qa.errors import NothingToIndex, UnreadableFile
from qa.load import Loaded, disk, folder, load, load_file, loading
from qa.load.disk import MAX_BYTES
from qa.load.encoding import decode
from qa.load.loading import ADVICE
from qa.records import Document

READ = ".txt, .md, .pdf, .docx, .html, .mhtml, .epub, .csv, .xlsx, .eml and .jsonl are"


def write(path: Path, data: bytes | str = "Employees get 25 days of leave a year.\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def ids(loaded: Loaded) -> list[str]:
    return [document.id for document in loaded.documents]


def reasons(loaded: Loaded) -> dict[str, str]:
    return {error.path: error.reason for error in loaded.refused}


def refusal_of(path: Path) -> str:
    with pytest.raises(UnreadableFile) as caught:
        load_file(path, path.parent)
    return str(caught.value)


# What is found


def test_all_is_sorted_and_ids_are_paths_below_the_folder(tmp_path: Path) -> None:
    for name in ("b.TXT", "a/z.md", "a.text", "a/b/c.Markdown"):
        write(tmp_path / name)
    loaded = load([tmp_path])
    assert loaded.root == tmp_path
    assert ids(loaded) == ["a.text", "a/b/c.Markdown", "a/z.md", "b.TXT"]
    assert (loaded.refused, loaded.notes) == ((), ())


def test_one_file_is_named_within_its_folder(tmp_path: Path) -> None:
    loaded = load([str(write(tmp_path / "hr" / "leave.txt"))])
    assert (loaded.root, ids(loaded)) == (tmp_path / "hr", ["leave.txt"])


def test_several_paths_are_named_within_their_deepest_common_folder(tmp_path: Path) -> None:
    write(tmp_path / "x" / "hr" / "leave.txt")
    write(tmp_path / "x" / "it" / "new" / "mail.txt")
    loaded = load([tmp_path / "x" / "it" / "new" / "mail.txt", tmp_path / "x" / "hr"])
    assert (loaded.root, ids(loaded)) == (tmp_path / "x", ["hr/leave.txt", "it/new/mail.txt"])


def test_a_file_named_twice_is_loaded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "a" / "x.txt")
    monkeypatch.chdir(tmp_path)
    assert ids(load([tmp_path, file, "a", Path("a/../a/x.txt")])) == ["a/x.txt"]


def test_hidden_files_and_folders_are_passed_over_in_silence_unless_named(tmp_path: Path) -> None:
    write(tmp_path / "seen.txt")
    hidden = write(tmp_path / ".git" / "HEAD.txt")
    write(tmp_path / ".DS_Store")
    assert (ids(load([tmp_path])), load([tmp_path]).refused) == (["seen.txt"], ())
    assert ids(load([hidden])) == ["HEAD.txt"]


def test_every_file_of_another_format_gives_one_line(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    write(tmp_path / "b" / "c.XYZ")
    write(tmp_path / "LICENSE")
    assert [str(error) for error in load([tmp_path]).refused] == [
        f"LICENSE: files without an ending are not read; {READ}",
        f"b/c.XYZ: format .xyz is not read; {READ}",
    ]


def test_a_path_that_does_not_exist_is_one_line_beside_the_others(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    loaded = load([tmp_path, tmp_path / "gone.txt", "nul\0.txt"])
    assert ids(loaded) == ["a.txt"]
    assert reasons(loaded) == {
        str(tmp_path / "gone.txt"): "no such file or folder",
        "nul\\x00.txt": "no such file or folder",
    }


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, f"nothing to read in {{}}; {ADVICE}"),
        (
            {"a.xyz": "x", "b.txt": ""},
            f"nothing in {{}} could be read (2 files left out, first a.xyz: format .xyz is not read; {READ}); {ADVICE}",
        ),
    ],
)
def test_nothing_readable_says_what_was_found_and_what_to_do(
    tmp_path: Path, files: dict[str, str], expected: str
) -> None:
    for name, text in files.items():
        write(tmp_path / name, text)
    with pytest.raises(NothingToIndex) as caught:
        load([tmp_path])
    assert str(caught.value) == expected.format(tmp_path)


def test_nothing_named_and_nothing_there_are_errors_too(tmp_path: Path) -> None:
    with pytest.raises(NothingToIndex, match="no file or folder was named"):
        load([])
    with pytest.raises(NothingToIndex, match="no such file or folder"):
        load([tmp_path / "gone"])


def test_one_path_that_is_no_list_is_misuse() -> None:
    with pytest.raises(ValueError, match="sequence of paths, got the text 'docs'"):
        load("docs")


# Links and things that are no files


def test_links_are_never_followed_and_each_line_says_where_it_leads(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    write(docs / "real.txt")
    write(docs / "sub" / "deep.txt")
    write(docs / "slides.xyz")
    outside = write(tmp_path / "outside.txt")
    for name, target in {
        "again.txt": "real.txt",
        "sub/up": "..",
        "folder": "sub",
        "away.txt": str(outside),
        "dangling.txt": "nowhere.txt",
        "ping.txt": "pong.txt",
        "pong.txt": "ping.txt",
        "pdf": "slides.xyz",
    }.items():
        (docs / name).symlink_to(target)
    loaded = load([docs])
    assert ids(loaded) == ["real.txt", "sub/deep.txt"]
    assert reasons(loaded) == {
        "again.txt": "a symbolic link; its target is indexed under its own name, real.txt",
        "away.txt": "a symbolic link that leads outside the folder",
        "dangling.txt": "a dangling symbolic link",
        "folder": "a symbolic link; its target is indexed under its own name, sub",
        "pdf": "a symbolic link; its target, slides.xyz, is not indexed either",
        "ping.txt": "a symbolic link that loops",
        "pong.txt": "a symbolic link that loops",
        "slides.xyz": f"format .xyz is not read; {READ}",
        "sub/up": "a symbolic link that loops: it leads to a folder that it stands in",
    }


def test_a_named_path_that_is_a_link_is_resolved(tmp_path: Path) -> None:
    write(tmp_path / "real" / "a.txt")
    (tmp_path / "link").symlink_to("real")
    loaded = load([tmp_path / "link"])
    assert (loaded.root, ids(loaded)) == (tmp_path / "real", ["a.txt"])


def test_a_link_put_in_a_files_place_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "secret.txt")
    (tmp_path / "a.txt").symlink_to("secret.txt")
    monkeypatch.setattr(disk, "require_regular", lambda path, name: None)  # as if it was looked at before the swap
    with pytest.raises(UnreadableFile, match="link"):
        disk.read_bytes(tmp_path / "a.txt", "a.txt")


def test_deep_folders_with_loops_end(tmp_path: Path) -> None:
    deepest = tmp_path.joinpath(*["d"] * 500)
    write(deepest / "a.txt")
    for name in ("up", "top"):
        (deepest / name).symlink_to(tmp_path)
    loaded = load([tmp_path])
    assert ids(loaded) == ["d/" * 500 + "a.txt"]
    assert len(loaded.refused) == 2


def test_pipes_sockets_and_devices_are_refused_without_being_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    monkeypatch.chdir(tmp_path)  # a socket's path has room for 107 bytes
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.txt")
        loaded = load([tmp_path])
    assert reasons(loaded) == {
        "pipe.txt": "is a named pipe, not a regular file",
        "socket.txt": "is a socket, not a regular file",
    }
    assert refusal_of(Path("/dev/null")) == "null: is a device, not a regular file"


def test_a_pipe_put_in_a_files_place_does_not_hang(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "a.txt")
    monkeypatch.setattr(disk, "require_regular", lambda path, name: None)  # as if it was looked at before the swap
    with pytest.raises(UnreadableFile, match="is a named pipe, not a regular file"):
        disk.read_bytes(tmp_path / "a.txt", "a.txt")


def test_a_folder_or_nothing_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()
    assert refusal_of(tmp_path / "folder.txt") == "folder.txt: is a folder, not a regular file"
    assert refusal_of(tmp_path / "gone.txt") == "gone.txt: no such file or folder"


# What goes wrong while reading


def test_a_file_over_the_limit_is_refused_with_both_numbers(tmp_path: Path) -> None:
    with write(tmp_path / "big.txt").open("r+b") as file:
        file.truncate(MAX_BYTES + 1)  # sparse: takes no room
    expected = "big.txt: holds 67,108,865 bytes; at most 67,108,864 are read: cut it into parts"
    assert refusal_of(tmp_path / "big.txt") == expected


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs a file that gives more than its size")
def test_reading_a_file_that_grows_ends() -> None:
    with pytest.raises(UnreadableFile, match="changed while it was read; try again"):
        disk.read_bytes(Path("/proc/self/status"), "status")  # its size is 0, its content is not


def test_a_file_that_vanishes_after_it_was_listed_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.txt")
    fleeting = write(tmp_path / "b.txt")

    def list_then_delete(given: list[Path]) -> folder.Listing:
        listing = folder.list_files(given)
        fleeting.unlink()
        return listing

    monkeypatch.setattr(loading, "list_files", list_then_delete)
    loaded = load([tmp_path])
    assert (ids(loaded), reasons(loaded)) == (["a.txt"], {"b.txt": "no such file or folder"})


def test_denied_files_and_folders_are_one_line_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's answer is simulated: these tests may run as root, whom no permission bit stops."""
    for name in ("a.txt", "secret.txt", "vault/b.txt"):
        write(tmp_path / name)
    real_open, real_listdir = os.open, os.listdir

    def open_or_deny(path: Path, flags: int) -> int:
        if path.name == "secret.txt":
            raise PermissionError(13, "Permission denied")
        return real_open(path, flags)

    def list_or_deny(path: Path) -> list[str]:
        if path.name == "vault":
            raise PermissionError(13, "Permission denied")
        return real_listdir(path)

    monkeypatch.setattr(os, "open", open_or_deny)
    monkeypatch.setattr(os, "listdir", list_or_deny)
    loaded = load([tmp_path])
    assert ids(loaded) == ["a.txt"]
    assert reasons(loaded) == {"secret.txt": "permission denied", "vault": "permission denied"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty (0 bytes)"),
        (b" \r\n\t\xc2\xa0\n", "holds nothing but white space"),
        (codecs.BOM_UTF8, "holds nothing but white space"),
        (b"text\0text", "holds a NUL byte at byte 4: not a text file"),
        ("a\0b".encode("utf-16"), "holds a NUL character at character 1: not a text file"),
        (bytes(range(1, 32)) * 9, "not text in any known encoding"),
        (bytes(range(253, 0, -1)) * 9, "not text in any known encoding"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(255, 128, -1)), "not text in any known encoding"),
        (codecs.BOM_UTF16_LE + b"a", "starts with the byte-order mark of utf-16 but is not valid utf-16"),
        (codecs.BOM_UTF8 + b"caf\xe9", "starts with the byte-order mark of utf-8-sig but is not valid utf-8-sig"),
        ("It’s “fine”".encode()[:-1], "is UTF-8 but damaged at byte 14; repair it and save it as UTF-8"),
    ],
)
def test_what_is_no_text_is_one_line_and_the_rest_is_read(tmp_path: Path, data: bytes, reason: str) -> None:
    write(tmp_path / "a.txt")
    write(tmp_path / "bad.md", data)
    write(tmp_path / "z.txt")
    loaded = load([tmp_path])
    assert (ids(loaded), reasons(loaded)) == (["a.txt", "z.txt"], {"bad.md": reason})


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (b"caf\xe9.txt", "caf\\xe9.txt: its name is not valid UTF-8; rename it"),
        (b"two\nlines.txt", "two\\nlines.txt: its name holds a line break or another control character; rename it"),
        ("a\u2028b.txt".encode(), "a\\u2028b.txt: its name holds a line break or another control character; rename it"),
        ("\u202ezyx.md".encode() + b".xyz", f"\\u202ezyx.md.xyz: format .xyz is not read; {READ}"),
        (b"x" * 251 + b".xyz", f"{'x' * 99}…{'x' * 95}.xyz: format .xyz is not read; {READ}"),
        (b"a.\x1b[31m", "a.\\x1b[31m: its name holds a line break or another control character; rename it"),
    ],
)
def test_awkward_names_stay_one_printable_line(tmp_path: Path, name: bytes, line: str) -> None:
    write(tmp_path / "a.txt")
    try:
        write(tmp_path / os.fsdecode(name))
    except OSError as error:
        pytest.skip(f"this file system takes no such name: {error}")
    assert [str(error) for error in load([tmp_path]).refused] == [line]
    assert line.isprintable()


# Text and bytes


def test_text_is_decoded_and_otherwise_untouched(tmp_path: Path) -> None:
    data = "\r\nCafé\u00a0X  \r\n\r\ne\u0301\rﬁn\u2028😀\n\n".encode()
    document = load_file(write(tmp_path / "a.txt", data), tmp_path)
    assert document.text == data.decode("utf-8")
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    assert document.encoding == "utf-8"


def test_the_seeds_are_read_byte_for_byte() -> None:
    seeds = Path(__file__).parent.parent / "seeds"
    loaded = load([seeds])
    assert (len(loaded.documents), loaded.refused, loaded.notes) == (5, (), ())
    for document in loaded.documents:
        assert document.text.encode(document.encoding) == (seeds / document.id).read_bytes()


def test_an_unusual_encoding_is_read_and_noted(tmp_path: Path) -> None:
    text = "Iraq’s minister said “no” at the café.\r\n"
    big, little = codecs.BOM_UTF16_BE + text.encode("utf-16-be"), codecs.BOM_UTF16_LE + text.encode("utf-16-le")
    write(tmp_path / "big.txt", big)
    write(tmp_path / "little.txt", little)
    write(tmp_path / "sig.txt", text.encode("utf-8-sig"))
    write(tmp_path / "windows.txt", text.encode("cp1252"))
    write(tmp_path / "wide.txt", codecs.BOM_UTF32_LE + text.encode("utf-32-le"))
    loaded = load([tmp_path])
    assert {document.text for document in loaded.documents} == {text}
    assert loaded.notes == (
        "big.txt: read as utf-16 (byte-order mark)",
        "little.txt: read as utf-16 (byte-order mark)",
        "sig.txt: starts with a byte-order mark",
        "wide.txt: read as utf-32 (byte-order mark)",
        "windows.txt: read as windows-1252 (detected)",
    )
    native, other = ("little.txt", "big.txt") if sys.byteorder == "little" else ("big.txt", "little.txt")
    encodings = {document.id: document.encoding for document in loaded.documents}
    assert (encodings[native], encodings[other]) == ("utf-16", "")
    assert (encodings["sig.txt"], encodings["windows.txt"]) == ("utf-8-sig", "cp1252")


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp1252", "Café"),
        ("cp1252", "It’s"),
        ("cp1252", "The price is £20."),
        ("cp1252", "Grüße aus München, schöne Überraschung für die Bürger der größten Stadt Österreichs."),
        ("cp1252", "A situação não é fácil, disse o senhor João, não há mais ilusões após a eleição."),
        ("cp1250", "Zażółć gęślą jaźń. Minister powiedział, że nie będzie mógł przyjść, ponieważ był śnieg."),
        ("cp1251", "Министр сказал, что не придёт, потому что поезд опоздал и шёл снег."),
        ("cp1253", "Ο υπουργός είπε ότι δεν θα έρθει, επειδή το τρένο καθυστέρησε."),
        ("cp1256", "قال الوزير إنه لن يأتي لأن القطار تأخر والثلج يتساقط على المدينة."),
        ("cp932", "大臣は、列車が遅れて雪が降ったので来られないと述べた。東京は日本の首都である。"),
        ("gb18030", "部长说他不会来，因为火车晚点了，而且下雪了。北京是中国的首都，人口众多。"),
    ],
)
def test_older_encodings_are_told_apart(codec: str, text: str) -> None:
    assert decode(text.encode(codec), "x").text == text


AWKWARD = st.sampled_from("aZ é’“\u00a0\u200b\u0301İßﬁ日𝒳😀\r\n\t.") | st.characters(
    codec="utf-8", exclude_categories=["Cc", "Cn"]
)


@settings(deadline=None)  # machines are shared
@given(st.text(AWKWARD), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_every_offset_finds_its_byte(text: str, codec: str) -> None:
    text = f"x{text}"  # neither empty, nor a byte-order mark at the front
    data = text.encode(codec)
    decoded = decode(data, "x")
    assert (decoded.text, decoded.codec) == (text, codec)
    document = Document("x", decoded.text, encoding=decoded.codec)
    end_codec = {"utf-16": "utf-16-le", "utf-32": "utf-32-le", "utf-8-sig": "utf-8"}.get(codec, codec)
    if sys.byteorder == "big":
        end_codec = end_codec.replace("-le", "-be")
    for offset in range(len(text) + 1):
        start = document.byte_offset(offset)
        assert start is not None
        assert data[start:].decode(end_codec) == text[offset:]


@settings(deadline=None)  # machines are shared
@given(st.lists(st.sampled_from(["minister", "said", "he’d", "“no”", "café", "–", "€5", "\r\n", "\u00a0", "Zoë"])))
def test_every_offset_of_windows_1252_finds_its_byte(words: list[str]) -> None:
    text = " ".join(["The minister’s café said it would “never” close.", *words])
    data = text.encode("cp1252")
    decoded = decode(data, "x")
    assert (decoded.text, decoded.codec) == (text, "cp1252")
    assert Document("x", text, encoding="cp1252").byte_offset(len(text)) == len(data)


@settings(deadline=None)  # machines are shared
@given(st.binary())
def test_any_bytes_are_refused_or_given_back_exactly(data: bytes) -> None:
    decoded = None
    with contextlib.suppress(UnreadableFile):
        decoded = decode(data, "x")
    if decoded is None:
        return
    assert not decoded.codec or decoded.text.encode(decoded.codec) == data
    assert not any(unicodedata.category(character) == "Cs" for character in decoded.text)


# The package


def test_names_are_sorted() -> None:
    assert qa.load.__all__ == sorted(qa.load.__all__)


def test_importing_it_loads_nothing_heavy() -> None:
    program = "import sys, qa.load; print(sorted({'numpy', 'torch', 'gradio', 'faiss'} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
