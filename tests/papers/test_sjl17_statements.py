"""What the encoding of sjl17 contains, that it is consistent with itself, and what its formulas say on paper."""

import re

import pytest
import sympy
from sympy import Rational as Q, exp, sqrt

from boundkit.papers import sjl17
from boundkit.papers.sjl17 import certificate, neighbourhood, perturbation, planted, tracked
from boundkit.statement import VOCABULARY
from boundkit.statement.vocabulary import tightness
from boundkit.statement.words import landscape, landscape_data, landscape_lemmas, landscape_points

STATEMENTS = {item.id: item for item in sjl17.STATEMENTS}
V = {name: word.symbol for name, word in VOCABULARY.items()}

PRINTED = [
    *("setup", "deriv", "asm2_3", "ex2_4", "thm2_1", "thm2_1_interpolation", "thm2_2", "thm2_2_approximate"),
    *("thm2_5", "rem2_6", "lem5_1", "lem5_2", "lem5_3", "lem5_4", "lem5_5", "lem5_6", "lem5_7", "lemA_1"),
    *("lem6_1", "loc_second_order", "prop7_1", "prop7_1_upper", "thmB_1", "prop7_2", "rem7_3", "prop7_4"),
    *("prop7_4_uncurved", "cor7_5", "lem7_6", "lem7_7", "prop7_8", "prop7_9", "lemF_1", "lemF_2", "lem7_10"),
    *("defD_1", "lemD_2", "lemD_3", "lem7_11", "lem7_12", "lem7_13", "lem7_14", "pl_descent", "experiments"),
]
DERIVED = {
    "D1": ["d.strict_saddle"],
    "D2": ["d.approximate_stationarity", "d.balanced_stationarity"],
    "D3": ["d.interpolation", "d.expected_minimum", "lem5_6.sharpened"],
    "D4": ["thm2_2.sharpened"],
    "D5": ["d.stationary_loss", "thm2_2_approximate.sharpened", "d.stationary_loss.narrow"],
    "D6": ["d.khatri_rao_norm"],
    "D7": ["d.jacobian_drift", "lem7_11.repaired"],
    "D8": ["d.centring"],
    "D9": ["d.centred_spectrum", "d.jacobian_spectrum", "prop7_8.sharpened"],
    "D10": ["rem7_3.repaired"],
    "D11": ["d.jacobian_norm", "d.centred_norm"],
    "D12": ["d.khatri_rao_square", "cor7_5.sharpened"],
    "D13": ["lem5_3.repaired"],
    "D14": ["lem5_5.sharpened", "d.heaviest_moment"],
    "D15": ["lem7_13.repaired"],
    "D16": ["d.hessian"],
    "D17": ["d.local_certificate", "d.local_certificate.refined"],
    "D18": ["d.true_rate"],
    "D19": ["d.width_range"],
    "D20": ["thm2_5.tracked", "thm2_5.repaired"],
    "D21": ["d.spurious_minimum", "d.conserved_balance"],
}
GRADES = {
    "false as printed": ["C10", "C26", "C28", "C33", "C34", "C40"],
    "extraction": ["C12", "C30c", "C30d"],
    "gap": ["C7", "C11", "C14", "C19", "C22", "C23", "C24", "C25", "C27", "C29", "C32", "C34", "C37"],
}


def claim(id, label):
    """The claim of a statement of this paper."""
    return STATEMENTS[f"sjl17.{id}"].claim(label)


def test_every_id_of_the_specification_exists():
    """Printed statements are printed; each derived item is a statement that improves another one and argues why."""
    for name in PRINTED:
        assert STATEMENTS[f"sjl17.{name}"].form == "printed"
        assert STATEMENTS[f"sjl17.{name}"].improves is None
    for names in DERIVED.values():
        for name in names:
            item = STATEMENTS[f"sjl17.{name}"]
            assert item.form != "printed"
            assert item.improves
            assert item.proof


