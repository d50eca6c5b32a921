import contextlib
import copy
import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.answer import PASSAGES_READ
from qa.embed import HashingEmbedder
from qa.errors import BadReceipt
from qa.library import Library
from qa.load import load
from qa.read import SentenceReader
from qa.receipt import Verdict, parse, receipt, to_json, verify
from qa.records import Document
from qa.render import one_line

# Ranks by likeness alone: fast, and worked out by hand.
LIKENESS = SentenceReader(HashingEmbedder())

QUESTION = "When does the lease end?"
LEASE = "The lease of the café ends on 31 May – “no later” 😀."
TEXT = f"Überschrift €\r\n\r\nPréface, not of it.\r\n{LEASE}\r\nRent is due.\r\n"


def write(folder: Path, **files: str | bytes) -> Path:
    """Files named by their stems, ending in .txt."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.txt").write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def asked(folder: Path, question: str = QUESTION, *, top: int = 3, threshold: float = 0) -> dict[str, Any]:
    """The receipt of a question to the folder, by way of its JSON."""
    library = Library.from_folder(folder, embedder=HashingEmbedder(), reader=LIKENESS)
    answer = library.ask(question, top=top, threshold=threshold)
    return parse(to_json(receipt(answer, library, top=top, threshold=threshold)))


def slices(content: dict[str, Any]) -> list[dict[str, Any]]:
    return [part for citation in content["citations"] for part in (citation, *citation["also"])]


def standings(content: dict[str, Any], folder: Path) -> list[str]:
    return [verdict.standing for verdict in verify(content, folder)]


# What it holds


def test_all_that_the_answer_depends_on_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path, lease=LEASE, leave="Employees get 25 days.")
    library = Library.from_folder(folder, embedder=HashingEmbedder(), reader=LIKENESS, fusion="rrf")
    answer = library.ask(QUESTION, top=1, threshold=0.25)
    content = receipt(answer, library, top=1, threshold=0.25)
    assert {key: content[key] for key in ("format", "question", "found", "confidence", "nearest")} == {
        "format": 1,
        "question": QUESTION,
        "found": True,
        "confidence": answer.confidence,
        "nearest": [],
    }
    assert content["program"].startswith("chapterverse ")
    everything = {"after": "", "before": "", "sources": [], "documents": []}
    expected = {"top": 1, "threshold": 0.25, "passages_read": PASSAGES_READ, "fusion": "rrf", "only": everything}
    assert content["settings"] == expected
    assert content["index"] == {"sha256": library.fingerprint, "documents": 2}
    assert content["embedder"] == {"name": "hashing", "sha256": HashingEmbedder().digest}
    assert content["reader"] == {"name": "sentence", "sha256": ""}
    (citation,) = content["citations"]
    assert citation["document"] == {
        "id": "lease.txt",
        "title": "",
        "date": "",
        "source": "",
        "author": "",
        "origins": {},
        "sha256": hashlib.sha256(LEASE.encode()).hexdigest(),
        "encoding": "utf-8",
        "extracted": "",
        "field": "",
    }
    assert (citation["quote"], citation["place"], citation["score"]) == (
        LEASE,
        "lease.txt, line 1",
        answer.citations[0].score,
    )
    assert citation["passage"] == {"start": 0, "end": len(LEASE)}
    # The é, the –, both quotation marks and the 😀: 1 + 2 + 2 + 2 + 3 bytes more than characters.
    assert (citation["start"], citation["end"]) == (0, len(LEASE))
    assert (citation["byte_start"], citation["byte_end"]) == (0, len(LEASE) + 10)


def test_where_the_documents_do_not_say_the_nearest_passages_are_told(tmp_path: Path) -> None:
    content = asked(write(tmp_path, lease=LEASE, b="One.", c="Two.", d="Three."), top=2, threshold=1.01)
    assert (content["found"], content["refusal"], content["citations"]) == (False, "not stated", [])
    assert len(content["nearest"]) == 2
    assert content["nearest"][0]["text"] == LEASE
    assert "quote" not in content["nearest"][0]
    assert verify(content, tmp_path) == []


def test_json_gives_the_same_content_back_and_the_same_question_the_same_bytes(tmp_path: Path) -> None:
    folder = write(tmp_path, a=TEXT, b=LEASE)
    library = Library.from_folder(folder, embedder=HashingEmbedder(), reader=LIKENESS)
    texts = []
    for _ in range(2):
        content = receipt(library.ask(QUESTION, threshold=0), library, top=3, threshold=0)
        texts.append(to_json(content))
        assert parse(texts[-1]) == content
    fresh = Library.from_folder(folder, embedder=HashingEmbedder(), reader=LIKENESS)
    texts.append(to_json(receipt(fresh.ask(QUESTION, threshold=0), fresh, top=3, threshold=0)))
    assert len(set(texts)) == 1
    assert "café" in texts[0]  # readable, not escaped


def test_a_name_that_is_not_text_keeps_its_bytes_as_escapes() -> None:
    text = to_json({"id": "caf\udce9.txt", "title": "é"})
    assert text.encode().decode() == text
    assert json.loads(text) == {"id": "caf\udce9.txt", "title": "é"}


# Offsets


@pytest.mark.parametrize(
    ("codec", "plain"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-32", "utf-32-le"),
        ("cp1252", "cp1252"),
    ],
)
def test_byte_offsets_are_those_of_the_files_own_bytes(tmp_path: Path, codec: str, plain: str) -> None:
    text = TEXT.replace("😀", ":-)") if codec == "cp1252" else TEXT
    data = text.encode(codec)
    content = asked(write(tmp_path, a=data), top=9)
    assert len(content["citations"]) == 4
    for part in content["citations"]:
        assert part["document"]["encoding"] == codec
        assert part["document"]["sha256"] == hashlib.sha256(data).hexdigest()
        assert data[part["byte_start"] : part["byte_end"]].decode(plain) == part["quote"]
        assert data.decode(codec)[part["start"] : part["end"]] == part["quote"]
    assert standings(content, tmp_path) == ["stands"] * 4


def test_where_no_codec_gives_the_bytes_back_there_are_no_byte_offsets(tmp_path: Path) -> None:
    data = b"\xfe\xff" + TEXT.encode(
        "utf-16-be"
    )  # "utf-16" writes this machine's order, little-endian nearly everywhere
    content = asked(write(tmp_path, a=data))
    assert {part["document"]["encoding"] for part in content["citations"]} == {""}
    assert {(part["byte_start"], part["byte_end"]) for part in content["citations"]} == {(None, None)}
    assert set(standings(content, tmp_path)) == {"stands"}


def test_a_receipt_can_be_checked_without_this_program(tmp_path: Path) -> None:
    """As the module's docstring says: a digest, and tail and head."""
    folder = write(tmp_path / "docs", a=TEXT, b=b"\xef\xbb\xbf" + f"Vorwort ä. {LEASE}".encode())
    (tmp_path / "receipt.json").write_text(to_json(asked(folder)), encoding="utf-8")
    with (tmp_path / "receipt.json").open(encoding="utf-8") as file:
        parts = slices(json.load(file))
    assert {part["document"]["id"] for part in parts if part["quote"] == LEASE} == {"a.txt", "b.txt"}
    for part in parts:
        path = folder / part["document"]["id"]
        start, end = part["byte_start"], part["byte_end"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == part["document"]["sha256"]
        with path.open("rb") as file:
            file.seek(start)
            assert file.read(end - start).decode(part["document"]["encoding"]) == part["quote"]
        command = f'tail -c +$(({start} + 1)) "$FILE" | head -c $(({end} - {start}))'
        ran = subprocess.run(
            ["sh", "-c", command], env={"FILE": str(path), "PATH": "/usr/bin:/bin"}, capture_output=True
        )
        assert ran.stdout.decode() == part["quote"]


# Verdicts


def test_it_stands_where_the_file_is_as_it_was(tmp_path: Path) -> None:
    content = asked(write(tmp_path, a=TEXT), top=1)
    assert verify(content, tmp_path) == [Verdict("a.txt, line 4", "stands", "the file is as it was")]


def test_it_stands_where_the_file_has_changed_behind_it(tmp_path: Path) -> None:
    content = asked(write(tmp_path, a=TEXT), top=1)
    write(tmp_path, a=TEXT + "More.")
    assert verify(content, tmp_path) == [Verdict("a.txt, line 4", "stands", "the file has changed elsewhere")]


def test_it_has_moved_where_text_was_put_before_it(tmp_path: Path) -> None:
    content = asked(write(tmp_path, a=TEXT), top=1)
    write(tmp_path, a="New.\r\n" + TEXT)
    assert verify(content, tmp_path) == [Verdict("a.txt, line 4", "moved", "now at a.txt, line 5")]


def test_it_is_altered_where_a_letter_of_it_is_another(tmp_path: Path) -> None:
    content = asked(write(tmp_path, a=TEXT), top=1)
    write(tmp_path, a=TEXT.replace("31 May", "30 May"))
    assert verify(content, tmp_path) == [Verdict("a.txt, line 4", "altered", "the file does not hold these words")]


def test_it_is_altered_where_the_file_is_gone_or_no_text(tmp_path: Path) -> None:
    content = asked(write(tmp_path, a=TEXT), top=1)
    write(tmp_path, a=b"\0")
    assert [v.detail for v in verify(content, tmp_path)] == ["holds a NUL byte at byte 0: not a text file"]
    (tmp_path / "a.txt").unlink()
    assert verify(content, tmp_path) == [Verdict("a.txt, line 4", "altered", "no such file or folder")]


def test_other_places_are_verified_too(tmp_path: Path) -> None:
    content = asked(write(tmp_path, a=LEASE, b=LEASE, c=f"Note. {LEASE}"), top=1)
    assert len(slices(content)) == 3
    assert standings(content, tmp_path) == ["stands"] * 3
    write(tmp_path, b="Gone.", c=LEASE)
    found = {
        (part["document"]["id"]): standing
        for part, standing in zip(slices(content), standings(content, tmp_path), strict=True)
    }
    assert found == {"a.txt": "stands", "b.txt": "altered", "c.txt": "moved"}


# Forgeries


@pytest.mark.parametrize(
    "forge",
    [
        lambda part: part.update(start=part["start"] + 1),
        lambda part: part.update(start=0),
        lambda part: part.update(start=-1),
        lambda part: part.update(start=10**30),
        lambda part: part.update(start=part["start"] - len(TEXT)),  # counted from the end
        lambda part: part.update(end=part["end"] + 1),
        lambda part: part.update(end=-1),
        lambda part: part.update(byte_start=part["byte_start"] - 1),
        lambda part: part.update(byte_end=part["byte_end"] + 1),
        lambda part: part.update(byte_start=part["start"], byte_end=part["end"]),  # characters taken for bytes
        lambda part: part.update(quote=part["quote"].replace("31", "30")),
        lambda part: part.update(quote=part["quote"].upper()),
        lambda part: part.update(quote=part["quote"] + " "),
        lambda part: part["document"].update(id="b.txt"),
        lambda part: part["document"].update(id="A.TXT"),
    ],
)
def test_what_was_forged_does_not_stand(tmp_path: Path, forge: Callable[[dict[str, Any]], None]) -> None:
    content = asked(write(tmp_path, a=TEXT, b="Another file."), top=1)
    assert standings(content, tmp_path) == ["stands"]
    forge(content["citations"][0])
    assert standings(content, tmp_path) in (["altered"], ["moved"])


def test_in_a_file_that_is_as_it_was_nothing_can_have_moved(tmp_path: Path) -> None:
    content = asked(write(tmp_path, lease=TEXT))
    for name in ("start", "end"):
        content["citations"][0][name] -= 1
    (verdict, *_) = verify(content, tmp_path)
    assert verdict.standing == "altered"
    assert "the file is as it was" in verdict.detail


def test_bytes_that_a_receipt_keeps_silent_about_do_not_stand(tmp_path: Path) -> None:
    content = asked(write(tmp_path, lease=TEXT))
    content["citations"][0]["byte_start"] = None
    assert standings(content, tmp_path)[0] == "altered"


def test_a_forged_place_is_put_right(tmp_path: Path) -> None:
    content = asked(write(tmp_path, a=TEXT), top=1)
    content["citations"][0]["place"] = "the-contract.txt, line 1"
    assert [verdict.place for verdict in verify(content, tmp_path)] == ["a.txt, line 4"]


@pytest.mark.parametrize(
    "name",
    [
        "../secret.txt",
        "docs/../../secret.txt",
        "sub/../../secret.txt",
        "/etc/passwd",
        "//etc/passwd",
        "{outside}",
        "{folder}/a.txt",
        "sub/../a.txt",
        "away.txt",
        "up/secret.txt",
        "loop/x.txt",
        "loop.txt",
        "a\0.txt",
        "\ud800.txt",
        "",
        ".",
        "x" * 5000,
        "x/" * 3000,
        "a.txt/b.txt",
        "C:\\secret.txt",
        "~/secret.txt",
        "file:///etc/passwd",
        "a.txt\n",
        "within.txt",
    ],
)
def test_no_name_leads_out_of_the_folder_or_to_another_error(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path / "docs", a=LEASE)
    secret = write(tmp_path, secret=LEASE) / "secret.txt"
    (folder / "sub").mkdir()
    for link, target in {
        "away.txt": str(secret),
        "up": "..",
        "loop": "loop",
        "loop.txt": "loop.txt",
        "within.txt": "a.txt",
    }.items():
        (folder / link).symlink_to(target)
    content = asked(folder, top=1)
    content["citations"][0]["document"]["id"] = name.format(outside=secret, folder=folder)
    (verdict,) = verify(content, folder)
    assert verdict.standing == "altered"
    assert verdict.detail.isprintable()


def test_a_folder_that_is_itself_a_link_is_looked_into(tmp_path: Path) -> None:
    content = asked(write(tmp_path / "docs", a=LEASE), top=1)
    (tmp_path / "link").symlink_to("docs")
    assert standings(content, tmp_path / "link") == ["stands"]


# What is no receipt


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "3",
        '"format"',
        "{}",
        '{"format": 1}',
        '{"format": true, "citations": []}',
        '{"format": "1", "citations": []}',
        '{"format": 1, "citations": {}}',
        '{"format": 1.0, "citations": []}',
        '{"citations": []}',
        "[" * 10_000,
        '{"a":' * 10_000,
        "\ufeff{}",
        "9" * 5000,
        "\x00",
        "NaN",
        '{"format": NaN, "citations": []}',
    ],
)
def test_what_is_no_receipt_is_told_in_one_line(text: str) -> None:
    with pytest.raises(BadReceipt, match=r"\Anot a receipt: [^\n]+\Z"):
        parse(text)


