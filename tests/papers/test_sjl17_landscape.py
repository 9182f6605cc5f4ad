"""The landscape of quadratic networks: the claims of sjl17 on random points, saddles, minima and counterexamples."""

import numpy as np
import pytest
import scipy.optimize

from boundkit.arithmetic import FLOAT, evaluate
from boundkit.papers import sjl17
from boundkit.statement import VOCABULARY

STATEMENTS = {item.id: item for item in sjl17.STATEMENTS}
V = {name: word.symbol for name, word in VOCABULARY.items()}


def khatri_rao(A, B):
    """Column-wise Khatri-Rao product."""
    return np.einsum("in,jn->ijn", A, B).reshape(A.shape[0] * B.shape[0], -1)


def singular(A):
    """The n-th singular value of a matrix of n columns: zero when there are fewer rows."""
    return 0.0 if A.shape[0] < A.shape[1] else np.linalg.svd(A, compute_uv=False)[-1]


class Network:
    """One quadratic network on one data set, with everything that the claims mention."""

    def __init__(self, W, v, X, y):
        self.W, self.v, self.X, self.y = W, v, X, y
        (self.k, self.d), self.n = W.shape, X.shape[1]
        self.r = v @ (W @ X) ** 2 - y
        self.G = (X * self.r) @ X.T / self.n
        self.gradient = 2 * (v[:, None] * W) @ self.G
        self.loss = self.r @ self.r / (2 * self.n)

    def hessian(self):
        """The Hessian in the hidden weights, rows of W stacked."""
        J = 2 * khatri_rao(self.v[:, None] * (self.W @ self.X), self.X)
        H = J @ J.T / self.n
        for unit in range(self.k):
            block = slice(unit * self.d, (unit + 1) * self.d)
            H[block, block] += 2 * self.v[unit] * self.G
        return H

    def smallest_loss(self):
        """Least squares over all matrices: the minimum under the sign condition."""
        P = khatri_rao(self.X, self.X).T
        return 0.5 * np.mean((P @ np.linalg.lstsq(P, self.y, rcond=None)[0] - self.y) ** 2)

    def values(self):
        """Every measured quantity, by vocabulary name."""
        sigma = np.linalg.svd(khatri_rao(self.X, self.X), compute_uv=False)
        positive = self.v[self.v != 0]
        return {
            "n": self.n,
            "d": self.d,
            "k": self.k,
            "smallest_v": np.abs(positive).min(),
            "norm_G": np.linalg.norm(self.G, 2),
            "smallest_G": np.linalg.eigvalsh(self.G)[0],
            "hessian_min": np.linalg.eigvalsh(self.hessian())[0],
            "point_loss": self.loss,
            "optimal_loss": self.smallest_loss(),
            "point_gradient": np.linalg.norm(self.gradient),
            "frobenius_W": np.linalg.norm(self.W),
            "sigma_min_KR": singular(khatri_rao(self.X, self.X)),
            "sigma_plus_KR": sigma[sigma > 1e-9 * sigma[0]][-1],
            "norm_KR": sigma[0],
            "covariance_min": np.linalg.eigvalsh(self.X @ self.X.T / self.n)[0],
            "label_covariance_max": np.linalg.eigvalsh((self.X * self.y) @ self.X.T / self.n)[-1],
        }


def sides(id, label, values):
    """Both sides of a claim in float64."""
    relation = STATEMENTS[f"sjl17.{id}"].claim(label).relation
    known = {V[name]: np.float64(value) for name, value in values.items()}
    return float(evaluate(relation.lhs, known, FLOAT)), float(evaluate(relation.rhs, known, FLOAT))


def assert_below(id, label, values, slack=1e-9):
    """The left side is at most the right side, up to rounding."""
    left, right = sides(id, label, values)
    assert left <= right + slack * (1 + abs(left) + abs(right)), (id, label, left, right)


def signs(p, m):
    """p output weights 1 and m output weights -1."""
    return np.concatenate([np.ones(p), -np.ones(m)])


