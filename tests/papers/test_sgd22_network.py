"""The network theorem of sgd22 on real instances: certificates, training, widths, and what the paper's proof drops."""

import flint
import numpy as np
import pytest
import scipy.special
import sympy
from hypothesis import given, settings, strategies as st

from boundkit.arithmetic import BALL, FLOAT, ball, evaluate
from boundkit.papers.sgd22 import STATEMENTS
from boundkit.statement import VOCABULARY, expand

FOUND = {item.id.removeprefix("sgd22."): item for item in STATEMENTS}
V = {name: word.symbol for name, word in VOCABULARY.items()}
TETRAHEDRON = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(3)
CROSS = np.vstack([np.eye(3), -np.eye(3)])[:5]


def gelu(h):
    """GELU."""
    return h * scipy.special.ndtr(h)


def gelu_slope(h):
    """GELU'."""
    return scipy.special.ndtr(h) + h * np.exp(-(h**2) / 2) / np.sqrt(2 * np.pi)


def tanh_slope(h):
    """tanh'."""
    return 1 / np.cosh(h) ** 2


ACTIVATIONS = {
    "gelu": (gelu, gelu_slope, 1.128904145, 2 / np.sqrt(2 * np.pi)),
    "tanh": (np.tanh, tanh_slope, 1.0, 4 / (3 * np.sqrt(3))),
}


def number(expression, values, arithmetic=FLOAT):
    """The value of an expression at named values."""
    make = np.float64 if arithmetic is FLOAT else ball
    return evaluate(expand(expression), {V[name]: make(value) for name, value in values.items()}, arithmetic)


def bound(statement, label, values):
    """The right side of a claim or hypothesis at named values."""
    item = FOUND[statement]
    found = {part.label: part.relation for part in (*item.hypotheses, *item.claims)}
    return float(number(found[label].rhs, values))


def solved(id, label="width"):
    """The right side of a hypothesis, expanded into basic quantities."""
    return expand(FOUND[id].hypothesis(label).relation.rhs)


def network(X, activation, width, seed=1):
    """The instance of the specification: weights, labels with |Y| = 1 and one output; X has one sample a row."""
    n, d = X.shape
    rng = np.random.default_rng(seed)
    W = rng.standard_normal((width, d))
    v = rng.standard_normal((1, width)) / (np.sqrt(d * width) * np.log(width))
    y = np.random.default_rng(0).standard_normal((1, n))
    return W, v, y / np.linalg.norm(y)


def measured(X, activation, width):
    """Everything that the deterministic network theorem reads off an initialisation."""
    phi, _, slope, curvature = ACTIVATIONS[activation]
    W, v, y = network(X, activation, width)
    A = phi(W @ X.T)
    spectrum = np.linalg.svd(A, compute_uv=False)
    values = {
        "n": len(X),
        "d": X.shape[1],
        "k": width,
        "norm_X": np.linalg.norm(X, 2),
        "max_row_norm": np.linalg.norm(X, axis=1).max(),
        "sup_dphi": slope,
        "sup_d2phi": curvature,
        "feature_min_0": spectrum[-1],
        "feature_norm_0": spectrum[0],
        "output_weights_norm_0": np.linalg.norm(v, 2),
        "loss_0": np.linalg.norm(v @ A - y) ** 2 / len(X),
        "descent_share": 0.5,
        "eta_bar": 1.0,
    }
    for name in ("alpha", "beta"):
        values[name] = float(number(FOUND["d.network"].instance[V[name]], values))
    return values


def radii(values, radius=None):
    """The default radius, or another one, with twice it outside."""
    safe = values["alpha"] / (4 * values["sup_dphi"] * values["norm_X"])
    radius = safe if radius is None else radius
    return values | {"radius": radius, "outer_radius": 2 * radius}


def tightest(values, margin):
    """The smallest inner radius whose path bound is at most radius / margin, by bisection."""
    low, high = 0.0, radii(values)["radius"]
    for _ in range(60):
        middle = (low + high) / 2
        short = margin * bound("d.network", "path", radii(values, middle)) <= middle
        low, high = (low, middle) if short else (middle, high)
    return radii(values, high)


