# Thin targets; the logic is in Python. Needs python3 (with venv), make and git; everything else comes from the index.
VENV := .venv
PYTHON := $(VENV)/bin/python
COMMAND := $(VENV)/bin/oci-functions
READY := $(VENV)/.ready
# What the demo and the local cloud need: half of all. Once everything is there, that will do.
RUNNABLE := $(if $(wildcard $(READY)),$(READY),$(VENV)/.ready-to-run)
PYTHON3 := python3
NO_VENV := $(PYTHON3) cannot make a virtual environment: install its venv module (Debian, Ubuntu: apt install python3-venv), Python 3.11 or newer
NO_INDEX := the packages could not be installed: the reason is above. Behind a proxy set HTTPS_PROXY; with an index of your own set PIP_INDEX_URL and UV_INDEX_URL; then run make again
WORKERS ?= auto
COMMIT = $(shell git describe --always --dirty --exclude='*' 2>/dev/null || echo unknown)
VERSION = $(shell sed -n 's/^version: //p' func-common.yaml)
# The oci command has an environment of its own: it pins its SDK to one version.
OCI_CLI := .venv-oci-cli/.ready
export PYTHONPATH := $(CURDIR)
# Kept bytecode, whatever the caller has set: tests and demo start hundreds of processes, and each would compile all.
unexport PYTHONDONTWRITEBYTECODE
# uv keeps what it downloaded in the home folder; an account without one keeps it here.
ifneq ($(shell test -w "$$HOME" && echo yes),yes)
export UV_CACHE_DIR ?= $(CURDIR)/$(VENV)/.cache
export PIP_NO_CACHE_DIR := 1
endif

.DEFAULT_GOAL := help
.PHONY: help demo pictures serve test check bench soak deploy-local preflight base-image func-yaml image-sizes sbom audit release coverage page-library

help: ## Show this help; the command .venv/bin/oci-functions, which any target installs, has its own --help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1|/' | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

define INSTALL
	@echo "installing $(1) into $(VENV); interrupted, it goes on with the next make"
	@test -x $(VENV)/bin/uv || { $(PYTHON3) -m venv $(VENV) || { echo '$(NO_VENV)' >&2; exit 1; }; }
	@test -x $(VENV)/bin/uv || $(PYTHON) -m pip install --quiet --disable-pip-version-check uv || { echo '$(NO_INDEX)' >&2; exit 1; }
	@UV_PROJECT_ENVIRONMENT=$(VENV) $(VENV)/bin/uv sync --locked --inexact $(2) || { echo '$(NO_INDEX)' >&2; exit 1; }
	@touch $@
endef

$(READY): pyproject.toml uv.lock
	$(call INSTALL,everything (1.3 GB),--all-groups --all-extras)

$(VENV)/.ready-to-run: pyproject.toml uv.lock
	$(call INSTALL,what the local cloud needs (0.6 GB),--no-default-groups --group local-cloud --all-extras)

$(OCI_CLI): deploy/cronjob/requirements.txt | $(READY)
	@{ $(VENV)/bin/uv venv --quiet --clear $(@D) && $(VENV)/bin/uv pip install --quiet --python $(@D)/bin/python \
		--require-hashes --no-deps --requirement $< && touch $@; } || echo "no oci command: its test is skipped"

demo: $(RUNNABLE) ## Play all parts on a local cloud, pictures and pages into out/ (PART=cluster, badge, billing or autoscaler: one)
	@$(PYTHON) -m tools.demo $(PART)

pictures: $(READY) ## Play the demo and keep the pictures that README shows, in docs/pictures (needs Chromium: .ci/browser)
	@$(PYTHON) -m tools.demo.pictures

serve: $(RUNNABLE) ## Run the local cloud until Ctrl-C (oci-functions cloud serve; PORT=8280 for another port)
	@$(COMMAND) cloud serve $(if $(PORT),--port $(PORT))

test: $(READY) $(OCI_CLI) ## Unit, contract, end-to-end and house tests (ARGS=tests/house: a part; COVERAGE=yes: with branch coverage)
	@$(PYTHON) $(if $(COVERAGE),-m coverage run) -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not soak" $(or $(ARGS),tests)

check: $(READY) ## Lint, types, imports, limits, Dockerfiles, generated files
	@$(PYTHON) -m tools.checks

bench: $(READY) ## Measure CPU and memory, side by side, and print one table
	@$(PYTHON) -m bench

soak: $(READY) ## The long sweeps and fuzz runs, and mutants of the pure modules
	@$(PYTHON) -m pytest -q -n $(WORKERS) -m soak tests
	@$(PYTHON) -m tools.live_oracle --soak
	@$(PYTHON) -m tools.mutation

deploy-local: $(RUNNABLE) ## Deploy everything to the local cloud until Ctrl-C (oci-functions cloud deploy; PORT=8280)
	@$(COMMAND) cloud deploy $(if $(PORT),--port $(PORT))

preflight: $(RUNNABLE) ## Check a tenancy (oci-functions preflight): make preflight ARGS='--compartment OCID'
	@$(COMMAND) preflight $(ARGS)

base-image: ## Build the container bases with Docker: lean, pages, data (OCI_SDK=full: nothing left out)
	@for base in lean:$(VERSION) pages:$(VERSION)-pages data:$(VERSION)-data; do \
		docker build --file Dockerfile.base --target $${base%%:*} --tag oci-functions-base:$${base#*:} \
			--build-arg SUITE_VERSION=$(VERSION) --build-arg SUITE_COMMIT="$(COMMIT)" $(if $(OCI_SDK),--build-arg OCI_SDK='$(OCI_SDK)') . || exit 1; \
	done

func-yaml: $(READY) ## Render every func.yaml, the requirements and the generated tables
	@$(PYTHON) -m tools.render

image-sizes: $(READY) ## Lay the bases out as folders, print what takes the room, write it into docs/images.md (OCI_SDK=full)
	@$(PYTHON) -m tools.image_sizes $(if $(OCI_SDK),--oci-sdk '$(OCI_SDK)') $(ARGS)

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

page-library: $(READY) ## Fetch the pages' charting library from npm again, and compare its hashes (needs npm)
	@$(PYTHON) -m tools.page_library
