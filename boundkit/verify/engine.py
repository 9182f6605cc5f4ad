"""`verify`: which statement is run at which level, at which width, within which limits."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from boundkit.activations import Activation, activation as find_activation
from boundkit.data import Dataset, dataset
from boundkit.errors import BadInput, Infeasible, NotApplicable, shorten
from boundkit.papers import statement as find
from boundkit.query import Binding
from boundkit.query.bind import require
from boundkit.query.derive import unsuited
from boundkit.query.given import named_values
from boundkit.query.share import share
from boundkit.statement import VOCABULARY, Statement
from boundkit.train import select_device
from boundkit.train.backend import devices_left
from boundkit.train.checks import positive
from boundkit.verify.arguments import (
    INFINITE,
    LARGEST_SEED,
    LARGEST_STEPS,
    folder_of,
    integer_in,
    trials_of,
    width_of,
)
from boundkit.verify.budget import Budget
from boundkit.verify.levels import SCALING, VARIED, concerned, require_level
from boundkit.verify.observe import Plan, Progress
from boundkit.verify.orders import missing_width
from boundkit.verify.request import (
    Request,
    allowed_failure,
    bound_at,
    choose_width,
    open_in_claims,
    plan_at,
)
from boundkit.verify.statistics import interval
from boundkit.verify.trial import Outcome, put_on_trial
from boundkit.verify.verdict import Report, Verdict, conclude, leading_note, worst


def verify(
    statement: str | Statement,
    *,
    data: Dataset | str,
    activation: str | Activation | None = None,
    k: int | str | None = None,
    level: str = "literal",
    trials: int | Sequence[int] = 16,
    steps: int = 1000,
    seed: int = 0,
    device: str = "auto",
    assume: Mapping[str, object] | None = None,
    out: str | Path | None = None,
    replay_always: bool = False,
    budget: float | None = None,
    progress: Progress | None = None,
    vary: str = VARIED,
    **parameters: object,
) -> Report:
    """Put a statement on trial and report the verdict, with margin, slack and false twin of every claim.

    Levels: `literal` (all hypotheses met, at width `k` or else at the width the statement itself requires),
    `certificate` (its deterministic theorem, conditions measured on each initialisation), `lemma` (the results
    its proof uses), `relaxed` (width hypotheses that fail at `k` are listed and ignored), `scaling` (the exponent of
    the smallest width that is certified or works, where the number `vary` of data or parameters grows). With
    `k` = "infinite" start and training are those of the limit, bounds those of width 2^180. `trials` is their number or
    their indices, `out` a folder for witnesses; `replay_always` replays a violation also where the statement allows
    some. What a short calibration says to take longer than `budget` seconds is not run, but infeasible. Raises BadInput
    for unusable arguments; everything else is a verdict.

    >>> verify("os19.lem6_4", data="sphere:n=6,d=5,seed=1", activation="softplus").verdict
    <Verdict.CONSISTENT: 'consistent'>
    """
    target = find(statement)
    request = Request(
        data=dataset(data) if isinstance(data, str) else data,
        activation=None if activation is None else find_activation(activation),
        k=width_of(k),
        trials=trials_of(trials),
        steps=integer_in("steps", steps, 1, LARGEST_STEPS),
        seed=integer_in("seed", seed, 0, LARGEST_SEED),
        device=device,
        assume=named_values("assume", assume),
        parameters=parameters,
        out=folder_of(out),
        replay_always=replay_always,
        progress=progress,
        infinite=k == INFINITE,
        vary=vary,
        budget=None if budget is None else Budget(positive("budget", budget)),
    )
    require_level(target, level, vary=vary)
    started = time.perf_counter()
    with devices_left(device) as reasons:
        report = _LEVELS[level](target, request)
    if reasons and report.backend != "none":
        report = replace(report, backend=f"cpu ({reasons[0]})")
    return replace(
        report,
        level=level,
        statement=target.id,
        seconds=time.perf_counter() - started,
        infinite=request.infinite,
        parameters={name: str(value) for name, value in parameters.items()},
    )


def _literal(target: Statement, request: Request, *, relax: bool = False) -> Report:
    """All hypotheses checked at the width; with `relax`, failing width hypotheses are only listed."""
    unfit = unsuited(target, request.data, request.activation)
    if unfit is not None:
        return _empty(target, request, width=None, reason=unfit[1])
    width, relaxed, reason = choose_width(target, request, relax=relax)
    empty = _empty(target, request, width=None if request.infinite else width, reason=reason, relaxed=relaxed)
    if reason is not None or width is None:
        return empty
    try:
        binding = bound_at(target, request, width)
        plan = plan_at(target, request, binding, width)
    except NotApplicable as error:
        return replace(empty, reason=str(error))
    except Infeasible as error:
        return replace(empty, verdict=Verdict.INFEASIBLE, reason=str(error))
    allowed = allowed_failure(target, binding)
    if allowed is None:
        return replace(empty, reason="the stated probability has open constants")
    order = missing_width(binding, width)
    if order is not None and relax:
        empty = replace(empty, relaxed=(*relaxed, "width_order"))
    elif order is not None:
        words = "up to a constant and logarithms"
        reason = f"the width has to be of order {order:.3g} {words}, {order / width:.3g} times the width {width}"
        return replace(empty, verdict=Verdict.INFEASIBLE, reason=reason)
    unknown_constants = open_in_claims(target, binding)
    if unknown_constants:
        names = ", ".join(unknown_constants)
        return replace(empty, reason=f"the paper gives no value for {names}; supply one with assume")
    try:
        if request.budget is not None:
            request.budget.require(binding, plan)
        outcome = put_on_trial(
            binding,
            plan,
            allowed=allowed,
            out=request.out,
            replay_always=request.replay_always,
            relaxed=empty.relaxed,
        )
    except NotApplicable as error:
        return replace(empty, reason=str(error))
    except Infeasible as error:
        return replace(empty, verdict=Verdict.INFEASIBLE, reason=str(error))
    except MemoryError as error:
        reason = f"width {width}: out of memory: {shorten(error)}"
        return replace(empty, verdict=Verdict.INFEASIBLE, reason=reason)
    except BadInput:
        raise
    except KeyError as error:
        return replace(empty, reason=_without(binding, error))
    except (ArithmeticError, ValueError, np.linalg.LinAlgError) as error:
        return replace(empty, verdict=Verdict.ERROR, reason=f"{type(error).__name__}: {error}")
    return _finished(empty, outcome, plan, allowed if outcome.allowed is None else outcome.allowed)


def _without(binding: Binding, error: KeyError) -> str:
    """Why there is no verdict where a symbol has no value; BadInput where the caller could have given it."""
    word = VOCABULARY.get(str(error.args[0]))
    if word is None:
        raise error
    require(binding, word.symbol)
    failing = "" if binding.failing is None else f": {binding.failing[1]}"
    return f"{word.name} has no value on these data{failing}"


def _empty(
    target: Statement,
    request: Request,
    *,
    width: int | None,
    reason: str | None,
    relaxed: tuple[str, ...] = (),
) -> Report:
    """A report of nothing run: what an inapplicable statement gets."""
    return Report(
        statement=target.id,
        level="literal",
        verdict=Verdict.NOT_APPLICABLE,
        reason=reason,
        data=request.data.name,
        activation=request.activation.name if request.activation else None,
        width=width,
        seed=request.seed,
        relaxed=relaxed,
        assumed={name: str(value) for name, value in request.assume.items()},
    )


def _finished(empty: Report, outcome: Outcome, plan: Plan, allowed: float) -> Report:
    violations = len(outcome.broken_trials)
    claims = tuple(map(conclude, outcome.tallies))
    return replace(
        empty,
        verdict=worst([item.verdict for item in claims]),
        reason=outcome.reason or leading_note(claims),
        trials=outcome.trials,
        violations=violations,
        interval=interval(violations, outcome.trials) if outcome.trials else None,
        failure_allowed=allowed,
        claims=claims,
        tallies=tuple(outcome.tallies),
        witness=outcome.witness,
        backend=select_device(plan.device).name,
        steps=plan.steps,
        step_size=outcome.step_size,
        curves=outcome.curves,
    )


def _certificate(target: Statement, request: Request) -> Report:
    """The deterministic theorem on each initialisation, at `k` or at the width that the target requires."""
    own, (theorem, theirs) = _shared(target, request, "certificate")
    width = request.k
    if width is None and theorem is not target:
        width, _, reason = choose_width(*own, relax=False)
        if width is None:
            return _empty(target, request, width=None, reason=reason)
    return _literal(theorem, replace(theirs, k=width))


def _shared(target: Statement, request: Request, level: str) -> list[tuple[Statement, Request]]:
    """The statements that the level is about, the target first, each with its part of the request."""
    chosen = concerned(target, level)
    parts = share(chosen, request.parameters, request.assume)
    return [
        (item, replace(request, parameters=parameters, assume=assume))
        for item, (parameters, assume) in zip(chosen, parts, strict=True)
    ]


def _lemma(target: Statement, request: Request) -> Report:
    """Each supporting result at its own width (or at `k`), merged into one report."""
    reports = [_literal(*part) for part in _shared(target, request, "lemma")[1:]]
    tried = [report for report in reports if report.claims]
    if not tried:
        return reports[0]
    skipped = [f"{r.statement}: {r.reason}" for r in reports if not r.claims]
    notes = [r.reason for r in tried if r.reason] + skipped
    return replace(
        tried[0],
        verdict=worst([report.verdict for report in tried]),
        reason="; ".join(dict.fromkeys(notes)) or None,
        width=max((r.width for r in tried if r.width is not None), default=None),
        trials=sum(r.trials for r in tried),
        violations=sum(r.violations for r in tried),
        interval=None,
        failure_allowed=None,
        assumed={name: value for r in tried for name, value in r.assumed.items()},
        claims=tuple(item for r in tried for item in r.claims),
        tallies=tuple(item for r in tried for item in r.tallies),
        witness=next((r.witness for r in tried if r.witness), None),
    )


def _scaling(target: Statement, request: Request) -> Report:
    """The exponent of the width, without training at `k`."""
    from boundkit.verify.scaling import scaling

    return scaling(target, request, _empty(target, request, width=None, reason=None))


def _relaxed(target: Statement, request: Request) -> Report:
    if request.k is None:
        raise BadInput("k", None, "is needed at level relaxed: the width to try")
    return _literal(target, request, relax=True)


_LEVELS: dict[str, Any] = {
    "literal": _literal,
    "certificate": _certificate,
    "lemma": _lemma,
    "relaxed": _relaxed,
    SCALING: _scaling,
}
