"""Device memory on the host: allocation within a limit, and copies that are counted by direction."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from tests.cupy_on_cpu.emulation import EMULATION, Emulation

OUT_OF_MEMORY = 2
TO_DEVICE, TO_HOST = 1, 2
POISON = 0xA5  # what is read before it is written must not look like a number

# In C, because memory is freed while the interpreter shuts down.
SOURCE = """
#include <stdlib.h>
size_t held;
intptr_t take(size_t bytes) {
  char *block = aligned_alloc(512, (bytes + 1535) / 512 * 512);
  if (!block) return 0;
  *(size_t *)block = bytes;
  held += bytes;
  return (intptr_t)(block + 512);
}
void give(intptr_t address) {
  if (!address) return;
  char *block = (char *)address - 512;
  held -= *(size_t *)block;
  free(block);
}
void give_async(intptr_t address, intptr_t stream) { give(address); }
intptr_t take_pinned(size_t bytes) { return (intptr_t)aligned_alloc(512, (bytes + 511) / 512 * 512); }
void give_pinned(intptr_t address) { free((void *)address); }
"""
NATIVE = {"free": "give", "freeAsync": "give_async", "freeHost": "give_pinned"}


def answers(library: Callable[[], Any], failure: Callable[[int], Exception]) -> dict[str, Any]:
    """The memory functions of the runtime; `library` gives SOURCE compiled, `failure` the error of a status."""

    def held() -> ctypes.c_size_t:
        return ctypes.c_size_t.in_dll(library(), "held")

    def take(size: int, function: str = "take") -> int:
        taking = library()[function]
        taking.restype, taking.argtypes = ctypes.c_ssize_t, [ctypes.c_size_t]
        address = taking(size)
        if not address:
            raise failure(OUT_OF_MEMORY)
        ctypes.memset(address, POISON, size)
        return int(address)

    def allocate(size: int, *_: Any) -> int:
        if "malloc" in EMULATION.faults:
            raise failure(EMULATION.faults["malloc"])
        if held().value + size > EMULATION.memory:
            raise failure(OUT_OF_MEMORY)
        return take(size)

    def fill(address: int, value: int, size: int, *_: Any) -> None:
        ctypes.memset(address, value, size)

    def copy(target: int, source: int, size: int, kind: int, *_: Any) -> None:
        if "memcpy" in EMULATION.faults:
            raise failure(EMULATION.faults["memcpy"])
        _count(EMULATION, kind)
        ctypes.memmove(target, source, size)

    return {
        **dict.fromkeys(("malloc", "mallocAsync", "mallocManaged"), allocate),
        "hostAlloc": lambda size, flags: take(size, "take_pinned"),
        **dict.fromkeys(("memcpy", "memcpyAsync"), copy),
        **dict.fromkeys(("memset", "memsetAsync"), fill),
        "memGetInfo": lambda: (EMULATION.memory - held().value, EMULATION.memory),
    }


def _count(emulation: Emulation, kind: int) -> None:
    if kind == TO_DEVICE:
        emulation.uploads += 1
    elif kind == TO_HOST:
        emulation.downloads += 1
