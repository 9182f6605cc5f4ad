"""What a task of a campaign asks of `verify`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from boundkit.campaign import campaign
from boundkit.campaign.task import run_task
from boundkit.errors import Infeasible


def test_everything_of_a_cell_reaches_the_verification(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seed, steps, level, width, parameters and constants of the cell, and the trials of the task, all replayed."""
    asked: dict[str, Any] = {}

    def verify(statement: str, **given: Any) -> None:
        asked.update(given, statement=statement)
        raise Infeasible("enough")

    monkeypatch.setattr("boundkit.campaign.task.verify", verify)
    grid = campaign(statements=["os19.thm2_1"], data=["orthonormal:n=4"], set={"delta": 2}, assume={"c": 3}, seeds=[5])
    cell = replace(grid.cells[0], level="relaxed", k=77, steps=12, vary="n")
    assert run_task(cell, (4, 9), 2.5, "cuda")["error"] == "enough"
    assert asked.pop("data").name == "orthonormal:n=4,seed=0"
    assert asked == {
        "statement": "os19.thm2_1",
        "activation": "softplus",
        "level": "relaxed",
        "k": 77,
        "seed": 5,
        "steps": 12,
        "trials": [4, 9],
        "delta": "2",
        "assume": {"c": "3"},
        "vary": "n",
        "budget": 2.5,
        "device": "cuda",
        "replay_always": True,
    }
