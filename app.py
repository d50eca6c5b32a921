"""The page on this checkout's seeds: python app.py"""

from pathlib import Path

from qa.library import Library
from qa.ui import serve

HERE = Path(__file__).parent
EXAMPLES = (
    "How many US troops are still in Iraq?",
    "What did Ayatollah Sistani ask the government to do?",
    "Why is closing the US embassy a bad idea?",
    "Who won the World Cup?",
)

if __name__ == "__main__":
    serve(Library.open(HERE / "seeds", index=HERE / "vector_store" / "saved"), examples=EXAMPLES)
