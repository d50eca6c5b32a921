"""One person's conversation: questions and answers, as the chat shows them and as the browser keeps them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from qa.errors import BadReceipt, QAError
from qa.filters import Filter
from qa.followup import Turn as Before
from qa.library import Library
from qa.receipt import parse, receipt, to_json
from qa.receipt.recall import recall
from qa.receipt.statement import statement
from qa.records import Answer
from qa.ui import markup

Message = dict[str, Any]

# A browser keeps some five million characters for a page; an answer's receipt has some six thousand.
MOST_TURNS = 500


@dataclass(frozen=True)
class Turn:
    """A question as it was typed, and its answer's receipt."""

    asked: str
    content: dict[str, Any]

    @property
    def before(self) -> Before:
        """What the next question may point back to: the question as it was understood, and its very answer, if any."""
        cited = self.content["citations"]
        exact = cited[0].get("exact") if cited else None
        return Before(str(self.content["question"]), str(exact["text"]) if exact else "")


class Conversation:
    """What was asked, and how the chat shows it.

    ``name`` is what the page's script calls it, anew each time that it opens one, and ``asking`` what it calls the last
    question, which it may send again; ``left`` says that it has opened another since: what is still being answered is
    shown no more.
    """

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.asking = ""
        self.left = False
        self.turns: list[Turn] = []
        self.messages: list[Message] = []

    @property
    def before(self) -> list[Before]:
        """What the next question may point back to, oldest first."""
        return [turn.before for turn in self.turns]

    @property
    def busy(self) -> bool:
        """Whether a question is being answered: nothing else is asked meanwhile."""
        return len(self.messages) % 2 == 1

    @property
    def shown(self) -> list[Message]:
        """The chat as it is now, with a sign that a question is being answered while one is."""
        return [*self.messages, self._told(markup.busy())] if self.busy else self.messages

    def begin(self, asked: str, asking: str = "") -> list[Message]:
        """The chat while ``asked`` is being answered."""
        self.asking = asking
        self.messages.append(_message("user", markup.question(asked)))
        return self.shown

    def has_heard(self, asking: str) -> bool:
        """Whether this is the last question, sent again."""
        return bool(asking) and asking == self.asking

    def dropped(self) -> None:
        """The chat as if the last question had not come."""
        self.asking = ""
        self.messages.pop()

    def answered(self, asked: str, answer: Answer, library: Library, only: Filter, *, top: int) -> list[Message]:
        """The chat with the answer."""
        content = receipt(answer, library, top=top, threshold=library.threshold, only=only)
        self.turns.append(Turn(asked, content))
        self.messages.append(self._told(_shown(answer, asked, only, library, content)))
        return self.messages

    def failed(self, why: str) -> list[Message]:
        """The chat with the reason why there is no answer."""
        self.messages.append(self._told(markup.error(why)))
        return self.messages

    @classmethod
    def again(cls, kept: object, library: Library, name: str = "") -> "Conversation":
        """A conversation as a browser kept it: ``[{"asked": …, "receipt": …}, …]``; what is none of it is passed over.

        An answer whose documents are no longer as they were is shown as it was given then, and said to be old.
        """
        conversation = cls(name)
        for entry in kept[-MOST_TURNS:] if isinstance(kept, list) else []:
            try:
                conversation._add(entry, library)
            except QAError:
                continue
        return conversation

    def _add(self, entry: object, library: Library) -> None:
        asked, text = (entry.get("asked"), entry.get("receipt")) if isinstance(entry, dict) else (None, None)
        if not isinstance(asked, str) or not isinstance(text, str):
            raise BadReceipt("not a kept question")
        content = parse(text)
        answer = recall(content, library)
        html = (
            _shown(answer, asked, statement(content).only, library, content, kept=True)
            if answer
            else markup.remembered(asked, _quotes(content), text)
        )
        self.turns.append(Turn(asked, content))
        self.messages += [_message("user", markup.question(asked)), self._told(html)]

    def _told(self, html: str) -> Message:
        about = f'data-chat="{escape(self.name)}" data-id="{escape(self.asking)}"'
        return _message("assistant", f"<div {about}>{html}</div>")


def not_held(wish: Mapping[str, Any]) -> list[Message]:
    """The chat where the conversation that a question belongs to is not held here, as after the program was started
    anew: the script sees its own ``wish`` come back, and asks once more with all turns."""
    back = f'data-chat="{escape(str(wish.get("chat")))}" data-wish="{escape(json.dumps(wish))}"'
    asked = markup.question(str(wish.get("question", "")))
    return [_message("user", asked), _message("assistant", f"<div {back}>{markup.busy()}</div>")]


def _shown(
    answer: Answer, asked: str, only: Filter, library: Library, content: dict[str, Any], *, kept: bool = False
) -> str:
    text = to_json(content, short=True)
    return markup.answer(
        answer, asked=asked, only=only, calibration=library.reader.calibration, receipt=text, kept=kept
    )


def _quotes(content: dict[str, Any]) -> Sequence[tuple[str, str]]:
    return [(str(entry["quote"]), str(entry["place"])) for entry in content["citations"]]


def _message(role: str, html: str) -> Message:
    """A message of the chat. A component, not text: Gradio would read Markdown in it and drop what it does not like."""
    return {"role": role, "content": gr.HTML(html, js_on_load=None)}
