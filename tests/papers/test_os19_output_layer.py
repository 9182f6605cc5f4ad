"""Random features: Theorem 3.2 is false as printed, and its repaired forms are not."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from boundkit.arithmetic import BALL, FLOAT, ball, evaluate, holds, precision
from boundkit.papers import statement
from boundkit.query import required_width
from boundkit.statement import VOCABULARY, expand

V = {name: word.symbol for name, word in VOCABULARY.items()}
RELU_LAMBDA = 0.5 - 1 / (2 * math.pi)  # two orthonormal samples: the covariance has 1/2 and 1/(2 pi)


def at(**values):
    """Values by the names of the vocabulary."""
    return {V[name.rstrip("_")]: value for name, value in values.items()}


def number(expression, values):
    """A formula in float64."""
    return float(evaluate(expand(expression), values, FLOAT))


def relu_features(scale, k, seed=0):
    """Smallest squared singular value of the features of two orthonormal samples, by the n x n Gram matrix."""
    features = scale * np.maximum(np.random.default_rng(seed).standard_normal((2, k)), 0)
    return max(float(np.linalg.eigvalsh(features @ features.T)[0]), 0.0) if k > 1 else 0.0


@pytest.mark.parametrize("C", [1, 10**3, 10**9])
def test_printed_theorem_is_false_for_steep_activations(C):
    """C15d: for phi = s ReLU and large s one unit is allowed, the features have rank 1 < 2, all claims fail."""
    scale = 10 * math.sqrt(C)
    printed = statement("os19.thm3_2")
    with precision(256):
        values = at(C=C, B=scale, sup_dphi=scale, sup_phi_0=0, n=2, lambda_out=scale**2 * RELU_LAMBDA, k=1)
        values = {symbol: ball(value) for symbol, value in values.items()}
        for hypothesis in printed.hypotheses:
            if hypothesis.label != "unit_rows":
                assert holds(hypothesis.relation, values, BALL), hypothesis.label
        values[V["feature_sigma_min"]] = ball(0)
        values[V["least_loss"]] = ball(1) / 4  # labels (1, -1): one non-negative feature reaches half of them
        assert [holds(claim.relation, values, BALL) for claim in printed.claims] == [False] * 3


@pytest.mark.attacks("os19.thm3_2.repaired")
@pytest.mark.parametrize("scale", [1, 1000])
def test_repaired_theorem_survives_steep_activations(scale):
    """The repaired width does not depend on the scale, and at that width the eigenvalue bound holds."""
    repaired = statement("os19.thm3_2.repaired")
    values = at(B=float(scale), sup_dphi=float(scale), sup_phi_0=0.0, n=2, lambda_out=scale**2 * RELU_LAMBDA)
    required = number(repaired.hypothesis("width").relation.rhs, values)
    assert required == pytest.approx(659_279.8 * math.log(2) ** 2 * 2 / RELU_LAMBDA, rel=1e-6)
    assert not holds(repaired.hypothesis("width").relation, {**values, V["k"]: 1}, FLOAT)
    values[V["k"]] = math.ceil(required)
    values[V["feature_sigma_min"]] = math.sqrt(relu_features(scale, values[V["k"]]))
    assert holds(repaired.claim("feature_spectrum").relation, values, FLOAT)
    assert holds(repaired.claim("full_row_rank").relation, values, FLOAT)


def test_constants_of_the_specification():
    """sqrt(2q) = 20.0998, E phi^2 <= 3.5958 B^2 and h(1/2) = 0.153426 make the tracked width (C15e, D16)."""
    values = at(n=7, sup_phi_0=1.5, sup_dphi=1.25, lambda_out=0.2)
    loss = 6 * 1.5**2 / 7**100
    level = 1.5 * math.sqrt(7) * (1.89625 + 20.0998 * math.sqrt(math.log(7)))
    expected = 101 / 0.1534264 * level**2 * math.log(7) / (0.2 - loss)
    tracked = statement("os19.thm3_2.tracked")
    assert number(tracked.hypothesis("width").relation.rhs, values) == pytest.approx(expected, rel=1e-5)
    assert number(tracked.hypothesis("eigenvalue_above_loss").relation.rhs, values) == pytest.approx(loss, rel=1e-12)
    z = np.linspace(-12, 12, 200_001)
    moment = np.trapezoid((1 + np.abs(z)) ** 2 * np.exp(-(z**2) / 2), z) / math.sqrt(2 * math.pi)
    assert moment == pytest.approx(1.89625**2, rel=1e-5)
    assert moment > 2


@pytest.mark.parametrize(("name", "scale"), [("relu", 1), ("3*Max(0,z)", 3), ("1+Max(0,z)", 1)])
def test_activations_with_kinks_have_a_width(name, scale):
    """Theorem 3.2 bounds phi(0) and phi' only: ReLU, whose phi'' is no function, is answered without a given B."""
    eigenvalue = scale**2 * RELU_LAMBDA  # of four orthonormal samples; a constant changes the mean alone
    level = 2 * scale * (1.89625 + 20.0998 * math.sqrt(math.log(4)))
    expected = 101 / 0.1534264 * level**2 * math.log(4) / eigenvalue
    answer = required_width("os19.thm3_2.tracked", data="orthonormal:n=4", activation=name)
    assert answer.width == pytest.approx(expected, rel=1e-5)


