"""Quantities measured by name, with parameters: against quadrature, LAPACK and brute force, and the laws they obey."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from boundkit.activations import activation
from boundkit.data import Dataset, dataset, quantities
from boundkit.errors import BadInput, NotApplicable

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(120)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
SIGNED = dataset("digits:n=12,seed=3")
GENERAL = Dataset("general", np.random.default_rng(5).normal(size=(6, 4)) / 2, np.array([1.0, -1, 1, -1, -1, 1]))


def measured(data, name, chosen=None, **parameters):
    """One quantity as a float; its enclosure is tight."""
    ball = quantities(data, activation=chosen, names=[name], parameters=parameters)[name].ball
    assert float(ball.rad()) <= 1e-9 * max(1.0, abs(float(ball)))
    return float(ball)


def mean(function):
    """E f(g) by Gauss-Hermite quadrature."""
    return float(WEIGHTS @ function(NODES))


def monic(degree, x):
    """He_degree(x)."""
    return np.polynomial.hermite_e.hermeval(x, np.eye(degree + 1)[degree])


def feature_kernel(X, function):
    """E[f(<w, x_i>) f(<w, x_j>)] by quadrature in the plane of each pair of rows."""
    n = len(X)
    K = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            length = np.linalg.norm(X[i])
            along = X[j] @ X[i] / length
            across = math.sqrt(max(X[j] @ X[j] - along**2, 0.0))
            first, second = length * NODES[:, None], along * NODES[:, None] + across * NODES[None, :]
            K[i, j] = WEIGHTS @ (function(first) * function(second)) @ WEIGHTS
    return K


@pytest.mark.parametrize("degree", [1, 2, 3, 5])
@pytest.mark.parametrize("scale", [0.3, 1.0, 1.7])
def test_coefficients_and_tails_at_a_scale(degree, scale):
    """c_t(s), the tail from t on, mean and variance of sin(s g + 1) agree with quadrature."""
    chosen, function = "sin(z+1)", lambda z: np.sin(scale * z + 1)
    at = {"power": degree, "hidden_std": scale}
    coefficients = [mean(lambda z, r=r: function(z) * monic(r, z)) for r in range(degree + 1)]
    assert measured(SIGNED, "hermite_ct_scaled", chosen, **at) == pytest.approx(coefficients[degree], abs=1e-10)
    below = sum(c**2 / math.factorial(r) for r, c in enumerate(coefficients[:degree]))
    second = mean(lambda z: function(z) ** 2)
    assert measured(SIGNED, "hermite_tail_scaled", chosen, **at) == pytest.approx(second - below, abs=1e-10)
    assert measured(SIGNED, "mean_phi_scaled", chosen, **at) == pytest.approx(coefficients[0], abs=1e-11)
    variance = second - coefficients[0] ** 2
    assert measured(SIGNED, "var_phi_scaled", chosen, **at) == pytest.approx(variance, abs=1e-11)


@pytest.mark.parametrize("degree", [1, 2, 4])
def test_stein_relates_coefficients_of_phi_and_its_derivative(degree):
    """mu_{t-1}(phi') = sqrt(t) mu_t(phi), and both are those of quadrature for softplus."""
    coefficient = measured(SIGNED, "hermite_coefficient", "softplus", power=degree)
    below = measured(SIGNED, "hermite_coefficient_dphi_below", "softplus", power=degree)
    assert below == pytest.approx(math.sqrt(degree) * coefficient, abs=1e-14)
    reference = mean(lambda z: np.log1p(np.exp(z)) * monic(degree, z)) / math.sqrt(math.factorial(degree))
    assert coefficient == pytest.approx(reference, abs=1e-9)


def test_tail_masses_lose_one_square_at_a_time():
    """The tails of ReLU and of its derivative fall by mu_R^2 and start at the second moments 1/2 and 1/2."""
    for name, derivative in (("tail_mass", 0), ("tail_mass_dphi", 1)):
        tails = [measured(SIGNED, name, "relu", tail_start=start) for start in range(6)]
        assert tails[0] == pytest.approx(0.5, abs=1e-14)
        found = activation("relu").coefficients(derivative, 5)
        for start in range(5):
            assert tails[start] - tails[start + 1] == pytest.approx(float(found[start]) ** 2, abs=1e-14)


def test_hermite_norms():
    """(E phi^2)^(1/2), and sums of c_i^2: 1 + 4 for z^2, terms b^(2i) e^(-b^2) for sin(b z), infinite elsewhere."""
    assert measured(SIGNED, "hermite_norm", "tanh") == pytest.approx(mean(lambda z: np.tanh(z) ** 2) ** 0.5, abs=1e-7)
    assert measured(SIGNED, "hermite_square_sum", "square") == pytest.approx(5)
    terms = [mean(lambda z, r=r: np.sin(z / 2) * monic(r, z)) ** 2 for r in range(16)]
    assert measured(SIGNED, "hermite_square_sum", "sin(z/2)") == pytest.approx(sum(terms), rel=1e-7)
    assert measured(SIGNED, "hermite_square_sum", "3*exp(z/2)") == pytest.approx(9 * math.exp(1 / 4) / (1 - 1 / 4))
    infinite = [
        "exp(z)",
        "exp(-2*z)",
        "relu",
        "elu",
        "tanh",
        "softplus",
        "gelu",
        "erf",
        "sin",
        "gaussian",
        "relu_power:power=3",
        "arctan",
    ]
    for name in infinite:
        assert quantities(SIGNED, activation=name, names=["hermite_square_sum"])["hermite_square_sum"].value == "inf", (
            name
        )
    with pytest.raises(NotApplicable, match="mish"):
        measured(SIGNED, "hermite_square_sum", "mish")


@pytest.mark.parametrize("data", [SIGNED, GENERAL], ids=["unit rows", "rows of any length"])
@pytest.mark.parametrize("scale", [0.4, 1])
def test_feature_kernel_spectrum(data, scale):
    """Extreme eigenvalues and trace agree with LAPACK on a kernel found by quadrature."""
    K = feature_kernel(data.X, lambda z: np.sin(scale * z + 1))
    values = np.linalg.eigvalsh(K)
    found = [
        measured(data, name, "sin(z+1)", hidden_std=scale) for name in ("kernel_min", "kernel_max", "kernel_trace")
    ]
    assert found == pytest.approx([values[0], values[-1], np.trace(K)], abs=1e-9)


@settings(max_examples=10)
@given(st.fractions("1/10", 10, max_denominator=50))
def test_feature_kernels_of_homogeneous_activations_scale_with_the_square(scale):
    """For ReLU every eigenvalue at standard deviation s is s^2 times that at 1."""
    for name in ("kernel_min", "kernel_max", "kernel_trace"):
        one = measured(GENERAL, name, "relu", hidden_std=1)
        assert measured(GENERAL, name, "relu", hidden_std=scale) == pytest.approx(float(scale) ** 2 * one, rel=1e-9)


@pytest.mark.parametrize("data", [SIGNED, GENERAL], ids=["unit rows", "rows of any length"])
def test_indicator_covariance(data):
    """Entries are (pi - angle) / (2 pi), whatever the lengths of the rows."""
    rows = data.X / np.linalg.norm(data.X, axis=1, keepdims=True)
    K = (np.pi - np.arccos(np.clip(rows @ rows.T, -1, 1))) / (2 * np.pi)
    assert measured(data, "lambda_indicator") == pytest.approx(np.linalg.eigvalsh(K)[0], abs=1e-9)


@pytest.mark.parametrize("power", [1, 2, 3])
@pytest.mark.parametrize("data", [SIGNED, GENERAL], ids=["unit rows", "rows of any length"])
def test_khatri_rao_powers(data, power):
    """sigma_min of the rows' tensor powers, formed explicitly; it scales with the power of the data."""
    rows = data.X[:, :8]
    chosen = Dataset("columns", rows, data.y)
    tensors = rows
    for _ in range(power - 1):
        tensors = np.einsum("ia,ib->iab", tensors, rows).reshape(len(rows), -1)
    padded = np.zeros((len(rows), max(tensors.shape)))
    padded[:, : tensors.shape[1]] = tensors
    least = np.linalg.svd(padded, compute_uv=False)[-1]
    assert measured(chosen, "sigma_min_power", power=power) == pytest.approx(least, abs=1e-8)
    doubled = measured(Dataset("doubled", 2 * rows, data.y), "sigma_min_power", power=power)
    assert doubled == pytest.approx(2**power * measured(chosen, "sigma_min_power", power=power), abs=1e-9)


def test_sum_over_all_powers():
    """sum_r mu_r(phi')^2 lambda_min(G^(r+1)) of shifted sine, between the bound by one power and lambda."""
    gram = SIGNED.X @ SIGNED.X.T
    np.fill_diagonal(gram, 1)
    total = 0.0
    for r in range(40):
        c = mean(lambda z, r=r: np.cos(z + 1) * monic(r, z)) / math.sqrt(math.factorial(r)) if r < 25 else 0.0
        total += c**2 * np.linalg.eigvalsh(gram ** (r + 1))[0]
    found = measured(SIGNED, "power_sum", "sin(z+1)")
    assert found == pytest.approx(total, abs=1e-8)
    assert measured(SIGNED, "lambda_bound_power", "sin(z+1)") < found < measured(SIGNED, "lambda", "sin(z+1)")


@given(st.integers(0, 10**6), st.integers(2, 7), st.integers(2, 4), st.booleans())
def test_pairs_by_brute_force(seed, n, d, unit):
    """Separations and inner products are those of a loop over all pairs."""
    X = np.random.default_rng(seed).normal(size=(n, d))
    X = X / np.linalg.norm(X, axis=1, keepdims=True) if unit else X
    y = np.where(np.arange(n) % 2 == 0, 1.0, -1.0)
    data = Dataset("pairs", X, y)
    pairs = list(combinations(range(n), 2))
    opposite = min(np.linalg.norm(X[i] - X[j]) for i, j in pairs if y[i] != y[j])
    sums = min(np.linalg.norm(X[i] + X[j]) for i, j in pairs)
    assert measured(data, "label_separation") == pytest.approx(opposite, rel=1e-9)
    assert measured(data, "antipodal_separation") == pytest.approx(sums, rel=1e-9)
    assert measured(data, "input_cosine") == pytest.approx(min(X[i] @ X[j] for i, j in pairs), abs=1e-12)
    assert measured(data, "max_row_norm") == pytest.approx(np.linalg.norm(X, axis=1).max(), rel=1e-12)
    everyone = min(min(np.linalg.norm(X[i] - X[j]) for i, j in pairs), sums)
    assert measured(data, "separation") == pytest.approx(everyone, rel=1e-9)


@pytest.mark.parametrize("labels", [[1.0, 1, 1, 1], [1.0, 2, -1, -1]])
def test_a_separation_by_labels_needs_two_signs(labels):
    """Equal labels, or labels other than 1 and -1, have no separation by labels, under the hypothesis's own name."""
    with pytest.raises(NotApplicable) as caught:
        measured(Dataset("labels", np.eye(4), np.array(labels)), "label_separation")
    assert caught.value.label == "opposite_labels_separated"


def test_only_the_sign_that_is_asked_for_makes_a_distance_zero():
    """Opposite rows with opposite labels are as far apart as they can be, and equal ones are from their antipodes."""
    opposite = Dataset("opposite", np.array([[0.6, 0.8], [-0.6, -0.8]]), np.array([1.0, -1.0]))
    assert measured(opposite, "label_separation") == pytest.approx(2, rel=1e-15)
    assert measured(opposite, "antipodal_separation") == measured(opposite, "separation") == 0
    equal = dataset("mixture:K=1,C=1,n=2,d=3")
    assert measured(equal, "antipodal_separation") == pytest.approx(2, rel=1e-15)


def test_a_common_last_coordinate_is_that_of_every_sample():
    """Two that differ by less than 2e-9 count as one, and both are in its enclosure, whichever comes first."""
    for last in ((0.5, 0.5 + 8e-10), (0.5 + 8e-10, 0.5)):
        data = Dataset("close", np.array([[1.0, last[0]], [2.0, last[1]]]), np.ones(2))
        found = quantities(data, names=["last_coordinate"])["last_coordinate"].ball
        assert all(found.contains(value) for value in last)
        assert float(found.rad()) < 1e-9


def test_last_coordinates():
    """Lifted data have one last coordinate up to rounding; others have none, and their deviation is half the range."""
    lifted = dataset("lifted:n=9,d=5,mu=0.3,seed=2")
    assert quantities(lifted, names=["last_coordinate_deviation"])["last_coordinate_deviation"].ball == 0
    assert measured(lifted, "last_coordinate") == pytest.approx(0.3, abs=1e-15)
    last = GENERAL.X[:, -1]
    assert measured(GENERAL, "last_coordinate_deviation") == pytest.approx((last.max() - last.min()) / 2, abs=1e-15)
    with pytest.raises(NotApplicable) as caught:
        measured(GENERAL, "last_coordinate")
    assert caught.value.label == "common_last_coordinate"


@pytest.mark.parametrize(
    ("name", "chosen", "parameters", "argument"),
    [
        ("kernel_min", "tanh", {}, "hidden_std"),
        ("kernel_min", None, {"hidden_std": 1}, "activation"),
        ("kernel_min", "tanh", {"hidden_std": "x"}, "hidden_std"),
        ("hermite_ct_scaled", "tanh", {"power": 2}, "hidden_std"),
        ("hermite_coefficient", "tanh", {"power": "1/2"}, "power"),
        ("sigma_min_power", None, {"power": 65}, "power"),
        ("tail_mass", "tanh", {"tail_start": -1}, "tail_start"),
        ("kernel_mean", "tanh", {}, "quantity"),
    ],
)
def test_unusable_parameters_are_named(name, chosen, parameters, argument):
    """A parameter that is missing, not a number or out of range is BadInput that names it."""
    with pytest.raises(BadInput) as caught:
        quantities(SIGNED, activation=chosen, names=[name], parameters=parameters)
    assert caught.value.argument == argument
    assert "\n" not in str(caught.value)


def test_answers_are_remembered_for_each_parameter():
    """Different parameters give different answers on one data set, equal ones the same object."""
    first, second = (
        quantities(SIGNED, activation="tanh", names=["kernel_min"], parameters={"hidden_std": s}) for s in (1, 2)
    )
    assert float(first["kernel_min"].ball) < float(second["kernel_min"].ball)
    again = quantities(SIGNED, activation="tanh", names=["kernel_min"], parameters={"hidden_std": "1.0"})
    assert again["kernel_min"].ball is first["kernel_min"].ball
