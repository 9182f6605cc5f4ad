"""Numbers of an answer that are neither exact nor certain: on which side they are rounded, and what they promise."""

from dataclasses import replace
from fractions import Fraction

import pytest
from sympy import Ge, Gt, Le, sqrt

from boundkit.arithmetic import enclose
from boundkit.data import dataset
from boundkit.papers import statement
from boundkit.query import bind, guarantee, required_width
from boundkit.query.open_width import open_width
from boundkit.statement import VOCABULARY, Hypothesis
from boundkit.statement.vocabulary import k, n

I4 = "orthonormal:n=4"
c = VOCABULARY["c"].symbol


@pytest.mark.parametrize("delta", [1, 2, "1/3", "7/5", "11/7", "13/9"])
def test_numbers_before_open_constants_are_rounded_up(delta):
    """A width for c = 10^12 has the number to 24 digits: the ten that are shown are not less, and not much more."""
    asked = {"data": I4, "activation": "softplus", "delta": delta}
    (relation,) = required_width("os19.thm6_2", **asked).open_width
    shown = Fraction(str(relation.rhs.as_coeff_Mul()[0]))
    exact = Fraction(required_width("os19.thm6_2", **asked, assume={"c": 10**12}).width - 1, 10**24)
    assert exact < shown < exact * (1 + Fraction(2, 10**9))


@pytest.mark.parametrize(
    "relation",
    [Ge(k, c * n), Le(c * n, k), Ge(sqrt(k), c * n), Le(k, c * n), Ge(c * n, k), Le(1 / k, c / n), Gt(k, c * n)],
)
def test_an_open_condition_keeps_its_direction(relation):
    """A bound from above is not told as one from below: it holds at the same widths as what it is told of."""
    binding = bind(statement("os19.thm6_2"), data=I4, activation_name="softplus", parameters={"delta": 1})
    (told,) = open_width([Hypothesis("width", "width", relation)], binding)
    for width in (1, 3, 7, 9, 13, 17, 200):
        for constant in (1, 2, 5):
            at = {k: width, c: constant, n: 4}
            assert told.subs(at) == relation.subs(at), (told, at)


@pytest.mark.parametrize(("low", "high", "vacuous"), [(0, 0, True), (-1, 1, True), (-2, -1, True), (0.25, 0.5, False)])
def test_a_probability_that_may_be_zero_is_vacuous(low, high, vacuous):
    """Only what is certainly above zero promises anything; what holds surely has no number and is not vacuous."""
    answer = required_width("os19.thm6_2.tracked", data=I4, activation="softplus", delta=1)
    assert replace(answer, probability=enclose(low, high)).vacuous is vacuous
    assert not replace(answer, probability=None).vacuous


@pytest.mark.parametrize(("data", "minimal"), [("orthonormal:n=4", True), ("sphere:n=70,d=20", False)])
def test_a_width_is_called_minimal_only_if_the_next_one_certainly_fails(data, minimal):
    """Of 70 samples lambda is known to twelve digits, and the width has nineteen: one less may do as well."""
    asked = {"data": data, "activation": "relu", "delta": 1}
    answer = required_width("os19.thm6_3.tracked", **asked)
    assert answer.applicable
    assert answer.minimal is minimal
    below = guarantee("os19.thm6_3.tracked", k=answer.width - 2, **asked)
    (width,) = (item for item in below.checks if item.label == "width")
    assert width.holds is (False if minimal else None)


@pytest.mark.parametrize(("id", "activation", "width"), [("os19.cor2_2", "softplus", 8), ("os19.cor2_4", "relu", 11)])
def test_no_width_is_given_where_a_hypothesis_is_undecided(id, activation, width):
    """The same samples have one where they are known to be drawn from the sphere, and none as a user's arrays."""
    drawn = dataset("sphere:n=6,d=5,seed=0")
    item = statement(id)
    asked = {"activation": activation, "assume": {x.symbol.name: 1 for x in item.constants if x.status == "open"}}
    assert required_width(id, data=drawn, **asked).width == width
    answer = required_width(id, data=dataset(X=drawn.X, y=drawn.y), **asked)
    assert (answer.width, answer.applicable) == (None, False)
    assert answer.reason == "hypothesis uniform_on_sphere is undecided"


@pytest.mark.parametrize("beta", [3, "1/2"])
def test_a_free_step_size_is_the_largest_also_where_there_is_no_setting(beta):
    """A lemma on two iterations says eta <= 1 / beta^2 and nothing else of it."""
    asked = {"data": I4, "k": 1, "activation": "softplus", "beta": beta}
    found = guarantee("ofls19.lem6_3", **asked).step_size
    assert float(found) == pytest.approx(float(1 / Fraction(beta) ** 2), rel=1e-15)
