"""What the encoding of sgd22 contains, and that it is consistent with itself."""

import pytest
from sympy import Integer, sqrt

from boundkit.papers import statements
from boundkit.papers.sgd22 import STATEMENTS
from boundkit.render.statement_view import as_latex
from boundkit.statement import VOCABULARY
from boundkit.statement.vocabulary import eta_bar, tightness

V = {name: word.symbol for name, word in VOCABULARY.items()}
FOUND = {item.id.removeprefix("sgd22."): item for item in STATEMENTS}
PRINTED = {
    "definition": ["problem", "def1", "def2", "def3", "def4", "def5", "def.kernel"],
    "assumption": ["assump1", "assump2", "assump3", "assump4", "init"],
    "lemma": [
        "lem1",
        "lem.pl",
        "lem.growth",
        "lem2",
        "lem3",
        "lemA.adjoint",
        "lemA.beta",
        "lemA5",
        "lemA6",
        "lemA.kernel",
        "lemA.event",
        "lemA7",
        "lemA8",
        "lemA.gram_deviation",
        "lemA.gram",
        "lemA.mu",
        "lemA.nu",
        "lemA.h0",
    ],
    "proposition": ["prop1"],
    "meta-theorem": ["thm1"],
    "theorem": ["thm2"],
    "corollary": ["scaling"],
}
DERIVED = {
    "D1": ["d.general", "d.full_batch", "thm1.repaired", "thm1.sharpened"],
    "D2": ["d.network", "d.network_repetition", "d.exit"],
    "D3": ["d.anytime", "d.iterations"],
    "D4": ["d.mean_initial_loss", "d.initial_loss", "d.features_frobenius", "lemA.h0.repaired"],
    "D5": ["lemA.mu.repaired", "d.features_norm", "lemA.gram.repaired"],
    "D6": ["d.width", "thm2.repaired", "d.width_hermite", "lem2.repaired"],
    "D7": ["d.orders"],
    "CHECK-03": ["d.growth_repetition", "d.growth_sure", "lem.growth.sharpened"],
    "CHECK-04": ["prop1.tracked", "thm1.tracked"],
    "CHECK-10": ["lemA7.repaired"],
    "CHECK-11": ["lemA8.repaired"],
    "CHECK-13": ["lemA.kernel.repaired", "lemA.kernel.sharpened"],
    "CHECK-15": ["assump4.repaired"],
    "CHECK-17": ["scaling.repaired"],
    "CHECK-20": ["def5.repaired"],
    "CHECK-22": ["thm2.tracked", "lemA.direct"],
    "CHECK-24": ["d.width_odd"],
    "CHECK-30": ["lemA6.repaired"],
    "other": [
        "lem1.sharpened",
        "lemA.adjoint.sharpened",
        "lemA.beta.sharpened",
        "lemA.event.tracked",
        "lemA.nu.tracked",
        "lemA.h0.tracked",
        "d.output_weights",
        "d.network_rate",
    ],
}
COMPARATORS = 12
GRADES = {
    "false as printed": {6, 10, 11, 14},
    "extraction": {20, 23},
    "gap": {5, 7, 9, 12, 13, 18, 19, 22},
    "misprint": {1, 4, 8, 29, 31, 32, 33, 34},
    "unstated hypothesis": {2, 3, 15, 16, 17, 21, 24, 25, 26, 27, 28, 30, 35},
}
FORMS = ("tracked", "repaired", "sharpened", "refined")
FALSE_IN = {"CHECK-12": "sgd22.lemA.gram_deviation", "CHECK-19": "sgd22.lem2"}


def test_every_id_of_the_specification_exists():
    """Printed results have their kind, derived ones a form, and nothing else is encoded."""
    for kind, names in PRINTED.items():
        for name in names:
            assert (FOUND[name].kind, FOUND[name].form, FOUND[name].improves) == (kind, "printed", None)
    derived = [name for names in DERIVED.values() for name in names]
    for name in derived:
        suffix = name.rsplit(".", 1)[-1]
        assert FOUND[name].form == suffix if suffix in FORMS else FOUND[name].form in FORMS
    comparators = [name for name, item in FOUND.items() if item.kind == "comparator"]
    assert len(comparators) == COMPARATORS
    assert {*derived, *comparators, *(name for names in PRINTED.values() for name in names)} == set(FOUND)


def test_names_resolve():
    """Uses, improvements and certificates name statements of the paper."""
    assert len(statements(paper="sgd22")) == len(STATEMENTS) == len(FOUND)


