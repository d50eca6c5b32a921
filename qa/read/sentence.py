"""The reader that needs no training: whole sentences, ranked by likeness to the question."""

from collections.abc import Sequence
from functools import lru_cache

from qa.embed import Embedder, Vectors
from qa.read.calibration import calibration
from qa.read.candidates import Candidate, candidates
from qa.records import Passage, Span
from qa.spelling import Spelling
from qa.text import asked_words, words
from vector_store import Hit, LexicalIndex

# Some 8 sentences each, 1.5 kB a sentence: 50 MB at the most.
_PASSAGES_KEPT = 4096


class SentenceReader:
    """Ranks whole sentences by likeness to the question; needs no training.

    A sentence's score is the plain mean of three numbers in [0, 1]: its
    meaning (cosine of question and sentence, the sentence behind its
    document's title and the question of the text that it stands below), its
    words (BM25 over the sentences read, as a share of the highest that any
    could have) and its passage's score. No weights were fitted: of those
    tried for these three, none was better on both question sets. A fourth
    number, the share of the question's words that sentence and title cover,
    weighed by idf, gave 0.1 to 1.3 points more; it is left out for
    simplicity. Development runs, before other spellings counted:

    ====================================  =========  ===========
    first sentence holds the gold answer  xquad_en   nq_open_dev
    ====================================  =========  ===========
    meaning alone                         0.688      0.591
    words alone                           0.729      0.339
    meaning + words + passage             0.798      0.587
    meaning + 1.5 · words + passage       0.804      0.584
    1.5 · meaning + words + passage       0.782      0.593
    ====================================  =========  ===========
    """

    name = "sentence"
    digest = ""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.calibration = calibration(self.name)
        # One passage's sentences are always embedded together, and alone: in another batch
        # the same model gives other last digits, and the same question another answer.
        self._vectors = lru_cache(_PASSAGES_KEPT)(self._embed)

    def read(
        self,
        question: str,
        hits: Sequence[tuple[Passage, Hit]],
        *,
        top: int = 3,  # noqa: ARG002  # all are exact
    ) -> list[list[Span]]:
        if not hits:
            return []
        found = [candidates(passage.text) for passage, _ in hits]
        asked = self._embedder.embed_question(question)
        texts = [text for (passage, _), some in zip(hits, found, strict=True) for text in _texts(passage, some)]
        shared = iter(self._words_shared(question, texts))
        return [
            [
                Span(
                    one.range.start,
                    one.range.end,
                    (min(max(float(cosine), 0.0), 1.0) + next(shared) + hit.score) / 3,
                )
                for one, cosine in zip(some, self._vectors(passage) @ asked, strict=True)
            ]
            for (passage, hit), some in zip(hits, found, strict=True)
        ]

    def forget(self) -> None:
        """Drop what is remembered of passages read before."""
        self._vectors.cache_clear()

    def _words_shared(self, question: str, texts: Sequence[str]) -> list[float]:
        """BM25 of every text among ``texts``, as a share of the highest possible; other spellings count as the word."""
        index = LexicalIndex()
        index.add([words(text) for text in texts])
        asked = asked_words(question, index.vocabulary)
        variants = Spelling(index.vocabulary).variants(question, self._embedder.count_tokens)
        highest = index.highest(asked)
        return [min(float(score) / highest, 1.0) if highest > 0 else 0.0 for score in index.scores([*asked, *variants])]

    def _embed(self, passage: Passage) -> Vectors:
        return self._embedder.embed_passages(
            [f"{passage.document.context}{text}" for text in _texts(passage, candidates(passage.text))]
        )


def _texts(passage: Passage, some: Sequence[Candidate]) -> list[str]:
    """Every sentence that can answer, behind the question of the text that it stands below, if it does."""
    text = passage.text
    return [f"{one.below.of(text)} {one.range.of(text)}" if one.below else one.range.of(text) for one in some]
