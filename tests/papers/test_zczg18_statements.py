"""What the encoding of zczg18 contains, and that it is consistent with itself."""

import re

import pytest
from sympy.core.relational import Relational

from boundkit.papers import statement
from boundkit.papers.zczg18 import STATEMENTS
from boundkit.statement import VOCABULARY
from boundkit.statement.vocabulary import tightness

ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii")
PRINTED = [
    *(f"def_{name}" for name in ("network", "risk", "init", "gradient", "gd", "sgd")),
    *(f"asm3_{number}" for number in range(1, 7)),
    "asm4_4",
    *("thm4_1", "cor4_3", "thm4_5", "cor4_6", "thm5_1", "thm5_3"),
    *(f"thm5_1_{number}" for number in ROMAN),
    *(f"thm5_3_{number}" for number in ROMAN),
    *(f"lemA_{number}" for number in (1, 3, 4, 6, 7, 8, 9, 10, 11, 12, 14, 15)),
    *("corA_2", "corA_5", "corA_13"),
    *(f"lemB_{number}" for number in range(1, 7)),
    *("lem5_4", "lem5_5", "lem5_6", "lem5_7", "lemC_1", "lemC_2", "lemD_1", "lemD_2", "lemD_3"),
]
DERIVED = {
    "DRV-1": "lemA_1.tracked",
    "DRV-2": "corA_2.tracked",
    "DRV-3": "lemA_3.tracked",
    "DRV-4": "d.angle_recursion",
    "DRV-5": "lemA_4.sharpened",
    "DRV-6": "lemA_6.tracked",
    "DRV-7": "lemA_7.tracked",
    "DRV-8": "d.product_norm_limit",
    "DRV-9": "lemA_14.tracked",
    "DRV-10": "lemA_15.tracked",
    "DRV-11a": "d.gradient_expected",
    "DRV-11b": "d.gradient_uniform",
    "DRV-11c": "d.gradient_ball_L1",
    "DRV-11d": "d.gradient_limit",
    "DRV-12": "d.gd_iterations",
    "DRV-13": "d.self_bounding",
    "DRV-14a": "lem5_5.sharpened",
    "DRV-14b": "thm4_1.sharpened",
    "DRV-15": "d.one_hidden_layer",
    "DRV-16": "d.stopping_distance",
    "DRV-17": "lemD_2.sharpened",
    "DRV-18": "d.sgd_envelope",
}
REPAIRED = [
    "lemA_8",
    "lemA_12",
    "corA_13",
    "lemA_15",
    "lemB_1",
    "lemB_3",
    "lem5_4",
    "lem5_6",
    "lemC_2",
    "lemD_3",
    "thm4_1",
]
TRACKED = ["thm4_1", "cor4_3", "thm4_5", "cor4_6", "lem5_5", "lemB_5", "lemC_2"]
SHARPENED = ["lemA_9", "lemA_11", "lemB_3", "lem5_7", "thm5_3_viii"]
LABELS = {
    *(f"CHECK-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 17, 18, 19)),
    *("CHECK-1a", "CHECK-1b", "CHECK-12a", "CHECK-12b", "CHECK-12c", "CHECK-13b", "CHECK-22"),
}
NOT_ERRORS = {"CHECK-16", "CHECK-20", "CHECK-21"}  # a note, a loose bound, a confirmed remark


def found(name):
    """The statement of this paper with this name."""
    return statement(f"zczg18.{name}")


@pytest.mark.parametrize("name", PRINTED)
def test_printed_statements_exist(name):
    """Every id of the specification is a printed statement that improves nothing."""
    assert found(name).form == "printed"
    assert found(name).improves is None


@pytest.mark.parametrize(("label", "name"), DERIVED.items())
def test_derived_statements_exist(label, name):
    """Every derived result is a statement that says which one it is and what it improves."""
    assert f"({label})" in found(name).title
    assert found(name).improves in {f"zczg18.{printed}" for printed in PRINTED}


@pytest.mark.parametrize(
    ("form", "names"), [("repaired", REPAIRED), ("tracked", TRACKED), ("sharpened", SHARPENED)], ids=str
)
def test_forms_exist(form, names):
    """The other forms are named after the statement that they improve."""
    for name in names:
        assert found(f"{name}.{form}").form == form
        assert found(f"{name}.{form}").improves == f"zczg18.{name}"


def test_every_check_item_is_on_a_statement():
    """Findings against the paper are errata; notes and confirmed remarks are on derived statements, not errata."""
    errata = {erratum.label for item in STATEMENTS for erratum in item.errata}
    titles = {label for item in STATEMENTS for label in re.findall(r"CHECK-\w+", item.title)}
    assert errata == LABELS
    assert titles >= NOT_ERRORS
    assert not errata & NOT_ERRORS
    grades = {erratum.label: erratum.grade for item in STATEMENTS for erratum in item.errata}
    assert "false as printed" not in grades.values()  # displays are lost: the text shows gaps, not false theorems


@pytest.mark.parametrize("item", STATEMENTS, ids=lambda item: item.id)
def test_statements_are_consistent(item):
    """Constants, labels, relations, proofs and vocabulary fit together."""
    for constant in item.constants:
        assert (constant.value is None) == (constant.status == "open")
    labels = [hypothesis.label for hypothesis in item.hypotheses]
    assert len(labels) == len(set(labels))
    assert len({claim.label for claim in item.claims}) == len(item.claims)
    for claim in item.claims:
        assert isinstance(claim.template, Relational)
        assert claim.observable in claim.template.free_symbols
        on_trial = claim.experiment != "unobserved"
        assert (tightness in claim.template.free_symbols) == on_trial
        assert (claim.twin != 1) == bool(claim.twin_reason) == on_trial
    if item.form != "printed":
        assert item.improves
        assert item.proof
    if item.kind == "comparator":
        assert not item.claims
        assert all(order.quoted_by for order in item.orders)
    for symbol in item.symbols:
        assert VOCABULARY[symbol.name].symbol == symbol
    for erratum in item.errata:
        assert erratum.text
        assert erratum.resolution


def test_open_constants_of_a_statement_are_declared():
    """Every unspecified constant of a formula is listed as open, unless a derived value is given for it."""
    names = {"C", "c", "C_upper", "c_lower", "c_level", "C_product", "C_weight", "descent_constant"}
    for item in STATEMENTS:
        used = {symbol.name for symbol in item.symbols} & names
        if item.setting is not None and item.setting.step_size is not None:
            used -= {symbol.name for symbol in item.setting.step_size.free_symbols}
        declared = {constant.symbol.name for constant in item.constants}
        assert used <= declared, item.id


def test_theorem_5_1_is_its_eight_events():
    """The theorem claims what its items claim, in order, and so does Theorem 5.3."""
    for theorem in ("thm5_1", "thm5_3"):
        items = [found(f"{theorem}_{number}") for number in ROMAN]
        assert found(theorem).claims == tuple(claim for item in items for claim in item.claims)
        assert {item.hypotheses for item in items} == {found(theorem).hypotheses}


def test_comparators_quote_without_exponents():
    """The paper quotes no exponent, so the comparators have unspecified degrees or no order at all."""
    quoted = [item for item in STATEMENTS if item.kind == "comparator" and not item.id.endswith("this_paper")]
    assert len(quoted) == 15
    for item in quoted:
        for order in item.orders:
            assert all("degree" in str(power) for power in order.exponents.values())
            assert order.quoted_by.startswith("zczg18")
