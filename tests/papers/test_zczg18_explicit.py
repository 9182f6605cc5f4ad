"""The explicit one-hidden-layer theorem of zczg18 (DRV-15), its losses, and small training runs."""

import math
from fractions import Fraction

import flint
import numpy as np
import pytest
import sympy

from boundkit.arithmetic import BALL, FLOAT, ball, evaluate, holds, precision
from boundkit.papers.zczg18 import STATEMENTS, losses
from boundkit.papers.zczg18.model import slowness
from boundkit.statement import VOCABULARY

BY_ID = {item.id.removeprefix("zczg18."): item for item in STATEMENTS}
V = {name: word.symbol for name, word in VOCABULARY.items()}
# (n, phi), width and iterations as evaluated in the specification at failure 0.1
EVALUATIONS = {
    "logistic": [
        ((2, 1), 6.7e24, 4.6e5),
        ((4, 0.5), 1.9e30, 3.1e7),
        ((8, 0.5), 3.5e34, 1.0e9),
        ((100, 0.5), 1.1e50, 3.6e14),
    ],
    "squared_hinge": [
        ((2, 1), 1.2e24, 1.0e5),
        ((4, 0.5), 2.1e29, 3.8e6),
        ((8, 0.5), 2.2e33, 7.1e7),
        ((100, 0.5), 7.9e47, 2.6e12),
    ],
}
TARGET = {"logistic": lambda n: math.log(2) / n, "squared_hinge": lambda n: 1 / n}


def numbers(**values):
    """Values of symbols as balls."""
    return {V[name]: ball(value) for name, value in values.items()}


def known(item, values):
    """The values together with those of the loss for which the statement is made."""
    return values | {symbol: evaluate(formula, values, BALL) for symbol, formula in item.instance.items()}


def widths(item, values):
    """The right-hand sides of the conditions on the width, by label."""
    values = known(item, values)
    return {
        h.label: float(evaluate(h.relation.rhs, values, BALL))
        for h in item.hypotheses
        if h.role == "width" and h.label != "even_width"
    }


@pytest.mark.parametrize("loss", EVALUATIONS)
@pytest.mark.parametrize("row", range(4))
def test_evaluations_of_the_specification(loss, row):
    """Width and iterations at the eight printed points, to the two printed digits."""
    (n, phi), width, steps = EVALUATIONS[loss][row]
    item = BY_ID[f"d.one_hidden_layer_{loss}"]
    values = numbers(n=n, effective_separation=phi, failure=0.1, target_risk=TARGET[loss](n), L=1)
    assert max(widths(item, values).values()) == pytest.approx(width, rel=0.05)
    assert float(evaluate(item.summary["iterations"], known(item, values), BALL)) == pytest.approx(steps, rel=0.05)
    assert float(evaluate(item.summary["width"], known(item, values), BALL)) == max(widths(item, values).values())


def test_composed_constants():
    """The constants that the chain derives are those worked out by hand: 1728, (192 sqrt 2)^3, 768, 1536, 3/(6n)."""
    from boundkit.papers.zczg18 import one_hidden_layer as chain

    phi, n, k = V["effective_separation"], V["n"], V["k"]
    three_halves = sympy.Rational(3, 2)
    assert phi**three_halves / (1728 * n**3) == chain.OWN.flip_radius
    composed = (192 * sympy.sqrt(2)) ** 3 * n**4 * sympy.sqrt(n) * chain.OWN.radius
    assert sympy.nsimplify(phi**three_halves / composed) == 1
    assert sympy.Rational(1, 768) == chain.KEPT
    assert sympy.Rational(1, 1536) == chain.DESCENT_CONSTANT
    assert 3 * k * V["radius"] ** sympy.Rational(2, 3) == chain.OWN.count
    assert 1 / (2 * V["margin_loss_smoothness"] * k) == chain.STEP
    assert 2 * sympy.sqrt(sympy.log(6 * n / V["failure"])) == chain.INITIAL_OUTPUT
    for samples in (1, 2, 5, 50):
        ratio = chain.OWN.radius / chain.OWN.flip_radius
        assert ratio.subs(n, samples) < 1  # the flips' condition on the radius never binds


