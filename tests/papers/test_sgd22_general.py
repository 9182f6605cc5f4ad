"""The general theorem of sgd22: its constants, its laws, exact expectations of small runs, and the counterexample."""

from itertools import product

import numpy as np
import pytest
import sympy
from hypothesis import given, settings, strategies as st

from boundkit.arithmetic import FLOAT, evaluate, holds
from boundkit.papers.sgd22 import STATEMENTS
from boundkit.statement import VOCABULARY, expand

FOUND = {item.id.removeprefix("sgd22."): item for item in STATEMENTS}
V = {name: word.symbol for name, word in VOCABULARY.items()}


def number(expression, values):
    """The value of an expression at named values."""
    return float(evaluate(expand(expression), {V[name]: np.float64(value) for name, value in values.items()}, FLOAT))


def true(statement, label, values):
    """Whether a hypothesis holds at named values."""
    named = {V[name]: np.float64(value) for name, value in values.items()}
    relation = FOUND[statement].hypothesis(label).relation
    return holds(relation.func(expand(relation.lhs), expand(relation.rhs), evaluate=False), named, FLOAT)


def bound(statement, label, values):
    """The right side of a claim or hypothesis at named values."""
    item = FOUND[statement]
    found = {part.label: part.relation for part in (*item.hypotheses, *item.claims)}
    return number(found[label].rhs, values)


def constants(name):
    """The constants of a statement by name."""
    return {constant.symbol.name: constant.value for constant in FOUND[name].constants}


positive = st.floats(0.05, 20)


@st.composite
def composites(draw):
    """Everything that the printed theorem depends on, with mu <= nu, alpha_f <= beta_f and zeta > 1."""
    values = {name: draw(positive) for name in ("alpha", "pl_constant", "lipschitz", "loss_slope_0", "loss_0")}
    values["beta"] = values["alpha"] * (1 + draw(positive))
    values["loss_smoothness"] = values["pl_constant"] * (1 + draw(positive))
    values["growth"] = 1 + draw(positive)
    values["growth_sure"] = values["growth"] * (1 + draw(positive))
    values["exit_margin"] = 1 + draw(positive)
    values["descent_share"] = draw(st.floats(0.05, 0.95))
    return values


def test_tracked_and_repaired_constants():
    """The composition yields the numbers that the specification derives by hand."""
    assert constants("prop1.tracked") == {"c_start": sympy.Rational(1, 4608), "c_step": sympy.Rational(4, 81)}
    assert constants("thm1.tracked")["C"] == sympy.Rational(1, 4)
    assert constants("thm1.repaired") == {"c_start": sympy.Rational(81, 51200), "C": sympy.Rational(9, 16)}


@given(v=composites())
@settings(max_examples=50)
def test_ready_made_instance_as_displayed(v):
    """Start, both steps, G and q of the ready-made instance agree with the specification's display."""
    a, b, lip, slope = v["alpha"], v["beta"], v["lipschitz"], v["loss_slope_0"]
    smooth, growth, sure = v["loss_smoothness"], v["growth"], v["growth_sure"]
    gradient = slope + 5 * smooth * a * b / (16 * lip)
    start = 81 / 51200 * v["pl_constant"] * a**6 / (v["exit_margin"] ** 2 * lip**2 * growth * b**2)
    curvature = 9 * a**2 / (25 * growth * b**2 * (lip * gradient + 9 / 4 * smooth * b**2))
    assert bound("thm1.repaired", "start", v) == pytest.approx(start)
    assert bound("thm1.repaired", "step_curvature", v) == pytest.approx(curvature)
    assert bound("thm1.repaired", "step_kick", v) == pytest.approx(a / (5 * sure * lip * b * gradient))
    rate = number(FOUND["thm1.repaired"].summary["rate"], v | {"step_size": 1})
    assert rate == pytest.approx(9 / 16 * v["pl_constant"] * a**2)


