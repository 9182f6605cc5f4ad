"""Attack by direction of the inequalities: what is small is bounded from below, everything else from above.

Norms, distances, misfits and errors are claimed to be at most something, smallest singular values and probabilities at
least something; a step size is limited from above, a width from below. The rate that a summary names is the rate of
the claim that holds at every step.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from boundkit.attack.finding import Finding, does_not_apply, failed, survived
from boundkit.attack.points import reduced, sample, value
from boundkit.statement import VOCABULARY, Statement
from boundkit.statement.vocabulary import step_size, tau

NAME = "direction"
FROM_BELOW = frozenset(
    [
        "copositive_minimum",
        "expected_gradient",
        "feature_sigma_min",
        "feature_min_0",
        "kernel_min_nonzero",
        "lambda_indicator",
        "lambda_min_hadamard",
        "large_nodes",
        "last_gradient_norm",
        "layer_cosine",
        "layer_separation",
        "margin_gain",
        "nearby_loss",
        "node_probability",
        "norm_DW",
        "rank_KR",
        "sigma_min_J",
        "sigma_min_J0",
        "sigma_min_centred",
        "sigma_min_product_KR",
        "small_preactivation",
        "smallest_G",
        "stay_probability",
        "sum_eigenvalue",
        "sigma_min_whitened",
        "sigma_min_columns",
        "layer_antipodal_separation",
        "min_hidden_norm",
    ]
)
FROM_BOTH_SIDES = frozenset(
    [
        "point_loss",
        "kernel_min",
        "n",
        "sigma_min_KR",
        "feature_norm",
        "margin_slope",
        "relu_correlation",
        "lambda_out",
        "lambda",
        "bilinear_form",
        "inverse_r0",
        "stopping_value",
        "product_frobenius",
    ]
)
RATES = ("rate", "rate_before_exit", "rate_given_stay", "expected_rate")
ABOVE, BELOW = ("<=", "<", "=="), (">=", ">", "==")


def attack(statement: Statement) -> Finding:
    """Whether every inequality points the way of the quantity that it bounds."""
    checks = list(_inequalities(statement))
    for label, operator, wanted in checks:
        if operator not in wanted:
            return failed(NAME, f"{label} has {operator} where one of {', '.join(wanted)} is expected")
    rates = list(_rates(statement))
    for label, agrees in rates:
        if not agrees:
            return failed(NAME, f"{label} does not shrink at the rate of the summary")
    if not checks and not rates:
        return does_not_apply(NAME, "no inequality has a declared direction")
    return survived(NAME, f"{len(checks)} inequalities, {len(rates)} rates")


def _inequalities(statement: Statement) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for item in statement.hypotheses:
        if item.role == "step" and item.relation.lhs == step_size:
            yield item.label, item.relation.rel_op, ABOVE
        elif item.role == "width" and item.label.startswith("width"):
            yield item.label, item.relation.rel_op, BELOW
    for claim in statement.claims:
        word = VOCABULARY[claim.observable.name]
        alone = claim.relation.lhs == claim.observable and word.origin in ("run", "network", "data")
        if alone and word.name not in FROM_BOTH_SIDES:
            yield claim.label, claim.relation.rel_op, BELOW if word.name in FROM_BELOW else ABOVE


def _rates(statement: Statement) -> Iterator[tuple[str, bool]]:
    """Whether a claim at step tau shrinks by the factor 1 - rate a step, or, for squares and losses, 1 - 2 rate."""
    if "rate" not in statement.summary:
        return
    rate = reduced(statement.summary["rate"], statement)
    for claim in statement.claims:
        bound = reduced(claim.relation.rhs, statement)
        if tau not in bound.free_symbols or claim.label not in RATES:
            continue
        values = sample(bound.free_symbols | rate.free_symbols, seed=statement.id)
        small = {word: x * 1e-3 if word == step_size else x for word, x in values.items()}
        with np.errstate(all="ignore"):
            factor = value(bound.subs(tau, 3), small) / value(bound.subs(tau, 2), small)
            share = (1 - factor) / value(rate, small)
        usable = np.isfinite(share)
        yield claim.label, bool(np.all(_near(share[usable], 1)) or np.all(_near(share[usable], 2)))


def _near(found: Any, wanted: float) -> Any:
    return np.abs(found - wanted) <= 1e-6
