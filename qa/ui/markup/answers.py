"""An answer as HTML: what can be checked at a glance first, and behind it all that speaks for it."""

from collections.abc import Sequence
from html import escape

from qa.filters import Filter
from qa.read.calibration import Calibration
from qa.records import Answer, Citation, Passage, Range, Slice
from qa.render import NEAREST, in_a_word, refusal
from qa.render import nearest as near
from qa.text import sentences
from qa.texts import say
from qa.ui.markup.controls import group, small
from qa.ui.markup.marks import marked, opener, place_of, written

STYLES = ("plain", "markdown", "bibtex")
"""How a citation can be copied."""

# Weighed evidence beyond this fills the bar: the log-odds of 99 to 1.
_FULL = 4.6


def question(text: str) -> str:
    """What was asked."""
    return f'<h2 class="question" dir="auto">{escape(text)}</h2>'


def busy() -> str:
    """What stands where the answer will be."""
    return f'<div class="answer busy">{escape(say("answer.busy"))}</div>'


def error(message: str) -> str:
    """Why there is no answer."""
    return f'<div class="answer error" role="alert">{escape(message)}</div>'


def answer(
    found: Answer,
    *,
    asked: str = "",
    only: Filter | None = None,
    calibration: Calibration | None = None,
    receipt: str = "",
    kept: bool = False,
    nearest: int = 3,
) -> str:
    """The short answer, its sentence and passage, where else it stands, what came second, and why; or that there is
    none, with the ``nearest`` passages.

    Above it stands how the question was understood, where that is not as it was ``asked``, and which documents were
    asked, where it was not all. ``receipt`` is its JSON, for whoever saves it; ``kept`` says that this was done.
    """
    head = _understood(found.question, asked) + _asked_only(only)
    body = _found(found, calibration) if found.found else _refused(found, nearest)
    kind = "" if found.found else " none"
    content = head + body + _actions(found.found)
    return _article(f"answer{kind}", asked or found.question, receipt, content, kept=kept)


def remembered(asked: str, quotes: Sequence[tuple[str, str]], receipt: str) -> str:
    """An answer that was given before its documents changed: ``quotes`` with their places, as they were then."""
    items = "".join(
        f'<li><blockquote dir="auto">{written(quote)}</blockquote><p class="quiet" dir="auto">{escape(place)}</p></li>'
        for quote, place in quotes
    )
    said = f'<p class="verdict">{escape(say("answer.gone"))}</p><ol class="citations">{items}</ol>{_again()}'
    return _article("answer gone", asked, receipt, said, kept=True)


def _article(kind: str, asked: str, receipt: str, content: str, *, kept: bool) -> str:
    """``content`` with what the page's script keeps of it."""
    mark = ' data-kept="1"' if kept else ""
    about = f'data-asked="{escape(asked)}"{mark}'
    # JSON is full of double quotes: between single ones it is half as long.
    held = receipt.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#39;")
    about += f" data-receipt='{held}'"
    return f'<article class="{kind}" {about}>{content}</article>'


def _understood(understood: str, asked: str) -> str:
    if not asked or asked == understood:
        return ""
    return (
        f'<p class="quiet understood" dir="auto">{escape(say("answer.understood", question=understood))} '
        f"{small('answer.as_typed', ask=asked, typed=1)}</p>"
    )


def _asked_only(only: Filter | None) -> str:
    return f'<p class="quiet">{escape(say("answer.asked_only", only=str(only)))}</p>' if only else ""


def _refused(found: Answer, nearest: int) -> str:
    passages = "".join(f"<li>{_passage(passage)}</li>" for passage in near(found, nearest))
    head = f'<p class="verdict">{escape(refusal(found))}</p>'
    if not passages:
        return head
    return f'{head}<details><summary>{escape(NEAREST)}</summary><ol class="citations">{passages}</ol></details>'


def _passage(passage: Passage) -> str:
    return f'<blockquote dir="auto">{written(passage.text)}</blockquote>{opener(passage)}'


def _found(found: Answer, calibration: Calibration | None) -> str:
    best, *others = found.citations
    second = "".join(_citation(citation, number) for number, citation in enumerate(others, start=2))
    more = (
        f'<details class="second"><summary>{escape(say("answer.second", len(others)))}</summary>'
        f'<ol class="citations">{second}</ol></details>'
        if others
        else ""
    )
    return (
        f"{_short(found)}{_sure(found, calibration)}"
        f'<ol class="citations" aria-label="{escape(say("answer.citations"))}">{_citation(best, 1)}</ol>'
        f"{more}{_why(best)}"
    )


def _short(found: Answer) -> str:
    """The very answer in large type, unless all of the quote is, and the numbers of its citations."""
    best = found.citations[0]
    chips = "".join(_chip(citation, number) for number, citation in enumerate(found.citations, start=1))
    exact = best.exact.text if best.exact and best.exact != best.quote else ""
    short = (
        f'<strong class="short" dir="auto">{written(exact)}</strong> '
        if exact
        else f"<span>{escape(say('answer.whole'))}</span> "
    )
    return f'<p class="head">{short}<span class="chips">{chips}</span></p>'