def test_every_check_is_an_erratum_with_one_grade():
    """All 35 CHECK findings are on statements, each with the grade that its evidence supports.

    What is drawn from false lemmas, and a maximum in the place of a sum, are false themselves; what is concluded from
    them elsewhere only has a gap.
    """
    grades = {erratum.label: set() for item in STATEMENTS for erratum in item.errata}
    for item in STATEMENTS:
        for erratum in item.errata:
            grades[erratum.label].add(erratum.grade)
    expected = {f"CHECK-{number:02d}": {grade} for grade, numbers in GRADES.items() for number in numbers}
    for label, id in FALSE_IN.items():
        expected[label].add("false as printed")
        found = ((item.id, erratum) for item in STATEMENTS for erratum in item.errata if erratum.label == label)
        assert {name for name, erratum in found if erratum.grade == "false as printed"} == {id}
    assert grades == expected
    assert len(expected) == 35


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("thm1", {4, 5, 6, 7, 8}),
        ("prop1", {4, 5}),
        ("lem2", {8, 9, 12, 13, 14, 15, 18, 19, 25, 27, 28}),
        ("thm2", {22, 23, 24, 25, 26, 27, 28}),
        ("scaling", {17, 29}),
        ("lem3", {35}),
        ("lemA7", {10}),
        ("lemA8", {11}),
        ("lemA.gram", {12}),
        ("lemA.kernel", {13, 14, 15, 31}),
        ("lemA.nu", {19}),
        ("lemA.h0", {18}),
        ("lemA6", {30}),
        ("def5", {20}),
        ("assump4", {15, 16}),
        ("init", {27}),
        ("cmp.oymak_soltanolkotabi_2020", {33, 34}),
        ("cmp.nguyen_mondelli_2020", {32}),
    ],
)
def test_findings_are_where_the_specification_puts_them(name, numbers):
    """A finding is on the statement that it concerns."""
    assert {f"CHECK-{number:02d}" for number in numbers} <= {erratum.label for erratum in FOUND[name].errata}


@pytest.mark.parametrize("item", STATEMENTS, ids=lambda item: item.id)
def test_statements_are_consistent(item):
    """Open constants have no value, derived forms say what they improve and why, observed claims have a twin."""
    for constant in item.constants:
        assert (constant.value is None) == (constant.status == "open")
    labels = [hypothesis.label for hypothesis in item.hypotheses]
    assert len(labels) == len(set(labels))
    assert len({claim.label for claim in item.claims}) == len(item.claims)
    for claim in item.claims:
        observed = claim.experiment != "unobserved"
        assert (tightness in claim.template.free_symbols) == observed
        assert bool(claim.twin_reason) == observed
        assert claim.observable in claim.template.free_symbols
    if item.form != "printed":
        assert item.improves is not None
        assert item.proof
    if item.kind == "comparator":
        assert not item.claims
        assert item.orders
        assert all(order.quoted_by.startswith("sgd22, ") for order in item.orders)
    for erratum in item.errata:
        assert erratum.text
        assert erratum.resolution


def test_open_constants_are_declared():
    """A universal constant in a statement is declared by it, open in the printed results."""
    universal = {"c", "C", "c_start", "c_step"}
    for item in STATEMENTS:
        used = {symbol.name for symbol in item.symbols} & universal
        assert used <= {constant.symbol.name for constant in item.constants}, item.id
    for name in ("prop1", "thm1", "thm2", "lem2", "scaling", "lemA.event", "lemA.h0", "lemA.nu"):
        assert FOUND[name].constant_status == "open"
    for name in ("thm1.repaired", "thm1.tracked", "lemA.nu.tracked"):
        assert FOUND[name].constant_status == "tracked"


def test_explicit_forms_have_no_universal_constants():
    """What is called explicit needs no number that the paper does not give."""
    for name in ("d.general", "d.network", "d.exit", "d.width", "thm2.repaired", "lem2.repaired", "lemA.h0.repaired"):
        assert not {symbol.name for symbol in FOUND[name].symbols} & {"c", "C", "c_start", "c_step"}


def test_settings_say_what_is_trained():
    """Both layers, mean of squares without 1/2, batches without repetition; the general theorem has no network."""
    network = FOUND["thm2"].setting
    assert network.trained == "both layers"
    assert network.loss == "mean of squares"
    assert "without repetition" in network.algorithm
    assert FOUND["thm1"].setting.step_size is not None
    assert FOUND["d.network"].setting.step_size is not None


