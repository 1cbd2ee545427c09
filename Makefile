# Two commands do everything on a fresh Debian machine with Python 3.11: `make demo` and `make test`.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FOR ?= 0
ARGS ?=
# One more than there are cores: most tests wait for a broker, a camera or a database.
WORKERS ?= $(shell echo $$(( $$(nproc) + 1 )))
# Files go to one worker each as a whole: what a module shares is made once. tests/long_files.txt
# says which go first.
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.PHONY: demo test lab lab-sqlite check format bench figures readme-figures lock clean packages

demo: $(VENV)/.demo
	$(BIN)/preclaim-demo --for $(FOR) $(ARGS)

# Everything on SQLite, then files that ask for a store again on PostgreSQL; the rest of those in lab.
test: $(VENV)/.test .venv-oracle/.done packages
	@mkdir -p build; began=$$(date +%s); $(PYTEST) -m 'not laboratory' $(ARGS) && \
	  { [ -n "$(ARGS)" ] || $(PYTEST) -m 'not laboratory' --store postgresql $$(grep -v '#' tests/both_stores.txt); } && \
	  { [ -n "$(ARGS)" ] || echo "$$(( $$(date +%s) - began )) $$(git rev-parse HEAD 2>/dev/null)" > build/test-seconds; }

# The long runs of the fault laboratory: kills, bad links, mutated payloads. LAB_SEED reruns one.
lab: lab-sqlite
	$(PYTEST) -m laboratory --store postgresql tests/lab $(ARGS)
	$(PYTEST) -m 'not laboratory' --store postgresql $$(sed -n 's/ *# make lab//p' tests/both_stores.txt) $(ARGS)

# Only the files that hold such runs: to collect all tests takes each worker a minute.
lab-sqlite: $(VENV)/.test packages
	$(PYTEST) -m laboratory $$(grep -rl --include='test_*.py' pytest.mark.laboratory tests) $(ARGS)

check: $(VENV)/.check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.check
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.test packages
	$(BIN)/python -m benchmarks.agent_cost $(ARGS)

figures: $(VENV)/.test packages
	$(BIN)/python -m benchmarks.figures

# Put the last measured figures into the README.
readme-figures: $(VENV)/.test
	$(BIN)/python -m benchmarks.readme

# Debian packages that the tests drive as independent counterparts; skipped where they are present.
packages:
	@deploy/debian-packages

$(VENV)/.demo: requirements/demo.lock pyproject.toml
	@deploy/python-environment $(PYTHON) $(VENV) $<
	@touch $@

$(VENV)/.test: requirements/test.lock pyproject.toml
	@deploy/python-environment $(PYTHON) $(VENV) $<
	@touch $@ $(VENV)/.demo

$(VENV)/.check: requirements/check.lock pyproject.toml
	@deploy/python-environment $(PYTHON) $(VENV) $<
	@touch $@ $(VENV)/.test $(VENV)/.demo

# The second reader of Media2, in an environment of its own (two packages own the name "onvif").
.venv-oracle/.done: requirements/oracle.lock
	@deploy/python-environment $(PYTHON) .venv-oracle $< only-packages
	@touch $@

# Lock files hold hashes and no index address; they are made anew from pyproject.toml.
lock:
	@command -v uv >/dev/null || { echo "uv is missing: python3 -m pip install uv" >&2; exit 1; }
	for extra in agent collector postgresql influx demo test check; do \
	  uv pip compile -q pyproject.toml --extra $$extra --python-version 3.11 --universal \
	    --generate-hashes --no-emit-index-url --no-header \
	    requirements/build.in -o requirements/$$extra.lock || exit 1; \
	done
	uv pip compile -q requirements/oracle.in --python-version 3.11 --universal \
	  --generate-hashes --no-emit-index-url --no-header -o requirements/oracle.lock

clean:
	rm -rf $(VENV) .venv-oracle build demo-data
