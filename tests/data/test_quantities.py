"""The named quantities: reference values of the specification, outward decimals, and errors."""

import gc
import math
import sys
from fractions import Fraction

import flint
import numpy as np
import pytest
from hypothesis import given, strategies as st

from boundkit.arithmetic import ball, precision
from boundkit.data import Dataset, Quantity, dataset, quantities
from boundkit.errors import BadInput, Infeasible, NotApplicable

OF_DATA = {
    "n", "d", "norm_y", "norm_X", "sigma_min_X", "sigma_min_KR", "kappa", "separation", "rho_max",
    "row_norm_deviation",
}  # fmt: skip


def number(data, name, activation=None):
    """One quantity as a float."""
    return float(quantities(data, activation=activation, names=[name])[name].ball)


@given(st.floats(-1e30, 1e30), st.floats(0, 1))
def test_decimals_are_rounded_outward(middle, radius):
    """lower <= ball <= upper, exactly, as rational numbers; value lies between."""
    quantity = Quantity("x", flint.arb(middle, radius))
    with precision(4000):
        assert ball(Fraction(quantity.lower)) <= quantity.ball.lower()
        assert ball(Fraction(quantity.upper)) >= quantity.ball.upper()
    assert Fraction(quantity.lower) <= Fraction(quantity.value) <= Fraction(quantity.upper)


def test_exact_numbers_are_written_exactly():
    """Integers come without trailing zeros; infinity and the unknown have their own marks."""
    assert [Quantity("x", flint.arb(v)).value for v in (20, 0.5, 0, -3)] == ["20", "0.5", "0", "-3"]
    assert Quantity("x", flint.arb.pos_inf()).value == "inf"
    for nothing in (flint.arb(0, flint.arb.pos_inf()), flint.arb.nan()):
        unknown = Quantity("x", nothing)
        assert (unknown.lower, unknown.value, unknown.upper) == ("-inf", None, "inf")


def test_orthonormal_data_attain_the_second_moment():
    """X = I_4: lambda = E phi'^2 (softplus 0.293..., ReLU 0.5); every spectrum is 1."""
    data = dataset("orthonormal:n=4")
    softplus, relu = (quantities(data, activation=name, names=["lambda"])["lambda"] for name in ("softplus", "relu"))
    with precision(128):
        assert softplus.ball.overlaps(flint.arb("0.29337903585809296274 +/- 1e-20"))
        assert float(softplus.ball.rad()) < 1e-18
        assert relu.ball.contains(flint.arb(0.5))
    for name in ("norm_X", "sigma_min_X", "sigma_min_KR", "kappa"):
        assert quantities(data, names=[name])[name].value == "1"
    found = quantities(data, names=["separation", "rho_max"])
    assert found["separation"].value.startswith("1.41421356237309504")
    assert found["rho_max"].value == "0"


@pytest.mark.parametrize(("d", "n", "mean"), [(20, 20, 0.491), (20, 40, 0.303), (20, 100, 0.0946), (30, 60, 0.409)])
def test_khatri_rao_eigenvalue_follows_the_measured_law(d, n, mean):
    """D5b: means of sigma_min(X * X)^2 over 10 draws on the sphere, to four standard errors."""
    draws = [number(dataset("sphere", n=n, d=d, seed=s), "sigma_min_KR") ** 2 for s in range(10)]
    error = np.std(draws, ddof=1) * math.sqrt(2 / 10)
    assert abs(np.mean(draws) - mean) < 4 * error


def test_small_sphere_values_are_typical():
    """V2: the draw measured (softplus lambda 0.171, norm_X 1.257) is within the range of 20 draws."""
    draws = [dataset("sphere", n=4, d=8, seed=s) for s in range(20)]
    lambdas = [number(data, "lambda", "softplus") for data in draws]
    norms = [number(data, "norm_X") for data in draws]
    assert min(lambdas) < 0.171 < max(lambdas)
    assert min(norms) < 1.257 < max(norms)


@pytest.mark.parametrize(("n", "kappa"), [(30, 3.3), (60, 4.1), (112, 5.6), (225, 14.0), (360, 87.8)])
def test_kappa_grows_towards_the_dimension_count(n, kappa):
    """V9: kappa on the sphere at d = 30, within a factor 1.6 of the one draw measured."""
    assert 1 / 1.6 < number(dataset("sphere", n=n, d=30), "kappa") / kappa < 1.6


