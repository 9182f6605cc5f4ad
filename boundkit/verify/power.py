"""Whether a planted-false twin tests what was measured, and what stands in for it where it does not.

A twin that is false whatever had been measured, such as half of the measured number itself, controls nothing: it would
be rejected of zeros too. Such a claim counts only where the slow implementation sees the same numbers in one trial.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Any

import flint
import numpy as np
from sympy import Eq, Symbol

from boundkit.arithmetic import precision
from boundkit.query import Binding
from boundkit.query.check import check
from boundkit.statement import Claim, Hypothesis
from boundkit.statement.vocabulary import tightness
from boundkit.verify.judge import margins, twin_factor
from boundkit.verify.observe import Observations, floats, number
from boundkit.verify.statistics import excluded
from boundkit.verify.tally import Tally

WRONG = 1024  # a control notices a measurement that is wrong by this factor
DISTORTIONS = (1 / WRONG, WRONG, 1 / 32, 32)
BENT = (4, 16)  # powers to which the decay of a curve is raised, as rates are wrong
AGREEMENT = 0.01  # of each side, far above the differences of the implementations
ROUNDING = 1e-9  # of the larger side of a claim: less is nothing
TIES = 0.1  # share of the steps at which rounding may choose another sample or unit of two that are equal
ONE = np.float64(1)
Breaks = Callable[[Observations, Any], bool]  # whether observations break the claim tightened by a factor


def breaks(claim: Claim, binding: Binding, *, allowed: float) -> Breaks:
    """The test of a claim whose failure has probability at most `allowed`."""

    def broken(seen: Observations, factor: Any) -> bool:
        failures = ~margins(claim.template, binding, seen, factor)[1].all(axis=1)
        return excluded(int(failures.sum()), len(seen.trials), allowed)

    return broken


def is_blind(claim: Claim, binding: Binding, seen: Observations, broken: Breaks) -> bool:
    """Whether the twin is broken also by numbers that are far from the measured.

    The observable of the claim is distorted, or else one of the observed or known numbers at a time; distortions that
    break the claim itself say nothing. An equation is its own control: what misses it breaks it.
    """
    if isinstance(claim.template, Eq):
        return False
    for wrong in _distorted(claim, binding, seen):
        if not broken(wrong, ONE) and not broken(wrong, twin_factor(claim, binding, wrong)):
            return False
    return True


def _distorted(claim: Claim, binding: Binding, seen: Observations) -> Iterator[Observations]:
    known = {**floats(binding), **seen.values}
    for symbol in _suspects(claim, binding, seen.values, known):
        value = np.asarray(known[symbol], dtype=float)
        wrong = [size * value for size in DISTORTIONS]
        if value.ndim == 2 and value.shape[1] > 1 and value[:, 0].all():  # a path begins at 0 and has no decay
            with np.errstate(all="ignore"):
                wrong += [value[:, :1] * (value / value[:, :1]) ** power for power in BENT]
        yield from (replace(seen, values={**seen.values, symbol: other}) for other in wrong)


def _suspects(claim: Claim, binding: Binding, *known: Collection[Symbol]) -> list[Symbol]:
    """What is distorted: the first kind of symbols of which the claim mentions any."""
    mentioned = binding.reduce(claim.template).free_symbols
    found = (mentioned.intersection(symbols) for symbols in ({claim.observable}.intersection(known[-1]), *known))
    return sorted(next(filter(None, found), ()), key=str)


def replayed_control(
    claim: Claim, binding: Binding, seen: Observations, again: Observations | None, tally: Tally
) -> Tally:
    """The tally of a claim with a blind twin, rejected only if one trial seen `again` is what the engine saw.

    Where nothing that the claim mentions is observed, or cannot be seen again, there is no control.
    """
    observed = binding.reduce(claim.template).free_symbols & seen.values.keys()
    if again is None or not observed or not observed <= again.values.keys():
        return replace(tally, control="none")
    trial = again.trials[0]
    same = _same(_sides(claim, binding, seen, trial), _sides(claim, binding, again, trial))
    return replace(tally, control="replay", twin_failures=tally.twin_failures if same else 0)


def _sides(claim: Claim, binding: Binding, seen: Observations, trial: int) -> np.ndarray:
    """Both sides of a claim in one trial, [2, steps], without the start, where outputs may be ties."""
    row = slice(place := seen.trials.index(trial), place + 1)
    own = {symbol: array[row] if np.ndim(array) and len(array) > 1 else array for symbol, array in seen.values.items()}
    sides = [np.ravel(number(binding, side, {**own, tightness: ONE})) for side in claim.template.args]
    both = np.stack(np.broadcast_arrays(*sides))
    return both[:, 1:] if both.shape[1] > 1 else both


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether the sides agree, to a part of the largest they are in the run, wherever both have numbers."""
    steps = min(one.shape[1], other.shape[1])
    one, other = one[:, :steps], other[:, :steps]
    known = np.isfinite(one) & np.isfinite(other)
    size = np.where(known, np.maximum(np.abs(one), np.abs(other)), 0.0).max(axis=1, keepdims=True, initial=0.0)
    apart = np.abs(one - other) > AGREEMENT * size + ROUNDING * size.max()
    return bool(known.any() and (apart & known).sum() <= TIES * known.sum())


def is_blind_on_data(claim: Claim, binding: Binding) -> bool:
    """`is_blind` for a claim about the data alone."""
    if isinstance(claim.template, Eq):
        return False
    template = Hypothesis(claim.label, "data", claim.template)
    for symbol in _suspects(claim, binding, binding.values):
        for size in DISTORTIONS:
            wrong = {symbol: binding.values[symbol] * flint.arb(size)}
            with precision():
                twin = binding.evaluate(claim.twin, wrong)
            kept = [check(template, binding, {**wrong, tightness: factor}).holds for factor in (flint.arb(1), twin)]
            if kept[0] is True and kept[1] is not False:
                return False
    return True
