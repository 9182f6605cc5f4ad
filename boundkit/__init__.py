"""Theorems about training over-parameterised neural networks, as objects to query, compare and put on trial.

Public names are loaded when first used, so that `import boundkit` costs next to nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from boundkit.activations import activation as activation, hermite as hermite
    from boundkit.attack import attack as attack
    from boundkit.cli.doctor import doctor as doctor
    from boundkit.data import Dataset as Dataset, dataset as dataset
    from boundkit.data.quantities import quantities as quantities
    from boundkit.papers import papers as papers, statement as statement, statements as statements, swap as swap
    from boundkit.query import guarantee as guarantee, required as required, required_width as required_width
    from boundkit.render.tables import compare as compare, table as table
    from boundkit.verify import certify as certify, looseness as looseness, verify as verify
    from boundkit.version import __version__ as __version__

_HOME = {
    "Dataset": "boundkit.data",
    "__version__": "boundkit.version",
    "activation": "boundkit.activations",
    "attack": "boundkit.attack",
    "certify": "boundkit.verify",
    "compare": "boundkit.render.tables",
    "dataset": "boundkit.data",
    "doctor": "boundkit.cli.doctor",
    "guarantee": "boundkit.query",
    "hermite": "boundkit.activations",
    "looseness": "boundkit.verify",
    "papers": "boundkit.papers",
    "quantities": "boundkit.data.quantities",
    "required": "boundkit.query",
    "required_width": "boundkit.query",
    "statement": "boundkit.papers",
    "statements": "boundkit.papers",
    "swap": "boundkit.papers",
    "table": "boundkit.render.tables",
    "verify": "boundkit.verify",
}

__all__ = sorted(_HOME)


class _Package(ModuleType):
    """Keeps `boundkit.verify` the public function when the import of the room of that name would bind it."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


if not TYPE_CHECKING:  # a type checker would take any misspelt name for a public one

    def __getattr__(name: str) -> Any:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(_HOME[name]), name)
        room = sys.modules.get(f"{__name__}.{name}")
        if room is not None:  # `import boundkit.papers.os19 as os19` looks for os19 on the function
            value.__dict__ = room.__dict__
        return value


def __dir__() -> list[str]:
    return __all__
