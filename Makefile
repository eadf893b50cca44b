# Thin targets; the logic is in Python. Needs python3 (with venv), make and git; everything else comes from the index.
VENV := .venv
PYTHON := $(VENV)/bin/python
COMMAND := $(VENV)/bin/oci-functions
READY := $(VENV)/.ready
WORKERS ?= auto
COMMIT = $(shell git describe --always --dirty --exclude='*' 2>/dev/null || echo unknown)
VERSION = $(shell sed -n 's/^version: //p' func-common.yaml)
# The oci command has an environment of its own: it pins its SDK to one version.
OCI_CLI := .venv-oci-cli/.ready
export PYTHONPATH := $(CURDIR)

.DEFAULT_GOAL := help
.PHONY: help demo serve test check bench soak deploy-local preflight base-image func-yaml image-sizes sbom audit release coverage

help: ## Show this help; the command .venv/bin/oci-functions, which any target installs, has its own --help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1|/' | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

$(READY): pyproject.toml uv.lock
	@test -x $(VENV)/bin/uv || { python3 -m venv $(VENV) && $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv; }
	@UV_PROJECT_ENVIRONMENT=$(CURDIR)/$(VENV) $(VENV)/bin/uv sync --quiet --locked --inexact --all-groups --all-extras
	@touch $@

$(OCI_CLI): deploy/cronjob/requirements.txt | $(READY)
	@{ $(VENV)/bin/uv venv --quiet --clear $(@D) && $(VENV)/bin/uv pip install --quiet --python $(@D)/bin/python \
		--require-hashes --no-deps --requirement $< && touch $@; } || echo "no oci command: its test is skipped"

demo: $(READY) ## Press the card's button on a local cloud and show the badge (PART=badge for one part)
	@$(PYTHON) -m tools.demo $(PART)

serve: $(READY) ## Run the local cloud until Ctrl-C (oci-functions cloud serve)
	@$(COMMAND) cloud serve

test: $(READY) $(OCI_CLI) ## Unit, contract, end-to-end and house tests (COVERAGE=yes: with branch coverage a folder)
	@$(PYTHON) $(if $(COVERAGE),-m coverage run) -m pytest -q -n $(WORKERS) --dist loadfile -m "not soak" tests

check: $(READY) ## Lint, types, imports, limits, Dockerfiles, generated files
	@$(PYTHON) -m tools.checks

bench: $(READY) ## Measure CPU and memory, side by side, and print one table
	@$(PYTHON) -m bench

soak: $(READY) ## The long sweeps and fuzz runs
	@$(PYTHON) -m pytest -q -n $(WORKERS) -m soak tests

deploy-local: $(READY) ## Deploy everything to the local cloud until Ctrl-C (oci-functions cloud deploy)
	@$(COMMAND) cloud deploy

preflight: $(READY) ## Check a tenancy (oci-functions preflight): make preflight ARGS='--compartment OCID'
	@$(COMMAND) preflight $(ARGS)

base-image: ## Build both container bases with Docker, lean and data
	@for base in lean:$(VERSION) data:$(VERSION)-data; do \
		docker build --file Dockerfile.base --target $${base%%:*} --tag oci-functions-base:$${base#*:} \
			--build-arg SUITE_VERSION=$(VERSION) --build-arg SUITE_COMMIT="$(COMMIT)" . || exit 1; \
	done

func-yaml: $(READY) ## Render every func.yaml, the requirements and the generated tables
	@$(PYTHON) -m tools.render

image-sizes: $(READY) ## Lay the bases out as folders, print what takes the room, write it into docs/images.md (ARGS=--full)
	@$(PYTHON) -m tools.image_sizes $(ARGS)

sbom: $(READY) ## List what the images are made of, as CycloneDX in out/
	@$(PYTHON) -m tools.supply_chain sbom

audit: $(READY) ## Ask an index of advisories about the images' packages (ARGS=--strict: fail where none answers)
	@$(PYTHON) -m tools.supply_chain audit $(ARGS)

release: $(READY) ## Make the files of a release in out/: make release TAG=v0.2.0 REPOSITORY=owner/name
	@$(PYTHON) -m tools.release $(TAG) $(REPOSITORY)

coverage: $(READY) ## The tests with branch coverage a folder, held by floors that only rise
	@$(PYTHON) -m coverage erase
	@$(MAKE) test COVERAGE=yes
	@$(PYTHON) -m tools.coverage_floor
