"""Lower bounds on lambda lie below lambda, on random, clustered and structured data."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from boundkit.activations import activation
from boundkit.data import Dataset, dataset
from boundkit.data.bounds import (
    gershgorin_bound,
    indicator_bound,
    khatri_rao_bound,
    power_bound,
    power_sum,
    quadratic_bound,
    quadratic_output_bound,
    separation_bound,
    sum_bound,
)
from boundkit.data.eigenvalues import smallest_kernel_eigenvalue
from boundkit.data.gram import gram_eigenvalue, khatri_rao_eigenvalue
from boundkit.data.pairs import closest_pair
from boundkit.data.profiles import power_series
from boundkit.errors import NotApplicable


@st.composite
def configurations(draw):
    """Unit rows: uniform, or around a few centres up to sign."""
    n, d = draw(st.integers(2, 20)), draw(st.integers(2, 8))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    X = generator.standard_normal((n, d))
    if draw(st.booleans()):
        centres = generator.standard_normal((3, d))[generator.integers(0, 3, n)]
        X = generator.choice([-1, 1], (n, 1)) * centres + 10.0 ** draw(st.floats(-4, 0)) * X
    return Dataset("test", X / np.linalg.norm(X, axis=1, keepdims=True), np.ones(n))


@settings(max_examples=40)
@given(configurations(), st.sampled_from(["relu", "softplus"]))
def test_khatri_rao_bound_is_below_lambda(data, name):
    """`os19` D17, and the weaker (6.5) it improves on, hold on every configuration."""
    chosen = activation(name)
    bound = khatri_rao_bound(data, chosen)
    weaker = chosen.quantity("mu_phi") ** 2 * khatri_rao_eigenvalue(data)
    assert weaker.lower() <= bound.upper()
    assert bound.lower() <= smallest_kernel_eigenvalue(data, chosen).upper()


@settings(max_examples=40)
@given(configurations())
def test_separation_bound_is_below_lambda_and_above_its_second_form(data):
    """`os19` D14 for ReLU: lambda >= first form >= second form; the first has a slack of 2.7."""
    bound = separation_bound(data, activation("relu"))
    distance = float(closest_pair(data)) ** 0.5
    second = 0.0634936 * distance / math.sqrt(2 * math.log(2 * (data.n - 1)) + distance**2)
    assert float(bound) >= second * (1 - 1e-9)
    assert 2.7 * float(bound) <= float(smallest_kernel_eigenvalue(data, activation("relu")).upper())


def test_separation_bound_at_the_ends():
    """Orthonormal rows give c_0 / 2 = sqrt(2 / pi) / (4 pi); opposite rows give 0."""
    assert float(separation_bound(dataset("orthonormal:n=5"), activation("relu"))) == pytest.approx(
        math.sqrt(2 / math.pi) / (4 * math.pi), rel=1e-14
    )
    opposite = Dataset("test", np.array([[1.0, 0], [-1, 0], [0, 1]]), np.ones(3))
    assert separation_bound(opposite, activation("relu")) == 0


def test_separation_bound_is_for_relu_with_two_samples():
    """Other activations and a single sample are not covered."""
    with pytest.raises(NotApplicable, match="is for relu, not for softplus"):
        separation_bound(dataset("circle:n=3"), activation("softplus"))
    with pytest.raises(NotApplicable, match="at least two samples"):
        separation_bound(dataset("orthonormal:n=1"), activation("relu"))


@pytest.mark.parametrize(
    ("name", "n", "d", "measured", "bound"),
    [
        ("softplus", 6, 6, 0.0621, 0.0131),
        ("softplus", 20, 8, 0.00584, 0.00276),
        ("relu", 20, 8, 0.0852, 0.0103),
    ],
)
def test_looseness_is_of_the_size_that_the_specification_measured(name, n, d, measured, bound):
    """Means over 20 draws of lambda and mu_phi^2 sigma_min(X * X)^2: one draw within a factor 2.5."""
    chosen = activation(name)
    draws = [dataset("sphere", n=n, d=d, seed=seed) for seed in range(20)]
    lambdas = [float(smallest_kernel_eigenvalue(data, chosen)) for data in draws]
    bounds = [float(chosen.quantity("mu_phi") ** 2 * khatri_rao_eigenvalue(data)) for data in draws]
    assert 1 / 2.5 < np.mean(lambdas) / measured < 2.5
    assert 1 / 2.5 < np.mean(bounds) / bound < 2.5
    assert all(gram_eigenvalue(data) == 0 for data in draws) == (n > d)


@settings(max_examples=30)
@given(
    configurations(), st.sampled_from(["relu", "softplus", "tanh", "elu"]), st.sampled_from(["sigma", "sigma_tilde"])
)
def test_bounds_are_ordered_and_below_the_eigenvalue(data, name, kind):
    """`os19` H.1, H.2, D17 and D17b lie below the truth, and the sum above the best single power."""
    chosen = activation(name)
    truth = smallest_kernel_eigenvalue(data, chosen, kind)
    single, total = power_bound(data, chosen, kind), sum_bound(data, chosen, kind)
    assert single.lower() <= total.upper()
    for bound in (single, total, gershgorin_bound(data, chosen, kind)):
        assert bound.lower() <= truth.upper()
    if kind == "sigma":
        assert quadratic_bound(data, chosen).lower() <= khatri_rao_bound(data, chosen).upper()
        assert khatri_rao_bound(data, chosen).lower() <= total.upper()
    else:
        assert quadratic_output_bound(data, chosen).lower() <= single.upper()


def test_bounds_are_attained_by_orthonormal_rows():
    """For orthonormal rows the sums and the Gershgorin bounds are the eigenvalues E phi'(g)^2 and Var phi(g)."""
    data, chosen = dataset("orthonormal:n=5"), activation("gelu")
    for kind, truth in (("sigma", "second_moment_dphi"), ("sigma_tilde", "var_phi")):
        exact = float(chosen.quantity(truth))
        assert float(sum_bound(data, chosen, kind)) == pytest.approx(exact, rel=1e-13)
        assert float(gershgorin_bound(data, chosen, kind)) == pytest.approx(exact, rel=1e-13)


