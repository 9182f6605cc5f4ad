"""Local convergence: the deterministic lemmas of sjl17 on random networks, and the certificate on real runs."""

import numpy as np
import pytest

from boundkit.arithmetic import FLOAT, evaluate
from boundkit.papers import sjl17
from boundkit.papers.sjl17 import certificate
from boundkit.statement import VOCABULARY

STATEMENTS = {item.id: item for item in sjl17.STATEMENTS}
V = {name: word.symbol for name, word in VOCABULARY.items()}
SIGMOID_12 = (
    lambda z: (1 + np.tanh(6 * z)) / 2,
    lambda z: 3 * (1 - np.tanh(6 * z) ** 2),
    lambda z: -36 * np.tanh(6 * z) * (1 - np.tanh(6 * z) ** 2),
    {"sup_dphi": 3, "sup_d2phi": 144 / (6 * np.sqrt(3)), "sup_phi_0": 0.5},
)
ACTIVATIONS = {
    "tanh": (
        np.tanh,
        lambda z: 1 - np.tanh(z) ** 2,
        lambda z: -2 * np.tanh(z) * (1 - np.tanh(z) ** 2),
        {"sup_dphi": 1, "sup_d2phi": 4 / (3 * np.sqrt(3)), "sup_phi_0": 0},
    ),
    "softplus_4": (
        lambda z: np.logaddexp(0, 4 * z) / 4,
        lambda z: (1 + np.tanh(2 * z)) / 2,
        lambda z: 1 - np.tanh(2 * z) ** 2,
        {"sup_dphi": 1, "sup_d2phi": 1, "sup_phi_0": np.log(2) / 4},
    ),
    "sin": (np.sin, np.cos, lambda z: -np.sin(z), {"sup_dphi": 1, "sup_d2phi": 1, "sup_phi_0": 0}),
    "sigmoid_12": SIGMOID_12,
}


def khatri_rao(A, B):
    """Column-wise Khatri-Rao product."""
    return np.einsum("in,jn->ijn", A, B).reshape(A.shape[0] * B.shape[0], -1)


def singular(A):
    """The n-th singular value of a matrix of n columns: zero when there are fewer rows."""
    return 0.0 if A.shape[0] < A.shape[1] else np.linalg.svd(A, compute_uv=False)[-1]


def norm(A):
    """Spectral norm."""
    return np.linalg.norm(A, 2)


def jacobian(v, W, X, slope):
    """Derivatives of the outputs in the hidden weights, [k d, n]."""
    return khatri_rao(v[:, None] * slope(W @ X), X)


def joint_hessian(v, W, X, y, functions):
    """The exact Hessian of the loss in (v, W)."""
    phi, slope, curvature, _ = functions
    (k, d), n = W.shape, X.shape[1]
    H0, H1, H2 = phi(W @ X), slope(W @ X), curvature(W @ X)
    r = v @ H0 - y
    rows = np.concatenate([H0, khatri_rao(v[:, None] * H1, X)])
    H = rows @ rows.T / n
    for unit in range(k):
        block = slice(k + unit * d, k + (unit + 1) * d)
        H[block, block] += (X * (r * v[unit] * H2[unit])) @ X.T / n
        mixed = X @ (r * H1[unit]) / n
        H[unit, block] += mixed
        H[block, unit] += mixed
    return H