def test_every_check_item_is_an_erratum():
    """C1 to C45 are all there, and grades accuse no more than the review does; C31 is an improvement, not an error."""
    errata = {(e.label, e.grade) for s in sjl17.STATEMENTS for e in s.errata}
    assert {("homogeneity", "unstated hypothesis")} == {e for e in errata if not e[0].startswith("C")}
    found = {e for e in errata if e[0].startswith("C")}
    assert {int(re.findall(r"\d+", label)[0]) for label, _ in found} == set(range(1, 46)) - {31}
    assert "(C31)" in STATEMENTS["sjl17.prop7_1.sharpened"].title
    for grade, labels in GRADES.items():
        assert {label for label, g in found if g == grade} == set(labels)
    assert {e.grade for e in STATEMENTS["sjl17.rem2_6"].errata} == {"gap"}
    assert {e.grade for e in STATEMENTS["sjl17.rem7_3"].errata} == {"false as printed"}


@pytest.mark.parametrize("item", sjl17.STATEMENTS, ids=lambda s: s.id)
def test_statements_are_consistent(item):
    """Open constants have no value, labels are unique, suffix and form agree, errata say what to do instead."""
    suffix = item.id.rsplit(".", 1)[-1]
    if suffix in ("tracked", "repaired", "sharpened", "refined"):
        assert item.form == suffix
    for constant in item.constants:
        assert (constant.value is None) == (constant.status == "open")
    assert len({c.symbol for c in item.constants}) == len(item.constants)
    assert len({h.label for h in item.hypotheses}) == len(item.hypotheses)
    assert len({c.label for c in item.claims}) == len(item.claims)
    for known in item.claims:
        on_trial = known.experiment != "unobserved"
        assert known.observable in known.relation.free_symbols
        assert (tightness in known.template.free_symbols) == on_trial
        assert (known.twin != 1) == bool(known.twin_reason) == on_trial
    if item.form != "printed":
        assert item.improves
        assert item.proof
    for erratum in item.errata:
        assert erratum.text
        assert erratum.resolution
    if item.kind == "comparator":
        assert not item.claims
        assert all(order.quoted_by for order in item.orders)


@pytest.mark.parametrize("item", sjl17.STATEMENTS, ids=lambda s: s.id)
def test_open_constants_are_declared(item):
    """Every unspecified constant that a printed statement mentions is in its list of constants."""
    constants = {word.symbol for word in VOCABULARY.values() if word.origin == "constant"} - {tightness}
    assert item.symbols & constants <= {c.symbol for c in item.constants}


def test_references_resolve():
    """Ids are unique and the paper's own; what statements use and improve exists."""
    assert len(STATEMENTS) == len(sjl17.STATEMENTS)
    for item in sjl17.STATEMENTS:
        assert item.id.startswith("sjl17.")
        assert {*item.uses, item.improves} - {None} <= STATEMENTS.keys(), item.id


def test_every_word_is_used():
    """The words of this paper's modules are all needed."""
    modules = (landscape, landscape_data, landscape_lemmas, landscape_points)
    own = {value for module in modules for value in vars(module).values() if isinstance(value, sympy.Symbol)}
    used = set().union(*(item.symbols for item in sjl17.STATEMENTS))
    used = used.union(
        *(c.value.free_symbols for item in sjl17.STATEMENTS for c in item.constants if c.value is not None)
    )
    assert {s.name for s in own - used} == set()


def equal(left, right):
    """Symbolic equality of two expressions."""
    assert sympy.simplify(left - right) == 0


