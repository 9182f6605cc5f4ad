"""What the encoding of ofls19 contains, and that it is consistent with itself."""

from __future__ import annotations

import pytest
from sympy import Eq
from sympy.logic.boolalg import BooleanAtom

from boundkit.papers import os19
from boundkit.papers.ofls19 import STATEMENTS
from boundkit.papers.ofls19.model import GRAM_FAILURE
from boundkit.render.expressions import text
from boundkit.statement import VOCABULARY
from boundkit.statement.words import generalisation as words

BY_ID = {item.id: item for item in STATEMENTS}

PRINTED = [
    "sec2_1",
    "def2_1",
    "eq3_1",
    "def3_1",
    "thm3_2",
    "eq3_3",
    "eq3_4",
    "rem_fast",
    "rem_smallwidth",
    "rem_sizebias",
    "rem_biasvar",
    "thm3_3",
    "def3_4",
    "thm3_5",
    "def5_1",
    "def5_2",
    "asm1",
    "asm2",
    "thm5_3",
    "def6_1",
    "lem6_2",
    "lem6_3",
    "lem6_4",
    "lem6_5",
    "cor6_6",
    "lem6_7",
    "lem6_8",
    "lem6_9",
    "lem6_10",
    "lem6_11",
    "lem6_12",
    "lem6_13",
    "lem6_14",
    "lem6_15",
    "lem6_16",
    "lem6_17",
    "lem6_18",
    "lem6_19",
    "lem6_20",
    "thm6_21",
    "thm6_22",
    "thm6_23",
    "thmA_1",
    "lemA_2",
    "thmA_3",
    "thmB_1",
]
DERIVED = {
    "c_removal": "d.c_removal",
    "thm32_full": "thm3_2.repaired",
    "thm33_full": "thm3_3.repaired",
    "paired": "d.paired",
    "certificate": "d.certificate",
    "certificate (b)": "d.certificate_scales",
    "certificate_geo": "d.certificate_geo",
    "sharp33": "thm3_3.sharpened",
    "sharp32": "thm3_2.sharpened",
    "k33": "d.k33",
    "k32": "thm6_22.repaired",
    "abar_range": "d.abar_range",
    "floors": "d.floors",
    "jacnorm": "lem6_10.sharpened",
    "gram": "lem6_13.sharpened",
    "init": "lem6_14.sharpened",
    "meta": "thm5_3.sharpened",
    "sqrtpsd": "lem6_4.sharpened",
    "contr": "lem6_3.sharpened",
    "fullrank": "eq3_4.repaired",
    "gmm_linear": "thmA_3.repaired",
}
GRADES = {
    "C3": "extraction",
    "C21": "extraction",
    "C22": "extraction",
    "C44": "extraction",
    "C10": "gap",
    "C13": "gap",
    "C14": "false as printed",
    "C26": "false as printed",
    "C40": "false as printed",
    "C6": "unstated hypothesis",
}
FORMS = ("tracked", "repaired", "sharpened", "refined")


@pytest.mark.parametrize("name", PRINTED)
def test_every_item_of_the_paper_exists_as_printed(name):
    """Definitions, assumptions, lemmas, theorems and remarks are found, in their printed form."""
    found = BY_ID[f"ofls19.{name}"]
    assert found.form == "printed"
    assert found.improves is None


@pytest.mark.parametrize(("derived", "name"), DERIVED.items())
def test_every_derived_item_exists(derived, name):
    """Derived results are forms of what they improve, with an argument and the results that it uses."""
    found = BY_ID[f"ofls19.{name}"]
    suffix = name.rsplit(".", 1)[-1]
    assert found.form == (suffix if suffix in FORMS else found.form) != "printed"
    assert len(found.proof) > 40, derived
    assert found.uses


def test_every_check_is_an_erratum():
    """The 46 checks are on statements, and none accuses the paper beyond the evidence."""
    errata = {e.label: e for item in STATEMENTS for e in item.errata}
    assert set(errata) == {f"C{i}" for i in range(1, 47)}
    assert {label: errata[label].grade for label in GRADES} == GRADES
    assert {label for label, e in errata.items() if e.grade == "false as printed"} == {"C14", "C26", "C40"}
    assert {"C6", "C7", "C8", "C9", "C10", "C11", "C12"} <= {e.label for e in BY_ID["ofls19.thm3_2"].errata}


@pytest.mark.parametrize("item", STATEMENTS, ids=lambda s: s.id)
def test_statements_are_consistent(item):
    """Open constants have no value, unobserved claims no twin, relations do not collapse, derived forms have proofs."""
    for constant in item.constants:
        assert (constant.value is None) == (constant.status == "open")
        if constant.status == "open":
            assert constant.symbol in item.symbols
    labels = [h.label for h in item.hypotheses]
    assert len(labels) == len(set(labels))
    assert len({c.label for c in item.claims}) == len(item.claims)
    for claim in item.claims:
        assert not isinstance(claim.template, BooleanAtom)
        assert claim.observable in claim.template.free_symbols
        assert (claim.experiment == "unobserved") == (claim.twin == 1)
        if claim.chance == "as stated" and claim.experiment == "unobserved":
            assert item.probability is not None
    assert item.probability is None or item.failure.free_symbols
    if item.form != "printed":
        assert item.improves is not None
        assert item.proof
    if item.kind == "comparator":
        assert not item.claims
        assert all(order.quoted_by.startswith("ofls19") for order in item.orders)


