# Every target sets up what it needs: a virtual environment with the locked packages and, for the
# browser tests, Chromium.
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8501
# Twice quiet: an index that a machine names in vain is no news a package; errors are told, and end
# the set-up.
PIP := $(PY) -m pip install --quiet --quiet --disable-pip-version-check
INSTALL := $(PIP) --require-hashes
COMPILE := $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 \
  --generate-hashes --no-header --no-annotate
PYTHON ?= $(shell command -v python3.11 || command -v python3)
SUDO = $$( [ "$$(id -u)" = 0 ] || echo sudo )

.PHONY: run test check check-only bench assault simulate coverage mutants
.PHONY: screenshots lock audit-dependencies clean

run: .setup-itself
	$(PY) -m streamlit run dashboard.py --server.port $(PORT)

# Three for two cores: some of them wait for a browser. Hundreds of processes begin in the tests, so
# what was compiled is kept.
test: .setup-tests .setup-browser check-only
	PYTHONDONTWRITEBYTECODE= $(PY) -m pytest -n 3 --dist loadscope --no-loadscope-reorder

check: .setup-tests check-only

check-only: .setup-tests
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

bench: .setup-tests .setup-browser
	$(PY) -m tests.bench

# Everybody against everything, kills, power cuts, damages, full disks;
# ASSAULT="kills --size 20 --seed 3" for a part of it. Kills want strace, disks of their own want
# root; what cannot be tried is said in the table.
assault: .setup-tests .setup-browser
	$(PY) -m tests.assault $(ASSAULT)

# What is promised about chance, over simulated companies; SIMULATE="ranks --runs 40" for a part of
# it.
simulate: .setup-tests
	$(PY) -W ignore -m tests.simulate $(SIMULATE)

# Branches of analytics that no test runs, and which test runs which line. Apart from `make test`,
# which it would slow by a half.
coverage: .setup-tests .setup-browser
	$(PY) -m pytest -n 3 --dist loadscope --no-loadscope-reorder \
	  --cov --cov-context=test --cov-report=term:skip-covered

# Small lies planted in copies of the code, and how many of them the tests that run the line notice;
# MUTANTS="--sample 60 analytics/desk".
mutants: .setup-tests
	@[ -e .coverage ] || $(MAKE) coverage
	$(PY) -m tests.mutants $(MUTANTS)

screenshots: .setup-tests .setup-browser
	$(PY) -m tests.screenshots

animation: .setup-tests .setup-browser
	$(PY) -m tests.animation

# After a change of a requirements*.txt: every package that they bring along, with the hashes of its
# files.
lock: .setup-tests
	$(COMPILE) requirements.txt -o requirements.lock
	$(COMPILE) requirements-test.txt -c requirements.lock -o requirements-test.lock
	$(COMPILE) requirements-build.txt -o requirements-build.lock

# Known faults of what is locked; asks the network, and stands in an environment of its own.
audit-dependencies:
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/pip install --quiet --disable-pip-version-check pip-audit==2.10.1
	.venv-audit/bin/pip-audit --require-hashes --disable-pip -r requirements.lock

# An environment that is a link belongs to somebody else: it is used as it is.
.setup-python: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed."; exit 1; }
	@[ -L $(VENV) ] || $(PYTHON) -m venv --clear $(VENV) 2>/dev/null || { \
	  echo "The venv module is missing; installing it."; \
	  $(SUDO) apt-get update -qq; \
	  $(SUDO) apt-get install -y -qq python3-venv python3-pip && \
	  $(PYTHON) -m venv --clear $(VENV); }
	@[ -L $(VENV) ] || $(INSTALL) -r requirements.lock
	@touch $@

# The project itself, from this folder and without a network: `renewal-scorecard` stands in the
# environment.
.setup-itself: .setup-python requirements-build.lock pyproject.toml
	@[ -L $(VENV) ] || $(INSTALL) -r requirements-build.lock
	@[ -L $(VENV) ] || $(PIP) --no-index --no-deps --no-build-isolation --editable .
	@touch $@

.setup-tests: .setup-python requirements-test.lock | .setup-itself
	@[ -L $(VENV) ] || $(INSTALL) -r requirements-test.lock
	@touch $@

.setup-browser:
	@command -v chromium >/dev/null && fc-list :lang=zh 2>/dev/null | grep -q . && \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { \
	  $(SUDO) apt-get update -qq; \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
	    chromium fonts-noto-cjk fontconfig postgresql; }
	@touch $@

clean:
	rm -rf $(VENV) .venv-audit .setup-* *.egg-info .pytest_cache .mypy_cache .ruff_cache
