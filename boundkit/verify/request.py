"""What is asked of `verify`, and the width, the binding and the plan that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from boundkit.activations import Activation, activation as find_activation
from boundkit.arithmetic import exact
from boundkit.data import Dataset
from boundkit.errors import Infeasible
from boundkit.query import Binding, bind, check_all, guarantee, required_width
from boundkit.query.check import Check
from boundkit.query.waiting import awaited, waits
from boundkit.statement import Statement
from boundkit.statement.classes import relu_units
from boundkit.statement.vocabulary import k
from boundkit.train.backend import host_memory
from boundkit.verify.budget import Budget
from boundkit.verify.levels import VARIED
from boundkit.verify.observe import Plan, Progress, experiment
from boundkit.verify.observe.conditions import compared

UNBOUNDED_WIDTH = 1000  # for results that hold at every width
LIMIT_WIDTH = 2**180  # where bounds are evaluated for their limit: exact in ball arithmetic, powers finite in float64
LARGEST_FREE_WIDTH = 2**17
TELLING_FAILURE = 0.1


@dataclass(frozen=True)
class Request:
    """What the caller asked for."""

    data: Dataset
    activation: Activation | None
    k: int | None
    trials: tuple[int, ...]
    steps: int
    seed: int
    device: str
    assume: Mapping[str, object]
    parameters: Mapping[str, object]
    out: Path | None
    replay_always: bool
    progress: Progress | None
    budget: Budget | None = None
    infinite: bool = False
    vary: str = VARIED


def _arguments(request: Request) -> dict[str, Any]:
    return {
        "data": request.data,
        "activation": request.activation,
        "assume": request.assume,
        **request.parameters,
    }


def choose_width(target: Statement, request: Request, *, relax: bool) -> tuple[int | None, tuple[str, ...], str | None]:
    """The width to run at, the labels relaxed, and why there is none."""
    bounded = any(item.role == "width" for item in target.hypotheses)
    if _measured(target, request):
        bounded = False
    if bounded and request.k is None:
        own = natural_width(target, request)
        found = (None, (), None) if own is None else choose_width(target, replace(request, k=own), relax=relax)
        if found[0] is not None and found[2] is None:
            return found
        answer = required_width(target, **_arguments(request))
        if answer.width is None and own is not None:
            return found
        width = answer.width if answer.width is None else answer.width + answer.width % 2
        return width, (), answer.reason
    if not bounded:
        width = request.k or natural_width(target, request) or _free_width(target, request)
        binding = bound_at(target, request, width)
        fixed = [item for item in target.hypotheses if item.role != "run"]
        failed = [item for item in check_all(fixed, binding, {}) if item.holds is not True]
        failed = [item for item in failed if not _waits_for_run(target, binding, item.label)]
        return width, (), _fails(target, failed[0]) if failed else None
    assert request.k is not None
    answer = guarantee(target, k=request.k, **_arguments(request))
    roles = {item.label: item.role for item in target.hypotheses}
    relaxed = tuple(label for label in answer.failing if relax and roles[label] == "width")
    binding = bound_at(target, request, request.k)
    later = {item.label for item in target.hypotheses if waits(item, binding)}
    undecided = {item.label for item in answer.checks if item.holds is None} & later
    blocking = [label for label in answer.failing if label not in relaxed and label not in undecided]
    if not blocking:
        return request.k, relaxed, None
    first = next(item for item in answer.checks if item.label == blocking[0])
    undecided_first = first.label == answer.failing[0] and (first.holds is None or first.left is None)
    return request.k, relaxed, answer.reason if undecided_first else _fails(target, first)


def _fails(target: Statement, failed: Check) -> str:
    """Which hypothesis fails, and of an inequality the two numbers."""
    words = f"hypothesis {failed.label} fails"
    if failed.holds is None or failed.left is None or target.hypothesis(failed.label).relation.rel_op == "==":
        return words
    return f"{words}: {compared(float(failed.left.mid()), float(failed.right.mid()))}"


def _measured(target: Statement, request: Request) -> bool:
    """Whether the conditions are on quantities that are measured on each start, so that any width may be tried."""
    if not any(item.role == "run" for item in target.hypotheses):
        return False
    binding = bound_at(target, request, request.k or UNBOUNDED_WIDTH)
    widths = [h for h in target.hypotheses if h.role == "width" and not awaited(h, binding, (k,))]
    if any(item.relation.rel_op in (">=", ">") for item in widths):
        return False
    return all(binding.reduce(item.relation).free_symbols <= set(binding.values) for item in widths)


def natural_width(target: Statement, request: Request) -> int | None:
    """The smallest width that the experiments of the claims suggest; None where they suggest none."""
    binding = bound_at(target, request, UNBOUNDED_WIDTH)
    kinds = {claim.experiment for claim in target.claims} - {"data", "unobserved"}
    widths = [found(binding) for kind in kinds if (found := experiment(kind, binding).width) is not None]
    return min(widths, default=None)


def _free_width(target: Statement, request: Request) -> int:
    """A width for a result that holds at every width: large enough for its probability to say something."""
    if target.probability is None or k not in bound_at(target, request, 2).reduce(target.probability).free_symbols:
        return UNBOUNDED_WIDTH
    width = UNBOUNDED_WIDTH
    while width < LARGEST_FREE_WIDTH:
        failure = allowed_failure(target, bound_at(target, request, width))
        if failure is None or failure <= TELLING_FAILURE:
            break
        width *= 2
    return width


def allowed_failure(target: Statement, binding: Binding) -> float | None:
    """The largest failure probability that the statement allows, rounded up; None with open constants.

    NaN where it depends on the start, on which it is measured.
    """
    if target.probability is None:
        return 0.0
    symbols = binding.reduce(target.failure).free_symbols - set(binding.values)
    if symbols and symbols.isdisjoint(binding.missing):
        return float("nan")
    try:
        return min(1.0, float(binding.evaluate(target.failure, {}).upper()))
    except KeyError:
        return None


def open_in_claims(target: Statement, binding: Binding) -> list[str]:
    """Open constants without an assumed value on which a condition, the step size or a claim on trial depends."""
    parts = [item.relation for item in target.hypotheses]
    parts += [item.template for item in target.claims if item.experiment != "unobserved"]
    parts += [target.setting.step_size] if target.setting and target.setting.step_size is not None else []
    used = set().union(*(binding.reduce(part).free_symbols for part in parts))
    return sorted(symbol.name for symbol in binding.missing if symbol in used)


def _waits_for_run(target: Statement, binding: Binding, label: str) -> bool:
    """Step-size conditions of meta-theorems are about measured quantities; they hold by the choice of step."""
    symbols = binding.reduce(target.hypothesis(label).relation).free_symbols
    return not symbols <= set(binding.values)


def bound_at(target: Statement, request: Request, width: int) -> Binding:
    """The statement with the values of the request, at this width."""
    return bind(
        target,
        data=request.data,
        activation_name=request.activation,
        parameters={**request.parameters, "k": width},
        assume=request.assume,
    )


def plan_at(target: Statement, request: Request, binding: Binding, width: int) -> Plan:
    """How to run the request at this width; Infeasible when the network does not fit into memory."""
    plan = Plan(
        data=request.data,
        activation=request.activation or find_activation("relu" if relu_units(target) else "softplus"),
        width=width,
        trials=request.trials,
        steps=request.steps,
        seed=request.seed,
        device=request.device,
        progress=request.progress,
        given={name: float(exact(name, value)) for name, value in request.parameters.items() if value is not None},
    )
    if request.infinite:
        return replace(plan, infinite=True)
    kinds = {claim.experiment for claim in target.claims} - {"data", "unobserved"}
    estimates = [experiment(kind, binding).bytes_needed for kind in kinds]
    needed = max((estimate(binding, plan) for estimate in estimates if estimate is not None), default=0)
    available = host_memory()
    if needed > available:
        raise Infeasible(
            f"width {width} needs {needed / 2**30:.3g} GiB of memory, {needed / available:.3g} times the "
            f"{available / 2**30:.3g} GiB available"
        )
    return plan
