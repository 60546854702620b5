# make run    the environment and the app
# make test   the environment, then format, lint, types and tests: what CI runs
# make quick  the tests that need neither a browser nor a PostgreSQL server
# make bench  the benchmarks in full size, and what they need besides

PYTHON ?= python3
BIN := .venv/$(if $(wildcard .venv/Scripts),Scripts,bin)

.PHONY: run test quick bench format translations requirements clean

run: .venv/app
	$(BIN)/streamlit run streamlit_app.py

test: .venv/dev
	bash tests/system.sh
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --cov --cov-report=term --cov-fail-under=90

quick: .venv/dev
	$(BIN)/python -m pytest --ignore=tests/browser --ignore=tests/store

bench: .venv/app
	$(BIN)/pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	$(BIN)/python -m benchmarks

format: .venv/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Sentences from the code into the catalogs; then translate what is empty in locale/ja.
translations: .venv/dev
	$(BIN)/pybabel extract -F locale/babel.cfg -k _ -k N_ --no-location --sort-output --width 100 -o locale/kassei.pot .
	$(BIN)/pybabel update -D kassei -i locale/kassei.pot -d locale --no-fuzzy-matching --ignore-obsolete --width 100

# Exact versions from the bounds in pyproject.toml.
requirements: .venv/app
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.11 --no-annotate --no-header \
	    --no-emit-index-url pyproject.toml -o .venv/app.txt
	$(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.11 --no-annotate --no-header \
	    --no-emit-index-url --group pyproject.toml:dev -c .venv/app.txt -o .venv/dev.txt
	(head -2 requirements.txt; cat .venv/app.txt) > .venv/both && cp .venv/both requirements.txt
	(head -2 requirements.txt; echo "-r requirements.txt"; cat .venv/dev.txt) > requirements-dev.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .coverage*

.venv/app: requirements.txt
	$(BIN)/python -m pip --version > /dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/dev: requirements-dev.txt .venv/app
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@