@pytest.mark.parametrize(
    ("d", "p", "n", "lowest", "hessian_min", "gap", "bound", "sigma"),
    [
        (3, 3, 6, 0, -1.25878, 0.308838, 465.446, 0.0875199),
        (4, 5, 8, 0, -1.2994, 0.236218, 52.6067, 0.358305),
        (4, 5, 30, 0.275556, -1.43804, 0.194891, 8.81096, 1.87631),
        (6, 6, 12, 0, -1.9655, 0.56444, 32.4234, 1.03554),
    ],
)
def test_reference_table_at_zero(d, p, n, lowest, hessian_min, gap, bound, sigma):
    """The table of the specification at W = 0, the bound evaluated from the encoded claim of D1."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((d, n)), rng.standard_normal(n)
    values = Network(np.zeros((2 * p, d)), signs(p, p), X, y).values()
    assert values["optimal_loss"] == pytest.approx(lowest, abs=1e-6)
    assert values["hessian_min"] == pytest.approx(hessian_min, rel=1e-5)
    assert values["hessian_min"] == pytest.approx(-2 * values["norm_G"])
    assert values["sigma_plus_KR"] == pytest.approx(sigma, rel=1e-5)
    left, right = sides("d.strict_saddle", "excess_from_curvature", values)
    assert left == pytest.approx(gap, rel=1e-5)
    assert right == pytest.approx(bound, rel=1e-4)


@pytest.mark.attacks("sjl17.deriv.repaired")
@pytest.mark.parametrize("seed", range(60))
def test_hessian_form_has_four_over_n(seed):
    """(6.4) needs 4/n: finite differences agree with the repaired form and not with the printed one (C4)."""
    rng = np.random.default_rng(seed)
    d, k, n = rng.integers(2, 5, size=3)
    W, U, v = rng.standard_normal((k, d)), rng.standard_normal((k, d)), rng.standard_normal(k)
    X, y = rng.standard_normal((d, n)), rng.standard_normal(n)
    net, h = Network(W, v, X, y), 1e-4
    second = (Network(W + h * U, v, X, y).loss + Network(W - h * U, v, X, y).loss - 2 * net.loss) / h**2
    assert second == pytest.approx(U.ravel() @ net.hessian() @ U.ravel(), rel=1e-4, abs=1e-4)
    values = {
        "n": n,
        "hessian_form": second,
        "residual_form": np.sum((U.T @ np.diag(v) @ U) * net.G),
        "linearised_form": np.sum(np.einsum("in,ij,jn->n", X, W.T @ np.diag(v) @ U, X) ** 2),
        "gradient_product": np.sum(W * net.gradient),
        "form_product": np.sum((W.T @ np.diag(v) @ W) * net.G),
    }
    left, right = sides("deriv.repaired", "hessian_form", values)
    assert left == pytest.approx(right, rel=1e-4, abs=1e-4)
    left, right = sides("deriv.repaired", "gradient_product", values)
    assert left == pytest.approx(right)
    left, right = sides("deriv", "hessian_form", values)
    assert abs(left - right) > 1e-3 * values["linearised_form"]


@pytest.mark.attacks("sjl17.d.strict_saddle")
@pytest.mark.parametrize("seed", range(80))
def test_strict_saddles_without_gradient_condition(seed):
    """D1 at points that are not critical, with extra units of weight zero and uneven data."""
    rng = np.random.default_rng(seed)
    d, n = rng.integers(1, 5), rng.integers(1, 12)
    v = np.concatenate([rng.uniform(0.2, 3, d + 1), -rng.uniform(0.2, 3, d + 1), np.zeros(rng.integers(0, 2))])
    X = rng.standard_normal((d, n)) * 10.0 ** rng.uniform(-1, 1, n)
    y = rng.standard_normal(n) * 10.0 ** rng.uniform(-1, 1)
    W = rng.standard_normal((len(v), d)) * 10.0 ** rng.uniform(-2, 0.5)
    values = Network(W, v, X, y).values()
    for label in ("curvature", "curvature_from_loss", "excess", "excess_from_curvature"):
        assert_below("d.strict_saddle", label, values)


@pytest.mark.attacks("sjl17.d.approximate_stationarity", "sjl17.d.balanced_stationarity")
@pytest.mark.parametrize("seed", range(60))
def test_approximate_stationarity_with_d_units_of_each_sign(seed):
    """D2 for five thresholds and for the balanced one."""
    rng = np.random.default_rng(seed)
    d, n = rng.integers(1, 5), rng.integers(1, 12)
    v = np.concatenate([rng.uniform(0.2, 3, d), -rng.uniform(0.2, 3, d)])
    X, y = rng.standard_normal((d, n)), rng.standard_normal(n)
    W = rng.standard_normal((2 * d, d)) * 10.0 ** rng.uniform(-2, 0.5)
    values = Network(W, v, X, y).values()
    values |= {
        "gradient_tolerance": values["point_gradient"],
        "curvature_tolerance": max(0.0, -values["hessian_min"]),
    }
    for split in (0.01, 0.1, 0.5, 1, 10):
        for label in ("residual_covariance", "excess"):
            assert_below("d.approximate_stationarity", label, {**values, "split": split})
    for label in ("residual_covariance", "excess"):
        assert_below("d.balanced_stationarity", label, values)


def test_homogeneity_of_the_excess_bounds():
    """Labels times s^2 and weights times s multiply losses by s^4 and D1's bounds with them."""
    rng = np.random.default_rng(3)
    d, n, s = 3, 5, 1.7
    W, v, X, y = rng.standard_normal((8, d)), signs(4, 4), rng.standard_normal((d, n)), rng.standard_normal(n)
    small, large = Network(W, v, X, y).values(), Network(s * W, v, X, s**2 * y).values()
    for label, power in (("excess", 4), ("excess_from_curvature", 4), ("curvature", 2), ("curvature_from_loss", 2)):
        before, after = (sides("d.strict_saddle", label, values)[1] for values in (small, large))
        assert after == pytest.approx(s**power * before)


