"""Numbers in JSON documents are on the safe side, exact and finite."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import flint
import pytest
from hypothesis import given, strategies as st

from boundkit.activations import activation, hermite
from boundkit.arithmetic import ball, precision
from boundkit.data import dataset
from boundkit.papers import statements
from boundkit.query import Solution, guarantee
from boundkit.render.documents import (
    above,
    below,
    hermite_document,
    integer,
    list_document,
    number,
    solution_document,
    width_document,
)
from boundkit.statement import Statement
from boundkit.verify import levels


@given(st.fractions(max_denominator=10**6), st.integers(4, 20))
def test_rounding_is_directed(value: Fraction, digits: int) -> None:
    """The lower decimal is at most, the upper at least the number, and they differ by one unit at most."""
    with precision():
        exact = ball(value)
    low, high = Fraction(Decimal(below(exact, digits) or "")), Fraction(Decimal(above(exact, digits) or ""))
    assert low <= value <= high
    assert high - low <= abs(value) * Fraction(4, 10 ** (digits - 1))


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan"), None])
def test_what_is_not_a_number_is_null(value: float | None) -> None:
    """Infinities, NaN and missing values become None in every kind of number."""
    assert below(value) is None
    assert above(value) is None
    assert number(value) is None


@given(st.integers())
def test_integers_survive_double_precision(value: int) -> None:
    """An integer is written as a number exactly when a double holds it and its neighbours."""
    written = integer(value)
    assert int(written or 0) == value
    assert isinstance(written, str) == (abs(value) > 2**53)


@pytest.mark.parametrize("convention", ["orthonormal", "probabilist"])
@pytest.mark.parametrize("digits", [3, 20])
def test_hermite_radius_covers_the_printed_value(convention: str, digits: int) -> None:
    """The exact coefficient lies within the printed radius of the printed value."""
    chosen = activation("relu")
    found = hermite(chosen, degree=6, digits=40, convention=convention)
    document = hermite_document(found, activation=chosen, convention=convention, derivative=0, digits=digits)
    for row, exact in zip(document["coefficients"], found, strict=True):
        form = exact.closed_form.evalf(60)
        assert abs(form - Fraction(Decimal(row["value"]))) <= Fraction(Decimal(row["radius"])) + Fraction(1, 10**50)


def test_safe_sides_of_a_guarantee() -> None:
    """Step size, rate and probability are rounded down, the radius up."""
    data, chosen = dataset("orthonormal:n=4"), activation("softplus")
    answer = guarantee("os19.thm6_2.refined", data=data, activation=chosen, k=10**6, delta=1)
    document = width_document(answer, data=data, activation=chosen)
    with precision(256):
        for name in ("step_size", "rate", "probability"):
            assert flint.arb(document[name]) - getattr(answer, name) <= flint.arb("1e-30")
            assert flint.arb(document[name]) >= getattr(answer, name) * flint.arb("0.999999999999")
        assert answer.radius - flint.arb(document["radius"]) <= flint.arb("1e-30")


def test_bounds_of_claims_are_rounded_to_their_sides() -> None:
    """A third where a claim says at least is written as less than a third, and as more where it says at most."""
    data, third = dataset("orthonormal:n=4"), Fraction(1, 3)
    answer = guarantee("os19.thm6_2.refined", data=data, activation="softplus", k=10**6, delta=1)
    directions = set()
    for item in statements():
        told = replace(answer, statement=item, bounds={claim.label: ball(third) for claim in item.claims})
        written = width_document(told, data=data, activation=None)["bounds"]
        for claim in item.claims:
            if claim.relation.rel_op != "==":
                directions.add(lower := claim.relation.rel_op in (">=", ">"))
                assert (Fraction(written[claim.label]) < third) == lower, (item.id, claim.label)
    assert directions == {True, False}


def test_the_ends_of_a_range_are_inside_it() -> None:
    """From a third to two thirds, in decimals; integers and open ends as they are."""
    found = Solution(statements()[0], "delta", Fraction(1, 3), Fraction(2, 3), "tracked", (), None)
    written = solution_document(found)
    assert Fraction(1, 3) < Fraction(written["smallest"]) < Fraction(written["largest"]) < Fraction(2, 3)
    whole = solution_document(replace(found, smallest=None, largest=Fraction(2**60)))
    assert (whole["smallest"], whole["largest"]) == (None, str(2**60))


@pytest.mark.parametrize("statement", statements(), ids=lambda item: item.id)
def test_list_says_how_a_statement_can_be_verified(statement: Statement) -> None:
    """The levels in the list are those that verify accepts."""
    row = list_document([statement])["statements"][0]
    assert row["verifiable"] == list(levels(statement))
    assert row["errata"] == len(statement.errata)