@given(v=composites())
@settings(max_examples=50)
def test_own_route_as_displayed(v):
    """The paper's own route with its constants agrees with the specification's display."""
    a, b, lip = v["alpha"], v["beta"], v["lipschitz"]
    smooth, growth, zeta = v["loss_smoothness"], v["growth"], v["exit_margin"]
    gradient = v["loss_slope_0"] + 3 * smooth * a * b / (4 * lip)
    curvature = a**2 / (9 * growth * b**2 * (lip * gradient + 9 / 4 * smooth * b**2))
    assert bound("prop1.tracked", "step_curvature", v) == pytest.approx(curvature)
    last = a / (6 * zeta * growth**0.5 * b * lip * gradient)
    assert bound("prop1.tracked", "step_last", v) == pytest.approx(last)
    start = bound("prop1.tracked", "start", v)
    step = min(curvature, last)
    path = 12 * 2**0.5 * (growth / v["pl_constant"]) ** 0.5 * b / a**2 * start**0.5
    assert path + 1.5 * step * growth**0.5 * b * gradient <= bound("prop1.tracked", "path", v) * (1 + 1e-12)


@given(v=composites())
@settings(max_examples=200)
def test_printed_conditions_imply_tracked_ones(v):
    """With the tracked constants, (6) and (7) as printed are stronger than what the proof needs."""
    printed = v | {name: float(value) for name, value in constants("prop1.tracked").items()}
    step = bound("prop1", "step_size", printed)
    assert step <= bound("prop1.tracked", "step_curvature", v) * (1 + 1e-12)
    assert step <= bound("prop1.tracked", "step_last", v) * (1 + 1e-12)
    assert bound("prop1", "start", printed) == pytest.approx(bound("prop1.tracked", "start", v))


@given(v=composites())
@settings(max_examples=200)
def test_better_forms_admit_larger_losses(v):
    """At theta = 1/2 the admissible initial loss grows from tracked to repaired to sharpened."""
    v["descent_share"] = 0.5
    starts = [bound(f"thm1.{form}", "start", v) for form in ("tracked", "repaired", "sharpened")]
    assert starts == sorted(starts)


@pytest.mark.parametrize("ratio", [1, 1.5, 4, 50, 1e6])
def test_best_reach_maximises_the_admissible_loss(ratio):
    """The closed form of the best radius beats a grid of radii and tends to 1/3 with constant 8/729."""
    v = {"alpha": 1.0, "beta": ratio, "descent_share": 1e-12}
    best = number(constants("thm1.sharpened")["c_start"], v)
    x = np.linspace(1e-3, 0.999, 200001)
    grid = 0.5 * (1 - x) ** 4 * x**2 / (1 + x / ratio) ** 2
    assert best == pytest.approx(grid.max(), rel=1e-8)
    assert number(V["best_reach"], v) == pytest.approx(x[grid.argmax()], abs=1e-4)
    k = ratio
    assert number(V["best_reach"], v) == pytest.approx((np.sqrt(9 * k**2 + 8 * k) - 3 * k) / 4, rel=1e-3)
    if ratio == 1e6:
        assert best == pytest.approx(8 / 729, rel=1e-5)


@given(v=composites(), fraction=st.floats(0.01, 0.9), gap=st.floats(0.01, 5))
@settings(max_examples=200)
def test_rate_is_at_most_one(v, fraction, gap):
    """The step condition alone makes the contraction at most 1 (claim e)."""
    v |= {"alpha_inner": v["alpha"], "beta_inner": v["beta"], "beta_outer": v["beta"] * (1 + gap)}
    v |= {"radius": fraction, "outer_radius": fraction + gap}
    v["step_size"] = bound("d.general", "step_curvature", v)
    assert 0 < number(FOUND["d.general"].summary["rate"], v) <= 1


