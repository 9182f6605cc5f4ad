"""Kernels of rows of any length against two-dimensional quadrature at 25 digits and scaling laws."""

import flint
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from boundkit.activations import activation
from boundkit.activations.gates import gate_dual, gate_of
from boundkit.arithmetic import precision
from boundkit.data import Dataset, kernel
from boundkit.data.scaled_series import series_dual
from boundkit.errors import NotApplicable

FAMILIES = {
    "2*erf(z/2)": (lambda z: 2 * mpmath.erf(z / 2), lambda z: 2 / mpmath.sqrt(mpmath.pi) * mpmath.exp(-z * z / 4)),
    "sin(2*z)": (lambda z: mpmath.sin(2 * z), lambda z: 2 * mpmath.cos(2 * z)),
    "3*cos(z/2)": (lambda z: 3 * mpmath.cos(z / 2), lambda z: -1.5 * mpmath.sin(z / 2)),
    "exp(z/2)": (lambda z: mpmath.exp(z / 2), lambda z: mpmath.exp(z / 2) / 2),
    "gelu": (lambda z: z * mpmath.ncdf(z), lambda z: mpmath.ncdf(z) + z * mpmath.npdf(z)),
    "2*z-3*z*erf(2*z/3)": (
        lambda z: 2 * z - 3 * z * mpmath.erf(2 * z / 3),
        lambda z: 2 - 3 * mpmath.erf(2 * z / 3) - 4 * z / mpmath.sqrt(mpmath.pi) * mpmath.exp(-4 * z * z / 9),
    ),
    "z**3-2*z+1": (lambda z: z**3 - 2 * z + 1, lambda z: 3 * z * z - 2),
}


def expectation(psi, s, t, rho):
    """E psi(a) psi(b) for standard deviations s, t and correlation rho, by the trapezoidal rule (smooth psi)."""
    step, width = mpmath.mpf(1) / 4, 44
    nodes = [k * step for k in range(-width, width + 1)]
    weights = [mpmath.exp(-x * x / 2) * step / mpmath.sqrt(2 * mpmath.pi) for x in nodes]
    root = mpmath.sqrt(1 - rho * rho)
    return mpmath.fsum(
        w * v * psi(s * x) * psi(t * (rho * x + root * z))
        for x, w in zip(nodes, weights, strict=True)
        for z, v in zip(nodes, weights, strict=True)
        if x * x + z * z < 125
    )


@pytest.mark.parametrize("name", FAMILIES)
def test_entries_agree_with_quadrature(name):
    """Each kernel's off-diagonal entry is within its radius (and that of the quadrature) of the double integral."""
    X = np.array([[0.75, 0.5, 0.0], [-0.25, 1.0, 0.5]])
    data = Dataset("test", X, np.ones(2))
    with mpmath.workdps(25):
        s, t = (mpmath.sqrt(mpmath.fsum(mpmath.mpf(x) ** 2 for x in row)) for row in X.tolist())
        q = mpmath.fsum(mpmath.mpf(a) * b for a, b in zip(*X.tolist(), strict=True))
        value, slope = (expectation(psi, s, t, q / (s * t)) for psi in FAMILIES[name])
        expected = {"sigma": q * slope, "sigma_tilde": value, "ntk": value + q * slope}
        for kind, number in expected.items():
            found = kernel(data, name, kind=kind)
            assert abs(mpmath.mpf(found.block[1, 0]) - number) <= found.radius[1, 0] + mpmath.mpf(10) ** -20
            assert found.radius.max() < 1e-11


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32), name=st.sampled_from(["relu", "leaky_relu:slope=0.1", "quadratic", "z**3"]))
def test_homogeneous_kernels_scale_with_the_lengths(seed, name):
    """K(D X) = D^p K(X) D^p for activations of degree p, in every layer, and zero rows give zero entries."""
    generator = np.random.default_rng(seed)
    X = generator.standard_normal((5, 4))
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    lengths = generator.uniform(0.01, 20, 5)
    lengths[0] = 0.0
    degree = {"quadratic": 2, "z**3": 3}.get(name, 1)
    for kind in ("sigma", "sigma_tilde", "ntk"):
        unit = kernel(Dataset("unit", X, np.ones(5)), name, kind=kind)
        scaled = kernel(Dataset("scaled", lengths[:, None] * X, np.ones(5)), name, kind=kind)
        factor = np.outer(lengths**degree, lengths**degree)
        slack = scaled.radius + factor * (unit.radius + 1e-14 * np.abs(unit.block))
        assert (np.abs(scaled.block - factor * unit.block) <= slack).all()
        assert (scaled.radius <= 1e-11 * (factor + 1e-100)).all()


