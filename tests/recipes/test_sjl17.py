"""Reference values of sjl17: the plan of section 13 and the values measured in its items and in section 11.

Where the specification states its draws (tables of Theorems 2.1, 2.2 and D17) they are used; frequencies and means are
met within three standard errors of ours, ratios of single draws within the range of ours. Fewer draws than printed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

from boundkit.activations import activation
from boundkit.figures.batches import Descent, reach
from boundkit.figures.sjl17 import networks
from boundkit.train.landscape import (
    Surface,
    ball_point,
    descend_both,
    hidden_hessian,
    hidden_spectrum,
    joint_hessian,
    least_loss,
    minimum,
    residual_covariance,
    symmetric_features,
)
from boundkit.train.shallow import Given, Shallow, descend
from boundkit.verify.observe.landscape.facts import Facts, last, nth, top
from boundkit.verify.observe.landscape.scene import Scene
from boundkit.verify.observe.landscape.slopes import curvatures, slope_variances

SOFT = "softplus:beta=4"
SUPREMA = {SOFT: (1.0, 1.0), "tanh": (1.0, 4 / (3 * math.sqrt(3)))}  # of |phi'| and |phi''|
Draw = Callable[[int], float]


def mean_and_error(draw: Draw, draws: int) -> tuple[float, float]:
    """The mean of a measurement over seeds and three standard errors of a difference of two such means."""
    found = np.array([draw(seed) for seed in range(draws)])
    return float(found.mean()), float(3 * math.sqrt(2 / draws) * found.std(ddof=1))


def share(event: Callable[[int], bool], draws: int) -> tuple[float, float]:
    """The frequency of an event over seeds, and three standard errors of it and of one over 200 draws."""
    found = float(np.mean([event(seed) for seed in range(draws)]))
    spread = max(found * (1 - found), 0.02)
    return found, 3 * math.sqrt(spread / draws + spread / 200)


def quadratic(seed: int, d: int, n: int, positive: int, negative: int) -> tuple[Surface, np.ndarray, np.ndarray]:
    """A quadratic network on normal data and labels, output weights +-1, and a start of N(0, 1/d) entries."""
    rng = np.random.default_rng(seed)
    surface = Surface(rng.standard_normal((n, d)), rng.standard_normal(n), "square")
    v = np.repeat([1.0, -1.0], (positive, negative))
    return surface, v, rng.standard_normal((len(v), d)) / math.sqrt(d)


def test_hessian_form_of_a_quadratic_network() -> None:
    """C4, d = 3, k = 5, n = 7: second difference and product 102.402; with 2/n as printed 84.855."""
    rng = np.random.default_rng(0)
    X, y, v = rng.standard_normal((3, 7)).T, rng.standard_normal(7), rng.standard_normal(5)
    W, U = rng.standard_normal((5, 3)), rng.standard_normal((5, 3))
    surface, h = Surface(X, y, "square"), 1e-4
    second = (surface.loss(W + h * U, v) + surface.loss(W - h * U, v) - 2 * surface.loss(W, v)) / h**2
    form = (surface.hessian_product(W, v, U, np.zeros(5))[0] * U).sum()
    cross = (((X @ (W.T @ (v[:, None] * U))) * X).sum(axis=1) ** 2).sum()
    assert form == pytest.approx(102.402, abs=5e-4)
    assert U.ravel() @ hidden_hessian(surface, W, v) @ U.ravel() == pytest.approx(form, rel=1e-12)
    assert second == pytest.approx(form, rel=1e-6)
    assert form - 2 / 7 * cross == pytest.approx(84.855, abs=2e-3)


@pytest.mark.parametrize("sizes", [(4, 8, 4, 4), (4, 8, 5, 5), (4, 30, 4, 4), (4, 30, 5, 5)])
def test_minima_and_saddles(sizes: tuple[int, ...]) -> None:
    """Theorem 2.1: excess below 1e-15 and curvature above -1e-7 at minima; at saddles (zero, one sign) excess in
    [0.004, 1], curvature at most -0.077 and exactly -2 |G|."""
    d, _, positive, negative = sizes
    for seed in range(6):
        surface, v, start = quadratic(seed, *sizes)
        least = least_loss(surface.X, surface.y)
        W = minimum(surface, v, start)
        assert abs(surface.loss(W, v) - least) < 1e-14
        assert hidden_spectrum(surface, W, v)[0] > -1e-7
        for rows in ([], range(positive), range(positive, positive + negative)):
            W = minimum(surface, v, start, rows) if len(rows) else np.zeros((len(v), d))
            excess = surface.loss(W, v) - least
            if excess > 1e-10:
                low = hidden_spectrum(surface, W, v)[0]
                assert 0.003 < excess < 1
                assert low < -0.077
                assert low == pytest.approx(-2 * top(residual_covariance(surface, W, v)), rel=1e-4)


def test_negative_control() -> None:
    """d = 4, p = 4, n = 30: above the free minimum end 40, 36, 3, 0, 0 of 40 runs with m = 0, ..., 4 (here of 10)."""
    for negative, printed in enumerate((40, 36, 3, 0, 0)):
        above = 0
        for seed in range(10):
            surface, v, start = quadratic(seed, 4, 30, 4, negative)
            above += surface.loss(minimum(surface, v, start), v) - least_loss(surface.X, surface.y) > 1e-8
        chance = printed / 40
        assert abs(above / 10 - chance) <= 3 * math.sqrt(chance * (1 - chance) * (1 / 10 + 1 / 40))


@pytest.mark.parametrize(("d", "k", "n", "printed"), [(6, 12, 10, 4), (5, 10, 15, 1)])
def test_fixed_steps_can_diverge(d: int, k: int, n: int, printed: int) -> None:
    """C14: step 0.02, v = +-1: printed 4 and 1 of 10 runs diverge; here of 20, within three standard errors."""
    diverged = 0
    for seed in range(20):
        surface, v, W = quadratic(seed, d, n, k // 2, k // 2)
        with np.errstate(all="ignore"):
            for _ in range(2000):
                W = W - 0.02 * surface.gradient(W, v)[0]
                if not np.abs(W).max() < 1e6:
                    diverged += 1
                    break
    assert 0 < diverged < 12
    assert abs(diverged / 20 - printed / 10) < 3 * math.sqrt(0.2 * 0.8 * (1 / 10 + 1 / 20))


def test_conditioning_at_the_threshold() -> None:
    """n = d (d + 1) / 2: the least singular value of X * X is mostly between 2e-3 and 9e-2 (d = 3, 4, 6), never 0."""
    for d in (3, 4, 6):
        values = [
            last(
                symmetric_features(np.random.default_rng(seed).standard_normal((d * (d + 1) // 2, d))), d * (d + 1) // 2
            )
            for seed in range(20)
        ]
        assert 2e-3 < np.median(values) < 0.11
        assert min(values) > 1e-5


def test_ratios_of_the_landscape_bounds() -> None:
    """Largest ratios at random points: D1 0.45 (up to 1), D5 1.000 and 0.994 (closed form), the paper's 0.434 on E."""
    strict, first, closed, paper = [], [], [], []
    for seed in range(600):
        rng = np.random.default_rng(seed)
        d, n = rng.integers(1, 5), rng.integers(2, 60)
        surface, v, W = quadratic(seed, d, min(n, 20), d + 1, d + 1)
        values = np.linalg.svd(symmetric_features(surface.X), compute_uv=False)
        low = hidden_spectrum(surface, W, v)[0]
        excess = surface.loss(W, v) - least_loss(surface.X, surface.y)
        strict.append(excess * 8 * values[values > 1e-9 * values[0]][-1] ** 2 / (surface.n * d * min(low, 0) ** 2))
        X, planted = rng.standard_normal((n, d)), rng.standard_normal((d, d)) / math.sqrt(d)
        surface = Surface(X, ((X @ planted.T) ** 2).sum(axis=1), "square")
        W, v = rng.standard_normal((d + 1, d)) * 10.0 ** rng.uniform(-1.5, 0.3), np.ones(d + 1)
        slope, bent = np.linalg.norm(surface.gradient(W, v)[0]), max(0.0, -hidden_spectrum(surface, W, v)[0])
        nuclear, loss = (planted**2).sum(), surface.loss(W, v)
        floor = np.linalg.eigvalsh(X.T @ X / n)[0]
        ceiling = np.linalg.eigvalsh((X * surface.y[:, None]).T @ X / n)[-1]
        first.append(loss / (slope / 4 * np.linalg.norm(W) + bent * nuclear / 4))
        if floor > 1e-6:
            size = math.sqrt(ceiling) / floor + (slope / (2 * floor**2)) ** (1 / 3)
            closed.append(loss / (slope / 4 * size + bent * nuclear / 4))
        if floor >= 0.5 and ceiling <= 3.5 * nuclear:
            paper.append(loss / (slope * max(math.sqrt(1 + 14 * nuclear), 4 * slope) + bent * nuclear / 2))
    assert 0.25 < max(strict) <= 1 + 1e-9
    assert 0.995 < max(first) <= 1 + 1e-9
    assert 0.95 < max(closed) < 1
    assert len(paper) > 100
    assert 0.38 < max(paper) < 0.49