def test_printed_formulas():
    """The displays of the paper, typed here a second time."""
    v = V
    tau, nu, eps_g, eps_h = (
        v[w] for w in ("planted_nuclear_norm", "smallest_v", "gradient_tolerance", "curvature_tolerance")
    )
    d, n, k, C = (v[w] for w in ("d", "n", "k", "C"))
    smin, smax = v["planted_sigma_min"], v["planted_sigma_max"]
    bound = claim("thm2_2_approximate", "loss").bound
    equal(bound, eps_g / sqrt(nu) * sympy.Max(sqrt(1 + 14 * tau), 4 * eps_g / sqrt(nu)) + eps_h / (2 * nu) * tau)
    theorem = STATEMENTS["sjl17.thm2_5"]
    equal(theorem.hypothesis("n_at_most").relation.rhs, v["c_d"] * smin**4 / smax**8 * d**2)
    start = v["c_2"] * smin**3 / smax * d ** Q(5, 2) / n ** Q(3, 2)
    equal(theorem.hypothesis("start_hidden").relation.rhs, start / k)
    equal(theorem.hypothesis("start_output").relation.rhs, start / k ** Q(3, 2))
    equal(theorem.hypothesis("step_size").relation.rhs, 1 / (C * (smax**2 + 1) * k))
    equal(theorem.claim("rate").bound, (1 - v["c_1"] * v["step_size"] * d / n) ** v["tau"] * v["loss_0"])
    equal(theorem.probability, 1 - 1 / n - 2 * n * exp(-v["gamma_1"] * sqrt(d)))
    equal(STATEMENTS["sjl17.thm2_2_approximate"].probability, 1 - 12 * d * exp(-v["gamma_0"] * d) - 8 / d)
    equal(STATEMENTS["sjl17.lem5_7"].probability, 1 - 10 * d * exp(-v["gamma_0"] * d) - 8 / d)
    remark = STATEMENTS["sjl17.rem2_6"]
    equal(remark.hypothesis("n_at_most").relation.rhs, v["c_d"] * d**2 / smax**8)
    equal(remark.hypothesis("start_hidden").relation.rhs, start / k / smin**3)


def test_constants_of_the_local_proof():
    """R, m_L, m_U, the output constant, the smoothness and (7.52), (7.53) as the specification lists them."""
    v = V
    d, n, k, c, C, c3 = (v[w] for w in ("d", "n", "k", "c", "C", "c_drift"))
    B, at_zero, smin, smax = v["sup_dphi"], v["sup_phi_0"], v["planted_sigma_min"], v["planted_sigma_max"]
    vmax, wmax, vstar = v["planted_v_max"], v["planted_row_max"], v["planted_norm_v"]
    radius = c / (4 * c3) * smin * sqrt(d / n)
    m_l, m_u = c**2 * smin**2 * d**2 / (2 * n), Q(9, 2) * C**2 * smax**2 * k
    equal(perturbation.RADIUS, radius)
    equal(neighbourhood.M_L, m_l)
    equal(neighbourhood.M_U, m_u)
    equal(neighbourhood.M_U_OUTPUT, 4 * at_zero**2 + 128 * B**2 + 128 * B**2 * wmax**2)
    equal(
        neighbourhood.SMOOTHNESS,
        (3 * C**2 * smax**2 + 8 * vmax**2 * B * v["sup_d2phi"] + 4 * B**2 * wmax**2 + 2 * at_zero**2) * k,
    )
    room = radius * m_l / (4 * sqrt(2 * m_u) * vmax)
    rows = at_zero**2 + 2 * B**2 * wmax**2
    equal(tracked.START_HIDDEN, room / vstar)
    equal(tracked.START_OUTPUT, room / (sqrt(2 * rows) * k))
    equal(tracked.C_START_HIDDEN, c**3 / (96 * C * c3 * vmax**2))
    equal(tracked.C_START_OUTPUT, c**3 / (96 * sqrt(2) * C * c3 * vmax * sqrt(rows)))
    equal(tracked.LOCAL_RATE, c**2 / 4 * v["step_size"] * smin**2 * d**2 / n)
    rates = STATEMENTS["sjl17.d.true_rate"]
    equal(rates.summary["rate"], c**2 / (4 * sqrt(v["c_d"])) * v["step_size"] * smax**4 * d / sqrt(n))
    equal(claim("d.width_range", "width").bound, sqrt(v["c_d"]) * d ** Q(3, 2) / v["planted_row_min"] ** 2)
    equal(claim("d.width_range", "samples_in_width").bound, v["c_d"] * d**4 / (k**2 * v["planted_row_min"] ** 4))
    loss, half = claim("lem7_12", "floor").relation.rhs, v["point_loss"]
    equal(loss / half, m_l)


