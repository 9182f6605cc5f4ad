"""Mutated claims: a fixed sample of those behind the page Mutations."""

from __future__ import annotations

from typing import Any

import pytest
import sympy

from boundkit.data import dataset
from boundkit.papers import statement
from boundkit.query import bind
from boundkit.verify.mutations import Mutant, changes, claim_kind, mutants

HOW: dict[str, Any] = {"k": None, "level": "literal", "steps": 60, "seed": 0, "assume": {}}
DATA = dataset("orthonormal:n=4")
SAMPLE = ("os19.lem6_7", "os19.lem6_7.sharpened", "os19.thm6_2.refined")


def found(id: str) -> list[Mutant]:
    """The mutants of a statement."""
    return mutants(statement(id), data=DATA, activation="softplus", trials=24, delta=1, **HOW)


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


def test_types_of_claims() -> None:
    """Training claims are told apart by what they bound, the others by what is observed."""
    kinds = {claim.label: claim_kind(claim) for claim in statement("os19.thm6_2.refined").claims}
    assert kinds == {"rate": "rate", "radius": "radius", "path": "path"}
    assert claim_kind(statement("os19.lem6_12").claims[0]) == "probability"
