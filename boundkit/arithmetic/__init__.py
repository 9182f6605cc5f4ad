"""Ball arithmetic and the evaluation of SymPy expressions in it.

The lowest room: it knows numbers and formulas, and nothing of theorems, data or networks.
"""

from typing import TYPE_CHECKING, Any

from boundkit.arithmetic.arithmetics import BALL, COMPLEX_BALL
from boundkit.arithmetic.balls import (
    LARGEST_POWER,
    WORKING_BITS,
    ball,
    decimal,
    decimal_above,
    decimal_below,
    enclose,
    exact,
    precision,
)
from boundkit.arithmetic.evaluate import Arithmetic, compare, evaluate, holds

if TYPE_CHECKING:
    from boundkit.arithmetic.arrays import EXTENDED, FLOAT

__all__ = [
    "BALL",
    "COMPLEX_BALL",
    "EXTENDED",
    "FLOAT",
    "LARGEST_POWER",
    "WORKING_BITS",
    "Arithmetic",
    "ball",
    "compare",
    "decimal",
    "decimal_above",
    "decimal_below",
    "enclose",
    "evaluate",
    "exact",
    "holds",
    "precision",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """The arithmetics of arrays, which need NumPy, are loaded when first used."""
        if name not in ("EXTENDED", "FLOAT"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from boundkit.arithmetic import arrays

        return getattr(arrays, name)