def test_last_row_of_the_path_of_descent() -> None:
    """Theorem 2.2 B at t = 5000, d = 5, k = 6, n = 40: loss, tolerances and the three bounds."""
    rng = np.random.default_rng(0)
    X, planted = rng.standard_normal((5, 40)).T, rng.standard_normal((5, 5)) / 5**0.5
    W, v = rng.standard_normal((6, 5)) / 5**0.5, np.ones(6)
    surface = Surface(X, ((X @ planted.T) ** 2).sum(axis=1), "square")
    step = 0.1 / ((X**2).sum() / 40)
    for _ in range(5000):
        W = W - step * surface.gradient(W, v)[0]
    nuclear, floor = (planted**2).sum(), np.linalg.eigvalsh(X.T @ X / 40)[0]
    ceiling = np.linalg.eigvalsh((X * surface.y[:, None]).T @ X / 40)[-1]
    g, h = np.linalg.norm(surface.gradient(W, v)[0]), -hidden_spectrum(surface, W, v)[0]
    closed = g / 4 * (math.sqrt(ceiling) / floor + (g / (2 * floor**2)) ** (1 / 3)) + h * nuclear / 4
    first, paper = g / 4 * np.linalg.norm(W) + h * nuclear / 4, g * math.sqrt(1 + 14 * nuclear) + h * nuclear / 2
    printed = [3.273e-8, 4.865e-5, 2.685e-4, 4.459e-4, 5.201e-4, 1.287e-3]
    assert [surface.loss(W, v), g, h, first, closed, paper] == pytest.approx(printed, rel=3e-3)


