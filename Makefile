# Each target is a thin call of the ndop command (.venv/bin/ndop --help).
PYTHON ?= python3
EDITION ?=
PORT ?=
DATA ?=
AUDIT ?=
TLS ?=
VULNERABILITIES ?=
SEED ?=

VENV := .venv
NDOP := $(VENV)/bin/ndop
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help run test fuzz torture parity prove serve check format build sbom clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: $(READY) ## build everything, run the suite against a server of each edition (EDITION= for one)
	@$(NDOP) run $(if $(EDITION),--edition $(EDITION))

test: $(READY) ## the project's own tests: Python, Java, and a conformance run
	@$(NDOP) test

fuzz: $(READY) ## send 20,000 random requests to a server of each edition in each audit mode (EDITION=, AUDIT=, SEED=)
	@$(NDOP) fuzz $(if $(EDITION),--edition $(EDITION)) $(if $(AUDIT),--audit $(AUDIT)) $(if $(SEED),--seed $(SEED))

torture: $(READY) ## kill, stop, pause, cut off and fill up server and database under load: nothing acknowledged is lost (EDITION=, SEED=)
	@$(NDOP) torture $(if $(EDITION),--edition $(EDITION)) $(if $(SEED),--seed $(SEED))

parity: $(READY) ## compare verdicts on mutated Consents: published and generated profiles, server and validator (EDITION= for one)
	@$(NDOP) parity $(if $(EDITION),--edition $(EDITION))

serve: $(READY) ## keep the reference server running until Ctrl-C (EDITION=, PORT=, DATA=, AUDIT=, TLS=1)
	@$(NDOP) serve $(if $(EDITION),--edition $(EDITION)) $(if $(PORT),--port $(PORT)) $(if $(DATA),--data $(DATA)) $(if $(AUDIT),--audit $(AUDIT)) $(if $(TLS),--tls build/certificates)

prove: $(READY) ## seed faults: a test of the requirement must catch each (EDITION= for one)
	@$(NDOP) prove $(if $(EDITION),--edition $(EDITION))

check: $(READY) ## run formatters, linters and type checkers; check the register and generated files
	@$(NDOP) check

format: $(READY) ## format the Python and Java sources
	@$(NDOP) format

build: $(READY) ## generate profiles, packages and examples of every edition
	@$(NDOP) build

sbom: $(READY) ## list all components and check their licences (VULNERABILITIES=1 looks those up)
	@$(NDOP) sbom $(if $(VULNERABILITIES),--vulnerabilities)

clean: ## remove everything that can be rebuilt
	rm -rf $(VENV) build plugin/*/target .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(READY): constraints.txt pyproject.toml
	@PYTHON=$(PYTHON) scripts/prerequisites.sh
	@echo "Setting up $(VENV) …"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r constraints.txt
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
