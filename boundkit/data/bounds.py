"""Closed-form lower bounds on lambda(X), to set beside its measured value. `os19` D14 and D17."""

from __future__ import annotations

from typing import Any

import flint

from boundkit.activations import Activation, activation
from boundkit.data.datasets import Dataset
from boundkit.data.gram import closest_pair, gram_eigenvalue, khatri_rao_eigenvalue, require_unit_rows
from boundkit.errors import NotApplicable


def khatri_rao_bound(data: Dataset, chosen: Activation) -> Any:
    """lambda(X) >= E[phi'(g)]^2 sigma_min(X)^2 + E[g phi'(g)]^2 sigma_min(X * X)^2, `os19` D17."""
    require_unit_rows(data)
    linear = chosen.quantity("mu_phi_tilde") ** 2 * gram_eigenvalue(data)
    return linear + chosen.quantity("mu_phi") ** 2 * khatri_rao_eigenvalue(data)


def separation_bound(data: Dataset, chosen: Activation) -> Any:
    """lambda(X) >= (c_0 / 2) / sqrt(1 + ln(2 (n - 1)) / ln(1 / rho_max)), c_0 / 2 = sqrt(2 / pi) / (4 pi).

    `os19` D14. For ReLU only; raises NotApplicable for another activation, a single sample, rows not of
    length 1.
    """
    require_unit_rows(data)
    if chosen.expression != activation("relu").expression:
        raise NotApplicable("relu", f"the separation bound on lambda is for relu, not for {chosen.name}")
    rho = (1 - closest_pair(data) / 2).nonnegative_part()
    return _tail(data.n, rho.lower()).union(_tail(data.n, rho.upper()))


def _tail(n: int, rho: Any) -> Any:
    """The bound at an exact rho; it decreases from c_0 / 2 at rho = 0 to 0 at rho = 1."""
    if rho >= 1:
        return flint.arb(0)
    half = (2 / flint.arb.pi()).sqrt() / (4 * flint.arb.pi())
    return half if rho <= 0 else half / (1 - flint.arb(2 * (n - 1)).log() / rho.log()).sqrt()
