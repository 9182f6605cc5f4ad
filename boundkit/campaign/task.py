"""One task of a campaign: some trials of one cell, as a row for the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from boundkit.campaign.spec import LOOSENESS, Cell
from boundkit.data import Dataset, dataset
from boundkit.errors import BoundkitError, Infeasible, shorten
from boundkit.train.cuda import DeviceFault
from boundkit.verify import Verdict, verify
from boundkit.verify.width_search import looseness
from boundkit.version import versions

DATA_KEPT = 8  # data sets with their measured quantities, for the tasks to come

Row = dict[str, Any]


def run_task(cell: Cell, trials: Sequence[int], budget: float | None = None, device: str = "auto") -> Row:
    """The row of these trials: what was found, where, and with which versions; an error is a row too.

    What takes longer than `budget` seconds, or does not fit into the memory of `device`, is infeasible, and its row
    says under which budget and for which device (`is_final`). A device that fails or cannot be used is a crash.
    """
    try:
        loose = cell.level == LOOSENESS
        found = _looseness(cell, len(trials), device) if loose else _report(cell, trials, budget, device)
    except BoundkitError as error:
        return failed_row(cell, str(error), crashed=isinstance(error, DeviceFault | Infeasible))
    except Exception as error:
        return failed_row(cell, f"{type(error).__name__}: {shorten(error, 500)}", crashed=True)
    return {"cell": asdict(cell), "trials": list(trials), "versions": versions(), **found}


def is_final(row: Row, budget: float | None, device: str = "auto") -> bool:
    """Whether a task with this row need not be run so: it is not infeasible for a smaller budget or another device.

    >>> is_final({"verdict": "infeasible", "budget": 5}, 5), is_final({"verdict": "infeasible", "budget": 5}, None)
    (True, False)
    """
    if row.get("verdict") != Verdict.INFEASIBLE:
        return True
    limit = row.get("budget")
    return row.get("device", device) == device and (limit is None or (budget is not None and budget <= limit))


def _report(cell: Cell, trials: Sequence[int], budget: float | None, device: str) -> Row:
    report = verify(
        cell.statement,
        level=cell.level,
        k=cell.k,
        trials=list(trials),
        replay_always=True,
        budget=budget,
        device=device,
        **arguments(cell),
    )
    return {
        **({} if budget is None else {"budget": budget}),
        "device": device,
        "verdict": str(report.verdict),
        "reason": report.reason,
        "relaxed": list(report.relaxed),
        "width": None if report.width is None else str(report.width),
        "violations": report.violations,
        "failure_allowed": report.failure_allowed,
        "tallies": [asdict(item) for item in report.tallies],
        "backend": report.backend,
        "seconds": report.seconds,
    }


def _looseness(cell: Cell, trials: int, device: str) -> Row:
    found = looseness(cell.statement, trials=trials, device=device, **arguments(cell))
    widths = {name: getattr(found, name) for name in ("theory", "certified", "empirical")}
    shown = {f"{name}_width": None if width is None else str(width) for name, width in widths.items()}
    return {"device": device, "backend": found.backend, LOOSENESS: {**shown, "reason": found.reason}}


def arguments(cell: Cell) -> dict[str, Any]:
    """What `verify` is given for a cell, beside its level, its width, its trials and the device."""
    return {
        "data": _data(cell.data),
        "activation": cell.activation,
        "steps": cell.steps,
        "seed": cell.seed,
        "assume": cell.assume,
        **({} if cell.vary is None else {"vary": cell.vary}),
        **cell.parameters,
    }


def failed_row(cell: Cell, reason: str, *, crashed: bool = False) -> Row:
    """The row of a task that could not be run; one that crashed may do better another time."""
    return {"cell": asdict(cell), "error": reason, "crashed": crashed, "versions": versions()}


@lru_cache(DATA_KEPT)
def _data(specification: str) -> Dataset:
    return dataset(specification)