def instance(seed, *, wild=True):
    """Random sizes, an activation, two networks and planted labels, with the measured quantities."""
    rng = np.random.default_rng(seed)
    functions = list(ACTIVATIONS.values())[seed % len(ACTIVATIONS)]
    phi, _, _, bounds = functions
    d, k, n = rng.integers(1, 6), rng.integers(1, 8), rng.integers(1, 12)
    X = rng.standard_normal((d, n)) * (10.0 ** rng.uniform(-1.5, 1, n) if wild else 1)
    v, W = rng.standard_normal(k), rng.standard_normal((k, d)) * 10.0 ** rng.uniform(-1, 0.5)
    size = 10.0 ** rng.uniform(-2, 1)
    w, U = v + size * rng.standard_normal(k), W + size * rng.standard_normal((k, d))
    y = v @ phi(W @ X)
    r = w @ phi(U @ X) - y
    values = {
        **bounds,
        "n": n,
        "d": d,
        "k": k,
        "norm_X": norm(X),
        "largest_sample_norm": np.linalg.norm(X, axis=0).max(),
    }
    return rng, functions, X, (v, W), (w, U), y, r, values


def sides(id, label, values):
    """Both sides of a claim in float64."""
    relation = STATEMENTS[f"sjl17.{id}"].claim(label).relation
    known = {V[name]: np.float64(value) for name, value in values.items()}
    return float(evaluate(relation.lhs, known, FLOAT)), float(evaluate(relation.rhs, known, FLOAT))


def number(expression, values):
    """An expression in float64."""
    return float(evaluate(expression, {V[name]: np.float64(value) for name, value in values.items()}, FLOAT))


def assert_claim(id, label, values, slack=1e-9):
    """The claim holds up to rounding."""
    left, right = sides(id, label, values)
    if STATEMENTS[f"sjl17.{id}"].claim(label).relation.rel_op == ">=":
        left, right = right, left
    assert left <= right + slack * (1 + abs(left) + abs(right)), (id, label, left, right)


@pytest.mark.attacks("sjl17.d.jacobian_drift")
@pytest.mark.parametrize("seed", range(80))
def test_jacobian_perturbation(seed):
    """D7 in both forms, also for large perturbations."""
    _, (_, slope, _, _), X, (v, W), (w, U), _, _, values = instance(seed)
    values |= {
        "jacobian_drift": norm(jacobian(w, U, X, slope) - jacobian(v, W, X, slope)),
        "scaled_weight_change": norm(v[:, None] * (U - W)),
        "weight_change_spectral": norm(U - W),
        "output_change": np.linalg.norm(w - v),
        "output_change_max": np.abs(w - v).max(),
        "norm_v_inf": np.abs(v).max(),
    }
    for label in ("jacobian_drift", "jacobian_drift_in_maxima"):
        assert_claim("d.jacobian_drift", label, values)


def test_printed_perturbation_fails_for_wide_networks():
    """C26: for v~ - v = eps 1 the ratio to the printed second term grows like sqrt(k/d); the repaired one does not."""
    rng = np.random.default_rng(0)
    d, n = 5, 20
    X, slope = rng.standard_normal((d, n)), ACTIVATIONS["softplus_4"][1]
    printed, repaired = [], []
    for k in (5, 80, 1280):
        W = rng.standard_normal((k, d)) / np.sqrt(d)
        drift = norm(jacobian(np.full(k, 1e-3), W, X, slope))
        values = {"n": n, "d": d, "k": k, "output_change_max": 1e-3, "norm_v_inf": 1, "weight_change_spectral": 0}
        values |= {"c_drift": 1, "jacobian_drift": drift, "sup_dphi": 1, "sup_d2phi": 1}
        printed.append(drift / sides("lem7_11", "jacobian_drift", values)[1])
        repaired.append(drift / sides("lem7_11.repaired", "jacobian_drift", values)[1])
    assert printed[0] < 1.5
    assert printed[1] / printed[0] > 3
    assert printed[2] > 8
    assert max(repaired) < 1
    assert repaired[2] == pytest.approx(repaired[1], rel=0.3)


