"""Certified Hermite coefficients against one numeric quadrature per coefficient."""

from __future__ import annotations

import subprocess
import sys
import time

import mpmath
import pytest
import sympy

from boundkit.activations import Z, activation, hermite

DEGREES, DIGITS = 100, 50
SAMPLE = (10, 50, 90)  # quadrature is timed on these degrees and scaled to all

pytestmark = pytest.mark.benchmark


def quadrature_seconds(name: str) -> float:
    """Seconds that mpmath.quad takes for one coefficient, averaged over a sample of degrees."""
    function = sympy.lambdify(Z, activation(name).expression, "mpmath")
    with mpmath.workdps(DIGITS):
        start = time.perf_counter()
        for degree in SAMPLE:
            norm = mpmath.sqrt(2 * mpmath.pi * mpmath.factorial(degree))

            def integrand(x: object, degree: int = degree, norm: object = norm) -> object:
                he = mpmath.hermite(degree, x / mpmath.sqrt(2)) / mpmath.sqrt(2) ** degree
                return function(x) * he * mpmath.exp(-x * x / 2) / norm

            mpmath.quad(integrand, [-mpmath.inf, 0, mpmath.inf])
        return (time.perf_counter() - start) / len(SAMPLE)


@pytest.mark.parametrize("name", ["softplus", "tanh", "gelu"])
def test_hundred_coefficients(name, ratios):
    """100 certified coefficients at 50 digits are at least 200 times faster than one quadrature each."""
    start = time.perf_counter()
    hermite(name, degree=DEGREES - 1, digits=DIGITS)
    ours = time.perf_counter() - start
    theirs = quadrature_seconds(name) * DEGREES
    ratios.add(
        f"{DEGREES} certified coefficients of {name}, {DIGITS} digits",
        "mpmath.quad for each",
        ratio=theirs / ours,
        goal="at least 200",
        seconds=ours,
    )
    assert theirs / ours >= 200


def test_command_line(ratios):
    """`boundkit hermite gelu --degree 20` as a whole process, against starting an interpreter with SymPy."""

    def seconds(code: str) -> float:
        best = float("inf")
        for _ in range(5):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
            best = min(best, time.perf_counter() - start)
        return best

    ours = seconds("from boundkit.cli.main import main; main(['hermite', 'gelu', '--degree', '20'])")
    sympy_alone = seconds("import sympy, numpy")
    ratios.add(
        "`boundkit hermite gelu --degree 20`, whole process",
        "importing SymPy and NumPy alone",
        ratio=ours / sympy_alone,
        goal="below 0.6 s",
        seconds=ours,
    )
