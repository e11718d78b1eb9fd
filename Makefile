# provd: everything a developer runs. `make` alone says what there is.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LOCKS := requirements/lock.txt requirements/lock-dev.txt
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

# The first interpreter that is new enough; `make PYTHON=/path/to/python3 venv` decides otherwise.
PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { command -v "$$python"; break; }; done)

.PHONY: help venv lock run test check lint types imports docs news unit system debian bench clean

help:  ## What there is to make.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

venv: $(STAMP)  ## The virtual environment, with the exact versions of requirements/lock*.txt.

$(STAMP): $(LOCKS) pyproject.toml requirements/runtime.txt requirements/dev.txt
	@if [ -z "$(PYTHON)" ]; then
		echo "provd needs Python 3.11 or newer with its venv module (Debian: apt-get install python3-venv)," >&2
		echo "or name one: make PYTHON=/path/to/python3 venv" >&2
		exit 1
	fi
	echo "making $(VENV) with $(PYTHON)"
	test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	$(PIP) install --no-deps $(LOCKS:%=--requirement %)
	$(PIP) install --no-deps --no-build-isolation --editable .
	$(BIN)/python -m pip --disable-pip-version-check check
	touch $@