def test_closed_forms_meet_the_series_at_unit_length():
    """Rows just outside the tolerance of unit length use the closed forms; they agree with the series within it."""
    X = np.random.default_rng(0).standard_normal((6, 4))
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    for name in ("erf", "sin", "cos", "exp(z)", "gelu", "z**3-2*z+1"):
        for kind in ("sigma", "sigma_tilde"):
            near = kernel(Dataset("near", X * (1 + 1e-8), np.ones(6)), name, kind=kind)
            unit = kernel(Dataset("unit", X, np.ones(6)), name, kind=kind)
            assert 0 < np.abs(near.block - unit.block).max() < 1e-7 * np.abs(unit.block).max()


def test_overflow_and_unknown_families_are_refused():
    """Entries beyond float64, and activations without a closed form, are refused with a reason."""
    large = Dataset("large", 100.0 * np.eye(2), np.ones(2))
    with pytest.raises(NotApplicable, match="overflows"):
        kernel(large, "exp(z)", kind="sigma_tilde")


SMOOTH = {
    "softplus": (lambda z: mpmath.log(1 + mpmath.exp(z)), lambda z: 1 / (1 + mpmath.exp(-z))),
    "sigmoid": (lambda z: 1 / (1 + mpmath.exp(-z)), lambda z: mpmath.exp(-z) / (1 + mpmath.exp(-z)) ** 2),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_scaled_series_agree_with_quadrature(name):
    """Activations without a closed form: off the diagonal and on it, to the accuracy of the quadrature."""
    X = np.array([[0.75, 0.5, 0.0], [-0.25, 1.0, 0.5]])
    data = Dataset("test", X, np.ones(2))
    with mpmath.workdps(20):
        lengths = [mpmath.sqrt(mpmath.fsum(mpmath.mpf(x) ** 2 for x in row)) for row in X.tolist()]
        q = mpmath.fsum(mpmath.mpf(a) * b for a, b in zip(*X.tolist(), strict=True))
        for i, j in ((0, 1), (1, 1)):
            rho, product = (q / (lengths[0] * lengths[1]), q) if i != j else (mpmath.mpf(1), lengths[1] ** 2)
            value, slope = (expectation(psi, lengths[i], lengths[j], rho) for psi in SMOOTH[name])
            for kind, number in {"sigma": product * slope, "sigma_tilde": value}.items():
                found = kernel(data, name, kind=kind)
                assert abs(mpmath.mpf(found.block[i, j]) - number) <= found.radius[i, j] + mpmath.mpf(10) ** -11
                assert found.radius.max() < 1e-12


def test_series_is_refused_where_it_would_not_be_proven_or_cheap():
    """Unbounded slopes, many different lengths and extreme lengths are refused with a reason."""
    with pytest.raises(NotApplicable, match=r"rows must have length 1 for elu .*phi'' is unbounded"):
        kernel(Dataset("two", 2.0 * np.eye(2), np.ones(2)), "elu")
    many = np.diag(np.linspace(0.5, 2, 101))
    with pytest.raises(NotApplicable, match="101 different lengths"):
        kernel(Dataset("many", many, np.ones(101)), "tanh")
    with pytest.raises(NotApplicable, match="one has 500"):
        kernel(Dataset("long", 500.0 * np.eye(2), np.ones(2)), "tanh")


@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**32),
    name=st.sampled_from(["gelu", "z*(1+erf(5*z))", "z/3-z*erf(z/100)"]),
    scale=st.sampled_from([1e-6, 0.01, 1.0, 100.0, 1e5, 1e8]),
    apart=st.sampled_from([1.0, 1e-4, 1e-9]),
)
def test_radii_of_gated_kernels_cover_forty_digits(seed, name, scale, apart):
    """Short and long rows, far apart or nearly parallel or opposite: every entry is within its radius."""
    generator = np.random.default_rng(seed)
    X = generator.standard_normal(3) + apart * generator.standard_normal((5, 3))
    X *= scale * generator.uniform(0.2, 5, 5)[:, None] * np.array([1, -1, 1, 1, 0])[:, None]
    gate = gate_of(activation(name))
    with precision(300):
        rows = flint.arb_mat([[flint.arb(x) for x in row] for row in X.tolist()])
        gram = rows * rows.transpose()
        for derivative, kind in enumerate(("sigma_tilde", "sigma")):
            found = kernel(Dataset("gates", X, np.ones(5)), name, kind=kind)
            for i in range(5):
                for j in range(5):
                    exact = gate_dual(gate, derivative, gram[i, i], gram[j, j], gram[i, j]) * gram[i, j] ** derivative
                    radius = flint.arb(float(found.radius[i, j]))
                    assert exact.rad() < 1e-40 * (1 + abs(exact))
                    assert abs(flint.arb(float(found.block[i, j])) - exact) < radius
            if scale <= 100:
                sizes = np.sqrt(np.outer(found.block.diagonal(), found.block.diagonal()))
                assert (found.radius <= 1e-9 * sizes + 1e-140).all()