EVENT = [
    (5, 20, False, 0.08, 0.08),
    (5, 40, False, 0.47, 0.47),
    (5, 80, False, 0.85, 0.85),
    (5, 160, False, 0.98, 0.98),
    (10, 80, False, 0.34, 0.34),
    (10, 160, False, 0.95, 0.995),
    (10, 320, False, 1, 1),
    (20, 160, False, 0.08, 0.13),
    (20, 320, False, 1, 1),
    (5, 160, True, 0.6, 0.8),
    (10, 320, True, 0.6, 0.8),
    (20, 640, True, 0.6, 0.8),
]


@pytest.mark.parametrize(("d", "n", "rank_one", "low", "high"), EVENT)
def test_event_of_the_planted_theorem(d: int, n: int, rank_one: bool, low: float, high: float) -> None:
    """E_1/2: its frequency for full-rank M*, and that of its second part for rank one at n = 32 d (200 draws)."""

    def event(seed: int) -> bool:
        rng = np.random.default_rng(seed)
        X, W = rng.standard_normal((n, d)), rng.standard_normal((1 if rank_one else d, d)) / math.sqrt(d)
        y = ((X @ W.T) ** 2).sum(axis=1)
        covariance = rank_one or np.linalg.eigvalsh(X.T @ X / n)[0] >= 0.5
        return bool(covariance and np.linalg.eigvalsh((X * y[:, None]).T @ X / n)[-1] <= 3.5 * (W**2).sum())

    found, error = share(event, 200)
    assert low - error < found < high + error


