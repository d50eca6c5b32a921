"""python -m qa: the same as the command qa."""

import sys

from qa.cli import run

sys.exit(run())