@pytest.mark.parametrize("derivative", [0, 1])
def test_gated_kernels_agree_with_the_series(derivative):
    """GELU at lengths from 0.1 to 4, in closed form and by `series_dual`: within the two radii together."""
    X = np.random.default_rng(1).standard_normal((6, 4)) * np.array([0.05, 0.2, 0.5, 1, 1, 2])[:, None]
    gram = X @ X.T
    lengths = np.sqrt(gram.diagonal())
    chosen = activation("gelu")
    values, radius = series_dual(chosen, derivative, gram, np.outer(lengths, lengths), 4)
    found = kernel(Dataset("gelu", X, np.ones(6)), chosen, kind="sigma" if derivative else "sigma_tilde")
    factor = gram**derivative
    slack = 1e-13 * np.outer(lengths, lengths)
    assert (np.abs(found.block - values * factor) <= found.radius + radius * np.abs(factor) + slack).all()
    assert np.abs(found.block - values * factor).max() < 1e-6


def test_gated_kernels_of_many_lengths_are_cheap():
    """Closed forms are not held to the 100 different lengths of the series."""
    X = np.random.default_rng(2).standard_normal((150, 5))
    assert kernel(Dataset("many", X, np.ones(150)), "gelu", kind="ntk").radius.max() < 1e-11


def test_radii_of_the_error_function_cover_forty_digits():
    """Long rows nearly parallel, where arcsin is steep and determinants lose half of their digits, and short ones."""
    angles, lengths = np.array([0, 1e-7, 1e-6, 1e-5, 1e-3, 1]), np.array([1e-2, 1.0, 1e3, 1e4])
    X = np.concatenate([r * np.stack([np.cos(angles), np.sin(angles)], axis=1) for r in lengths])
    data = Dataset("rows", X, np.ones(len(X)))
    found, values = kernel(data, "erf"), kernel(data, "erf", kind="sigma_tilde")
    with precision(160):
        rows = flint.arb_mat([[flint.arb(entry) for entry in row] for row in X.tolist()])
        gram = (rows * rows.transpose()).tolist()
        for i, j in np.ndindex(found.block.shape):
            v, w, q = gram[i][i], gram[j][j], gram[i][j]
            exact = 4 / flint.arb.pi() * q / ((1 + 2 * v) * (1 + 2 * w) - 4 * q**2).sqrt()
            assert abs(flint.arb(float(found.block[i, j])) - exact) <= flint.arb(float(found.radius[i, j])), (i, j)
            exact = 2 / flint.arb.pi() * (2 * q / ((1 + 2 * v) * (1 + 2 * w)).sqrt()).asin()
            assert abs(flint.arb(float(values.block[i, j])) - exact) <= flint.arb(float(values.radius[i, j])), (i, j)