@pytest.mark.attacks("sjl17.lem7_13.repaired", "sjl17.d.gradient_core")
@pytest.mark.parametrize("seed", range(80))
def test_loss_residual_and_gradient_against_distance(seed):
    """D15, its residual form, and the deterministic core of Lemma 7.12."""
    _, (phi, slope, _, _), X, (v, W), (w, U), _, r, values = instance(seed)
    n = values["n"]
    J = jacobian(w, U, X, slope)
    values |= {
        "point_loss": r @ r / (2 * n),
        "residual": np.linalg.norm(r),
        "norm_v": np.linalg.norm(w),
        "planted_norm_v": np.linalg.norm(v),
        "planted_features": norm(phi(W @ X)),
        "features": norm(phi(U @ X)),
        "planted_row_max": np.linalg.norm(W, axis=1).max(),
        "weight_change": np.linalg.norm(U - W),
        "output_change": np.linalg.norm(w - v),
        "sigma_min_J": singular(J),
        "norm_J": norm(J),
        "point_gradient": np.linalg.norm(J @ r) / n,
        "output_gradient": np.abs(phi(U @ X) @ r).max() / n,
        "largest_feature_row": np.linalg.norm(phi(U @ X), axis=1).max(),
    }
    for label in ("loss", "planted_features", "residual"):
        assert_claim("lem7_13.repaired", label, values)
    assert_claim("lem7_13.repaired", "planted_features", {**values, "planted_features": np.linalg.norm(phi(W @ X))})
    for label in ("floor", "ceiling", "output_ceiling"):
        assert_claim("d.gradient_core", label, values)
    left, right = sides("setup", "loss", values)
    assert left == pytest.approx(right)


def test_printed_loss_bound_fails_for_steep_activations():
    """C28: with slopes up to 3 and weights near zero the printed bound is violated, the deterministic one holds."""
    rng = np.random.default_rng(1)
    d, k, n = 5, 8, 200
    phi, _, _, bounds = SIGMOID_12
    X = rng.standard_normal((d, n))
    u = np.linalg.svd(X)[0][:, 0]
    v = np.ones(k)
    W_star = 1e-3 * np.tile(u, (k, 1))
    r = v @ phi(2 * W_star @ X) - v @ phi(W_star @ X)
    values = {
        **bounds,
        "n": n,
        "k": k,
        "norm_X": norm(X),
        "point_loss": r @ r / (2 * n),
        "norm_v": np.sqrt(k),
        "planted_norm_v": np.sqrt(k),
        "planted_row_max": 1e-3,
        "planted_features": norm(phi(W_star @ X)),
        "weight_change": np.linalg.norm(W_star),
        "output_change": 0,
        "output_change_max": 0,
    }
    left, right = sides("lem7_13", "loss", values)
    assert 4 < left / right < 7
    assert_claim("lem7_13.repaired", "loss", values)


@pytest.mark.attacks("sjl17.d.hessian")
@pytest.mark.parametrize("seed", range(60))
def test_hessian_bound(seed):
    """D16 against the exact joint Hessian, for arbitrary labels; the Hessian itself against finite differences."""
    rng, functions, X, _, (w, U), y, _, values = instance(seed, wild=seed % 2 == 0)
    y = y + rng.standard_normal(len(y)) * 10.0 ** rng.uniform(-2, 1)
    phi = functions[0]
    H = joint_hessian(w, U, X, y, functions)
    values |= {
        "hessian_norm": norm(H),
        "norm_v": np.linalg.norm(w),
        "norm_v_inf": np.abs(w).max(),
        "features": norm(phi(U @ X)),
        "residual": np.linalg.norm(w @ phi(U @ X) - y),
    }
    assert_claim("d.hessian", "hessian", values)
    if seed < 8 and functions is not SIGMOID_12:
        direction = rng.standard_normal(H.shape[0])
        direction /= np.linalg.norm(direction)
        a, B = direction[: len(w)], direction[len(w) :].reshape(U.shape)

        def loss(t):
            return np.mean(((w + t * a) @ phi((U + t * B) @ X) - y) ** 2) / 2

        h = 1e-4
        second = (loss(h) + loss(-h) - 2 * loss(0)) / h**2
        assert second == pytest.approx(direction @ H @ direction, rel=1e-3, abs=1e-4 * (1 + norm(H)))


