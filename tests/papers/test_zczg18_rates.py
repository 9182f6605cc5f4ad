"""The orders of zczg18 against the formulas of the specification, and their scaling laws."""

import itertools

import pytest
import sympy
from sympy import Rational as Q

from boundkit.papers.zczg18 import STATEMENTS
from boundkit.papers.zczg18.growth import as_order, solve_for
from boundkit.papers.zczg18.rates import (
    FLOOR,
    GROWTH,
    LAYER_SUM,
    MARTINGALE_ITERATIONS,
    PRINTED,
    REPAIRED,
    SGD_TIME,
    STOCHASTIC_RATES,
    TRAJECTORY_STEP,
)
from boundkit.papers.zczg18.theorems import PRINTED_STEP
from boundkit.statement import VOCABULARY, expand
from boundkit.statement.vocabulary import k, n, radius, step_size

BY_ID = {item.id.removeprefix("zczg18."): item for item in STATEMENTS}
V = {name: word.symbol for name, word in VOCABULARY.items()}
L, b, phi, p, eps = V["L"], V["b"], V["label_separation"], V["loss_exponent"], V["target_risk"]
CASES = ("p < 1/2", "p = 1/2", "p > 1/2")


def slowdown(case):
    """E_p of the specification."""
    return {"p < 1/2": sympy.Integer(1), "p = 1/2": sympy.log(1 / eps), "p > 1/2": eps ** (1 - 2 * p)}[case]


def orders(name, quantity, regime, case):
    """The encoded orders of a statement in a regime and case, as expressions."""
    wanted = f"{regime}, {case}, up to logarithms"
    return [expand(o.expression) for o in BY_ID[name].orders if o.quantity == quantity and o.regime == wanted]


def agree(found, expected):
    """The same set of monomials."""
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert sympy.powsimp(sympy.expand_power_exp(sympy.expand_power_base(one / other, force=True)), force=True) == 1


# name: power of L and phi in the width, of n in the width; of L and phi in the iterations, of n there
GD = {
    "thm4_1.tracked": (38, 8, 26, 9, 2, 8),
    "d.layer_sum": (44, 8, 26, 10, 2, 8),
    "thm4_1.repaired": (36, 8, 26, 8, 2, 8),
    "thm4_1.sharpened": (25, 4, 14, 3, 1, 5),
}


@pytest.mark.parametrize(("name", "powers"), GD.items())
@pytest.mark.parametrize("case", CASES)
def test_gradient_descent_table(name, powers, case):
    """Widths and iterations are those of the table of section 8, in all cases of p and of alpha_0."""
    width_l, width_phi, width_n, steps_l, steps_phi, steps_n = powers
    q = Q(1, 2) if case == "p = 1/2" else p
    tail = n ** (-2 * q) * slowdown(case)
    width, steps = L**width_l * phi**-width_phi * n**width_n, L**steps_l * phi**-steps_phi * n**steps_n
    agree(orders(name, "width", GROWTH, case), [width * tail])
    agree(orders(name, "width", FLOOR, case), [width, width * tail])
    agree(orders(name, "iterations", GROWTH, case), [steps * tail])
    agree(orders(name, "iterations", FLOOR, case), [steps, steps * tail])


@pytest.mark.parametrize("case", CASES)
def test_stochastic_table(case):
    """Theorem 4.5: the target enters the width squared, batches enter the iterations."""
    q = Q(1, 2) if case == "p = 1/2" else p
    slow = slowdown(case)
    width, steps = L**38 / phi**8, L**9 / (b**2 * phi**2)
    agree(orders("thm4_5.tracked", "width", GROWTH, case), [width * n ** (30 - 4 * q) * slow**2])
    agree(orders("thm4_5.tracked", "width", FLOOR, case), [width * n**28, width * n ** (28 - 4 * q) * slow**2])
    agree(orders("thm4_5.tracked", "iterations", GROWTH, case), [steps * n ** (12 - 4 * q) * slow])
    agree(
        orders("thm4_5.tracked", "iterations", FLOOR, case),
        [steps * n ** (12 - 2 * q), steps * n ** (12 - 4 * q) * slow],
    )
    refined = orders("thm4_5.refined", "width", GROWTH, case)
    agree(refined, [width * n ** (30 - 4 * q) * slow**2 / b**2])