def _chip(citation: Citation, number: int) -> str:
    """The number of a citation: the quote appears on hover and focus, a click opens the source."""
    name = escape(say("answer.hover", number=number, place=citation.place))
    return (
        f'<span class="chip"><button type="button" {place_of(citation.quote)} aria-label="{name}">{number}</button>'
        f'<span class="hover" aria-hidden="true" dir="auto">{_columns(citation)}{written(citation.quote.text)}'
        f'<span class="place" dir="auto">{escape(citation.place)}</span></span></span>'
    )


def _sure(found: Answer, calibration: Calibration | None) -> str:
    """The confidence as a bar, a word and a number, and what it means measured."""
    word = in_a_word(found.confidence).capitalize()
    return (
        f'<p class="sure"><meter min="0" max="1" low="0.4" high="0.7" optimum="1" value="{found.confidence:.2f}" '
        f'aria-label="{escape(say("answer.sure"))}"></meter> <span>{escape(word)}</span> '
        f'<span class="quiet">({found.confidence:.2f}) {escape(_measured(found, calibration))}</span></p>'
    )


def _measured(found: Answer, calibration: Calibration | None) -> str:
    share = calibration.share_right(found.confidence) if calibration else None
    return say("answer.unmeasured") if share is None else say("answer.measured", tenths=f"{10 * share:.0f}")


def _citation(citation: Citation, number: int) -> str:
    """The quote between its neighbours; the button opens the whole document."""
    copies = "".join(small(f"answer.copy_{style}", copy=style, number=number) for style in STYLES)
    return (
        f'<li><blockquote dir="auto">{_in_passage(citation)}</blockquote>{opener(citation.quote, number)}'
        f"{_also(citation)}{group(say('answer.copy'), copies, kind='copy')}</li>"
    )


def _also(citation: Citation) -> str:
    """The other places that say the same, word for word, behind their count."""
    if not citation.also:
        return ""
    places = "".join(f"<li>{opener(place)}</li>" for place in citation.also)
    count = f"{say('answer.also', len(citation.also))}, {say('answer.sources', citation.sources)}"
    return f'<details class="also"><summary>{escape(count)}</summary><ul>{places}</ul></details>'


def _in_passage(citation: Citation) -> str:
    """The quote marked within its passage, cut down to a sentence on either side."""
    passage, quote = citation.passage, citation.quote
    ranges = [Range(passage.start + start, passage.start + end) for start, end in sentences(passage.text)]
    start = max((piece.start for piece in ranges if piece.end <= quote.start), default=passage.start)
    end = min((piece.end for piece in ranges if piece.start >= quote.end), default=passage.end)
    before = "… " if start > passage.start else ""
    after = " …" if end < passage.end else ""
    if citation.columns and citation.columns.start < start:
        before = _columns(citation) + before
    return f"{before}{marked(Slice(passage.document, start, end), [quote], exact=citation.exact)}{after}"


def _columns(citation: Citation) -> str:
    """The line that names the columns of the row that is quoted, if it is one."""
    return f'<span class="columns">{written(citation.columns.text)}</span>' if citation.columns else ""


def _why(best: Citation) -> str:
    """A bar for each kind of evidence, to the right where it speaks for the quote, to the left where against."""
    if not best.why:
        return ""
    rows = "".join(_bar(kind, value) for kind, value in best.why)
    return (
        f'<details class="why"><summary>{escape(say("why"))}</summary>'
        f'<p class="quiet">{escape(say("why.explained"))}</p><ul>{rows}</ul></details>'
    )


def _bar(kind: str, value: float) -> str:
    length = 50 * min(abs(value) / _FULL, 1)
    left = 50 - length if value < 0 else 50
    against = " against" if value < 0 else ""
    name = escape(say(f"why.{kind}"))
    return (
        f'<li><span>{name}</span><span class="bar"><span class="part{against}" '
        f'style="left:{left:.1f}%;width:{length:.1f}%"></span></span><span class="value">{value:+.1f}</span></li>'
    )


def _actions(found: bool) -> str:
    """What can be done with an answer: judge it, ask again, take it out."""
    verdicts = [("right", "right"), ("wrong", "wrong"), ("not stated", "not_stated")]
    if not found:
        verdicts = [("right", "right"), ("wrong", "should_answer")]
    judge = "".join(small(f"answer.{text}", extra=' aria-pressed="false"', judge=verdict) for verdict, text in verdicts)
    return group(say("answer.judge"), judge, kind="judge") + _again()


def _again() -> str:
    actions = "".join(small(f"answer.{do}", do=do) for do in ("again", "edit", "link", "receipt"))
    return f'<div class="actions" role="group" aria-label="{escape(say("answer.more"))}">{actions}</div>'