def test_full_batch_steps_are_those_of_exact_gradients():
    """With all samples in a batch no growth constant is left, also not in the step size of the setting."""
    item = FOUND["d.full_batch"]
    growth = {V["growth"], V["growth_sure"]}
    assert not item.symbols & growth
    general = FOUND["d.general"].setting.step_size.xreplace(dict.fromkeys(growth, Integer(1)))
    assert item.setting.step_size == general
    limits = [part.relation.rhs for part in item.hypotheses if part.role == "step"]
    assert set((item.setting.step_size / eta_bar).args) == set(limits)
    assert "without repetition" in item.setting.algorithm
    assert {claim.chance for claim in item.claims} == {"surely"}


@pytest.mark.parametrize("name", ["def1", "assump1", "lem1", "prop1", "thm1", "d.general", "lemA.beta", "lem3"])
def test_smoothness_is_about_any_two_points(name):
    """Definition 1 is for all u and v, not for one of them at the start."""
    item = FOUND[name]
    relations = [part.relation for part in (*item.hypotheses, *item.claims)]
    smooth = [relation for relation in relations if relation.lhs == V["jacobian_shift"]]
    assert [V["weight_shift"] in relation.rhs.free_symbols for relation in smooth] == [True]
    assert V["jacobian_drift"] not in item.symbols


def test_change_of_the_gram_matrix_is_between_the_same_two_points():
    """Lemma A.7 compares two weight matrices, by their distance from each other."""
    for name in ("lemA7", "lemA7.repaired"):
        for claim in FOUND[name].claims:
            assert V["weight_shift"] in claim.bound.free_symbols
            assert V["weight_change"] not in claim.relation.free_symbols


@pytest.mark.parametrize("name", ["lem2", "thm2", "scaling"])
def test_samples_are_of_the_order_of_a_power_of_the_dimension(name):
    """Lemma 2, Theorem 2 and Section 3.1 ask for n of order d^t, which is a bound from both sides."""
    lower, upper = (FOUND[name].hypothesis(f"samples_{side}").relation for side in ("lower", "upper"))
    assert lower.lhs == upper.lhs == V["n"]
    assert (lower.rel_op, upper.rel_op) == (">=", "<=")
    assert lower.rhs / V["c_d"] == upper.rhs / V["C"] == V["d"] ** V["power"]


@pytest.mark.parametrize("name", ["lem2", "lem3", "lemA.gram_deviation", "lemA.gram", "lemA.mu", "lemA.nu", "scaling"])
def test_assumption_3_is_repeated_where_it_is_made(name):
    """Results under Assumption 3 list it: they do not claim anything for other activations."""
    assert {item.relation for item in FOUND["assump3"].hypotheses} <= {item.relation for item in FOUND[name].hypotheses}


def test_lemma_2_is_about_the_jacobian():
    """(16) gives near-isometry constants of the Jacobian, (A.48) the smallest singular value of the features."""
    lemma, features = FOUND["lem2"].claim("jacobian_smallest"), FOUND["lemA.mu"].claim("features_smallest")
    assert lemma.relation.lhs == V["sigma_min_J0"] ** 2
    assert features.relation.lhs == V["feature_min_0"] ** 2
    assert lemma.relation.rhs == features.relation.rhs


def test_norm_of_the_output_weights_as_printed():
    """(A.49) bounds the norm by omega_2 (2 sqrt(k) + sqrt(K)) before it drops the constants."""
    printed = V["output_std"] * (2 * sqrt(V["k"]) + sqrt(V["K"]))
    for name in ("lemA.nu", "lemA.nu.tracked"):
        assert FOUND[name].claim("output_weights").bound == printed


@pytest.mark.parametrize(("name", "network"), [("ji_telgarsky_2020", "any depth"), ("chen_2021", "any depth")])
def test_deep_networks_are_not_called_shallow(name, network):
    """Table 1 is about shallow networks; what the text says of deep ones is quoted as such."""
    assert FOUND[f"cmp.{name}"].setting.network == network
    assert FOUND["cmp.du_2019"].setting.network == "two layers"


@pytest.mark.parametrize("name", ["thm1", "thm1.tracked", "d.general", "d.anytime", "d.network", "thm2", "prop1"])
def test_latex_counts_steps_by_one_letter(name):
    """In the paper's letters iterates are w_i everywhere, and the rate of the network is no Hermite coefficient."""
    shown = as_latex(FOUND[name])
    assert r"\tau" not in shown
    assert "c_3" not in shown
