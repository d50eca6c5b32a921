import json

from qa.entry import from_entry, to_entry
from qa.records import Document, Part

BOOK = Document(
    "b.epub",
    "One.\n\nTwo.",
    title="Of Bridges",
    author="Jane Doe",
    parts=(Part(0, "§ Piers"), Part(6, "§ Arches")),
    page_starts=(0, 6),
    extracted="lxml 6, epub rules 1",
    field="body",
    origins=(("title", "file"), ("author", "text")),
)


def test_every_field_comes_back() -> None:
    assert from_entry(json.loads(json.dumps(to_entry(BOOK)))) == BOOK
    assert all(to_entry(BOOK)[name] for name in ("title", "author", "parts", "extracted", "field", "origins"))
