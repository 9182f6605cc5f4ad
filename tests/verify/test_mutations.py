"""Mutated claims: a fixed sample of those behind the page Mutations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy

from boundkit.campaign import Campaign, read_campaign
from boundkit.campaign.task import arguments
from boundkit.data import dataset
from boundkit.papers import statement
from boundkit.query import bind
from boundkit.verify import verify
from boundkit.verify.mutations import Mutant, changes, claim_kind, mutants

HOW: dict[str, Any] = {"k": None, "level": "literal", "steps": 60, "seed": 0, "assume": {}}
DATA = dataset("orthonormal:n=4")
SPEC = Path(__file__).parents[2] / "tables" / "verification.toml"
SAMPLE = ("os19.lem6_7", "os19.lem6_7.sharpened", "os19.thm6_2.refined")


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    """Every statement with its settings."""
    return read_campaign(SPEC)


def found(id: str) -> list[Mutant]:
    """The mutants of a statement."""
    given = {} if id.startswith("os19.lem6_7") else {"delta": 1}
    return mutants(statement(id), data=DATA, activation="softplus", trials=24, **HOW, **given)


def in_campaign(id: str, campaign: Campaign) -> list[Mutant]:
    """The mutants of a statement in its settings of the campaign."""
    cell = next(cell for cell in campaign.cells if cell.statement == id)
    trials = campaign.trials[campaign.cells.index(cell)]
    return mutants(statement(id), k=cell.k, level=cell.level, trials=trials, **arguments(cell))


@pytest.mark.parametrize("id", SAMPLE)
def test_most_mutants_are_caught_at_the_factor_of_the_twin(id: str) -> None:
    """A number that is wrong by the factor of the twin is noticed wherever it bears on the claim as the twin does."""
    large = [item for item in found(id) if item.size == "twin"]
    caught = sum(item.fate == "caught" for item in large)
    assert large
    assert caught >= len(large) / 2


def test_a_change_is_of_one_number() -> None:
    """Each changed claim differs from the claim in one number, and no number is an exponent."""
    target = statement("os19.thm6_2.refined")
    claim = target.claim("rate")
    binding = bind(target, data=DATA, activation_name="softplus", parameters={"delta": 1, "k": 100})
    seen = [(size, changed) for size, _, changed in changes(claim, binding, 50.0)]
    assert {size for size, _ in seen} >= {"2", "10", "twin"}
    for _, changed in seen:
        assert changed.template != claim.template
        assert changed.template.rel_op == claim.template.rel_op
    halves = [changed.template for size, changed in seen if size == "2"]
    assert any(relation.atoms(sympy.Number) - claim.template.atoms(sympy.Number) for relation in halves)


def test_a_claim_with_no_number_but_a_sign_has_an_unwritten_one() -> None:
    """|P - P'| <= D / (l - D) is tightened as a whole too, which changing its minus sign hardly does."""
    data = dataset("mixture:K=2,C=1,n=6,d=6,noise=0.1,orthonormal=true")
    binding = bind(statement("ofls19.lemA_2.tracked"), data=data, activation_name="sin", parameters={"k": 10})
    claim = binding.statement.claim("projection")
    assert [text for _, text, _ in changes(claim, binding, 3.0)] == [
        *("1 to 2, unwritten", "1 to 10, unwritten"),
        *(f"-1 to {value}" for value in ("-2", "-1/2", "-10", "-1/10", "-3", "-1/3")),
    ]


def test_what_is_true_of_all_observations_is_loose_or_minor() -> None:
    """A bound 3 |y| with a margin of 0.49 holds when halved, not when a tenth is left; one of its ones may go."""
    made = found("os19.lem6_12")
    assert {(item.size, item.fate) for item in made} == {("2", "loose"), ("10", "minor"), ("twin", "minor")}
    assert all(item.slack == pytest.approx(1 / 0.4904, rel=0.01) for item in made)


def test_mutants_are_judged_as_the_claims_are() -> None:
    """Means over starts that meet measured conditions leave none of them out."""
    given: dict[str, Any] = {"activation": "tanh", "steps": 40, "k": 100, "trials": 6, "b": 2, "output_std": "1/400"}
    report = verify("sgd22.d.exit", data=(data := dataset("orthonormal:n=2")), **given)
    made = mutants(statement("sgd22.d.exit"), data=data, level="literal", seed=0, assume={}, **given)
    assert statement("sgd22.d.exit").claim("rate").chance == "in expectation"
    slacks = {tally.label: tally.slack for tally in report.tallies}
    judged = {item.claim: item.slack for item in made}
    assert "rate" in judged
    assert judged.items() <= slacks.items()


@pytest.mark.parametrize(
    "id",
    [
        "ofls19.lem6_14",
        "os19.lem6_12.sharpened",
        "sgd22.d.iterations",
        "sgd22.lem3",
        "sjl17.d.centred_norm",
        "sjl17.d.stationary_loss.narrow",
        "sjl17.lemF_2",
        "sjl17.thm2_2_approximate",
        "sjl17.thm2_2_approximate.sharpened",
        "zczg18.lem5_5.tracked",
        "zczg18.lem5_7",
    ],
)
def test_the_campaign_tries_loose_statements_where_a_wrong_number_shows(id: str, campaign: Campaign) -> None:
    """Of these no mutant was caught in the settings of the statements around them."""
    assert "caught" in {item.fate for item in in_campaign(id, campaign)}


@pytest.mark.parametrize(
    ("id", "slack"),
    [
        ("os19.d.lambda_gersh", 6),
        ("os19.d.lambda_sep", 4),
        ("os19.lemH_2", 4),
        ("sgd22.d.anytime", 6),
        ("sjl17.thm2_2_approximate.tracked", 2),
        ("zczg18.d.gd_iterations", 5),
        ("zczg18.lemD_3", 2),
    ],
)
def test_the_campaign_tries_statements_near_equality(id: str, slack: float, campaign: Campaign) -> None:
    """A claim of each is broken when it is tightened by this factor."""
    assert min(item.slack or np.inf for item in in_campaign(id, campaign)) < slack


def test_types_of_claims() -> None:
    """Training claims are told apart by what they bound, the others by what is observed."""
    kinds = {claim.label: claim_kind(claim) for claim in statement("os19.thm6_2.refined").claims}
    assert kinds == {"rate": "rate", "radius": "radius", "path": "path"}
    assert claim_kind(statement("os19.lem6_12").claims[0]) == "probability"