def test_tracked_constant_of_the_jacobian():
    """The formula for c^2 of Proposition 7.4, and that its repair replaces w_max^2 / w_min^6 by 1 / w_min^4."""
    v = V
    low, high, c0, mean = v["row_min_W"], v["row_max_W"], v["c_d"], v["c_mean"]
    scale = v["sup_d2phi"] ** 2 * v["norm_v_inf"] ** 2
    kept = v["v_min"] ** 2 * v["gamma_min"] ** 2 / 4
    for form, rows in (("tracked", high**2 / low**6), ("repaired", 1 / low**4)):
        value = next(x.value for x in STATEMENTS[f"sjl17.prop7_4.{form}"].constants if x.symbol == v["c"])
        equal(value**2, kept - (4 * sqrt(3) * c0 * rows + 2 * mean * sqrt(c0) / low**2) * scale)


def test_composed_certificate():
    """rho, Lambda, beta, delta of D17 typed from the specification."""
    v = V
    B, L, x, chi, s = (v[w] for w in ("sup_dphi", "sup_d2phi", "norm_X", "largest_sample_norm", "planted_sigma_min_J"))
    vstar, vinf, phi, n = (v[w] for w in ("planted_norm_v", "planted_v_max", "planted_features", "n"))
    rho = s / (2 * x * sqrt(L**2 * chi**2 * vinf**2 + B**2))
    lam = sqrt((B * vstar * x) ** 2 + (phi + B * x * rho) ** 2)
    beta = (
        B**2 * (vstar + rho) ** 2 * x**2 + (phi + B * x * rho) ** 2 + lam * rho * x * (L * (vinf + rho) * chi + B)
    ) / n
    point = {symbol: Q(i + 2, 7) for i, symbol in enumerate((B, L, x, chi, s, vstar, vinf, phi, n))}
    for ours, theirs in (
        (certificate.OWN.radius, rho),
        (certificate.OWN.residual_slope, lam),
        (certificate.OWN.smoothness, beta),
        (certificate.OWN.start, rho / (1 + 4 * lam / s)),
    ):
        assert float(ours.subs(point)) == pytest.approx(float(theirs.subs(point)), rel=1e-12)
    equal(certificate.FLOOR, s**2 / (2 * n))
    equal(certificate.PATH, 4 * v["misfit_0"] / s)
    equal(STATEMENTS["sjl17.d.local_certificate"].summary["rate"], v["step_size"] * s**2 / (4 * n))


def test_event_gives_the_printed_numbers():
    """The event at delta = 1/2 gives 14 and 4; without the paper's slips the loss is smaller by 4 and by 2."""
    ours, printed = claim("thm2_2_approximate.tracked", "loss").bound, claim("thm2_2_approximate", "loss").bound
    no_curvature, no_gradient = {V["curvature_tolerance"]: 0}, {V["gradient_tolerance"]: 0}
    point = {V["planted_nuclear_norm"]: Q(7, 3), V["smallest_v"]: Q(5, 4), V["gradient_tolerance"]: Q(1, 9)}
    assert float((printed / ours).subs(no_curvature).subs(point)) == pytest.approx(4)
    assert sympy.simplify(printed.subs(no_gradient) / ours.subs(no_gradient)) == 2
    assert planted.LABEL_CEILING / planted.COVARIANCE_FLOOR**2 / V["planted_nuclear_norm"] == 14
    sharp = claim("thm2_2_approximate.sharpened", "loss").bound
    tau, nu, g, h = (V[w] for w in ("planted_nuclear_norm", "smallest_v", "gradient_tolerance", "curvature_tolerance"))
    equal(sharp, g / 4 * (sqrt(14 * tau / nu) + (2 * g / nu**2) ** Q(1, 3)) + h * tau / (4 * nu))


def test_sharpened_tail_and_mean_factor():
    """Proposition 7.8 in its homogeneous form, and 3 sqrt(3) for 4 sqrt(3) in (7.4)."""
    v = V
    t, frob, spec, C = (v[w] for w in ("deviation", "frobenius_factor", "spectral_factor", "C"))
    lam = v["sup_d2phi"] * v["norm_W"]
    expected = sympy.Min(t**2 / (4 * lam**2 * frob**2), t / (lam * spec)) / C
    assert claim("prop7_8.sharpened", "tail").bound == 2 * exp(-expected)
    for name, factor in (("prop7_1", 4), ("prop7_1.sharpened", 3)):
        bound = claim(name, "smallest").relation.rhs.subs({v["c_mean"]: 0, v["sigma_min_centred"]: 0})
        assert sympy.simplify(-bound / (v["n"] * (lam * v["norm_v_inf"]) ** 2)) == factor * sqrt(3)