def test_width_against_the_formula_of_the_specification():
    """The composed width equals section 11's formula, except that its second term keeps the exact tail exponent."""
    item = BY_ID["d.one_hidden_layer"]
    given = {"n": 5, "effective_separation": 0.7, "failure": 0.02, "target_risk": 0.01, "loss_exponent": Fraction(3, 4)}
    loss = {"loss_floor": 1, "loss_growth": 2, "margin_loss_smoothness": 3, "initial_loss_bound": 6.5}
    found = widths(item, numbers(**given, **loss))
    n, phi, delta, eps, p = (float(value) for value in given.values())
    a0, a1, lam, start = loss.values()
    tau = phi**1.5 / ((192 * math.sqrt(2)) ** 3 * n**4.5)
    bracket = (start - eps) / a0**2 + (start ** (1 - 2 * p) - eps ** (1 - 2 * p)) / (1 - 2 * p) / (a1**2 * n ** (2 * p))
    a = 1536 * n**5 / phi * bracket
    assert found["width_nodes"] == pytest.approx(96 * n / phi * (n * math.log(4 * n + 1) + math.log(3 / delta)))
    tail = 2 * math.log(2 * math.sqrt(math.pi)) - 2 + 1 / math.sqrt(math.pi)
    assert found["width_threshold"] == pytest.approx(tau ** (-2 / 3) * math.log(3 * n / delta) / tail)
    assert tail == pytest.approx(1.09521, abs=1e-5)
    assert found["width_travel"] == pytest.approx(8 * start / tau**2 * (a + 1 / (2 * lam)))


@pytest.mark.parametrize("change", ["target_risk", "effective_separation", "failure"])
def test_widths_fall_with_easier_problems(change):
    """Every condition on the width weakens when target, separation or failure grow, and tightens with n."""
    item = BY_ID["d.one_hidden_layer_logistic"]
    base = {"n": 6, "effective_separation": 0.4, "failure": 0.05, "target_risk": 0.02}
    start = widths(item, numbers(**base))
    easier = widths(item, numbers(**{**base, change: base[change] * 2}))
    harder = widths(item, numbers(**{**base, "n": 7}))
    assert all(easier[label] <= start[label] < harder[label] for label in start)


@pytest.mark.parametrize(
    ("loss", "value"), [(losses.LOGISTIC, None), (losses.SQUARED_HINGE, None), (losses.HUBERISED_HINGE, 0.75)]
)
def test_instances_of_the_slowness(loss, value):
    """The brackets of DRV-12 for the three losses, worked out by hand."""
    start, target, n = 1.3, 0.07, 5
    symbols = (V["loss_0"], V["target_risk"])
    constants = {V["loss_exponent"]: ball(value)} if value else {}
    formula = slowness(*symbols).xreplace(dict(loss.constants))
    values = {symbols[0]: ball(start), symbols[1]: ball(target), V["n"]: ball(n), **constants}
    found = float(evaluate(formula, values, BALL))
    if loss is losses.LOGISTIC:
        expected = 4 * (start - target) + 4 / n**2 * (1 / target - 1 / start)
    elif loss is losses.SQUARED_HINGE:
        expected = math.log(start / target) / (4 * n)
    else:
        p, q = value, 1 / (1 - value)
        powers = target ** (1 - 2 * p) - start ** (1 - 2 * p)
        expected = (start - target) + powers / ((2 * p - 1) * q ** (2 * p) * n ** (2 * p))
    assert found == pytest.approx(expected)


