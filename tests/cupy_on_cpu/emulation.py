"""What the emulated device has done, and what it is told to refuse."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

ROOMY = 2**34


@dataclass
class Emulation:
    """Counts of one emulated device since the last `clear`.

    `launches` names the kernels and `calls` the functions of cuBLAS and cuSOLVER in the order of use; `uploads` and
    `downloads` count copies between host and device. `sources` keeps, for the whole process, every CUDA source that
    was compiled with its options. `memory` is the size of the device in bytes. `faults` maps a function of the CUDA
    runtime or driver to the status it fails with, a library function to the `info` flag that it sets (a positive
    number) or the status that it returns (a negative one).
    """

    launches: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    uploads: int = 0
    downloads: int = 0
    memory: int = ROOMY
    faults: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    sources: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    def clear(self) -> None:
        """Count from zero."""
        self.launches.clear()
        self.calls.clear()
        self.refused.clear()
        self.uploads = self.downloads = 0

    def counts(self) -> Counter[str]:
        """How often each of `launches`, `calls`, `uploads` and `downloads` happened."""
        return Counter(
            launches=len(self.launches), calls=len(self.calls), uploads=self.uploads, downloads=self.downloads
        )

    @contextlib.contextmanager
    def failing(self, function: str, code: int) -> Iterator[None]:
        """Let a function fail inside the block."""
        self.faults[function] = code
        try:
            yield
        finally:
            del self.faults[function]

    @contextlib.contextmanager
    def limited(self, memory: int) -> Iterator[None]:
        """Give the device so many bytes inside the block."""
        self.memory = memory
        try:
            yield
        finally:
            self.memory = ROOMY


EMULATION = Emulation()
