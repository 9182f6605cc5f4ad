"""Hermite coefficients of several activations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from boundkit.render.layout import Table
from boundkit.render.tables.arguments import no_more

if TYPE_CHECKING:
    from boundkit.activations import Activation


def coefficients(
    *,
    activations: str | Activation | Iterable[str | Activation] | None = None,
    degree: int = 8,
    digits: int = 12,
    convention: str = "orthonormal",
    **others: Any,
) -> Table:
    """One row for each of the `activations`, one or several (the catalogue by default), certified to `digits` digits.

    >>> coefficients(activations="relu", degree=1).rows
    (('relu', '0.398942280401', '0.500000000000'),)
    """
    from boundkit.activations import Activation, catalogue, hermite
    from boundkit.arithmetic import decimal

    no_more(others, "activations", "degree", "digits", "convention")
    chosen = catalogue() if activations is None else activations
    names = [chosen] if isinstance(chosen, str | Activation) else chosen
    rows = []
    for name in names:
        found = hermite(name, degree=degree, digits=digits, convention=convention)
        rows.append((str(name), *(decimal(item.value, digits) for item in found)))
    return Table("hermite", ("activation", *(f"mu_{r}" for r in range(degree + 1))), tuple(rows))
