"""The ends of the ranges of widths, steps and parameters of certainty, and slips planted there."""

from dataclasses import replace

import numpy as np
import pytest
from sympy import Ge, Le, Rational, cbrt, exp, log, oo

from boundkit.attack import extremes, limits
from boundkit.attack.admissible import admissible, conditions, facts, holds
from boundkit.attack.points import free_symbols
from boundkit.papers import statement, statements
from boundkit.statement.vocabulary import delta, k, n, step_size
from boundkit.statement.words.shared import failure

SURE = [
    "os19.thm6_2.tracked",
    "zczg18.d.one_hidden_layer",
    "zczg18.corA_2",
    "sgd22.lem2.repaired",
    "os19.thm2_6.repaired",
]


def with_width(item, label, change):
    """The statement with the right side of one hypothesis changed."""
    changed = tuple(
        replace(h, relation=h.relation.func(h.relation.lhs, change(h.relation.rhs), evaluate=False))
        if h.label == label
        else h
        for h in item.hypotheses
    )
    assert changed != item.hypotheses
    return replace(item, hypotheses=changed)


def reason(item):
    """Why the attack fails."""
    finding = extremes.attack(item)
    assert finding.outcome == "failed"
    return finding.reason


@pytest.mark.parametrize("id", SURE)
def test_certainty_can_be_bought(id):
    """Widths stay finite and grow at most like a power as the allowed failure vanishes."""
    assert "parameters of certainty" in extremes.attack(statement(id)).reason
    assert " 0 parameters" not in extremes.attack(statement(id)).reason


def test_no_statement_fails():
    """Nothing in the library has a width or a step that goes the wrong way at an end."""
    assert [item.id for item in statements() if extremes.attack(item).outcome == "failed"] == []


def test_a_width_that_grows_faster_than_any_power_is_caught():
    """The exponential of a root of 1/failure beside log(1/failure), and of a root of delta beside 1 + delta."""
    item = statement("zczg18.corA_2")
    assert "faster than any power" in reason(
        with_width(item, "width", lambda side: side * exp(failure ** Rational(-1, 4)))
    )
    item = statement("os19.thm6_2.tracked")
    assert "faster than any power" in reason(with_width(item, "width", lambda side: side * exp(cbrt(delta))))


def test_a_width_that_no_certainty_affords_is_caught():
    """A demand that is infinite or contradicts itself for a small allowed failure."""
    item = statement("zczg18.corA_2")
    assert "no width" in reason(with_width(item, "width", lambda side: side * exp(exp(1 / failure))))


def test_a_probability_that_falls_is_caught():
    """An allowed failure that enters with the wrong sign, and a deviation under the wrong sign in the exponent."""
    item = statement("zczg18.corA_2")
    assert "probability falls" in reason(replace(item, probability=failure))
    item = statement("os19.thm6_2.tracked")
    assert "probability falls" in reason(replace(item, probability=1 - 1 / n - (1 - exp(-(delta**2)))))


def test_a_width_condition_that_a_larger_width_breaks_is_caught():
    """The width on both sides, with the greater power on the wrong one."""
    item = statement("os19.thm6_2.tracked")
    assert "as the width grows" in reason(with_width(item, "width", lambda side: side + k / 10**8))


def test_a_step_without_room_is_caught():
    """A largest step size that is negative where a logarithm is, and allows none there."""
    item = statement("sgd22.thm1.repaired")
    assert extremes.attack(item).outcome == "survived"
    assert "no step size" in reason(with_width(item, "step_kick", lambda side: side * log(n / 4)))


def test_conditions_that_need_no_width_are_left_alone():
    """Lemmas about matrices have neither width nor step; `k <= d` names a shape and asks for no width."""
    assert extremes.attack(statement("sjl17.lem5_1")).outcome == "does not apply"
    assert extremes.attack(statement("sjl17.lem5_3.refined")).outcome == "does not apply"


@pytest.mark.parametrize("id", ["sgd22.d.exit", "zczg18.d.one_hidden_layer_logistic", "zczg18.corA_2.tracked"])
def test_points_are_found_where_one_word_must_give_way_to_another(id):
    """Conditions that fight over one word, that leave a narrow range only, or that are not solved for the width."""
    item = statement(id)
    relations = conditions(item)
    names = free_symbols(relations)
    values = admissible([*relations, *facts(item, names)], names, count=16, seed="test")
    assert values is not None
    assert all(np.all(holds(relation, values)) for relation in relations)
    assert limits.attack(item).outcome == "survived"


def test_points_touch_the_bounds():
    """Half of the points lie on the bound that moved them, so that a bound a little too strong is seen."""
    values = admissible([Ge(k, 1000 * n, evaluate=False)], [k, n], count=20, seed="test")
    excess = values[k] / values[n] / 1000
    assert np.sum(excess < 1 + 1e-9) >= 10
    assert np.all(excess >= 1)


def test_impossible_conditions_have_no_points():
    """A contradiction is not settled by pushing the width for ever."""
    impossible = [Ge(k, 2 * n, evaluate=False), Le(k, n, evaluate=False)]
    assert admissible(impossible, [k, n], count=4, seed="test") is None
    assert admissible([Le(step_size, -oo, evaluate=False)], [step_size], count=4, seed="test") is None