def test_zero_error_tables():
    """Corollaries 4.3 and 4.6 with a target of order 1/n."""
    for case, power in zip(CASES, (26 - 2 * p, 25, 25), strict=True):
        agree(orders("cor4_3.tracked", "width", GROWTH, case), [L**38 / phi**8 * n**power])
        agree(orders("cor4_3.tracked", "iterations", GROWTH, case), [L**9 / phi**2 * n ** (power - 18)])
        agree(orders("cor4_3.tracked", "width", FLOOR, case), [L**38 / phi**8 * n**26])
        agree(orders("cor4_3.tracked", "iterations", FLOOR, case), [L**9 / phi**2 * n**8])
    for case, wide, steps in zip(CASES, (30 - 4 * p, 28, 28), (12 - 4 * p, 10, 11 - 2 * p), strict=True):
        agree(orders("cor4_6.tracked", "width", GROWTH, case), [L**38 / phi**8 * n**wide])
        agree(orders("cor4_6.tracked", "iterations", GROWTH, case), [L**9 / phi**2 * n**steps / b**2])
        agree(orders("cor4_6.tracked", "width", FLOOR, case), [L**38 / phi**8 * n**28])


def test_printed_inline_exponents():
    """What is legible in the text: radius, times, step sizes (section 5)."""
    assert PRINTED.radius == phi**3 / (n**9 * L**17)
    assert PRINTED.time == radius**2 * phi / (L**4 * n**3)
    assert PRINTED.time.subs(radius, PRINTED.radius) == phi**7 / (L**38 * n**21)
    assert PRINTED.step == phi / (n**3 * L**9 * k)
    assert 1 / (n**3 * L**9 * k) == PRINTED_STEP
    agree([STOCHASTIC_RATES.step], [phi / k * n ** (2 * p - 7) / L**9 * b**2])
    agree([TRAJECTORY_STEP], [phi / k * n ** (2 * p - 7) / L**8 * b**2])
    at_radius = {regime: time.subs(radius, PRINTED.radius) for regime, time in SGD_TIME.items()}
    agree([at_radius[GROWTH] / b], [phi**3 / (n**10 * L**19 * sympy.sqrt(k))])
    agree([at_radius[FLOOR]], [phi**3 / (n**9 * L**19 * sympy.sqrt(k))])
    agree([MARTINGALE_ITERATIONS], [L**8 * n ** (12 - 4 * p) / (b**2 * phi**2)])


def test_one_step_errors():
    """The three bookkeepings of Lemma C.2 (CHECK-5)."""
    third = radius ** Q(1, 3)
    assert PRINTED.flip_error == L ** Q(17, 3) * third * k
    assert PRINTED.curvature_error == L**9 * k**2
    assert (LAYER_SUM.flip_error / PRINTED.flip_error, LAYER_SUM.curvature_error / PRINTED.curvature_error) == (L, L)
    assert REPAIRED.flip_error == PRINTED.flip_error
    assert REPAIRED.curvature_error == L**8 * k**2
    assert (PRINTED.margin_change, REPAIRED.margin_change) == (L**4 * k, L**3 * k)
    assert (LAYER_SUM.radius, LAYER_SUM.step) == (phi**3 / (n**9 * L**20), phi / (n**3 * L**10 * k))


@pytest.mark.parametrize("case", CASES)
def test_width_balances_the_two_times(case):
    """At the derived width the time that Lemma 5.4 needs is the time that Lemma 5.5 allows, and K = time / step."""
    needed = [
        expand(o.expression * step_size) for o in BY_ID["lem5_4"].orders if o.regime.startswith(f"{GROWTH}, {case}")
    ]
    (width,) = orders("thm4_1.tracked", "width", GROWTH, case)
    allowed = PRINTED.time.subs(radius, PRINTED.radius)
    agree([needed[0].subs(k, width)], [allowed])
    agree(orders("thm4_1.tracked", "iterations", GROWTH, case), [needed[0] / PRINTED.step])


def test_depth_at_constant_separation():
    """A separation that does not shrink with the depth costs L^46 in width, L^11 in iterations, L^-10 in the step."""
    powers = {o.quantity: o.exponents[L] for o in BY_ID["d.constant_separation"].orders}
    assert powers == {"step size": -10, "radius": -20, "width": 46, "iterations": 11}


def test_price_of_stochastic_gradients():
    """For single samples the price is between n^2 and n^4, with both ends attained (CHECK-21)."""
    powers = [o.exponents.get(n, 0) for o in BY_ID["d.sgd_over_gd"].orders]
    ends = {sympy.sympify(power).subs(p, value) for power in powers for value in (0, 1)}
    inside = [sympy.sympify(o.exponents[n]).subs(p, v) for o in BY_ID["d.sgd_over_gd"].orders for v in values_of(o)]
    assert {2, 4} <= ends
    assert all(2 <= power <= 4 for power in inside)


