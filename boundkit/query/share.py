"""Values given to several statements at once: each takes those that it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from boundkit.errors import BadInput, unknown
from boundkit.query.bind import accepted
from boundkit.query.given import named_values, no_parameter, open_constants
from boundkit.statement import Statement

Share = tuple[dict[str, object], dict[str, object]]


def share(chosen: Iterable[Statement], parameters: Mapping[str, object], assume: object = None) -> list[Share]:
    """Each statement's parameters and assumed constants; BadInput for a name that none of the statements has.

    >>> from boundkit.papers import statement
    >>> share([statement("os19.lem6_7"), statement("os19.thm6_2")], {"delta": 1, "eta_bar": 1}, {"c": 64})
    [({}, {}), ({'delta': 1, 'eta_bar': 1}, {'c': 64})]
    """
    assumed = named_values("assume", assume)
    taken = [(accepted(item), open_constants(item)) for item in chosen]
    if not taken:
        return []
    names = set[str]().union(*(own for own, _ in taken))
    constants = set[str]().union(*(own for _, own in taken))
    for name, value in parameters.items():
        if name not in names:
            raise no_parameter(name, value, names, by="these statements")
    for name in assumed:
        if name not in constants and not constants:
            raise BadInput("assume", name, "these statements have no open constant")
        if name not in constants:
            raise unknown("assume", name, constants)
    return [(_part(parameters, own), _part(assumed, free)) for own, free in taken]


def _part(values: Mapping[str, object], names: Iterable[str]) -> dict[str, object]:
    return {name: value for name, value in values.items() if name in names}
