"""What the encoding of os19 contains, and that it is consistent with itself."""

import pytest

from boundkit.errors import BadInput
from boundkit.papers import papers, statement, statements
from boundkit.statement import VOCABULARY
from boundkit.statement.vocabulary import tightness

V = {name: word.symbol for name, word in VOCABULARY.items()}

PRINTED = [
    "thm2_1",
    "cor2_2",
    "thm2_3",
    "cor2_4",
    "asm1",
    "thm2_5",
    "def6_1",
    "thm6_2",
    "thm6_3",
    "lem6_4",
    "lem6_5",
    "lem6_6",
    "lem6_7",
    "lem6_8",
    "lem6_9",
    "thm6_10",
    "cor6_11",
    "lem6_12",
    "thm6_13",
    "setup",
    "sec6_1",
    "thm2_6",
    "eq3_1",
    "def3_1",
    "thm3_2",
    "eq3_gamma",
    "thmA_1",
    "thm6_14",
    "lemC_1",
    "lemC_2",
    "lemC_3",
    "eqE_1",
    "appF_row",
    "asm2",
    "asm3",
    "asm4",
    "lemG_1",
    "defG_2",
    "lemG_3",
    "lemG_4",
    "lemH_1",
    "lemH_2",
    "thmI_1",
    "corI_2",
]
FORMS = [
    "thm2_1.tracked",
    "thm2_1.repaired",
    "thm2_1.sharpened",
    "thm2_1.refined",
    "thm6_2.tracked",
    "thm6_2.repaired",
    "thm6_2.sharpened",
    "thm6_2.refined",
    "thm6_10.sharpened",
    "cor6_11.sharpened",
    "d.cert_smooth",
    "lem6_12.sharpened",
    "thm6_13.sharpened",
    "d.gd_nonsmooth",
    "thm6_3.tracked",
    "thm2_3.tracked",
    "thm2_5.tracked",
    "thm6_3.refined",
    "d.lambda_sep",
    "thm2_5.sharpened",
    "lem6_4.sharpened",
    "d.cert_relu",
    "lem6_7.sharpened",
    "lem6_9.repaired",
    "setup.repaired",
    "cor2_2.tracked",
    "cor2_4.repaired",
    "d.khatri_rao_law",
    "thm2_5.refined",
    "thm2_6.repaired",
    "thm2_6.sharpened",
    "d.sgd",
    "thm3_2.tracked",
    "thm3_2.repaired",
    "thm3_2.refined",
    "lem6_6.sharpened",
    "lem6_8.sharpened",
    "lemC_2.sharpened",
    "lemC_2.refined",
    "lemC_3.sharpened",
    "lemG_3.sharpened",
    "lemG_4.repaired",
    "lemG_4.sharpened",
    "lemH_1.sharpened",
    "d.hermite_shift",
    "d.lambda_gersh",
    "thmI_1.sharpened",
    "thmI_1.refined",
    "corI_2.sharpened",
]
COMPARATORS = ["du_deep", "du_two_layer", "li_liang", "allen_zhu", "zou_cao", "experiments"]
PARTS = {13: "abc", 15: "abcdef", 18: "ab", 22: "ab"}
# C23 is a repetition of the paper's experiment and not an erratum
ERRATA = [f"C{i}{part}" for i in range(1, 25) if i != 23 for part in PARTS.get(i, [""])]


def test_comparators():
    """Results of others are comparators with orders quoted from a named place, or none where none is quoted."""
    found = [item for item in statements(paper="os19") if item.kind == "comparator"]
    assert [item.id for item in found] == [f"os19.cmp.{name}" for name in COMPARATORS]
    for item in found:
        assert all(order.quoted_by.startswith("os19") for order in item.orders)
        assert not item.claims


@pytest.mark.parametrize("name", PRINTED + FORMS)
def test_every_named_statement_exists(name):
    """Ids of the specification are found, with the form that their name says."""
    found = statement(f"os19.{name}")
    suffix = name.rsplit(".", 1)[-1]
    assert found.form == (suffix if suffix in ("tracked", "repaired", "sharpened", "refined") else found.form)
    if name in PRINTED:
        assert found.form == "printed"
        assert found.improves is None


