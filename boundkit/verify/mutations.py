"""Mutated claims: would the verifier notice if a constant of a theorem were wrong?

The claims of a statement that holds are changed one number at a time, in the direction that tightens them, and held
against the same observations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from sympy import Basic, Eq, I, Number, Pow, Rational, sqrt
from sympy.core.relational import Relational

from boundkit.activations import activation as find_activation
from boundkit.data import Dataset
from boundkit.errors import NotApplicable
from boundkit.query import Binding
from boundkit.statement import Claim, Statement
from boundkit.statement.vocabulary import k as width_symbol, n, path_length, tightness
from boundkit.verify.horizon import long_enough
from boundkit.verify.judge import largest_finite, margins, twin_factor
from boundkit.verify.observe import Observations, Plan, floats
from boundkit.verify.request import Request, allowed_failure, bound_at, choose_width, plan_at
from boundkit.verify.statistics import excluded
from boundkit.verify.tally import Tally
from boundkit.verify.trial import judge_data, judged, observed

Fate = Literal["caught", "no power", "loose", "minor"]
FACTORS = {"2": Rational(2), "10": Rational(10)}
KINDS = {
    "weights": "spectral",
    "flips": "spectral",
    "matrices": "spectral",
    "spaces": "spectral",
    "columns": "spectral",
    "forms": "spectral",
    "moves": "spectral",
    "kernels": "spectral",
    "joint": "spectral",
    "linear model": "generalisation",
    "batches": "probability",
    "scalars": "data",
    "initialisation": "probability",
    "units": "probability",
    "sample": "generalisation",
    "classes": "generalisation",
    "points": "landscape",
    "critical points": "landscape",
    "data": "data",
}


@dataclass(frozen=True)
class Mutant:
    """A changed claim: its type, by which factor it was tightened, where, and what came of it.

    Where the changed claim agrees with all that was observed it is `loose` if the claim as a whole could be tightened
    by that factor, of which `slack` is the largest, and `minor` if the number bears on the bound by less: in a small
    summand, a root, a logarithm or one side of a maximum.
    """

    statement: str
    claim: str
    kind: str
    size: str
    change: str
    fate: Fate
    slack: float | None


def claim_kind(claim: Claim) -> str:
    """The type of a claim: rate, radius or path of a training, else that of its experiment."""
    if claim.experiment != "training":
        return KINDS[claim.experiment]
    if claim.observable == path_length:
        return "path"
    moved = any(word in claim.observable.name for word in ("distance", "excursion", "radius"))
    return "radius" if moved else "rate"


def mutants(
    statement: Statement,
    *,
    data: Dataset,
    activation: str | None,
    k: int | None,
    level: str,
    trials: int,
    steps: int,
    seed: int,
    assume: Mapping[str, object],
    **parameters: object,
) -> list[Mutant]:
    """Every mutant of a statement that `verify` calls consistent with the same arguments.

    >>> from boundkit.data import dataset
    >>> from boundkit.papers import statement
    >>> how = {"k": None, "level": "literal", "trials": 24, "steps": 1, "seed": 0, "assume": {}}
    >>> data = dataset("orthonormal:n=4")
    >>> found = mutants(statement("os19.lem6_7"), data=data, activation="softplus", **how)
    >>> "caught" in {item.fate for item in found if item.size == "twin"}
    True
    """
    chosen = None if activation is None else find_activation(activation)
    request = Request(data, chosen, k, tuple(range(trials)), steps, seed, "auto", assume, parameters, None, False, None)
    width, _, reason = choose_width(statement, request, relax=level == "relaxed")
    if width is None or reason is not None:
        raise NotApplicable("width", reason or "there is no width")
    binding = bound_at(statement, request, width)
    allowed = allowed_failure(statement, binding)
    if allowed is None:
        raise NotApplicable("probability", "the stated probability has open constants")
    return mutate(binding, plan_at(statement, request, binding, width), allowed=allowed)


def mutate(binding: Binding, plan: Plan, *, allowed: float) -> list[Mutant]:
    """Every mutant of every claim, judged on one sample of each experiment."""
    found: list[Mutant] = []
    for experiment in dict.fromkeys(claim.experiment for claim in binding.statement.claims):
        claims = [claim for claim in binding.statement.claims if claim.experiment == experiment]
        if experiment == "unobserved":
            continue
        if experiment == "data":
            found += [made for claim in claims for made in _on_data(claim, binding)]
            continue
        sample = observed(binding, plan, claims, allowed)
        if sample is None:
            continue
        found += [made for claim in claims for made in _on_sample(claim, binding, *sample)]
    return found


def changes(claim: Claim, binding: Binding, twin: float) -> Iterator[tuple[str, str, Claim]]:
    """By which factor the claim is changed and where, and the claim with that one number or factor changed.

    A claim without numbers but signs has an unwritten 1 before its bound, tightened as the claim itself tightens.
    """
    factors = dict(FACTORS)
    if 1 < twin < np.inf:
        factors["twin"] = Rational(f"{twin:.3g}")
    written = list(_numbers(claim.template))
    for size, factor in () if any(number != -1 for _, number in written) else FACTORS.items():
        tightened = claim.template.xreplace({tightness: factor * tightness})
        yield size, f"1 to {factor}, unwritten", replace(claim, template=tightened)
    for path, number in written:
        for size, factor in factors.items():
            for changed in (number * factor, number / factor):
                yield size, f"{number} to {changed}", replace(claim, template=_replaced(claim.template, path, changed))
    free = binding.reduce(claim.template).free_symbols
    for size, symbol, power in (("sqrt(n)", n, sqrt(n)), ("k", width_symbol, width_symbol)):
        for factor in (power, 1 / power) if symbol in free else ():
            left, right = claim.template.args
            yield (
                size,
                f"times {factor}",
                replace(claim, template=claim.template.func(left, right * factor, evaluate=False)),
            )


def _numbers(node: Basic, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Where in a tree its numbers stand, without exponents and zeros."""
    if isinstance(node, Number):
        if node.is_finite and node != 0:
            yield path, node
        return
    parts = node.args[:1] if isinstance(node, Pow) and isinstance(node.args[1], Number) else node.args
    for position, part in enumerate(parts):
        yield from _numbers(part, (*path, position))