def planted(seed: int, name: str, d: int, n: int) -> tuple[Surface, tuple[np.ndarray, np.ndarray], np.random.Generator]:
    """D17: k = d, orthonormal W*, v* of signs, drawn in the order of the recipe."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((d, n)).T
    W, v = np.linalg.qr(rng.standard_normal((d, d)))[0], rng.choice([-1.0, 1.0], d)
    return fitted(X, name, W, v), (W, v), rng


def fitted(X: np.ndarray, name: str, W: np.ndarray, v: np.ndarray) -> Surface:
    """The surface on which (W, v) has no loss."""
    return Surface(X, Surface(X, np.zeros(len(X)), name).value_and_slope(W)[0] @ v, name)


def certificate(surface: Surface, name: str, W: np.ndarray, v: np.ndarray) -> tuple[float, float, float, float]:
    """s, rho, delta, beta of D17 by hand, s the last singular value that a decomposition returns."""
    (B, L), X = SUPREMA[name], surface.X
    s, x, chi = (
        float(np.linalg.svd(surface.jacobian(W, v), compute_uv=False)[-1]),
        top(X),
        np.linalg.norm(X, axis=1).max(),
    )
    norm, largest, features = np.linalg.norm(v), np.abs(v).max(), top(surface.value_and_slope(W)[0])
    rho = s / (2 * x * math.sqrt((L * chi * largest) ** 2 + B**2))
    lift = math.sqrt((B * norm * x) ** 2 + (features + B * x * rho) ** 2)
    beta = (
        (B * (norm + rho) * x) ** 2 + (features + B * x * rho) ** 2 + lift * rho * x * (L * (largest + rho) * chi + B)
    )
    return s, rho, rho / (1 + 4 * lift / s), float(beta / surface.n)


@pytest.mark.parametrize("times", [1, 10, 100, 300, 1000])
def test_envelope_around_a_planted_network(times: int) -> None:
    """D17 at (10, 10, 20): the loss envelope holds from delta, and as far as 1000 delta too (6 of 40 seeds)."""
    for seed in range(6):
        surface, centre, rng = planted(seed, SOFT, 10, 20)
        s, rho, delta, beta = certificate(surface, SOFT, *centre)
        run = descend_both(surface, ball_point(centre, times * delta, rng), centre, step_size=1 / beta, steps=300)
        envelope = (1 - s**2 / (80 * beta)) ** np.arange(len(run.loss)) * run.loss[0]
        assert (run.loss <= envelope * (1 + 1e-9)).all()
        assert (run.planted_distance.max() <= rho) == (times <= 10)


@pytest.mark.parametrize("n", [40, 100])
def test_starts_far_outside_the_certified_ball(n: int) -> None:
    """Softplus_4, d = k = 20, step 1 / (2k): starts at distance 3 converge in 10 of 10 runs (here 5)."""
    for seed in range(5):
        surface, centre, rng = planted(seed, SOFT, 20, n)
        run = descend_both(surface, ball_point(centre, 3.0, rng), centre, step_size=1 / 40, steps=4000, spent=1e-5)
        assert run.loss[-1] <= 1e-5 * run.loss[0]


@pytest.mark.parametrize(("d", "n", "low", "high"), [(20, 40, 1.4, 4.4), (20, 100, 0.9, 2.1), (10, 20, 0.4, 0.5)])
def test_empirical_rate(d: int, n: int, low: float, high: float) -> None:
    """c = -log(L_t / L_0) n / (t alpha d), until L is 1e-18 of the start: 1.4-4.4, 0.9-2.1, 0.4-0.5.

    At d = 10 the rate still falls with the horizon and the range over seeds is 0.4 to 0.9.
    """
    found = []
    for seed in range(3):
        surface, centre, rng = planted(seed, SOFT, d, n)
        start = ball_point(centre, 1.0, rng)
        run = descend_both(surface, start, centre, step_size=1 / (2 * d), steps=4000, spent=1e-18)
        steps = len(run.loss) - 1
        found.append(-math.log(run.loss[-1] / run.loss[0]) * n * 2 * d / (steps * d))
    assert low <= min(found)
    assert max(found) < high * (2 if d == 10 else 1)


def test_start_radius_scales_as_stated() -> None:
    """Median delta over d^(3/2) n^(-3/2): 1.1e-3 to 3.2e-3 over d = 10, 20, 30 and n = d, ..., d^2/4 (20 seeds)."""
    found = []
    for d in (10, 20, 30):
        for n in {d, 2 * d, d * d // 4}:
            drawn = [planted(seed, SOFT, d, n)[:2] for seed in range(20)]
            radii = [certificate(surface, SOFT, *centre)[2] for surface, centre in drawn]
            found.append(float(np.median(radii)) * (n / d) ** 1.5)
    assert 1.0e-3 < min(found) < max(found) < 3.3e-3


def test_envelope_fails_with_more_samples_than_parameters() -> None:
    """n > kd, tanh, the last singular value for s: the envelope breaks in 86 of 400 instances (here at least 5 %)."""
    broken = 0
    for seed in range(120):
        rng = np.random.default_rng(seed)
        d, k = rng.integers(1, 3, 2)
        n = int(k * d + rng.integers(1, 6))
        X, W, v = rng.standard_normal((n, d)), rng.standard_normal((k, d)), rng.standard_normal(k)
        surface = fitted(X, "tanh", W, v)
        s, _, delta, beta = certificate(surface, "tanh", W, v)
        push = rng.standard_normal(k)
        start = W, v + delta * push / np.linalg.norm(push)
        run = descend_both(surface, start, (W, v), step_size=1 / beta, steps=250)
        envelope = (1 - s**2 / (4 * n * beta)) ** np.arange(len(run.loss)) * run.loss[0]
        broken += (run.loss > envelope * (1 + 1e-6)).any()
    assert 0.05 < broken / 120 < 0.35


def test_scaled_rows() -> None:
    """C10, D13: (5.10) fails in 6657 of 20000 tall tests, the repaired ratio is at least 1.0000, and attained.

    Failures depend on the sizes drawn: between 0.2 and 0.45 here.
    """
    failures, least = 0, math.inf
    for seed in range(2000):
        rng = np.random.default_rng(seed)
        d = int(rng.integers(1, 5))
        k = d + int(rng.integers(0, 5))
        A, v = rng.standard_normal((k, d)), np.exp(rng.standard_normal(k))
        norm, low = top(v[:, None] * A), last(A, d)
        failures += norm < v.max() * low * (1 - 1e-12)
        least = min(least, norm / (np.sort(v)[d - 1] * low))
    assert 0.2 < failures / 2000 < 0.45
    assert least == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(
    ("tail", "printed"),
    [
        (lambda s: math.exp(-min(s * s / 2, s)), 3.02322613),
        (lambda s: math.exp(-s), 2.78695728),
        (lambda s: math.exp(-s * s / 2), 2.63086237),
    ],
)
def test_best_constants_of_the_tail_lemma(tail: Callable[[float], float], printed: float) -> None:
    """D14: C with E exp(|Y| / C) = 2 for the mixed, the exponential and the Gaussian tail min(1, 2 tail)."""

    def moment(C: float) -> float:
        cuts = [math.log(2), math.sqrt(2 * math.log(2)), 2.0, 10.0]
        edges = [0.0, *cuts, 400.0]
        return (
            sum(quad(lambda s: math.exp(s / C) * min(1, 2 * tail(s)), *piece)[0] for piece in pairwise(edges)) / C - 1
        )

    assert brentq(moment, 2, 5, xtol=1e-11) == pytest.approx(printed, abs=2e-8)


def test_rank_of_the_khatri_rao_square() -> None:
    """Lemma 5.6, D3: rank min(n, d (d + 1) / 2) at d = 6, below, at and above the threshold 21."""
    for n in (1, 5, 6, 21, 22):
        X = np.random.default_rng(n).standard_normal((n, 6))
        assert np.linalg.matrix_rank(symmetric_features(X), tol=1e-6) == min(n, 21)


@pytest.mark.parametrize(
    ("d", "n", "draws", "frequency"),
    [(10, 369, 200, 0.62), (10, 737, 60, 1.0), (20, 959, 40, 1.0), (40, 4722, 30, 0.75)],
)
def test_weighted_covariance(d: int, n: int, draws: int, frequency: float) -> None:
    """Lemma 5.7: P(deviation <= tr A / 2) for A = I, and for rank one at d = 40, n = 32 d log d; medians for d = 20."""
    A = np.eye(d) if d < 40 else np.diag(np.eye(d)[0])
    deviations = []
    for seed in range(draws):
        X = np.random.default_rng(seed).standard_normal((n, d))
        weighted = (X * (X @ A * X).sum(axis=1)[:, None]).T @ X / n - 2 * A - np.trace(A) * np.eye(d)
        deviations.append((top(weighted), np.linalg.norm(weighted, "nuc")) / np.trace(A))
    found = np.mean([deviation[0] <= 0.5 for deviation in deviations])
    assert found == pytest.approx(frequency, abs=3 * math.sqrt(max(found * (1 - found), 0.02) * (1 / draws + 1 / 40)))
    if d == 20:
        assert np.median(deviations, axis=0) == pytest.approx([0.35, 3.14], rel=0.05)


def facts(X: np.ndarray, name: str, W: np.ndarray, v: np.ndarray) -> Facts:
    """Measurements of the verifier at one network on these data."""
    chosen, y = activation(name), np.zeros(len(X))
    scene = Scene(X, y, chosen, W, v, (W, v), None, W, X[0], fresh=True)
    return Facts(scene, Surface(X, y, chosen))


def centred(seed: int, d: int, n: int, name: str = SOFT, omega: float = 1.0, scale: float = 1.0) -> float:
    """sigma_min of the centred Jacobian over d, at W = omega I and v = scale 1."""
    X = np.random.default_rng(seed).standard_normal((n, d))
    seen = facts(X, name, omega * np.eye(d), np.full(d, scale))
    return nth(seen.centred_spectrum, n) / d


@pytest.mark.parametrize(
    ("d", "n", "printed"),
    [(20, 20, 0.61), (20, 40, 0.53), (20, 160, 0.24), (30, 30, 0.69), (30, 90, 0.52), (30, 225, 0.37)],
)
def test_centred_spectrum(d: int, n: int, printed: float) -> None:
    """C32: sigma_min / (d gamma) for softplus_4 at W = I, v = 1; at least 0.1 of d v_min sigma_min(Gamma W)."""
    gamma = float(curvatures(activation(SOFT), np.ones(1))[0])
    found, error = mean_and_error(lambda seed: centred(seed, d, n) / gamma, 8)
    assert found == pytest.approx(printed, abs=error)
    assert error < 0.15


@pytest.mark.parametrize(("n", "printed", "ratio"), [(30, 0.192, 0.61), (90, 0.164, 0.52), (225, 0.128, 0.41)])
def test_centred_spectrum_of_tanh(n: int, printed: float, ratio: float) -> None:
    """D10: sigma_min / d for tanh at d = 30, and over sqrt(d S) with Var = 0.0975."""
    found, error = mean_and_error(lambda seed: centred(seed, 30, n, "tanh"), 8)
    variance = float(slope_variances(activation("tanh"), np.ones(1))[0])
    assert variance == pytest.approx(0.0975, abs=5e-5)
    assert found == pytest.approx(printed, abs=error)
    assert found / math.sqrt(variance) == pytest.approx(ratio, abs=error / math.sqrt(variance))


def test_single_draws_of_the_remark() -> None:
    """C34, d = k = 20, n = 40, tanh: 0.127, 0.0156, 0.0018, 1.6 for v = a 1, 0.0041 and 3.8e-5 for W = omega I.

    Over a they are linear, so the four are draws of one variable of mean 0.156 and deviation 0.014: 0.127, 0.156, 0.18
    and 0.16. Each lies within 2.5 deviations.
    """
    for omega, printed in ((1.0, (0.127, 0.156, 0.18, 0.16)), (0.1, (0.0041,)), (0.01, (3.8e-5,))):
        found = np.array([centred(seed, 20, 40, "tanh", omega) for seed in range(40)])
        assert np.abs(np.array(printed) - found.mean()).max() < 2.5 * found.std()
    assert centred(0, 20, 40, "tanh", scale=10) == pytest.approx(1000 * centred(0, 20, 40, "tanh", scale=0.01))


JACOBIANS = [
    (SOFT, 20, {20: 0.272, 40: 0.228, 100: 0.132, 160: 0.098}),
    (SOFT, 30, {30: 0.314, 90: 0.215, 225: 0.146, 360: 0.097}),
    ("tanh", 30, {30: 0.267, 90: 0.184, 225: 0.130, 360: 0.098}),
]


@pytest.mark.parametrize(("name", "d", "printed"), JACOBIANS)
def test_jacobian_at_the_identity(name: str, d: int, printed: dict[int, float]) -> None:
    """Proposition 7.4, W = I, v = 1: sigma_min(J) / d (means of 5 draws); sigma_max / sqrt(nk) in 0.66 to 1.19."""
    for n, expected in printed.items():
        spectra = []
        for seed in range(5):
            X = np.random.default_rng(seed).standard_normal((n, d))
            spectra.append(np.linalg.svd(facts(X, name, np.eye(d), np.ones(d)).J, compute_uv=False))
        lows = np.array([values[-1] for values in spectra]) / d
        assert lows.mean() == pytest.approx(expected, abs=max(3 * math.sqrt(2 / 5) * lows.std(ddof=1), 0.01))
        assert 0.65 < np.mean([values[0] for values in spectra]) / math.sqrt(n * d) < 1.19


def test_sweep_of_the_condition_number() -> None:
    """D9: sigma_min / (d sigma_min(Gamma W)) for six condition numbers of W, within three errors; never falling."""
    means = []
    for condition, printed in ((1, 0.54), (2, 0.79), (4, 1.30), (8, 2.23), (16, 4.10), (32, 8.20)):

        def ratio(seed: int, condition: int = condition) -> float:
            rng = np.random.default_rng(seed)
            X = rng.standard_normal((40, 20))
            left, right = (np.linalg.qr(rng.standard_normal((20, 20)))[0] for _ in range(2))
            seen = facts(X, SOFT, left @ np.diag(np.linspace(1, 1 / condition, 20)) @ right, np.ones(20))
            return nth(seen.centred_spectrum, 40) / (20 * last(seen.bent, 20))

        found = np.array([ratio(seed) for seed in range(8)])
        assert printed == pytest.approx(found.mean(), abs=2.5 * found.std(ddof=1))
        means.append(found.mean())
    assert means == sorted(means)


def test_growth_with_the_width() -> None:
    """C33 and C26, d = 5, n = 20, k = 5 to 1280: sigma_max of the centred Jacobian / d for tanh with unit rows
    (0.83, 1.14, 3.23, 4.31, 10.7) and the drift in v for softplus_4 (0.82, 1.49, 3.29, 5.99, 11.7): single draws."""
    grown = zip((5, 20, 80, 320, 1280), (0.83, 1.14, 3.23, 4.31, 10.7), (0.82, 1.49, 3.29, 5.99, 11.7), strict=True)
    for k, centred_norm, drift in grown:
        norms, drifts = [], []
        for seed in range(6):
            rng = np.random.default_rng(seed)
            X, W = rng.standard_normal((20, 5)), rng.standard_normal((k, 5))
            seen = facts(X, "tanh", W / np.linalg.norm(W, axis=1, keepdims=True), np.ones(k))
            norms.append(seen.centred_spectrum[0] / 5)
            J = Surface(X, np.zeros(20), SOFT).jacobian(W / math.sqrt(5), np.ones(k))
            drifts.append(math.sqrt(top(J @ J.T)) / 10)
        for found, printed in ((norms, centred_norm), (drifts, drift)):
            assert printed == pytest.approx(np.mean(found), abs=3 * np.std(found, ddof=1))


SQUARES = [(40, 0.1, 0.440, 0.550), (40, 0.2, 0.309, 0.382), (40, 0.3, 0.208, 0.226), (40, 0.4, 0.106, None)]


@pytest.mark.parametrize(("d", "part", "normal", "rescaled"), SQUARES)
def test_khatri_rao_square(d: int, part: float, normal: float, rescaled: float | None) -> None:
    """Corollary 7.5, D12: sigma_min(X * X) / d at n = kappa d^2, also with columns of norm sqrt(d); five draws."""
    n, found, scaled = int(part * d * d), [], []
    for seed in range(5):
        X = np.random.default_rng(seed).standard_normal((n, d))
        Z = X / np.linalg.norm(X, axis=1, keepdims=True) * math.sqrt(d)
        values = np.linalg.eigvalsh((X @ X.T) ** 2)
        found.append(math.sqrt(values[0]) / d)
        scaled.append(math.sqrt(np.linalg.eigvalsh((Z @ Z.T) ** 2)[0]) / d)
        assert values[-1] < 9 * n * d
    assert normal == pytest.approx(np.mean(found), abs=max(3 * np.std(found, ddof=1), 0.005))
    if rescaled is not None:
        assert rescaled == pytest.approx(np.mean(scaled), abs=0.015)
        assert np.mean(scaled) == pytest.approx(1 - math.sqrt(2 * part), abs=0.02)


@pytest.mark.parametrize(
    ("d", "part", "draws", "low", "high"),
    [
        (10, 0.1, 400, 0.97, 1),
        (10, 0.2, 400, 0.95, 1),
        (10, 0.3, 400, 0.86, 0.95),
        (10, 0.4, 400, 0.38, 0.6),
        (10, 0.5, 100, 0, 0),
        (20, 0.3, 60, 0.95, 1),
        (20, 0.4, 60, 0.5, 1),
        (20, 0.5, 30, 0, 0),
        (40, 0.4, 4, 1, 1),
    ],
)
def test_frequencies_of_the_khatri_rao_square(d: int, part: float, draws: int, low: float, high: float) -> None:
    """P(sigma_min >= 0.1 d) is printed as at least 0.95 for kappa <= 0.3, 0.6 to 1 at 0.4, 0 at 0.5.

    At d = 10 it is 0.916 at kappa = 0.3 and 0.47 at 0.4 (2000 draws): the ranges here are those of the truth.
    P(sigma_max <= 3 sqrt(nd)) = 1 holds but for n = d = 10, where it is 0.98.
    """
    n, hits, largest = int(part * d * d), 0, 0.0
    for seed in range(draws):
        X = np.random.default_rng(seed).standard_normal((n, d))
        values = np.linalg.eigvalsh((X @ X.T) ** 2)
        hits += values[0] >= (0.1 * d) ** 2
        largest = max(largest, values[-1] / (n * d))
    assert low <= hits / draws <= high
    assert largest < (9 if n > 10 else 18)


def test_norm_of_whitened_slopes() -> None:
    """Lemma 7.10, d = k = 20, softplus_4: coverage 1.000 for t = 1, 2, 3; E |z|^2 = 1.1935 d (2e4 draws)."""
    gamma = float(curvatures(activation(SOFT), np.ones(1))[0])
    x = np.random.default_rng(0).standard_normal((20_000, 20))
    z = np.linalg.norm(np.asarray(activation(SOFT).derivative_values(x)) - 0.5, axis=1) / gamma
    for t in (1, 2, 3):
        assert ((z >= math.sqrt(20) - t / gamma) & (z <= (math.sqrt(20) + t) / gamma)).mean() == 1
    assert (z**2).mean() / 20 == pytest.approx(1.1935, abs=0.01)


@pytest.mark.parametrize(("n", "low", "high"), [(10, 1.09, 2.09), (20, 0.90, 1.52)])
def test_loss_bound_along_the_data(n: int, low: float, high: float) -> None:
    """C28: W = 2 W* of rank one along the data, tanh, d = 10: the range over 20 draws of loss over printed bound."""
    found = []
    for seed in range(20):
        X = np.random.default_rng(seed).standard_normal((n, 10))
        W = 1e-3 * np.tile(np.linalg.svd(X)[2][0], (10, 1))
        found.append(fitted(X, "tanh", W, np.ones(10)).loss(2 * W, np.ones(10)) / (10 * (W**2).sum()))
    assert min(found) == pytest.approx(low, abs=0.1)
    assert max(found) == pytest.approx(high, abs=0.15)


def test_slips_in_the_proof_of_smoothness() -> None:
    """C29: diagonal blocks miss the Hessian of k = d = 1 tanh by over 1.8e4; P(|x|^2 <= d) near 0.55; |X|^2 / n."""
    worst = 0.0
    for seed in range(1500):
        rng = np.random.default_rng(seed)
        surface = Surface(rng.standard_normal((1, 1)), rng.standard_normal(1), "tanh")
        W, v = (rng.standard_normal(shape) * 10.0 ** rng.uniform(-3, 0) for shape in ((1, 1), 1))
        H = joint_hessian(surface, W, v)
        worst = max(worst, top(H) / (abs(H[0, 0]) + abs(H[1, 1])))
    assert worst > 1.8e4
    rng = np.random.default_rng(0)
    assert ((rng.standard_normal((4000, 50)) ** 2).sum(axis=1) <= 50).mean() == pytest.approx(0.53, abs=0.03)
    for n, printed in ((50, 3.8), (100, 2.7), (200, 2.2), (300, 1.9)):
        assert np.mean([top(rng.standard_normal((n, 50))) ** 2 / n for _ in range(6)]) == pytest.approx(
            printed, rel=0.06
        )


def test_joint_descent_keeps_the_balance_and_the_signs() -> None:
    """D21: with small steps |w|^2 - 2 v^2 drifts by some 1e-4 (printed 5.5e-4) and no output weight changes sign."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((15, 3))
    surface = Surface(X, (rng.standard_normal((15, 3)) ** 2).sum(axis=1), "square")
    W, v = 0.3 * rng.standard_normal((6, 3)), rng.choice([-1.0, 1.0], 6)
    start, first = (W, v), surface.loss(W, v)
    for _ in range(10_000):
        slope, output = surface.gradient(W, v)
        W, v = W - 2e-4 * slope, v - 2e-4 * output
    drift = np.abs((W**2).sum(axis=1) - 2 * v**2 - (start[0] ** 2).sum(axis=1) + 2 * start[1] ** 2).max()
    assert 1e-6 < drift < 1e-3
    assert (np.sign(v) == start[1]).all()
    assert surface.loss(W, v) < 0.8 * first