def values_of(order):
    """Exponents p of the case of an order, at its ends."""
    return {"<": (0, Q(1, 2)), "=": (Q(1, 2),), ">": (Q(1, 2), 1)}[order.regime.split("p ")[1][0]]


@pytest.mark.parametrize("name", ["thm4_1.tracked", "thm4_5.tracked", "thm4_1.sharpened"])
def test_cases_join_at_one_half(name):
    """The powers of n, L, phi of the outer cases tend to those of p = 1/2."""
    for quantity, regime in itertools.product(("width", "iterations"), (GROWTH, FLOOR)):
        middle = [o for o in BY_ID[name].orders if (o.quantity, o.regime[: len(regime)]) == (quantity, regime)]
        by_case = {case: [o for o in middle if case in o.regime] for case in CASES}
        for case in ("p < 1/2", "p > 1/2"):
            for outer, inner in zip(by_case[case], by_case["p = 1/2"], strict=True):
                for symbol in (n, L, phi):
                    at_half = sympy.sympify(outer.exponents[symbol]).subs(p, Q(1, 2))
                    assert at_half == inner.exponents[symbol]


def test_forms_are_ordered():
    """Sharper forms ask for less width and fewer steps whenever n, L >= 1 and phi <= 1."""
    names = ["d.layer_sum", "thm4_1.tracked", "thm4_1.repaired", "thm4_1.sharpened"]
    values = {n: 7, L: 3, phi: Q(1, 5), p: Q(3, 4), eps: Q(1, 50)}
    for quantity, case in itertools.product(("width", "iterations"), ("p < 1/2", "p > 1/2")):
        at = {**values, p: Q(1, 4)} if "<" in case else values
        sizes = [float(orders(name, quantity, GROWTH, case)[0].subs(at)) for name in names]
        assert sizes == sorted(sizes, reverse=True)


def test_distance_falls_with_the_root_of_the_width():
    """DRV-16: the distance at the stopping time is L^2 n^(4-p) / (phi sqrt(m))."""
    first = BY_ID["d.stopping_distance"].orders[0]
    agree([first.expression], [L**2 * n ** (4 - p) / (phi * sympy.sqrt(k))])


def test_solving_and_reading_monomials():
    """A monomial condition is solved for its variable, other dependence is refused, orders read back as themselves."""
    assert solve_for(n**3 * k**-2, k) == n ** Q(3, 2)
    with pytest.raises(ValueError, match="not a power"):
        solve_for(n + k, k)
    monomial = n ** (3 - 2 * p) * sympy.log(eps) ** 2 / sympy.sqrt(k)
    agree([as_order("width", monomial).expression], [monomial])


def test_closed_form_of_the_distance_is_the_radius_at_the_allowed_time():
    """Lemma 5.5 in closed form, at the printed time, is radius times sqrt(L_S(W_0)) (CHECK-12b)."""
    bound = BY_ID["lem5_5.tracked"].claim("distance").bound
    at_time = bound.subs(V["T"], PRINTED.time / step_size)
    assert sympy.simplify(at_time / (V["C"] * radius * sympy.sqrt(V["loss_0"]))) == 1
    assert BY_ID["lem5_5"].hypothesis("time").relation.rhs == V["C"] * PRINTED.time


def test_printed_properties_are_the_monomials_of_the_chain():
    """The factors composed in the rates are those of items (ii), (v), (vi), (vii), (viii) of Theorem 5.3."""
    from boundkit.papers.zczg18 import rates

    widths = {V["max_width"]: k, V["last_width"]: k, V["C"]: 1, V["c_lower"]: 1}
    one = {V["mean_slope"]: 1, V["weight_change_sum"]: 1}

    def factor(name, label):
        """The bound of an item without constants and logarithms."""
        found = BY_ID[name].claim(label).bound if label != "gradient_lower" else BY_ID[name].claim(label).relation.rhs
        return found.subs(sympy.log(V["max_width"]), 1).subs(widths).subs(one)

    assert factor("thm5_3_ii", "features") == rates.LIPSCHITZ
    assert factor("thm5_3_v", "product") == rates.PRODUCT
    agree([factor("thm5_3_vi", "sparse_output")], [rates.SPARSE])
    assert factor("thm5_3_vii", "gradient_lower") == rates.STRENGTH
    assert factor("thm5_3_viii", "layer_gradient") == rates.GRADIENT
    assert factor("thm5_3_viii.sharpened", "layer_gradient") == REPAIRED.gradient
