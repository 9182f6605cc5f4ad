"""Losses of the margin against their definitions, finite differences and the assumptions of zczg18."""

import array_api_strict as strict
import numpy as np
import pytest

from boundkit.errors import BadInput
from boundkit.train.deep import loss_with, margin_loss
from boundkit.train.deep.reference import loss_value

NAMES = ["logistic", "squared_hinge", "huberised_hinge:power=2", "huberised_hinge:power=3.5", "hinge", "exponential"]
SMOOTH = [name for name in NAMES if name not in ("hinge", "exponential")]
GRID = np.array([*np.linspace(-30, 30, 601), -800.0, 700.0, 1e-9, 1 - 1e-9])


@pytest.mark.parametrize("name", NAMES)
def test_slope_is_minus_the_derivative(name):
    """Central differences away from the kink of the hinge agree with the slope."""
    z = GRID[(np.abs(GRID) < 30) & (np.abs(GRID - 1) > 1e-3) & (np.abs(GRID) > 1e-4)]
    value_and_slope, h = margin_loss(name).value_and_slope, 1e-5
    difference = (value_and_slope(z - h)[0] - value_and_slope(z + h)[0]) / (2 * h)
    assert np.allclose(difference, value_and_slope(z)[1], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "exponential"])
def test_values_agree_with_the_reference_and_do_not_overflow(name):
    """Written twice from the definition, in double and in long double arithmetic, at extreme margins too."""
    value, slope = margin_loss(name).value_and_slope(GRID)
    slow = np.array([loss_value(margin_loss(name), z) for z in GRID], dtype=float)
    assert np.allclose(np.stack([value, slope], axis=1), slow, rtol=1e-13, atol=0)


@pytest.mark.parametrize("name", SMOOTH)
def test_constants_satisfy_the_assumptions(name):
    """Assumptions 3.2, 3.3 and 4.4 hold on a grid, and the growth constant cannot be doubled."""
    loss = margin_loss(name)
    c = loss.constants
    z = np.linspace(-20, 20, 4001)
    value, slope = loss.value_and_slope(z)
    power = value ** c["loss_exponent"]
    assert (slope >= np.minimum(c["loss_floor"], c["loss_growth"] * power) * (1 - 1e-12)).all()
    assert (slope <= np.minimum(c["loss_cap"], c["loss_growth_cap"] * power) * (1 + 1e-12)).all()
    bend = np.abs(np.diff(slope) / np.diff(z)).max()
    assert bend == pytest.approx(c["margin_loss_smoothness"], rel=0.02)
    assert bend <= c["margin_loss_smoothness"] * (1 + 1e-9)
    assert (slope**2 <= 2 * c["margin_loss_smoothness"] * value * (1 + 1e-12)).all()
    assert not (slope >= np.minimum(2 * c["loss_floor"], 2 * c["loss_growth"] * power)).all()


@pytest.mark.parametrize("name", SMOOTH)
def test_a_loss_is_found_by_its_constants(name):
    """The catalogue is identified by constants; a smaller smoothness than any loss has finds none."""
    loss = margin_loss(name)
    z = np.linspace(-3, 3, 50)
    found = loss_with(loss.constants)
    assert np.allclose(found.value_and_slope(z)[0], loss.value_and_slope(z)[0])
    with pytest.raises(BadInput):
        loss_with({**loss.constants, "margin_loss_smoothness": 1e-3})


def test_a_finite_floor_admits_the_squared_hinge():
    """Assumption 3.2 with a smaller floor is weaker."""
    constants = {"loss_exponent": 0.5, "loss_floor": 1e9, "loss_growth": 2.0, "margin_loss_smoothness": 2.0}
    assert loss_with(constants).name == "squared_hinge"


@pytest.mark.parametrize("name", ["huber", "logistic:power=2", "huberised_hinge:power=1", "huberised_hinge"])
def test_unknown_losses_are_refused(name):
    """One line that names the argument."""
    with pytest.raises(BadInput, match="loss"):
        margin_loss(name)


@pytest.mark.parametrize("name", NAMES)
def test_losses_run_on_a_strict_namespace(name):
    """No implicit conversion to NumPy, on a second device."""
    z = strict.asarray([-2.0, 0.0, 0.5, 2.0], device=strict.Device("device1"))
    value, slope = margin_loss(name).value_and_slope(z)
    assert value.device == slope.device == strict.Device("device1")
