"""Statements on trial: reference values, counterexamples, twins, and what is said when nothing can be run."""

import json
from dataclasses import replace
from importlib import import_module

import flint
import numpy as np
import pytest
import sympy

from boundkit.errors import BadInput
from boundkit.papers import statement, statements
from boundkit.query import bind
from boundkit.query.bind import accepted
from boundkit.statement.vocabulary import misfit, misfit_0, path_length, tau, tightness
from boundkit.verify import Verdict, levels, verify
from boundkit.verify.judge import judge
from boundkit.verify.levels import concerned, supporting
from boundkit.verify.observe import Observations
from boundkit.verify.verdict import conclude

I4 = "orthonormal:n=4"


def claims(report):
    """Claims of a report by label."""
    return {item.label: item for item in report.claims}


def test_reference_run_of_the_specification():
    """V1: 60 draws at the refined width 4726 give (q1, q2, q3) = (0.864, 0.882, 0.178) to two digits."""
    report = verify("os19.thm6_2.refined", data=I4, activation="softplus", delta=1, trials=60, steps=300)
    assert report.verdict is Verdict.CONSISTENT
    assert report.width == 4726
    assert report.violations == 0
    assert report.interval[1] < report.failure_allowed
    found = [claims(report)[label].worst_margin for label in ("rate", "radius", "path")]
    assert found == pytest.approx([0.864, 0.882, 0.178], abs=0.01)
    assert all(item.twin_rejected for item in report.claims)


def test_paper_chain_run_of_the_specification():
    """V1 at the tracked width 428298: contraction about 0.146 a step, 16 times the guarantee of the printed theorem."""
    report = verify("os19.thm6_2.tracked", data=I4, activation="softplus", delta=1, trials=4, steps=90)
    assert report.verdict is Verdict.CONSISTENT
    curve = np.array(report.curves["misfit"][0])
    contraction = 1 - (curve[80] / curve[60]) ** (1 / 20)
    assert contraction == pytest.approx(0.1467, abs=0.003)
    assert claims(report)["rate"].slack == pytest.approx(32, rel=0.1)


def test_random_data_beyond_the_width_of_the_theorem():
    """V2: on sphere data far below the required width the conclusions still hold, and the report says RELAXED."""
    report = verify(
        "os19.thm6_2.refined",
        data="sphere:n=8,d=8,seed=0",
        activation="softplus",
        delta=1,
        k=400,
        trials=8,
        steps=600,
        level="relaxed",
    )
    assert report.relaxed == ("width", "spectrum_width")
    assert report.verdict is Verdict.CONSISTENT
    assert 0.9 < claims(report)["radius"].worst_margin < 1


@pytest.mark.parametrize("scale", ["0.001", "0.01"])
def test_the_printed_theorem_is_found_violated(scale, tmp_path):
    """C4: for a small cosine the printed width is too small; the violation is replayed and leaves a witness."""
    report = verify(
        "os19.thm2_1",
        data=I4,
        activation=f"{scale}*cos(z)",
        delta=1,
        assume={"c": 1},
        trials=6,
        steps=3000,
        out=tmp_path,
    )
    assert report.verdict is Verdict.VIOLATED
    assert report.violations == 6
    assert "replayed" in claims(report)["rate"].note
    witness = json.loads((tmp_path / "witness.json").read_text())
    assert witness["claim"] in ("rate", "radius", "path")
    assert witness["width"] == report.width


def test_the_repaired_theorem_is_not_violated():
    """C4: with B >= 1 the small cosine is excluded by name; raising B to 1 makes the width infeasible."""
    small = "0.001*cos(z)"
    excluded = verify("os19.thm2_1.repaired", data=I4, activation=small, delta=1)
    assert excluded.verdict is Verdict.NOT_APPLICABLE
    assert "B_at_least_one" in excluded.reason
    raised = verify("os19.thm2_1.repaired", data=I4, activation=small, delta=1, B=1)
    assert raised.verdict is Verdict.INFEASIBLE
    fits = verify("os19.thm2_1.repaired", data=I4, activation="cos", delta=1, trials=4, steps=12)
    assert fits.verdict is Verdict.CONSISTENT


def test_relu_at_its_literal_width_is_infeasible():
    """The literal width of Theorem 6.3 is out of reach and the report says by how much; lemmas still run."""
    report = verify("os19.thm6_3.tracked", data=I4, activation="relu", delta=1)
    assert report.verdict is Verdict.INFEASIBLE
    assert report.width == 2359296000000
    assert "times the" in report.reason
    lemmas = verify("os19.thm6_3.tracked", data=I4, activation="relu", delta=1, level="lemma", trials=40)
    assert lemmas.verdict is Verdict.CONSISTENT
    assert {item.statement for item in lemmas.claims} >= {"os19.lem6_7", "os19.lem6_9.repaired", "os19.lem6_12"}
    drawn = {item.statement for item in lemmas.tallies if item.trials > 1}  # one result is about the data alone
    assert lemmas.trials == 40 * len(drawn)
    certificate = verify("os19.thm6_3.tracked", data=I4, activation="relu", level="certificate", k=1000, trials=2)
    assert certificate.verdict is Verdict.NOT_APPLICABLE
    assert "certificate" in certificate.reason


