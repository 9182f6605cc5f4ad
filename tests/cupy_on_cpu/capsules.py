"""Other functions behind the C pointers that a Cython module exports.

A module lists in `__pyx_capi__` what other Cython modules may call: capsules of C pointers, named by their signatures.
These modules can be imported without the rest of CuPy, so that every later `cimport` binds to the pointers put here.
For each a C function is generated: it calls the Python answer, if there is one, and raises the exception that the
answer left, because a ctypes callback cannot; otherwise it returns at once, also while the interpreter shuts down, or
raises NotImplementedError.
"""

from __future__ import annotations

import ctypes
import importlib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from tests.cupy_on_cpu.compiling import shared_object

Answer = Callable[..., Any]
_KEPT: list[Any] = []  # callbacks live as long as the process

_CTYPES = {
    "int": ctypes.c_int,
    "CUdevice": ctypes.c_int,
    "unsigned int": ctypes.c_uint,
    "intptr_t": ctypes.c_ssize_t,
    "size_t": ctypes.c_size_t,
    "uintmax_t": ctypes.c_uint64,
    "float": ctypes.c_float,
    "PyObject *": ctypes.py_object,
}
_PRELUDE = """
#include <stdint.h>
#include <stddef.h>
typedef void PyObject;
typedef int CUdevice;
extern char _Py_NoneStruct;
extern PyObject *PyExc_NotImplementedError;
extern void Py_IncRef(PyObject *), Py_DecRef(PyObject *);
extern void PyErr_SetObject(PyObject *, PyObject *), PyErr_SetString(PyObject *, const char *);
PyObject *raised_type, *raised_value;
static PyObject *none(void) { Py_IncRef(&_Py_NoneStruct); return &_Py_NoneStruct; }
static int raised(void) {
  if (!raised_type) return 0;
  PyErr_SetObject(raised_type, raised_value);
  Py_DecRef(raised_value);
  raised_type = 0;
  return 1;
}
"""


@dataclass(frozen=True)
class _Function:
    name: str
    result: str
    arguments: tuple[str, ...]

    @property
    def visible(self) -> int:
        """The arguments that are not Cython's own."""
        return sum("__pyx_" not in argument for argument in self.arguments)

    def source(self, *, harmless: bool, native: str | None) -> str:
        """The C function `replaced_NAME` and the pointer `answer_NAME` to what it calls."""
        types = [re.sub(r"\s*__pyx_\w+", "", a) if "struct" not in a else "void *" for a in self.arguments]
        declared = ", ".join(f"{kind} a{i}" for i, kind in enumerate(types)) or "void"
        passed = ", ".join(f"a{i}" for i in range(self.visible))
        shown = ", ".join(types[: self.visible]) or "void"
        failure = "0" if self.result in ("PyObject *", "size_t", "intptr_t") else "-1"
        nothing = "none()" if self.result == "PyObject *" else "0"
        if native is not None:
            body = f"extern void {native}({shown}); {native}({passed}); return {nothing};"
        elif harmless:
            body = f"return {nothing};"
        else:
            refusal = f'PyErr_SetString(PyExc_NotImplementedError, "{self.name} is not emulated"); return {failure};'
            body = (
                f"if (!answer_{self.name}) {{ {refusal} }}\n"
                f"  {self.result} result = answer_{self.name}({passed});\n"
                f"  return raised() ? {failure} : result;"
            )
        return (
            f"{self.result} (*answer_{self.name})({shown});\n"
            f"{self.result} replaced_{self.name}({declared}) {{\n  {body}\n}}\n"
        )


def replace(
    module_name: str, answers: Mapping[str, Answer], *, harmless: Collection[str], native: Mapping[str, str], extra: str
) -> None:
    """Put answers behind the functions of a module, for C callers and for Python callers.

    `harmless` functions do nothing; `native` ones call a C function of the source `extra`.
    """
    module = importlib.import_module(module_name)
    functions = {name: f for name, c in module.__pyx_capi__.items() if (f := _function(name, c)) is not None}
    source = _PRELUDE + extra
    source += "".join(f.source(harmless=f.name in harmless, native=native.get(f.name)) for f in functions.values())
    library = ctypes.PyDLL(str(shared_object(source, suffix=".c")))
    _KEPT.append(library)
    for name, function in functions.items():
        if name in answers:
            _set_answer(library, function, answers[name])
        signature = _capsule_name(module.__pyx_capi__[name])
        address = ctypes.cast(getattr(library, f"replaced_{name}"), ctypes.c_void_p)
        module.__pyx_capi__[name] = _new_capsule(address, signature, None)
        _KEPT.append(signature)
    for name in dir(module):
        if callable(getattr(module, name)) and not isinstance(getattr(module, name), type) and name[:2] != "__":
            setattr(module, name, answers.get(name) or _python_default(name, name in harmless))


def _function(name: str, capsule: Any) -> _Function | None:
    """The parsed signature, or None for variables and for functions whose structs C alone can pass."""
    parsed = re.fullmatch(r"(.*?)\s*\((.*)\)", _capsule_name(capsule).decode())
    if parsed is None:
        return None
    result, listed = parsed[1], parsed[2]
    arguments = tuple(a for a in listed.split(", ") if a != "void")
    kinds = [a for a in arguments if "__pyx_" not in a]
    if result not in _CTYPES or any(kind not in _CTYPES for kind in kinds):
        return None
    return _Function(name, result, arguments)


def _set_answer(library: Any, function: _Function, answer: Answer) -> None:
    kind = ctypes.c_void_p.in_dll(library, "raised_type")
    value = ctypes.c_void_p.in_dll(library, "raised_value")

    def call(*arguments: Any) -> Any:
        try:
            return answer(*arguments)
        except Exception as error:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(error))  # until C has raised it
            kind.value, value.value = id(type(error)), id(error)
            return None if function.result == "PyObject *" else 0

    types = [_CTYPES[function.result], *(_CTYPES[a] for a in function.arguments[: function.visible])]
    callback = ctypes.PYFUNCTYPE(*types)(call)
    _KEPT.append(callback)
    pointer = ctypes.c_void_p.in_dll(library, f"answer_{function.name}")
    pointer.value = ctypes.cast(callback, ctypes.c_void_p).value


def _python_default(name: str, harmless: bool) -> Answer:
    def refuse(*_: Any, **__: Any) -> Any:
        raise NotImplementedError(f"{name} is not emulated")

    return (lambda *_, **__: None) if harmless else refuse


_capsule_name = ctypes.pythonapi.PyCapsule_GetName
_capsule_name.restype, _capsule_name.argtypes = ctypes.c_char_p, [ctypes.py_object]
_new_capsule = ctypes.pythonapi.PyCapsule_New
_new_capsule.restype = ctypes.py_object
_new_capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
