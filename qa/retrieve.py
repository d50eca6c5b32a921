"""Which passages a question is near: its words, other spellings of its names, and its meaning, asked of the store."""

import numpy as np
from numpy.typing import NDArray

from qa.contents import Contents
from qa.embed import Embedder
from qa.filters import Filter
from qa.records import Passage
from qa.spelling import Spelling
from qa.text import asked_words
from vector_store import Hit
from vector_store.store import Fusion


class Retriever:
    """Finds passages of ``contents``, which do not change while it is in use."""

    def __init__(self, contents: Contents, embedder: Embedder, fusion: Fusion) -> None:
        self._contents = contents
        self._embedder = embedder
        self._fusion: Fusion = fusion
        # Made of every word, so by the first question rather than by everybody who opens an index.
        self._spelling: Spelling | None = None

    def search(self, question: str, k: int, *, only: Filter | None = None) -> list[tuple[Passage, Hit]]:
        """The ``k`` passages nearest to the question, of documents that meet ``only``, best first.

        How telling a word is, is still told by all documents.
        """
        store = self._contents.store
        if store is None or not len(store):
            return []
        if self._spelling is None:
            self._spelling = Spelling(store.vocabulary)
        hits = store.search(
            self._embedder.embed_question(question),
            asked_words(question, store.vocabulary),
            k,
            variants=self._spelling.variants(question, self._embedder.count_tokens),
            fusion=self._fusion,
            among=self._rows_of(only) if only else None,
        )
        return [(self._as_asked(self._contents.passages[hit.row], only), hit) for hit in hits]

    def _rows_of(self, only: Filter) -> NDArray[np.int64]:
        shown = self._contents.shown
        met = {shown[key] for key, document in self._contents.documents.items() if only.meets(document)}
        rows = [row for row, passage in enumerate(self._contents.passages) if passage.document.id in met]
        return np.array(rows, np.int64)

    def _as_asked(self, passage: Passage, only: Filter | None) -> Passage:
        """``passage``, or the same range of an exact copy of its document, where only that one is asked."""
        if not only or only.meets(passage.document):
            return passage
        documents = self._contents.documents
        copies = (documents[key] for key, first in self._contents.shown.items() if first == passage.document.id)
        return Passage(next(filter(only.meets, copies)), passage.start, passage.end)
