"""The CUDA device of a test: the emulated one (marker cupy) or a real one (marker gpu), each with its `make` target.

A test that takes `cuda` exists twice. Without CuPy, or without a usable device, it fails: these markers are left out
unless asked for, and who asks must not get a silent pass.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from boundkit.train.cuda import cuda_status
from tests.cupy_on_cpu import Emulation, install


@pytest.fixture(scope="session")
def installed() -> Emulation:
    """The emulation, from the first test that needs it on."""
    return install()


@pytest.fixture
def emulation(installed: Emulation) -> Emulation:
    """The emulated device with all counts at zero, memory freed and no old verdict about it."""
    import cupy

    cuda_status.cache_clear()
    cupy.get_default_memory_pool().free_all_blocks()
    installed.clear()
    return installed


@pytest.fixture(params=[pytest.param("emulated", marks=pytest.mark.cupy), pytest.param("real", marks=pytest.mark.gpu)])
def cuda(request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of the device, found as `--device cuda` finds it."""
    if request.param == "emulated":
        request.getfixturevalue("emulation")
    elif install.cache_info().currsize:
        pytest.fail("a real device needs a process without the emulation: run -m gpu by itself")
    usable, reason = cuda_status()
    assert usable, reason
    assert (reason == "CuPy on the CPU") == (request.param == "emulated")
    yield "cuda"
    cuda_status.cache_clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """NVRTC comes last: it compiles what all other tests have made CuPy generate."""
    items.sort(key=lambda item: "device/test_nvrtc" in item.nodeid)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the running times that tests/train/device/test_ratios.py has taken."""
    rows = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "call"
        for name, value in report.user_properties
        if name == "ratio"
    ]
    if rows:
        terminalreporter.section("running times on the device against NumPy on this machine")
        for row in rows:
            terminalreporter.line(row)
