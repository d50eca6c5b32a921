"""Who is read when: two questions at once on two cores would both be later."""

import threading

TURNS = threading.Lock()
"""Held while a question is read."""