@pytest.mark.parametrize("k", [8, 10])
def test_runs_fail_with_few_positive_output_weights(k: int) -> None:
    """Section 11, Fig. 3a: all runs with at most 2 positive entries of v_0 fail, none with 4 and more (6000 steps)."""
    made = networks(0, 100, 20, k, "square", 3, 6)
    level = np.full(18, math.sqrt(200 * 1e-3))
    (solved,) = reach([(made, Descent("square", "both", 0.05 / (k * 100), 6000))], [level], None)
    positive = (made.v > 0).sum(axis=1)
    assert not solved[positive <= 2].any()
    assert (positive <= 2).any()
    assert solved[positive >= 4].all()
    assert (positive >= 4).sum() > 8


def test_random_labels() -> None:
    """C40: floors sqrt(L) of 0.44 to 0.57 for five label draws; v = 1 held: 0.56-0.62 for z^2, 0.73-2.1 for softplus.

    One run of each (quadratic d = 20, softplus d = 10, k = 5, 4000 of 15000 steps, spread over draws 0.05).
    """
    labels = [np.random.default_rng(seed).standard_normal(100) for seed in range(5)]
    floors = [math.sqrt((np.minimum(y, 0) ** 2).sum() / 200) for y in labels]
    assert 0.43 < min(floors) < max(floors) < 0.58
    for name, d, step, low, high in (("square", 20, 0.02, 0.56, 0.62), ("softplus:beta=10", 10, 0.3, 0.73, 2.1)):
        rng = np.random.default_rng(0)
        X, y = rng.standard_normal((100, d)), rng.standard_normal(100)
        W = rng.standard_normal((5, d)) / math.sqrt(d)
        network = Shallow(X, y, name, Given(W), Given(np.ones((1, 5))))
        run = descend(network, k=5, step_size=step / 500, steps=4000, device="cpu", workers=1)
        assert low - 0.05 < run.misfit[0, -1] / math.sqrt(200) < high + 0.05
