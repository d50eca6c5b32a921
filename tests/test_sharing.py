from pathlib import Path

import pytest

from qa.errors import BadSharing
from qa.ui import Sharing, users
from qa.ui.server import greeting


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text("open sesame\nand a second line\n", encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.0.0.2"])
def test_this_machine_needs_no_password_and_is_asked_for_by_its_own_names(host: str) -> None:
    sharing = Sharing(host)
    assert sharing.local
    assert sharing.hosts == {"127.0.0.1", "localhost", host.strip("[]")}
    assert sharing.warnings == ()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "qa.lan", "128.0.0.1", "localhost.evil.example"])
def test_any_other_address_wants_a_password_or_a_word_that_none_is_wanted(host: str) -> None:
    with pytest.raises(BadSharing, match=r"could read every document; name who may with --auth .* --insecure"):
        Sharing(host)
    assert Sharing(host, {"anna": "x"}).hosts is None
    assert Sharing(host, insecure=True).hosts is None


def test_with_a_password_any_name_will_do_here_too() -> None:
    assert Sharing(users={"anna": "x"}).hosts is None


def test_a_password_is_not_printed_by_accident() -> None:
    assert "open sesame" not in repr(Sharing(users={"anna": "open sesame"}))


def test_what_is_open_to_everybody_is_said() -> None:
    unencrypted, open_to_all = Sharing("0.0.0.0", insecure=True).warnings
    assert unencrypted == "Warning: Nothing is encrypted: who is on the way can read what is asked and answered."
    assert open_to_all.startswith("Warning: Everybody who reaches this address can read every document")


def test_a_password_over_an_open_line_is_said_to_be_one() -> None:
    (line,) = Sharing("0.0.0.0", {"anna": "x"}).warnings
    assert line.endswith("and passwords; put it behind a proxy with TLS.")


@pytest.mark.parametrize(
    ("sharing", "whose"),
    [
        (Sharing(allow_writes=True), "every program on this machine"),
        (Sharing("0.0.0.0", insecure=True, allow_writes=True), "EVERYBODY who reaches this address"),
    ],
)
def test_that_anybody_may_write_is_said(sharing: Sharing, whose: str) -> None:
    assert sharing.warnings[-1] == (
        f"Warning: With --allow-writes and without --auth, {whose} can add and remove documents."
    )


def test_whoever_gave_a_password_may_write_without_a_word() -> None:
    assert Sharing(users={"anna": "x"}, allow_writes=True).warnings == ()


@pytest.mark.parametrize("path", ["docs-qa", "example.org/qa", "ftp://example.org"])
def test_a_root_path_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(BadSharing, match="is no path; write it as /docs-qa"):
        Sharing(root_path=path)


def test_a_whole_root_path_names_the_proxys_host_too() -> None:
    sharing = Sharing(root_path="https://example.org/qa/")
    assert sharing.root_path == "https://example.org/qa"
    assert sharing.hosts == {"127.0.0.1", "localhost", "example.org"}


def test_it_is_said_where_the_page_is_and_the_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "desk")
    assert greeting(Sharing(), 7860) == ["Chapter & Verse is at http://127.0.0.1:7860 (Ctrl-C stops it)"]
    assert greeting(Sharing("::1"), 7860, mcp=True) == [
        "Chapter & Verse is at http://[::1]:7860 (Ctrl-C stops it)",
        "Tools for assistants (MCP): http://[::1]:7860/mcp",
    ]
    everywhere = greeting(Sharing("0.0.0.0", {"anna": "x"}, "/qa"), 80)
    assert everywhere[:3] == [
        "Chapter & Verse is at http://localhost:80 (Ctrl-C stops it)",
        "From elsewhere: http://desk:80",
        "Behind the proxy: where it has /qa",
    ]
    assert greeting(Sharing(root_path="https://example.org/qa"), 80, mcp=True)[1:] == [
        "Behind the proxy: https://example.org/qa",
        "Tools for assistants (MCP): https://example.org/qa/mcp",
    ]


def test_a_password_is_the_first_line_of_its_file(secret: Path) -> None:
    assert users([f"anna:{secret}", f"Zoë Ångström:{secret}"]) == {
        "anna": "open sesame",
        "Zoë Ångström": "open sesame",
    }
    secret.write_bytes(b" spaces count \r\n")
    assert users([f"anna:{secret}"]) == {"anna": " spaces count "}
    assert users([]) == {}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_password_that_others_could_read_is_refused(secret: Path, mode: int) -> None:
    secret.chmod(mode)
    with pytest.raises(BadSharing, match=f"mode {mode:03o}\\); run: chmod 600 .*password"):
        users([f"anna:{secret}"])


@pytest.mark.parametrize("content", [b"", b"\nsecret\n", b"\r\n"])
def test_a_file_without_a_password_is_refused(secret: Path, content: bytes) -> None:
    secret.write_bytes(content)
    with pytest.raises(BadSharing, match="holds no password; write one into its first line"):
        users([f"anna:{secret}"])


def test_a_file_that_is_not_there_or_no_text_is_refused(secret: Path, tmp_path: Path) -> None:
    with pytest.raises(BadSharing, match=r"the password file .*nowhere cannot be read"):
        users([f"anna:{tmp_path / 'nowhere'}"])
    secret.write_bytes(b"\xff\xfe")
    with pytest.raises(BadSharing, match="cannot be read"):
        users([f"anna:{secret}"])


@pytest.mark.parametrize("written", ["anna", "anna:", ":file", ""])
def test_a_user_without_a_file_is_refused(written: str) -> None:
    with pytest.raises(BadSharing, match="is not USER:PASSWORD-FILE"):
        users([written])


def test_a_user_who_is_named_twice_is_refused(secret: Path) -> None:
    with pytest.raises(BadSharing, match="--auth names anna twice"):
        users([f"anna:{secret}", f"anna:{secret}"])
