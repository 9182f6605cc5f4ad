# Every target does its own set-up in .venv, from the pinned versions in requirements/ci.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements/ci.txt
READY := $(VENV)/.ready
CUPY_VENV := .venv-cupy
CUPY_BIN := $(CUPY_VENV)/bin
CUPY_LOCK := requirements/gpu.txt
CUPY_READY := $(CUPY_VENV)/.ready
CUDA ?= 13
GPU_VENV := .venv-gpu$(CUDA)
GPU_BIN := $(GPU_VENV)/bin
GPU_READY := $(GPU_VENV)/.ready

# Trials and test workers are the unit of parallelism; threads inside small linear algebra only slow them down.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test test-cupy test-gpu bench lint format types layers docs generated check-generated lock clean

demo: $(READY)  ## the main job, on small data: writes demo-report/
	@$(BIN)/boundkit demo --out demo-report

test: $(READY)  ## the whole suite, doctests and the guide's examples included; ARGS="-k name" narrows it
	@$(BIN)/pytest -n 2 --dist worksteal -q $(ARGS)

test-cupy: $(CUPY_READY)  ## the CUDA path without a device: the real CuPy on the CPU, a stub driver, NVRTC; needs g++
	@$(CUPY_BIN)/pytest -q -m cupy -p no:xdist tests/train/device tests/cupy_on_cpu $(ARGS)

test-gpu: $(GPU_READY)  ## the same on a real device, with a table of running times; CUDA=12 for older drivers
	@$(GPU_BIN)/pytest -q -m gpu -p no:xdist tests/train/device $(ARGS)

bench: $(READY)  ## running times as ratios, measured side by side; writes docs/benchmarks.md
	@$(BIN)/pytest -q -m benchmark -p no:xdist tests/benchmarks

lint: $(READY)  ## rules and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(READY)  ## mend what lint can mend by itself
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(READY)
	@$(BIN)/mypy

layers: $(READY)  ## which room may import which
	@$(BIN)/lint-imports --no-cache

docs: $(READY)  ## the guide as HTML in docs/_build/html; any warning is an error
	@$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

generated: $(READY)  ## rewrite the tables and pages that are made from the statements
	@$(BIN)/python -m docs.generate

check-generated: $(READY)  ## fail when a generated file differs from what would be written
	@$(BIN)/python -m docs.generate --check

$(READY): pyproject.toml $(LOCK)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "boundkit needs Python 3.11 or newer; try: make PYTHON=python3.11")'
	@echo "==> creating $(VENV)"
	@$(PYTHON) -m venv --clear $(VENV)
	@echo "==> installing pinned packages (a minute or two on first use)"
	@$(BIN)/python -m pip install --quiet --requirement $(LOCK)
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m pip check --quiet
	@touch $@

$(CUPY_READY): $(LOCK) $(CUPY_LOCK)
	@echo "==> creating $(CUPY_VENV)"
	@$(PYTHON) -m venv --clear $(CUPY_VENV)
	@$(CUPY_BIN)/python -m pip install --quiet --requirement $(CUPY_LOCK)
	@touch $@

$(GPU_READY): pyproject.toml $(LOCK)
	@echo "==> creating $(GPU_VENV) with the libraries of CUDA $(CUDA) (about 2 GB)"
	@$(PYTHON) -m venv --clear $(GPU_VENV)
	@$(GPU_BIN)/python -m pip install --quiet --requirement $(LOCK)
	@$(GPU_BIN)/python -m pip install --quiet --no-build-isolation --editable '.[cuda$(CUDA)]'
	@touch $@

lock:  ## resolve the newest versions that pyproject.toml allows and pin them
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --editable '.[dev]' hatchling editables
	@echo "# Everything that 'make' installs, pinned; written by 'make lock'." > $(LOCK)
	@$(BIN)/python -m pip freeze --exclude boundkit >> $(LOCK)
	@rm -f $(READY)
	@echo "$(LOCK)"

clean:
	rm -rf $(VENV) $(CUPY_VENV) .venv-gpu12 .venv-gpu13 docs/_build demo-report build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
