"""How a statement follows from a more general one: by saying what the words of the general one are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sympy import Expr, Symbol

if TYPE_CHECKING:
    from boundkit.statement.statement import Statement

NOTHING: Mapping[Any, Any] = MappingProxyType({})


@dataclass(frozen=True)
class SpecialCase:
    """The statement that holds this one, and what its symbols are here; a symbol that `at` leaves out is the same.

    Where this statement puts a bound for a word of its own, `worst` says so: both are then compared at that bound.
    After these substitutions the claims, the conditions on width and step, the probability and the numbers of the
    summary should be the same in both. Where one is not, `differs` gives the reason under its label (`probability`,
    `step size`, `rate`, ... for what has no label of its own).
    """

    of: str
    at: Mapping[Symbol, Expr] = field(default_factory=lambda: NOTHING)
    worst: Mapping[Symbol, Expr] = field(default_factory=lambda: NOTHING)
    differs: Mapping[str, str] = field(default_factory=lambda: NOTHING)

    @property
    def symbols(self) -> frozenset[Symbol]:
        """Every symbol of either side of the substitutions."""
        both = (*self.at.items(), *self.worst.items())
        return frozenset(symbol for word, value in both for symbol in {word} | value.free_symbols)


def declared(statements: Iterable[Statement], cases: Mapping[str, SpecialCase]) -> Iterator[Statement]:
    """The statements, those named by `cases` with the special case that they are; ValueError for an unknown name."""
    left = dict(cases)
    for item in statements:
        case = left.pop(item.id, None)
        yield item if case is None else replace(item, special_case=case)
    if left:
        raise ValueError(f"special cases of no statement: {', '.join(left)}")