@pytest.mark.parametrize("length", [1.0, 10.0, 30.0])
def test_what_a_series_leaves_out_is_in_its_radius(length):
    """erf of long rows needs more terms than there are: the closed form (Williams 1997) is off by less than that."""
    rho = np.array([[1.0, 0.9, -0.99], [0.9, 1.0, -0.8], [-0.99, -0.8, 1.0]])
    gram, products = length**2 * rho, np.full((3, 3), length**2)
    values, radius = series_dual(activation("erf"), 0, gram, products, 3)
    exact = 2 / np.pi * np.arcsin(2 * gram / (1 + 2 * length**2))
    apart = np.abs(values - exact)
    assert (apart <= radius + 1e-15).all()
    assert (apart.max() > 1e-6) == (length > 1)


@pytest.mark.parametrize(
    ("name", "slope"),
    [
        ("sin", lambda v, w, q: mpmath.exp(-(v + w) / 2) * mpmath.cosh(q)),
        ("exp(z)", lambda v, w, q: mpmath.exp((v + w) / 2 + q)),
    ],
)
def test_the_rounding_of_nearly_orthogonal_rows_is_in_the_radius(name, slope):
    """(a, b) and s (b, -a): their product is rounding alone, which the entry for gradients is a multiple of."""
    generator, missed = np.random.default_rng(0), 0
    for _ in range(20):
        (a, b), s = generator.uniform(0.1, 1, 2), generator.uniform(0.5, 2)
        data = Dataset("turned", np.array([[a, b], [s * b, -s * a]]), np.ones(2))
        found = kernel(data, name, kind="sigma")
        with mpmath.workdps(50):
            rows = mpmath.matrix(data.X.tolist())
            gram = rows * rows.T
            exact = gram[0, 1] * slope(gram[0, 0], gram[1, 1], gram[0, 1])
            missed += found.block[0, 1] != float(exact)
            assert abs(exact - mpmath.mpf(found.block[0, 1])) <= found.radius[0, 1]
    assert missed > 5


@pytest.mark.parametrize(("name", "sign"), [("sin", -1), ("cos", 1)])
def test_radii_of_waves_cover_forty_digits(name, sign):
    """Long rows a short way apart: exponents of order one are differences of numbers of a million."""
    generator = np.random.default_rng(6)
    X = generator.standard_normal(3) * np.array([[0.01], [1.0], [30.0], [1e3]])
    X = np.concatenate([X, X + 0.3 * generator.standard_normal(X.shape), -X + 0.3 * generator.standard_normal(X.shape)])
    found, lost = kernel(Dataset("waves", X, np.ones(len(X))), name, kind="sigma_tilde"), 0.0
    with precision(200):
        rows = [[flint.arb(entry) for entry in row] for row in X.tolist()]
        for i, j in np.ndindex(found.block.shape):
            apart, together = (
                sum(((a + side * b) ** 2 for a, b in zip(rows[i], rows[j], strict=True)), flint.arb(0))
                for side in (-1, 1)
            )
            error = abs(((-apart / 2).exp() + sign * (-together / 2).exp()) / 2 - flint.arb(float(found.block[i, j])))
            assert error <= flint.arb(float(found.radius[i, j])), (i, j)
            lost = max(lost, float(error))
    assert 1e-12 < lost < 1e-6


def test_radii_of_exponentials_cover_forty_digits():
    """Rows of length 18: what is lost of an exponent of hundreds is lost of every digit of the entry."""
    X = np.random.default_rng(7).standard_normal((12, 3))
    X *= 18 / np.linalg.norm(X, axis=1, keepdims=True)
    found, lost = kernel(Dataset("steep", X, np.ones(12)), "exp(z)", kind="sigma_tilde"), 0.0
    with precision(200):
        rows = [[flint.arb(entry) for entry in row] for row in X.tolist()]
        for i, j in np.ndindex(found.block.shape):
            squares = sum(((a + b) ** 2 for a, b in zip(rows[i], rows[j], strict=True)), flint.arb(0))
            exact = (squares / 2).exp()
            error = abs(exact - flint.arb(float(found.block[i, j])))
            assert error <= flint.arb(float(found.radius[i, j])), (i, j)
            lost = max(lost, float(error / exact))
    assert 1e-14 < lost < 1e-12