COSTLY = {"os19.thm3_2.repaired", "os19.thm3_2.tracked"}  # hold from widths above 10^7 on: minutes
LONG_DATA = {"os19.eqE_1", "os19.d.khatri_rao_law"}  # speak of more samples than coordinates
LEMMAS = [
    item
    for item in statements(paper="os19")
    if "lemma" in levels(item) and (COSTLY | LONG_DATA).isdisjoint(part.id for part in (item, *supporting(item)))
]


@pytest.mark.parametrize("item", LEMMAS, ids=lambda s: s.id)
def test_lemmas_hold_and_their_twins_are_rejected(item):
    """Every result that supports a statement is consistent on random data, with power."""
    taken = set().union(*map(accepted, concerned(item, "lemma")))
    activation = "relu" if any("relu" in h.label for h in item.hypotheses) else "softplus"
    report = verify(
        item.id,
        data="sphere:n=4,d=6,seed=1",
        activation=activation,
        trials=24,
        level="lemma",
        **{name: value for name, value in {"delta": 1, "power": 2, "tail_start": 5}.items() if name in taken},
    )
    assert report.verdict is Verdict.CONSISTENT, report.reason
    assert all(claim.twin_rejected for claim in report.claims)


@pytest.mark.parametrize(
    "id", ["os19.thm6_10", "os19.thm6_10.sharpened", "os19.cor6_11", "os19.cor6_11.sharpened", "os19.d.cert_smooth"]
)
def test_deterministic_theorems_on_measured_networks(id):
    """Meta-theorems whose conditions are measured on each draw tolerate no violation and reject their twins."""
    report = verify(id, data="orthonormal:n=3", activation="softplus", k=20000, trials=3, steps=120)
    assert report.verdict is Verdict.CONSISTENT
    assert report.failure_allowed == 0
    assert report.trials == 3
    assert all(claim.twin_rejected for claim in report.claims)


FALSE_CLAIMS = {
    "rate": sympy.Le(misfit, (1 - tightness * sympy.Rational(1, 4)) ** tau * misfit_0),
    "path": sympy.Le(path_length, misfit_0 / tightness),
}


@pytest.mark.parametrize("label", FALSE_CLAIMS)
def test_planted_false_theorems_are_caught(label, monkeypatch):
    """A theorem with a false rate or path is violated at its own width and confirmed by the slow replay."""
    honest = statement("os19.thm6_2.refined")
    claim = replace(honest.claim(label), template=FALSE_CLAIMS[label], twin=sympy.Integer(3))
    report = verify(replace(honest, claims=(claim,)), data=I4, activation="softplus", delta=1, trials=8, steps=60)
    assert report.verdict is Verdict.VIOLATED
    assert report.violations == 8


def test_a_false_probability_is_caught():
    """A lemma that claims a misfit below |y| with high probability is refuted."""
    honest = statement("os19.lem6_12")
    claim = honest.claim("initial_misfit")
    false = replace(claim, template=claim.template.subs(tightness, 3.2 * tightness))
    report = verify(replace(honest, claims=(false,)), data=I4, activation="softplus", delta=1, trials=64)
    assert report.verdict is Verdict.VIOLATED


def test_without_power_nothing_is_called_consistent():
    """Two trials cannot reject a twin against an allowed failure of 0.39: the verdict is inconclusive."""
    report = verify("os19.thm6_2.refined", data=I4, activation="softplus", delta=1, trials=2, steps=60)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "no power" in report.reason


def test_divergence_is_an_error_or_a_violation_never_agreement():
    """A trial that diverged without breaking a claim earlier makes the verdict error."""
    binding = bind(
        statement("os19.thm6_2.refined"), data=I4, activation_name="softplus", parameters={"delta": 1, "k": 4726}
    )
    steps = np.arange(3.0)[None, :]
    curve = 2.0 * 0.5**steps
    values = {misfit: curve, misfit_0: curve[:, :1], tau: steps}
    claim = statement("os19.thm6_2.refined").claim("rate")
    fine = judge(claim, binding, Observations((0,), values), allowed=0.0)
    broken = judge(claim, binding, Observations((0,), values, broken=(0,)), allowed=0.0)
    assert fine.violations == 0
    assert conclude(broken).verdict is Verdict.ERROR


