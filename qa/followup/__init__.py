"""Questions that need the one before them: "When did he take office?", "And Iran?", "Why?"."""

from qa.followup.readings import MARGIN, MOST, Turn, ask_after, readings

__all__ = ["MARGIN", "MOST", "Turn", "ask_after", "readings"]
