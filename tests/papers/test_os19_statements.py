"""What the encoding of os19 contains, and that it is consistent with itself."""

import pytest

from boundkit.errors import BadInput
from boundkit.papers import papers, statement, statements
from boundkit.statement.vocabulary import tightness

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
]
ERRATA = [f"C{i}" for i in (*range(1, 13), 14, 16, 17, 20, 21)] + ["C18a", "C18b", "C22a", "C22b"]


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
    """The CHECK items of the specification are on the statements that they concern."""
    assert {e.label for s in statements() for e in s.errata} == set(ERRATA)
    assert {"C1", "C3", "C4", "C5", "C6", "C7"} <= {e.label for e in statement("os19.thm2_1").errata}


@pytest.mark.parametrize("item", statements(), ids=lambda s: s.id)
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
    assert [p.key for p in papers()] == ["os19"]
    assert {s.kind for s in statements(kind="lemma")} == {"lemma"}
    assert len(statements(paper="os19")) == len(statements())