def test_balanced_threshold():
    """The balanced threshold makes the two gradient terms equal and gives the constant 2^(-1/3) of D2."""
    g, h, nu, n, kr = (V[w] for w in ("gradient_tolerance", "curvature_tolerance", "smallest_v", "n", "norm_KR"))
    bound = claim("d.balanced_stationarity", "residual_covariance").bound
    at = {g: Q(3), h: Q(0), nu: Q(2), n: Q(5), kr: Q(7)}
    assert float(bound.subs(at)) == pytest.approx(float((2 ** Q(-1, 3) * (g**2 * kr**2 / n / nu) ** Q(1, 3)).subs(at)))
    split = ((g * nu * n) / (4 * kr**2)) ** Q(1, 3)
    general = claim("d.approximate_stationarity", "residual_covariance").bound.subs(V["split"], split)
    assert float(general.subs(at)) == pytest.approx(float(bound.subs(at)))


def test_repaired_start_is_half_of_the_tracked():
    """C24: both radii are halved and the region is required besides."""
    before, after = STATEMENTS["sjl17.thm2_5.tracked"], STATEMENTS["sjl17.thm2_5.repaired"]
    for label in ("start_hidden", "start_output"):
        equal(before.hypothesis(label).relation.rhs, 2 * after.hypothesis(label).relation.rhs)
    assert {h.label for h in after.hypotheses} - {h.label for h in before.hypotheses} == {
        "start_hidden_in_region",
        "start_output_in_region",
    }


def test_orders():
    """Exponents of the orders agree with the formulas of their statements."""
    theorem = STATEMENTS["sjl17.thm2_5"]
    size, hidden, output = theorem.orders[1:4]
    equal(theorem.hypothesis("n_at_most").relation.rhs / V["c_d"], size.expression)
    for label, order in (("start_hidden", hidden), ("start_output", output)):
        equal(theorem.hypothesis(label).relation.rhs / V["c_2"], order.expression)
    remark = STATEMENTS["sjl17.rem2_6"]
    equal(remark.hypothesis("n_at_most").relation.rhs / V["c_d"], remark.orders[1].expression)
    width = STATEMENTS["sjl17.d.width_range"].orders[0].expression
    equal(claim("d.width_range", "width").bound, width * sqrt(V["c_d"]) / V["planted_row_min"] ** 2)


def rhs(id, label):
    """The right side of a claim or of a hypothesis."""
    item = STATEMENTS[f"sjl17.{id}"]
    known = {c.label: c for c in item.claims} | {h.label: h for h in item.hypotheses}
    return known[label].relation.rhs