def test_diagonal_blocks_do_not_bound_the_hessian():
    """C29: at v = 0, W = 0 (tanh, labels not zero) both diagonal blocks vanish and the Hessian does not."""
    X, y = np.array([[1.0]]), np.array([1.0])
    H = joint_hessian(np.zeros(1), np.zeros((1, 1)), X, y, ACTIVATIONS["tanh"])
    assert H[0, 0] == H[1, 1] == 0
    assert norm(H) == pytest.approx(1)


@pytest.mark.attacks("sjl17.d.centring", "sjl17.d.jacobian_norm", "sjl17.d.khatri_rao_square")
@pytest.mark.parametrize("seed", range(60))
def test_centring(seed):
    """D8 with an arbitrary centring vector, and the data-free norms of D11, on every singular-value order."""
    rng, (_, slope, _, _), X, (v, W), _, _, _, values = instance(seed)
    mu = v * rng.standard_normal(len(v))
    H = v[:, None] * slope(W @ X)
    delta = H - mu[:, None]
    P = np.outer(mu, mu) / (mu @ mu)
    along = delta.T @ mu / np.linalg.norm(mu)
    J = khatri_rao(X, H)
    values |= {
        "sigma_min_J": singular(J),
        "norm_J": norm(J),
        "sigma_min_projected": singular(khatri_rao(X, delta - P @ delta)),
        "sigma_min_centred": singular(khatri_rao(X, delta)),
        "norm_centred": norm(khatri_rao(X, delta)),
        "norm_mean_part": norm(X * along),
        "norm_mean_slopes": np.linalg.norm(mu),
        "largest_slope_column": np.linalg.norm(H, axis=0).max(),
        "norm_v": np.linalg.norm(v),
        "norm_v_inf": np.abs(v).max(),
        "norm_W": norm(W),
        "slope_at_zero": abs(slope(np.float64(0))),
        "norm_KR": norm(khatri_rao(X, X)),
    }
    for label in ("projected", "smallest", "largest"):
        assert_claim("d.centring", label, values)
    for label in ("largest", "slopes", "explicit"):
        assert_claim("d.jacobian_norm", label, values)
    assert_claim("d.khatri_rao_square", "largest", values)


def test_remark_is_not_homogeneous():
    """C34: scaling v down or W down breaks the printed floor d/2 whatever its condition; the repaired floor follows."""
    rng = np.random.default_rng(2)
    d, n = 20, 40
    X, slope = rng.standard_normal((d, n)), ACTIVATIONS["tanh"][1]
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()
    ratios = []
    for outer, inner in ((1, 1), (0.1, 1), (0.01, 1), (10, 1)):
        mean = weights @ slope(inner * nodes)
        variance = weights @ slope(inner * nodes) ** 2 - mean**2
        centred = singular(khatri_rao(X, outer * (slope(inner * X) - mean)))
        values = {"d": d, "sigma_min_centred": centred, "slope_variance": d * outer**2 * variance, "c_1": 1}
        left, right = sides("rem7_3", "smallest", values)
        assert (left < right) == (outer < 5)
        ratios.append(centred / sides("rem7_3.repaired", "smallest", values)[1])
    assert np.ptp(ratios) < 1e-9
    assert 0.2 < ratios[0] < 1


