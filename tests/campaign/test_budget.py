"""Tests of the key `budget`: what a calibration says to take too long is not run, until there is more time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from boundkit.campaign import Store, campaign, run_campaign, summarise
from boundkit.campaign.run import tasks
from boundkit.campaign.task import is_final, run_task
from boundkit.verify import Verdict, verify

GRID: dict[str, Any] = {
    "statements": ["os19.thm6_2.refined"],
    "data": ["orthonormal:n=4"],
    "trials": 4,
    "together": 2,
    "steps": 20,
    "set": {"delta": 1},
}
NOTHING, PLENTY = 1e-6, 1e6


def told(store: Store) -> Any:
    """The only report of a store."""
    store.refresh()
    ((_, report),) = summarise(store.rows)
    return report


def test_a_budget_is_that_of_verify() -> None:
    """A task says what `verify` says under the same budget, and under which budget it was refused."""
    cell = campaign(**GRID).cells[0]
    row = run_task(cell, (0, 1), NOTHING)
    report = verify(
        "os19.thm6_2.refined",
        data="orthonormal:n=4",
        activation="softplus",
        delta=1,
        trials=2,
        steps=20,
        budget=NOTHING,
    )
    assert row["verdict"] == report.verdict == Verdict.INFEASIBLE
    assert row["budget"] == NOTHING
    assert "times the budget of 1e-06 s" in row["reason"]
    assert "times the budget of 1e-06 s" in str(report.reason)


def test_plenty_changes_nothing() -> None:
    """Within the budget the numbers are those without one."""
    cell = campaign(**GRID).cells[0]
    assert run_task(cell, (0, 1), PLENTY)["tallies"] == run_task(cell, (0, 1))["tallies"]
    assert "budget" not in run_task(cell, (0, 1))


def test_more_time_runs_what_was_refused(tmp_path: Path) -> None:
    """The same campaign runs what was refused once its budget is larger or gone, and then never again."""
    store = Store(tmp_path / "s")
    run_campaign(campaign(**GRID, budget=NOTHING), store, executor_name="inline")
    assert (told(store).verdict, len(store.rows)) == (Verdict.INFEASIBLE, 2)
    run_campaign(campaign(**GRID, budget=NOTHING / 2), store, executor_name="inline")
    assert len(store.rows) == 2
    run_campaign(campaign(**GRID), store, executor_name="inline")
    assert len(store.rows) == 4
    report = told(store)
    assert (report.verdict, report.trials) == (Verdict.CONSISTENT, 4)
    for more in ({"budget": PLENTY}, {"budget": NOTHING}, {}):
        run_campaign(campaign(**GRID, **more), store, executor_name="inline")
    store.refresh()
    assert len(store.rows) == 4


@pytest.mark.parametrize(
    ("row", "budget", "final"),
    [
        ({"verdict": "infeasible", "budget": 5}, 5, True),
        ({"verdict": "infeasible", "budget": 5}, 4, True),
        ({"verdict": "infeasible", "budget": 5}, 6, False),
        ({"verdict": "infeasible", "budget": 5}, None, False),
        ({"verdict": "consistent", "budget": 5}, None, True),
        ({"verdict": "infeasible"}, 6, True),
        ({"error": "needs delta"}, 6, True),
    ],
)
def test_what_counts_as_done(row: dict[str, Any], budget: float | None, final: bool) -> None:
    """Only what was refused under a smaller budget is tried again."""
    assert is_final(row, budget) is final


def test_every_grid_has_its_own() -> None:
    """Keys outside of the grids are the defaults of all; the cells, and so the names of tasks, do not depend on it."""
    grids = [{"statements": ["os19.lem6_4"]}, {"statements": ["os19.thm6_2.refined"], "budget": 2.5}]
    common = {name: value for name, value in GRID.items() if name != "statements"}
    found = {task.cell.statement: task.budget for task in tasks(campaign(**common, budget=7, grids=grids))}
    assert found == {"os19.lem6_4": 7, "os19.thm6_2.refined": 2.5}
    assert campaign(**GRID).cells == campaign(**GRID, budget=7).cells
    assert [task.name for task in tasks(campaign(**GRID))] == [task.name for task in tasks(campaign(**GRID, budget=7))]


def test_budgets_reach_other_processes(tmp_path: Path) -> None:
    """A pool of processes keeps to the budget as well."""
    store = Store(tmp_path / "s")
    run_campaign(campaign(**GRID, budget=NOTHING), store, executor_name="processes", workers=1)
    assert told(store).verdict is Verdict.INFEASIBLE
