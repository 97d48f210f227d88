# Everything a newcomer or CI runs. `make demo` and `make test` set themselves up.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test test-fast test-ray lint types docs bench clean

demo: $(VENV)/.installed  ## run the main job on the shipped corpus; ends with a report to open
	$(BIN)/bouture run examples/direct-ukraine --set run=demo

test: $(VENV)/.installed-dev  ## every test
	$(BIN)/pytest

test-fast: $(VENV)/.installed-dev  ## without the slow ones
	$(BIN)/pytest -m "not slow"

test-ray:  ## what needs Ray, in an environment of its own (about 900 MB)
	$(PYTHON) -m venv .venv-ray
	.venv-ray/bin/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev,ray]"
	.venv-ray/bin/pytest -n 0 tests/llm/test_ray_map.py tests/llm/test_ray_documents.py tests/verbs/test_ray_run.py

lint: $(VENV)/.installed-dev  ## style and the floors of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.installed-dev
	$(BIN)/mypy

docs: $(VENV)/.installed-dev  ## write the generated pages of docs/reference again
	$(BIN)/python docs/generate.py

bench: $(VENV)/.installed-dev  ## every figure of docs/benchmarks.md
	for script in $$(ls benchmarks/*.py | grep -v -e fake_llm -e throughput); do echo "== $$script"; $(BIN)/python $$script || exit 1; done
	$(BIN)/python benchmarks/throughput.py --quick || true  # exit code 1: a target is missed

clean:
	rm -rf demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "bouture needs Python 3.11 or later; say which: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev,local]"
	touch $@