def test_every_check_item_is_an_erratum():
    """The CHECK items of the specification, and what an attack found, are on the statements that they concern."""
    assert {e.label for s in statements(paper="os19") for e in s.errata} == {*ERRATA, "special case"}
    assert "special case" in {e.label for e in statement("os19.thm2_3").errata}
    assert {"C1", "C3", "C4", "C5", "C6", "C7"} <= {e.label for e in statement("os19.thm2_1").errata}


@pytest.mark.parametrize("item", statements(paper="os19"), ids=lambda s: s.id)
def test_statements_are_consistent(item):
    """Open constants have no value, claims have twins, derived forms name what they improve and give a proof."""
    for constant in item.constants:
        assert (constant.value is None) == (constant.status == "open")
    labels = [h.label for h in item.hypotheses]
    assert len(labels) == len(set(labels))
    assert len({c.label for c in item.claims}) == len(item.claims)
    for claim in item.claims:
        if claim.experiment == "unobserved":
            continue
        assert tightness in claim.template.free_symbols
        assert claim.twin != 1
        assert claim.twin_reason
    if item.form != "printed":
        assert item.improves is not None
        assert item.proof
    for erratum in item.errata:
        assert erratum.text
        assert erratum.resolution


def test_lookup_has_near_matches():
    """A misspelt id is one line with the nearest ids first."""
    with pytest.raises(BadInput, match=r"os19\.thm2_1") as caught:
        statement("os19.thm2-1")
    assert "\n" not in str(caught.value)
    with pytest.raises(BadInput):
        statements(kind="theorems")
    with pytest.raises(BadInput):
        statements(paper="os20")


def test_selection():
    """Statements are selected by paper and kind, and papers carry what a citation needs."""
    assert [p.key for p in papers()] == ["sjl17", "zczg18", "os19", "ofls19", "sgd22"]
    assert {s.kind for s in statements(kind="lemma")} == {"lemma"}
    assert {s.source.paper.key for s in statements(paper="os19")} == {"os19"}


def test_derived_forms_have_no_errata():
    """What was wrong is a note on what the paper prints; the forms derived from it are not known to be wrong."""
    assert not {item.id for item in statements(paper="os19") if item.form != "printed" and item.errata}


def test_iterations_are_up_to_the_logarithm_of_the_accuracy():
    """A rate turns into a number of steps only with a factor log(1/epsilon), which no order may hide."""
    orders = [order for item in statements(paper="os19") if item.kind != "comparator" for order in item.orders]
    assert all("log(1/epsilon)" in order.regime for order in orders if order.quantity == "iterations")


def test_refined_relu_theorem_counts_flips_without_lemma_6_9():
    """D12 goes through Lemmas C.1 to C.3 themselves and not through the rounded Lemma 6.9."""
    uses = statement("os19.thm6_3.refined").uses
    assert {"os19.lemC_1", "os19.lemC_2", "os19.lemC_3.sharpened"} <= set(uses)
    assert not [id for id in uses if "lem6_9" in id]


@pytest.mark.parametrize("name", ["thm6_10", "thm6_10.sharpened", "cor6_11", "cor6_11.sharpened", "d.sgd"])
def test_lipschitz_conditions_are_about_any_two_points(name):
    """(6.8) compares any two points of the ball; a bound on the drift compares one with its centre (Theorem 6.13)."""
    slopes = [h for h in statement(f"os19.{name}").hypotheses if V["lipschitz"] * V["weight_change"] == h.relation.rhs]
    assert [h.label for h in slopes] == ["lipschitz_between_any_two"]
    assert "any two weight matrices" in statement("os19.lem6_8").title
    assert statement("os19.thm6_13").hypothesis("jacobian_drift").relation.rhs == V["alpha"] / 3