@st.composite
def features(draw):
    """Numbers of a feature covariance."""
    bound = draw(st.floats(0.01, 20))
    moment = bound**2 * draw(st.floats(0.01, 3.5))
    return at(
        n=draw(st.integers(2, 50)),
        B=bound,
        sup_dphi=bound,
        sup_phi_0=bound * draw(st.floats(0, 1)),
        second_moment_phi=moment,
        lambda_out=moment * draw(st.floats(0.01, 1)),
        norm_X=draw(st.floats(1, 1.4)),
        chernoff_loss=draw(st.floats(0.01, 0.99)),
        truncation_exponent=draw(st.floats(2.1, 300)),
        k=draw(st.integers(1, 50)),
        feature_sigma_min=bound * draw(st.floats(0, 100)),
    )


def scaled(values, s):
    """The same network with phi replaced by s phi."""
    powers = {"B": 1, "sup_dphi": 1, "sup_phi_0": 1, "second_moment_phi": 2, "lambda_out": 2, "feature_sigma_min": 1}
    return {symbol: value * s ** powers.get(symbol.name, 0) for symbol, value in values.items()}


@given(values=features(), s=st.floats(0.01, 100))
@settings(max_examples=100)
def test_scaling_the_activation(values, s):
    """Every derived width, probability and claim is invariant under phi -> s phi; the printed width is not."""
    powers = {"width": 0, "feature_spectrum": 2, "eigenvalue_above_loss": 2}
    for form in ("tracked", "repaired", "refined"):
        found = statement(f"os19.thm3_2.{form}")
        for item in (*found.hypotheses, *found.claims):
            if item.label in powers:
                before, after = (number(item.relation.rhs, v) for v in (values, scaled(values, s)))
                assert after == pytest.approx(before * s ** powers[item.label], rel=1e-6, abs=1e-9 * s**2)
    exponents = [math.log(number(statement("os19.thm3_2.refined").failure, v)) for v in (values, scaled(values, s))]
    assert exponents[1] == pytest.approx(exponents[0], rel=1e-6, abs=1e-6)
    values = {**values, V["C"]: 1.0}
    widths = [number(statement("os19.thm3_2").hypothesis("width").relation.rhs, v) for v in (values, scaled(values, s))]
    assert widths[1] * s**2 == pytest.approx(widths[0], rel=1e-9)


@given(values=features())
@settings(max_examples=200)
def test_repaired_implies_tracked_implies_refined(values):
    """The repaired width is the larger one, and at the tracked width the refined failure is at most n^(-100)."""
    tracked, repaired, refined = (statement(f"os19.thm3_2.{form}") for form in ("tracked", "repaired", "refined"))
    width = number(tracked.hypothesis("width").relation.rhs, values)
    assert number(repaired.hypothesis("width").relation.rhs, values) >= width * (1 - 1e-9)
    own = {**values, V["k"]: width, V["truncation_exponent"]: 202.0, V["chernoff_loss"]: 0.5}
    n = values[V["n"]]
    assert own[V["norm_X"]] <= math.sqrt(n)
    assert 1 - number(refined.probability, own) <= n**-100.0 + 1e-15


@pytest.mark.attacks("os19.def3_1", "os19.eq3_gamma", "os19.thm3_2.refined")
@pytest.mark.parametrize("seed", range(3))
def test_refined_bound_on_random_features(seed):
    """ReLU features of random data: the refined bound holds in 10 draws where it may fail with 0.01 in one."""
    rng = np.random.default_rng(seed)
    n, d, k = 5, 8, 150_000
    X = rng.standard_normal((n, d))
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    rho = np.clip(X @ X.T, -1, 1)
    covariance = (np.sqrt(1 - rho**2) + rho * (math.pi - np.arccos(rho))) / (2 * math.pi)
    values = at(n=n, k=k, sup_phi_0=0.0, sup_dphi=1.0, second_moment_phi=0.5, norm_X=np.linalg.norm(X, 2))
    values |= at(truncation_exponent=12.0, chernoff_loss=0.5, lambda_out=np.linalg.eigvalsh(covariance)[0])
    refined = statement("os19.thm3_2.refined")
    assert values[V["lambda_out"]] <= 0.5
    assert number(refined.failure, values) < 0.01
    for _ in range(10):
        features = np.maximum(X @ rng.standard_normal((d, k)), 0)
        values[V["feature_sigma_min"]] = math.sqrt(np.linalg.eigvalsh(features @ features.T)[0])
        assert holds(refined.claim("feature_spectrum").relation, values, FLOAT)
    power = np.sqrt(np.linalg.eigvalsh(rho * rho)[0])
    own = {**values, V["gamma_phi"]: 0.282095, V["sigma_min_KR"]: power}
    assert holds(statement("os19.eq3_gamma").claims[0].relation, own, FLOAT)
    assert holds(statement("os19.def3_1").claims[0].relation, own, FLOAT)


@pytest.mark.attacks("os19.eq3_1")
def test_interpolation_by_least_squares():
    """(3.1): with full row rank the minimum-norm interpolant reaches zero loss; k < n cannot (C15a)."""
    rng = np.random.default_rng(0)
    definition = statement("os19.eq3_1")
    for n, k in ((4, 9), (4, 3)):
        features, y = rng.standard_normal((n, k)), rng.standard_normal(n)
        v = np.linalg.pinv(features) @ y
        smallest = np.sqrt(max(np.linalg.eigvalsh(features @ features.T)[0], 0))
        values = at(n=n, k=k, feature_sigma_min=smallest if k >= n else 0.0)
        values[V["least_loss"]] = round(float(np.sum((features @ v - y) ** 2) / 2), 12)
        applies = holds(definition.hypotheses[0].relation, values, FLOAT)
        assert [holds(claim.relation, values, FLOAT) for claim in definition.claims] == [applies] * 2
