"""Detection with the real CuPy, in a process of its own, without a driver and with a stub driver that refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cupy_on_cpu import compiling

pytestmark = pytest.mark.cupy

SOURCE = Path(compiling.__file__).parent / "stub_driver.c"
PROGRAM = """
import json
from boundkit.errors import Infeasible
from boundkit.train import Problem, doctor, select_device, train
try:
    select_device("cuda")
    refusal = None
except Infeasible as error:
    refusal = str(error)
run = train(Problem(X=[[1.0]], y=[1.0], activation="relu"), k=2, step_size=0.1, steps=1)
row = next(row for row in doctor()["backends"] if row["name"] == "cuda")
print(json.dumps({"row": row, "refusal": refusal, "auto": select_device().reason, "run": [run.backend, run.reason]}))
"""


@pytest.fixture(scope="module")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a libcuda.so.1."""
    made = tmp_path_factory.mktemp("driver") / "libcuda.so.1"
    subprocess.run(["gcc", "-shared", "-fPIC", "-Wl,-soname,libcuda.so.1", "-o", made, SOURCE, "-ldl"], check=True)
    return made.parent


def found(driver: Path | None, **settings: str) -> dict[str, Any]:
    """What boundkit says of CUDA in a fresh process."""
    path = {} if driver is None else {"LD_LIBRARY_PATH": str(driver)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, **settings, **path},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (None, "no CUDA driver is installed"),
        ({"STUB_INIT": "100"}, "no usable CUDA device: CUDARuntimeError: cudaErrorNoDevice"),
        ({"STUB_VERSION": "11040"}, "the driver is too old: it supports CUDA 11.4, this CuPy needs CUDA 13"),
        ({"STUB_VERSION": "12080"}, "the driver is too old: it supports CUDA 12.8, this CuPy needs CUDA 13"),
        ({"STUB_INIT": "34"}, "no usable CUDA device: CUDARuntimeError: cudaErrorStubLibrary"),
        ({"STUB_INIT": "803"}, "no usable CUDA device: CUDARuntimeError: cudaErrorSystemDriverMismatch"),
        ({"STUB_INIT": "802"}, "no usable CUDA device: CUDARuntimeError: cudaErrorSystemNotReady"),
        ({"STUB_INIT": "46"}, "no usable CUDA device: CUDARuntimeError: cudaErrorDevicesUnavailable"),
        ({"STUB_INIT": "999"}, "no usable CUDA device: CUDARuntimeError: cudaErrorUnknown"),
    ],
)
def test_an_unusable_driver_is_told_in_one_line(stub: Path, settings: dict[str, str] | None, expected: str) -> None:
    """`cuda` is refused with the reason, `auto` runs on the CPU and says why, doctor shows the same line."""
    report = found(None) if settings is None else found(stub, **settings)
    assert report["row"]["usable"] is False
    reason = report["row"]["reason"]
    assert reason.startswith(expected)
    assert "\n" not in reason
    assert report["refusal"] == f"device = cuda: {reason}"
    assert report["auto"] == f"cuda is not used: {reason}"
    assert report["run"] == ["cpu", f"cuda is not used: {reason}"]
