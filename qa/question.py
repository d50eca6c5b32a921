"""What can be asked."""

from qa.errors import BadQuestion
from qa.text import words

MAX_QUESTION = 2000
"""Characters of a question: far longer than any question, far shorter than a document pasted by mistake."""


def check(question: str) -> None:
    """Raise BadQuestion where there is nothing to look for, or far too much."""
    if len(question) > MAX_QUESTION:
        raise BadQuestion(
            f"the question has {len(question):,} characters; ask one of at most {MAX_QUESTION:,}, "
            "and add longer texts as documents"
        )
    if any("\ud800" <= character <= "\udfff" for character in question):
        raise BadQuestion("the question holds bytes that are not UTF-8 text; type it again, or save it as UTF-8")
    if not question.strip():
        raise BadQuestion("the question is empty; ask something that the documents may answer")
    if not words(question):
        raise BadQuestion("the question holds no word to look for; use words that the documents may hold")
