"""How many questions are read at once."""

import threading

# The reader gives every question's passages to as many threads as there are processors, first come, first served; the
# rest of a question keeps one of them busy. With two questions at once none is idle. Four, so that a slow one does not
# keep the others waiting: forty questions took 8.9 s with four at once, 15.5 with two and 23.7 one after the other.
AT_ONCE = 4

TURNS = threading.BoundedSemaphore(AT_ONCE)
"""Held while a question is read."""