def test_what_is_uncertain_is_not_held_against_a_claim():
    """A misfit just above the bound counts when lambda is known exactly, and not when lambda is a wide ball."""
    target = statement("os19.thm6_2.refined")
    sharp = bind(target, data=I4, activation_name="softplus", parameters={"delta": 1, "k": 4726})
    blurred = {s: flint.arb(v.mid(), v.mid() / 1000) if s.name == "lambda" else v for s, v in sharp.values.items()}
    steps = np.arange(2.0)[None, :]
    curve = np.array([[2.0, 2.0 * (1 - 0.00916) * 1.0001]])
    seen = Observations((0,), {misfit: curve, misfit_0: curve[:, :1], tau: steps})
    claim = target.claim("rate")
    assert judge(claim, sharp, seen, allowed=0.0).violations == 1
    assert judge(claim, replace(sharp, values=blurred), seen, allowed=0.0).violations == 0


def test_same_seed_same_report():
    """A report depends on nothing but its request."""
    arguments = {"data": I4, "activation": "softplus", "delta": 1, "trials": 5, "steps": 40, "seed": 7}
    first, second = (verify("os19.thm6_2.refined", **arguments) for _ in range(2))
    assert first.claims == second.claims
    assert first.curves == second.curves


@pytest.mark.parametrize(
    ("change", "argument"),
    [
        ({"level": "literall"}, "level"),
        ({"level": "relaxed"}, "k"),
        ({"trials": 0}, "trials"),
        ({"trials": 2.5}, "trials"),
        ({"steps": -1}, "steps"),
        ({"seed": -1}, "seed"),
        ({"k": 0}, "k"),
        ({"k": 10**301}, "k"),
        ({"assume": [1]}, "assume"),
        ({"out": 3}, "out"),
        ({"device": "tpu"}, "device"),
        ({"delta": None}, "delta"),
        ({"out": "/dev/null/folder"}, "out"),
    ],
)
def test_bad_input_is_one_line(change, argument):
    """Every unusable argument is named."""
    arguments = {"data": "orthonormal:n=2", "activation": "softplus", "delta": 1, "trials": 2, "steps": 5, **change}
    with pytest.raises(BadInput) as caught:
        verify("os19.thm6_2.refined", **arguments)
    assert caught.value.argument == argument


def test_an_unusable_width_says_that_infinite_is_one():
    """The message names both kinds of widths."""
    with pytest.raises(BadInput, match=r"k = big: must be an integer from 1 to 10\^300, or infinite"):
        verify("os19.thm6_2.refined", data=I4, activation="softplus", k="big")


def test_a_level_that_makes_no_sense_is_refused():
    """An assumption without claims cannot be verified, and the message lists what can."""
    with pytest.raises(BadInput, match="makes no claim"):
        verify("os19.asm1", data=I4)
    with pytest.raises(BadInput, match="literal, lemma"):
        verify("os19.lem6_12", data=I4, activation="softplus", level="certificate")


@pytest.mark.parametrize("k", [2 * 3**40, 10**30])
def test_the_parity_of_an_astronomical_width_is_decided(k):
    """A width with more digits than the precision is even or odd, and one that is even is too large to run."""
    arguments = {"data": I4, "activation": "softplus", "delta": 1, "trials": 1, "steps": 1}
    even, odd = (verify("os19.thm6_2.refined", k=width, **arguments) for width in (k, k + 1))
    assert (even.verdict, odd.verdict) == (Verdict.INFEASIBLE, Verdict.NOT_APPLICABLE)
    assert f"width {k} needs" in even.reason
    assert "even_width fails" in odd.reason


@pytest.mark.parametrize(
    ("id", "more"),
    [
        ("sjl17.lem5_3", {}),
        ("ofls19.thmB_1", {}),
        ("os19.lem6_12", {"delta": "1"}),
        ("ofls19.lem6_13", {"linearisation_tolerance": "1/2", "output_variance": "1/{k}"}),
    ],
)
@pytest.mark.parametrize("k", [10**13, 10**30])
def test_a_width_that_no_memory_holds_is_refused_by_its_name(id, more, k):
    """Also where only weights are drawn and nothing is trained."""
    given = {name: value.format(k=k) for name, value in more.items()}
    report = verify(id, data="sphere:n=4,d=3,seed=1", activation="softplus", k=k, trials=1, steps=1, **given)
    assert report.verdict is Verdict.INFEASIBLE
    assert str(k) in report.reason


def test_memory_that_runs_out_is_no_traceback(monkeypatch):
    """The verdict is infeasible, and the reason names the width."""

    def full(*arguments, **named):
        raise MemoryError("Unable to allocate 9 GiB")

    monkeypatch.setattr(import_module("boundkit.verify.engine"), "put_on_trial", full)
    report = verify("os19.thm6_2.refined", data=I4, activation="softplus", delta=1, trials=1, steps=1)
    assert report.verdict is Verdict.INFEASIBLE
    assert f"width {report.width}: out of memory: Unable to allocate 9 GiB" == report.reason