def test_a_receipt_of_a_newer_format_is_refused_with_both_numbers() -> None:
    with pytest.raises(BadReceipt, match=r"a receipt of format 2; this version reads up to 1"):
        parse('{"format": 2, "citations": []}')


@pytest.mark.parametrize("name", ["document", "start", "end", "byte_start", "byte_end", "place", "quote"])
def test_a_quote_that_lacks_a_field_is_told(tmp_path: Path, name: str) -> None:
    content = asked(write(tmp_path, a=TEXT, b=LEASE), top=1)
    for part in slices(content):
        forged = copy.deepcopy(part)
        del forged[name]
        with pytest.raises(BadReceipt, match=f"not a whole receipt: a quote lacks '{name}'"):
            verify({"format": 1, "citations": [forged]}, tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"quote": ""}, "is not text"),
        ({"quote": 5}, "is not text"),
        ({"place": None}, "is not text"),
        ({"document": {"id": 7, "sha256": ""}}, "is not text"),
        ({"document": {"id": "a.txt", "sha256": None}}, "is not text"),
        ({"document": {"id": "a.txt"}}, "lacks 'sha256'"),
        ({"document": "a.txt"}, "lacks"),
        ({"document": None}, "lacks"),
        ({"start": "0"}, "are not numbers"),
        ({"start": 0.5}, "are not numbers"),
        ({"start": None}, "are not numbers"),
        ({"start": False}, "are not numbers"),
        ({"end": None}, "are not numbers"),
        ({"byte_end": "x"}, "are not numbers"),
        ({"also": None}, "a citation is not one"),
        ({"also": {}}, "a citation is not one"),
        ({"also": [None]}, "lacks"),
        ({"also": [{}]}, "lacks 'document'"),
    ],
)
def test_a_field_of_the_wrong_kind_is_told(tmp_path: Path, change: dict[str, object], message: str) -> None:
    content = asked(write(tmp_path, a=TEXT), top=1)
    content["citations"][0] |= change
    with pytest.raises(BadReceipt, match=message):
        verify(content, tmp_path)


