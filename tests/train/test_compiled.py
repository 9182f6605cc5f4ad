"""Numba's passes against the NumPy passes and against mpmath; skipped where Numba is not installed."""

from __future__ import annotations

import dataclasses
from typing import Any

import mpmath
import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.train import measure, select_device, train
from boundkit.train.cpu_blocks import CompiledBlock, FusedBlock
from boundkit.train.fused import compiled_steps
from tests.train.conftest import largest_step, sphere_problem

if compiled_steps() is None:
    pytest.skip("Numba is not installed", allow_module_level=True)

compiled: Any = compiled_steps().compiled

NAMES = tuple(compiled.PASSES)
POINTS = np.concatenate([np.linspace(-8, 8, 321), np.linspace(-40, 40, 81), np.logspace(-20, 4, 73), [0.0, -0.0]])
EPS = 2.0**-52


def evaluated(name: str, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """phi and phi' at single points."""
    slopes, values = np.array(points, dtype=float)[:, None], np.empty(len(points))
    compiled.PASSES[name](slopes, values)
    return values, slopes[:, 0]


def numpy_path() -> Any:
    """The CPU without Numba."""
    return dataclasses.replace(select_device("cpu"), compiled=False)


def exactly(name: str, z: mpmath.mpf) -> tuple[mpmath.mpf, mpmath.mpf]:
    """phi and phi' from their definitions in 60 digits."""
    e = mpmath.exp(-z)
    if name == "relu":
        return max(z, mpmath.mpf(0)), mpmath.mpf(z >= 0)
    if name == "tanh":
        return mpmath.tanh(z), 1 - mpmath.tanh(z) ** 2
    if name == "gelu":
        return z * mpmath.ncdf(z), mpmath.ncdf(z) + z * mpmath.npdf(z)
    gate, change = 1 / (1 + e), e / (1 + e) ** 2
    return {
        "softplus": (mpmath.log1p(1 / e), gate),
        "sigmoid": (gate, change),
        "silu": (z * gate, gate + z * change),
    }[name]


@pytest.mark.parametrize("name", NAMES)
def test_values_and_derivatives_are_exact_to_the_stated_rounding(name: str) -> None:
    """Within the stated number of eps of the larger of 1 and the exact value, whatever the size of the argument."""
    values, slopes = evaluated(name, POINTS)
    with mpmath.workdps(60):
        for z, value, slope in zip(POINTS, values, slopes, strict=True):
            for found, exact in zip((value, slope), exactly(name, mpmath.mpf(z)), strict=True):
                assert abs(found - exact) <= compiled.ROUNDING * EPS * max(1, abs(exact)), (z, found)


def test_every_finite_number_of_float16_is_read_from_its_bits() -> None:
    """All 63 488 of them, the smallest included, as NumPy converts them."""
    bits = np.arange(-(2**15), 2**15, dtype=np.int16)
    numbers = bits.view(np.float16).astype(np.float64)
    finite = np.isfinite(numbers)
    read = np.array([compiled.from_half(each) for each in bits[finite]])
    np.testing.assert_array_equal(read, numbers[finite])
    np.testing.assert_array_equal(np.signbit(read), np.signbit(numbers[finite]))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("units", [1, 7, 200, 1300])
def test_sums_and_slopes_equal_those_of_the_numpy_activation(name: str, units: int) -> None:
    """Row sums are within the stated rounding of every term, for rows of any length, and slopes within it."""
    hidden = 3 * np.random.default_rng(units).standard_normal((5, units))
    values, derivative = activation(name).value_and_derivative(hidden.copy())
    sums = np.empty(5)
    compiled.PASSES[name](hidden, sums)
    np.testing.assert_allclose(hidden, derivative, rtol=0, atol=3 * compiled.ROUNDING * EPS)
    terms = np.maximum(1.0, np.abs(values)).sum(axis=1)
    assert (np.abs(sums - values.sum(axis=1)) <= 3 * compiled.ROUNDING * EPS * terms).all()


@pytest.mark.parametrize("name", NAMES)
def test_nan_and_overflow_are_not_hidden(name: str) -> None:
    """NaN gives NaN in both; an infinite argument gives the limit of phi, never an ordinary number of another size."""
    values, slopes = evaluated(name, np.array([np.nan, np.inf]))
    assert np.isnan(values[0])
    assert name == "relu" or np.isnan(slopes[0])
    assert values[1] == (1.0 if name in ("tanh", "sigmoid") else np.inf)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("n", "d", "k"), [(6, 3, 41), (3, 7, 300)])