@pytest.mark.parametrize("kind", ["sigma", "sigma_tilde"])
def test_gershgorin_bound_is_the_best_of_all_cutoffs(kind):
    """The R chosen beats every other one, each evaluated from the closed coefficients of the step and the ReLU."""
    data = dataset("sphere:n=12,d=30")
    rho = np.abs(np.triu(data.X @ data.X.T, 1)).max()
    step = np.array(
        [0.25]
        + [
            math.prod(range(1, r - 1, 2)) ** 2 / (2 * math.pi * math.factorial(r)) if r % 2 else 0.0
            for r in range(1, 60)
        ]
    )
    relu = np.concatenate([[1 / (2 * math.pi), 0.25], [step[r - 1] / r for r in range(2, 60)]])
    squares = np.concatenate([[0.0], step]) if kind == "sigma" else relu
    values = [(0.5 - squares[:m].sum()) * (1 - 11 * rho**m) for m in range(1, 60)]
    assert float(gershgorin_bound(data, activation("relu"), kind)) == pytest.approx(max(values), rel=1e-10)


@pytest.mark.parametrize(("rho", "expected"), [(0.0, 1.0), (0.4, 0.2), (0.6, 0.0)])
def test_gershgorin_bound_of_a_linear_network(rho, expected):
    """Three rows of equal correlation: there is no power but the first, 1 - 2 rho where that is positive."""
    X = np.linalg.cholesky((1 - rho) * np.eye(3) + rho)
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    bound = gershgorin_bound(Dataset("test", X, np.ones(3)), activation("identity"))
    assert float(bound) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("name", ["relu", "softplus", "cos"])
@pytest.mark.parametrize("size", ["n=6,d=4", "n=4,d=6", "n=9,d=3"])
def test_power_bound_is_the_best_of_the_powers(name, size):
    """Each Hadamard power by eigvalsh, first ones that are singular among them, times its coefficient."""
    data, chosen = dataset(f"sphere:{size},seed=2"), activation(name)
    squares = [float(a) for a in power_series(chosen, "sigma", 12)]
    values = [a * np.linalg.eigvalsh((data.X @ data.X.T) ** m)[0] for m, a in enumerate(squares) if m]
    assert float(power_bound(data, chosen)) == pytest.approx(max(values), rel=1e-8)


@pytest.mark.parametrize("rho", [0.5, 0.9, 0.999])
def test_the_whole_series_of_two_rows(rho):
    """Powers of two rows have the eigenvalues 1 - rho^m: the sum is k(1) - k(rho), in closed form for ReLU."""
    rows = np.array([[1.0, 0.0], [rho, math.sqrt(1 - rho**2)]])
    found = power_sum(Dataset("test", rows, np.ones(2)), activation("relu"))
    exact = 0.5 - rho * (math.pi - math.acos(rho)) / (2 * math.pi)
    assert float(found.lower()) - 1e-12 <= exact <= float(found.upper()) + 1e-12
    assert float(found.rad()) <= 0.05


def test_gershgorin_bound_is_zero_for_coherent_rows():
    """Correlations so near 1 that no usable power separates the rows give the trivial bound."""
    X = np.array([[1.0, 0], [np.cos(1e-3), np.sin(1e-3)], [0, 1]])
    assert gershgorin_bound(Dataset("test", X, np.ones(3)), activation("relu")) == 0


def test_indicator_bound_on_the_circle():
    """`os19` I.2 with the separation 2 sin(pi / 2n) of equispaced directions; ReLU only."""
    bound = indicator_bound(dataset("circle:n=8"), activation("relu"))
    assert float(bound) == pytest.approx(2 * math.sin(math.pi / 16) / 6400, rel=1e-12)
    with pytest.raises(NotApplicable, match="relu"):
        indicator_bound(dataset("circle:n=8"), activation("softplus"))


def test_quadratic_output_bound_of_the_paper():
    """`os19` section 3: gamma = 0.282095 for ReLU and 0.146103 for softplus."""
    data = dataset("orthonormal:n=4")
    for name, gamma in (("relu", 0.282095), ("softplus", 0.146103)):
        assert float(quadratic_output_bound(data, activation(name))) ** 0.5 == pytest.approx(gamma, abs=1e-6)
