"""Closed-form lower bounds on smallest kernel eigenvalues, to set beside their measured values. `os19` App. H and I.

With k(rho) = sum_r a_r rho^r the kernel of unit rows is sum_r a_r G^(o r), G = X X^T, and a bound is read off the
Hadamard powers of G: lambda_min(G^(o m)) = sigma_min(X^(* m))^2. For `sigma`, a_(r + 1) = mu_r(phi')^2; for
`sigma_tilde`, a_r = mu_r(phi)^2.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import flint

from boundkit.activations import Activation, activation
from boundkit.data.datasets import Dataset
from boundkit.data.gram import gram_eigenvalue, khatri_rao_eigenvalue, power_eigenvalue, require_unit_rows
from boundkit.data.pairs import closest_pair
from boundkit.data.profiles import diagonal, power_series
from boundkit.errors import NotApplicable

MOST_POWERS = 12  # Hadamard powers whose eigenvalue is computed
NEARLY_ONE = 0.99  # larger powers would gain less than one percent
MOST_SUMMED = 64  # Hadamard powers computed for the whole series
NEGLIGIBLE = 1e-15
LARGEST_DEGREE = 256
BEYOND_FIRST = 64  # choices of R tried in the Gershgorin bound


def quadratic_bound(data: Dataset, chosen: Activation) -> Any:
    """lambda(X) >= E[g phi'(g)]^2 sigma_min(X * X)^2, `os19` Lemma 6.4."""
    require_unit_rows(data)
    return chosen.quantity("mu_phi") ** 2 * khatri_rao_eigenvalue(data)


def khatri_rao_bound(data: Dataset, chosen: Activation) -> Any:
    """lambda(X) >= E[phi'(g)]^2 sigma_min(X)^2 + E[g phi'(g)]^2 sigma_min(X * X)^2, `os19` D17."""
    return quadratic_bound(data, chosen) + chosen.quantity("mu_phi_tilde") ** 2 * gram_eigenvalue(data)


def quadratic_output_bound(data: Dataset, chosen: Activation) -> Any:
    """lambda~(X) >= mu_2(phi)^2 sigma_min(X * X)^2, `os19` after Theorem 3.2."""
    require_unit_rows(data)
    return chosen.coefficients(0, 2)[2] ** 2 * khatri_rao_eigenvalue(data)


def power_bound(data: Dataset, chosen: Activation, kind: str = "sigma") -> Any:
    """max_m a_m sigma_min(X^(* m))^2: the best of `os19` H.1 (`sigma`) or H.2 (`sigma_tilde`) over m >= 1.

    The maximum is over m <= 12, fewer where larger powers cannot improve (sigma_min(X^(* m)) <= 1).
    """
    require_unit_rows(data)
    a = power_series(chosen, kind, MOST_POWERS)
    best = flint.arb(0)
    for m, least in _powers(data):
        best = best.max(a[m] * least)
        if all(later < best for later in a[m + 1 :]):
            break
    return best


def sum_bound(data: Dataset, chosen: Activation, kind: str = "sigma") -> Any:
    """sum_m a_m sigma_min(X^(* m))^2, `os19` D17, with the powers beyond the last computed, M, taken at M.

    For unit rows sigma_min(X^(* m)) does not decrease with m (`os19` Lemma 6.5), so this is a lower bound.
    """
    require_unit_rows(data)
    a = power_series(chosen, kind, MOST_POWERS)
    rest = (diagonal(chosen, kind) - a[0]).nonnegative_part()
    total, least = flint.arb(0), flint.arb(0)
    for m, least in _powers(data):
        rest = (rest - a[m]).nonnegative_part()
        total += a[m] * least
        if least > NEARLY_ONE:
            break
    return total + rest * least


def power_sum(data: Dataset, chosen: Activation) -> Any:
    """sum_(r >= 0) mu_r(phi')^2 sigma_min(X^(* (r + 1)))^2, the whole series of `os19` D17, enclosed.

    Powers beyond the last computed, at most the 64th, contribute between its own eigenvalue and 1 each.
    """
    require_unit_rows(data)
    a = power_series(chosen, "sigma", MOST_SUMMED)
    rest = diagonal(chosen, "sigma")
    total = flint.arb(0)
    for m in range(1, MOST_SUMMED + 1):
        least = power_eigenvalue(data, m)
        rest = (rest - a[m]).nonnegative_part()
        total += a[m] * least
        if rest * (1 - least) <= NEGLIGIBLE * (total + rest):
            break
    return total + (rest * least.nonnegative_part()).union(rest)


def gershgorin_bound(data: Dataset, chosen: Activation, kind: str = "sigma") -> Any:
    """max_m (sum_(r >= m) a_r) (1 - (n - 1) rho_max^m)_+, `os19` D17b, over m <= 256 near the first positive one."""
    require_unit_rows(data)
    if data.n == 1:
        return diagonal(chosen, kind)
    rho = (1 - closest_pair(data) / 2).nonnegative_part().upper()
    first = 1
    if rho > 0:
        decay = float(-rho.log()) if rho < 1 else 0.0
        if decay * LARGEST_DEGREE <= math.log(data.n - 1):
            return flint.arb(0)
        first = max(1, math.floor(math.log(data.n - 1) / decay))
    last = min(first + BEYOND_FIRST, LARGEST_DEGREE)
    a = power_series(chosen, kind, last)
    tail = (diagonal(chosen, kind) - sum(a[:first], flint.arb(0))).nonnegative_part()
    best = flint.arb(0)
    for m in range(first, last + 1):
        best = best.max(tail * (1 - (data.n - 1) * rho**m))
        tail = (tail - a[m]).nonnegative_part()
    return best


def separation_bound(data: Dataset, chosen: Activation) -> Any:
    """lambda(X) >= (c_0 / 2) / sqrt(1 + ln(2 (n - 1)) / ln(1 / rho_max)), c_0 / 2 = sqrt(2 / pi) / (4 pi).

    `os19` D14. For ReLU only; raises NotApplicable for another activation, a single sample, rows not of
    length 1.
    """
    _require_relu(data, chosen)
    rho = (1 - closest_pair(data) / 2).nonnegative_part()
    return _tail(data.n, rho.lower()).union(_tail(data.n, rho.upper()))


def indicator_bound(data: Dataset, chosen: Activation) -> Any:
    """lambda(X) >= delta / (100 n^2) at separation delta, for ReLU, `os19` Corollary I.2."""
    _require_relu(data, chosen)
    return closest_pair(data).sqrt() / (100 * data.n**2)


def _powers(data: Dataset) -> Iterator[tuple[int, Any]]:
    """(m, lambda_min(G^(o m))) for m = 1, 2, ..."""
    for m in range(1, MOST_POWERS + 1):
        yield m, power_eigenvalue(data, m)


def _require_relu(data: Dataset, chosen: Activation) -> None:
    require_unit_rows(data)
    if chosen.expression != activation("relu").expression:
        raise NotApplicable("relu", f"the separation bound on lambda is for relu, not for {chosen.name}")


def _tail(n: int, rho: Any) -> Any:
    """The bound at an exact rho; it decreases from c_0 / 2 at rho = 0 to 0 at rho = 1."""
    if rho >= 1:
        return flint.arb(0)
    half = (2 / flint.arb.pi()).sqrt() / (4 * flint.arb.pi())
    return half if rho <= 0 else half / (1 - flint.arb(2 * (n - 1)).log() / rho.log()).sqrt()
