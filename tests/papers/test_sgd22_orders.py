"""Orders of sgd22: the table of all variants, rates, and what is quoted of earlier papers."""

import pytest
import sympy
from sympy import Rational

from boundkit.papers.sgd22 import STATEMENTS
from boundkit.papers.sgd22.orders import ROWS
from boundkit.statement import VOCABULARY

FOUND = {item.id.removeprefix("sgd22."): item for item in STATEMENTS}
V = {name: word.symbol for name, word in VOCABULARY.items()}
m, b, d = V["n"], V["b"], V["d"]

TABLE = {
    "a": (m**2 / (sympy.sqrt(b) * d), m ** Rational(3, 2), m**2),
    "b": (m**3 / (b * d), m**2, m**3),
    "c": (m ** Rational(7, 3) / (b ** Rational(2, 3) * d), m ** Rational(5, 3), m ** Rational(7, 3)),
    "e": (
        m**2 / (sympy.sqrt(b) * d ** Rational(3, 2)),
        m ** Rational(3, 2) / sympy.sqrt(d),
        m**2 / sympy.sqrt(d),
    ),
    "f": (m ** Rational(3, 2) / sympy.sqrt(b * d), m * sympy.sqrt(d), m ** Rational(3, 2) * sympy.sqrt(d)),
    "g": (m**2 / sympy.sqrt(b * d), m ** Rational(3, 2) * sympy.sqrt(d), m**2 * sympy.sqrt(d)),
    "h": (m ** Rational(5, 2) / sympy.sqrt(b), m ** Rational(5, 2), m**3),
}


@pytest.mark.parametrize("row", TABLE)
def test_orders_of_all_variants(row):
    """Each row of the table: width, and number of first-layer parameters with the whole batch and with one sample."""
    width, full, single = TABLE[row]
    found = ROWS[row].expression
    assert found == width
    parameters = found * (sympy.sqrt(m) if row == "h" else d)
    assert sympy.powsimp(parameters.subs(b, m)) == full
    assert sympy.powsimp(parameters.subs(b, 1)) == single
    assert found in [order.expression for order in FOUND["d.orders"].orders]


def test_theorems_carry_their_row():
    """Printed and repaired Theorem 2 have row a, the printed proof row b, mean zero row e."""
    rows = {"thm2.tracked": "b", "d.width_odd": "e"}
    for name, row in rows.items():
        assert [order.expression for order in FOUND[name].orders] == [ROWS[row].expression]
    for name in ("thm2", "thm2.repaired", "d.width_hermite", "scaling"):
        order = FOUND[name].orders[0]
        assert dict(order.exponents) == ROWS["a"].exponents
        assert order.logs


def test_batch_regimes_of_the_scaling():
    """Section 3.1: b of order n gives n^(3/2) parameters, b of order 1 gives n^2."""
    full, single = FOUND["scaling"].orders[1:3]
    assert full.exponents[m] - 2 == Rational(-1, 2)
    assert ROWS["a"].expression.subs(b, m) == m ** full.exponents[m] * d ** full.exponents[d]
    assert ROWS["a"].expression.subs(b, 1) == m ** single.exponents[m] * d ** single.exponents[d]


@pytest.mark.parametrize(("power", "exponent"), [(2, 1), (3, Rational(7, 6))])
def test_width_exponent_with_the_whole_batch(power, exponent):
    """d = n^(1/t), b = n: width n^(3/2 - 1/t)."""
    order = FOUND["scaling.repaired"].orders[power - 2]
    assert order.exponents[m] + order.exponents[b] == exponent == Rational(3, 2) - Rational(1, power)
    assert ROWS["a"].expression.subs(d, m ** Rational(1, power)).subs(b, m) == m**exponent


def test_rates_on_the_network():
    """Step b / (k n^2) and n^3 / b iterations; with mean zero d^2 faster."""
    k = V["k"]
    step, iterations, odd_step, odd_iterations = FOUND["d.network_rate"].orders
    assert step.expression == b / (k * m**2)
    assert iterations.expression == m**3 / b
    assert odd_step.expression / step.expression == d**2
    assert iterations.expression / odd_iterations.expression == d**2


@pytest.mark.parametrize(("d0", "t", "n", "full_rank"), [(6, 2, 21, True), (6, 2, 22, False), (2, 2, 4, False)])
def test_rank_condition_replaces_powers(d0, t, n, full_rank):
    """CHECK-17: n = d^t is too many samples; the binomial coefficient is the limit."""
    condition = FOUND["scaling.repaired"].hypothesis("rank").relation
    assert bool(condition.subs({m: n, d: d0, V["power"]: t})) is full_rank
    assert n <= d0**t


TABLE_1 = {
    "oymak_soltanolkotabi_2020": {2},
    "song_yang_2019": {2},
    "kawaguchi_huang_2019": {1},
    "du_2019": {6},
    "zou_gu_2019": {8},
    "companion_2022": {Rational(3, 2), 2},
    "allen_zhu_2019": {24},
}


@pytest.mark.parametrize("key", TABLE_1)
def test_table_1_as_printed(key):
    """Exponents of the comparison table, with their place."""
    item = FOUND[f"cmp.{key}"]
    assert {order.exponents[m] for order in item.orders} == TABLE_1[key]
    assert {order.quoted_by for order in item.orders} == {"sgd22, Table 1"}
