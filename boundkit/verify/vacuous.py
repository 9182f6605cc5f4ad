"""Why a stated probability says nothing, and whether it could elsewhere."""

from __future__ import annotations

from functools import cache

from sympy import Dummy, Expr, expand_log, log

from boundkit.errors import BadInput
from boundkit.papers import statement as find

HERE = "the stated probability is vacuous"


@cache
def vacuous(id: str) -> str:
    """The reason that claims of a statement are not decided where it allows failure with probability 1.

    >>> vacuous("os19.thm2_3")
    'the stated probability is vacuous'
    """
    try:
        failure = find(id).failure
    except BadInput:  # a statement that is not of the papers
        return HERE
    return f"{HERE} at every value: 1 - P = {failure} >= 1" if at_least_one(failure) else HERE


def at_least_one(failure: Expr) -> bool:
    """Whether an allowed failure is certainly at least 1 whatever the positive values of its symbols.

    A symbol that may be zero is covered where the expression is continuous there.

    >>> from sympy import Symbol, exp
    >>> at_least_one(exp(Symbol("k"))), at_least_one(exp(-Symbol("k")))
    (True, False)
    """
    positive = failure.xreplace({symbol: Dummy(positive=True) for symbol in failure.free_symbols})
    return bool((positive - 1).is_nonnegative or expand_log(log(positive)).is_nonnegative)
