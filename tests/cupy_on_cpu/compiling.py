"""Shared objects from generated C and C++, kept in a folder between processes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

HEADERS = Path(__file__).parent / "headers"


@cache
def folder() -> Path:
    """Where compiled code is kept: CUPY_ON_CPU_CACHE, or a folder in the user's cache."""
    chosen = os.environ.get("CUPY_ON_CPU_CACHE") or Path.home() / ".cache" / "boundkit-cupy-on-cpu"
    path = Path(chosen)
    path.mkdir(parents=True, exist_ok=True)
    return path


@cache
def _headers() -> str:
    return "".join(path.read_text() for path in sorted(HEADERS.rglob("*")) if path.is_file())


def shared_object(source: str, *options: str, suffix: str, name: str | None = None) -> Path:
    """The path of the compiled source; `suffix` is .c or .cpp. The name of the file is that of its content."""
    key = hashlib.sha256("\0".join([_headers(), suffix, name or "", *options, source]).encode()).hexdigest()[:24]
    target = folder() / f"{key}.so"
    if not target.exists():
        compiler = ["g++", "-std=c++17", "-fpermissive", "-ffp-contract=off"] if suffix == ".cpp" else ["gcc"]
        with tempfile.TemporaryDirectory(dir=folder()) as work:
            written, made = Path(work) / f"source{suffix}", Path(work) / "made.so"
            written.write_text(source)
            command = [*compiler, "-O1", "-w", "-shared", "-fPIC", f"-I{HEADERS}", *options, str(written)]
            _run([*command, "-o", str(made)])
            made.replace(target)  # at once, so that another process never loads half a file
    return target


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if "error" in line]
        raise RuntimeError("the host compiler refused: " + " | ".join(errors or [done.stderr])[:1500])
