"""Covariance bounds through Hermite expansions, and of indicators, against covariances in closed form."""

import math

import numpy as np
import pytest

from boundkit.arithmetic import FLOAT, evaluate, holds
from boundkit.papers import statement
from boundkit.papers.os19.indicator import BEST_WINDOW, PRINTED_WINDOW, SHARP_SMALL_BALL, covariance_constant
from boundkit.statement import VOCABULARY, expand

V = {name: word.symbol for name, word in VOCABULARY.items()}
DEGREES = 400


def at(**values):
    """Values by the names of the vocabulary."""
    return {V[name.rstrip("_")]: value for name, value in values.items()}


def number(expression, values):
    """A formula in float64."""
    return float(evaluate(expand(expression), values, FLOAT))


def cosine_coefficients():
    """Squared Hermite coefficients of cos and of -sin."""
    even = [math.exp(-1 - math.lgamma(r + 1)) if r % 2 == 0 else 0.0 for r in range(40)]
    odd = [math.exp(-1 - math.lgamma(r + 1)) if r % 2 == 1 else 0.0 for r in range(40)]
    return np.array(even), np.array(odd)


def relu_coefficients():
    """Squared Hermite coefficients of ReLU and of the step function, from their closed forms."""
    step = np.zeros(DEGREES)
    step[0], step[1] = 0.25, 1 / (2 * math.pi)
    for r in range(1, DEGREES - 2, 2):
        step[r + 2] = step[r] * r**2 / ((r + 1) * (r + 2))
    relu = np.array([1 / (2 * math.pi), *(step[:-1] / np.arange(1, DEGREES))])
    return relu, step


def step_kernel(rho):
    """E of the product of two indicators."""
    return (math.pi - np.arccos(rho)) / (2 * math.pi)


def relu_kernel(rho):
    """E of the product of two positive parts."""
    return (np.sqrt(1 - rho**2) + rho * (math.pi - np.arccos(rho))) / (2 * math.pi)


ACTIVATIONS = {
    "cos": (cosine_coefficients, lambda rho: np.cosh(rho) / math.e, lambda rho: np.sinh(rho) / math.e),
    "relu": (relu_coefficients, relu_kernel, step_kernel),
}


def smallest(matrix):
    """Smallest eigenvalue."""
    return float(np.linalg.eigvalsh(matrix)[0])


def samples(rng, n, d, spread=1.0):
    """Correlations of unit vectors, clustered for a small spread."""
    X = np.eye(d)[0] + spread * rng.standard_normal((n, d)) if spread < 1 else rng.standard_normal((n, d))
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    return np.clip(X @ X.T, -1, 1) - np.diag(np.diag(X @ X.T) - 1)


@pytest.mark.attacks(
    "os19.lemH_1",
    "os19.lemH_1.sharpened",
    "os19.lemH_2",
    "os19.d.hermite_shift",
    "os19.d.lambda_gersh",
)
@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("seed", range(6))
def test_hermite_bounds_on_the_covariances(name, seed):
    """H.1, H.2, the sum D17, the shift D21 and the tail D17b for ReLU and cos on random data."""
    rng = np.random.default_rng(seed)
    coefficients, kernel, slope_kernel = ACTIVATIONS[name]
    of_phi, of_slope = coefficients()
    n = int(rng.integers(2, 7))
    G = samples(rng, n, int(rng.integers(2, 9)))
    powers = [max(smallest(G**r), 0) for r in range(14)]
    values = at(lambda_=smallest(slope_kernel(G) * G) + 1e-12, lambda_out=smallest(kernel(G)) + 1e-12, n=n)
    values[V["rho_max"]] = float(np.abs(G - np.eye(n)).max())
    values[V["power_sum"]] = sum(of_slope[r] * powers[r + 1] for r in range(13))
    for t in range(1, 12):
        own = {**values, **at(power=t, sigma_min_power=math.sqrt(powers[t]))}
        own[V["hermite_coefficient"]] = math.sqrt(of_phi[t])
        own[V["hermite_coefficient_dphi_below"]] = math.sqrt(of_slope[t - 1])
        for id in ("lemH_1", "lemH_1.sharpened", "lemH_2"):
            assert holds(statement(f"os19.{id}").claims[0].relation, own, FLOAT)
        shift = statement("os19.d.hermite_shift")
        both = [number(side, own) for side in shift.claim("coefficient").relation.args]
        assert both[0] == pytest.approx(both[1], abs=1e-12)
        assert holds(shift.claim("eigenvalue").relation, own, FLOAT)
        assert number(shift.claim("eigenvalue").bound, own) == pytest.approx(
            number(statement("os19.lemH_1").claims[0].bound, own), abs=1e-12
        )
    for start in range(12):
        own = {**values, **at(tail_start=start, tail_mass=of_phi[start:].sum(), tail_mass_dphi=of_slope[start:].sum())}
        for claim in statement("os19.d.lambda_gersh").claims:
            assert holds(claim.relation, own, FLOAT)