@pytest.mark.parametrize("statement", ["d.general", "thm1.repaired", "thm1.sharpened", "thm1.tracked"])
@given(v=composites(), loss_unit=positive, weight_unit=positive)
@settings(max_examples=30)
def test_units_of_loss_and_weights_drop_out(statement, v, loss_unit, weight_unit):
    """In other units of loss and parameters the margins of all conditions and the rate are the same."""
    v |= {"alpha_inner": v["alpha"], "beta_inner": v["beta"], "beta_outer": v["beta"], "step_size": 0.01}
    v |= {"radius": 0.3, "outer_radius": 0.7}
    per_loss = {"pl_constant", "loss_smoothness", "loss_slope_0", "loss_0"}
    per_weight = dict.fromkeys(("alpha", "beta", "alpha_inner", "beta_inner", "beta_outer"), -1)
    per_weight |= {"radius": 1, "outer_radius": 1, "lipschitz": -2}
    other = {
        name: value * (loss_unit if name in per_loss else 1) * weight_unit ** per_weight.get(name, 0)
        for name, value in v.items()
    }
    other["step_size"] = v["step_size"] * weight_unit**2 / loss_unit
    for item in FOUND[statement].hypotheses:
        if item.role == "step" or item.label == "start":
            left = number(item.relation.lhs / item.relation.rhs, v)
            assert number(item.relation.lhs / item.relation.rhs, other) == pytest.approx(left, rel=1e-9)
    rate = FOUND[statement].summary["rate"]
    assert number(rate, other) == pytest.approx(number(rate, v), rel=1e-9)


def test_lemma_1_is_the_safe_ball_of_its_sharpened_form():
    """Printed Lemma 1 has mu/2 and 3 nu/2 at radius mu / (2 beta)."""
    v = {"alpha": 2.0, "beta": 5.0, "lipschitz": 3.0}
    assert bound("lem1", "ball", v) == pytest.approx(1 / 3)
    assert bound("lem1", "spectrum", v) == pytest.approx(1)
    assert bound("lem1", "norm", v) == pytest.approx(7.5)
    sharp = v | {"radius": 1 / 3}
    assert bound("lem1.sharpened", "spectrum", sharp) == pytest.approx(1)
    assert bound("lem1.sharpened", "norm", sharp) == pytest.approx(6)


@pytest.mark.attacks("sgd22.lem1", "sgd22.lem1.sharpened")
def test_lemma_1_on_random_maps():
    """Singular values of the Jacobian of A w + 0.3 sin(B w) stay within both forms on the ball."""
    rng = np.random.default_rng(0)
    for _ in range(30):
        A, B = rng.standard_normal((4, 12)), rng.standard_normal((4, 12))
        lipschitz = 0.3 * np.linalg.norm(B, 2) * np.linalg.norm(B, axis=1).max()
        w = rng.standard_normal(12)
        start = np.linalg.svd(A + 0.3 * np.cos(B @ w)[:, None] * B, compute_uv=False)
        v = {"alpha": start[-1], "beta": start[0], "lipschitz": lipschitz}
        for scale in (0.3, 1.0):
            step = rng.standard_normal(12)
            v["radius"] = scale * bound("lem1", "ball", v)
            moved = w + step / np.linalg.norm(step) * v["radius"]
            there = np.linalg.svd(A + 0.3 * np.cos(B @ moved)[:, None] * B, compute_uv=False)
            lower = [bound(name, "spectrum", v) for name in ("lem1", "lem1.sharpened")]
            upper = [bound(name, "norm", v) for name in ("lem1.sharpened", "lem1")]
            ordered = np.array([*lower, there[-1], there[0], *upper])
            assert (np.diff(ordered) >= -1e-12).all()


