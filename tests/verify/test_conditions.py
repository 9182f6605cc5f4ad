"""Conditions at measured numbers: rounding is no failure, and equality is one where a condition is strict."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sympy import Eq, Ge, Gt, Le, Lt, Ne

from boundkit.papers import statement
from boundkit.query import bind
from boundkit.statement import Hypothesis
from boundkit.statement.words.shared import loss, loss_0
from boundkit.verify.observe.conditions import conditions, failing

RELATIONS = {"<=": Le, ">=": Ge, "<": Lt, ">": Gt, "==": Eq, "!=": Ne}
BINDING = bind(
    replace(
        statement("os19.lem6_12"),
        hypotheses=tuple(Hypothesis(name, "run", make(loss, loss_0)) for name, make in RELATIONS.items()),
    ),
    data="orthonormal:n=3",
    activation_name="softplus",
    parameters={"delta": 1, "k": 10},
)


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (0.0, {"<", ">", "!="}),
        (1e-11, {"<"}),
        (-1e-11, {">"}),
        (1e-7, {"<=", "<", "=="}),
        (-1e-7, {">=", ">", "=="}),
    ],
)
@pytest.mark.parametrize("size", [1.0, 1e6, 1e-6])
def test_what_fails_at_two_numbers_nearly_equal(size: float, shift: float, expected: set[str]) -> None:
    """To a billionth of their size numbers are equal where equality is allowed; a strict condition has no room."""
    values = {loss: np.array([[size * (1 + shift)]]), loss_0: np.array([[size]])}
    assert set(failing(BINDING, values)) == expected


def test_a_number_that_does_not_exist_fails_nothing() -> None:
    """What had ended and what nobody measured are no evidence against a condition."""
    assert not failing(BINDING, {loss: np.array([[np.nan]]), loss_0: np.array([[1.0]])})
    assert not failing(BINDING, {loss: np.array([[1.0]])})


def test_a_condition_is_decided_at_every_step() -> None:
    """Of a curve, where it holds."""
    found = dict(conditions(BINDING, {loss: np.array([[3.0, 2.0, 1.0, np.nan]]), loss_0: np.array([[2.0]])}))
    assert found["<="].tolist() == [[False, True, True, True]]
    assert found["<"].tolist() == [[False, False, True, True]]
