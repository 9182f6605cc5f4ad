"""Arrays cut from one stretch of memory."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from boundkit.train.pages import ASKED_FROM, LARGE_PAGE, LINE, WORTH_BYTES, zeros

SHAPES = st.lists(st.lists(st.integers(0, 40), min_size=1, max_size=3).map(tuple), max_size=4)
SETTING = Path("/sys/kernel/mm/transparent_hugepage/enabled")

HUGE = """
import re
import numpy as np
from pathlib import Path
from boundkit.train.pages import zeros

def large():
    return int(re.search(r"AnonHugePages:\\s+(\\d+)", Path("/proc/self/smaps_rollup").read_text())[1])

before = large()
[[held, other]] = zeros(([(50_000,), (10_000,)], float))
held[...] = 1.0
print(large() - before)
"""


@given(SHAPES, SHAPES)
def test_arrays_are_zero_apart_and_of_the_shapes_asked_for(exact: list[tuple[int, ...]], short: list[tuple[int, ...]]):
    """Filling one array with its number leaves all others as they were filled."""
    groups = zeros((exact, np.float64), (short, np.float32))
    arrays = [array for group in groups for array in group]
    assert [[array.shape for array in group] for group in groups] == [exact, short]
    assert {array.dtype for array in groups[0]} <= {np.dtype(np.float64)}
    assert {array.dtype for array in groups[1]} <= {np.dtype(np.float32)}
    assert all(not array.any() for array in arrays)
    for number, array in enumerate(arrays):
        array[...] = number
    assert all((array == number).all() for number, array in enumerate(arrays))
    assert not any(np.shares_memory(*pair) for pair in combinations(arrays, 2))


@pytest.mark.parametrize("size", [WORTH_BYTES, LARGE_PAGE, ASKED_FROM - LINE])
def test_many_bytes_begin_with_a_large_page_and_each_array_with_a_line(size: int) -> None:
    """The addresses say so; fewer bytes take no more than they need."""
    [[first, second]] = zeros(([(size - 100,), (50,)], np.uint8))
    assert first.ctypes.data % LARGE_PAGE == 0
    assert second.ctypes.data - first.ctypes.data == math.ceil((size - 100) / LINE) * LINE
    [[few]] = zeros(([(WORTH_BYTES // 2,)], np.uint8))
    assert few.base is not None
    assert few.base.nbytes < WORTH_BYTES


@pytest.mark.skipif(
    not SETTING.exists() or re.search(r"\[(always|madvise)\]", SETTING.read_text()) is None,
    reason="the system gives no large pages on request",
)
def test_the_system_maps_them_in_a_large_page() -> None:
    """The kernel counts one more large page once something is written."""
    done = subprocess.run([sys.executable, "-c", HUGE], check=True, capture_output=True, text=True)
    assert int(done.stdout) * 1024 >= LARGE_PAGE
