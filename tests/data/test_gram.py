"""Gram spectra and closest pairs against 40-digit arithmetic on the exactly normalised rows."""

from fractions import Fraction

import flint
import mpmath
import numpy as np
import pytest
from hypothesis import given, strategies as st

from boundkit.arithmetic import precision
from boundkit.data import Dataset, dataset, gram, pairs
from boundkit.errors import Infeasible, NotApplicable


def exact_rows(X, normalised):
    """The rows at the working precision of mpmath, divided by their exact lengths where asked."""
    rows = [[mpmath.mpf(float(entry)) for entry in row] for row in X]
    if normalised:
        rows = [[entry / mpmath.norm(row) for entry in row] for row in rows]
    return rows


def reference(X, normalised):
    """lambda_min(G), lambda_min((X*X)(X*X)^T), lambda_max(G), least squared distance, each a ball."""
    with mpmath.workdps(45):
        rows = exact_rows(X, normalised)
        squares = [[a * b for a in row for b in row] for row in rows]
        spectra = [mpmath.eigsy(mpmath.matrix(r) * mpmath.matrix(r).T, eigvals_only=True) for r in (rows, squares)]
        distances = [
            min(sum((a - s * b) ** 2 for a, b in zip(x, z, strict=True)) for s in (1, -1))
            for i, x in enumerate(rows)
            for z in rows[:i]
        ]
        numbers = min(spectra[0]), min(spectra[1]), max(spectra[0]), min(distances)
        return [flint.arb(mpmath.nstr(number, 45), 1e-38) for number in numbers]


@st.composite
def samples(draw):
    """Random rows: on the sphere, nearly on it (off by up to 5e-10), clustered in pairs, or of any length."""
    n, d = draw(st.integers(2, 7)), draw(st.integers(2, 6))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    X = generator.standard_normal((n, d))
    kind = draw(st.sampled_from(["sphere", "nearly", "clustered", "free"]))
    if kind == "clustered":
        X[1] = draw(st.sampled_from([1, -1])) * X[0] + 10.0 ** draw(st.integers(-12, -1)) * X[1]
    if kind != "free":
        X /= np.linalg.norm(X, axis=1, keepdims=True)
    if kind == "nearly":
        X *= 1 + generator.uniform(-5e-10, 5e-10, (n, 1))
    return Dataset("test", X, np.ones(n)), kind != "free"


@pytest.mark.parametrize("arithmetic", ["balls", "floats"])
@given(drawn=samples())
def test_enclosures_contain_the_exact_numbers(arithmetic, drawn):
    """Both arithmetics enclose both smallest eigenvalues, the largest and the closest pair."""
    data, normalised = drawn
    with pytest.MonkeyPatch.context() as patch, precision(256):
        if arithmetic == "floats":
            patch.setattr(gram, "LARGEST_BALL_SIDE", 0)
        assert gram.unit_rows(data) == normalised
        least, least_square, largest, closest = reference(data.X, normalised)
        enclosures = [
            (gram.gram_eigenvalue(data), least),
            (gram.khatri_rao_eigenvalue(data), least_square),
            (gram.largest_gram_eigenvalue(data), largest),
            (pairs.closest_pair(data), closest),
        ]
        size = float(largest) ** 2 + float(largest)
        for enclosure, truth in enclosures:
            assert enclosure.overlaps(truth)
            assert float(enclosure.rad()) <= (1e-12 if arithmetic == "floats" else 1e-28) * size