def test_printed_upper_bound_is_not_homogeneous():
    """C33: sigma_max / (lambda d gamma) grows as gamma falls inside (7.6), against (7.8); D11 holds."""
    rng = np.random.default_rng(3)
    d = 40
    X = rng.standard_normal((d, d))
    ratios = []
    for gamma in (0.5, 0.1, 0.02):
        b = 0.8
        centred = norm(khatri_rao(X, gamma * X + b * (np.sin(2 * X) / 2 - np.exp(-2) * X)))
        values = {"d": d, "n": d, "norm_DGW": gamma, "C": 1, "norm_centred": centred}
        grown = {**values, "norm_DGW": 1e9 * gamma, "norm_centred": 1e9 * centred}
        left, right = sides("prop7_2", "largest", grown)
        ratios.append(left / right)
        explicit = {"norm_X": norm(X), "sup_d2phi": gamma + b * (1 + np.exp(-2)), "norm_v_inf": 1, "norm_W": 1}
        explicit |= {"n": d, "failure": 0.01, "frobenius_W": np.sqrt(d), "norm_centred": centred}
        assert_claim("d.centred_norm", "largest", explicit)
    assert ratios == pytest.approx([1.8, 4.1, 21.7], rel=0.2)


TABLE = [
    (0, "softplus_4", 10, 10, 20, 1.2483, 0.022683, 3.3638e-4, 0.038959, 22.559, 1.6426e-8),
    (0, "softplus_4", 20, 20, 40, 4.5419, 0.031492, 6.7835e-4, 0.25786, 70.822, 2.3469e-7),
    (0, "softplus_4", 10, 20, 20, 2.0819, 0.037830, 6.7207e-4, 0.10836, 43.908, 7.4437e-8),
    (0, "tanh", 10, 10, 20, 1.2890, 0.029910, 4.7518e-4, 0.041540, 21.108, 3.4090e-8),
    (0, "tanh", 20, 20, 40, 3.4413, 0.030745, 5.1821e-4, 0.14803, 66.420, 1.2040e-7),
    (1, "softplus_4", 20, 20, 80, 3.2527, 0.018906, 2.4465e-4, 0.066126, 49.924, 1.7026e-8),
]


@pytest.mark.attacks("sjl17.d.local_certificate")
@pytest.mark.parametrize(("seed", "name", "d", "k", "n", "s", "rho", "delta", "m", "beta", "loss_0"), TABLE)
def test_certificate_on_the_reference_runs(seed, name, d, k, n, s, rho, delta, m, beta, loss_0):
    """D17: the table of the specification from the composed expressions; envelope, ball and path along 300 steps."""
    phi, slope, _, bounds = ACTIVATIONS[name]
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((d, n))
    W_star = np.linalg.qr(rng.standard_normal((k, d)))[0]
    v_star = rng.choice([-1.0, 1.0], k)
    direction = rng.standard_normal(k + k * d)
    direction /= np.linalg.norm(direction)
    values = {
        **bounds,
        "n": n,
        "d": d,
        "k": k,
        "norm_X": norm(X),
        "largest_sample_norm": np.linalg.norm(X, axis=0).max(),
        "planted_norm_v": np.linalg.norm(v_star),
        "planted_v_max": 1,
        "planted_features": norm(phi(W_star @ X)),
        "planted_sigma_min_J": singular(jacobian(v_star, W_star, X, slope)),
        "tau": 0,
    }
    assert values["planted_sigma_min_J"] == pytest.approx(s, rel=1e-4)
    assert number(certificate.OWN.radius, values) == pytest.approx(rho, rel=1e-4)
    assert number(certificate.OWN.start, {**values, "misfit_0": 1}) == pytest.approx(delta, rel=1e-4)
    assert number(certificate.FLOOR, values) == pytest.approx(m, rel=1e-4)
    assert number(certificate.OWN.smoothness, values) == pytest.approx(beta, rel=1e-4)
    v, W = v_star + delta * direction[:k], W_star + delta * direction[k:].reshape(k, d)
    y, step, path = v_star @ phi(W_star @ X), 1 / number(certificate.OWN.smoothness, values), 0.0
    values |= {"step_size": step}
    for tau in range(301):
        r = v @ phi(W @ X) - y
        if tau == 0:
            values |= {"misfit_0": np.linalg.norm(r), "loss_0": r @ r / (2 * n)}
            assert values["loss_0"] == pytest.approx(loss_0, rel=1e-3)
            start = STATEMENTS["sjl17.d.local_certificate.refined"].hypothesis("start").relation
            assert delta <= number(start.rhs, values) * 1.0001
        values |= {
            "tau": tau,
            "loss": r @ r / (2 * n),
            "planted_distance": np.sqrt(np.sum((v - v_star) ** 2) + np.sum((W - W_star) ** 2)),
            "joint_path": path,
        }
        for label in ("rate", "ball", "path"):
            left, right = sides("d.local_certificate", label, values)
            assert left <= right * (1 + 1e-6)
        J, H = jacobian(v, W, X, slope), phi(W @ X)
        grad_v, grad_W = H @ r / n, (J @ r / n).reshape(k, d)
        assert np.sum(grad_W**2) >= m * values["loss"]
        path += step * np.sqrt(np.sum(grad_v**2) + np.sum(grad_W**2))
        v, W = v - step * grad_v, W - step * grad_W


