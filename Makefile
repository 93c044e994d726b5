# Every target sets up what it needs: a virtual environment with the pinned packages and, for the browser tests, Chromium.
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8501
PYTHON ?= $(shell command -v python3.11 || command -v python3)

.PHONY: run test bench assault check check-only screenshots clean

run: .setup-python
	$(PY) -m streamlit run dashboard.py --server.port $(PORT)

test: .setup-python .setup-browser check-only
	$(PY) -m pytest -n 3 --dist loadscope --no-loadscope-reorder

check: .setup-python check-only

check-only: .setup-python
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

bench: .setup-python .setup-browser
	$(PY) -m tests.bench

# Everybody against everything, kills, power cuts, damages, full disks; ASSAULT="kills --size 20 --seed 3" for a part of it.
# Kills want strace, disks of their own want root; what cannot be tried is said in the table.
assault: .setup-python .setup-browser
	$(PY) -m tests.assault $(ASSAULT)

screenshots: .setup-python .setup-browser
	$(PY) -m tests.screenshots

.setup-python: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) 2>/dev/null || { \
	  echo "The venv module is missing; installing it."; \
	  $$( [ "$$(id -u)" = 0 ] || echo sudo ) apt-get update -qq; \
	  $$( [ "$$(id -u)" = 0 ] || echo sudo ) apt-get install -y -qq python3-venv python3-pip && $(PYTHON) -m venv --clear $(VENV); }
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.setup-browser:
	@command -v chromium >/dev/null && fc-list :lang=zh 2>/dev/null | grep -q . && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { \
	  $$( [ "$$(id -u)" = 0 ] || echo sudo ) apt-get update -qq; \
	  $$( [ "$$(id -u)" = 0 ] || echo sudo ) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk fontconfig postgresql; }
	@touch $@

clean:
	rm -rf $(VENV) .setup-python .setup-browser .pytest_cache .mypy_cache .ruff_cache
