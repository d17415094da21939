# Everything the project does by itself. `make run` and `make test` work on a fresh clone and set up what they need.
PYTHON := .venv/bin/python
# Compiled files make every start twice as quick; git ignores them.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test test-long faults lint bench screenshots texts psql flask check-ledger backup restore soak reset setup lock

help:
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

run: setup ## serve the panel with its database and workers; PORT=8001 for another port
	@$(PYTHON) -m app.local.run

test: setup ## the tests, with Chromium installed where that may be done
	@$(PYTHON) -m app.local.check $(ARGS)

test-long: setup ## the heavy tests
	@$(PYTHON) -m app.local.check -m "long and not faults" $(ARGS)

faults: setup ## races, guesses and kills in the full numbers, for hours: what make test-long does in short
	@$(PYTHON) -m app.local.check -m faults $(ARGS)

soak: setup ## an hour of sales, visits and reading, while memory and connections are watched
	@$(PYTHON) -m app.local.check -m faults -s tests/soak $(ARGS)

lint: setup ## style and types
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy

lock: setup ## lock in requirements.txt what pyproject.toml asks for; ARGS=--upgrade for the newest of everything
	@test -x .venv/uv/bin/uv || $(PYTHON) -m pip install --quiet --target .venv/uv uv==0.13.9
	@# htmx is one file of django-htmx, and num2words reads no command line: what these are for is left out.
	@.venv/uv/bin/uv pip compile --quiet pyproject.toml --group dev --universal --generate-hashes --no-header \
		$(foreach each,django asgiref sqlparse docopt,--no-emit-package $(each)) -o requirements.txt $(ARGS)

bench: setup ## what docs and benchmarks/results.md tell, measured again
	@$(PYTHON) -m benchmarks $(ARGS)

screenshots: setup ## pictures of every page into screenshots/
	@$(PYTHON) -m tests.browser.screenshots $(ARGS)

texts: setup ## gather the texts of the panel; new ones stand empty in app/translations/*/LC_MESSAGES/messages.po
	@.venv/bin/pybabel -q extract -F pyproject.toml --add-location=file -o .venv/messages.pot app templates
	@.venv/bin/pybabel -q update -i .venv/messages.pot -d app/translations --no-fuzzy-matching --ignore-obsolete \
		--ignore-pot-creation-date --no-wrap

psql: setup ## psql on the running database: make psql ARGS="-c 'select 1'"
	@$(PYTHON) -m app.local.command psql $(ARGS)

flask: setup ## a command on the running panel: make flask ARGS="businesses create --help"
	@$(PYTHON) -m app.local.command flask $(ARGS)

check-ledger: setup ## whether points and money add up in every business; ends with 1 and tells where they do not
	@$(PYTHON) -m app.local.command flask check ledger $(ARGS)

backup: setup ## a base of the running database, and from then on its log; ARGS=--stop for no more of it
	@$(PYTHON) -m app.local.backup $(ARGS)

restore: setup ## the last backup and the log since it, into the stopped database
	@$(PYTHON) -m app.local.restore $(ARGS)

reset: setup ## throw the embedded database away
	@$(PYTHON) -m app.local.reset

setup: ## virtual environment, packages, libraries, browser files
	@python3 app/local/setup.py
