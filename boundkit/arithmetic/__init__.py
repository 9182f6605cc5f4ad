"""Ball arithmetic and the evaluation of SymPy expressions in it.

The lowest room: it knows numbers and formulas, and nothing of theorems, data or networks.
"""

from boundkit.arithmetic.arithmetics import BALL, COMPLEX_BALL, EXTENDED, FLOAT
from boundkit.arithmetic.balls import (
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

__all__ = [
    "BALL",
    "COMPLEX_BALL",
    "EXTENDED",
    "FLOAT",
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