def scalar_instance(slopes, start, radius, outer, margin):
    """Phi = sin on [-pi/2, pi/2], flat beyond; f_j(z) = slopes_j z^2 / 2, one sample a step."""
    mean = slopes.mean()
    z = np.sin(start)
    return {
        "pl_constant": mean,
        "loss_smoothness": mean,
        "growth": (slopes**2).mean() / mean**2,
        "growth_sure": slopes.max() / mean,
        "lipschitz": 1.0,
        "loss_slope_0": mean * abs(z),
        "loss_0": mean * z**2 / 2,
        "radius": radius,
        "outer_radius": outer,
        "alpha_inner": np.cos(abs(start) + radius),
        "beta_inner": 1.0,
        "beta_outer": 1.0,
        "exit_margin": margin,
        "descent_share": 0.5,
        "n": len(slopes),
        "b": 1,
    }


def advance(w, step, slope):
    """One step of SGD on the scalar model."""
    inside = np.abs(w) < np.pi / 2
    return np.where(inside, w - step * slope * np.sin(w) * np.cos(w), w)


def scalar_loss(w, mean):
    """The objective of the scalar model."""
    return mean * np.sin(np.clip(w, -np.pi / 2, np.pi / 2)) ** 2 / 2


@pytest.mark.attacks("sgd22.d.general")
@pytest.mark.parametrize("slopes", [(1.0, 3.0), (0.2, 1.0, 4.0), (1.0, 1.0)])
@pytest.mark.parametrize("start", [0.05, 0.3])
@pytest.mark.parametrize("radius", [0.2, 0.5])
def test_claims_hold_exactly_on_all_batch_sequences(slopes, start, radius):
    """Enumerating every sequence of batches: stopped means, path and exit probability are within their bounds."""
    slopes = np.array(slopes)
    v = scalar_instance(slopes, start, radius, 2 * radius, 2.0)
    v["step_size"] = min(bound("d.general", label, v) for label in ("step_curvature", "step_kick"))
    count = 9 if len(slopes) == 2 else 6
    sequences = np.array(list(product(slopes, repeat=count)))
    w, alive, path = np.full(len(sequences), start), np.ones(len(sequences), bool), np.zeros(len(sequences))
    for i in range(count + 1):
        inside = np.abs(w - start) <= radius
        before, alive = alive, alive & inside
        loss = scalar_loss(w, slopes.mean())
        for label, kept in (("rate", alive), ("rate_before_exit", before)):
            assert (loss * kept).mean() <= bound("d.general", label, v | {"tau": i}) * (1 + 1e-12)
        if i < count:
            moved = advance(w, v["step_size"], sequences[:, i])
            path += np.abs(moved - w) * alive
            w = moved
    assert path.mean() <= bound("d.general", "path", v)
    assert (~alive).mean() <= number(FOUND["d.general"].summary["exit"], v)


def check_06():
    """The counterexample: n = 10^8 samples, one with slope sqrt(n)."""
    n = 10**8
    mean, square = (n - 1 + n**0.5) / n, (n - 1 + n) / n
    z = 1e-2
    return {
        "n": n,
        "b": 1,
        "pl_constant": mean,
        "loss_smoothness": mean,
        "growth": square / mean**2,
        "growth_sure": n**0.5 / mean,
        "lipschitz": 1.0,
        "alpha": np.cos(np.arcsin(z)),
        "beta": np.cos(np.arcsin(z)),
        "loss_slope_0": mean * z,
        "loss_0": mean * z**2 / 2,
        "exit_margin": 2.0,
        "step_size": 0.0699,
        "sigma_min_J0": np.cos(np.arcsin(z)),
        "norm_J_start": np.cos(np.arcsin(z)),
    }


