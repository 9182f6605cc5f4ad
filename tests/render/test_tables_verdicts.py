"""The count of verdicts in the store of a campaign."""

from pathlib import Path

import pytest

from boundkit.campaign import Store, campaign, run_campaign
from boundkit.errors import BadInput
from boundkit.render.tables import table


def test_statements_are_counted_by_their_worst_verdict(tmp_path: Path) -> None:
    """Two consistent ones of os19, one that misses a constant, and what one statement of sgd22 comes to."""
    store = Store(tmp_path / "s")
    grid = campaign(
        statements=["os19.lem6_4", "os19.lem6_12", "os19.thm6_2", "sgd22.d.output_weights"],
        data=["orthonormal:n=4"],
        trials=12,
        together=12,
        steps=5,
        set={"delta": 1, "output_std": 1},
    )
    run_campaign(grid, store, executor_name="inline")
    found = table("verdicts", records=store.path)
    assert [row[0] for row in found.rows] == ["os19", "sgd22", "all"]
    counts = dict(zip(found.columns, found.rows[0], strict=True))
    assert (counts["consistent"], counts["not_applicable"], counts["violated"]) == (2, 1, 0)
    assert sum(found.rows[-1][1:]) == 4


def test_a_store_is_needed(tmp_path: Path) -> None:
    """Without one, or where there is none, the argument is named."""
    for records in (None, tmp_path / "nowhere"):
        with pytest.raises(BadInput, match="records"):
            table("verdicts", records=records)