def test_certificate_scales_with_the_activation_and_the_data():
    """Doubling the data with halved weights, or phi and labels together, moves rho, delta, beta as it should."""
    base = {"sup_dphi": 1, "sup_d2phi": 0.8, "norm_X": 7, "largest_sample_norm": 3, "planted_v_max": 1.3, "n": 20}
    base |= {"planted_norm_v": 3, "planted_features": 6, "planted_sigma_min_J": 1.2, "misfit_0": 1}
    double = {**base, "sup_dphi": 2, "sup_d2phi": 1.6, "planted_features": 12, "planted_sigma_min_J": 2.4}
    for expression, factor in (
        (certificate.OWN.radius, 1),
        (certificate.OWN.start, 1),
        (certificate.OWN.smoothness, 4),
        (certificate.FLOOR, 4),
    ):
        assert number(expression, double) == pytest.approx(factor * number(expression, base))


def test_more_samples_than_parameters_are_not_certified():
    """The certificate asks for n <= kd and a full-rank Jacobian, without which its envelope fails."""
    labels = {item.label for item in STATEMENTS["sjl17.d.local_certificate"].hypotheses}
    assert {"n_at_most_parameters", "full_rank_jacobian"} <= labels
    rng = np.random.default_rng(0)
    assert singular(jacobian(np.ones(2), np.eye(2), rng.standard_normal((2, 7)), ACTIVATIONS["tanh"][1])) == 0


def test_spectrum_of_gaussian_instances():
    """Reference ratios: the centred Jacobian over a condition-number sweep (D9), and the Jacobian."""
    rng = np.random.default_rng(0)
    d, n = 20, 40
    slope = ACTIVATIONS["softplus_4"][1]
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()
    X = rng.standard_normal((d, n))
    Q1, Q2 = (np.linalg.qr(rng.standard_normal((d, d)))[0] for _ in range(2))
    for condition, measured in ((1, 0.54), (4, 1.30), (16, 4.10)):
        W = Q1 @ np.diag(np.linspace(1, 1 / condition, d)) @ Q2
        rows = np.linalg.norm(W, axis=1)
        gamma = np.array([weights @ (nodes * slope(r * nodes)) / r for r in rows])
        mean = np.array([weights @ slope(r * nodes) for r in rows])
        centred = khatri_rao(X, slope(W @ X) - mean[:, None])
        values = {"c_1": 1, "d": d, "v_min": 1, "sigma_min_GW": np.linalg.svd(gamma[:, None] * W, compute_uv=False)[-1]}
        left, right = sides("d.centred_spectrum", "smallest", {**values, "sigma_min_centred": singular(centred)})
        assert left / right == pytest.approx(measured, rel=0.3)
    values = {"c": 1, "d": d, "sigma_min_W": 1, "sigma_min_J": singular(khatri_rao(X, slope(X)))}
    left, right = sides("prop7_4", "smallest", values)
    assert left / right == pytest.approx(0.228, rel=0.3)