NAMES = st.sampled_from(
    [
        "format",
        "citations",
        "document",
        "id",
        "sha256",
        "quote",
        "place",
        "start",
        "end",
        "byte_start",
        "byte_end",
        "also",
    ]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([0, 1, "a.txt", LEASE, "..", "\0", "\ud800", "\u202e\x1b[31m\n", 10**40, float("nan")])
)
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5))
RECEIPTS = JSON | st.builds(
    lambda rest, each: {**rest, "format": 1, "citations": each}, st.dictionaries(NAMES, JSON), st.lists(JSON)
)


def judge(content: object, folder: Path) -> list[Verdict] | None:
    """The verdicts, or None where it is no receipt; any other error goes through."""
    verdicts = None
    with contextlib.suppress(BadReceipt):
        verdicts = verify(parse(json.dumps(content)), folder)
    for verdict in verdicts or ():
        assert one_line(f"{verdict.place}: {verdict.detail}").encode()  # it can be printed
    return verdicts


@given(RECEIPTS)
@settings(deadline=None)
def test_whatever_json_it_is_gives_verdicts_or_says_that_it_is_no_receipt(content: object) -> None:
    judge(content, Path(__file__).parent)


@given(st.text() | st.binary().map(lambda data: data.decode("utf-8", "surrogateescape")))
def test_whatever_text_it_is_says_that_it_is_no_receipt(text: str) -> None:
    with pytest.raises(BadReceipt):
        parse(text)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """A receipt of two citations, the first with another place, and its folder."""
    folder = write(tmp_path_factory.mktemp("docs"), a=TEXT, b=LEASE)
    content = asked(folder, top=2)
    assert [len(citation["also"]) for citation in content["citations"]] == [1, 0]
    return content, folder