@pytest.mark.attacks("sjl17.thm2_1", "sjl17.lem6_1")
@pytest.mark.parametrize(("p", "m", "n"), [(3, 3, 6), (3, 3, 15), (4, 4, 6)])
def test_local_minima_are_global(p, m, n):
    """Theorem 2.1: descent ends at the smallest loss, and Lemma 6.1 explains it: no residual covariance is left."""
    rng = np.random.default_rng(n + p)
    d, v = 3, signs(p, m)
    X, y = rng.standard_normal((d, n)), rng.standard_normal(n)

    def objective(w):
        net = Network(w.reshape(-1, d), v, X, y)
        return net.loss, net.gradient.ravel()

    for _ in range(5):
        start = rng.standard_normal(d * len(v)) / np.sqrt(d)
        found = scipy.optimize.minimize(
            objective, start, jac=True, method="L-BFGS-B", options={"maxiter": 4000, "gtol": 1e-11, "ftol": 0}
        )
        net = Network(found.x.reshape(-1, d), v, X, y)
        assert net.loss - net.smallest_loss() < 1e-8
        assert np.linalg.norm(net.G, 2) < 1e-3


def test_too_few_negative_units_miss_the_minimum():
    """Without negative output weights the smallest loss over all matrices is not reached: both signs are needed."""
    rng = np.random.default_rng(0)
    d, n = 4, 30
    X, y = rng.standard_normal((d, n)), rng.standard_normal(n)
    v = np.ones(2 * d)

    def objective(w):
        net = Network(w.reshape(-1, d), v, X, y)
        return net.loss, net.gradient.ravel()

    found = scipy.optimize.minimize(objective, rng.standard_normal(2 * d * d), jac=True, method="L-BFGS-B")
    assert found.fun > Network(found.x.reshape(-1, d), v, X, y).smallest_loss() + 0.01


@pytest.mark.attacks("sjl17.d.expected_minimum")
def test_expected_minimum_above_the_threshold():
    """D3: the smallest loss averages to sigma^2 (n - d(d+1)/2) / (2n); 1/3 at d = 4, n = 30."""
    rng = np.random.default_rng(1)
    d, n = 4, 30
    X = rng.standard_normal((d, n))
    P = khatri_rao(X, X).T
    residual = np.eye(n) - P @ np.linalg.pinv(P)
    measured = np.mean((residual @ rng.standard_normal((n, 20000))) ** 2) / 2
    right = sides(
        "d.expected_minimum", "expected_minimum", {"n": n, "d": d, "label_deviation": 1, "expected_optimal_loss": 0}
    )[1]
    assert right == pytest.approx(1 / 3)
    assert measured == pytest.approx(right, rel=0.02)


