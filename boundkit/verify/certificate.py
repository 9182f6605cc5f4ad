"""A certificate for one network: a deterministic theorem whose conditions are measured on its initialisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sympy import Expr, Symbol

from boundkit.activations import Activation
from boundkit.data import Dataset
from boundkit.errors import NotApplicable
from boundkit.papers import statement as find, statements
from boundkit.query import Binding, Check, bind, check_all
from boundkit.query.share import share
from boundkit.statement import Statement
from boundkit.statement.vocabulary import alpha, beta, lipschitz, misfit_0, step_size
from boundkit.verify.arguments import LARGEST_SEED, integer_in
from boundkit.verify.observe import Plan, balls, number
from boundkit.verify.observe.shallow.training import start_values

LARGEST_DRAWN = 10**12  # units, one after the other: more would take days


@dataclass(frozen=True)
class Certificate:
    """Whether `theorem` certainly applies to one draw of the weights, and what it then guarantees.

    `margin` is the factor by which its condition holds (at least 1 when certified); `failing` names the
    hypothesis that does not hold. Numbers that a theorem does not use are None.
    """

    certified: bool
    theorem: str
    alpha: float | None
    beta: float | None
    lipschitz: float | None
    misfit: float
    margin: float | None
    rate: float | None
    radius: float | None
    step_size: float | None
    failing: str | None


def certify(
    *,
    data: Dataset | str,
    activation: str | Activation,
    k: int,
    seed: int = 0,
    trial: int = 0,
    device: str = "auto",
    **parameters: object,
) -> Certificate:
    """Measure the conditions of the deterministic theorem that fits the activation on one initialisation.

    Raises BadInput for unusable arguments and NotApplicable when no certificate theorem fits.

    >>> certify(data="orthonormal:n=2", activation="softplus", k=40000, seed=0).certified
    True
    """
    binding = certificate_binding(data=data, activation=activation, k=k, parameters=parameters)
    chosen = binding.activation
    assert chosen is not None
    width, seed = integer_in("k", k, 1, LARGEST_DRAWN), integer_in("seed", seed, 0, LARGEST_SEED)
    plan = Plan(binding.data, chosen, width, (trial,), 0, seed, device)
    values = start_values(binding, plan, trial)
    checks = measured_checks(binding, values)
    failing = next((item.label for item in checks if item.holds is not True), None)

    def scalar(expression: Expr | None) -> float | None:
        if expression is None:
            return None
        value = float(np.squeeze(number(binding, expression, values)))
        return value if np.isfinite(value) else None

    instance, summary = binding.statement.instance, binding.statement.summary
    return Certificate(
        certified=failing is None,
        theorem=binding.statement.id,
        alpha=scalar(instance.get(alpha)),
        beta=scalar(instance.get(beta)),
        lipschitz=scalar(instance.get(lipschitz)),
        misfit=float(np.squeeze(values[misfit_0])),
        margin=scalar(summary.get("margin")),
        rate=scalar(summary.get("rate")),
        radius=scalar(summary.get("radius")),
        step_size=scalar(step_size),
        failing=failing,
    )


def certificate_binding(
    *, data: Dataset | str, activation: str | Activation, k: int, parameters: Mapping[str, object]
) -> Binding:
    """The first certificate theorem whose conditions on data and activation hold, bound to these numbers."""
    reasons = []
    candidates = certificates()
    for candidate, (own, _) in zip(candidates, share(candidates, parameters), strict=True):
        binding = bind(candidate, data=data, activation_name=activation, parameters={**own, "k": k})
        fixed = [item for item in candidate.hypotheses if item.role != "run"]
        failed = [item for item in check_all(fixed, binding, {}) if item.holds is not True]
        if not failed:
            return binding
        reasons.append(f"{candidate.id} needs {failed[0].label}" if binding.failing is None else binding.failing[1])
    raise NotApplicable("certificate", "no certificate theorem applies: " + "; ".join(dict.fromkeys(reasons)))


def certificates() -> list[Statement]:
    """The deterministic theorems that statements name as their certificate, in the order of the papers."""
    return [find(id) for id in dict.fromkeys(item.certificate for item in statements()) if id is not None]


def measured_checks(binding: Binding, values: Mapping[Symbol, np.ndarray]) -> list[Check]:
    """Every hypothesis with the measured values as balls of relative radius `MEASUREMENT_ERROR`."""
    return check_all(binding.statement.hypotheses, binding, balls(values))
