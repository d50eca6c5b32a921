"""What the network marks: in prose it reads a passage at a time, of a table a row at a time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from qa.quote import quote, without_dateline
from qa.read.evidence import Sentence, log_odds
from qa.read.exact import span_of
from qa.read.network import Reading, SpanNetwork
from qa.read.ruled_out import RuledOut
from qa.read.spans import Found, best_spans
from qa.read.table import Row, outdone
from qa.records import Passage, Range
from qa.spelling import Spelling, as_spelt
from qa.text import asked_words, sentences, word_ranges


class Marking:
    """The sentences that were ``found`` in some ``passages``, list by list, and what is marked in those that were read.

    ``found`` is changed: of every sentence that was read the answer comes in. ``asked`` is the question as each passage
    spells it, ``respelt`` are its words that the passages hold in other spellings.
    """

    def __init__(
        self,
        network: SpanNetwork,
        question: str,
        passages: Sequence[Passage],
        found: list[list[Sentence]],
    ) -> None:
        self._network = network
        self.found = found
        standing = [{folded: where.of(one.text) for folded, where in word_ranges(one.text)} for one in passages]
        held = dict.fromkeys(folded for words in standing for folded in words)
        self.respelt = Spelling(held).respelt(question, network.count_tokens)
        # Where a passage has the word as it was asked for, another with a word that is like it may be about another.
        unknown = [word for word in self.respelt if word.word not in held]
        self.asked = [as_spelt(question, unknown, its_words) for its_words in standing]
        others = {word.word: {word.word, *word.others} for word in self.respelt}
        self._words = {word: others.get(word, {word}) for word in asked_words(question, ())}
        self._ruled_out = RuledOut(question, self.respelt, network.count_tokens)
        self._idle = self._outdone()

    def mark(self, passages: Iterable[int]) -> None:
        """Read these, side by side on what processors there are; but no row that another outdoes."""
        shown: list[tuple[str, str, str]] = []
        marks: list[Callable[[Reading], None]] = []
        for number in passages:
            some = self.found[number]
            if prose := [place for place, one in enumerate(some) if not one.row]:
                passage = some[prose[0]].passage
                shown.append((self.asked[number], passage.document.context, passage.text))
                marks.append(partial(self._mark_sentences, some, prose))
            for place, one in enumerate(some):
                if one.row and (number, place) not in self._idle:
                    told, cells = one.row.told(one.passage.text)
                    shown.append((self.asked[number], one.passage.document.context, told))
                    marks.append(partial(self._mark_row, some, place, one.row, told, cells))
        for mark, reading in zip(marks, self._network.read_each(shown), strict=True):
            mark(reading)

    def alone(self, rows: Sequence[int]) -> list[float]:
        """The log-odds of the best answer in the quotes of some sentences, when the network is shown nothing else but
        what they stand under: title, heading, a question of the text.

        ``rows`` count the sentences of all passages. A row of a table was read alone already, as was the only sentence
        of a passage.
        """
        every = [(number, one) for number, some in enumerate(self.found) for one in some]
        answers = {row: every[row][1].found for row in rows}
        shown = {}
        for row in rows:
            number, one = every[row]
            above, said = _above(one), quote(one.passage, span_of(one, 0.0, whole=True)).text
            if not one.row and (above, said) != (one.passage.document.context, one.passage.text):
                shown[row] = self.asked[number], above, said
        readings = self._network.read_each(list(shown.values()))
        for (row, (*_, said)), reading in zip(shown.items(), readings, strict=True):
            barred = [where for one in sentences(said) for where in self._ruled_out.ranges(said, one)]
            (answers[row],) = best_spans(reading, [Range(0, len(said))], said, barred=barred)
        return [log_odds(answers[row]) for row in rows]

    def _mark_sentences(self, some: list[Sentence], places: Sequence[int], reading: Reading) -> None:
        text = some[places[0]].passage.text
        said = [without_dateline(text, some[place].range) for place in places]
        barred = [where for one in said for where in self._ruled_out.ranges(text, one)]
        for place, found in zip(places, best_spans(reading, said, text, barred=barred), strict=True):
            some[place] = replace(some[place], found=found)

    def _mark_row(
        self, some: list[Sentence], place: int, row: Row, told: str, cells: Sequence[Range], reading: Reading
    ) -> None:
        """Put in what is marked in the cell that is rather asked for than others, where it stands in the passage."""
        text = some[place].passage.text
        marked = [
            (rank, found.score, cell.range.start - shown.start, found)
            for rank, cell, shown, found in zip(
                row.asked_for(text, self._words),
                row.cells,
                cells,
                best_spans(reading, cells, told, over=False),
                strict=True,
            )
            if found
        ]
        if marked:
            *_, moved, found = max(marked, key=lambda each: each[:2])
            where = Range(found.range.start + moved, found.range.end + moved)
            some[place] = replace(some[place], found=Found(where, found.score, found.weight))

    def _outdone(self) -> frozenset[tuple[int, int]]:
        """The rows, by passage and place in it, that are not asked for, since another of the table is."""
        places, rows = [], []
        for number, some in enumerate(self.found):
            for place, one in enumerate(some):
                if one.row:
                    places.append((number, place))
                    rows.append((one.passage.document.id, one.row, one.row.known_by(one.passage.text, self._words)))
        return frozenset(place for place, over in zip(places, outdone(rows), strict=True) if over)


def _above(one: Sentence) -> str:
    """What a sentence stands under, as it is put before it."""
    document = one.passage.document
    heading = document.heading(one.passage.start + one.range.start)
    asked = one.below.of(one.passage.text) if one.below else ""
    return document.context + (f"{heading}. " if heading else "") + (f"{asked} " if asked else "")
