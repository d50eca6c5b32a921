"""Questions that the documents really answer, made from their own sentences.."""

from qa.suggest.choice import suggestions

__all__ = ["suggestions"]
