# Everything from a fresh clone: `make run` shows it, `make test` checks it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHON

.PHONY: run test lint bench soak pictures clean
.DEFAULT_GOAL := run

run: $(VENV)/.run
	$(BIN)/sandglass demo

test: $(VENV)/.dev lint
	$(BIN)/pytest -n auto

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Alone on its machine, twenty minutes: whether anything grows in 2,000 tours.
soak: $(VENV)/.dev
	SANDGLASS_SOAK=2000 $(BIN)/pytest -s tests/soak

bench: $(VENV)/.dev
	$(BIN)/python -m tests.bench

pictures: $(VENV)/.run
	$(BIN)/python -m deploy.render_pictures

clean:
	rm -rf $(VENV) out build runs *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps are older than pyproject.toml after a change of dependencies, so that they are installed anew.
$(VENV)/.run: pyproject.toml deploy/system_packages.sh
	sh deploy/system_packages.sh run
	$(call environment,input$(comma)display$(comma)supervise$(comma)operate)
	@touch $@

$(VENV)/.dev: pyproject.toml deploy/system_packages.sh
	sh deploy/system_packages.sh test
	$(call environment,input$(comma)display$(comma)train$(comma)supervise$(comma)operate$(comma)dev)
	@touch $@ $(VENV)/.run

comma := ,

define environment
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "sandglass: $(PYTHON) is too old: Python 3.11 or newer is needed (make PYTHON=python3.12)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "sandglass: installing into $(VENV) (the first time takes some minutes)"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[$(1)]'
endef