# What a verdict rests on. The digest only tells whether the file is the same, and without bytes none are compared.
CLAIMED = ("quote", "start", "end", "byte_end", "id")


@given(st.data())
@settings(deadline=None, max_examples=300)
def test_no_change_to_a_real_receipt_gives_another_error_or_stands_where_it_should_not(
    real: tuple[dict[str, Any], Path], data: st.DataObject
) -> None:
    content, folder = copy.deepcopy(real[0]), real[1]
    where: Any = content["citations"]
    path: list[str | int] = []
    while isinstance(where, dict | list) and where and (len(path) < 2 or data.draw(st.booleans())):
        step = data.draw(st.sampled_from(sorted(where) if isinstance(where, dict) else range(len(where))))
        path.append(step)
        parent, where = where, where[step]
    value = data.draw(JSON)
    parent[step] = value
    verdicts = judge(content, folder)
    same = value == where and type(value) is type(where)
    if not same and verdicts is not None and path[-1] in CLAIMED and path[-2] != "passage":
        assert "stands" in [verdict.standing for verdict in verdicts]  # the others
        assert not all(verdict.standing == "stands" for verdict in verdicts)


def test_a_document_that_was_never_a_file_has_a_receipt_too() -> None:
    library = Library(embedder=HashingEmbedder(), reader=LIKENESS)
    library.add([Document("made\udce9.txt", LEASE)])
    content = receipt(library.ask(QUESTION, threshold=0), library, top=3, threshold=0)
    assert parse(to_json(content)) == content
    assert content["citations"][0]["byte_start"] is None


