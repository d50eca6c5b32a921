# Each target sets itself up: a fresh machine needs Python 3.11 or later, and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check eval eval-full bench clean

run: $(VENV)/.run
	$(BIN)/python app.py

# What CI runs: style, types, then every test. CHAPTERVERSE_BROWSER=required makes a missing browser a failure.
test: check
	$(BIN)/pytest --numprocesses 2 --dist loadfile

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Are the answers as good as they were? On samples of the question sets, in less than ten minutes; eval-full asks all.
eval: $(VENV)/.dev
	$(BIN)/python benchmarks/gate.py

eval-full: $(VENV)/.dev
	$(BIN)/python benchmarks/gate.py --whole --out runs

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python -m benchmarks.furniture

$(VENV)/.run: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.run
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV)
	if [ -d vector_store/saved ]; then find vector_store/saved -mindepth 1 -maxdepth 1 \
		! -name uploaded ! -name arriving -exec rm -rf {} +; fi # what was uploaded is nowhere else