TABLE = [
    ("tet", 4, 0.0649, 0.2355, 2.8405e-3, 0.5317, 0.1177),
    ("tet", 2, 0.0917, 0.3398, 1.3396e-3, 0.2472, 0.1699),
    ("tet", 1, 0.1297, 0.4953, 6.1333e-4, 0.1108, 0.2476),
    ("eye", 8, 0.0598, 0.2638, 6.2061e-3, 0.5077, 0.1319),
    ("eye", 4, 0.0845, 0.3800, 2.9411e-3, 0.2375, 0.1900),
    ("eye", 2, 0.1196, 0.5523, 1.3563e-3, 0.1075, 0.2762),
    ("eye", 1, 0.1691, 0.8144, 5.9767e-4, 0.0460, 0.4072),
]
INSTANCES = {"tet": (TETRAHEDRON, "gelu"), "eye": (np.eye(8), "tanh")}


@pytest.mark.parametrize(
    ("name", "smallest", "norm", "loss"), [("tet", 19.6557, 22.0911, 0.242069), ("eye", 18.3537, 20.9402, 0.129520)]
)
def test_instances_are_those_of_the_specification(name, smallest, norm, loss):
    """Spectrum and loss of the reference initialisations."""
    values = measured(*INSTANCES[name], 1000)
    assert values["alpha"] == pytest.approx(smallest, rel=1e-5)
    assert values["beta"] == pytest.approx(norm, rel=1e-5)
    assert values["loss_0"] == pytest.approx(loss, rel=1e-5)


@pytest.mark.parametrize(("name", "batch", "exit_bound", "radius", "step", "rate", "path"), TABLE)
def test_certificates(name, batch, exit_bound, radius, step, rate, path):
    """The encoded theorem reproduces the specification's table of certificates."""
    values = measured(*INSTANCES[name], 1000) | {"b": batch, "exit_margin": 2.0}
    default = radii(values)
    exit_probability = bound("d.network", "path", default) / default["radius"]
    assert exit_probability == pytest.approx(exit_bound, abs=6e-5)
    assert exit_probability <= float(number(FOUND["d.exit"].summary["exit"], values))
    best = tightest(values, 2.0)
    assert best["radius"] == pytest.approx(radius, abs=6e-5)
    best["step_size"] = float(number(FOUND["d.network"].setting.step_size, best))
    assert best["step_size"] == pytest.approx(step, rel=5e-5)
    assert float(number(FOUND["d.network"].summary["rate"], best)) == pytest.approx(rate, abs=6e-5)
    assert bound("d.network", "path", best) == pytest.approx(path, abs=6e-5)
    assert best["loss_0"] <= bound("d.network", "start", best) * (1 + 1e-9)


@pytest.mark.parametrize(("name", "batch", "value"), [("tet", 4, 0.0663), ("eye", 8, 0.0613)])
def test_closed_form_of_the_exit_probability(name, batch, value):
    """160/9 n / sqrt(b) L_1 nu_0 sqrt(f_0) / mu_0^3."""
    values = measured(*INSTANCES[name], 1000) | {"b": batch}
    found = float(number(FOUND["d.exit"].failure, values))
    assert found == pytest.approx(value, abs=6e-5)
    speed = values["sup_dphi"] * values["norm_X"]
    hand = 160 / 9 * len(INSTANCES[name][0]) / batch**0.5 * speed * values["beta"] * values["loss_0"] ** 0.5
    assert found == pytest.approx(hand / values["alpha"] ** 3)


def test_antipodal_data():
    """Five of the six points +-e_k: void for tanh, whose features coincide up to sign, fine for GELU."""
    values = measured(CROSS, "tanh", 1000) | {"b": 5}
    assert float(number(FOUND["d.exit"].failure, values)) > 1
    for width, exit_bound in ((1000, 0.27), (8000, 0.030)):
        values = radii(measured(CROSS, "gelu", width) | {"b": 5})
        assert bound("d.network", "path", values) / values["radius"] == pytest.approx(exit_bound, rel=0.05)


