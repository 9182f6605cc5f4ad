"""Theorem 2.6, its repaired forms and the self-contained theorem on stochastic gradient descent (D15)."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from boundkit.arithmetic import FLOAT, evaluate, holds
from boundkit.papers import statement
from boundkit.statement import VOCABULARY, expand

V = {name: word.symbol for name, word in VOCABULARY.items()}


def at(**values):
    """Values by the names of the vocabulary."""
    return {V[name.rstrip("_")]: value for name, value in values.items()}


def number(expression, values):
    """A formula in float64."""
    return float(evaluate(expand(expression), values, FLOAT))


@st.composite
def networks(draw):
    """Numbers of a smooth network with B >= 1 and the eigenvalue bound of Lemma 6.4."""
    bound = draw(st.floats(1, 4))
    eigenvalue = bound**2 * draw(st.floats(0.001, 1))
    return at(
        n=draw(st.integers(2, 60)),
        d=draw(st.integers(1, 30)),
        delta=draw(st.floats(0.01, 5)),
        nu=draw(st.floats(3, 50)),
        eta_bar=draw(st.floats(0.01, 1)),
        B=bound,
        sup_dphi=bound,
        sup_d2phi=bound,
        var_phi=bound**2,
        norm_X=draw(st.floats(1, 2)),
        norm_y=draw(st.floats(0.1, 9)),
        mu_phi=math.sqrt(eigenvalue),
        sigma_min_KR=1.0,
        misfit_0=1.0,
        tau=1,
        lambda_=eigenvalue,
        step_divisor=3.0,
    )


@given(values=networks())
@settings(max_examples=100)
def test_printed_step_is_a_case_of_the_self_contained_theorem(values):
    """The step of Theorem 2.6 is that of D15 on the network with q = 9 nu / 8 (os19.appF_row, 6.7, 6.6)."""
    printed = number(statement("os19.thm2_6").setting.step_size, values)
    meta = statement("os19.d.sgd").setting.step_size
    v = {name: values[V[name]] for name in ("n", "B", "norm_y", "norm_X", "nu", "lambda")}
    row = v["B"] * v["norm_y"] / math.sqrt(v["n"])
    alpha = v["norm_y"] / math.sqrt(v["n"]) * math.sqrt(v["lambda"] / 8)
    own = at(alpha=alpha, row_bound=row, beta=row * v["norm_X"], step_divisor=9 * v["nu"] / 8)
    assert printed == pytest.approx(number(meta, {**values, **own}), rel=1e-9)
    assert printed == pytest.approx(number(statement("os19.thm2_6.repaired").setting.step_size, values), rel=1e-12)


@given(values=networks(), k=st.integers(1, 10**6))
@settings(max_examples=100)
def test_repaired_claims_imply_the_printed_ones(values, k):
    """The rate and P(E) of the repaired form are at least as strong, and the radius is that of C13b or smaller."""
    printed, repaired = statement("os19.thm2_6"), statement("os19.thm2_6.repaired")
    values = {**values, V["k"]: k}
    for label, sign in (("expected_rate", 1), ("stay_probability", -1)):
        ours, theirs = (number(item.claim(label).relation.rhs, values) for item in (repaired, printed))
        assert sign * ours <= sign * theirs + 1e-12
    ratio = 8 * math.sqrt(2) * math.sqrt(values[V["n"]]) / (values[V["mu_phi"]] * values[V["norm_y"]])
    assert number(repaired.claim("radius_on_event").bound, values) <= ratio * values[V["nu"]] + 1e-12


@given(values=networks())
@settings(max_examples=100)
def test_repaired_width_satisfies_every_lemma(values):
    """At the width of the repaired form L nu |r_0| <= alpha^2 and the condition of Lemma 6.7 hold."""
    relation = statement("os19.thm2_6.repaired").hypothesis("width").relation
    k = (number(relation.rhs, values) / math.sqrt(values[V["d"]])) ** 2
    v = {name: values[V[name]] for name in ("n", "B", "norm_y", "norm_X", "nu", "delta", "lambda")}
    alpha = v["norm_y"] / math.sqrt(v["n"]) * math.sqrt(v["lambda"] / 8)
    lipschitz = v["B"] * v["norm_y"] / math.sqrt(k * v["n"]) * v["norm_X"]
    misfit = v["norm_y"] * (1 + (1 + v["delta"]) * v["B"])
    assert lipschitz * v["nu"] * misfit <= alpha**2 * (1 + 1e-9)
    assert k >= 20 * math.log(v["n"]) * v["B"] ** 2 * v["norm_X"] ** 2 / v["lambda"]
    assert str(next(iter(statement("os19.thm2_6.repaired").constants)).value) == "16*nu"


@given(values=networks(), q=st.floats(3, 40))
@settings(max_examples=100)
def test_sharpened_form_is_the_network_version_of_the_specification(values, q):
    """Step, contraction and width of D15 on the network, worked out by hand."""
    found = statement("os19.thm2_6.sharpened")
    values = {**values, V["step_divisor"]: q}
    n, B, lam, nx, ny = (values[V[name]] for name in ("n", "B", "lambda", "norm_X", "norm_y"))
    bar, nu, delta = (values[V[name]] for name in ("eta_bar", "nu", "delta"))
    step = lam * n * bar / (8 * q * B**4 * ny**2 * nx**2)
    assert number(found.setting.step_size, values) == pytest.approx(step, rel=1e-9)
    contraction = (2 - 1.6 / q) * bar * lam**2 / (64 * q * n * B**4 * nx**2)
    assert 1 - number(found.claim("expected_rate").relation.rhs, values) == pytest.approx(contraction, abs=1e-12)
    width = 8 * nu * B * (1 + (1 + delta) * B) * math.sqrt(n) * nx / lam
    assert number(found.hypothesis("width").relation.rhs, values) == pytest.approx(width, rel=1e-9)
    chernoff = math.sqrt(4 / (1 - math.log(2)) * math.log(n) * B**2 * nx**2 / lam)
    own = {**values, V["chernoff_loss"]: 0.5}
    assert number(found.hypothesis("spectrum_width").relation.rhs, own) == pytest.approx(chernoff, rel=1e-9)


def test_reference_contraction():
    """X = I_4, softplus, nu = 8: the printed contraction is 1.87e-5 (V6)."""
    lam = 0.29337903585809296
    values = at(n=4, B=1.0, nu=8.0, norm_X=1.0, eta_bar=1.0, mu_phi=math.sqrt(lam), sigma_min_KR=1.0)
    values |= at(misfit_0=1.0, tau=1, norm_y=math.sqrt(4.0))
    assert 1 - number(statement("os19.thm2_6").claim("expected_rate").bound, values) == pytest.approx(1.87e-5, rel=2e-3)


@pytest.mark.parametrize("q", [3.0, 3.01, 5.0, 1e6])
def test_excursion_constant(q):
    """Displacements and martingale part together stay below 1.85 |r_0| / alpha (2 alpha <= beta)."""
    total = 1 / (1 - 0.8 / q) + 1 / math.sqrt(2 * q - 1.6)
    assert total <= number(statement("os19.d.sgd").claim("excursion").bound, at(misfit_0=1.0, alpha=1.0))
    if q == 3:
        assert total == pytest.approx(1.841, abs=1e-3)


@pytest.mark.parametrize("nu", [3.0, 3.9, 4.0])
def test_small_confidence_says_nothing(nu):
    """C13a: for nu up to 4 the printed bound on P(E) is at most 0, whatever the network."""
    bound = statement("os19.thm2_6").claim("stay_probability").relation.rhs
    values = at(nu=nu, B=1.0, norm_X=1.0, mu_phi=0.2, sigma_min_KR=1.0, k=10**6, d=4)
    assert number(bound, values) <= 0


@pytest.mark.attacks("os19.d.sgd")
@pytest.mark.parametrize("seed", range(4))
def test_self_contained_theorem_on_linear_maps(seed):
    """D15 on random linear least squares (L = 0): rate in the mean, P(E), mean excursion; 400 paths, 3 sigma."""
    rng = np.random.default_rng(seed)
    n, p, nu, q, steps, paths = 3, 6, 3.0, 3.0, 400, 400
    A, r0 = rng.standard_normal((n, p)), rng.standard_normal(n)
    A *= np.array([[1.0], [0.3], [2.0]]) if seed % 2 else 1.0
    singular = np.linalg.svd(A, compute_uv=False)
    values = at(alpha=singular[-1] / 2, beta=singular[0], row_bound=np.linalg.norm(A, axis=1).max())
    values |= at(nu=nu, step_divisor=q, eta_bar=1.0, n=n, misfit_0=float(np.linalg.norm(r0)))
    theorem = statement("os19.d.sgd")
    values[V["step_size"]] = number(theorem.setting.step_size, values)
    theta, worst, squares = np.zeros((paths, p)), np.zeros(paths), []
    for _ in range(steps + 1):
        residual = theta @ A.T + r0
        squares.append((residual**2).sum(1))
        worst = np.maximum(worst, np.linalg.norm(theta, axis=1))
        pick = rng.integers(n, size=paths)
        theta -= values[V["step_size"]] * residual[np.arange(paths), pick][:, None] * A[pick]
    inside = worst <= number(theorem.claim("radius_on_event").bound, values)
    observed = np.array(squares) * inside
    values[V["tau"]] = np.arange(steps + 1)
    bound = evaluate(theorem.claim("expected_rate").relation.rhs, values, FLOAT)
    error = 3 * observed.std(1) / math.sqrt(paths)
    assert np.all(observed.mean(1) - error <= bound * (1 + 1e-9))
    found = {V["stay_probability"]: inside.mean(), V["mean_excursion"]: worst.mean()}
    for label in ("stay_probability", "excursion"):
        assert holds(theorem.claim(label).relation, {**values, **found}, FLOAT)


@pytest.mark.parametrize("gap", [0.1, 0.01, 0.001])
def test_no_universal_radius(gap):
    """C13b: two samples at distance e need a distance of order 1/e; the radius of the repaired form allows it.

    At distance D from the initialisation the outputs at the two samples differ by at most a + b D + c D^2 (softplus has
    slopes of at most 1 and curvature of at most 1/4), and by 2 once the labels 1 and -1 are reached.
    """
    n, k, nu = 2, 400_000, 8.0
    angle = 2 * math.asin(gap / 2)
    X = np.array([[1.0, 0.0], [math.cos(angle), math.sin(angle)]])
    W = np.random.default_rng(0).standard_normal((k, 2))
    v = np.where(np.arange(k) % 2, 1, -1) / math.sqrt(k)
    H = X @ W.T
    f = np.log1p(np.exp(H)) @ v
    largest, curvature = 1 / math.sqrt(k), 0.25
    a = abs(f[0] - f[1])
    b = largest * (curvature * np.linalg.norm(H[0] - H[1]) + gap * math.sqrt(k))
    c = largest * curvature * gap
    needed = (2 - a) * 2 / (b + math.sqrt(b**2 + 4 * c * (2 - a)))
    assert needed > 0.5 / gap
    gram = X @ X.T
    values = at(n=n, nu=nu, c_3=0.02 / gap, misfit_0=1.0, norm_y=math.sqrt(2), mu_phi=0.2066)
    values[V["sigma_min_KR"]] = math.sqrt(np.linalg.eigvalsh(gram * gram)[0])
    values[V["misfit_0"]] = np.linalg.norm(f - np.array([1, -1]))
    assert number(statement("os19.thm2_6").claim("radius_on_event").bound, values) < needed
    assert number(statement("os19.thm2_6.repaired").claim("radius_on_event").bound, values) > needed
