"""How fast the width must grow: exponents fitted on a sweep of the data, beside the theorem's own."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.stats import linregress, t as student

from boundkit.data import Dataset, dataset
from boundkit.data.generators import GENERATORS
from boundkit.data.specs import parse
from boundkit.errors import BadInput, Infeasible, NotApplicable
from boundkit.query import required_width
from boundkit.statement import Statement
from boundkit.verify.certificate import certify
from boundkit.verify.request import Request
from boundkit.verify.statistics import CONFIDENCE
from boundkit.verify.verdict import ClaimResult, Report, Verdict
from boundkit.verify.width_search import LARGEST_TRIED, holds, smallest_width

FACTORS = (1.0, 1.5, 2.0, 3.0)
FEWEST = 3  # sizes for a fit with an interval


@dataclass(frozen=True)
class Exponent:
    """The slope of log(width) against log(size) with its two-sided 95 % interval."""

    value: float
    low: float
    high: float


def fitted(sizes: Sequence[float], widths: Sequence[float]) -> Exponent:
    """The exponent of widths that grow with sizes, by least squares on logarithms.

    >>> found = fitted([10, 20, 40], [100, 400, 1600])
    >>> round(found.value, 9), round(found.high - found.low, 6)
    (2.0, 0.0)
    """
    line = linregress(np.log(np.asarray(sizes, float)), np.array([float(np.log(w)) for w in widths]))
    half = float(student.ppf((1 + CONFIDENCE) / 2, len(sizes) - 2)) * float(line.stderr)
    return Exponent(float(line.slope), float(line.slope) - half, float(line.slope) + half)


def sweep(data: Dataset, vary: str, trial: int = 0) -> dict[int, Dataset]:
    """The data set of the generator at 1, 1.5, 2 and 3 times one of its parameters, by the value of that parameter.

    The seed of the generator is raised by `trial`, so that trials are independent draws of the data too. Raises
    NotApplicable for data without a generator and BadInput for a parameter that is no number of the specification.

    >>> from boundkit.data import dataset
    >>> list(sweep(dataset("sphere:n=4,d=3"), "n"))
    [4, 6, 8, 12]
    """
    written = parse(data.name, lambda name: False)
    if written.name not in GENERATORS:
        raise NotApplicable("generator", f"{data.name} does not come from a generator that could be swept")
    first = str(written.parameters.get(vary, ""))
    if not first.isdigit() or vary == "seed":
        numbers = ", ".join(k for k, v in written.parameters.items() if str(v).isdigit() and k != "seed")
        raise BadInput("vary", vary, f"must be a whole number of the specification of the data: {numbers}")
    values = sorted({round(int(first) * factor) for factor in FACTORS})
    given: dict[str, Any] = dict(written.parameters)
    if "seed" in inspect.signature(GENERATORS[written.name]).parameters:
        given["seed"] = int(given.get("seed", 0)) + trial
    return {value: dataset(written.name, **{**given, vary: value}) for value in values}


def scaling(target: Statement, request: Request, empty: Report) -> Report:
    """The verdict on the exponent: consistent only if it is certainly positive and certainly not above the theorem's.

    A width is the smallest at which the statement's certificate holds for one draw of data and weights, or else at
    which training keeps every claim; the fit is through all sizes and trials. A finite range never refutes an exponent.
    """
    certified = target.certificate is not None and request.activation is not None
    sizes, theory, measured = [], [], []
    try:
        draws = [(trial, item) for trial in request.trials for item in sweep(request.data, request.vary, trial).items()]
        for trial, (size, data) in draws:
            answer = required_width(
                target, data=data, activation=request.activation, assume=request.assume, **request.parameters
            )
            if answer.width is None:
                raise NotApplicable("width", f"at {request.vary} = {size}: {answer.reason}")
            cap = min(answer.width, LARGEST_TRIED)
            width = smallest_width(_predicate(target, request, data, trial, certified=certified), largest=cap)
            if width is None:
                raise Infeasible(f"at {request.vary} = {size} no width up to {cap} works")
            sizes.append(size)
            theory.append(answer.width)
            measured.append(width)
    except NotApplicable as error:
        return replace(empty, reason=str(error))
    except Infeasible as error:
        return replace(empty, verdict=Verdict.INFEASIBLE, reason=str(error))
    if len(set(sizes)) < FEWEST:
        return replace(empty, reason=f"{request.vary} takes only the values {sorted(set(sizes))}: too few for a fit")
    claim, seen = _judged(target, request, sizes, theory, measured, certified=certified)
    return replace(
        empty,
        verdict=claim.verdict,
        reason=claim.note,
        width=max(measured),
        trials=len(request.trials),
        claims=(claim,),
        scaling=seen,
    )


def _predicate(target: Statement, request: Request, data: Dataset, trial: int, *, certified: bool) -> Any:
    from boundkit.verify.engine import verify

    def is_certified(k: int) -> bool:
        assert request.activation is not None
        options: dict[str, Any] = {"data": data, "activation": request.activation, "k": k, "seed": request.seed}
        return certify(trial=trial, device=request.device, **options).certified

    def works(k: int) -> bool:
        options: dict[str, Any] = {**request.parameters, "assume": request.assume, "device": request.device}
        report = verify(
            target,
            data=data,
            activation=request.activation,
            k=k,
            level="relaxed",
            trials=[trial],
            steps=request.steps,
            seed=request.seed,
            **options,
        )
        return holds(report)

    return is_certified if certified else works


def _judged(
    target: Statement,
    request: Request,
    sizes: Sequence[int],
    theory: Sequence[int],
    measured: Sequence[int],
    *,
    certified: bool,
) -> tuple[ClaimResult, Mapping[str, Any]]:
    seen, required = fitted(sizes, measured), fitted(sizes, theory)
    kind = "certified" if certified else "working"
    words = (
        f"{kind} widths grow like {request.vary}^{seen.value:.3g} [{seen.low:.3g}, {seen.high:.3g}], required ones "
        f"like {request.vary}^{required.value:.3g}"
    )
    grows = seen.low > 0
    verdict = Verdict.INCONCLUSIVE
    if seen.low > required.value:
        words += "; the measured exponent is larger, but a finite range refutes no exponent"
    elif seen.high > required.value:
        words += "; the interval reaches beyond the theorem's exponent"
    elif not grows:
        words += "; no power: that the width need not grow was not rejected"
    else:
        verdict = Verdict.CONSISTENT
    claim = ClaimResult(
        statement=target.id,
        label="exponent",
        verdict=verdict,
        trials=len(request.trials),
        worst_margin=seen.high / required.value if required.value > 0 else None,
        slack=required.value / seen.high if seen.high > 0 else None,
        twin_rejected=grows,
        note=words,
    )
    return claim, {
        "vary": request.vary,
        "sizes": list(sizes),
        "widths": list(measured),
        "kind": kind,
        "exponent": seen.value,
        "interval": [seen.low, seen.high],
        "required": list(theory),
        "theorem_exponent": required.value,
    }
