"""The page on this checkout's seeds: python app.py"""

from pathlib import Path

from qa.library import Library
from qa.live import Live
from qa.ui import serve

HERE = Path(__file__).parent
INDEX = HERE / "vector_store" / "saved"

if __name__ == "__main__":
    serve(Live(Library.open(HERE / "seeds", index=INDEX), index=INDEX))
