"""Tests of what a grid leaves out, and of what it refuses before anything is run."""

from __future__ import annotations

from typing import Any

import pytest

from boundkit.campaign import campaign
from boundkit.campaign.task import run_task
from boundkit.errors import BadInput

GRID: dict[str, Any] = {"data": ["orthonormal:n=4"], "trials": 2, "steps": 5}
DEEP: dict[str, Any] = {"data": ["arc:n=2,mu=0.5,phi=0.9"], "activations": ["relu"], "levels": ["lemma"]}


@pytest.mark.parametrize(
    ("statement", "change", "needs"),
    [
        ("os19.thm6_2.refined", {}, "delta = None: is needed by os19.thm6_2.refined"),
        ("os19.thm6_2.refined", {"widths": [64]}, "delta = None: is needed by os19.thm6_2.refined"),
        ("os19.thm6_2.refined", {"levels": ["certificate"]}, "delta = None: is needed by os19.thm6_2.refined"),
        ("zczg18.d.one_hidden_layer", DEEP, "last_width = None: is needed by zczg18.lemA_15"),
        ("os19.thm6_2.refined", {"levels": ["looseness"]}, "delta = None: is needed by os19.thm6_2.refined"),
        ("os19.lem6_4", {"set": {"foo": 1}}, "set = foo: unknown; valid: none"),
        ("os19.thm6_2.refined", {"set": {"delta": -1}}, "delta = -1: must be a positive number"),
        ("os19.thm2_1", {"set": {"delta": 1}, "assume": {"c": 0}}, "c = 0: must be a positive number"),
        ("os19.thm6_2.refined", {"set": {"delta": 1}, "levels": ["relaxed"]}, "widths = required: level relaxed needs"),
    ],
)
def test_what_no_run_is_needed_to_miss_is_refused_at_once(statement: str, change: dict[str, Any], needs: str) -> None:
    """One line that names the parameter and who needs it, of the statement tried or of a lemma of its proof."""
    with pytest.raises(BadInput) as caught:
        campaign(**{**GRID, "statements": [statement], **change})
    assert str(caught.value).startswith(needs)


def test_what_is_not_needed_is_not_asked_for() -> None:
    """A certificate at a given width, and a statement that the data or the activation do not fit, need no delta."""
    certificate = campaign(**GRID, statements=["os19.thm6_2.refined"], levels=["certificate"], widths=[64])
    assert "error" not in run_task(certificate.cells[0], (0,))
    several = {**GRID, "data": ["mixture:K=2,C=1,n=4,d=4,noise=0.3,seed=1"]}
    unfit = campaign(**several, statements=["os19.thm6_2.refined"])
    rough = campaign(**GRID, statements=["os19.thm6_2.refined"], activations=["relu"])
    for grid in (unfit, rough):
        assert run_task(grid.cells[0], (0,))["verdict"] == "not_applicable"


def test_levels_take_the_widths_that_they_can() -> None:
    """The required width is no width of level relaxed, and a looseness searches its widths itself, once."""
    grid = campaign(
        **GRID,
        statements=["os19.thm6_2.refined"],
        levels=["literal", "relaxed", "looseness"],
        widths=["required", 64],
        set={"delta": 1},
    )
    cells = [(cell.level, cell.k) for cell in grid.cells]
    assert sorted(cells, key=str) == [("literal", 64), ("literal", None), ("looseness", None), ("relaxed", 64)]
