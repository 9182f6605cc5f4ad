"""Kernels of rows of any length: E[psi(a) psi(b)] for a = <w, x_i>, b = <w, x_j>, in closed form.

With variances v_i = |x_i|^2 and covariance q = <x_i, x_j>:

* psi positively homogeneous of degree p: (|x_i| |x_j|)^p times the kernel of the normalised rows;
* a erf(b z), its derivative, a sin(b z), a cos(b z), a exp(b z): Williams 1997; sums of exponentials;
* z (n + m erf(k z)), GELU among them, and its derivative: arctan and algebraic terms (`activations.gates`);
* polynomials: sum_r q^r / r! d_r(v_i) d_r(v_j), d_r(v) = E psi^(r)(sqrt(v) g);
* anything else Lipschitz by series in scaled Hermite coefficients (`scaled_series`).

Radii are proven for float64 arithmetic with arcsin, arctan, exp and sqrt within 4 ulp.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from boundkit.activations import Activation, Z
from boundkit.activations.gates import Gate, gate_of
from boundkit.arithmetic import BALL, evaluate
from boundkit.data.datasets import Dataset
from boundkit.data.gram import float_gram
from boundkit.data.profiles import diagonal, homogeneous, terms
from boundkit.data.scaled_series import series_dual
from boundkit.data.spectra import UNDERFLOW, gamma
from boundkit.data.unit_kernels import unit_kernel
from boundkit.errors import NotApplicable

Array = NDArray[np.float64]
Bounded = tuple[Array, Array]  # values and radii, [n, n]


def general_kernel(data: Dataset, chosen: Activation, kind: str) -> Bounded:
    """The kernel of rows of any length and its radii; raises NotApplicable where it is not known."""
    found = homogeneous(chosen)
    if found is not None:
        return _homogeneous_kernel(data, chosen, kind, found[2])
    gram, c, lengths = float_gram(data)
    squares = gram.diagonal().copy()
    products = np.outer(lengths, lengths)
    total, error = np.zeros_like(gram), np.zeros_like(gram)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for derivative, power in terms(kind):
            values, radius = _dual(chosen, derivative, gram, squares, products, data.d)
            if power:
                radius = radius * (np.abs(gram) + c * products) + np.abs(values) * (c + gamma(4)) * products
                values = values * gram
            total, error = total + values, error + radius + gamma(2) * np.abs(values)
    error = error * (1 + 1e-12) + UNDERFLOW**0.5
    if not (np.isfinite(total).all() and np.isfinite(error).all()):
        raise NotApplicable(
            "finite", f"the {kind} kernel of {chosen.name} overflows for rows of length {lengths.max():.3g}"
        )
    return np.tril(total) + np.tril(total, -1).T, np.maximum(error, error.T)


def _homogeneous_kernel(data: Dataset, chosen: Activation, kind: str, degree: int) -> Bounded:
    lengths = np.sqrt(np.einsum("ij,ij->i", data.X, data.X))
    if degree == 0 and not lengths.all():
        raise NotApplicable("nonzero_rows", f"row {int(np.argmin(lengths))} is zero, where {chosen.name} jumps")
    rows = data.X / np.where(lengths > 0, lengths, 1.0)[:, None]
    block, radius = unit_kernel(rows, data.d + 4, chosen, kind)
    scale = np.outer(lengths**degree, lengths**degree)
    relative = gamma(2 * degree * (data.d + 8) + 8)
    top = float(diagonal(chosen, kind).abs_upper())  # |k(rho)| <= k(1)
    radius = scale * (radius + relative * (top + radius)) * (1 + 2 * relative) + UNDERFLOW**0.5
    return block * scale, radius


def _dual(chosen: Activation, derivative: int, q: Array, v: Array, products: Array, d: int) -> Bounded:
    """E[psi(a) psi(b)] and its radii, psi = phi^(derivative), from computed covariances and variances.

    `relative` bounds the relative error of v, that of q against |x_i| |x_j| and of the few factors applied to them.
    """
    relative = gamma(4 * d + 64)
    if chosen.expression.is_polynomial(Z):
        return _polynomial_dual(sympy.diff(chosen.expression, Z, derivative), q, v, products, d)
    gate = gate_of(chosen)
    if gate is not None:
        return _gate_dual(gate, derivative, q, v, products, relative)
    factor, inner = chosen.expression.as_independent(Z, as_Add=False)
    if inner.func in _FAMILIES and len(inner.args) == 1:
        slope, exponent = inner.args[0].as_coeff_exponent(Z)
        if exponent == 1 and not slope.has(Z):
            a, b = (float(evaluate(number, {}, BALL).mid()) for number in (factor, slope))
            return _FAMILIES[inner.func](a, b, derivative, q, v, relative)
    return series_dual(chosen, derivative, q, products, d)


def _erf_dual(a: float, b: float, derivative: int, q: Array, v: Array, relative: float) -> Bounded:
    widened = 1 + 2 * b * b * v
    product = np.outer(widened, widened)
    if derivative == 0:
        sine = np.clip(2 * b * b * q / np.sqrt(product), -1.0, 1.0)
        edge = np.minimum(np.abs(sine) + relative, 1.0)
        # arcsin varies over an interval of length e within [-1, 1] by at most arccos(1 - e) <= pi sqrt(e / 2)
        with np.errstate(divide="ignore"):
            change = np.minimum(relative / np.sqrt((1 - edge) * (1 + edge)), math.pi * math.sqrt(relative / 2))
        values = (2 / math.pi) * a * a * np.arcsin(sine)
        return values, (2 / math.pi) * a * a * change * (1 + 1e-9) + relative * np.abs(values)
    least = 1 + 2 * b * b * np.add.outer(v, v)  # the determinant exceeds this by 4 b^4 (v_i v_j - q^2)
    determinant = np.maximum(product - (2 * b * b * q) ** 2, least)
    values = (4 * a * a * b * b / math.pi) / np.sqrt(determinant)
    uncertain = 4 * relative * product / determinant
    return values, np.where(uncertain < 0.1, uncertain + relative, 2 * np.sqrt(determinant / least)) * values


def _gate_dual(gate: Gate, derivative: int, q: Array, v: Array, products: Array, relative: float) -> Bounded:
    """The formulas of `activations.gates`, whose letters are used here with r = `relative`, p = 2 k^2 |x_i| |x_j|.

    V, W, A, B carry relative errors r / 4, Q the error r p / 4, D at most 2 r A B = e D, roundings included.
    For e < 1/10, sqrt(D) is within 0.6 e, relative. T changes with Q by at most 1 / sqrt(D), with sqrt(D) by
    |Q| / (D + Q^2) <= p / (0.75 A B): at most 4 r p / sqrt(D) in all. What is over sqrt(D) changes by 2 r p^2, or
    relatively by e + r, beside what sqrt(D) does. For larger e: |phi(z)| <= (|n| + |m|) |z|, |phi'| <= |n| + 2 |m|.
    """
    n, m, k = (float(number.mid()) for number in gate.numbers())
    unit = 2 * k * k
    widened, size, covariance = 1 + unit * v, unit * products, unit * q
    product, least = np.outer(widened, widened), 1 + unit * np.add.outer(v, v)
    inverses = np.add.outer(1 / widened, 1 / widened)
    determinant = np.maximum(product - covariance**2, least)
    root = np.sqrt(determinant)
    angle = np.arctan2(covariance, root)
    uncertain = 2 * relative * product / determinant
    if derivative == 0:
        numerator = unit * unit * np.outer(v, v) + covariance**2 * (inverses - 1)
        factor, straight = m * m / (math.pi * k * k), n * n * q
        values = covariance * angle + numerator / root
        radius = (10 * relative * size**2 + 2 * uncertain * np.abs(numerator)) / root
        apart, most = n * n * products, (abs(n) + abs(m)) ** 2 * products
    else:
        bracket = inverses + 1 / determinant
        factor, straight = 2 * m * m / math.pi, np.full_like(q, n * n)
        values = angle + covariance * bracket / root
        radius = (4 * relative * size * (1 + bracket) + 3 * uncertain * bracket * np.abs(covariance)) / root
        apart, most = straight, np.full_like(q, (abs(n) + 2 * abs(m)) ** 2)
    rounding = relative * (apart + factor * np.abs(values))
    values = straight + factor * values
    return values, np.where(uncertain < 0.1, factor * radius + rounding, np.abs(values) + 2 * most)


def _wave_dual(a: float, b: float, odd: bool, q: Array, v: Array, relative: float) -> Bounded:
    """a sin(b z) if odd, a cos(b z) if not: a^2 (e^-(b^2 |x_i - x_j|^2 / 2) -+ e^-(b^2 |x_i + x_j|^2 / 2)) / 2."""
    middle = np.add.outer(v, v) / 2
    minus, plus = (np.exp(np.minimum(b * b * (sign * q - middle), 0.0)) for sign in (1, -1))
    loss = np.expm1(4 * relative * b * b * middle) + relative
    values = 0.5 * a * a * (minus - plus if odd else minus + plus)
    return values, a * a * loss * (minus + plus)


def _sin_dual(a: float, b: float, derivative: int, q: Array, v: Array, relative: float) -> Bounded:
    return _wave_dual(a * b**derivative, b, derivative % 2 == 0, q, v, relative)


def _cos_dual(a: float, b: float, derivative: int, q: Array, v: Array, relative: float) -> Bounded:
    return _wave_dual(a * b**derivative, b, derivative % 2 == 1, q, v, relative)


def _exp_dual(a: float, b: float, derivative: int, q: Array, v: Array, relative: float) -> Bounded:
    middle = np.add.outer(v, v) / 2
    values = (a * b**derivative) ** 2 * np.exp(b * b * (middle + q))
    return values, values * (np.expm1(8 * relative * b * b * middle) + relative)


def _polynomial_dual(psi: Any, q: Array, v: Array, products: Array, d: int) -> Bounded:
    coefficients = [evaluate(c, {}, BALL) for c in reversed(sympy.Poly(psi, Z).all_coeffs())]
    degree = len(coefficients) - 1
    values, size = np.zeros_like(q), np.zeros_like(q)
    for r in range(degree + 1):
        # d_r(v) = sum_j a_(r + 2 j) (r + 2 j)! / (2^j j! r!) v^j
        weights = [
            coefficients[r + 2 * j] * math.factorial(r + 2 * j) / (2**j * math.factorial(j))
            for j in range((degree - r) // 2 + 1)
        ]
        moments = sum(float(w.mid()) * v**j for j, w in enumerate(weights))
        bounds = sum(float(abs(w).upper()) * v**j for j, w in enumerate(weights))
        unit = 1 / math.factorial(r)
        values = values + unit * np.outer(moments, moments) * q**r
        size = size + unit * np.outer(bounds, bounds) * products**r
    return values, gamma((degree + 1) * (4 * d + 64)) * size


_FAMILIES: dict[Any, Callable[..., Bounded]] = {
    sympy.erf: _erf_dual,
    sympy.sin: _sin_dual,
    sympy.cos: _cos_dual,
    sympy.exp: _exp_dual,
}
