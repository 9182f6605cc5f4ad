"""Recipes of `tables/verification.toml` that meet widths which look out of reach, and why others cannot be met."""

import math
from pathlib import Path

import numpy as np
import pytest

from boundkit.campaign import read_campaign
from boundkit.campaign.task import arguments
from boundkit.data import dataset
from boundkit.papers import statement
from boundkit.query import bind, required_width
from boundkit.verify import Report, Verdict, verify

SPEC = Path(__file__).parents[2] / "tables" / "verification.toml"
CELLS = {(cell.statement, cell.level): cell for cell in read_campaign(SPEC).cells}
LITERAL = [
    "zczg18.thm4_1.tracked",
    "zczg18.thm4_1.repaired",
    "zczg18.thm4_1.sharpened",
    "zczg18.d.layer_sum",
    "zczg18.d.constant_separation",
    "zczg18.lem5_4",
    "zczg18.lem5_4.repaired",
    "zczg18.lem5_5",
    "zczg18.lem5_5.tracked",
    "zczg18.lem5_6",
    "zczg18.lem5_6.repaired",
    "zczg18.lemA_14",
    "ofls19.thm3_2",
    "ofls19.rem_biasvar",
]
LEMMA = ["zczg18.d.one_hidden_layer", "zczg18.d.one_hidden_layer_squared_hinge"]
RELAXED = ["ofls19.thm3_2.sharpened", "ofls19.thm6_23.repaired", "ofls19.thmA_3.refined"]
PROVEN = ["thm3_2.tracked", "thm3_2.repaired", "thm3_2.sharpened", "thm6_23.repaired", "eq3_3.sharpened"]


def run(name: str, level: str, **changed: object) -> Report:
    """The cell of the campaign, wide ones with two trials."""
    cell = CELLS[name, level]
    narrow = cell.k is not None and cell.k < 20_000
    return verify(name, **{**arguments(cell), "level": level, "k": cell.k, "trials": 8 if narrow else 2, **changed})


@pytest.mark.parametrize("name", LITERAL)
def test_literal_recipes_run_and_reject_their_twins(name: str) -> None:
    """All hypotheses met, the width that the statement asks for included; no claim fails, every twin does."""
    report = run(name, "literal")
    assert report.verdict is Verdict.CONSISTENT, report.reason
    assert not report.relaxed
    assert all(item.twin_rejected and not item.violations for item in report.claims)


@pytest.mark.parametrize("name", RELAXED)
def test_conclusions_hold_far_below_the_widths_of_the_proofs(name: str) -> None:
    """Only the width is relaxed; the bound is below 1, so that its twin is below every error."""
    report = run(name, "relaxed")
    assert report.verdict is Verdict.CONSISTENT, report.reason
    assert report.relaxed == ("width",)
    assert all(item.twin_rejected for item in report.claims)


@pytest.mark.parametrize("name", LEMMA)
def test_what_the_explicit_theorem_uses_is_tried(name: str) -> None:
    """Seven claims and more of its supporting results, each decided with its twin rejected."""
    report = run(name, "lemma")
    assert report.verdict is Verdict.CONSISTENT, report.reason
    assert len(report.claims) >= 7
    assert all(item.twin_rejected for item in report.claims)


def test_almost_opposite_samples_bring_the_order_within_reach() -> None:
    """n^25 log(n) / phi^8 with n = 2 is 2^25 / 1.95^8 units up to logarithms, and a tenth less is refused."""
    order = 2**25 / 1.95**8
    assert order < CELLS["zczg18.thm4_1.tracked", "literal"].k < 1.01 * order
    report = run("zczg18.thm4_1.tracked", "literal", k=144000, max_width=144000)
    assert report.verdict is Verdict.INFEASIBLE
    assert "1.6e+05" in report.reason


@pytest.mark.parametrize("name", PROVEN)
def test_no_bound_below_one_is_within_reach_of_the_constants_of_the_proofs(name: str) -> None:
    """At the largest precision with 12 zeta < 1, the shortest duration and the largest cutoff, 10^13 units and more.

    Unit rows have |X| <= sqrt(n), so that kernel_cutoff <= B |X| leaves a normalised cutoff of at most 1/sqrt(K).
    """
    easiest = {"fit_precision": "1/12", "learning_duration": 1, "normalised_cutoff": "0.7", "failure": ".05"}
    given = {"alignment": 1} if name == "thm3_2.tracked" or "6_23" in name else {}
    data = "mixture:K=2,C=1,n=3,d=2,orthonormal=true"
    width = required_width(f"ofls19.{name}", data=data, activation="4*sin(z/4)", **easiest, **given).width
    assert width is None or width > 10**13


@pytest.mark.parametrize("name", ["logistic", "squared_hinge"])
def test_the_explicit_theorem_is_out_of_reach_on_every_sample(name: str) -> None:
    """Two orthogonal samples, a failure near 1 and a target just below the start still ask for 10^18 units.

    The width grows with n, 1/phi, 1/p and 1/eps. The first risk over the smoothness is 12.8 and 8.6.
    """
    easiest = {"L": 1, "failure": "0.999", "effective_separation": "1.41", "T": 1, "k": 2}
    start = math.log(1 + math.exp(2 * math.sqrt(math.log(12)))) * 4
    if name == "squared_hinge":
        start = (1 + 2 * math.sqrt(math.log(12))) ** 2 / 2
    scale = 1603087953297408 * 2**9 / math.sqrt(2) ** 3
    target = {"logistic": "3.19", "squared_hinge": "17.2"}[name]
    binding = bind(
        statement(f"zczg18.d.one_hidden_layer_{name}"),
        data=dataset(X=np.eye(2), y=np.array([1.0, -1.0])),
        parameters={**easiest, "target_risk": target},
    )
    width = float(binding.evaluate(binding.statement.summary["width"], {}).mid())
    assert width > start * scale > 10**18
