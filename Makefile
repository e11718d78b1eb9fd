# Everything a developer runs. `make` alone says what there is.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LOCKS := requirements/lock.txt requirements/lock-dev.txt
PIP := python -m pip --quiet --disable-pip-version-check

# The first interpreter that is new enough and can make virtual environments; `make PYTHON=/path/to/python3` decides
# otherwise.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { command -v "$$python"; break; }; done)

# `make test DEBIAN=no` installs no Debian packages; the tests that need them are skipped, each with its reason.
DEBIAN ?= yes

.PHONY: help venv lock run test check style types imports docs news unit system packages coverage bench clean

help:  ## What there is to make.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

venv: $(STAMP)  ## The virtual environment, with the exact versions of requirements/lock*.txt.

$(STAMP): $(LOCKS) pyproject.toml requirements/runtime.txt requirements/dev.txt
	@if [ -z "$(PYTHON)" ]; then
		echo "provd needs Python 3.11 or newer with its venv module (on Debian: apt-get install python3-venv);" >&2
		echo "where it is installed under another name: make PYTHON=/path/to/python3 venv" >&2
		exit 1
	fi
	echo "== $(VENV): the versions of requirements/lock*.txt, for $(PYTHON)"
	[ -x $(BIN)/python ] && $(BIN)/python -c '' || "$(PYTHON)" -m venv --clear $(VENV)
	$(BIN)/$(PIP) install --no-deps $(LOCKS:%=--requirement %)
	$(BIN)/$(PIP) install --no-deps --no-build-isolation --editable .
	$(BIN)/python -m pip --disable-pip-version-check check
	touch $@

# Run it with the oldest Python provd supports, Debian 12's 3.11.2: a version may need a later one.
lock:  ## Resolve the newest versions that fit together, and pin them in requirements/lock*.txt.
	@rm -rf build/lock && "$(PYTHON)" -m venv build/lock
	freeze() { build/lock/bin/$(PIP) freeze --all --exclude pip | LC_ALL=C sort --ignore-case; }
	write() { printf '# %s\n# Made by `make lock`; do not edit by hand.\n' "$$2"; cat "$$1"; }
	build/lock/bin/$(PIP) uninstall --yes setuptools
	build/lock/bin/$(PIP) install --requirement requirements/runtime.txt
	freeze > build/lock/runtime
	build/lock/bin/$(PIP) install --constraint build/lock/runtime --requirement requirements/dev.txt
	freeze | grep --invert-match --line-regexp --fixed-strings --file build/lock/runtime > build/lock/dev
	write build/lock/runtime 'The exact versions of everything provd runs on.' > requirements/lock.txt
	write build/lock/dev 'The exact versions of everything the checks add to lock.txt.' > requirements/lock-dev.txt
	rm -r build/lock

run: $(STAMP)  ## Start provd on loopback with demonstration data: HTTP 8667, TFTP 6969, API 8092.
	@exec $(BIN)/provd run --demo

test: packages check unit system  ## Set up everything the tests need, then run all checks and all tests.

packages:
	@if [ "$(DEBIAN)" = yes ]; then tools/debian-packages; fi

check: style types imports docs news  ## Style, types, import floors, documentation.

style: $(STAMP)
	@echo "== style"
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .

types: $(STAMP)
	@echo "== types"
	$(BIN)/mypy --no-error-summary

imports: $(STAMP)
	@echo "== import floors"
	$(BIN)/lint-imports --no-cache --no-logo

docs: $(STAMP)  ## The documentation, into docs/_build/html; warnings are errors.
	@echo "== documentation"
	$(BIN)/sphinx-build -q -n -W --keep-going -b html docs docs/_build/html

news: $(STAMP)  ## What the news of the next release would say; fails on a misnamed fragment.
	@echo "== news fragments"
	$(BIN)/towncrier build --draft --version next 2>&1

unit: $(STAMP)  ## The unit tests, in random order, on every processor.
	@echo "== unit tests"
	$(BIN)/pytest --quiet --numprocesses auto --maxprocesses 8 --ignore tests/system tests

system: $(STAMP)  ## The system tests, two files at a time: real sockets, real programs, real files.
	@echo "== system tests"
	$(BIN)/pytest --quiet --numprocesses auto --maxprocesses 2 --dist loadfile tests/system

coverage: $(STAMP)  ## Which lines and branches the unit tests never reach.
	@rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest --quiet --ignore tests/system tests
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

bench: $(STAMP) packages  ## Ratios against named baselines on this machine.
	@exec $(BIN)/python -m bench

clean:  ## Remove what make made.
	@rm -rf $(VENV) build docs/_build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