@pytest.mark.attacks("sjl17.lem5_6.sharpened")
@pytest.mark.parametrize("d", [3, 4])
def test_rank_of_the_khatri_rao_square(d):
    """Lemma 5.6 and D3: the rank is min(n, d(d+1)/2) for Gaussian data, any n."""
    rng = np.random.default_rng(d)
    for n in (1, d - 1, d, d * (d + 1) // 2, d * (d + 1) // 2 + 1):
        X = rng.standard_normal((d, n))
        rank = np.linalg.matrix_rank(khatri_rao(X, X))
        left, right = sides("lem5_6.sharpened", "rank", {"rank_KR": rank, "n": n, "d": d})
        assert left == right


def planted(rng, *, d, k, n, scale=1.0, equal=True):
    """A random planted problem with positive output weights, equal or not, and a random point."""
    W_star = rng.standard_normal((d, d)) / np.sqrt(d)
    M = W_star.T @ W_star
    X = rng.standard_normal((d, n))
    y = np.einsum("in,ij,jn->n", X, M, X)
    net = Network(
        scale * rng.standard_normal((k, d)), np.full(k, rng.uniform(0.3, 2)) if equal else rng.uniform(0.3, 3, k), X, y
    )
    values = net.values()
    values |= {
        "planted_nuclear_norm": np.trace(M),
        "gradient_tolerance": values["point_gradient"],
        "curvature_tolerance": max(0.0, -values["hessian_min"]),
    }
    return net, M, values


@pytest.mark.attacks(
    "sjl17.d.planted_identity",
    "sjl17.d.stationary_loss",
    "sjl17.d.stationary_loss.narrow",
    "sjl17.loc_second_order.sharpened",
)
@pytest.mark.parametrize("seed", range(80))
def test_planted_loss_at_any_point(seed):
    """D5 in its three forms, its narrow form, and the tracked and printed bounds on the event."""
    rng = np.random.default_rng(seed)
    d, n = rng.integers(1, 5), rng.integers(2, 60)
    net, M, values = planted(rng, d=d, k=d + 1, n=n, scale=10.0 ** rng.uniform(-1.5, 0.5), equal=seed % 2 == 0)
    products = {
        "form_product": np.sum((net.W.T @ np.diag(net.v) @ net.W) * net.G),
        "planted_product": np.sum(M * net.G),
    }
    left, right = sides("d.planted_identity", "loss", {**values, **products})
    assert left == pytest.approx(right)
    labels = ("loss", "norm", "closed_form") if values["covariance_min"] > 1e-9 else ("loss",)
    for label in labels:
        assert_below("d.stationary_loss", label, values)
    left, right = sides("loc_second_order.sharpened", "residual_covariance", values)
    assert left >= right - 1e-9 * (1 + abs(right))
    for split in (0.1, 1, 10):
        assert_below("d.stationary_loss.narrow", "loss", {**values, "split": split})
    if values["covariance_min"] >= 0.5 and values["label_covariance_max"] <= 3.5 * values["planted_nuclear_norm"]:
        for form in ("", ".tracked", ".sharpened") if seed % 2 == 0 else (".sharpened",):
            assert_below(f"thm2_2_approximate{form}", "loss", values)


@pytest.mark.attacks("sjl17.d.stationary_loss.narrow")
@pytest.mark.parametrize("seed", range(40))
def test_narrow_planted_networks(seed):
    """D5 with exactly d units."""
    rng = np.random.default_rng(1000 + seed)
    d = rng.integers(1, 5)
    _, _, values = planted(
        rng, d=d, k=d, n=rng.integers(1, 30), scale=10.0 ** rng.uniform(-1.5, 0.5), equal=seed % 2 == 0
    )
    for split in (0.01, 0.1, 1, 10):
        assert_below("d.stationary_loss.narrow", "loss", {**values, "split": split})


def test_printed_bound_fails_off_its_event():
    """One sample of norm 1/100: the printed bound is violated, D5 holds (its data do not satisfy the event)."""
    net = Network(np.array([[100.0], [0.0]]), np.ones(2), np.array([[0.01]]), np.array([1e-4]))
    values = net.values() | {"planted_nuclear_norm": 1.0}
    values |= {"gradient_tolerance": values["point_gradient"], "curvature_tolerance": max(0.0, -values["hessian_min"])}
    assert values["gradient_tolerance"] == pytest.approx(0.019998, rel=1e-4)
    loss, printed = sides("thm2_2_approximate", "loss", values)
    assert loss == pytest.approx(0.49990, rel=1e-4)
    assert printed == pytest.approx(0.07745, rel=1e-3)
    assert sides("d.stationary_loss", "loss", values)[1] == pytest.approx(0.49995, rel=1e-4)


@pytest.mark.parametrize(
    ("steps", "loss", "gradient", "curvature", "with_norm", "closed", "printed"),
    [
        (0, 16.14, 36.89, 2.902, 32.34, 124.5, 5452),
        (10, 0.340, 1.452, 0.742, 2.095, 4.802, 15.9),
        (100, 5.586e-3, 7.50e-2, 1.817e-2, 7.512e-2, 0.1988, 0.7586),
        (1000, 1.366e-5, 1.109e-3, 4.249e-3, 7.269e-3, 8.984e-3, 2.354e-2),
    ],
)
def test_reference_path_of_the_planted_network(steps, loss, gradient, curvature, with_norm, closed, printed):
    """The table of the specification along gradient descent; bounds from the encoded claims."""
    rng = np.random.default_rng(0)
    d, k, n = 5, 6, 40
    X = rng.standard_normal((d, n))
    W_star = rng.standard_normal((d, d)) / np.sqrt(d)
    W = rng.standard_normal((k, d)) / np.sqrt(d)
    M, v = W_star.T @ W_star, np.ones(k)
    y = np.einsum("in,ij,jn->n", X, M, X)
    step = 0.1 / (np.linalg.norm(X) ** 2 / n)
    for _ in range(steps):
        W = W - step * Network(W, v, X, y).gradient
    values = Network(W, v, X, y).values() | {"planted_nuclear_norm": np.trace(M)}
    values |= {"gradient_tolerance": values["point_gradient"], "curvature_tolerance": max(0.0, -values["hessian_min"])}
    assert values["covariance_min"] == pytest.approx(0.4535, abs=1e-4)
    assert values["point_loss"] == pytest.approx(loss, rel=5e-3)
    assert values["gradient_tolerance"] == pytest.approx(gradient, rel=5e-3)
    assert values["curvature_tolerance"] == pytest.approx(curvature, rel=5e-3)
    assert sides("d.stationary_loss", "loss", values)[1] == pytest.approx(with_norm, rel=5e-3)
    assert sides("d.stationary_loss", "closed_form", values)[1] == pytest.approx(closed, rel=5e-3)
    assert sides("thm2_2_approximate", "loss", values)[1] == pytest.approx(printed, rel=5e-3)


@pytest.mark.attacks("sjl17.d.spurious_minimum")
def test_negative_output_weights_trap_joint_training():
    """D21: at W = 0 with negative output weights nothing nearby is better, a small positive unit is."""
    rng = np.random.default_rng(5)
    d, k, n = 3, 4, 8
    X, y, v = rng.standard_normal((d, n)), rng.uniform(0, 1, n), -rng.uniform(0.5, 1, k)
    values = {"norm_y": np.linalg.norm(y), "n": n, "point_loss": Network(np.zeros((k, d)), v, X, y).loss}
    left, level = sides("d.spurious_minimum", "value", values)
    assert left == pytest.approx(level)
    for _ in range(200):
        near = Network(0.1 * rng.standard_normal((k, d)), v + 0.1 * rng.standard_normal(k), X, y)
        assert near.loss >= level - 1e-12
    unit = np.zeros((k, d))
    unit[0] = 0.1 * X[:, 0]
    assert Network(unit, np.abs(v), X, y).loss < level


def test_nonnegative_networks_cannot_fit_normal_labels():
    """C40: with v = 1 and a softplus, sqrt(L) is at least about one half whatever the weights."""
    rng = np.random.default_rng(7)
    X, y = rng.standard_normal((10, 100)), rng.standard_normal(100)
    energy = np.sum(np.minimum(y, 0) ** 2) / 100
    floor = sides("experiments.repaired", "loss", {"negative_label_energy": energy, "point_loss": 0})[1]
    assert 0.4 < np.sqrt(floor) < 0.6
    for scale in (0.01, 0.3, 1, 5):
        outputs = np.logaddexp(0, 10 * (scale * rng.standard_normal((40, 10)) @ X)).sum(axis=0) / 10
        assert np.mean((outputs - y) ** 2) / 2 >= floor


@pytest.mark.attacks("sjl17.thm2_2.sharpened")
@pytest.mark.parametrize(("d", "k", "n", "rank"), [(4, 4, 2, 4), (4, 6, 10, 1), (3, 3, 40, 2)])
def test_planted_descent_reaches_zero(d, k, n, rank):
    """D4: any number of samples and any planted rank, and only k = d positive units: descent ends at zero loss."""
    rng = np.random.default_rng(n)
    W_star = rng.standard_normal((rank, d))
    X, v = rng.standard_normal((d, n)), rng.uniform(0.3, 2, k)
    y = np.sum((W_star @ X) ** 2, axis=0)

    def objective(w):
        net = Network(w.reshape(-1, d), v, X, y)
        return net.loss, net.gradient.ravel()

    start = rng.standard_normal(d * k) / np.sqrt(d)
    options = {"maxiter": 5000, "gtol": 1e-12, "ftol": 0}
    found = scipy.optimize.minimize(objective, start, jac=True, method="L-BFGS-B", options=options)
    assert found.fun == pytest.approx(sides("thm2_2.sharpened", "zero_loss", {"optimal_loss": 0})[1], abs=1e-9)
    saddle = Network(np.zeros((k, d)), v, X, y)
    assert saddle.loss > 0
    assert np.linalg.eigvalsh(saddle.hessian())[0] < 0
