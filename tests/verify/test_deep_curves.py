"""What is observed along runs of deep networks, by hand, and what of it counts once a condition has failed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.data import dataset
from boundkit.errors import NotApplicable
from boundkit.papers import statement
from boundkit.query import Binding, bind
from boundkit.statement.vocabulary import tau
from boundkit.statement.words.deep import final_risk, layer_distance
from boundkit.statement.words.shared import loss, loss_0
from boundkit.verify.observe import Plan
from boundkit.verify.observe.deep.conditions import along_run, among_columns
from boundkit.verify.observe.deep.training import Curves, _values

DATA, NAN = dataset("arc:n=2,mu=0.5,phi=0.9"), np.nan


def bound() -> tuple[Binding, Plan]:
    """Lemma C.2, in a ball of radius 1/10."""
    parameters = {"k": 8, "L": 2, "radius": "1/10"}
    binding = bind(statement("zczg18.lemC_2"), data=DATA, activation_name="relu", parameters=parameters)
    return binding, Plan(DATA, activation("relu"), 8, (0,), 3, 0, "cpu", given={"L": 2.0, "radius": 0.1})


def test_curves_of_one_run() -> None:
    """A run of two steps in an array of three: gains of margins, worst samples, layers added up or at their largest."""
    binding, plan = bound()
    y = DATA.y
    margins = np.array([[[0.0, 4.0], [1.0, 1.0], [3.0, 0.5], [NAN, NAN]]])
    drift = np.array([[[-12.0, 1.0], [2.0, 1.0], [0.0, 0.0], [NAN, NAN]]])
    run = Curves(
        risk=np.array([[3.0, 2.0, 1.0, NAN]]),
        mean_slope=np.ones((1, 4)),
        batch_slope=np.ones((1, 4)),
        outputs=y * margins,
        drift=y * drift,
        gradient=np.array([[[3.0, 4.0], [0.0, 2.0], [1.0, 0.0], [NAN, NAN]]]),
        distance=np.array([[[0.0, 0.0], [6.0, 8.0], [5.0, 12.0], [NAN, NAN]]]),
        spectral=np.array([[[0.0, 0.0], [1.0, 2.0], [4.0, 3.0], [NAN, NAN]]]),
        flips=np.array([[[0.0, 0.0], [2.0, 1.0], [1.0, 5.0], [NAN, NAN]]]),
        union_flips=np.array([[0.0, 3.0, 6.0, NAN]]),
    )
    found = {symbol.name: np.asarray(value).tolist() for symbol, value in _values(binding, plan, run, 0.5).items()}
    expected: dict[str, Any] = {
        "next_risk": [[2.0, 1.0, NAN, NAN]],
        "final_risk": [[1.0]],
        "loss_0": [[3.0]],
        "gradient_norm": [[5.0, 2.0, 1.0, NAN]],
        "last_gradient_norm": [[4.0, 2.0, 0.0, NAN]],
        "distance": [[0.0, 10.0, 13.0, NAN]],
        "layer_distance": [[0.0, 2.0, 4.0, NAN]],
        "layer_flips": [[0.0, 2.0, 5.0, NAN]],
        "misclassified": [[0.0]],
        "misclassified_0": [[1.0]],  # a margin of 0 is an error
        "risk_hitting_time": [[2.0]],
        "T": [[0.0, 1.0, 2.0, NAN]],
    }
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)
    # gains (1, -3), then (2, -1/2), and half the drifts (-6, 1/2), then (1, 1/2): the smallest sums are -5 and 0
    np.testing.assert_array_equal(np.array(found["margin_gain"])[:, :2], [[1.0, -0.5]])
    np.testing.assert_array_equal(np.array(found["margin_drift"])[:, :2], [[-12.0, 1.0]])
    np.testing.assert_array_equal(np.array(found["margin_change_max"])[:, :2], [[3.0, 2.0]])


def test_a_step_counts_while_the_next_one_is_in_the_ball() -> None:
    """Once a run has left it nothing counts, though it may return; a run that leaves at once says nothing."""
    inside = [0.0, 0.05, 0.08, 0.2, 0.05]
    values = {
        tau: np.arange(5.0)[None, :],
        layer_distance: np.array([inside, [0.0, 0.2, 0.0, 0.0, 0.0], [0.0, 0.1, 0.1, 0.1, 0.1]]),
        loss: np.arange(1.0, 16.0).reshape(3, 5),
        loss_0: np.array([[1.0], [6.0], [11.0]]),
        final_risk: np.array([[5.0], [10.0], [15.0]]),
    }
    seen = along_run(bound()[0], (3, 5, 7), dict(values), (5, 7))
    assert (seen.trials, seen.broken) == ((3, 7), (7,))
    np.testing.assert_array_equal(seen.values[loss], [[1, 2, NAN, NAN, NAN], [11, 12, 13, 14, 15]])
    np.testing.assert_array_equal(seen.values[final_risk], [[NAN], [15.0]])
    np.testing.assert_array_equal(seen.values[loss_0], [[1.0], [11.0]])
    far = along_run(bound()[0], (3, 5, 7), dict(values), (), {layer_distance: 1.2 * values[layer_distance]})
    assert far.trials == (3,)  # the upper end of an enclosure of the distance has to be in the ball
    with pytest.raises(NotApplicable, match=r"no run satisfies ball \(0.2 is above 0.1\)"):
        along_run(bound()[0], (5,), {symbol: array[-2:-1] for symbol, array in values.items()} | {tau: values[tau]}, ())


def test_a_column_counts_where_every_condition_holds() -> None:
    """Columns are kinds of moves, not times: one outside of the ball is left out alone."""
    values = {layer_distance: np.array([[0.2, 0.05, 0.1], [0.3, 0.2, 0.2]]), loss: np.ones((2, 3))}
    seen = among_columns(bound()[0], (0, 1), values, 3)
    assert seen.trials == (0,)
    np.testing.assert_array_equal(seen.values[loss], [[NAN, 1.0, 1.0]])
