"""The corollaries on the sphere with explicit constants (D5, D22), against the specification and their theorems."""

import math

import numpy as np
import pytest
import sympy

from boundkit.arithmetic import FLOAT, evaluate, holds
from boundkit.papers import statement
from boundkit.papers.os19.sphere_constants import KHATRI_RAO_LAW
from boundkit.statement import VOCABULARY, expand

V = {name: word.symbol for name, word in VOCABULARY.items()}
MU_SOFTPLUS = 0.20662096414190703726
VARIANCES = {"softplus": 0.27151450180055873184, "relu": 0.5 - 1 / (2 * math.pi)}


def at(**values):
    """Values by the names of the vocabulary."""
    return {V[name.rstrip("_")]: value for name, value in values.items()}


def number(expression, values):
    """A formula in float64."""
    return float(evaluate(expand(expression), values, FLOAT))


def constants(id):
    """The constants of a statement at mu of softplus and sigma_min(X*X) = 1."""
    values = at(mu_phi=MU_SOFTPLUS, sigma_min_KR=1.0)
    return {item.symbol.name: number(item.value, values) for item in statement(id).constants}


def test_constants_of_corollary_2_2():
    """C, c_1, c_2, c_3 are those of D5."""
    found = constants("os19.cor2_2.tracked")
    expected = {"C": 5118.3, "c_1": 3.3353e-4, "c_2": 27.378, "c_3": 82.134}
    assert found == {name: pytest.approx(value, rel=2e-5) for name, value in expected.items()}


def test_constants_of_corollary_2_4():
    """Drift 9/41 at eta beta^2 = 1: the constants by hand, C^2 an 84th of the 1.04e16 that D22 has at drift 1/10."""
    found = constants("os19.cor2_4.repaired")
    gain = 40 / 41 - 9 / 41 - 25 / 41
    share = 0.9999 * (9 / 41) ** 2 / (32 * math.pi)  # of the units that may flip, at n = d
    assert found["C"] ** 2 == pytest.approx(8 / math.pi * 9 * 4 * math.pi / (gain**2 * share**3), rel=1e-9)
    assert found["C"] ** 2 <= 1.04e16 / 84
    assert found["c_1"] == pytest.approx(64 / 41 * gain / (32 * math.pi), rel=1e-12)
    assert found["c_2"] == pytest.approx(math.sqrt(4 * math.pi) / gain, rel=1e-12)
    assert found["c_3"] == pytest.approx(3 * found["c_2"])


def test_constants_scale_with_the_khatri_rao_square():
    """C falls like sigma^-2 and sigma^-4, c_1 grows like sigma^2, the radius like 1/sigma."""
    powers = {
        "os19.cor2_2.tracked": {"C": -2, "c_1": 2, "c_2": -1, "c_3": -1},
        "os19.cor2_4.repaired": {"C": -4, "c_1": 2, "c_2": -1, "c_3": -1},
    }
    for id, expected in powers.items():
        for item in statement(id).constants:
            ratio = item.value.subs(V["sigma_min_KR"], 2 * V["sigma_min_KR"]) / item.value
            assert sympy.simplify(ratio) == sympy.Integer(2) ** expected[item.symbol.name]


@pytest.mark.parametrize(("name", "total"), [("softplus", 2.93528), ("relu", 2.99803)])
def test_prefactor_three(name, total):
    """1 + sqrt(V) + sqrt(2) <= 3 for both activations (C8, C12), so the initial misfit is at most 3 |y|."""
    slope = 1.0
    values = at(norm_y=1.0, var_phi=VARIANCES[name], delta=math.sqrt(2), sup_dphi=slope)
    bound = number(statement("os19.lem6_12.sharpened").claims[0].bound, values)
    assert bound == pytest.approx(total, abs=1e-5)
    assert bound <= 3


@pytest.mark.parametrize(("n", "d"), [(20, 20), (60, 30), (400, 25), (7, 7)])
def test_corollary_2_2_is_the_theorem_on_its_case(n, d):
    """With |X|^2 = 4n/d the width is that of Theorem 2.1 (tracked), which exceeds the sharpened one."""
    values = at(n=n, d=d, k=1, B=1.0, delta=math.sqrt(2), mu_phi=MU_SOFTPLUS, sigma_min_KR=0.4)
    values |= at(norm_X=2 * math.sqrt(n / d), eta_bar=1.0, norm_y=2.0, misfit_0=6.0, tau=1)
    corollary = number(statement("os19.cor2_2.tracked").hypothesis("width").relation.rhs, values) / math.sqrt(d)
    tracked, sharpened = (
        number(statement(f"os19.thm2_1.{form}").hypothesis("width").relation.rhs, values)
        for form in ("tracked", "sharpened")
    )
    assert corollary == pytest.approx(tracked, rel=1e-12)
    assert tracked >= sharpened
    for claim in ("rate",):
        ours, theirs = (
            number(statement(id).claim(claim).bound, values) for id in ("os19.cor2_2.tracked", "os19.thm2_1")
        )
        assert ours == pytest.approx(theirs, rel=1e-12)
    probability = number(statement("os19.cor2_2.tracked").probability, values)
    assert probability == pytest.approx(1 - 1 / n - math.exp(-d / 4), rel=1e-12)


