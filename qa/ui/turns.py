"""How many questions are read at once."""

import threading

# The reader gives the passages of all questions to as many threads as there are processors, first come, first served,
# so more at once make no one faster: simulated for two processors, the p95 of ten people is 2.3 times that of one with
# one question at a time, 2.0 with two, and 2.1 with three or four. Four, so that a slow one keeps nobody waiting.
AT_ONCE = 4

TURNS = threading.BoundedSemaphore(AT_ONCE)
"""Held while a question is read."""
