"""Tests of running campaigns: what is stored, resumed, shared, and what happens to workers that die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from boundkit.campaign import Store, campaign, run_campaign
from boundkit.campaign.executors import executor, outcome
from boundkit.campaign.run import tasks
from boundkit.errors import BadInput, BoundkitError

GRID = campaign(
    statements=["os19.lem6_4"], data=["sphere:n=6,d=5,seed=1"], activations=["softplus", "tanh"], trials=4, together=2
)
WORK = """
import os, pathlib, threading

def count(cell, trials, *how):
    return {"trials": list(trials), "process": os.getpid()}

def dies_at_two(cell, trials, *how):
    if 2 in trials and cell.activation == "tanh":
        os._exit(1)
    return count(cell, trials)

def dies_once(cell, trials, *how):
    mark = pathlib.Path(__file__).with_suffix(".mark")
    if 2 in trials and not mark.exists():
        mark.touch()
        os._exit(1)
    return count(cell, trials)

def slowly(cell, trials, *how):
    os.write(1, b"started\\n")  # in one piece, however Python buffers
    input()
    return count(cell, trials)

def forever(cell, trials, *how):
    os.write(1, b"started\\n")
    threading.Event().wait()
"""
SHARE = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell's background jobs ignore
sys.path.insert(0, sys.argv[2])
import campaign_work
from boundkit.campaign import Store, campaign, run_campaign
if __name__ == "__main__":
    grid = campaign(statements=["os19.lem6_4"], data=["sphere:n=6,d=5,seed=1"], activations=["softplus", "tanh"],
                    trials=4, together=2)
    run, executor = getattr(campaign_work, sys.argv[3]), sys.argv[4]
    try:
        run_campaign(grid, Store(sys.argv[1]), executor_name=executor, workers=2, run=run)
    except KeyboardInterrupt:
        print("interrupted")
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

    def noted(cell: Any, trials: Any, *_: Any) -> dict[str, Any]:
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


def test_what_another_process_has_in_hand_is_left_to_it(tmp_path: Path, work: Any) -> None:
    """While somebody else holds a task it is not run twice; once it is free it is run."""
    path, held = tmp_path / "s", tasks(GRID)[1].name
    with Store(path).claimed(held) as mine:
        assert mine
        assert run_campaign(GRID, Store(path), executor_name="inline", run=work.count).done == 3
    assert held not in _trials(Store(path))
    assert run_campaign(GRID, Store(path), executor_name="inline", run=work.count).done == 4


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
    path = tmp_path / "s"
    killed, spared = (_campaign_process(tmp_path, "slowly", "inline") for _ in range(2))
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


def _campaign_process(folder: Path, run: str, executor_name: str) -> subprocess.Popen[str]:
    """A process of its own group that runs the campaign into the store `s`."""
    script = folder / "share.py"
    script.write_text(SHARE)
    return subprocess.Popen(
        [sys.executable, str(script), str(folder / "s"), str(folder), run, executor_name],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize(
    ("number", "send", "said"),
    [
        (signal.SIGKILL, os.kill, ""),
        (signal.SIGINT, os.kill, "interrupted\n"),
        (signal.SIGINT, os.killpg, "interrupted\n"),
    ],
)
def test_no_worker_outlives_a_campaign_that_is_stopped(
    tmp_path: Path, work: Any, number: int, send: Callable[[int, int], None], said: str
) -> None:
    """After kill -9 or Ctrl-C, of the process or its group, workers in the middle of a task end too."""
    campaign = _campaign_process(tmp_path, "forever", "processes")
    assert campaign.stdout is not None
    assert campaign.stdout.readline() == campaign.stdout.readline() == "started\n"
    send(campaign.pid, number)
    out, errors = campaign.communicate()  # ends when no process of the campaign holds its output any more
    assert (out, "Traceback" in errors) == (said, False)


def test_a_task_that_crashes_costs_no_other_and_is_tried_again_by_the_next_run(tmp_path: Path, work: Any) -> None:
    """As on a cluster, where only the task of a dead worker fails: it is an error until a later run does better."""
    path = tmp_path / "s"

    def dies(cell: Any, trials: Any, *_: Any) -> dict[str, Any]:
        if 2 in trials and cell.activation == "tanh":
            raise RuntimeError("killed")
        return work.count(cell, trials)

    first = run_campaign(GRID, Store(path), executor_name="inline", run=dies)
    store = Store(path)
    errors = [row["error"] for row in store.refresh() if "error" in row]
    assert (first.done, errors) == (4, ["the worker died: RuntimeError: killed"])
    second = run_campaign(GRID, Store(path), executor_name="inline", run=work.count)
    (again,) = store.refresh()
    assert (second.done, "error" in again, again["trials"]) == (4, False, [2, 3])
    third = run_campaign(GRID, Store(path), executor_name="inline", run=work.count)
    assert (third.done, store.refresh()) == (4, [])


def test_a_cluster_that_goes_away_is_one_line() -> None:
    """Dask cancels what it held when its scheduler is gone."""
    lost: Future[Any] = Future()
    lost.set_exception(CancelledError())
    with pytest.raises(BoundkitError, match="executor was lost"):
        outcome(lost)


def test_an_unknown_executor_is_refused_also_where_nothing_is_left_to_run(tmp_path: Path, work: Any) -> None:
    """What is wrong on the command line does not depend on the store."""
    run_campaign(GRID, Store(tmp_path / "s"), executor_name="inline", run=work.count)
    with pytest.raises(BadInput, match="executor = thread"):
        run_campaign(GRID, Store(tmp_path / "s"), executor_name="thread")
    with pytest.raises(BadInput, match="workers = 0"):
        run_campaign(GRID, Store(tmp_path / "s"), workers=0)
    with pytest.raises(BadInput, match="workers = 1000000000: must be an integer from 1 to 1024"):
        run_campaign(GRID, Store(tmp_path / "s"), workers=10**9)


@pytest.mark.parametrize("name", ["thread", "dask:", "dask://", "", "dask://nowhere:1"])
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
