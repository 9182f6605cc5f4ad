"""The initialisation, products of layers, sparse vectors, large gradients and perturbations."""

import itertools

import numpy as np
import pytest
from scipy.stats import binom, chi2

from boundkit.train.deep import MarginProblem, measure, perturb
from boundkit.train.deep.nodes import copositive_minimum, fewest_large_nodes, node_norms
from boundkit.train.deep.perturb import _flips
from boundkit.train.deep.products import product_norm, sparse_bilinear, sparse_output, through_layers
from boundkit.train.deep.spectral import SpectralNorm, spectral_norms
from boundkit.train.deep.streams import layer_weights
from boundkit.verify.observe.deep.start_replay import slow_start


def test_measurements_agree_with_the_slow_implementation(lifted):
    """Every observable of the initialisation, computed again pair by pair in long double."""
    fast = measure(lifted(), widths=(40, 30, 20), trials=[2], seed=5, threshold=0.05, device="cpu")
    slow = slow_start(lifted(), (40, 30, 20), seed=5, trial=2, threshold=0.05)
    for name in fast.__dataclass_fields__:
        assert np.allclose(getattr(fast, name), getattr(slow, name), rtol=1e-10, atol=1e-13), name


def test_the_norm_ratio_has_its_exact_law():
    """|x_1|^2 is 2/m times a chi-square with binomial degrees: its quartiles split 400 draws evenly (DRV-1)."""
    problem = MarginProblem(X=np.eye(1, 3), y=[1])
    m = 20
    norms = [np.linalg.norm(np.maximum(layer_weights((m,), d=3, seed=0, trial=t)[0][0], 0)) ** 2 for t in range(400)]
    degrees = np.arange(1, m + 1)
    below = [
        binom.pmf(0, m, 0.5) + (binom.pmf(degrees, m, 0.5) * chi2.cdf(m / 2 * value, degrees)).sum() for value in norms
    ]
    counts = np.histogram(below, bins=4, range=(0, 1))[0]
    assert (np.abs(counts - 100) < 40).all()
    start = measure(problem, widths=(m,), trials=range(400), device="cpu")
    assert np.allclose(start.norm_ratio[:, 0], np.abs(np.array(norms) - 1))