@pytest.mark.parametrize("n", [2, 3, 8, 100])
def test_circle_separation(n):
    """n equispaced directions are 2 sin(pi / 2n) apart, and rho_max = cos(pi / n)."""
    data = dataset("circle", n=n)
    assert number(data, "separation") == pytest.approx(2 * math.sin(math.pi / (2 * n)), rel=1e-13)
    assert number(data, "rho_max") == pytest.approx(math.cos(math.pi / n), abs=1e-15)


def test_kappa_is_infinite_exactly_when_the_square_is_singular():
    """n > d (d + 1) / 2 gives inf; a square that is singular but not by counting gives no value at all."""
    assert quantities(dataset("circle:n=4"), names=["kappa"])["kappa"].value == "inf"
    opposite = Dataset("test", np.array([[0.6, 0.8], [-0.6, -0.8]]), np.ones(2))
    found = quantities(opposite, names=["kappa", "sigma_min_KR", "separation"])
    assert found["kappa"].value is None
    assert found["sigma_min_KR"].lower == "0"
    assert found["separation"].value == "0"


def test_all_quantities_that_apply_are_given():
    """Without names: every quantity of the data, those of the activation when given, and none that raises."""
    data = dataset("sphere:n=5,d=4")
    assert set(quantities(data)) == OF_DATA
    with_relu = quantities(data, activation="relu")
    assert set(with_relu) >= OF_DATA | {
        "lambda",
        "lambda_bound_khatri_rao",
        "lambda_bound_separation",
        "mu_phi",
        "B",
    }
    assert "lambda_bound_separation" not in quantities(data, activation="softplus")
    assert "separation" not in quantities(dataset("sphere:n=1,d=4"))
    free = quantities(Dataset("test", 2 * np.eye(3), np.ones(3)), activation="relu")
    assert free["norm_X"].value == "2"
    assert free["separation"].value.startswith("2.8284271247461900976")
    assert not {"lambda", "rho_max"} & set(free)
    assert all(name == quantity.name for name, quantity in with_relu.items())


def test_wrong_requests():
    """Unknown names suggest near ones; lambda needs an activation; unit rows and size limits are named."""
    data = dataset("circle:n=3")
    with pytest.raises(BadInput, match="quantity = lamda: unknown; did you mean lambda"):
        quantities(data, activation="relu", names=["lamda"])
    with pytest.raises(BadInput, match="activation = None: is needed for lambda"):
        quantities(data, names=["n", "lambda"])
    with pytest.raises(NotApplicable, match="rows must have length 1"):
        quantities(Dataset("test", 2 * np.eye(3), np.ones(3)), names=["rho_max"])
    with pytest.raises(Infeasible, match="n = 8001"):
        quantities(dataset("circle:n=8001"), activation="relu", names="lambda")


def test_data_may_be_named():
    """A name is as good as the data set; what is neither is refused by name."""
    named, made = (quantities(data, names=["norm_X"])["norm_X"] for data in ("circle:n=4", dataset("circle:n=4")))
    assert named.ball.overlaps(made.ball)
    with pytest.raises(BadInput, match="data = 7: must be a name, a path or a Dataset"):
        quantities(7, names=["norm_X"])


def test_results_are_remembered_while_the_data_live(monkeypatch):
    """A second request does not compute again; another activation does; dead data are forgotten."""
    calls = []
    measure = sys.modules["boundkit.data.quantities"]  # the function has the module's name
    honest = measure.OF_DATA_AND_ACTIVATION["lambda"]

    def counted(data, chosen):
        calls.append(chosen.name)
        return honest(data, chosen)

    monkeypatch.setitem(measure.OF_DATA_AND_ACTIVATION, "lambda", counted)
    data = dataset("circle:n=3")
    for name in ("relu", "relu", "softplus"):
        quantities(data, activation=name, names=["lambda"])
    assert calls == ["relu", "softplus"]
    kept = len(measure._RESULTS)
    del data
    gc.collect()
    assert len(measure._RESULTS) == kept - 1


def test_a_thousand_samples_are_enclosed_narrowly():
    """n = 1000, d = 60: norm and Khatri-Rao singular value to a relative 1e-8."""
    found = quantities(dataset("sphere:n=1000,d=60"), names=["norm_X", "sigma_min_KR", "kappa"])
    assert all(float(q.ball.rad() / q.ball.mid()) < 1e-8 for q in found.values())