@pytest.mark.attacks("sgd22.d.network")
@pytest.mark.parametrize("batch", [1, 2])
def test_training_stays_within_the_certificate(batch):
    """Forty runs of SGD from the certified start: no exit, mean loss and mean path below their bounds."""
    phi, slope, *_ = ACTIVATIONS["gelu"]
    X, n = TETRAHEDRON, 4
    values = tightest(measured(X, "gelu", 1000) | {"b": batch, "exit_margin": 2.0}, 2.0)
    values["step_size"] = float(number(FOUND["d.network"].setting.step_size, values))
    rate = float(number(FOUND["d.network"].summary["rate"], values))
    kick = values["outer_radius"] - values["radius"]
    trials, steps = 40, int(np.ceil(np.log(100) / rate))
    W0, v0, y = network(X, "gelu", 1000)
    losses, paths = np.zeros((trials, steps + 1)), np.zeros(trials)
    for trial in range(trials):
        rng, W, v = np.random.default_rng(1000 + trial), W0.copy(), v0.copy()
        for i in range(steps + 1):
            H = W @ X.T
            A = phi(H)
            residual = v @ A - y
            losses[trial, i] = np.linalg.norm(residual) ** 2 / n
            D = np.zeros_like(residual)
            chosen = rng.choice(n, batch, replace=False)
            D[:, chosen] = 2 / batch * residual[:, chosen]
            step_W = values["step_size"] * ((slope(H) * (v.T @ D)) @ X)
            step_v = values["step_size"] * D @ A.T
            length = np.hypot(np.linalg.norm(step_W), np.linalg.norm(step_v))
            assert length <= kick
            paths[trial] += length
            W, v = W - step_W, v - step_v
        assert np.hypot(np.linalg.norm(W - W0), np.linalg.norm(v - v0)) <= values["radius"]
    for i in range(steps + 1):
        assert losses[:, i].mean() <= bound("d.network", "rate", values | {"tau": i}) * (1 + 1e-9)
    assert 0.1 < paths.mean() / bound("d.network", "path", values) < 1


def test_repetition_only_changes_growth():
    """At b = 1 both samplings have the same constants but for the growth m/b + 1 - 1/b = m; at b = n they differ."""
    values = radii(measured(TETRAHEDRON, "gelu", 1000) | {"b": 1, "exit_margin": 2.0})
    for label in ("step_curvature", "step_kick", "start"):
        assert bound("d.network", label, values) == pytest.approx(bound("d.network_repetition", label, values))
    full = values | {"b": 4}
    assert bound("d.network", "step_kick", full) == pytest.approx(4 * bound("d.network_repetition", "step_kick", full))
    ratio = bound("d.network", "start", full) / bound("d.network_repetition", "start", full)
    assert ratio == pytest.approx(1 + 1 - 1 / 4)


def test_check_19_the_larger_term_is_too_small():
    """With GELU and five orthonormal samples the Jacobian is 1.12 times as large as (16) allows, at any large width."""
    values = {"n": 5, "norm_X": 1.0, "hidden_std": 1.0, "slack_upper": 0.5, "k": 20000}
    square, mean = 1 / 3 + 1 / (2 * np.sqrt(3) * np.pi), 1 / (2 * np.sqrt(np.pi))
    values |= {"mean_phi": mean, "mu_phi_tilde": 0.5, "var_phi": square - mean**2}
    printed = bound("lem2", "jacobian_norm", values)
    limit = np.sqrt(20000 * (square + 4 * mean**2)) / printed
    assert limit == pytest.approx(1.116, abs=1e-3)
    measured_norm = measured(np.eye(5), "gelu", 20000)["feature_norm_0"]
    assert measured_norm / printed == pytest.approx(limit, rel=0.02)


def gelu_kernel():
    """Eigenvalues and trace of the GELU kernel of the tetrahedron, from its Hermite series."""
    r = -1 / 3
    square = 1 / 3 + 1 / (2 * np.sqrt(3) * np.pi)
    off = 0.25 * r
    for k in range(30):
        c = (
            (-1.0) ** (k - 1)
            / (2 * np.sqrt(np.pi))
            * scipy.special.factorial(2 * k)
            / (4.0**k * scipy.special.factorial(k))
        )
        off += (c * (2 * k + 1) / (2 * k - 1)) ** 2 / scipy.special.factorial(2 * k) * r ** (2 * k)
    return {"kernel_min": square - off, "kernel_max": square + 3 * off, "kernel_trace": 4 * square}


def a_priori(width, batch):
    """The fully a-priori example of the specification."""
    slope = ACTIVATIONS["gelu"][2]
    return gelu_kernel() | {
        "n": 4,
        "d": 3,
        "k": width,
        "K": 1,
        "b": batch,
        "norm_X": np.linalg.norm(TETRAHEDRON, 2),
        "norm_y": 1.0,
        "sup_dphi": slope,
        "hidden_std": 1.0,
        "output_std": 1 / (np.sqrt(3 * width) * np.log(width)),
        "failure": 0.01,
        "slack_lower": 0.5,
        "slack_upper": 0.5,
        "gaussian_deviation": 3.0,
        "output_weights_deviation": 3.0,
        "exit_margin": 10.0,
    }