def test_fitted_constants_of_the_specification():
    """Section 5, n = d = 10: constants of Lemma A.1 at most 5, of Corollary A.2 falling with the depth, below 2.2."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((10, 10))
    problem = MarginProblem(X=X / np.linalg.norm(X, axis=1, keepdims=True), y=[1, -1] * 5)
    constants = []
    for layers in (1, 3, 6):
        start = measure(problem, widths=(200,) * layers, trials=range(20), device="cpu")
        root = np.sqrt(np.log(10 * layers / 0.05) / 200)
        assert (start.norm_ratio / root).max() < 5
        constants.append((start.norm_deviation / (layers * root)).max())
    assert constants[0] < 2.2
    assert constants[2] < constants[0]


def test_products_approach_their_limit():
    """DRV-8: one mask between square layers has norm near 4.20 (measured 4.10 at m = 300), two masks 5.30."""
    m = 300
    weights = layer_weights((m, m, m), d=m, seed=0, trial=0)
    x = np.zeros(m)
    x[0] = 1.0
    masks = []
    for weight in weights:
        x = np.maximum(x @ weight, 0)
        masks.append((x > 0).astype(float)[None])
    one = product_norm(weights[:2], masks[:2])
    assert one == pytest.approx(np.linalg.norm((weights[0] * masks[0][0]) @ weights[1], 2), rel=1e-3)
    assert one == pytest.approx(4.20, abs=0.2)
    two = product_norm(weights, masks)
    assert two == pytest.approx(5.30, abs=0.35)


def test_sparse_values_against_enumeration():
    """The best sparse input is found exactly, the best pair is never exceeded by enumeration of supports."""
    rng = np.random.default_rng(1)
    weights = [rng.standard_normal((5, 6)), rng.standard_normal((6, 4))]
    masks = [(rng.random((1, 6)) < 0.6).astype(float), np.ones((1, 4))]
    signs = np.array([1.0, 1.0, -1.0, -1.0])
    back = through_layers(weights, masks, signs)
    whole = weights[0] * masks[0][0] @ (weights[1] * masks[1][0]) @ signs
    assert np.allclose(back[0][0], whole)
    best = max(np.linalg.norm(whole[list(s)]) for s in itertools.combinations(range(5), 2))
    last = weights[1] @ signs
    best = max(best, *(np.linalg.norm(last[list(s)]) for s in itertools.combinations(range(6), 2)))
    assert sparse_output(back, 2) == pytest.approx(best)
    product = (weights[0] * masks[0][0]) @ weights[1]
    exact = max(
        np.linalg.norm(product[np.ix_(a, b)], 2)
        for a in itertools.combinations(range(5), 2)
        for b in itertools.combinations(range(4), 2)
    )
    found = sparse_bilinear(weights, masks, 2, generator=rng, starts=8).value
    assert 0.9 * exact <= found <= exact * (1 + 1e-9)


def test_spectral_intervals_contain_the_norm():
    """Before and after convergence, with a dominant direction and without; the Frobenius norm is never exceeded."""
    rng = np.random.default_rng(2)
    for spread in (0.0, 3.0):
        stack = rng.standard_normal((3, 40, 30)) + spread * np.outer(rng.standard_normal(40), rng.standard_normal(30))
        exact = np.linalg.svd(stack, compute_uv=False)[:, 0]
        squared = (stack**2).sum(axis=(1, 2))
        start = rng.standard_normal((3, 1, 30))
        norm = SpectralNorm(start / np.linalg.norm(start, axis=2, keepdims=True))
        for _ in range(12):
            lower, upper = norm.interval(stack, squared)
            assert (lower <= exact * (1 + 1e-12)).all()
            assert (upper >= exact * (1 - 1e-12)).all()
            assert (upper <= np.sqrt(squared) * (1 + 1e-12)).all()
        if spread:
            assert np.allclose(lower, upper, rtol=1e-4)
        assert np.allclose(spectral_norms(stack), exact, rtol=1e-12)


@pytest.mark.parametrize("shape", [(16, 40), (3, 5), (2, 9), (1, 4), (40, 16)])
@pytest.mark.parametrize("decay", [1.0, 0.99, 0.9, 0.1, 0.0])
def test_small_spectral_intervals_are_short(shape, decay):
    """From the first look on: singular values equal, close, far apart or zero, at any scale."""
    rng = np.random.default_rng(3)
    side = min(shape)
    left, right = (np.linalg.qr(rng.standard_normal((size, side)))[0] for size in shape)
    values = np.maximum(decay ** np.arange(side), 1e-300) if decay else np.eye(side)[0]
    stack = np.stack([scale * (left * values) @ right.T for scale in (1.0, 1e-100, 1e100, 0.0)])
    norm = SpectralNorm(np.ones((4, 1, shape[1])) / np.sqrt(shape[1]))
    lower, upper = norm.interval(stack, (stack**2).sum(axis=(1, 2)))
    exact = np.array([1.0, 1e-100, 1e100, 0.0])
    assert (lower <= exact * (1 + 1e-12)).all()
    assert (upper >= exact * (1 - 1e-12)).all()
    assert (upper <= 1.011 * lower).all()


def test_the_hexagon_has_no_large_gradient(hexagon):
    """DRV-9: equal weights on the alternating hexagon cancel for almost every unit, two samples never do."""
    X, y = hexagon
    rng = np.random.default_rng(3)
    masks = (X @ rng.standard_normal((2, 2000)) > 0).astype(float)
    assert node_norms(np.ones((1, 6)), y, masks, X).max() < 1e-7
    assert fewest_large_nodes(y, masks, X, level=0.5, generator=rng)[0] == 0
    near = np.array([[1.0, 0.0], [np.cos(0.3), np.sin(0.3)]])
    masks = (near @ rng.standard_normal((2, 20_000)) > 0).astype(float)
    pair = fewest_large_nodes(y[:2], masks, near, level=0.5, generator=rng)[0] / 20_000
    assert pair == pytest.approx(0.3 / np.pi, rel=0.1)  # psi / pi: only one of two close samples is active


def test_the_copositive_minimum_is_linear_in_the_separation():
    """DRV-11d: between .05 and .25 phi/n on alternating arcs, and below every point of the simplex."""
    from boundkit.data import dataset

    rng = np.random.default_rng(4)
    for n, phi in ((4, 0.2), (8, 0.05)):
        data = dataset(f"arc:n={n},mu=0.3,phi={phi}")
        found = copositive_minimum(data.X, data.y)[0]
        assert 0.05 * phi / n < found < 0.25 * phi / n
        rho = np.clip(data.X @ data.X.T, -1, 1)
        H = np.outer(data.y, data.y) * rho * (np.pi - np.arccos(rho)) / (2 * np.pi)
        a = rng.dirichlet(np.ones(n), 500)
        assert (np.einsum("ci,ij,cj->c", a, H, a) >= found).all()


def test_perturbations_stay_in_the_ball_and_flip_what_theory_says(lifted):
    """Lemma B.3 tightness: the worst rank-one change flips 0.985 m tau^(2/3) units; growth moves features by tau."""
    problem = MarginProblem(X=np.eye(1, 4), y=[1])
    moves = {moved.move: moved for moved in perturb(problem, widths=(20_000,), radius=0.01)}
    assert moves["flips"].flips[0] == pytest.approx(0.985 * 20_000 * 0.01 ** (2 / 3), rel=0.05)
    for moved in perturb(lifted(), widths=(60, 50), radius=0.2, batch=2, products=True, sparsity=5):
        assert (moved.weight_change <= 0.2 * (1 + 1e-9)).all()
        assert (moved.gradient <= np.sqrt(50) * moved.mean_slope * 10).all()
        if moved.move == "growth":
            assert moved.feature_change[0] == pytest.approx(0.2)


def test_no_move_flips_more_units_than_the_flips():
    """Random, gradient and growth moves of the same size flip fewer units of the first layer."""
    problem = MarginProblem(X=np.eye(1, 4), y=[1])
    flips = {moved.move: moved.flips[0] for moved in perturb(problem, widths=(2000,), radius=0.05)}
    assert flips["flips"] > 2 * max(count for move, count in flips.items() if move != "flips")


def test_closed_products_end_with_the_mask_of_their_last_layer():
    """diag(5, 3) behind the identity: 5, or 3 where the last layer has its first unit switched off."""
    weights, masks = [np.eye(2), np.diag([5.0, 3.0])], [np.ones((1, 2)), np.array([[0.0, 1.0]])]
    assert product_norm(weights, masks) == pytest.approx(5)
    assert product_norm(weights, masks, closed=True) == pytest.approx(3)
    both = [np.ones((2, 2)), np.array([[0.0, 1.0], [1.0, 0.0]])]  # the largest over two samples
    assert product_norm(weights, both, closed=True) == pytest.approx(5)


def test_an_adversary_that_flips_stays_within_the_radius():
    """A unit whose sign would cost all of the radius is left alone: it has to be pushed a little past zero."""
    problem, weights = MarginProblem(X=np.eye(2), y=[1, -1]), [np.array([[1.0, 5.0], [0.0, 0.0]])]
    for radius, flipped in ((1 + 1e-9, 0), (1 + 1e-5, 1)):
        (moved,) = _flips(problem, weights, None, radius, np.random.default_rng(0))
        assert np.linalg.norm(moved - weights[0], 2) <= radius
        assert ((moved[0] < 0) != (weights[0][0] < 0)).sum() == flipped


def test_the_gradient_move_descends():
    """The mean slope of the logistic loss falls with the margins, which a small step along the gradient raises."""
    problem, shape = MarginProblem(X=np.eye(3), y=[1, -1, 1]), (40, 40)
    before = measure(problem, widths=shape, device="cpu").mean_slope[0]
    moved = {item.move: item for item in perturb(problem, widths=shape, radius=1e-3)}
    assert moved["gradient"].mean_slope < before - 1e-5