def test_check_06_violates_the_printed_rate():
    """All printed hypotheses hold at the constants of the repaired form, and the raw mean exceeds the printed bound."""
    v = check_06()
    assert true("thm1.repaired", "start", v)
    assert true("thm1.repaired", "step_curvature", v)
    printed = v | {"c_start": 81 / 51200, "C": 9 / 16, "c_step": 1.0}
    for label in ("start", "step_size", "batch", "exit_margin", "isometry_lower", "isometry_upper"):
        assert true("thm1", label, printed), label
    w, stuck, mean = np.arcsin(1e-2), 0.0, v["pl_constant"]
    for _ in range(50):
        kicked = advance(w, v["step_size"], v["n"] ** 0.5)
        stuck += (abs(kicked) >= np.pi / 2) / v["n"]
        w = advance(w, v["step_size"], 1.0)
    raw = stuck * (1 - 50 / v["n"]) * mean / 2
    assert raw == pytest.approx(1.05e-7, rel=0.01)
    for i in (399, 1000):
        assert bound("thm1", "rate", printed | {"tau": i}) < 6e-12 < raw


@pytest.mark.attacks("sgd22.thm1.repaired")
def test_check_06_is_no_counterexample_to_the_repaired_form():
    """The repaired form excludes that step, and the stopped mean stays below its bound even there."""
    v = check_06()
    assert not true("thm1.repaired", "step_kick", v)
    assert bound("thm1.repaired", "step_kick", v) < 6.3e-5
    start = np.arcsin(1e-2)
    radius = bound("thm1.repaired", "stays", v)
    steps, mean = 399, v["pl_constant"]
    quiet = [start]
    for _ in range(steps):
        quiet.append(float(advance(quiet[-1], v["step_size"], 1.0)))
    # one kick, at any step; two or more are bounded by their probability
    kicked = advance(np.array(quiet[:-1]), v["step_size"], v["n"] ** 0.5)
    total = np.zeros(steps + 1)
    for j, w in enumerate(kicked):
        alive = True
        for i in range(j + 1, steps + 1):
            alive = alive and abs(w - start) <= radius
            total[i] += alive * scalar_loss(w, mean) / v["n"]
            w = advance(w, v["step_size"], 1.0)
    pairs = np.arange(steps + 1) * np.arange(-1, steps) / 2 / v["n"] ** 2
    total += scalar_loss(np.array(quiet), mean) + pairs * scalar_loss(abs(start) + radius, mean)
    for i in range(steps + 1):
        assert total[i] <= bound("thm1.repaired", "rate", v | {"tau": i}) * (1 + 1e-9)


def test_rates_given_staying_and_for_all_times():
    """Conditional rate zeta / (zeta - 1), any-time failure 1/zeta + 1/A, iterations log(h / (eps delta)) / q."""
    v = scalar_instance(np.array([1.0, 2.0]), 0.1, 0.3, 0.6, 4.0) | {"step_size": 0.01, "anytime_factor": 10.0}
    v |= {"tau": 7, "failure": 0.05, "target_loss": 1e-6}
    rate = bound("d.general", "rate", v)
    assert bound("d.general", "rate_given_stay", v) == pytest.approx(4 / 3 * rate)
    assert bound("d.anytime", "anytime_rate", v) == pytest.approx(10 * rate)
    assert number(FOUND["d.anytime"].failure, v) == pytest.approx(0.25 + 0.1)
    assert number(FOUND["d.iterations"].failure, v) == pytest.approx(0.25 + 0.05)
    q = number(FOUND["d.general"].summary["rate"], v)
    steps = bound("d.iterations", "iterations", v)
    assert steps == pytest.approx(np.log(v["loss_0"] / (1e-6 * 0.05)) / q)
    assert (1 - q) ** steps * v["loss_0"] <= 1e-6 * 0.05


def test_full_batch_has_no_exit():
    """With b = n there is no probability and the start condition is that of zeta = 1."""
    v = scalar_instance(np.array([1.0, 1.0]), 0.1, 0.3, 0.6, 1.0)
    assert FOUND["d.full_batch"].probability is None
    assert bound("d.full_batch", "start", v) == pytest.approx(bound("d.general", "start", v))
    path = bound("d.full_batch", "path", v | {"loss_0": bound("d.full_batch", "start", v)})
    assert path == pytest.approx(v["radius"])
