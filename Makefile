# `make run` starts the app, `make test` runs the tests; each sets up .venv first, and only once.
# Another Python: `make PY=python3.12 run`. More for the command: `make run ARGS="--port 9000"`, `make test ARGS="-k search"`.

PY   ?= python3
ARGS ?=
V    := .venv
B    := $(V)/bin
DONE := $(V)/.set-up
# The upper end is that of the PyTorch pinned in constraints.txt.
FITS := (3, 11) <= sys.version_info[:2] <= (3, 14)

.PHONY: help setup run test check format bench schema pins clean

help:
	@echo "make run      start the app in a browser (sets up first, where needed)"
	@echo "make test     run the tests"
	@echo "make check    format, lint, types and tests: what a change must pass"
	@echo "make format   put the code in order"
	@echo "make bench    measure speed, memory and quality of the answers"
	@echo "make schema   write docs/schema anew, after a change to what a file of the corpus takes"
	@echo "make setup    only set up .venv"
	@echo "make pins     work out constraints.txt anew (needs uv; ARGS=--upgrade for the newest releases)"
	@echo "make clean    remove .venv and what the tools left behind; corpus and indexes stay"

run: $(DONE)
	@$(B)/python -m sibkb app $(ARGS)

test: $(DONE)
	@$(B)/python -m pytest $(ARGS)

check: $(DONE)
	$(B)/python -m ruff format --check .
	$(B)/python -m ruff check .
	$(B)/python -m mypy
	$(B)/python -m pytest $(ARGS)

format: $(DONE)
	$(B)/python -m ruff format .
	$(B)/python -m ruff check --fix .

bench: $(DONE)
	@$(B)/python -m benchmarks $(ARGS)

schema: $(DONE)
	@for name in document queries themes glossary; do \
	    SIBKB_SETTINGS=/dev/null $(B)/python -m sibkb schema $$name > docs/schema/$$name.new && mv docs/schema/$$name.new docs/schema/$$name.json || exit 1; \
	done

setup: $(DONE)
	@echo "Set up. Next: make run, or make test."

# The stamp comes last, so a set-up that was interrupted starts again. A .venv that works is kept and brought up to date.
# pip says nothing while it unpacks, and off a terminal nothing while it downloads: hence the line every 15 seconds.
$(DONE): pyproject.toml constraints.txt
	@rm -f $@
	@if ! $(B)/python -c 'import sys, pip; sys.exit(not $(FITS))' 2>/dev/null; then \
	    command -v $(PY) >/dev/null || { echo "There is no $(PY): install Python 3.11 to 3.14, or name yours: make PY=/path/to/python setup" >&2; exit 1; }; \
	    $(PY) -c 'import sys; sys.exit(not $(FITS))' || { echo "sibkb needs Python 3.11 to 3.14, and $(PY) is $$($(PY) -c 'import sys; print("%d.%d" % sys.version_info[:2])'). Name another: make PY=python3.12 setup" >&2; exit 1; }; \
	    echo "1/2 Making $(V), about 10 seconds."; \
	    $(PY) -m venv --clear $(V); \
	fi
	@echo "2/2 Installing sibkb and its tools into $(V): one to three minutes and 2 GB of disk, only this once. Most of it is PyTorch."
	@start=$$(date +%s); \
	while sleep 15 >/dev/null; do echo "    still installing: $$(($$(date +%s) - start)) s, $$(du -sm $(V) | cut -f1) MB in $(V)"; done </dev/null 2>/dev/null & \
	beat=$$!; trap 'kill $$beat 2>/dev/null' EXIT; trap 'exit 130' INT TERM; \
	$(B)/python -m pip install --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

# Versions that stand in constraints.txt stay unless ARGS=--upgrade; torch stays in any case, see the head of that file.
pins:
	@grep '^#' constraints.txt > constraints.new
	@grep '^torch==' constraints.txt | uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header \
	    --no-emit-index-url --no-emit-find-links --extra dev --constraint /dev/stdin --output-file constraints.txt $(ARGS) pyproject.toml >/dev/null
	@cat constraints.txt >> constraints.new && mv constraints.new constraints.txt

clean:
	rm -rf $(V) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
