"""Tests of running campaigns: what is stored, resumed, shared, and what happens to workers that die."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import Executor
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from boundkit.campaign import Store, campaign, run_campaign
from boundkit.campaign.executors import executor
from boundkit.campaign.run import tasks
from boundkit.errors import BadInput

GRID = campaign(
    statements=["os19.lem6_4"], data=["sphere:n=6,d=5,seed=1"], activations=["softplus", "tanh"], trials=4, together=2
)
WORK = """
import os, pathlib

def count(cell, trials):
    return {"trials": list(trials), "process": os.getpid()}

def dies_at_two(cell, trials):
    if 2 in trials and cell.activation == "tanh":
        os._exit(1)
    return count(cell, trials)

def dies_once(cell, trials):
    mark = pathlib.Path(__file__).with_suffix(".mark")
    if 2 in trials and not mark.exists():
        mark.touch()
        os._exit(1)
    return count(cell, trials)

def slowly(cell, trials):
    print("started", flush=True)
    input()
    return count(cell, trials)
"""
SHARE = """
import sys
sys.path.insert(0, sys.argv[2])
import campaign_work
from boundkit.campaign import Store, campaign, run_campaign
if __name__ == "__main__":
    grid = campaign(statements=["os19.lem6_4"], data=["sphere:n=6,d=5,seed=1"], activations=["softplus", "tanh"],
                    trials=4, together=2)
    run_campaign(grid, Store(sys.argv[1]), executor_name="inline", run=campaign_work.slowly)
"""


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module of task functions that worker processes can import."""
    (tmp_path / "campaign_work.py").write_text(WORK)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield import_module("campaign_work")
    sys.modules.pop("campaign_work", None)


def _trials(store: Store) -> list[tuple[str, ...]]:
    store.refresh()
    return sorted(row["task"] for row in store.rows)


def test_every_task_is_run_once_and_a_second_run_does_nothing(tmp_path: Path, work: Any) -> None:
    """All trials of all cells get a row, and running the same campaign again finds them."""
    store, calls = Store(tmp_path / "s"), []

    def noted(cell: Any, trials: Any) -> dict[str, Any]:
        calls.append((cell, trials))
        return work.count(cell, trials)

    first = run_campaign(GRID, store, executor_name="inline", run=noted)
    assert (first.tasks, first.done, len(calls)) == (4, 4, 4)
    again = run_campaign(GRID, Store(tmp_path / "s"), executor_name="inline", run=noted)
    assert (again.done, len(calls)) == (4, 4)
    assert _trials(store) == sorted(task.name for task in tasks(GRID))


def test_what_a_damaged_line_held_is_run_again(tmp_path: Path, work: Any) -> None:
    """A row whose checksum fails counts as not run, and is named."""
    path = tmp_path / "s"
    run_campaign(GRID, Store(path), executor_name="inline", run=work.count)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], lines[1][:-5] + b"!!!!\n", *lines[2:]]))
    again = run_campaign(GRID, Store(path), executor_name="inline", run=work.count)
    assert (again.done, again.damaged) == (4, (2,))


def test_a_budget_of_nothing_starts_nothing(tmp_path: Path, work: Any) -> None:
    """Past the time limit no task is started; what was stored counts."""
    reached = run_campaign(GRID, Store(tmp_path / "s"), executor_name="inline", budget=-1.0, run=work.count)
    assert (reached.tasks, reached.done) == (4, 0)


def test_progress_ends_at_the_total(tmp_path: Path, work: Any) -> None:
    """The callback sees each task once."""
    seen: list[tuple[int, int]] = []
    store = Store(tmp_path / "s")
    run_campaign(GRID, store, executor_name="inline", run=work.count, progress=lambda *pair: seen.append(pair))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_processes_share_the_work(tmp_path: Path, work: Any) -> None:
    """The pool runs tasks outside this process and stores the same rows as the inline executor."""
    store = Store(tmp_path / "s")
    run_campaign(GRID, store, executor_name="processes", workers=2, run=work.count)
    assert _trials(store) == sorted(task.name for task in tasks(GRID))
    assert os.getpid() not in {row["process"] for row in store.rows}


def test_a_worker_that_dies_costs_only_its_own_task(tmp_path: Path, work: Any) -> None:
    """The task whose worker dies twice is stored as an error; all others are done."""
    store = Store(tmp_path / "s")
    reached = run_campaign(GRID, store, executor_name="processes", workers=2, run=work.dies_at_two)
    assert reached.done == reached.tasks == 4
    failed = [row for row in store.rows if row.get("error")]
    assert [row["error"] for row in failed] == ["the worker died"]
    assert failed[0]["cell"]["activation"] == "tanh"


def test_a_task_whose_worker_dies_by_accident_is_run_again(tmp_path: Path, work: Any) -> None:
    """A worker killed once, as by the memory killer, leaves no error behind."""
    store = Store(tmp_path / "s")
    reached = run_campaign(GRID, store, executor_name="processes", workers=2, run=work.dies_once)
    assert reached.done == 4
    assert not [row for row in store.rows if row.get("error")]


def test_two_processes_share_a_store_and_a_killed_one_loses_only_its_trial(tmp_path: Path, work: Any) -> None:
    """Two processes take different tasks; after kill -9 of one, the other and a new one finish the rest."""
    script, path = tmp_path / "share.py", tmp_path / "s"
    script.write_text(SHARE)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    killed, spared = (
        subprocess.Popen(
            [sys.executable, str(script), str(path), str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for _ in range(2)
    )
    assert killed.stdout is not None
    assert spared.stdout is not None
    assert killed.stdout.readline() == spared.stdout.readline() == "started\n"
    killed.kill()
    killed.communicate()
    spared.communicate("\n" * 4)
    assert spared.returncode == 0
    run_campaign(GRID, Store(path), executor_name="inline", run=work.count)
    store = Store(path)
    assert _trials(store) == sorted(task.name for task in tasks(GRID))
    assert store.rows[0]["process"] == spared.pid


@pytest.mark.parametrize("name", ["thread", "dask:", "", "dask://nowhere:1"])
def test_an_unknown_executor_is_one_line(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is no executor, or a scheduler that does not answer, names the argument."""
    pytest.importorskip("distributed")
    monkeypatch.setattr("boundkit.campaign.executors.SECONDS_TO_ANSWER", 1)
    with pytest.raises(BadInput, match="executor = "), executor(name):
        pass


def test_dask_runs_a_campaign(tmp_path: Path, work: Any) -> None:
    """A local Dask cluster stores the same rows."""
    pytest.importorskip("distributed")
    store = Store(tmp_path / "s")
    run_campaign(GRID, store, executor_name="dask", workers=1, run=work.count)
    assert _trials(store) == sorted(task.name for task in tasks(GRID))


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing package is one line that says what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(BadInput, match=r"boundkit\[dask\]"), executor("dask") as (pool, _):
        assert isinstance(pool, Executor)