def test_tail_reaches_beyond_the_khatri_rao_square():
    """D17b is positive where n > d(d+1)/2, so that sigma_min(X*X) = 0: 12 spread directions of the plane."""
    n = 12
    angles = math.pi * np.arange(n) / n
    G = np.cos(angles[:, None] - angles)
    values = at(n=n, rho_max=math.cos(math.pi / n), tail_start=100, tail_mass=0.0)
    values[V["tail_mass_dphi"]] = relu_coefficients()[1][100:].sum()
    assert smallest(G * G) < 1e-12
    bound = number(statement("os19.d.lambda_gersh").claim("eigenvalue").bound, values)
    assert 0 < bound <= smallest(step_kernel(G) * G)


@pytest.mark.attacks(
    "os19.thmI_1",
    "os19.thmI_1.sharpened",
    "os19.thmI_1.refined",
    "os19.corI_2",
    "os19.corI_2.sharpened",
)
@pytest.mark.parametrize("seed", range(60))
def test_indicator_covariance(seed):
    """Theorem I.1, its sharper forms and Corollary I.2 on random and clustered data."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 30))
    G = samples(rng, n, int(rng.integers(2, 6)), spread=float(rng.choice([1.0, 0.3, 0.03])))
    rho = float(np.abs(G - np.eye(n)).max())
    values = at(n=n, rho_max=rho, separation=math.sqrt(2 * (1 - rho)))
    values |= at(lambda_indicator=smallest(step_kernel(G)) + 1e-13, lambda_=smallest(step_kernel(G) * G) + 1e-13)
    for id in ("thmI_1", "thmI_1.sharpened", "thmI_1.refined", "corI_2", "corI_2.sharpened"):
        assert holds(statement(f"os19.{id}").claims[0].relation, values, FLOAT), id


def test_indicator_constants():
    """The constants of the proof: 1/12 for the event, 1/46 and 1/23 for the best window (D13, C22b)."""
    event = covariance_constant(window=PRINTED_WINDOW, small_ball=0.4, moment=1)
    assert float(event) == pytest.approx(0.0850, abs=5e-5)
    assert float(covariance_constant(window=PRINTED_WINDOW, small_ball=0.7, moment=1)) == pytest.approx(
        0.1488, abs=5e-5
    )
    assert float(event) >= 1 / 12
    # the sharpened constants are at least 1/46 and 1/23; with the paper's 7/10 the best window gives 1/51.6
    assert 1 / float(covariance_constant(window=BEST_WINDOW, small_ball=SHARP_SMALL_BALL, moment=1 / 8)) <= 46
    assert 1 / float(covariance_constant(window=BEST_WINDOW, small_ball=0.7, moment=1 / 8)) == pytest.approx(
        51.6, abs=0.05
    )
    found = number(statement("os19.thmI_1.sharpened").claims[0].bound, at(separation=1.0, n=1))
    assert 1 / 23 <= found <= 1 / 22.9
    windows = [float(covariance_constant(window=x, small_ball=1, moment=1)) for x in np.linspace(0.05, 0.85, 400)]
    assert max(windows) <= float(covariance_constant(window=BEST_WINDOW, small_ball=1, moment=1)) * (1 + 1e-12)
    largest = math.sqrt(2 * math.pi) / 8
    for x in np.linspace(1e-6, largest, 200):
        assert math.erf(x / math.sqrt(2)) >= 0.785 * x


def test_displayed_step_of_the_proof_is_false():
    """C22a: at angle 0.01 the squared first moment is 5.07e-6, the claimed lower bound 2.50e-5; I.1 itself holds."""
    angle = 0.01
    separation = 2 * math.sin(angle / 2)
    first_moment = angle / math.pi / math.sqrt(2)  # |f| = 1/sqrt(2) where the two indicators differ
    claimed = 0.5**2 * 0.5 * (1 / 25) * separation / 2
    assert first_moment**2 == pytest.approx(5.07e-6, rel=2e-3)
    assert claimed == pytest.approx(2.50e-5, rel=2e-3)
    assert first_moment**2 < claimed
    G = np.array([[1, math.cos(angle)], [math.cos(angle), 1]])
    values = at(n=2, separation=separation, lambda_indicator=smallest(step_kernel(G)))
    assert holds(statement("os19.thmI_1.sharpened").claims[0].relation, values, FLOAT)


@pytest.mark.parametrize(("form", "C", "c"), [("tracked", 9.216e17, 1 / 2400), ("refined", 2.580e15, 1 / 552)])
def test_constants_of_theorem_2_5(form, C, c):
    """The sharper covariance bound improves the constants of Theorem 2.5 (D11)."""
    known = {item.symbol.name: float(item.value) for item in statement(f"os19.thm2_5.{form}").constants}
    assert known["C"] == pytest.approx(C, rel=1e-3)
    assert known["c"] == pytest.approx(c, rel=1e-3)
