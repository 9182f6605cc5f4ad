"""How fast the width must grow: exponents fitted on a sweep, beside the theorem's own on the same data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boundkit.errors import BadInput, Infeasible, NotApplicable
from boundkit.query import required_width
from boundkit.statement import Statement
from boundkit.train import select_device
from boundkit.verify.certificate import certify
from boundkit.verify.request import Request, bound_at, open_in_claims
from boundkit.verify.statistics import mean_interval
from boundkit.verify.sweep import sweep
from boundkit.verify.verdict import ClaimResult, Report, Verdict
from boundkit.verify.width_search import LARGEST_TRIED, PRECISION, keeps, smallest_width

FEWEST = 2  # draws for an interval
BEYOND = 64  # times the required width: as far as widths are tried

Logarithms = NDArray[np.float64]


@dataclass(frozen=True)
class Exponent:
    """The slope of log(width) against log(size) with its two-sided 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Measured:
    """Widths found and required, logarithms [trials, sizes], with the integers that they come from."""

    sizes: tuple[Fraction, ...]
    widths: tuple[tuple[int, ...], ...]
    required: tuple[tuple[int, ...], ...]


def fitted(sizes: Sequence[Any], logarithms: Logarithms, *, uncertainty: float = 0.0) -> Exponent:
    """The exponent of widths with these logarithms [trials, sizes], by least squares in every trial.

    Trials are independent and sizes of one trial are not, so that the interval is Student's for the mean of the
    trials' slopes. It is widened for logarithms that are each known to within `uncertainty` from below.

    >>> found = fitted([10, 20, 40], np.log([[100, 400, 1600], [110, 440, 1760]]))
    >>> round(found.value, 9), round(found.high - found.low, 6)
    (2.0, 0.0)
    """
    places = np.log(np.array([float(size) for size in sizes]))
    weights = places - places.mean()
    weights /= (weights**2).sum()
    slopes = logarithms @ weights
    low, high = mean_interval(slopes)
    half = uncertainty / 2 * float(np.abs(weights).sum())
    return Exponent(float(slopes.mean()), low - half, high + half)


def scaling(target: Statement, request: Request, empty: Report) -> Report:
    """The verdict on the exponent: consistent only if it is certainly positive and certainly not above the theorem's.

    A width is the smallest at which the statement's certificate holds for one draw of data and weights, or else at
    which the draw keeps every claim. The theorem's width is solved for on the same data, and what must not be positive
    is the exponent of the quotient: what changes along the sweep beside the size is in both. Where required widths
    fall, so must measured ones, not faster. A finite range never refutes an exponent.
    """
    if request.k is not None:
        raise BadInput("k", request.k, "is what level scaling searches; leave it out")
    if len(request.trials) < FEWEST:
        raise BadInput("trials", len(request.trials), f"must be at least {FEWEST} at level scaling, for an interval")
    certified = target.certificate is not None and request.activation is not None
    try:
        measured = _measured(target, request, certified=certified)
    except NotApplicable as error:
        return replace(empty, reason=str(error))
    except Infeasible as error:
        return replace(empty, verdict=Verdict.INFEASIBLE, reason=str(error))
    except KeyError as error:
        return replace(empty, reason=f"{error.args[0]} has no value on these data")
    except BadInput:
        raise
    except (ArithmeticError, ValueError, np.linalg.LinAlgError) as error:
        return replace(empty, verdict=Verdict.ERROR, reason=f"{type(error).__name__}: {error}")
    claim, reason, seen = _judged(target, request.vary, measured, kind="certified" if certified else "working")
    return replace(
        empty,
        verdict=claim.verdict,
        reason=reason,
        width=max(max(row) for row in measured.widths),
        trials=len(request.trials),
        claims=(claim,),
        backend=select_device(request.device).name,
        scaling=seen,
    )


