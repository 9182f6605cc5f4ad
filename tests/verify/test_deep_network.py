"""The step size and the ball at which statements on deep networks are tried, from their conditions solved by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.data import dataset
from boundkit.papers import statement
from boundkit.query import bind
from boundkit.statement.vocabulary import step_size
from boundkit.statement.words.shared import T
from boundkit.train.deep import Moved
from boundkit.verify.observe import Plan
from boundkit.verify.observe.deep import network
from boundkit.verify.observe.deep.weights import _columns

DATA, WIDTH, DEPTH = dataset("arc:n=2,mu=0.5,phi=0.9"), 64, 2
SEPARATION = 0.9  # of the samples of the arc, whose labels differ


def arranged(id: str, assume: dict[str, Any], **given: Any) -> tuple[Any, Plan]:
    """The statement bound to two samples at the depth, and a plan with its numbers."""
    parameters = {"k": WIDTH, "L": DEPTH, **given}
    binding = bind(statement(id), data=DATA, activation_name="relu", parameters=parameters, assume=assume)
    numbers = {name: float(value) for name, value in binding.given.items()}
    return binding, Plan(DATA, activation("relu"), WIDTH, (0,), 10, 0, "cpu", given=numbers)


@pytest.mark.parametrize(("depth", "expected"), [(1, SEPARATION**1.5 / 2**3), (2, 1 / (2**11 * np.log(WIDTH) ** 1.5))])
def test_the_ball_is_the_largest_that_both_conditions_allow(depth: int, expected: float) -> None:
    """Theorem 5.3: c phi^3/2 n^-3 L^-2 is smaller than c L^-11 log(m)^-3/2 at one layer, and larger at two."""
    assume = {"c": 7, "C": 20, "c_lower": ".01"}
    binding, _ = arranged("zczg18.thm5_3", assume, L=depth, max_width=WIDTH)
    assert network.chosen_radius(binding, {}) == pytest.approx(7 * expected, rel=1e-9)


def test_a_ball_that_is_only_bounded_from_below_is_the_smallest() -> None:
    """Lemma 5.5: T eta <= C phi R^2 / (L^4 n^3), solved for R."""
    binding, _ = arranged("zczg18.lem5_5", {"C": 3})
    found = network.chosen_radius(binding, {T: 7.0, step_size: np.float64(0.01)})
    assert found == pytest.approx((7 * 0.01 * 2**4 * 2**3 / (3 * SEPARATION)) ** 0.5, rel=1e-9)


def test_the_step_is_the_largest_allowed_or_follows_from_the_curvature() -> None:
    """Lemma 5.4: C phi / (L^9 n^3 k). Lemma C.2 has no condition: 1 / (2 lambda k), of the logistic loss 2 / k."""
    binding, plan = arranged("zczg18.lem5_4", {"C": 5})
    found = network.chosen_step(binding, plan, network.loss_of(binding, plan))
    assert found == pytest.approx(5 * SEPARATION / (2**9 * 2**3 * WIDTH), rel=1e-9)
    binding, plan = arranged("zczg18.lemC_2", {}, radius="1/10")
    assert network.chosen_step(binding, plan, network.loss_of(binding, plan)) == pytest.approx(2 / WIDTH)


def test_the_columns_of_a_move() -> None:
    """One a layer: changes of the weights add up from the first layer on, the distance is the largest of them."""
    layers = {name: np.array([3.0, 1.0, 2.0]) for name in ("feature_change", "flips", "weight_norm", "gradient")}
    change = {"weight_change": np.array([0.5, 1.0, 0.25]), "batch_gradient": np.array([1.0, 4.0, 2.0])}
    scalars = dict.fromkeys(("last_gradient", "mean_slope", "batch_slope", "product", "sparse_output"), 0.5)
    move = Moved("any", **layers, **change, union_flips=6.0, largest_norm=1.5, **scalars)
    near, far = ({s.name: v.tolist() for s, v in _columns([move], reach).items()} for reach in (10.0, 0.75))
    assert near["weight_change_sum"] == [0.5, 1.5, 1.75]
    assert near["layer_distance"] == [1.0] * 3
    assert far["layer_distance"] == [0.75] * 3  # beyond the ball by rounding only
    assert near["perturbed_weight_norm"] == near["layer_gradient_norm"] == [3.0] * 3
    assert near["layer_batch_gradient"] == [4.0] * 3
    assert near["feature_change"] == near["layer_flips"] == [3.0, 1.0, 2.0]
    assert near["max_hidden_norm"] == [1.5] * 3
