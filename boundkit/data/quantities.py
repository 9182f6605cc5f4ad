"""The quantities that theorems ask of data and activations, each with a certified enclosure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import flint

from boundkit import activations
from boundkit.activations import Activation
from boundkit.activations.quantities import NAMED
from boundkit.arithmetic import decimal, decimal_above, decimal_below, precision
from boundkit.data.bounds import (
    gershgorin_bound,
    indicator_bound,
    khatri_rao_bound,
    power_bound,
    quadratic_bound,
    quadratic_output_bound,
    separation_bound,
    sum_bound,
)
from boundkit.data.datasets import Dataset, dataset
from boundkit.data.eigenvalues import smallest_kernel_eigenvalue
from boundkit.data.gram import (
    BITS,
    gram_eigenvalue,
    khatri_rao_eigenvalue,
    largest_gram_eigenvalue,
    require_unit_rows,
    row_norm_deviation,
)
from boundkit.data.on_request import NAMED_OF_DATA, OF_DATA_ALONE, WITH_PARAMETERS, chosen_parameters
from boundkit.data.pairs import closest_pair
from boundkit.errors import BadInput, Infeasible, NotApplicable, unknown


@dataclass(frozen=True)
class Quantity:
    """A number known to lie in a ball; a NaN ball becomes the whole line, on which nothing is known.

    >>> Quantity("half", flint.arb(0.5)).value
    '0.5'
    """

    name: str
    ball: Any

    def __post_init__(self) -> None:
        if self.ball.is_nan():
            object.__setattr__(self, "ball", flint.arb(0, flint.arb.pos_inf()))

    @property
    def value(self) -> str | None:
        """The midpoint to 20 digits; None when nothing is known (an unbounded enclosure)."""
        if self.lower == self.upper:
            return self.lower
        return _tidy(decimal(self.ball)) if self.ball.is_finite() else None

    @property
    def lower(self) -> str:
        """A decimal at or below the number."""
        with precision(BITS):
            return _tidy(decimal_below(self.ball))

    @property
    def upper(self) -> str:
        """A decimal at or above the number."""
        with precision(BITS):
            return _tidy(decimal_above(self.ball))


def quantities(
    data: Dataset | str,
    /,
    *,
    activation: Activation | str | None = None,
    names: Iterable[str] | None = None,
    parameters: Mapping[str, object] | None = None,
) -> dict[str, Quantity]:
    """The quantities asked for, or, without `names`, those that apply to these data and this activation.

    `n`, `d`, `norm_y`, `norm_X`, `sigma_min_X`, `sigma_min_KR` (smallest singular value of the row-wise
    Khatri-Rao square), `kappa` = sqrt(d / n) norm_X / sigma_min_KR^2, `separation` = min over pairs of
    min(|x_i - x_j|, |x_i + x_j|), `rho_max` = max |<x_i, x_j>|, `row_norm_deviation` = max | |x_i| - 1 |
    (exactly 0 within 1e-9). With an activation also the smallest eigenvalues `lambda` (`os19` Definition 6.1),
    `lambda_out` (Definition 3.1) and `lambda_ntk` (both layers), the lower bounds on the first two, `lambda_bound_...`
    and `lambda_out_bound_...` (see `boundkit.data.bounds`): `quadratic` (Lemma 6.4), `khatri_rao`, `sum` (D17), `power`
    (H.1, H.2), `gershgorin` (D17b), `separation` (D14, ReLU), `indicator` (I.2, ReLU); and the activation's own
    quantities such as `mu_phi` and `B`. More are measured when they are named: see `boundkit.data.on_request`. Some of
    these take `parameters`, such as {"power": 3} for `sigma_min_power` and {"hidden_std": "1/2"} for `kernel_min`.

    Rows within 1e-9 of length 1 stand for their exactly normalised versions. Raises BadInput for an unknown
    name, a missing activation or a missing parameter; NotApplicable when a quantity named needs unit rows or two
    samples; Infeasible for pairwise quantities of more than 8000 samples. Without `names`, quantities that raise the
    last two are left out.

    >>> quantities("orthonormal:n=4", activation="relu", names=["lambda"])["lambda"].value
    '0.5'
    """
    points = dataset(data)
    chosen = None if activation is None else activations.activation(activation)
    if names is not None:
        return {name: Quantity(name, _measured(points, chosen, name, parameters or {})) for name in _checked(names)}
    found: dict[str, Quantity] = {}
    for name in [*OF_DATA, *OF_DATA_AND_ACTIVATION, *OF_ACTIVATION] if chosen else OF_DATA:
        try:
            found[name] = Quantity(name, _measured(points, chosen, name, {}))
        except (NotApplicable, Infeasible):
            continue
    return found


def _checked(names: Iterable[str]) -> list[str]:
    available = [*OF_DATA, *OF_DATA_AND_ACTIVATION, *NAMED, *NAMED_OF_DATA, *WITH_PARAMETERS]
    listed = [names] if isinstance(names, str) else list(names)
    for name in listed:
        if name not in available:
            raise unknown("quantity", name, available)
    return listed


def _measured(data: Dataset, activation: Activation | None, name: str, parameters: Mapping[str, object]) -> Any:
    with precision(BITS):
        if name in OF_DATA:
            return OF_DATA[name](data)
        if name in NAMED_OF_DATA:
            return NAMED_OF_DATA[name](data)
        if activation is None and name not in OF_DATA_ALONE:
            raise BadInput("activation", None, f"is needed for {name}")
        asked = name in WITH_PARAMETERS and (
            name not in NAMED or any(p in parameters for p in WITH_PARAMETERS[name][0])
        )
        if activation is not None and name in NAMED and not asked:
            return activation.quantity(name)
        chosen = chosen_parameters(name, parameters) if asked else {}
        results = _RESULTS.setdefault(data, {})
        key = (name, activation and activation.expression, *map(_hashable, chosen.values()))
        if key not in results:
            function: Callable[..., Any] = (
                WITH_PARAMETERS[name][1] if name in WITH_PARAMETERS else OF_DATA_AND_ACTIVATION[name]
            )
            results[key] = function(data, activation, **chosen)
        return results[key]


def _hashable(value: Any) -> Any:
    return (*value.mid().man_exp(), *value.rad().man_exp()) if isinstance(value, flint.arb) else value


def _tidy(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text.lower() else text


def _norm_y(data: Dataset) -> Any:
    return sum((flint.arb(label) ** 2 for label in data.y.reshape(-1).tolist()), flint.arb(0)).sqrt()


def _kappa(data: Dataset) -> Any:
    least = khatri_rao_eigenvalue(data)
    if least == 0:
        return flint.arb.pos_inf()
    if not least > 0:
        return flint.arb(0, flint.arb.pos_inf())
    return (flint.arb(data.d) / data.n * largest_gram_eigenvalue(data)).sqrt() / least


def _rho_max(data: Dataset) -> Any:
    require_unit_rows(data)
    return (1 - closest_pair(data) / 2).nonnegative_part()


OF_DATA: dict[str, Callable[[Dataset], Any]] = {
    "n": lambda data: flint.arb(data.n),
    "d": lambda data: flint.arb(data.d),
    "norm_y": _norm_y,
    "norm_X": lambda data: largest_gram_eigenvalue(data).sqrt(),
    "sigma_min_X": lambda data: gram_eigenvalue(data).sqrt(),
    "sigma_min_KR": lambda data: khatri_rao_eigenvalue(data).sqrt(),
    "kappa": _kappa,
    "separation": lambda data: closest_pair(data).sqrt(),
    "rho_max": _rho_max,
    "row_norm_deviation": row_norm_deviation,
}

OF_DATA_AND_ACTIVATION: dict[str, Callable[[Dataset, Activation], Any]] = {
    "lambda": smallest_kernel_eigenvalue,
    "lambda_out": partial(smallest_kernel_eigenvalue, kind="sigma_tilde"),
    "lambda_ntk": partial(smallest_kernel_eigenvalue, kind="ntk"),
    "lambda_bound_quadratic": quadratic_bound,
    "lambda_bound_khatri_rao": khatri_rao_bound,
    "lambda_bound_power": power_bound,
    "lambda_bound_sum": sum_bound,
    "lambda_bound_gershgorin": gershgorin_bound,
    "lambda_bound_separation": separation_bound,
    "lambda_bound_indicator": indicator_bound,
    "lambda_out_bound_quadratic": quadratic_output_bound,
    "lambda_out_bound_power": partial(power_bound, kind="sigma_tilde"),
    "lambda_out_bound_sum": partial(sum_bound, kind="sigma_tilde"),
    "lambda_out_bound_gershgorin": partial(gershgorin_bound, kind="sigma_tilde"),
}

OF_ACTIVATION = (
    "mu_phi",
    "mu_phi_tilde",
    "B",
    "sup_dphi",
    "sup_d2phi",
    "var_phi",
    "second_moment_phi",
    "second_moment_dphi",
)

_RESULTS: WeakKeyDictionary[Dataset, dict[tuple[Any, ...], Any]] = WeakKeyDictionary()
