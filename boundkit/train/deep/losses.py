"""Losses of the margin z = y f(x), each with minus its derivative (`zczg18`, section 3 and Assumptions 3.1 to 3.3)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from array_api_compat import array_namespace

from boundkit.errors import BadInput, unknown
from boundkit.train.backend import Array


@dataclass(frozen=True)
class MarginLoss:
    """A non-increasing loss; `value_and_slope(z)` are loss(z) and -loss'(z) >= 0 on arrays of any namespace.

    `constants` are those of Assumptions 3.2, 3.3 and 4.4 by their vocabulary names; one that is not there does not
    exist for this loss, an infinite one is `math.inf`.
    """

    name: str
    value_and_slope: Callable[[Array], tuple[Array, Array]]
    constants: Mapping[str, float] = field(default_factory=dict)

    def at(self, margin: float) -> float:
        """The loss at one margin.

        >>> margin_loss("squared_hinge").at(0.0)
        1.0
        """
        import numpy as np

        return float(self.value_and_slope(np.asarray([margin], dtype=np.float64))[0][0])


def margin_loss(name: str | MarginLoss) -> MarginLoss:
    """The loss of this name: logistic, squared_hinge, huberised_hinge:power=q (q >= 2), hinge, exponential.

    Raises BadInput for another name or power.

    >>> margin_loss("huberised_hinge:power=3").constants["loss_exponent"]
    0.6666666666666667
    """
    if isinstance(name, MarginLoss):
        return name
    kind, _, argument = name.partition(":")
    if kind == "huberised_hinge":
        return _huberised(_power(argument))
    if kind not in LOSSES or argument:
        raise unknown("loss", name, [*LOSSES, "huberised_hinge:power=2"])
    return LOSSES[kind]


def loss_with(constants: Mapping[str, float]) -> MarginLoss:
    """The first loss for which Assumptions 3.2, 3.3 and 4.4 hold with these constants; BadInput when there is none.

    A lower bound may be smaller than the loss's own and an upper bound larger: a finite floor admits the squared hinge.

    >>> loss_with({"loss_exponent": 0.75}).name, loss_with({}).name
    ('huberised_hinge:power=4', 'logistic')
    """
    exponent = constants.get("loss_exponent")
    candidates = list(LOSSES.values())
    if exponent is not None and 0.5 <= exponent < 1:
        candidates.append(_huberised(1 / (1 - exponent)))
    for loss in candidates:
        if all(_admits(key, loss.constants.get(key, math.nan), value) for key, value in constants.items()):
            return loss
    shown = ", ".join(f"{key} = {value:g}" for key, value in sorted(constants.items()))
    raise BadInput("loss_exponent", exponent, f"no loss of the margin has the constants {shown}")


def _admits(key: str, own: float, value: float) -> bool:
    if math.isclose(own, value, rel_tol=1e-9):
        return True
    if key in ("loss_floor", "loss_growth"):
        return value < own
    return key in ("margin_loss_smoothness", "loss_cap", "loss_growth_cap") and value > own


def _logistic(z: Array) -> tuple[Array, Array]:
    xp = array_namespace(z)
    zero = xp.zeros_like(z)
    return xp.logaddexp(zero, -z), xp.exp(-xp.logaddexp(zero, z))


def _gap(z: Array) -> Array:
    xp = array_namespace(z)
    return xp.maximum(1 - z, xp.zeros_like(z))


def _squared_hinge(z: Array) -> tuple[Array, Array]:
    gap = _gap(z)
    return gap * gap, 2 * gap


def _hinge(z: Array) -> tuple[Array, Array]:
    gap = _gap(z)
    return gap, array_namespace(z).astype(gap > 0, gap.dtype)


def _exponential(z: Array) -> tuple[Array, Array]:
    value = array_namespace(z).exp(-z)
    return value, value


def _huberised(power: float) -> MarginLoss:
    """(1 - z)_+^q / q for z >= 0 and 1/q - z below, where its slope is 1."""

    def value_and_slope(z: Array) -> tuple[Array, Array]:
        xp = array_namespace(z)
        gap, one = _gap(z), xp.ones_like(z)
        inner = xp.minimum(gap, one)
        slope = inner ** (power - 1)
        return inner * slope / power + (gap - inner), xp.where(z < 0, one, slope)

    growth = power ** (1 - 1 / power)
    constants = {
        "loss_exponent": 1 - 1 / power,
        "loss_floor": 1.0,
        "loss_growth": growth,
        "margin_loss_smoothness": power - 1,
        "loss_cap": 1.0,
        "loss_growth_cap": growth,
        "loss_at_zero": 1 / power,
    }
    return MarginLoss(f"huberised_hinge:power={power:.12g}", value_and_slope, constants)


def _power(argument: str) -> float:
    key, _, text = argument.partition("=")
    try:
        power = float(text)
    except ValueError:
        power = math.nan
    if key != "power" or not 2 <= power < math.inf:
        raise BadInput("loss", f"huberised_hinge:{argument}", "needs a power of at least 2, huberised_hinge:power=2")
    return power


LOSSES: dict[str, MarginLoss] = {
    "logistic": MarginLoss(
        "logistic",
        _logistic,
        {
            "loss_exponent": 1.0,
            "loss_floor": 0.5,
            "loss_growth": 0.5,
            "margin_loss_smoothness": 0.25,
            "loss_cap": 1.0,
            "loss_growth_cap": 1.0,
            "loss_at_zero": math.log(2),
        },
    ),
    "squared_hinge": MarginLoss(
        "squared_hinge",
        _squared_hinge,
        {
            "loss_exponent": 0.5,
            "loss_floor": math.inf,
            "loss_growth": 2.0,
            "margin_loss_smoothness": 2.0,
            "loss_cap": math.inf,
            "loss_growth_cap": 2.0,
            "loss_at_zero": 1.0,
        },
    ),
    "hinge": MarginLoss("hinge", _hinge, {"loss_floor": 1.0, "loss_at_zero": 1.0}),
    "exponential": MarginLoss(
        "exponential", _exponential, {"loss_exponent": 1.0, "loss_growth": 1.0, "loss_floor": math.inf}
    ),
}
