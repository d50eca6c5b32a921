"""Documents that people add to an index, list, and take out of it while it is being asked."""

from qa.shelf.shelf import MAX_FILES, Shelf

__all__ = ["MAX_FILES", "Shelf"]
