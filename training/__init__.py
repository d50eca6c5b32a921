"""How the reader was made: data in, weights out. Nothing here is needed to ask a question."""
