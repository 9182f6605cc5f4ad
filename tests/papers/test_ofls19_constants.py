"""The constants of ofls19: composed against worked out by hand, printed against composed, limits and special cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy

from boundkit.arithmetic import BALL, FLOAT, ball, evaluate, holds, precision
from boundkit.papers.ofls19 import (
    STATEMENTS,
    arbitrary,
    arbitrary_repaired,
    generalisation,
    meta,
    mixture,
    network,
    random_error,
    random_start,
    remarks,
)
from boundkit.statement import VOCABULARY, expand

BY_ID = {item.id.removeprefix("ofls19."): item for item in STATEMENTS}
SIN = (1 + math.exp(-2)) / 2  # E cos(g)^2
SOFTPLUS = 0.293379036


def number(expression, **values):
    """An expression in float64, with definitions expanded."""
    known = {VOCABULARY[name].symbol: np.float64(value) for name, value in values.items()}
    return float(evaluate(expand(sympy.sympify(expression)), known, FLOAT))


def bound(name, label="test_error", **values):
    """The bound of a claim."""
    return number(BY_ID[name].claim(label).bound, **values)


def width(name, **values):
    """The larger of the widths that a statement asks for."""
    sides = [h.relation.rhs for h in BY_ID[name].hypotheses if h.role == "width" and h.label != "even_width"]
    return max(number(side, **values) for side in sides)


@pytest.fixture
def draws():
    """Random values of everything, within the hypotheses of the theorems (c <= 1, zeta <= c/2, |X|^2 <= n, ...)."""
    rng = np.random.default_rng(0)
    points = []
    for _ in range(200):
        outputs = int(rng.integers(1, 12))
        samples = int(rng.integers(max(outputs, 3), 10**4))
        c = rng.uniform(0.05, 1)
        norm = math.sqrt(samples) ** rng.uniform(0.01, 1)
        slope = math.exp(rng.normal())
        nu = math.exp(rng.normal())
        zeta = min(rng.uniform(0.01, 1) * c / 2, (3 * outputs / 64) ** 0.25)
        alpha_0 = slope * norm * rng.uniform(0.05, 1)
        information = math.sqrt(samples) * rng.uniform(c, 1)
        gamma = 1 + rng.exponential()
        nuisance = math.sqrt(samples - information**2)
        inverse = information / alpha_0 * rng.uniform(alpha_0 / (slope * norm), 1)
        points.append(
            {
                "n": samples,
                "K": outputs,
                "k": 10.0 ** rng.uniform(2, 9),
                "norm_X": norm,
                "norm_y": math.sqrt(samples),
                "B": slope,
                "output_scale": nu,
                "alignment": c,
                "fit_precision": zeta,
                "learning_duration": gamma,
                "failure": rng.uniform(0.001, 0.5),
                "kernel_cutoff": alpha_0,
                "normalised_cutoff": alpha_0 / (samples**0.25 * math.sqrt(outputs * norm) * slope),
                "information_y": information,
                "nuisance_y": nuisance,
                "inverse_y": inverse,
                "stopping_value_y": alpha_0 * inverse + gamma * nuisance * rng.uniform(0, 0.5),
                "grid_ratio": 1.5,
                "misfit_ratio": rng.uniform(0.1, 3),
                "information_r0": information,
                "nuisance_r0": nuisance,
                "inverse_r0": inverse,
                "linearisation_tolerance": rng.uniform(0.01, 1),
                "clusters": int(rng.integers(1, 6)),
                "lambda_centres": rng.uniform(0.01, 1),
                "lambda": rng.uniform(0.001, 1),
            }
        )
    return points


@pytest.mark.parametrize(
    ("composed", "by_hand"),
    [
        (meta.RESIDUAL_CONSTANT, sympy.Rational(12, 25)),
        (meta.ITERATE_CONSTANT, sympy.Rational(39, 50)),
        (generalisation.TRACKED_CONSTANT, 12 * 10**7 / VOCABULARY["alignment"].symbol ** 4),
        (generalisation.ALIGNED_CONSTANT, sympy.Rational(64 * 10**7, 3)),
        (generalisation.SHARP_CONSTANT, 48 * 10**7),
        (generalisation.SECOND_CONSTANT, 12 * sympy.sqrt(2) + 6),
        (arbitrary_repaired.ALLOWANCE / arbitrary.C_R / VOCABULARY["fit_precision"].symbol, sympy.Rational(1, 20)),
        (arbitrary.CURVATURE_WIDTH / arbitrary.UNIT * VOCABULARY["B"].symbol ** 2, 576),
        (BY_ID["thmA_3.refined"].constants[0].value, 192 * 10**7),
        (BY_ID["thmA_3.tracked"].constants[0].value, sympy.Rational(16 * 192 * 10**7, 9)),
        (BY_ID["thmA_3.tracked"].constants[1].value, 36 * sympy.sqrt(2)),
    ],
)
def test_composed_constants_are_those_worked_out_by_hand(composed, by_hand):
    """0.48, 0.78, 12e7/c^4, 2.13e8, 4.8e8, 23, 0.05, 576, 1.92e9, 3.41e9, 36 sqrt(2) come out of the lemmas."""
    assert sympy.simplify(composed - by_hand) == 0


def test_rounded_constants_of_the_specification():
    """2.14e8, 23, 3.41e9, 2.5e12, 228.2 and 0.28 are these numbers rounded."""
    assert float(generalisation.ALIGNED_CONSTANT) == pytest.approx(2.14e8, rel=5e-3)
    assert 22.9 < float(generalisation.SECOND_CONSTANT) < 23
    assert float(BY_ID["thmA_3.tracked"].constants[0].value) == pytest.approx(3.41e9, rel=2e-3)
    assert number(remarks.FLOOR_WIDTH, K=1, learning_duration=1, n=math.e) == pytest.approx(2.5e12, rel=1e-2)
    assert math.sqrt(12e7) / 48 == pytest.approx(228.2, abs=0.05)


def test_network_lemma_composes_to_the_printed_width(draws):
    """(6.44) is exactly what Theorem 5.3 and Lemma 6.10 ask for, and (6.51), (6.46), (6.52) are weaker (C28)."""
    rng = np.random.default_rng(1)
    for point in draws:
        beta = math.exp(rng.normal())
        values = {**point, "beta": beta, "cutoff": beta * rng.uniform(0.05, 1), "misfit_0": math.exp(rng.normal())}
        values["stopping_value"] = values["learning_duration"] * values["misfit_0"] * rng.uniform(0.05, 1)
        assert width("lem6_19.sharpened", **values) == pytest.approx(width("lem6_19", **values), rel=1e-12)
        assert width("lem6_20.tracked", **values) <= width("lem6_20", **values) * (1 + 1e-12)
        for label in ("distance", "rows"):
            assert bound("lem6_20.tracked", label, **values) <= bound("lem6_20", label, **values) * (1 + 1e-12)
        parts = {"information_r0": 0.5, "nuisance_r0": 0.5}
        assert bound("lem6_20.tracked", "residual", **{**values, **parts}) <= bound(
            "lem6_20", "residual", **{**values, **parts}
        )


def test_lemma_6_20_asks_for_a_smaller_reference_error(draws):
    """(6.50) implies (6.43) at the tolerance of the proof, as B >= (alpha/beta) c |r_0|."""
    rng = np.random.default_rng(2)
    allowed = BY_ID["lem6_20.tracked"].hypothesis("reference_error").relation.rhs
    printed = BY_ID["lem6_20"].hypothesis("reference_error").relation.rhs
    for point in draws:
        beta, start = math.exp(rng.normal()), math.exp(rng.normal())
        values = {**point, "beta": beta, "cutoff": beta * rng.uniform(0.05, 1), "misfit_0": start}
        least = values["cutoff"] / beta * point["alignment"] * start
        values["stopping_value"] = rng.uniform(least, point["learning_duration"] * start)
        assert number(printed, **values) <= number(allowed, **values) ** 2 * (1 + 1e-9)


def test_widths_of_theorem_6_21(draws):
    """The printed width is at least k33, which is at least its refinement; k33 is 25600 |X|^2/n or 576."""
    for point in draws:
        printed, tracked, refined = (width(name, **point) for name in ("thm6_21", "d.k33", "d.k33_refined"))
        assert refined <= tracked <= printed * (1 + 1e-12)
        factor = max(25600 * point["norm_X"] ** 2 / point["n"], 576)
        assert tracked / printed == pytest.approx(factor / 25600, rel=1e-12)


def test_printed_width_of_theorem_6_22_covers_what_the_lemmas_need(draws):
    """12e7 suffices with zeta^4 <= 3K/64 and n >= max(K, 3) (C30, C31), at the scale nu of the theorem."""
    for point in draws:
        nu = number(random_start.RANDOM_SCALE, **point)
        values = {**point, "output_scale": nu}
        printed = number(random_start.WIDTH_6_66, **values)
        assert width("thm6_22.repaired", **values) <= printed * (1 + 1e-9)
        assert width("thm6_22.sharpened", **values) <= width("thm6_22.repaired", **values)
        assert number(random_start.K_C, **values) <= number(random_start.WIDTH_6_86, **values)
        assert number(random_start.WIDTH_6_86, **values) == pytest.approx(
            number(random_start.WIDTH_AT_CUTOFF, **values), rel=1e-9
        )


def test_one_output_at_precision_one_half_is_not_covered():
    """At K = 1, zeta = 1/2, n = 10 and |X|^2 = n the printed width (6.66) is below what Lemma 6.13 needs (C30)."""
    values = {"K": 1, "n": 10, "fit_precision": 0.5, "alignment": 1, "norm_X": math.sqrt(10), "B": 1}
    values |= {"learning_duration": 1, "kernel_cutoff": 1}
    assert number(random_start.K_A, **values) > number(random_start.WIDTH_6_66, **values)


def test_kernel_width_against_the_specification(draws):
    """k_A of the specification: the same first entry, and 4e7 where the lemmas give 1e7."""
    for p in draws:
        square = p["B"] ** 2 * p["norm_X"] ** 2
        scale = 1e7 * p["K"] ** 2 * square**2 * math.log(p["n"]) / p["kernel_cutoff"] ** 4
        gamma, zeta, alpha_0 = p["learning_duration"], p["fit_precision"], p["kernel_cutoff"]
        entries = (
            256 * p["K"] * square**2 * gamma**4 / (p["alignment"] ** 4 * alpha_0**4),
            alpha_0**4 / (zeta**4 * square**2 * p["K"] ** 2),
            gamma**2 / zeta**2,
        )
        assert number(random_start.K_A, **p) == pytest.approx(scale * max(entries), rel=1e-9)
        assert number(random_start.K_A_SHARPENED, **p) == pytest.approx(scale * max(entries) / 16, rel=1e-9)
        assert number(random_start.K_B, **p) == pytest.approx(
            25600 * p["K"] ** 4 * square**3 * gamma**4 * p["n"] / (zeta * p["output_scale"]) ** 2 / alpha_0**8
        )


def test_allowances_for_curvature(draws):
    """(6.64) is 0.075 C_r zeta and (6.90) is at most 0.28 zeta, so 0.19 zeta serves the repaired theorem (C33)."""
    for point in draws:
        rho = number(random_error.ALLOWANCE, **point)
        assert rho <= 0.19 * point["alignment"] ** 2 * point["fit_precision"]
        assert 1.5 * rho <= 0.28 * point["fit_precision"]
        rows = number(arbitrary.LOSS_CURVATURE, **{**point, "k": width("thm6_21", **point)})
        assert rows == pytest.approx(0.075 * point["misfit_ratio"] * point["fit_precision"])


def test_repaired_theorems_imply_the_printed_right_sides(draws):
    """Where the geometric grid is small the printed bounds dominate the repaired ones; 0.76 and 5.9 are rounded up."""
    checked = 0
    for point in draws:
        values = {**point, "cutoff": point["kernel_cutoff"] * point["output_scale"] / math.sqrt(point["K"])}
        values["inverse_r0"] = point["inverse_y"] * math.sqrt(point["K"]) / point["output_scale"]
        values["stopping_value"] = point["stopping_value_y"]
        size = number(VOCABULARY["grid_size"].symbol, **values)
        few = size <= (2 / point["failure"]) ** (16 / 9)
        if few and point["information_r0"] >= point["norm_X"] / 12:
            checked += 1
            assert bound("thm3_3.repaired", **values) <= bound("thm6_21", **values)
            assert bound("thm6_21", **values) <= bound("thm3_3", **values) * (1 + 1e-12)
        if few:
            assert bound("thm3_2.repaired", **values) <= bound("thm3_2", **values)
        aligned = {**values, "alignment": math.sqrt(0.75)}
        if point["information_y"] >= math.sqrt(0.75 * point["n"]) and point["fit_precision"] <= 1 / 12:
            assert bound("thm6_23.repaired", **aligned) <= bound("thm3_2.repaired", **values)
        c_r, zeta = point["misfit_ratio"], point["fit_precision"]
        flat = dict.fromkeys(("nuisance_r0", "stopping_value"), 0.0)
        rest = 1 / math.sqrt(point["n"]) + math.sqrt(2) * c_r * math.exp(-point["learning_duration"])
        rest += 3 * math.sqrt(math.log(2 * math.ceil(math.sqrt(point["n"])) / point["failure"]) / point["n"])
        sharp = bound("thm3_3.sharpened", **{**values, **flat}) - rest
        assert 0.757 * c_r * zeta < sharp < 0.76 * c_r * zeta
    assert checked > 50


def test_sharpened_theorem_3_2_is_below_the_rounded_form(draws):
    """(5.9 + 8 Gamma / (abar (n |X|^2)^(1/4))) zeta of the specification rounds up the composed coefficients."""
    for p in draws:
        root = math.sqrt(p["n"])
        by_hand = math.sqrt(2) * (p["nuisance_y"] + math.exp(-p["learning_duration"]) * p["information_y"]) / root
        by_hand += (8 * p["B"] * math.sqrt(p["K"]) * p["stopping_value_y"] / p["kernel_cutoff"] + 1) / root
        scale = p["normalised_cutoff"] * (p["n"] * p["norm_X"] ** 2) ** 0.25
        by_hand += (5.9 + 8 * p["learning_duration"] / scale) * p["fit_precision"]
        by_hand += 3 * math.sqrt(math.log(2 * math.ceil(root) / p["failure"]) / p["n"])
        assert bound("thm6_23.sharpened", **p) <= by_hand
        assert bound("thm3_2.sharpened", **p) <= by_hand


def test_simplified_bound(draws):
    """(3.3) with 36 is above Theorem 3.2, and the sharpened form is between the two with 23 for 36."""
    for p in draws:
        assert bound("thm3_2", **p) <= bound("eq3_3", **p)
        assert bound("thm3_2.repaired", **p) <= bound("eq3_3.sharpened", **p) * (1 + 1e-12)
        second = number(generalisation.EXACT_SECOND, **p)
        curvature = number(random_start.CURVATURE, **p)
        assert second <= 23 * curvature
        assert curvature == pytest.approx(
            p["learning_duration"] * p["B"] * math.sqrt(p["K"]) / p["kernel_cutoff"], rel=1e-9
        )


def test_bounds_do_not_depend_on_the_scale_of_the_activation(draws):
    """Scaling phi and the cutoff together changes neither widths nor errors of the kernel theorems."""
    for p in draws:
        scaled = {**p, "B": 3 * p["B"], "kernel_cutoff": 3 * p["kernel_cutoff"], "inverse_y": p["inverse_y"] / 3}
        scaled["stopping_value_y"] = p["stopping_value_y"]
        for name in ("thm3_2", "thm3_2.repaired", "thm6_23", "thm6_23.repaired", "eq3_3"):
            assert bound(name, **scaled) == pytest.approx(bound(name, **p), rel=1e-9)
        for expression in (random_start.WIDTH_6_86, random_start.WIDTH_6_66, random_start.K_A):
            assert number(expression, **scaled) == pytest.approx(number(expression, **p), rel=1e-9)


def test_output_scale_leaves_the_bound_of_theorem_3_3_alone(draws):
    """nu J_I^+ and nu / alpha do not change with nu, and the width falls like nu^-2 at a fixed relative cutoff."""
    for p in draws:
        values = {**p, "cutoff": 0.3 * p["output_scale"], "stopping_value": 1.7}
        larger = {**values, "output_scale": 10 * p["output_scale"], "cutoff": 10 * values["cutoff"]}
        larger["inverse_r0"] = values["inverse_r0"] / 10
        for name in ("thm3_3", "thm6_21", "thm3_3.repaired", "thm3_3.sharpened"):
            assert bound(name, **larger) == pytest.approx(bound(name, **values), rel=1e-9)
        assert width("thm6_21", **larger) == pytest.approx(width("thm6_21", **values) / 100, rel=1e-9)


def test_paired_scale_is_the_width_solved_for_the_output_scale(draws):
    """At the least nu of the paired initialisation the width (6.57) is met with equality."""
    for p in draws:
        a = 0.3
        nu = number(arbitrary_repaired.SCALE_NEEDED, **p, relative_cutoff=a)
        abar = a * math.sqrt(p["norm_X"]) / p["n"] ** 0.25
        values = {**p, "output_scale": nu, "normalised_cutoff": abar, "misfit_ratio": 1}
        assert width("thm6_21", **values) == pytest.approx(p["k"], rel=1e-9)
        assert nu == pytest.approx(
            160
            * p["learning_duration"] ** 2
            * p["n"]
            / (a**4 * p["norm_X"] ** 2 * p["B"] * p["fit_precision"] * math.sqrt(p["k"]))
        )


@pytest.mark.parametrize(("kappa", "abar", "steps", "least"), [(SIN, 0.448, 8, 2e17), (SOFTPLUS, 0.322, 14, 2.8e18)])
def test_reference_mixture_of_theorem_3_2(kappa, abar, steps, least):
    """Two orthonormal centres, n = 1000, zeta = 0.08, Gamma = 2: cutoff, iterations, (6.67) and (6.86)."""
    p = {"n": 1000, "K": 2, "B": 1, "fit_precision": 0.08, "learning_duration": 2, "norm_X": math.sqrt(500)}
    p |= {"kernel_cutoff": math.sqrt(kappa * 500), "alignment": 1, "nuisance_y": 0, "information_y": math.sqrt(1000)}
    p["normalised_cutoff"] = p["kernel_cutoff"] / (1000**0.25 * math.sqrt(2 * p["norm_X"]))
    assert p["normalised_cutoff"] == pytest.approx(abar, abs=5e-4)
    assert math.ceil(number(remarks.KERNEL_STEPS, **p)) == steps
    assert bound("thm6_22", "residual", **p) / math.sqrt(1000) == pytest.approx(0.455, abs=5e-4)
    assert width("thm6_23", **p) == pytest.approx(least, rel=0.03)
    assert bound("rem_fast", "iterations", **p) >= number(remarks.KERNEL_STEPS, **p) >= 2 * 2


@pytest.mark.parametrize(("gamma", "zeta", "expected"), [(3, 0.05, 0.0748), (4, 0.02, 0.0283)])
def test_reference_residuals_of_theorem_3_3(gamma, zeta, expected):
    """(6.62) of the reference table: exp(-Gamma) + zeta/2 when all labels are information."""
    p = {"n": 10**6, "fit_precision": zeta, "learning_duration": gamma, "misfit_ratio": 1, "nuisance_r0": 0}
    assert number(arbitrary_repaired.CLIPPED, **p) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize(("outputs", "sharp", "printed"), [(1, 10.3, 41.6), (2, 10.8, 58.9), (10, 12.1, 86.5)])
def test_size_of_the_first_predictions(outputs, sharp, printed):
    """At failure probability 0.01 the factor of nu B sqrt(n) is four to seven times smaller than the printed one."""
    p = {"n": 1, "B": 1, "output_scale": 1, "K": outputs, "failure": 0.01}
    assert bound("lem6_14.sharpened", "initial_prediction", **p) == pytest.approx(sharp, abs=0.06)
    assert 1 / number(random_start.RANDOM_SCALE, **p, fit_precision=1) == pytest.approx(printed, abs=0.06)


@pytest.mark.parametrize(
    ("samples", "failure", "few"), [(10**70, "0.1", True), (3000, "0.5", True), (3400, "0.5", False)]
)
def test_where_the_geometric_grid_costs_nothing(samples, failure, few):
    """J <= (2/delta)^(16/9) for all n up to 1e70 at delta = 0.1, and up to about 3300 at delta = 1/2."""
    relation = arbitrary_repaired.FEW_RADII.relation
    values = {"n": samples, "failure": sympy.Rational(failure), "grid_ratio": sympy.Rational(3, 2)}
    with precision(256):
        known = {VOCABULARY[key].symbol: ball(int(v) if v == int(v) else v.p / v.q) for key, v in values.items()}
        both = relation.func(expand(relation.lhs), relation.rhs)
        assert holds(both, known, BALL) is few


def test_cutoff_range(draws):
    """The normalised cutoff is at most K^(-1/2) and the iterations at least Gamma K whenever alpha_0 <= B |X|."""
    for p in draws:
        claims = BY_ID["d.abar_range"].claims
        assert (
            p["normalised_cutoff"] <= number(claims[0].bound, **p) * (1 + 1e-9) <= number(claims[1].bound, **p) * 1.0001
        )
        assert number(remarks.KERNEL_STEPS, **p) >= number(claims[3].bound, **p) * (1 - 1e-9)


def test_bounds_below_one_need_the_floors(draws):
    """Wherever the bound of Theorem 3.2 is below 1 the floors hold; nowhere below n = 144 K."""
    below = 0
    for p in draws:
        for shrink in (1e-2, 1e-4):
            q = {
                **p,
                "n": p["n"] * 1000,
                "fit_precision": shrink * p["fit_precision"],
                "learning_duration": 10,
                "k": 1e40,
            }
            q["norm_X"] = math.sqrt(q["n"])
            q["kernel_cutoff"] = q["B"] * q["norm_X"] * 0.99
            q["normalised_cutoff"] = 0.99 / math.sqrt(q["K"])
            q |= {"information_y": math.sqrt(q["n"]), "nuisance_y": 0.0, "inverse_y": 1 / q["B"]}
            if bound("thm3_2.tracked", **q) < 1:
                below += 1
                for claim in BY_ID["d.floors"].claims:
                    left, right = claim.relation.lhs, claim.relation.rhs
                    value = q | {"k": width("thm3_2.tracked", **q)}
                    assert (number(left, **value) > number(right, **value)) == (claim.relation.rel_op == ">")
    assert below > 20


def test_full_rank_corollary(draws):
    """The consistent width is at most 4.0e13 Gamma^8 B^16 n^2 K^4 |X|^8 log n / lambda^6, and (3.4) then holds."""
    for p in draws:
        p = {**p, "lambda": p["B"] ** 2 * min(1, p["lambda"]), "nuisance_y": 0.0}
        p["inverse_y"] = math.sqrt(p["n"] / p["lambda"]) * 0.9
        if p["inverse_y"] < math.sqrt(p["n"]) / (p["B"] * p["norm_X"]):
            continue
        repaired = BY_ID["eq3_4.repaired"]
        duration = max(1, number(repaired.hypothesis("duration").relation.rhs, **p))
        p["learning_duration"] = duration
        p["fit_precision"] = number(repaired.hypothesis("precision").relation.rhs, **p)
        assert width("eq3_4.repaired", **p) == width("eq3_4.tracked", **p)
        rounded = 12e7 * 16 * 12**4 * duration**8 * p["B"] ** 16 * p["n"] ** 2 * p["K"] ** 4
        rounded *= p["norm_X"] ** 8 * math.log(p["n"]) / p["lambda"] ** 6
        assert width("eq3_4.repaired", **p) <= rounded
        explicit = bound("eq3_4.tracked", **p) - 5 * math.sqrt(math.log(2 / p["failure"]) / p["n"])
        repaired_bound = bound("eq3_4.repaired", **p)
        grid = number(VOCABULARY["grid_size"].symbol, **p)
        fluctuation = 3 * math.sqrt(math.log(2 * grid / p["failure"]) / p["n"])
        assert explicit <= (repaired_bound - fluctuation) * (1 + 1e-9)
    assert pytest.approx(4.0e13, rel=0.01) == 12e7 * 16 * 12**4


def test_full_rank_terms_that_are_dropped_dominate():
    """At constant zeta the dropped terms exceed any multiple of those that (3.4) keeps, as n grows (C13)."""
    ratios = []
    for samples in (1e4, 1e8, 1e12):
        p = {"n": samples, "K": 1, "B": 1, "norm_X": math.sqrt(samples), "lambda": 0.5, "learning_duration": 2}
        p |= {"fit_precision": 0.01, "failure": 0.1, "inverse_y": 1.0}
        kept = math.sqrt(1 / samples) + math.sqrt(math.log(20) / samples)
        ratios.append(bound("eq3_4.tracked", **p) / kept)
    assert ratios[0] > 20
    assert ratios == sorted(ratios)


def test_mixture_is_theorem_3_2_at_the_guaranteed_cutoff(draws):
    """Width, iterations and second term of Theorem A.3 are those of (3.3) with |X| <= sqrt(n) (by hand)."""
    for p in draws:
        classes, per_class, lam = p["K"], p["clusters"], p["lambda_centres"]
        alpha_0 = math.sqrt(lam * p["n"] / (2 * classes * per_class))
        scale = p["n"] ** 0.25 * math.sqrt(classes * math.sqrt(p["n"])) * p["B"]
        values = {**p, "kernel_cutoff": alpha_0, "normalised_cutoff": alpha_0 / scale}
        assert alpha_0 / scale == pytest.approx(math.sqrt(lam / (2 * p["B"] ** 2 * classes**2 * per_class)))
        aligned = {**values, "alignment": math.sqrt(0.75)}
        assert width("thmA_3.tracked", **p) == pytest.approx(number(random_start.WIDTH_AT_CUTOFF, **aligned))
        steps = BY_ID["thmA_3"].hypothesis("iterations").relation.rhs
        by_hand = 2 * p["learning_duration"] * classes**2 * per_class / (0.1 * p["output_scale"] ** 2 * p["n"] * lam)
        assert number(steps, **p, step_size=0.1) == pytest.approx(by_hand)
        assert 256 / 16 * width("thmA_3.tracked", **p) == pytest.approx(width("thmA_3.repaired", **p))


def test_mixture_rates():
    """The main term falls like n^(-1/2), grows like K and C^(1/2); the noiseless form has no Gamma in it."""
    p = {"n": 1e6, "K": 2, "clusters": 1, "lambda_centres": SIN, "B": 1, "learning_duration": 3}
    main = mixture._TRACKED_SECOND
    for change, factor in (({"n": 4e6}, 0.5), ({"K": 4}, 2), ({"clusters": 4}, 2), ({"learning_duration": 6}, 2)):
        assert number(main, **{**p, **change}) == pytest.approx(factor * number(main, **p))
    noiseless = mixture.NOISELESS_MAIN
    assert number(noiseless, **p) == pytest.approx(12 * math.sqrt(2 / 1e6) * math.sqrt(2 / SIN))
    assert "learning_duration" not in {s.name for s in noiseless.free_symbols}
    orders = {o.quantity: o for o in BY_ID["thm3_5"].orders}
    assert orders["error"].exponents[VOCABULARY["clusters"].symbol] == sympy.Rational(1, 2)


def test_condition_on_the_deviation_is_homogeneous():
    """The printed condition of Lemma 6.8 changes with units, the repaired one does not (C21)."""
    p = {"cutoff": 1.0, "drift_bound": 0.9, "learning_duration": 1.0}
    answers = {}
    for name in ("lem6_8", "lem6_8.repaired"):
        relation = BY_ID[name].hypothesis("small_asymmetry").relation
        answers[name] = [
            number(relation.lhs, **{**p, "cutoff": t})
            >= number(relation.rhs, **{**p, "cutoff": t, "drift_bound": 0.7 * t})
            for t in (0.1, 100.0)
        ]
    assert answers["lem6_8"] == [False, True]
    assert answers["lem6_8.repaired"] == [True, True]


def test_certificate_by_hand():
    """Both certificates at plain numbers, and the row condition."""
    p = {"n": 400, "output_scale": 2, "B": 0.5, "distance": 0.3, "clipped_misfit": 0.1, "failure": 0.05}
    p |= {"curvature_allowance": 0.02, "grid_ratio": 1.5, "k": 64}
    linear = 4 * 2 * 0.5 * 0.3 / 20
    tail = 0.02 + math.sqrt(2) * 0.1
    assert bound("d.certificate", **p) == pytest.approx(
        tail + linear + 1 / 20 + 3 * math.sqrt(math.log(2 * 20 / 0.05) / 400)
    )
    grid = math.ceil(math.log(20) / math.log(1.5)) + 1
    assert bound("d.certificate_geo", **p) == pytest.approx(
        tail + max(1 / 20, 1.5 * linear) + 3 * math.sqrt(math.log(2 * grid / 0.05) / 400)
    )
    rows = BY_ID["d.certificate"].hypothesis("rows_in_class").relation.rhs
    assert number(rows, **p) == pytest.approx(math.sqrt(0.02 * 8 / (2 * 2 * 0.5)) / 8)


def test_network_is_the_meta_theorem_at_its_own_bounds():
    """beta = nu B |X| makes (6.43) the condition (5.11), so the two lemmas allow the same reference error."""
    p = {"linearisation_tolerance": 0.4, "cutoff": 0.3, "beta": 0.9, "learning_duration": 2.0}
    assert number(network.ERROR_RELATIVE.relation.rhs, **p) == pytest.approx(
        number(meta.REFERENCE_ERROR.relation.rhs, **p)
    )


def test_orders_follow_from_the_formulas():
    """The exponents of (3.2) and of its isotropic regime are the logarithmic slopes of the explicit formulas."""
    base = {"n": 1e6, "K": 3, "d": 50, "B": 1, "learning_duration": 2, "fit_precision": 0.1, "alignment": 1}
    base["normalised_cutoff"] = 0.1

    def isotropic(**changed):
        p = {**base, **changed}
        norm_x = math.sqrt(p["n"] / p["d"])
        return number(random_start.WIDTH_6_86, **{**p, "norm_X": norm_x, "kernel_cutoff": norm_x}) / math.log(p["n"])

    general, top = (o for o in BY_ID["thm3_2"].orders if o.quantity == "width")
    for symbol, power in top.exponents.items():
        slope = math.log2(isotropic(**{symbol.name: 2 * base[symbol.name]}) / isotropic())
        assert slope == pytest.approx(float(power))
    for symbol, power in general.exponents.items():
        double = {**base, symbol.name: 2 * base[symbol.name]}
        ratio = number(random_start.WIDTH_AT_CUTOFF, **double) / number(random_start.WIDTH_AT_CUTOFF, **base)
        assert math.log2(ratio) == pytest.approx(float(power))
    assert isotropic(n=4e6) == pytest.approx(isotropic())
