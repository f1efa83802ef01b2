# The verbs of the compendium. `make` alone says what there is.

.DEFAULT_GOAL := help
# In the order in which they are named, with any number of jobs.
.NOTPARALLEL:
.PHONY: help reproduce test check style tests book pdf bench lock clean

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
BIN := .venv/bin
INSTALLED := .venv/installed
TESTED := .venv/installed-for-tests
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help:
	@echo 'make reproduce   install, run the notebooks, build the book'
	@echo 'make test        style, types, tests, notebooks, book'
	@echo 'make check       style, types and tests alone'
	@echo 'make book        build the book from the results that are there'
	@echo 'make pdf         print the book on paper, in each of its languages (needs Chromium)'
	@echo 'make bench       measure all beside what else would do it: six minutes; RECORD=data/liu2025/speed.json keeps it'
	@echo 'make lock        resolve requirements.lock anew (needs uv)'
	@echo 'make clean       remove .venv and everything built'

reproduce: $(INSTALLED)
	@$(BIN)/compendium reproduce

# The book comes first, as many tests look at its pages.
test: style book tests
	@$(BIN)/compendium verify --engine stock
	$(BIN)/pytest --quiet --nbval -p no:cacheprovider \
		--override-ini addopts= --override-ini filterwarnings= results/liu2025/notebooks

check: style tests

style: $(TESTED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

tests: $(TESTED)
	$(BIN)/pytest --quiet --numprocesses 2 --dist loadfile --no-loadscope-reorder

book: $(INSTALLED)
	@$(BIN)/compendium book

pdf: $(INSTALLED)
	@$(BIN)/compendium pdf

bench: $(TESTED)
	@$(BIN)/python benchmarks/run.py $(if $(RECORD),--record $(RECORD))

# What runs the study, and beside it, in the same versions, what only tests it.
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command 'make lock'

lock:
	$(LOCK) --group build --output-file requirements.lock
	$(LOCK) --group test --constraint requirements.lock --output-file requirements-test.lock

clean:
	rm -rf .venv _build

$(INSTALLED): requirements.lock pyproject.toml
	@test -n '$(PYTHON)' || { echo 'Python 3.11 or newer was not found. Install it, or say make PYTHON=/path/to/python.'; exit 1; }
	@echo 'Installing into .venv (a minute or so) ...'
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/pip install --quiet --require-hashes --requirement requirements.lock
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(TESTED): $(INSTALLED) requirements-test.lock
	@echo 'Installing what the tests need (a minute or so) ...'
	@$(BIN)/pip install --quiet --require-hashes --requirement requirements-test.lock
	@touch $@
