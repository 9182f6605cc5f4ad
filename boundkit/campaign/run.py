"""Running a campaign: what the store lacks is run, and every result is stored as soon as it is there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import ExitStack
from dataclasses import dataclass, field

from boundkit.campaign.executors import WorkerDied, executor, outcome, require_device, require_executor
from boundkit.campaign.spec import IN_ONE, Campaign, Cell
from boundkit.campaign.store import Row, Store
from boundkit.campaign.task import failed_row, is_final, run_task

Progress = Callable[[int, int], None]
Run = Callable[..., Row]  # of a cell, the trials, the budget and the device


@dataclass(frozen=True)
class Task:
    """Some trials of a cell, which run together and are stored together."""

    cell: Cell
    trials: tuple[int, ...]
    budget: float | None = None

    @property
    def name(self) -> str:
        """The cell and its trials: what a row in the store is found by."""
        return f"{self.cell.key}-{self.trials[0]}-{len(self.trials)}"


@dataclass(frozen=True)
class Reached:
    """How far a campaign is: all tasks, those that the store leaves nothing to run of, its damaged lines."""

    tasks: int
    done: int
    damaged: tuple[int, ...]


def tasks(campaign: Campaign) -> list[Task]:
    """All tasks of a campaign, the first trials of every cell before the later ones."""
    planned = list(zip(campaign.cells, campaign.trials, campaign.budgets, strict=True))
    return [
        Task(cell, tuple(range(total))[start : None if cell.level in IN_ONE else start + campaign.together], budget)
        for start in range(0, max(campaign.trials), campaign.together)
        for cell, total, budget in planned
        if start < total and (start == 0 or cell.level not in IN_ONE)
    ]


def run_campaign(
    campaign: Campaign,
    store: Store,
    *,
    executor_name: str = "processes",
    workers: int | None = None,
    budget: float | None = None,
    device: str = "auto",
    progress: Progress | None = None,
    run: Run = run_task,
) -> Reached:
    """Run what the store lacks, starting nothing after `budget` seconds, and say how far that came.

    Running it again goes on where it stopped, and processes may share a store. A task whose worker dies is run once
    more by itself; if that worker dies too, the store gets a row that says so. What crashed, by an error that nobody
    planned or with its worker or device, is tried once more by each later run. Of a cell whose arguments cannot be used
    one row is enough. A store may hold results of several devices, and each row says of which; on another device only
    what was infeasible runs again. Raises BadInput for an unknown executor or device and for a store that cannot be
    used, Infeasible for a device that cannot be used, BoundkitError for a cluster that goes away.
    """
    require_executor(executor_name, workers)
    require_device(device, executor_name)
    deadline = None if budget is None else time.monotonic() + budget
    desk = _Desk(store, tasks(campaign), deadline, progress, run, device)
    suspects = desk.waiting()
    while suspects:
        with executor(executor_name, workers=workers) as (pool, count):
            suspects = desk.work(desk.waiting(), pool, at_once=count + 1)
        for task in suspects:
            with executor(executor_name, workers=1) as (pool, _):
                for guilty in desk.work([task], pool, at_once=1):
                    desk.file(guilty, failed_row(task.cell, "the worker died", crashed=True))
    return Reached(len(desk.tasks), len(desk.tasks) - len(desk.waiting()), tuple(store.damaged))


@dataclass
class _Desk:
    """Hands out tasks and files their results."""

    store: Store
    tasks: list[Task]
    deadline: float | None
    progress: Progress | None
    run: Run
    device: str
    done: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.budgets = {task.name: task.budget for task in self.tasks}
        self.store.refresh()
        self._note(row for row in self.store.rows if not row.get("crashed"))

    def refresh(self) -> None:
        """Look into the store for what has been done since, here or by another process."""
        self._note(self.store.refresh())

    def _note(self, rows: Iterable[Row]) -> None:
        own = [row for row in rows if row["task"] in self.budgets]
        self.done |= {row["task"] for row in own if is_final(row, self.budgets[row["task"]], self.device)}
        refused = {cell_key(row["task"]) for row in own if "error" in row and not row.get("crashed")}
        self.done |= {name for name in self.budgets if cell_key(name) in refused} if refused else set()

    def waiting(self) -> list[Task]:
        """The tasks of which the store has no row yet."""
        self.refresh()
        return [task for task in self.tasks if task.name not in self.done]

    def work(self, waiting: list[Task], pool: Executor, *, at_once: int) -> list[Task]:
        """Run tasks, a few at once, and file their results; ends early with those in hand when a worker dies."""
        queue = waiting[::-1]
        lost: list[Task] = []
        held: dict[Future[Row], tuple[Task, ExitStack]] = {}
        try:
            while not lost:
                while queue and len(held) < at_once and not self._late():
                    self._start(queue.pop(), pool, held)
                if not held:
                    break
                for future in wait(held, return_when=FIRST_COMPLETED).done:
                    task, claim = held.pop(future)
                    with claim:
                        try:
                            self.file(task, outcome(future))
                        except WorkerDied as death:
                            self.file(task, failed_row(task.cell, str(death), crashed=True))
                        except BrokenExecutor:
                            lost += [task, *(other for other, _ in held.values())]
                            break
            return lost
        finally:
            for _, claim in held.values():  # the futures end with the executor
                claim.close()

    def file(self, task: Task, row: Row) -> None:
        """Store the result of a task."""
        self.store.append({"task": task.name, **row})
        self.refresh()
        if self.progress is not None:
            self.progress(len(self.done), len(self.tasks))

    def _start(self, task: Task, pool: Executor, held: dict[Future[Row], tuple[Task, ExitStack]]) -> None:
        """Hand out a task unless another process has it in hand or has just finished it."""
        claim = ExitStack()
        mine = claim.enter_context(self.store.claimed(task.name))
        self.refresh()
        if mine and task.name not in self.done:
            held[self._submitted(task, pool)] = (task, claim)
        else:
            claim.close()

    def _submitted(self, task: Task, pool: Executor) -> Future[Row]:
        try:
            return pool.submit(self.run, task.cell, task.trials, task.budget, self.device)
        except BrokenExecutor as error:
            refused: Future[Row] = Future()
            refused.set_exception(error)
            return refused

    def _late(self) -> bool:
        return self.deadline is not None and time.monotonic() > self.deadline


def cell_key(name: str) -> str:
    """The key of the cell whose task has this name.

    >>> cell_key("4f2a-0-8")
    '4f2a'
    """
    return name.partition("-")[0]