def test_printed_formulas_of_the_supporting_results():
    """Sections 5 and 7 and the appendices, typed here a second time."""
    v = V
    d, n, k, c, C, t = (v[w] for w in ("d", "n", "k", "c", "C", "deviation"))
    g1, g2, L, W, vinf = (v[w] for w in ("gamma_1", "gamma_2", "sup_d2phi", "norm_W", "norm_v_inf"))
    chance = 1 - n * exp(-g1 * sqrt(n)) - 1 / n - 2 * n * exp(-g2 * d)
    for name in ("prop7_2", "rem7_3", "cor7_5", "lem7_11"):
        equal(STATEMENTS[f"sjl17.{name}"].probability, chance)
    for name in ("prop7_4", "lem7_12", "lem7_14", "thm2_5", "rem2_6"):
        equal(STATEMENTS[f"sjl17.{name}"].probability, 1 - 1 / n - 2 * n * exp(-g1 * sqrt(d)))
    equal(STATEMENTS["sjl17.lemA_1"].probability, 1 - 10 * exp(-v["gamma_0"] * d) - 8 / d**2)
    equal(STATEMENTS["sjl17.lem7_13"].probability, 1 - 2 * exp(-g1 * d))
    equal(STATEMENTS["sjl17.prop7_1_upper"].probability, 1 - 2 * exp(-n / 2))
    equal(STATEMENTS["sjl17.lem7_10"].probability, 1 - 2 * exp(-(t**2) / 2))
    equal(rhs("prop7_1", "n_at_most"), c * d**2 * (L * vinf * W) ** 4)
    equal(rhs("prop7_1_upper", "largest"), v["norm_centred"] + 3 * sqrt(n) * v["norm_mean_slopes"])
    equal(rhs("prop7_2", "n_at_most"), c * v["sigma_min_GW"] ** 2 / (L**4 * W**4 + 1) * d)
    equal(rhs("prop7_2", "smallest"), d / 2 * v["sigma_min_DGW"])
    equal(rhs("prop7_2", "largest"), C * (d + sqrt(n * d) * v["norm_DGW"]))
    equal(rhs("rem7_3", "n_at_most"), c * d / (L**4 * W**4 + 1))
    equal(rhs("prop7_4", "n_at_most"), v["c_d"] * v["sigma_min_W"] ** 4 / W**8 * d**2)
    equal(rhs("prop7_4", "smallest"), c * v["sigma_min_W"] * d)
    equal(rhs("prop7_4", "largest"), C * W * sqrt(n * k))
    equal(rhs("cor7_5", "largest"), C * sqrt(n * d))
    equal(rhs("lem5_7", "n_at_least_d_log_d"), c * d * sympy.log(d))
    equal(
        rhs("lem5_5", "psi1_norm"),
        9 * sympy.Max(sqrt(v["tail_variance"] / (2 * v["tail_rate"])), v["tail_scale"] / v["tail_rate"]),
    )
    rho = v["curvature_ratio"]
    equal(rhs("lem7_10", "smallest"), sqrt(d) - t * rho)
    equal(rhs("lem7_10", "largest"), (sqrt(d) + t) * rho)
    constant = sqrt(L**2 * W**2 + 1)
    frob, spec = v["frobenius_factor"], v["spectral_factor"]
    exponent = sympy.Min(t**2 / (constant**4 * frob**2), t / (constant**2 * spec)) / C
    assert rhs("prop7_8", "tail") == 2 * exp(-exponent)
    equal(rhs("lemD_3", "constant"), constant)
    K = v["concentration_constant"]
    assert rhs("lemD_2", "tail") == 2 * exp(-sympy.Min(t**2 / (2 * K**4 * frob**2), t / (K**2 * spec)) / C)
    vw = v["norm_v_inf"] * v["weight_change_spectral"]
    equal(rhs("lem7_11", "jacobian_drift"), v["c_drift"] * sqrt(n * d) * (vw + v["output_change_max"]))
    rows = v["sup_phi_0"] ** 2 + 2 * v["sup_dphi"] ** 2 * v["planted_row_max"] ** 2
    equal(
        rhs("lem7_13", "loss"),
        v["planted_norm_v"] ** 2 * v["weight_change"] ** 2 + 2 * rows * k**2 * v["output_change_max"] ** 2,
    )


def test_printed_formulas_of_the_column_bounds():
    """Proposition 7.9, Lemmas F.1 and F.2, Theorem B.1."""
    v = V
    d, n, c, C, K, theta = (v[w] for w in ("d", "n", "c", "C", "spread", "truncation"))
    psi, low, high = v["psi1_norm"], v["column_min"], v["column_max"]
    xi, log = psi * K + v["spread_norms"], sympy.log(2 * low / sqrt(n))
    equal(rhs("prop7_9", "smallest"), low**2 - C * xi**2 * low * sqrt(n) * log)
    equal(rhs("prop7_9", "largest"), high**2 + C * xi**2 * low * sqrt(n) * log)
    chance = STATEMENTS["sjl17.prop7_9"].probability
    equal(chance, 1 - C * exp(-c * K * sqrt(n) * log) - v["column_excess"])
    tail = sympy.log(2 / theta)
    equal(rhs("lemF_1", "off_diagonal"), C * xi**2 * theta * low**2)
    equal(STATEMENTS["sjl17.lemF_1"].probability, 1 - exp(-c * K * sqrt(n) * tail) - v["column_excess"])
    chain = C * psi * K * sqrt(n) * tail
    assert rhs("lemF_2", "off_diagonal") == sympy.Max(chain**2, high * chain, 24 * theta * high**2)
    equal(STATEMENTS["sjl17.lemF_2"].probability, 1 - (1 + 3 * sympy.log(n)) * exp(-2 * K * sqrt(n) * tail))
    equal(rhs("thmB_1", "deviation"), C * (psi + K) ** 2 * sqrt(d * n))
    equal(STATEMENTS["sjl17.thmB_1"].probability, 1 - 2 * exp(-c * sqrt(d)))
    # at theta = sqrt(n) log(2 eta / sqrt(n)) / eta Lemma F.1 gives Proposition 7.9
    substituted = rhs("lemF_1", "off_diagonal").subs(theta, sqrt(n) * log / low)
    equal(substituted, low**2 - rhs("prop7_9", "smallest"))
    # theta = 1/4 meets the condition of Lemma F.1 exactly at the repaired threshold; the explicit theta is still larger
    least = rhs("prop7_9.repaired", "long_columns")
    condition = STATEMENTS["sjl17.lemF_1"].hypothesis("long_columns").relation
    assert sympy.simplify((condition.lhs / condition.rhs).subs({theta: Q(1, 4), low: least})) == 1
    assert float((sqrt(n) * log / low).subs(low, least).subs(n, 7)) > 0.25
    assert float(least / sqrt(n)) == pytest.approx(8.318, abs=1e-3)


