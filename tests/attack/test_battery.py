"""The battery over all statements, its known failures, and the record that travels with the library."""

import json
from pathlib import Path

import pytest

from boundkit.attack import ATTACKS, NAMES, attack, eligible, survivors, tested as survived_on_record
from boundkit.attack.record import marked
from boundkit.papers import papers, statement, statements

ROOT = Path(__file__).parents[2]
# the attack that each statement fails, and the erratum that says why, on itself or on the lemma it rests on
KNOWN = {
    "os19.thm2_3": ("special_case", "os19.thm2_3", "special case"),
    "os19.cor2_4": ("special_case", "os19.cor2_4", "C11"),
    "ofls19.thm3_2": ("special_case", "ofls19.thm3_2", "C11"),
    "os19.thm3_2": ("homogeneity", "os19.thm3_2", "C15c"),
    "ofls19.lem6_17": ("homogeneity", "ofls19.lem6_17", "C26"),
    "ofls19.lem6_18": ("homogeneity", "ofls19.lem6_17", "C26"),
    "sgd22.lemA.gram_deviation": ("homogeneity", "sgd22.lemA.gram_deviation", "CHECK-12"),
    "sgd22.lemA.gram": ("homogeneity", "sgd22.lemA.gram", "CHECK-12"),
    "sgd22.lemA.mu": ("homogeneity", "sgd22.lemA.mu", "CHECK-12"),
    "sgd22.lemA.nu": ("homogeneity", "sgd22.lemA.gram", "CHECK-12"),
    "sgd22.lem2": ("limits", "sgd22.lem2", "CHECK-08"),
    "sjl17.thm2_2_approximate": ("homogeneity", "sjl17.thm2_2_approximate", "homogeneity"),
    "sjl17.thm2_2_approximate.tracked": ("homogeneity", "sjl17.thm2_2_approximate.tracked", "homogeneity"),
}


@pytest.mark.parametrize("paper", [paper.key for paper in papers()])
def test_only_the_known_failures_fail(paper):
    """Every statement survives every attack, except those that fail for a reason encoded as an erratum."""
    failed = {
        (item.id, finding.attack)
        for item in statements(paper=paper)
        for finding in attack(item)
        if finding.outcome == "failed"
    }
    assert failed == {(id, name) for id, (name, _, _) in KNOWN.items() if id.startswith(f"{paper}.")}


@pytest.mark.parametrize("id", KNOWN)
def test_known_failures_are_explained(id):
    """The reason is an erratum of the statement, or of the lemma it rests on, and the statement is not trusted."""
    _, place, reason = KNOWN[id]
    assert reason in {item.label for item in statement(place).errata}
    assert place == id or place in statement(id).uses
    assert survivors(id) == survived_on_record(statement(id)) == ()
    assert not eligible(statement(id))


def test_record_names_real_tests_and_statements():
    """The record holds exactly the markers of the suite, and all of its statements exist."""
    record = json.loads((ROOT / "boundkit" / "attack" / "record.json").read_text(encoding="utf-8"))
    assert (record["tests"], record["every"]) == marked((ROOT / "tests").rglob("test_*.py"), ROOT)
    assert "tests/render/test_latex.py::test_everything_compiles" in record["every"]["latex"]
    known = {item.id for item in statements()}
    assert {*record["tests"], *record["survived"]} <= known
    assert record["survived"].keys() | KNOWN.keys() == known


@pytest.mark.parametrize(
    "id", ["os19.thm2_1.refined", "sgd22.thm1.repaired", "ofls19.thm3_3.sharpened", "sjl17.lem5_1"]
)
def test_record_agrees_with_the_battery(id):
    """What is shown to a reader is what the attacks find."""
    assert survived_on_record(statement(id)) == survivors(id)


def test_findings_are_one_line_each():
    """One finding an attack, in the order of their names, with a reason on one line."""
    findings = attack("sgd22.d.general")
    assert tuple(finding.attack for finding in findings) == NAMES
    assert all(finding.reason and "\n" not in finding.reason for finding in findings)
    assert {room.NAME for room in ATTACKS} < set(NAMES)


def test_every_statement_says_that_its_latex_compiles():
    """What survives every other attack names the tests that compile it; what fails one names nothing."""
    for item in statements():
        assert ("latex" in survived_on_record(item)) == (item.id not in KNOWN)


def test_markers_name_statements_or_an_attack_on_all(tmp_path):
    """Ids are collected by statement, `every` by attack; other decorators are none of its business."""
    path = tmp_path / "test_some.py"
    path.write_text(
        '@pytest.mark.attacks("a.b", "a.c")\ndef test_one(): ...\n'
        '@pytest.mark.attacks(every="latex")\ndef test_all(): ...\n'
        "@pytest.mark.slow()\ndef test_none(): ...\n"
    )
    ids = {"a.b": ["test_some.py::test_one"], "a.c": ["test_some.py::test_one"]}
    assert marked([path], tmp_path) == (ids, {"latex": ["test_some.py::test_all"]})


def test_a_statement_without_formulas_is_not_eligible():
    """Surviving nothing that could have failed on formulas makes nobody the best."""
    assert eligible(statement("os19.thm2_1.refined"))
    assert not eligible(statement("zczg18.def_network"))