@pytest.mark.parametrize(("n", "d", "sigma"), [(20, 20, 1.0), (400, 25, 0.2), (2, 8, 1.0), (900, 900, 1e-3)])
def test_corollary_2_4_satisfies_the_refined_theorem(n, d, sigma):
    """At its width every width condition of Theorem 6.3 (refined) holds at drift 9/41 and eta beta^2 = 1."""
    corollary, theorem = statement("os19.cor2_4.repaired"), statement("os19.thm6_3.refined")
    values = at(n=n, d=d, sigma_min_KR=sigma, norm_y=3.0, delta=math.sqrt(2), var_phi=VARIANCES["relu"], tau=1)
    values |= at(norm_X=2 * math.sqrt(n / d), drift=9 / 41, step_ratio=1.0, chernoff_loss=0.5)
    values |= at(lambda_=sigma**2 / (2 * math.pi), misfit_0=9.0)
    k = math.ceil((number(corollary.hypothesis("width").relation.rhs, values) / math.sqrt(d)) ** 2)
    values[V["k"]] = k + k % 2
    for hypothesis in theorem.hypotheses:
        if hypothesis.role in ("width", "parameter", "step"):
            assert holds(hypothesis.relation, values, FLOAT), hypothesis.label
    flips = evaluate(theorem.hypothesis("one_flip").relation.lhs, values, FLOAT)
    assert flips >= 10**4
    assert number(corollary.claim("rate").bound, values) >= number(theorem.claim("rate").bound, values) * (1 - 1e-12)
    assert number(corollary.probability, values) <= number(theorem.probability, values) + 1e-12
    smaller = {**values, V["k"]: int(k * 0.99)}
    tight = {**smaller, V["var_phi"]: (2 - math.sqrt(2)) ** 2}
    assert not holds(theorem.hypothesis("width").relation, tight, FLOAT)


def test_printed_step_is_kept():
    """Corollary 2.4 (repaired) uses the printed step, three times that of Theorem 2.3 (C11)."""
    values = at(n=9, norm_X=1.7, norm_y=2.0, eta_bar=1.0)
    steps = [number(statement(id).setting.step_size, values) for id in ("os19.cor2_4.repaired", "os19.thm2_3")]
    assert steps[0] == pytest.approx(3 * steps[1], rel=1e-12)
    assert statement("os19.cor2_4.repaired").setting is statement("os19.cor2_4").setting


LAW = {(20, 20): 0.468, (40, 20): 0.306, (100, 20): 0.0858, (60, 30): 0.403, (112, 30): 0.251, (360, 30): 0.0111}


@pytest.mark.parametrize(("size", "expected"), LAW.items())
def test_empirical_law(size, expected):
    """The law of D5b has the values of the specification, and means of 6 draws are near it."""
    n, d = size
    law = number(KHATRI_RAO_LAW, at(n=n, d=d))
    assert law == pytest.approx(expected, abs=6e-4)
    rng = np.random.default_rng(n + d)
    found = []
    for _ in range(6):
        X = rng.standard_normal((n, d))
        X /= np.linalg.norm(X, axis=1, keepdims=True)
        found.append(np.linalg.eigvalsh((X @ X.T) ** 2)[0])
    assert np.mean(found) == pytest.approx(law, abs=0.04)


@pytest.mark.attacks("os19.d.khatri_rao_law")
@pytest.mark.parametrize(("n", "d"), [(4, 2), (3, 2), (11, 4), (10, 4)])
def test_rank_of_the_khatri_rao_square(n, d):
    """Above d(d+1)/2 samples sigma_min(X*X) vanishes for all data; at that number it does not."""
    X = np.random.default_rng(0).standard_normal((n, d))
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    smallest = np.linalg.eigvalsh((X @ X.T) ** 2)[0]
    law = statement("os19.d.khatri_rao_law")
    values = at(n=n, d=d, sigma_min_KR=0.0 if abs(smallest) < 1e-12 else smallest)
    assert holds(law.hypotheses[0].relation, values, FLOAT) == holds(law.claims[0].relation, values, FLOAT)