@pytest.mark.parametrize(("n", "d"), [(11, 4), (200, 19), (2000, 50)])
def test_more_samples_than_symmetric_tensors_is_exactly_singular(n, d):
    """sigma_min(X * X) is exactly 0 when n > d (d + 1) / 2, and positive on the sphere just below."""
    assert gram.khatri_rao_eigenvalue(dataset("sphere", n=n, d=d)) == 0
    if n < 2000:
        assert gram.khatri_rao_eigenvalue(dataset("sphere", n=d * (d + 1) // 2, d=d)) > 0
    assert gram.gram_eigenvalue(dataset("sphere", n=n, d=d)) == 0


@pytest.mark.parametrize(("n", "d"), [(70, 90), (90, 65), (300, 3)])
def test_float_norms_meet_the_singular_values_of_lapack(n, d):
    """With many samples, wide or tall, norm and smallest singular value agree with an SVD of the data."""
    data = dataset("sphere", n=n, d=d, seed=n)
    singular = np.linalg.svd(data.X, compute_uv=False)
    assert float(gram.largest_gram_eigenvalue(data)) ** 0.5 == pytest.approx(singular[0], rel=1e-11)
    if n <= d:
        assert float(gram.gram_eigenvalue(data)) ** 0.5 == pytest.approx(singular[-1], rel=1e-9)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("gap", [1e-3, 1e-8, 1e-15])
def test_tiny_separations_keep_their_digits(gap, sign):
    """Two rows at angle 2 arctan(gap / 2), up to sign, among many: the enclosure is relatively tight."""
    others = dataset("sphere:n=80,d=3,seed=1").X
    first = np.array([1.0, 0.0, gap / 2])
    second = sign * np.array([1.0, 0.0, -gap / 2])
    stacked = np.vstack([others, first, second])
    if gap > 1e-4:
        stacked /= np.linalg.norm(stacked, axis=1, keepdims=True)
    closest = pairs.closest_pair(Dataset("test", stacked, np.ones(82)))
    with mpmath.workdps(60):
        rows = exact_rows(stacked[-2:], True)
        truth = sum((a - sign * b) ** 2 for a, b in zip(*rows, strict=True))
        assert closest.overlaps(flint.arb(mpmath.nstr(truth, 50), float(truth) * 1e-28))
    assert float(closest.rad() / closest.mid()) < 1e-25
    assert float(closest) == pytest.approx(gap**2, rel=1e-6)


def test_opposite_rows_have_separation_exactly_zero():
    """x_i = -x_j is allowed and gives exactly 0."""
    X = dataset("sphere:n=6,d=3").X.copy()
    X[4] = -X[1]
    assert pairs.closest_pair(Dataset("test", X, np.ones(6))) == 0


def test_too_many_closest_pairs_fall_back_to_a_wider_enclosure(monkeypatch):
    """When the pairs cannot all be measured in balls, the float64 enclosure still contains the answer."""
    tight = pairs.closest_pair(dataset("circle:n=50"))
    monkeypatch.setattr(pairs, "LARGEST_WORK", 10)
    wide = pairs.closest_pair(dataset("circle:n=50"))
    assert wide.contains(tight)
    assert 0 < float(wide.rad()) < 1e-12


def test_the_tolerance_on_row_lengths():
    """Deviations to 1e-9 count as 0; beyond, the deviation is enclosed and unit rows are refused."""
    unit = dataset("sphere:n=5,d=4").X
    assert gram.row_norm_deviation(Dataset("test", unit * (1 + 9.9e-10), np.ones(5))) == 0
    off = Dataset("test", unit * 1.25, np.ones(5))
    assert gram.row_norm_deviation(off).contains(flint.arb(0.25))
    with pytest.raises(NotApplicable, match=r"off by 0\.25") as caught:
        gram.require_unit_rows(off)
    assert caught.value.label == "unit_rows"


def test_limits_are_stated():
    """One sample has no pair; more than 8000 samples are infeasible, by name."""
    with pytest.raises(NotApplicable, match="at least two samples"):
        pairs.closest_pair(dataset("sphere:n=1,d=3"))
    with pytest.raises(Infeasible, match="n = 8001 samples"):
        pairs.closest_pair(dataset("circle:n=8001"))


def test_the_largest_entries_do_not_overflow():
    """Rows of size 1e50 and 1e-200 are enclosed without overflow or underflow in disguise."""
    for arithmetic_side in (60, 0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(gram, "LARGEST_BALL_SIDE", arithmetic_side)
            huge = Dataset("test", np.array([[1e50, 0], [0, 1e50]]), np.ones(2))
            assert gram.khatri_rao_eigenvalue(huge).overlaps(flint.arb(1e50) ** 4)
            tiny = Dataset("test", np.array([[1e-200, 0], [0, 1e-200]]), np.ones(2))
            assert gram.gram_eigenvalue(tiny).overlaps(flint.arb(1e-200) ** 2)


@pytest.mark.parametrize("normalised", [True, False])
def test_the_error_of_a_float_gram_matrix_covers_its_roundings(normalised):
    """What float64 leaves out of X X^T, in 45 digits: not nothing, and at most what is allowed for in the spectrum."""
    X = np.random.default_rng(3).standard_normal((6, 40))
    data = Dataset("test", X / np.linalg.norm(X, axis=1, keepdims=True) if normalised else 9 * X, np.ones(6))
    computed, c, lengths = gram.float_gram(data)
    with mpmath.workdps(45):
        rows = mpmath.matrix(exact_rows(data.X, normalised))
        apart = np.array((rows * rows.T - mpmath.matrix(computed.tolist())).tolist(), dtype=float)
    assert 0 < np.linalg.norm(apart, 2) <= gram._spread(data, c, lengths)


@pytest.mark.parametrize("scale", [1, 1e4])
@pytest.mark.parametrize("power", [1, 2, 3])
def test_the_error_of_float_powers_covers_their_roundings(power, scale, monkeypatch):
    """What float64 leaves out of a Hadamard power of G, in 45 digits, is at most what its eigenvalue is given."""
    found = []
    monkeypatch.setattr(gram, "LARGEST_BALL_SIDE", 0)
    monkeypatch.setattr(gram, "smallest_eigenvalue", lambda *given: found.append(given) or flint.arb(0))
    data = Dataset("test", scale * np.random.default_rng(4).standard_normal((6, 20)), np.ones(6))
    gram.power_eigenvalue(data, power)
    (computed, spread), *_ = found
    with mpmath.workdps(45):
        rows = mpmath.matrix(exact_rows(data.X, normalised=False))
        exact = (rows * rows.T).apply(lambda entry: entry**power)
        apart = np.array((exact - mpmath.matrix(computed.tolist())).tolist(), dtype=float)
    assert 0 < np.linalg.norm(apart, 2) <= spread


def test_the_error_of_inner_products_covers_sums_in_every_order():
    """Added one by one, equal terms drift by hundreds of roundings."""
    total = 0.0
    for _ in range(10_000):
        total += 0.1 * 0.1
    drift = abs(Fraction(total) / (10_000 * Fraction(0.1) ** 2) - 1)
    assert 100 * 2.0**-53 < drift <= gram.correlation_error(10_000, 0)


@pytest.mark.parametrize("name", ["circle:n=7", "circle:n=16", "orthonormal:n=6,d=9"])
def test_the_closest_of_pairs_that_float64_cannot_tell_apart(name):
    """Equispaced directions have as many closest pairs as neighbours, up to rounding of their coordinates."""
    data = dataset(name)
    with precision(256):
        assert pairs.closest_pair(data).overlaps(reference(data.X, normalised=True)[3])
        assert float(pairs.closest_pair(data).rad()) < 1e-50
