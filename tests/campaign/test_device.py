"""Tests of the device of a campaign: what a task is given, what its row says, and what runs again elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from boundkit.campaign import Store, campaign, run_campaign, summarise
from boundkit.campaign.executors import require_device
from boundkit.campaign.task import is_final, run_task
from boundkit.errors import BadInput, Infeasible
from boundkit.train import backend
from boundkit.train.cuda import DeviceFault

GRID = campaign(statements=["os19.lem6_4"], data=["sphere:n=6,d=5,seed=1"], trials=4, together=2)
CELL = GRID.cells[0]


def counted(calls: list[Any], **found: Any) -> Any:
    """A stand-in for `run_task` that notes what it is given."""

    def run(cell: Any, trials: Any, budget: Any, device: str) -> dict[str, Any]:
        calls.append((trials, device))
        return {"trials": list(trials), "device": device, **found}

    return run


def test_every_row_says_where_it_was_computed() -> None:
    """The device asked for and the one that computed, also of the widths that a looseness compares."""
    row = run_task(CELL, (0,), None, "cpu")
    assert (row["device"], row["backend"]) == ("cpu", "cpu")
    loose = campaign(
        statements=["os19.thm6_2.refined"],
        data=["orthonormal:n=2"],
        levels=["looseness"],
        steps=3,
        trials=1,
        set={"delta": 1},
    )
    row = run_task(loose.cells[0], (0,), None, "cpu")
    assert (row["device"], row["backend"]) == ("cpu", "cpu")


def test_another_device_goes_on_where_the_first_one_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results stay, each with its device, but what was infeasible on one is tried on the other."""
    monkeypatch.setattr("boundkit.campaign.executors.select_device", lambda device: None)
    calls: list[Any] = []
    store = Store(tmp_path / "s")
    run_campaign(GRID, store, executor_name="inline", device="cuda", run=counted(calls, verdict="consistent"))
    run_campaign(GRID, store, executor_name="inline", device="cpu", run=counted(calls))
    assert calls == [((0, 1), "cuda"), ((2, 3), "cuda")]
    calls.clear()
    store = Store(tmp_path / "t")
    for device in ("cuda", "cuda", "cpu"):
        run_campaign(GRID, store, executor_name="inline", device=device, run=counted(calls, verdict="infeasible"))
    assert [device for _, device in calls] == ["cuda", "cuda", "cpu", "cpu"]


def test_a_looseness_trains_and_certifies_on_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both searches of widths get the device of the task."""
    asked: list[str] = []

    def noted(*_: Any, device: str, **__: Any) -> Any:
        asked.append(device)
        raise BadInput("device", device, "is noted")

    for name in ("certify", "verify"):
        monkeypatch.setattr(f"boundkit.verify.width_search.{name}", noted)
        loose = {"data": ["orthonormal:n=2"], "activations": ["softplus"], "levels": ["looseness"], "set": {"delta": 1}}
        (cell,) = campaign(statements=["os19.thm6_2.refined"], **loose).cells
        assert "device = cuda: is noted" in run_task(cell, (0,), None, "cuda")["error"]
        monkeypatch.undo()
    assert asked == ["cuda", "cuda"]


def test_one_error_is_enough_of_a_cell_whose_arguments_are_wrong(tmp_path: Path) -> None:
    """After the two tasks in hand the others are not run, now or later; a crash says nothing of them."""
    grid = campaign(statements=["os19.lem6_4"], data=["sphere:n=6,d=5,seed=1"], trials=8, together=2)
    for crashed, expected in ((False, 2), (True, 8)):
        calls: list[Any] = []
        store = Store(tmp_path / str(crashed))
        for _ in range(2):
            run_campaign(grid, store, executor_name="inline", run=counted(calls, error="bad", crashed=crashed))
        assert len(calls) == expected


def test_what_counts_as_done_on_a_device() -> None:
    """Only what was infeasible on another one, or in less time on this one, is tried again."""
    row = {"verdict": "infeasible", "device": "cuda"}
    assert is_final(row, None, "cuda")
    assert not is_final(row, None, "cpu")
    assert not is_final({**row, "budget": 5}, 6, "cuda")
    assert is_final({**row, "verdict": "violated"}, None, "cpu")


@pytest.mark.parametrize("error", [DeviceFault("lost"), Infeasible("device = cuda: no driver")])
def test_a_device_that_fails_is_no_answer(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """A later run tries again what a lost device left; what cannot be used at all is final."""

    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("boundkit.campaign.task.verify", fail)
    assert run_task(CELL, (0,), None, "cuda")["crashed"] is True
    error = BadInput("delta", None, "is needed")
    assert run_task(CELL, (0,), None, "cuda")["crashed"] is False


def test_rows_of_two_devices_are_told_together(tmp_path: Path) -> None:
    """A cell of which each part was computed elsewhere names both."""
    rows = [{"task": str(trial), **run_task(CELL, (trial,))} for trial in range(2)]
    ((_, report),) = summarise([rows[0], {**rows[1], "backend": "cuda"}])
    assert report.backend == "cpu, cuda"


def test_a_cluster_has_devices_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere it is this machine that has to have the device; a name that is none is refused everywhere."""
    monkeypatch.setattr(backend, "cuda_status", lambda: (False, "no driver"))
    require_device("cuda", "dask://elsewhere:1")
    with pytest.raises(Infeasible, match="no driver"):
        require_device("cuda", "processes")
    with pytest.raises(BadInput, match="device = tpu"):
        require_device("tpu", "dask://elsewhere:1")