def loss_values(loss, z, p):
    """Loss and negative derivative on a grid, the latter by an independent formula."""
    q = 1 / (1 - p) if p < 1 else math.nan
    return {
        "logistic": lambda: (np.log1p(np.exp(-z)), 1 / (1 + np.exp(z))),
        "squared_hinge": lambda: (np.maximum(1 - z, 0) ** 2, 2 * np.maximum(1 - z, 0)),
        "huberised_hinge": lambda: (
            np.where(z >= 0, np.maximum(1 - z, 0) ** q / q, 1 / q - z),
            np.where(z >= 0, np.maximum(1 - z, 0) ** (q - 1), 1.0),
        ),
        "hinge": lambda: (np.maximum(1 - z, 0), (z < 1) * 1.0),
        "exponential": lambda: (np.exp(-z), np.exp(-z)),
    }[loss.key]()


@pytest.mark.attacks(
    "zczg18.d.loss_logistic",
    "zczg18.d.loss_squared_hinge",
    "zczg18.d.loss_huberised_hinge",
    "zczg18.d.loss_hinge",
    "zczg18.d.loss_exponential",
)
@pytest.mark.parametrize("loss", losses.LOSSES, ids=lambda loss: loss.key)
@pytest.mark.parametrize("p", [0.5, 2 / 3, 0.875])
def test_losses_satisfy_what_is_claimed(loss, p):
    """On a grid of margins every claim about a loss holds, and its formula is the independent one."""
    z = np.linspace(-6, 4, 2001)
    value, slope = loss_values(loss, z, p)
    base = {V["margin"]: z, V["loss_exponent"]: np.float64(p)}
    with np.errstate(invalid="ignore", divide="ignore"):
        assert np.allclose(evaluate(loss.formula, base, FLOAT), value)
    at = {**base, V["margin_loss"]: value, V["margin_slope"]: slope}
    at |= {V["slope_change"]: np.abs(np.diff(slope)), V["margin_change"]: np.diff(z)}
    for item in BY_ID[f"d.loss_{loss.key}"].claims:
        left, right = (evaluate(side, at, FLOAT) for side in (item.relation.lhs, item.relation.rhs))
        slack = np.asarray(left - right) if item.relation.rel_op == ">=" else np.asarray(right - left)
        assert slack.min() > -1e-9, item.label
    smooth = "smooth_loss" in {item.label for item in BY_ID[f"d.loss_{loss.key}"].claims}
    assert smooth == (loss.key not in ("hinge", "exponential"))
    if smooth:
        lam = float(evaluate(loss.constants[V["margin_loss_smoothness"]], base, FLOAT))
        assert np.all(slope <= np.sqrt(2 * lam * value) + 1e-9)  # self-bounding, the root of CHECK-3 and DRV-13


def test_small_exponents_contradict_smoothness():
    """Below p = 1/2 the lower bound of the slope exceeds the self-bounding one at small losses (CHECK-3)."""
    lower = BY_ID["asm3_2"].hypothesis("slope_lower_bound").relation.rhs
    upper = BY_ID["d.self_bounding"].claim("mean_slope").bound.subs(V["loss"], V["margin_loss"])
    for p, contradictory in ((0.1, True), (0.4, True), (0.5, False), (0.9, False)):
        values = {V["margin_loss"]: 1e-60, V["loss_floor"]: 1.0, V["loss_growth"]: 0.01}
        values |= {V["loss_exponent"]: np.float64(p), V["margin_loss_smoothness"]: 1.0}
        assert (evaluate(lower, values, FLOAT) > evaluate(upper, values, FLOAT)) == contradictory


def data(n=8, d=6, mu=0.3, phi=0.5, seed=0):
    """Unit samples with last coordinate mu, alternating labels, opposite labels at least phi apart."""
    random = np.random.default_rng(seed)
    points, labels = [], []
    while len(points) < n:
        z = random.normal(size=d - 1)
        x = np.append(math.sqrt(1 - mu**2) * z / np.linalg.norm(z), mu)
        y = 1 - 2 * (len(points) % 2)
        if all(np.linalg.norm(x - other) >= phi for other, sign in zip(points, labels, strict=True) if sign != y):
            points.append(x)
            labels.append(y)
    return np.array(points), np.array(labels)


