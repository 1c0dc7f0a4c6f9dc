# The two that matter: `make demo` runs the main job, `make test` the tests; both set themselves up.

VENV := .venv
BIN := $(VENV)/bin
JOBS := auto
DEBIAN_PACKAGES := apertium apertium-eng-spa apertium-es-pt apertium-fr-es \
	chromium debian-archive-keyring fonts-noto-cjk fonts-noto-core postgresql wrk

# Holds what is installed, and what pip builds with, to the versions that the tests ran with.
# (A relative path: pip would split one with spaces.)
export PIP_CONSTRAINT := constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

INSTALL := $(BIN)/python -m pip install --quiet --editable
# First and alone: what needs torch would else take a newer one, with gigabytes for graphics cards.
# TORCH = torch==VERSION --index-url ADDRESS takes the CPU build from elsewhere.
TORCH := torch==2.13.0
INSTALL_TORCH := $(BIN)/python -m pip install --quiet $(TORCH)
INPUTS := pyproject.toml constraints.txt

.PHONY: help demo test test-all check format constraints clean
.DELETE_ON_ERROR:

help:
	@echo "make demo         set up $(VENV) and run the main job on the data that ship"
	@echo "make test         run every test that this machine can run"
	@echo "make test-all     install the rest that tests need (Debian packages too), allow no skip"
	@echo "make check        format, lint, types, layers, test-all: what CI runs"
	@echo "make format       format, and mend what ruff can mend"
	@echo "make constraints  write constraints.txt anew"
	@echo "make clean        remove $(VENV) and all that was made"

demo: $(VENV)/core.stamp
	$(BIN)/polyrec demo

test: $(VENV)/test.stamp
	$(BIN)/python -m pytest -n $(JOBS)

test-all: $(VENV)/all.stamp $(VENV)/system.stamp
	POLYREC_NO_SKIPS=1 $(BIN)/python -m pytest -n $(JOBS)

check: $(VENV)/check.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test-all

format: $(VENV)/check.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

constraints:
	sh scripts/make_constraints.sh

clean:
	rm -rf $(VENV) build dist polyrec-demo .pytest_cache .mypy_cache .ruff_cache .hypothesis \
		.import_linter_cache src/polyrec.egg-info
	find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp says that an install is done; it is done again when what it was made from has changed.
$(VENV)/venv.stamp: scripts/make_venv.sh
	@sh scripts/make_venv.sh $(VENV)
	@touch $@

$(VENV)/core.stamp: $(VENV)/venv.stamp $(INPUTS)
	$(INSTALL) .
	@touch $@

$(VENV)/test.stamp: $(VENV)/venv.stamp $(INPUTS)
	$(INSTALL) '.[als,augment,boost,detect,languages,llm,pandas,test,tune,word2vec]'
	@touch $@ $(VENV)/core.stamp

$(VENV)/all.stamp: $(VENV)/venv.stamp $(INPUTS)
	$(INSTALL_TORCH)
	$(INSTALL) '.[als,ann,augment,boost,ctranslate2,dataset-build,detect,languages,llm,pandas,postgres,test,torch,tune,word2vec]'
	@touch $@ $(VENV)/test.stamp $(VENV)/core.stamp

$(VENV)/check.stamp: $(VENV)/venv.stamp $(INPUTS)
	$(INSTALL_TORCH)
	$(INSTALL) '.[als,ann,augment,boost,check,ctranslate2,dataset-build,detect,languages,llm,pandas,postgres,test,torch,tune,word2vec]'
	@touch $@ $(VENV)/all.stamp $(VENV)/test.stamp $(VENV)/core.stamp

$(VENV)/system.stamp: $(VENV)/venv.stamp scripts/install_system_packages.sh Makefile
	@sh scripts/install_system_packages.sh $(DEBIAN_PACKAGES)
	@touch $@
