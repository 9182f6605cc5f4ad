"""Attack by counterexample: a claim about the words of the hypotheses alone must hold wherever the hypotheses do.

Points that satisfy the hypotheses are drawn in extended precision; a violation counts when ball arithmetic confirms
it at the very point.
"""

from __future__ import annotations

from typing import Any

import flint
import numpy as np
from sympy import Symbol
from sympy.core.relational import Relational

from boundkit.arithmetic import BALL, precision
from boundkit.arithmetic.evaluate import holds as certainly
from boundkit.attack.admissible import admissible, conditions, facts, holds
from boundkit.attack.finding import Finding, does_not_apply, failed, survived
from boundkit.attack.points import expanded, free_symbols, reduced
from boundkit.statement import VOCABULARY, Statement

NAME = "falsification"
COUNT = 64
BITS = 128


def attack(statement: Statement) -> Finding:
    """Whether no admissible point violates a claim about the words of the hypotheses."""
    relations = conditions(statement)
    known = set(free_symbols(relations)) - _of_runs(relations)
    claims = {
        item.label: reduced(item.relation, statement)
        for item in statement.claims
        if item.chance in ("as stated", "surely") and item.observable in known
    }
    closed = {
        label: claim
        for label, claim in claims.items()
        if all(
            s in known or (VOCABULARY[s.name].origin == "given" and s not in free_symbols(relations))
            for s in claim.free_symbols
        )
    }
    if not closed:
        return does_not_apply(NAME, "no claim is about the words of the hypotheses alone")
    names = free_symbols([*relations, *closed.values()])
    values = admissible([*relations, *facts(statement, names)], names, count=COUNT, seed=statement.id)
    if values is None:
        return does_not_apply(NAME, "no point was found at which the hypotheses hold")
    for label, claim in closed.items():
        where = _violated(claim, values)
        if where is not None:
            point = ", ".join(
                f"{word.name} = {float(values[word][where]):.6g}" for word in sorted(claim.free_symbols, key=str)
            )
            return failed(NAME, f"{label} is false at {point}")
    return survived(NAME, f"{len(closed)} claims at {len(next(iter(values.values())))} points")


def _of_runs(relations: list[Relational]) -> set[Symbol]:
    """Words that a hypothesis ties to what a run or a function does, of which one point says nothing."""
    tied = [{*free_symbols([item])} for item in relations]
    return set().union(*(words for words in tied if any(VOCABULARY[word.name].origin == "run" for word in words)))


def _violated(claim: Relational, values: dict[Symbol, Any]) -> int | None:
    try:
        suspects = np.flatnonzero(~np.atleast_1d(holds(claim, values)))
        with precision(BITS):
            for i in suspects:
                point = {word: flint.arb(float(x[i])) for word, x in values.items()}
                if certainly(expanded(claim), point, BALL) is False:
                    return int(i)
    except NotImplementedError:
        return None
    return None