def run(loss, p, *, m, step, target, steps, n=8):
    """Full-batch descent on one hidden layer: risks, mean slopes, gradient norms, distances until the target."""
    X, y = data(n=n)
    random = np.random.default_rng(1)
    W = random.normal(size=(X.shape[1], m)) * math.sqrt(2 / m)
    v = np.repeat([1.0, -1.0], m // 2)
    start, rows = W.copy(), []
    for _ in range(steps):
        H = X @ W
        value, slope = loss_values(loss, y * (np.maximum(H, 0) @ v), p)
        gradient = -X.T @ ((H > 0) * (slope * y)[:, None] * v) / n
        rows.append(
            (
                value.mean(),
                slope.mean(),
                np.linalg.norm(gradient),
                np.linalg.norm(W - start),
                (y * (np.maximum(H, 0) @ v)).min(),
            )
        )
        if value.mean() <= target:
            break
        W = W - step * gradient
    return np.array(rows).T


RUNS = [(losses.LOGISTIC, 1.0, 0.08), (losses.SQUARED_HINGE, 0.5, 1e-2), (losses.HUBERISED_HINGE, 2 / 3, 5e-3)]


@pytest.mark.attacks(
    "zczg18.d.gd_iterations",
    "zczg18.d.self_bounding",
    "zczg18.lem5_5.sharpened",
    "zczg18.d.zero_error",
)
@pytest.mark.parametrize(("loss", "p", "target"), RUNS, ids=lambda value: getattr(value, "key", None))
def test_iterations_of_a_run(loss, p, target):
    """With the measured constant of the decrease the count of DRV-12 is never exceeded; DRV-13, DRV-14a, zero error."""
    n, m, phi = 8, 256, 0.5
    exponent = Fraction(2, 3) if loss is losses.HUBERISED_HINGE else Fraction(p)
    constants = {s: evaluate(c, {V["loss_exponent"]: ball(exponent)}, BALL) for s, c in loss.constants.items()}
    lam = float(constants[V["margin_loss_smoothness"]])
    step = 1 / (2 * lam * m)
    risk, slope, gradient, distance, worst = run(loss, p, m=m, step=step, target=target, steps=3000)
    steps = len(risk) - 1
    assert risk[-1] <= target < risk[-2]
    assert np.all(slope <= np.sqrt(2 * lam * risk) + 1e-12)
    drop = risk[:-1] - risk[1:]
    measured = float((drop * n**5 / (step * m * phi * (n * slope[:-1]) ** 2)).min())
    assert measured > 0
    values = numbers(n=n, k=m, label_separation=phi, step_size=step, loss_0=risk[0], target_risk=target)
    values |= numbers(descent_constant=measured * (1 - 1e-9), final_risk=risk[-1], loss_exponent=exponent) | constants
    item = BY_ID["d.gd_iterations"]
    assert holds(item.claim("hitting_time").relation, {**values, V["risk_hitting_time"]: ball(steps)}, BALL)
    assert holds(item.claim("time").relation, {**values, V["T"]: ball(steps)}, BALL)
    sufficient = drop >= step / 2 * gradient[:-1] ** 2
    if sufficient.all():
        bound = BY_ID["lem5_5.sharpened"].claim("distance").bound
        at = {V["tau"]: np.arange(steps + 1), V["step_size"]: step, V["loss_0"]: risk[0], V["loss"]: risk}
        assert np.all(distance <= evaluate(bound, at, FLOAT) + 1e-12)
    zero = {V["final_risk"]: risk, V["n"]: n, V["loss_at_zero"]: loss_values(loss, np.zeros(1), p)[0][0]}
    relation = BY_ID["d.zero_error"].hypothesis("risk_below_one_error").relation
    below = risk < evaluate(relation.rhs, zero, FLOAT)
    assert below.any()
    assert np.all(worst[below] > 0)


def test_small_steps_halve_the_ideal_decrease():
    """At a width of 1000 and the step of DRV-15 logistic descent keeps more than half of the ideal decrease "
    "(DRV-14a)."""
    step = 2.0 / 1000
    risk, _, gradient, distance, _ = run(losses.LOGISTIC, 1.0, m=1000, step=step, target=0.1, steps=400)
    ratio = (risk[:-1] - risk[1:]) / (step * gradient[:-1] ** 2)
    assert ratio.min() >= 0.5
    bound = BY_ID["lem5_5.sharpened"].claim("distance").bound
    at = {V["tau"]: np.arange(len(risk)), V["step_size"]: step, V["loss_0"]: risk[0], V["loss"]: risk}
    assert np.all(distance <= evaluate(bound, at, FLOAT) + 1e-12)


def test_flips_in_a_ball():
    """Zeroing the smallest pre-activations of one sample within spectral distance tau flips 0.985 m tau^(2/3) units."""
    from boundkit.papers.zczg18.one_hidden_layer import OWN

    m = 20_000
    pre = np.sort(np.abs(np.random.default_rng(3).normal(size=m) * math.sqrt(2 / m)))
    for tau in (0.003, 0.01, 0.03):
        flipped = np.searchsorted(np.cumsum(pre**2), tau**2)
        assert flipped <= evaluate(OWN.count, {V["k"]: m, V["radius"]: tau}, FLOAT)
        assert flipped / (m * tau ** (2 / 3)) == pytest.approx(0.985, rel=0.15)


@pytest.mark.attacks("zczg18.d.gradient_ball_L1")
def test_gradient_in_a_ball():
    """The bound with constant 1/768 holds at the start and at changed weights within a much larger ball (DRV-11c)."""
    X, y = data()
    claim = BY_ID["d.gradient_ball_L1"].claim("gradient").relation
    random = np.random.default_rng(5)
    m = 512
    W = random.normal(size=(X.shape[1], m)) * math.sqrt(2 / m)
    v = np.repeat([1.0, -1.0], m // 2)
    for _ in range(20):
        direction = random.normal(size=W.shape)
        changed = W + 0.01 * direction / np.linalg.norm(direction, 2)
        slope = random.exponential(size=len(y)) ** 3
        gradient = -X.T @ (((X @ changed) > 0) * (slope * y)[:, None] * v) / len(y)
        values = {V["n"]: len(y), V["k"]: m, V["effective_separation"]: 0.5, V["mean_slope"]: slope.mean()}
        right = evaluate(claim.rhs, values, FLOAT)
        assert np.linalg.norm(gradient) ** 2 >= right > 0


def test_conditions_hold_at_the_required_width():
    """The hypotheses of the composed theorem hold in ball arithmetic at its width and fail below half of it."""
    item = BY_ID["d.one_hidden_layer_squared_hinge"]
    with precision(200):
        values = numbers(
            n=3,
            effective_separation=0.9,
            label_separation=1.0,
            antipodal_separation=1.1,
            failure=0.1,
            target_risk=0.1,
            L=1,
        )
        values |= numbers(row_norm_deviation=0)
        need = flint.arb(max(widths(item, values).values())) * (1 + flint.arb(2) ** -20)
        k = 2 * (need / 2).upper().ceil().unique_fmpz()
        steps = flint.arb(evaluate(item.summary["iterations"], known(item, values), BALL)).upper().ceil()
        full = {**known(item, values), V["k"]: flint.arb(k), V["T"]: steps}
        assert all(holds(h.relation, full, BALL) for h in item.hypotheses)
        half = {**full, V["k"]: flint.arb(2 * (k // 4))}
        assert [h.label for h in item.hypotheses if holds(h.relation, half, BALL) is False] == ["width_travel"]
