# e-PlanNACC: `make help` lists what there is. Everything works from a fresh clone; the first call installs.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
HOST := $(or $(HOST),127.0.0.1)
PORT := $(or $(PORT),5000)
VENV := .venv
PY := $(VENV)/bin/python
FLASK := $(VENV)/bin/flask --app wsgi
export HOST PORT

.PHONY: help run serve test check lock catalogue sbom security fuzz bench bench-peers screenshot clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20
	@echo
	@echo "  Settings: PORT, HOST, DATABASE_URL (run); TEST_DATABASE_URL (test, bench), TEST_REDIS_URL (test); README.md has the rest."

$(VENV)/.installed: requirements.txt
	@bash tools/debian-packages venv
	@test -x $(PY) || python3 -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.txt
	@touch $@

TOOLS := $(VENV)/tools
$(VENV)/.installed-tools: $(VENV)/.installed requirements-tools.txt
	@test -x $(TOOLS)/bin/python || python3 -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-tools.txt
	@touch $@

PEERS := $(VENV)/peers
$(VENV)/.installed-peers: $(VENV)/.installed requirements-peers.txt
	@test -x $(PEERS)/bin/python || python3 -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-peers.txt
	@touch $@

READERS := tests/house/npm
$(READERS)/node_modules/.package-lock.json: $(READERS)/package.json $(READERS)/package-lock.json
	@bash tools/debian-packages node
	@cd $(READERS) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# Web server and worker until a signal comes; a worker that ends is started again.
define together
	@trap 'kill $$(jobs -p) 2>/dev/null; wait' EXIT; trap 'exit 0' INT TERM HUP; \
	(while :; do $(FLASK) jobs work --while-parent-lives || true; sleep 2; done) & \
	tools/serve $(1) & wait $$!
endef

run: export EPLANNACC_ENV := $(or $(EPLANNACC_ENV),demo)
run: $(VENV)/.installed ## Install, migrate, load registry and demo, serve at http://127.0.0.1:5000
	@$(FLASK) demo-up
	$(call together)

serve: $(VENV)/.installed ## Serve an installation on this machine, a worker for each processor (EPLANNACC_ENV and README's settings)
	@$(FLASK) db upgrade
	$(call together,--workers $(or $(WORKERS),$(shell nproc)))

test: export PYTHONDONTWRITEBYTECODE := # each worker reads all tests: what was compiled once is kept
test: $(VENV)/.installed-dev $(READERS)/node_modules/.package-lock.json ## The whole suite, browser tests included; PostgreSQL too with TEST_DATABASE_URL
	@bash tools/debian-packages chromium soffice pdftotext redis wrk $(if $(TEST_DATABASE_URL),pgclient pgserver)
	@$(PY) -m pytest -n 2 --dist loadgroup $(PYTEST)

check: $(VENV)/.installed-dev ## Format, lint, types, house rules
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports
	@$(PY) -m pytest tests/house/test_house.py -p no:cacheprovider

lock: $(VENV)/.installed-tools ## Write requirements*.txt anew from requirements*.in; UPGRADE="--upgrade" takes newer releases
	@set -- --quiet --no-header --generate-hashes --universal --python-version 3.11 $(UPGRADE); \
	index=$$($(PY) -m pip config get global.index-url 2>/dev/null || true); index=$${PIP_INDEX_URL:-$$index}; \
	if [ -n "$$index" ]; then export UV_DEFAULT_INDEX="$$index"; fi; \
	$(TOOLS)/bin/uv pip compile "$$@" requirements.in -o requirements.txt; \
	$(TOOLS)/bin/uv pip compile "$$@" requirements-dev.in -c requirements.txt -o requirements-dev.txt; \
	$(TOOLS)/bin/uv pip compile "$$@" requirements-tools.in -o requirements-tools.txt; \
	$(TOOLS)/bin/uv pip compile "$$@" requirements-peers.in -o requirements-peers.txt

PYBABEL := $(PY) -m babel.messages.frontend --quiet
catalogue: $(VENV)/.installed ## Bring the English catalogue up to date with what pages say (app/translations), and compile it
	@mkdir -p instance
	@$(PYBABEL) extract --mapping-file babel.cfg --no-location --omit-header --output-file instance/messages.pot .
	@$(PYBABEL) update --input-file instance/messages.pot --output-dir app/translations --locale en \
	  --ignore-obsolete --no-fuzzy-matching --no-wrap --omit-header
	@$(PYBABEL) compile --directory app/translations --use-fuzzy

security: $(VENV)/.installed-dev $(VENV)/.installed-tools ## Read all code for faults and attack a running instance, beside planted holes that must be found
	@$(PY) -m tests.security $(TOOLS)/bin

fuzz: $(VENV)/.installed-dev ## Send odd input to all forms and addresses as each role (FUZZ="number seed", TEST_DATABASE_URL)
	@EPLANNACC_ENV=testing $(PY) -m tests.security.fuzz $(FUZZ)

sbom: $(VENV)/.installed-tools ## Write instance/sbom.json: what runs, with its hashes, in CycloneDX
	@mkdir -p instance
	@$(TOOLS)/bin/cyclonedx-py requirements --output-reproducible -o instance/sbom.json requirements.txt

bench: $(VENV)/.installed-dev $(READERS)/node_modules/.package-lock.json ## Measure side by side and print ratios (BENCH="words of names", BENCH_SCALE, BENCH_RESULTS, TEST_DATABASE_URL)
	@bash tools/debian-packages chromium wrk $(if $(TEST_DATABASE_URL),pgclient)
	@$(PY) -m bench $(BENCH)

bench-peers: $(VENV)/.installed-dev $(VENV)/.installed-peers ## The same beside PocketBase, Django admin and Flask-Admin on the same rows
	@bash tools/debian-packages wrk
	@PEERS_VENV=$(PEERS) $(PY) -m bench.peers $(BENCH)

screenshot: $(VENV)/.installed-dev ## Take docs/screenshot.png and the pictures of the manual from a running demo
	@bash tools/debian-packages chromium
	@$(PY) -m docs.screenshot

clean: ## Remove the venv and caches; the data in instance/ stays
	rm -rf $(VENV) $(READERS)/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
