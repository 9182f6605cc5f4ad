"""Small shared libraries in the place of cuBLAS and cuSOLVER, with their names, versions and C signatures.

CuPy's own wrappers are linked to them and run unchanged, checks of the returned status included. A function that has
an answer calls it; handles are created, set and destroyed in C; everything else returns "not supported", which CuPy
raises, and its name is noted in `Emulation.refused`.
"""

from __future__ import annotations

import ctypes
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.cupy_on_cpu.compiling import folder, shared_object
from tests.cupy_on_cpu.emulation import EMULATION

_KEPT: list[Any] = []
_C_TYPES = {"p": "void *", "n": "int *", "i": "int", "l": "long long", "c": "char"}
_CTYPES = {
    "p": ctypes.c_ssize_t,
    "n": ctypes.c_ssize_t,
    "i": ctypes.c_int,
    "l": ctypes.c_longlong,
    "c": ctypes.c_char,
}
_NOT_SUPPORTED = {"cublas": 15, "cusolver": 9}
_IN_C = (
    (r"Create\w*$", "void **out", "*out = (void *)1; return 0;"),
    (r"GetVersion(_v2)?$", "void *handle, int *version", "*version = 13000; return 0;"),
    (
        r"(Destroy|[SG]etStream|[SG]etMathMode|[SG]etPointerMode|SetWorkspace|Xsyevj[SG]et|Xgesvdj[SG]et)",
        "",
        "return 0;",
    ),
)


@dataclass(frozen=True)
class _Answer:
    signature: str
    function: Callable[..., None]


ANSWERS: dict[str, _Answer] = {}


def answers(name: str, signature: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function for a library function's name.

    The signature has a letter an argument: p pointer, n pointer to the info flags, i int, l 64-bit integer, c char.
    `{}` in the name stands for S and D; the function is then called with the NumPy type code first.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        if "{}" not in name:
            ANSWERS[name] = _Answer(signature, function)
        for letter, code in (("S", "f4"), ("D", "f8")) if "{}" in name else ():
            ANSWERS[name.format(letter)] = _Answer(signature, lambda *a, _code=code: function(_code, *a))
        return function

    return register


def install(modules: list[Path], pathfinder: Any) -> None:
    """Build the libraries that the modules need, load them, and let CuPy's search find them."""
    loaded: dict[str, Any] = {}
    needed: dict[str, set[str]] = {}
    for module in modules:
        for soname in re.findall(r"NEEDED.*\[(lib(?:cublas|cusolver)\.so.*?)\]", _tool("readelf", "-d", module)):
            needed.setdefault(soname, set()).update(_imported(module, soname))
    for soname, symbols in needed.items():
        library = soname.removeprefix("lib").split(".")[0]
        path = _build(library, soname, sorted(symbols))
        handle = ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)
        _connect(handle, sorted(symbols))
        loaded[library] = SimpleNamespace(
            abs_path=str(path),
            _handle_uint=handle._handle,
            found_via="emulation",
            was_already_loaded_from_elsewhere=True,
        )
    found = pathfinder.load_nvidia_dynamic_lib
    pathfinder.load_nvidia_dynamic_lib = lambda name: loaded[name] if name in loaded else found(name)


def _tool(*command: object) -> str:
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, check=True).stdout


def _imported(module: Path, soname: str) -> Iterator[str]:
    library = soname.removeprefix("lib").split(".")[0]
    listed = _tool("nm", "-D", "--undefined-only", "--with-symbol-versions", module)
    yield from re.findall(rf" U ({library}\w+)(?:@\S+)?", listed)


def _build(library: str, soname: str, symbols: list[str]) -> Path:
    source = ["void (*refused)(const char *);"]
    for name in symbols:
        if name in ANSWERS:
            letters = ANSWERS[name].signature.split()
            declared = ", ".join(f"{_C_TYPES[letter]} a{i}" for i, letter in enumerate(letters))
            passed = ", ".join(f"a{i}" for i in range(len(letters)))
            types = ", ".join(_C_TYPES[letter] for letter in letters)
            source.append(
                f"int (*answer_{name})({types});\nint {name}({declared}) {{ return answer_{name}({passed}); }}"
            )
            continue
        for pattern, declared, body in _IN_C:
            if re.search(pattern, name):
                source.append(f"int {name}({declared}) {{ {body} }}")
                break
        else:
            source.append(f'int {name}() {{ refused("{name}"); return {_NOT_SUPPORTED[library]}; }}')
    versions = folder() / f"{soname}.map"
    versions.write_text(f"{soname} {{ global: *; }};\n")
    return shared_object(
        "\n".join(source) + "\n",
        f"-Wl,-soname,{soname}",
        f"-Wl,--version-script={versions}",
        suffix=".c",
        name=soname,
    )


def _connect(library: ctypes.CDLL, symbols: list[str]) -> None:
    noted = ctypes.CFUNCTYPE(None, ctypes.c_char_p)(lambda name: EMULATION.refused.append(name.decode()))
    _point(library, "refused", noted)
    for name in symbols:
        if name in ANSWERS:
            letters = ANSWERS[name].signature.split()
            kind = ctypes.CFUNCTYPE(ctypes.c_int, *(_CTYPES[letter] for letter in letters))
            _point(library, f"answer_{name}", kind(_with_faults(name, letters, ANSWERS[name].function)))


def _point(library: ctypes.CDLL, name: str, callback: Any) -> None:
    _KEPT.append(callback)
    ctypes.c_void_p.in_dll(library, name).value = ctypes.cast(callback, ctypes.c_void_p).value


def _with_faults(name: str, letters: list[str], function: Callable[..., None]) -> Callable[..., int]:
    """The function as a callback that counts, and that fails as the emulation was told."""

    def call(*arguments: Any) -> int:
        EMULATION.calls.append(name)
        fault = EMULATION.faults.get(name, 0)
        if fault < 0:
            return -fault
        try:
            function(*arguments)
        except Exception as error:
            EMULATION.refused.append(f"{name}: {error}")
            return _NOT_SUPPORTED["cublas" if name.startswith("cublas") else "cusolver"]
        if fault and "n" in letters:
            ctypes.c_int.from_address(arguments[letters.index("n")]).value = fault
        return 0

    return call