def test_explicit_gaussian_constants():
    """D7 and D12 for Gaussian data: 3 sqrt(2) L sqrt(nd), 3 B sqrt(nk), and C = 3 sqrt(2) with their probability."""
    v = V
    n, d, k = v["n"], v["d"], v["k"]
    drift = rhs("lem7_11.repaired", "jacobian_drift")
    hidden = v["norm_v_inf"] * v["weight_change_spectral"]
    expected = (
        3 * sqrt(2) * v["sup_d2phi"] * sqrt(n * d) * hidden + 3 * v["sup_dphi"] * sqrt(n * k) * v["output_change_max"]
    )
    equal(drift, expected)
    constant = STATEMENTS["sjl17.cor7_5.sharpened"].constants[0]
    assert (constant.symbol, constant.value) == (v["C"], 3 * sqrt(2))
    for name in ("lem7_11.repaired", "cor7_5.sharpened"):
        equal(STATEMENTS[f"sjl17.{name}"].probability, 1 - 2 * exp(-n / 2) - n * exp(-d / 8))


def test_special_cases():
    """Remark 2.6 is Theorem 2.5 at sigma_min = 1; Corollary 7.5 is Proposition 7.2 at W = I."""
    theorem, remark = STATEMENTS["sjl17.thm2_5"], STATEMENTS["sjl17.rem2_6"]
    for label in ("n_at_most", "start_hidden", "start_output", "step_size"):
        equal(
            theorem.hypothesis(label).relation.rhs.subs(V["planted_sigma_min"], 1),
            remark.hypothesis(label).relation.rhs,
        )
    identity = {V["sup_d2phi"]: 1, V["norm_W"]: 1, V["sigma_min_GW"]: 1, V["sigma_min_DGW"]: 1, V["norm_DGW"]: 1}
    smallest, largest = (rhs("prop7_2", label).subs(identity) for label in ("smallest", "largest"))
    equal(smallest / V["d"], Q(1, 2))
    assert sympy.limit((largest / rhs("cor7_5", "largest")).subs(V["n"], V["d"] ** 2), V["d"], sympy.oo) == 1
    printed, tracked_form = (claim(f"thm2_2_approximate{form}", "loss").bound for form in ("", ".tracked"))
    for scale in (Q(1, 100), Q(1), Q(100)):
        point = {
            V["planted_nuclear_norm"]: scale,
            V["smallest_v"]: 2,
            V["gradient_tolerance"]: 3,
            V["curvature_tolerance"]: Q(1, 5),
        }
        assert tracked_form.subs(point) < printed.subs(point)


