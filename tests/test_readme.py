"""What the README shows, runs; and everything runs with every outgoing connection refused."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.model

# Put into every process below through the environment: a connection to anywhere ends it with status 86.
REFUSE = """
import os, sys
def refuse(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        print("connection to", arguments[1], file=sys.stderr, flush=True)
        os._exit(86)
    if event == "socket.getaddrinfo":
        print("look-up of", arguments[0], file=sys.stderr, flush=True)
        os._exit(86)
sys.addaudithook(refuse)
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder with the seeds in it, and an environment without a network."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    shutil.copytree(ROOT / "tests" / "quality", folder / "tests" / "quality")
    hook = folder / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(REFUSE, encoding="utf-8")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return folder, {**os.environ, "PATH": path, "PYTHONPATH": str(hook)}


def test_the_connections_are_really_refused(place: tuple[Path, dict[str, str]]) -> None:
    folder, environment = place
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, check=False)
    assert done.returncode == 86


def test_the_commands_run_and_say_what_the_readme_says(place: tuple[Path, dict[str, str]]) -> None:
    folder, environment = place
    (terminal,) = [block for block in blocks("sh") if block.startswith("qa index")]
    commands = [line.split("  #")[0].strip() for line in terminal.splitlines()]
    assert commands.pop() == "qa serve"  # test_page.py starts the page
    for command in commands:
        done = subprocess.run(
            command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        expected = 1 if "Mona Lisa" in command else 0
        assert done.returncode == expected, f"{command}\n{done.stdout}{done.stderr}"
        if "Mona Lisa" in command:
            assert "The documents don’t say." in done.stdout
        if command.startswith("qa verify"):
            assert {line.split()[0] for line in done.stdout.splitlines()} == {"stands"}
    assert "2,500 US troops" in (folder / "receipt.json").read_text(encoding="utf-8")


def test_a_receipt_is_checked_with_the_tools_that_the_readme_names(place: tuple[Path, dict[str, str]]) -> None:
    import json

    folder, environment = place
    (shell,) = [block for block in blocks("sh") if block.startswith("sha256sum")]
    quote = json.loads((folder / "receipt.json").read_text(encoding="utf-8"))["citations"][0]
    shell = shell.replace("001_26f0ad0b6a8edf90.txt", quote["document"]["id"])
    offsets = f"byte_start={quote['byte_start']} byte_end={quote['byte_end']}\n"
    done = subprocess.run(
        ["bash", "-c", offsets + shell], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    digest, _, words = done.stdout.partition("\n")
    assert digest.split()[0] == quote["document"]["sha256"]
    assert words == quote["quote"]


def test_the_python_runs(place: tuple[Path, dict[str, str]]) -> None:
    folder, environment = place
    (code,) = [block for block in blocks("python") if "Library" in block]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Ayatollah Ali al-Sistani asked the Iraqi government to impose its full control" in done.stdout


def test_both_make_commands_are_in_the_makefile_and_ci_runs_the_second() -> None:
    (two,) = [block for block in blocks("sh") if block.startswith("make run")]
    targets = re.findall(r"^make (\w+)", two, flags=re.MULTILINE)
    assert targets == ["run", "test"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(re.search(rf"^{target}:", makefile, flags=re.MULTILINE) for target in targets)
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_link_and_picture_of_the_readme_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)", README):
        assert "://" in target or (ROOT / target).exists(), target
