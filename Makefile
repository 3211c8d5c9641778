# Everything lives in .venv and .data; `make` alone shows what there is.
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TEXTS := $(wildcard src/receba/locale/*/LC_MESSAGES/django.po)

.DEFAULT_GOAL := help
.PHONY: help setup demo screenshots test spark check fix messages bench docs pins clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) $(TEXTS:.po=.mo)  ## make .venv with everything pinned (done again only when pyproject.toml or constraints.txt change)

$(READY): pyproject.toml constraints.txt scripts/setup.sh
	@sh scripts/setup.sh $(VENV)
	@touch $@

%.mo: %.po $(READY)
	@$(BIN)/python scripts/messages.py --compile

demo: setup  ## open a working company with a made-up portfolio on http://localhost:8000
	@RECEBA_DATA="$(CURDIR)/.data/demo" $(BIN)/receba demo

screenshots: setup  ## take pictures of every screen into .data/screenshots: three widths, light and dark, the worst data too
	@sh scripts/chromium.sh
	@$(BIN)/python scripts/screenshots.py

test: setup  ## run every test: rules, database, terminal, browser, e-mail
	@sh scripts/chromium.sh
	@$(BIN)/python -m pytest -n auto --dist loadfile

spark: setup  ## install PySpark and compare its days with the other engines' (needs Java; some minutes)
	@command -v java >/dev/null || { echo "Spark needs Java (17 or newer): install it, then run again."; exit 1; }
	@$(BIN)/python -c 'import pyspark' 2>/dev/null || sh scripts/setup.sh $(VENV) spark
	@$(BIN)/python -m pytest -m spark

check: setup  ## what a change must pass: style, types, templates, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	-$(BIN)/djlint src --quiet --lint --profile=django
	@$(MAKE) --no-print-directory test

fix: setup  ## put style right where a program can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: setup  ## read the texts out of the source into the translations, and say which are missing
	@$(BIN)/python scripts/messages.py

bench: setup  ## measure a day over a large portfolio: from the database and back, and over files
	@$(BIN)/python scripts/bench.py
	@$(BIN)/python scripts/bench_files.py

docs: setup  ## rebuild the generated parts of the docs and check every link
	@$(BIN)/python scripts/docs.py

pins: setup  ## write constraints.txt from what is installed in .venv
	@$(BIN)/python -m pip freeze --exclude receba --exclude pip --exclude uv --exclude setuptools \
		| grep -E '^[A-Za-z0-9_.-]+==' > constraints.txt

clean:  ## remove .venv, caches and the demonstration's data
	@if [ -f .data/demo/postgres/users.lock ] && ! flock -n .data/demo/postgres/users.lock true 2>/dev/null; then \
		echo "The demonstration is running: stop it first (Ctrl+C where it runs)."; exit 1; fi
	rm -rf $(VENV) .data/demo .data/screens .data/screenshots .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