@pytest.mark.parametrize(("width", "failure"), [(2000, 0.70), (4000, 0.143), (8000, 0.0068), (16000, 1.9e-5)])
def test_chernoff_failures(width, failure):
    """Failure of the lower bound on the features for growing width, as in the specification."""
    found = float(number(FOUND["lemA.mu.repaired"].failure, a_priori(width, 4)))
    assert found == pytest.approx(failure, rel=0.04)


@pytest.mark.parametrize(("batch", "required"), [(4, 2454), (1, 4909)])
def test_a_priori_width(batch, required):
    """The boxed requirement evaluated at width 8000."""
    values = a_priori(8000, batch)
    for symbol, expression in FOUND["thm2.repaired"].instance.items():
        values[symbol.name] = float(number(expression, values))
    assert bound("thm2.repaired", "width", values) == pytest.approx(required, abs=1)
    assert values["k"] >= bound("thm2.repaired", "width", values)


@pytest.mark.parametrize(("width", "total"), [(8000, 0.194), (16000, 0.144)])
def test_a_priori_failure(width, total):
    """The total failure probability, when p' is the failure of the Chernoff bound at that width."""
    values = a_priori(width, 4)
    values["chernoff_failure"] = float(number(FOUND["lemA.mu.repaired"].failure, values))
    assert float(number(FOUND["thm2.repaired"].failure, values)) == pytest.approx(total, abs=6e-4)
    assert bound("thm2.repaired", "chernoff_width", values) == pytest.approx(width, rel=1e-9)


levels = st.fixed_dictionaries(
    {
        name: st.floats(0.1, 10)
        for name in (
            "norm_X",
            "sup_dphi",
            "sup_d2phi",
            "mean_phi",
            "var_phi",
            "mu_phi_tilde",
            "hermite_coefficient",
            "hidden_std",
            "sigma_min_power",
            "slack_outputs",
            "hidden_row_slack",
            "output_column_slack",
            "output_weights_norm_0",
        )
    }
    | {
        "slack_lower": st.floats(0.1, 0.9),
        "slack_upper": st.floats(0.1, 0.9),
        "exit_margin": st.floats(1.1, 10),
        "n": st.integers(2, 100),
        "b": st.integers(1, 100),
        "power": st.integers(1, 4),
    }
)


def certain(expression, values):
    """The value in ball arithmetic, as a float."""
    return float(number(expression, values, BALL).mid())


@given(v=levels)
@settings(max_examples=40, deadline=None)
def test_tracked_width_solves_the_start_condition(v):
    """At the tracked width the condition (6) on the initial loss holds with equality, with all of beta_Phi."""
    root = certain(solved("thm2.tracked"), v)
    t, ct2 = v["power"], v["hermite_coefficient"] ** 2
    k = root**2
    mu = np.sqrt(v["hidden_std"] ** (2 * t) * (1 - v["slack_lower"]) * ct2 * k) * v["sigma_min_power"]
    nu = v["mean_phi"] * np.sqrt((1 + v["slack_upper"]) * k * v["n"])
    slope = np.sqrt(2) * v["norm_X"] * (v["sup_dphi"] + v["sup_d2phi"] * v["output_weights_norm_0"])
    slope += v["sup_d2phi"] * mu / (2 * v["sup_dphi"])
    weights = max(v["hidden_row_slack"], v["output_column_slack"])
    loss = (v["slack_outputs"] * weights**2 * v["norm_X"]) ** 2 / v["n"]
    allowed = 2 / v["n"] * mu**6 / (4608 * v["exit_margin"] ** 2 * slope**2 * v["n"] / v["b"] * nu**2)
    assert loss == pytest.approx(allowed, rel=1e-9)


@given(v=levels)
@settings(max_examples=40, deadline=None)
def test_kept_and_dropped_widths(v):
    """Without the last term of (18) the width is sqrt(4608) times (21); with it alone it is that of CHECK-22."""
    kept = certain(FOUND["thm2.tracked"].summary["kept_width"], v)
    printed = certain(solved("thm2"), v | {"C": 1})
    assert kept == pytest.approx(4608**0.5 * printed, rel=1e-9)
    dropped = certain(FOUND["thm2.tracked"].summary["dropped_width"], v)
    t, weights = v["power"], max(v["hidden_row_slack"], v["output_column_slack"])
    factorial = scipy.special.factorial(t)
    ct = v["hermite_coefficient"] * factorial**0.5
    constant = (v["exit_margin"] * v["sup_d2phi"] / v["sup_dphi"] * v["slack_outputs"]) ** 2 * weights**4
    constant *= (1 + v["slack_upper"]) * v["mean_phi"] ** 2 * factorial**2
    constant /= (1 - v["slack_lower"]) ** 2 * ct**4 * v["hidden_std"] ** (4 * t)
    display = constant * v["n"] ** 2 * v["norm_X"] ** 2 / (8 * v["b"] * v["sigma_min_power"] ** 4)
    assert dropped == pytest.approx(4608 * display, rel=1e-9)
    assert certain(solved("thm2.tracked"), v) ** 2 >= max(kept, dropped)