def _replaced(node: Basic, path: tuple[int, ...], value: Any) -> Any:
    """The tree with another number there."""
    if not path:
        return value
    args = list(node.args)
    args[path[0]] = _replaced(args[path[0]], path[1:], value)
    if isinstance(node, Relational):
        return node.func(*args, evaluate=False)
    return node.func(*args)


def _tighter(claim: Claim, changed: Claim, binding: Binding, seen: Observations) -> bool:
    """Whether the change brings the sides together, or past each other, somewhere, and apart nowhere."""
    if changed.template.has(I):  # the root of a number that has become negative
        return False
    if isinstance(claim.template, Eq):
        return True
    before, after = (margins(item.template, binding, seen, np.float64(1))[0] for item in (claim, changed))
    if before.shape != after.shape:
        return False
    return bool((after >= before).all() and (after > before * (1 + 1e-6)).any())


def _on_sample(claim: Claim, binding: Binding, seen: Observations, allowed: float) -> Iterator[Mutant]:
    """The mutants of a claim, judged as the claim is."""
    part, doubt = long_enough(claim, binding, seen)
    if not part.trials:
        return
    chance = min(1.0, allowed + doubt)
    twin = largest_finite(twin_factor(claim, binding, part))
    slack = judged(claim, binding, part, allowed=chance).slack
    for size, change, changed in changes(claim, binding, twin):
        if _tighter(claim, changed, binding, part):
            loose = _is_loose(slack, size, binding, twin)
            yield _mutant(claim, binding, (size, change), judged(changed, binding, part, allowed=chance), slack, loose)


def _on_data(claim: Claim, binding: Binding) -> Iterator[Mutant]:
    before = judge_data(claim, binding)
    twin = float(binding.evaluate(claim.twin, {}).mid())
    for size, change, changed in changes(claim, binding, twin):
        tally = judge_data(changed, binding)
        if before.worst_margin is None or tally.worst_margin is None:
            continue
        if tally.worst_margin > before.worst_margin * (1 + 1e-6) or isinstance(claim.template, Eq):
            loose = _is_loose(before.slack, size, binding, twin)
            yield _mutant(claim, binding, (size, change), tally, before.slack, loose)


def _is_loose(slack: float | None, size: str, binding: Binding, twin: float) -> bool:
    """Whether the claim as a whole could be tightened by the factor of a change and stay true of what was observed."""
    root, width = (floats(binding).get(symbol, np.nan) ** power for symbol, power in ((n, 0.5), (width_symbol, 1)))
    factors = {"2": 2.0, "10": 10.0, "twin": twin, "sqrt(n)": root, "k": width}
    return slack is not None and bool(slack >= factors[size])


def _mutant(
    claim: Claim, binding: Binding, change: tuple[str, str], tally: Tally, slack: float | None, loose: bool
) -> Mutant:
    caught = excluded(tally.violations, tally.trials, tally.allowed)
    true: Fate = "loose" if loose else "minor"
    fate: Fate = "caught" if caught else "no power" if tally.violations or tally.undecided else true
    return Mutant(binding.statement.id, claim.label, claim_kind(claim), *change, fate, slack)