def test_training_gives_the_numbers_of_the_numpy_path(name: str, n: int, d: int, k: int) -> None:
    """Curves and spectra of training and of measurements at initialisation agree to 1e-12."""
    problem = sphere_problem(n, d, name)
    options: dict[str, Any] = {"k": k, "step_size": largest_step(problem), "steps": 20, "checkpoints": [0, 20]}
    ours, theirs = (train(problem, trials=[0, 4, 5], device=device, **options) for device in ("cpu", numpy_path()))
    for field in ("misfit", "distance", "path_length", "sigma_min_J", "norm_J", "drift_J"):
        np.testing.assert_allclose(
            getattr(ours, field), getattr(theirs, field), rtol=1e-11, atol=1e-12 * problem.norm_y, err_msg=field
        )
    starts = [measure(problem, k=k, device=device) for device in ("cpu", numpy_path())]
    assert starts[0].misfit_0 == pytest.approx(starts[1].misfit_0, rel=1e-12)


@pytest.mark.parametrize("name", ["softplus", "relu", "tanh"])
@pytest.mark.parametrize("path", ["compiled", "numpy"])
@pytest.mark.parametrize(("k", "block"), [(300, 64), (50_002, 25_000)], ids=["a tile a block", "tiles"])
def test_slopes_found_again_are_the_slopes_that_were_held(
    k: int, block: int, path: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not holding phi'(H) between steps changes no bit of the compiled curves and spectra, and roundings of NumPy's."""
    problem = sphere_problem(5, 3, name)
    device = select_device("cpu") if path == "compiled" else numpy_path()
    options: dict[str, Any] = {"k": k, "block": block, "step_size": 0.1, "steps": 8, "checkpoints": [0, 8]}
    held = train(problem, device=device, workers=2, **options)
    monkeypatch.setattr("boundkit.train.plan.KEPT_ENTRIES", 0)
    made: list[bool] = []
    kind = CompiledBlock if path == "compiled" else FusedBlock
    original = kind.__init__

    def watched(block: Any, initial: Any, displacement: Any, slopes: Any, *arguments: Any) -> None:
        made.append(slopes is not None)
        original(block, initial, displacement, slopes, *arguments)

    monkeypatch.setattr(kind, "__init__", watched)
    again = train(problem, device=device, workers=2, **options)
    assert made
    assert not any(made)
    for field in ("misfit", "distance", "path_length", "sigma_min_J", "norm_J", "drift_J"):
        tolerance = 0.0 if path == "compiled" else 1e-13  # NumPy adds the step to weights that it has at hand
        np.testing.assert_allclose(
            getattr(again, field), getattr(held, field), rtol=tolerance, atol=tolerance, err_msg=field
        )


def test_polynomials_are_the_best_approximations_they_claim_to_be() -> None:
    """mpmath.chebyfit gives the coefficients in the module again."""

    def exponential(r: mpmath.mpf) -> mpmath.mpf:
        return (mpmath.exp(r) - 1 - r) / r**2 if r else mpmath.mpf(1) / 2

    def complement(u: mpmath.mpf) -> mpmath.mpf:
        t = u + mpmath.mpf(1) / 2
        x = 2 / t - 2 if t > mpmath.mpf(10) ** -6 else mpmath.inf
        return mpmath.exp(x * x) * mpmath.erfc(x) / t if x < mpmath.inf else 1 / (2 * mpmath.sqrt(mpmath.pi))

    for function, ends, coefficients in (
        (exponential, (-0.3466, 0.3466), compiled.EXPONENTIAL),
        (complement, (-0.5, 0.5), compiled.COMPLEMENT),
    ):
        with mpmath.workdps(45):
            fitted = mpmath.chebyfit(function, ends, len(coefficients))
        np.testing.assert_allclose(coefficients, [float(c) for c in fitted], rtol=1e-9, atol=1e-12)