def _measured(target: Statement, request: Request, *, certified: bool) -> Measured:
    """Both widths at every size in every trial."""
    rows: list[tuple[int, ...]] = []
    theory: list[tuple[int, ...]] = []
    sizes: tuple[Fraction, ...] = ()
    for done, trial in enumerate(request.trials):
        points = sweep(request, trial)
        sizes = tuple(points)
        theory.append(tuple(_required(target, point, f"{request.vary} = {size}") for size, point in points.items()))
        found = []
        for number, ((size, point), needed) in enumerate(zip(points.items(), theory[-1], strict=True)):
            found.append(_smallest(target, point, needed, f"{request.vary} = {size}", certified=certified))
            if request.progress is not None:
                request.progress(done * len(points) + number + 1, len(request.trials) * len(points))
            if request.budget is not None:
                request.budget.require_share((done + 1) / len(request.trials))
        rows.append(tuple(found))
    return Measured(sizes, tuple(rows), tuple(theory))


def _required(target: Statement, point: Request, where: str) -> int:
    answer = required_width(
        target, data=point.data, activation=point.activation, assume=point.assume, **point.parameters
    )
    if answer.width is None:
        raise NotApplicable("width", f"at {where}: {answer.reason}")
    unknown = open_in_claims(target, bound_at(target, point, answer.width))
    if unknown:
        raise NotApplicable("claims", f"the paper gives no value for {', '.join(unknown)}; supply one with assume")
    return answer.width


def _smallest(target: Statement, point: Request, required: int, where: str, *, certified: bool) -> int:
    def works(k: int) -> bool:
        if not certified:
            return keeps(target, point, k)
        assert point.activation is not None
        options: dict[str, Any] = {"data": point.data, "activation": point.activation, "k": k, "seed": point.seed}
        return certify(trial=point.trials[0], device=point.device, **options).certified

    cap = min(BEYOND * required, LARGEST_TRIED)
    width = smallest_width(works, largest=cap)
    if width is None:
        raise Infeasible(f"at {where} no width up to {cap} works in trial {point.trials[0]}")
    return width


def _judged(
    target: Statement, vary: str, measured: Measured, *, kind: str
) -> tuple[ClaimResult, str, Mapping[str, Any]]:
    widths, needed = (np.array([list(map(log, row)) for row in rows]) for rows in (measured.widths, measured.required))
    falls = fitted(measured.sizes, needed).value < 0
    base, sizes = (f"(1/{vary})", [1 / size for size in measured.sizes]) if falls else (vary, list(measured.sizes))
    found = fitted(sizes, widths, uncertainty=log(PRECISION))
    theory = fitted(sizes, needed)
    excess = fitted(sizes, widths - needed, uncertainty=log(PRECISION))
    words = (
        f"{kind} widths grow like {base}^{found.value:.3g} [{found.low:.3g}, {found.high:.3g}], required ones like "
        f"{base}^{theory.value:.3g}; the difference is {excess.value:.3g} [{excess.low:.3g}, {excess.high:.3g}]"
    )
    grows = found.low > 0
    verdict, note = Verdict.INCONCLUSIVE, ""
    if excess.low > 0:
        note = "the measured exponent is larger, but a finite range refutes no exponent"
    elif excess.high > 0:
        note = "the interval reaches beyond the theorem's exponent"
    elif not grows:
        note = "no power: that the width need not grow was not rejected"
    else:
        verdict = Verdict.CONSISTENT
    largest = theory.value + excess.high
    claim = ClaimResult(
        statement=target.id,
        label="exponent",
        verdict=verdict,
        trials=len(measured.widths),
        worst_margin=largest / theory.value if theory.value > 0 else None,
        slack=theory.value / largest if largest > 0 else None,
        twin_rejected=grows,
        note=note,
    )
    return (
        claim,
        f"{words}; {note}" if note else words,
        {
            "vary": vary,
            "base": base,
            "kind": kind,
            "sizes": [int(size) if size.denominator == 1 else float(size) for size in measured.sizes],
            "widths": [list(row) for row in measured.widths],
            "required": [list(row) for row in measured.required],
            "exponent": found.value,
            "interval": [found.low, found.high],
            "theorem_exponent": theory.value,
            "difference": excess.value,
            "difference_interval": [excess.low, excess.high],
        },
    )
