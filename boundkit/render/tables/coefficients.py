"""Hermite coefficients of several activations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from boundkit.render.layout import Table
from boundkit.render.tables.arguments import no_more


def coefficients(
    *,
    activations: Iterable[str] | None = None,
    degree: int = 8,
    digits: int = 12,
    convention: str = "orthonormal",
    **others: Any,
) -> Table:
    """One row an activation (the whole catalogue by default), certified to `digits` digits."""
    from boundkit.activations import catalogue, hermite
    from boundkit.arithmetic import decimal

    no_more(others, "activations", "degree", "digits", "convention")
    names = catalogue() if activations is None else activations
    rows = []
    for name in names:
        found = hermite(name, degree=degree, digits=digits, convention=convention)
        rows.append((str(name), *(decimal(item.value, digits) for item in found)))
    return Table("hermite", ("activation", *(f"mu_{r}" for r in range(degree + 1))), tuple(rows))