def test_printed_forms_have_all_printed_hypotheses():
    """Both halves of Assumption 2.3, K' >= 1 of Lemma F.1, and the single projection of Lemma A.1."""
    for name in ("thm2_5", "rem2_6", "prop7_4", "prop7_4_uncurved", "lem7_12", "lem7_14"):
        printed = STATEMENTS[f"sjl17.{name}"].hypothesis("mean_slope").relation
        slope = V["mean_dphi_vanishes"]
        assert sympy.solve(sympy.Eq(*printed.args), slope) == [0, 1]
    for name in ("prop7_4.tracked", "prop7_4.repaired", "thm2_5.tracked", "thm2_5.repaired"):
        assert "mean_slope" not in {h.label for h in STATEMENTS[f"sjl17.{name}"].hypotheses}
    norms = STATEMENTS["sjl17.lemF_1"].hypothesis("norm_spread_at_least_one").relation
    assert (norms.lhs, norms.rel_op, norms.rhs) == (V["spread_norms"], ">=", 1)
    projection = STATEMENTS["sjl17.lemA_1"].hypothesis("one_projection").relation
    assert (projection.lhs, projection.rel_op, projection.rhs) == (V["form_rank"], "==", 1)
    assert "one_projection" not in {h.label for h in STATEMENTS["sjl17.lem5_7"].hypotheses}


def test_places_and_settings():
    """The model is in section 1.2; only runs of gradient descent start near the planted network."""
    assert STATEMENTS["sjl17.setup"].source.label == "Section 1.2"
    assert "(7.51)" in STATEMENTS["sjl17.pl_descent"].source.equations
    assert STATEMENTS["sjl17.cor7_5"].source.equations == ("(7.14)", "(7.15)")
    assert STATEMENTS["sjl17.lem7_7"].source.equations == ()
    settings = {item.id: item.setting for item in sjl17.STATEMENTS if item.setting is not None}
    for name, setting in settings.items():
        assert (setting.initialisation == "near the planted network") == (setting.algorithm != "none"), name


def test_tracked_norm_keeps_one_slip():
    """The cubic inequality of the proof gives 1 + 14 tau*; with the factor 2 that (6.30) lacks, 1/2 + 14 tau*."""
    nu, tau, g = (V[w] for w in ("smallest_v", "planted_nuclear_norm", "gradient_tolerance"))
    t, delta = sympy.Symbol("t", positive=True), Q(1, 2)
    split = g / (nu * (1 - delta) ** 2)
    for factor, constant in ((1, 1), (2, Q(1, 2))):
        at_split = factor * ((1 - delta) ** 2 * nu**2 * t**2 - (3 + delta) * nu * tau) - g / split
        (largest,) = sympy.solve(at_split, t)
        equal(largest**2 * nu, constant + 14 * tau)
    squares = [term**2 * nu for term in planted.PAPER_NORM_BOUND.args]
    assert any(sympy.simplify(square - 1 - 14 * tau) == 0 for square in squares)
    assert "1/2 + 14 tau*" in STATEMENTS["sjl17.thm2_2_approximate.tracked"].proof


def test_proofs_rest_on_what_the_paper_cites():
    """(7.8) uses Lemma 5.3, (7.22) Lemma 5.5, (K.5) Lemma 7.12, (G.2) Lemma 7.6; cases (a) and (b) of 7.4 differ."""
    uses = {name.partition(".")[2]: set(item.uses) for name, item in STATEMENTS.items()}
    assert {"sjl17.lem5_3", "sjl17.lem5_5"} <= uses["prop7_2"]
    shared = {"sjl17.asm2_3", "sjl17.prop7_1", "sjl17.prop7_1_upper"}
    assert uses["prop7_4"] == {*shared, "sjl17.prop7_2"}
    assert uses["prop7_4_uncurved"] == {*shared, "sjl17.rem7_3"}
    assert "sjl17.lem7_12" in uses["lem7_14"]
    assert "sjl17.lem7_6" in uses["lem7_10"]


def test_sample_orders_are_those_of_the_conditions():
    """The ranges of n of Proposition 7.4 and of its scale-free form, in their own words."""
    for name in ("prop7_4", "prop7_4_uncurved"):
        (order,) = STATEMENTS[f"sjl17.{name}"].orders
        equal(rhs(name, "n_at_most"), V["c_d"] * order.expression)
    free = STATEMENTS["sjl17.d.jacobian_spectrum"]
    equal((rhs("d.jacobian_spectrum", "n_at_most") / V["c"]) ** 2, free.orders[0].expression)
    assert not {word for word in free.symbols if word.name.startswith("planted")}