# Text that was extracted


def of_a_table(folder: Path, rows: str = "Lease,End\nmill,31 May\nbarn,never\n") -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    (folder / "leases.csv").write_text(rows)
    return asked(folder, "When does the lease of the mill end?", top=1)


def test_what_was_extracted_says_by_what_and_has_no_bytes(tmp_path: Path) -> None:
    (citation,) = of_a_table(tmp_path)["citations"]
    assert citation["quote"] == "Lease: mill; End: 31 May."
    assert citation["place"] == "leases.csv, row 2"
    assert citation["document"]["extracted"] == "csv, rules 2"
    assert (citation["offsets"], citation["byte_start"], citation["byte_end"]) == ("in the extracted text", None, None)


def test_what_was_extracted_stands_while_the_file_is_the_same(tmp_path: Path) -> None:
    content = of_a_table(tmp_path)
    assert verify(content, tmp_path) == [Verdict("leases.csv, row 2", "stands", "the file is as it was")]
    of_a_table(tmp_path, "Lease,End\nbarn,never\nmill,31 May\n")
    assert verify(content, tmp_path) == [Verdict("leases.csv, row 2", "moved", "now at leases.csv, row 3")]
    of_a_table(tmp_path, "Lease,End\nmill,1 June\n")
    assert standings(content, tmp_path) == ["altered"]


def test_another_reader_of_the_format_is_told_where_it_reads_otherwise(tmp_path: Path) -> None:
    content = of_a_table(tmp_path)
    (citation,) = content["citations"]
    citation["document"]["extracted"] = "csv, rules 0"
    assert standings(content, tmp_path) == ["stands"]
    citation |= {"start": 1, "end": 1 + len(citation["quote"]), "exact": None}
    (verdict,) = verify(content, tmp_path)
    assert (verdict.standing, verdict.detail) == (
        "moved",
        "the file is as it was, and the words stand at leases.csv, row 2; "
        "read by csv, rules 2 now, by csv, rules 0 then",
    )


def test_the_field_that_was_read_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"body": "The lease ends on 31 May.", "text": "no"}\n')
    loaded = load([tmp_path], field="body")
    library = Library(embedder=HashingEmbedder(), reader=LIKENESS)
    library.add(loaded.documents)
    content = receipt(library.ask(QUESTION, threshold=0), library, top=1, threshold=0)
    assert standings(parse(to_json(content)), tmp_path) == ["stands"]