def test_references_resolve():
    """Everything that is used or improved exists, here or in the paper whose lemmas are quoted."""
    known = {item.id for item in (*os19.STATEMENTS, *STATEMENTS)}
    assert {name for item in STATEMENTS for name in (*item.uses, item.improves) if name} <= known
    assert STATEMENTS[0].source.paper.arxiv == "1906.05392"


def test_open_constants_are_only_where_the_paper_leaves_them():
    """Unspecified constants occur in (3.2) to (3.6), the mixture and the kernel perturbation, nowhere else."""
    open_ones = {item.id.removeprefix("ofls19.") for item in STATEMENTS if item.constant_status == "open"}
    printed = {"thm3_2", "eq3_3", "eq3_4", "thm3_3", "lemA_2", "thmA_3", "rem_sizebias", "rem_biasvar"}
    assert open_ones == printed


ASKING = [item for item in STATEMENTS if item.kind != "comparator"]


@pytest.mark.parametrize("item", ASKING, ids=lambda s: s.id)
def test_a_width_has_a_share_of_the_labels_only_where_they_are_aligned(item):
    """A share c that nothing ties to the labels could be taken large, and the width with it as small as one likes."""
    asked = [h.relation.free_symbols for h in item.hypotheses if h.role == "width"]
    if any(words.alignment in symbols for symbols in asked):
        assert {"labels_aligned", "residual_aligned"} & {h.label for h in item.hypotheses}


@pytest.mark.parametrize("item", ASKING, ids=lambda s: s.id)
def test_an_output_scale_from_the_sample_is_no_independent_start(item):
    """V = nu times signs does not depend on the sample only if no equation takes nu or zeta from it."""
    if words.independent_start not in item.symbols:
        return
    chosen = {words.output_scale, words.fit_precision}
    for hypothesis in item.hypotheses:
        if isinstance(hypothesis.relation, Eq) and hypothesis.relation.lhs in chosen:
            taken = hypothesis.relation.rhs.free_symbols - {words.K}
            assert not {VOCABULARY[symbol.name].origin for symbol in taken} & {"data", "run"}


@pytest.mark.parametrize("name", ["d.paired", "d.certificate_scales"])
def test_a_scale_chosen_from_the_sample_needs_only_the_rest_to_be_independent(name):
    """Part (b) of the certificate is for nu that depend on the sample, which V then does too."""
    symbols = BY_ID[f"ofls19.{name}"].symbols
    assert words.independent_pattern in symbols
    assert words.independent_start not in symbols


@pytest.mark.parametrize("item", ASKING, ids=lambda s: s.id)
def test_gaps_travel_with_what_has_them(item):
    """A probability without n^-100 (C7) and a claim at a last step that may be no integer (C12) carry the erratum."""
    labels = {erratum.label for erratum in item.errata}
    if item.probability is not None and item.probability.has(words.K**-100) and item.id != "ofls19.lem6_14":
        assert item.probability.has(GRAM_FAILURE) or "C7" in labels
    last = {words.final_misfit, words.classification_error}
    if last & {claim.observable for claim in item.claims} and "iterations" in {h.label for h in item.hypotheses}:
        assert "C12" in labels


def test_settings_do_not_contradict_the_hypotheses():
    """Where a hypothesis sizes the output weights otherwise, the setting does not size them; no training, no run."""
    for name in ("def3_1", "def3_1.repaired", "lem6_11", "lem6_13", "lem6_13.sharpened", "lem6_14"):
        assert "sqrt(k K)" not in BY_ID[f"ofls19.{name}"].setting.output_weights
    assert BY_ID["ofls19.thmA_1"].setting.algorithm == "none"
    for name in ("thm3_3", "thm6_21"):
        printed = [BY_ID[f"ofls19.{name}"], BY_ID[f"ofls19.{name}.repaired"]]
        assert ["independent" in item.setting.initialisation for item in printed] == [False, True]


def test_projections_as_printed_and_as_proved():
    """Lemma A.2 prints (A.1) with constant 1 for the deviation; at that deviation the two bounds are the same."""
    printed, proved = (BY_ID[f"ofls19.lemA_2{form}"].claim("projection").bound for form in ("", ".tracked"))
    symbols = {words.kernel_deviation, words.cluster_noise}
    assert printed.free_symbols & symbols == {words.cluster_noise}
    assert proved.free_symbols & symbols == {words.kernel_deviation}
    deviation = BY_ID["ofls19.lemA_2"].claim("kernel").bound / VOCABULARY["C"].symbol
    assert proved.subs(words.kernel_deviation, deviation).equals(printed)


def test_printed_formulas_read_as_in_the_paper():
    """(6.41) has its second factor nu B inside the bracket; Lemma 6.8 starts at 0, where alone it holds."""
    assert "- 1" not in text(BY_ID["ofls19.lem6_18"].claim("test_loss").bound)
    assert all("starts at 0" in BY_ID[f"ofls19.lem6_8{form}"].title for form in ("", ".repaired"))