@given(v=levels)
@settings(max_examples=40, deadline=None)
def test_explicit_constant_of_the_width(v):
    """The repaired xi is 160/9 times the printed one with sup|phi'| for the bracket; the odd form swaps one term."""
    explicit = certain(solved("d.width_hermite"), v)
    printed = certain(solved("thm2"), v | {"C": 1, "output_weights_norm_0": 0})
    assert explicit == pytest.approx(160 / 9 * printed, rel=1e-9)
    odd = certain(solved("d.width_odd"), v)
    swap = v["hidden_std"] * (v["var_phi"] / v["n"]) ** 0.5 * v["norm_X"] / v["mean_phi"]
    assert odd == pytest.approx(explicit * swap, rel=1e-9)


@pytest.mark.parametrize("statement", ["d.width", "d.width_hermite", "thm2"])
@given(v=levels)
@settings(max_examples=20, deadline=None)
def test_width_scales_with_batch_and_margin(statement, v):
    """The width is proportional to zeta and to b^(-1/2), and grows with the number of samples."""
    v |= {"C": 1, "feature_level": 0.3, "jacobian_level": 2.0, "loss_level": 0.7}
    width = certain(solved(statement), v)
    assert certain(solved(statement), v | {"b": 4 * v["b"]}) == pytest.approx(width / 2, rel=1e-9)
    assert certain(solved(statement), v | {"exit_margin": 3 * v["exit_margin"]}) == pytest.approx(3 * width, rel=1e-9)
    assert certain(solved(statement), v | {"n": 2 * v["n"]}) > width


def test_check_22_on_one_instance():
    """Smallest 1/zeta on eye(8), tanh: like k^(-1/2) with all of beta_Phi, like 1/k without its last term."""
    lipschitz = FOUND["lem3"].summary["lipschitz"]
    full, without = [], []
    for width in (1000, 4000, 16000):
        values = measured(np.eye(8), "tanh", width) | {"b": 8, "exit_margin": 1.0}
        for found, curvature in ((full, values["alpha"]), (without, 0.0)):
            slope = float(number(lipschitz, values | {"alpha": curvature}))
            v = values | {"lipschitz": slope, "pl_constant": 1 / 4, "growth": 1.0}
            found.append((values["loss_0"] / bound("thm1.repaired", "start", v)) ** 0.5)
    assert full == pytest.approx([0.524, 0.214, 0.093], rel=0.02)
    assert without == pytest.approx([0.090, 0.0195, 0.0043], rel=0.02)


def test_lemma_2_failure_has_the_printed_signs():
    """Printed with minus signs after the first term, summed in Theorem 2; both vanish to 0 as the width grows."""
    v = {"k": 50, "d": 3, "K": 2, "c": 0.01, "slack_outputs": 1.0, "slack_lower": 0.5, "slack_upper": 0.5}
    v |= {"hidden_row_slack": 1.0, "output_column_slack": 2.0, "kernel_min": 0.1, "kernel_max": 2.0, "norm_X": 1.5}
    v |= {"sup_dphi": 1.0, "exit_margin": 4.0}
    printed = float(number(FOUND["lem2"].failure, v))
    union = float(number(FOUND["thm2"].failure, v)) - 1 / 4
    first = 50 ** (-0.01 * 2 * 3)
    assert printed < 0 < union
    assert printed + union == pytest.approx(2 * first)


def test_constants_of_the_derived_widths_are_rational():
    """160/9 and 4608 come out of the composition exactly."""
    exit_bound = FOUND["d.exit"].summary["exit"]
    assert exit_bound.as_coeff_Mul()[0] == sympy.Rational(160, 9)
    with_levels = FOUND["d.width"].hypothesis("width").relation.rhs
    assert with_levels.as_coeff_Mul()[0] == sympy.Rational(160, 9)
    assert flint.fmpq(160, 9) ** 2 * 2 == flint.fmpq(51200, 81)
