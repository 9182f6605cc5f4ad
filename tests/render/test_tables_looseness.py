"""Ratios of required, certified and observed widths, from records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from boundkit.campaign import Store, campaign, run_campaign
from boundkit.errors import BadInput
from boundkit.render.tables import table

RECORD = {
    "statement": "os19.thm6_2.refined",
    "data": "orthonormal:n=4",
    "activation": "softplus",
    "theory_width": 4726,
    "certified_width": 278,
    "empirical_width": 4,
}


def test_ratios() -> None:
    """What is missing is empty, large widths keep every digit."""
    large = {"statement": "os19.thm2_3", "theory_width": str(10**30 + 1), "certified_width": None}
    rows = table("looseness", records=[RECORD, large]).rows
    assert rows[0][3:] == (4726, 278, 4, "17", "1181.5", "69.5")
    assert rows[1] == ("os19.thm2_3", None, None, str(10**30 + 1), None, None, None, None, None)


def test_a_campaign_fills_the_table(tmp_path: Path) -> None:
    """The store of a looseness campaign gives one row a cell, with the theorem's own width of the specification."""
    grid = campaign(
        statements=["os19.thm6_2.refined"],
        data=["orthonormal:n=4"],
        levels=["looseness"],
        trials=2,
        steps=10,
        set={"delta": 1},
    )
    store = Store(tmp_path / "s")
    run_campaign(grid, store, executor_name="inline")
    (row,) = table("looseness", records=store.path).rows
    assert row[:4] == ("os19.thm6_2.refined", "orthonormal:n=4", "softplus", 4726)
    assert isinstance(row[4], int)
    assert isinstance(row[5], int)
    assert row[3] > row[4] > row[5]


@pytest.mark.parametrize(
    "change",
    [
        {"statement": 5},
        {"statement": "os19.thm99"},
        {"theory_width": 0},
        {"theory_width": 2.5},
        {"theory_width": True},
        {"theory_width": "1e5"},
        {"theory_width": float("nan")},
    ],
)
def test_bad_records(change: dict[str, Any]) -> None:
    """What is no record is refused in one line."""
    with pytest.raises(BadInput):
        table("looseness", records=[{**RECORD, **change}])


def test_what_is_no_store(tmp_path: Path) -> None:
    """No file, a file that is not there, and one without such rows."""
    (tmp_path / "empty").touch()
    for records in (None, tmp_path / "missing", tmp_path / "empty"):
        with pytest.raises(BadInput) as error:
            table("looseness", records=records)
        assert error.value.argument == "records"
