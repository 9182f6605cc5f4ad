"""Tests of what a cell says of claims that its tasks did not try."""

from __future__ import annotations

from pathlib import Path

from boundkit.campaign import Store, campaign, run_campaign, summarise
from boundkit.verify import Verdict, verify


def test_results_that_do_not_apply_are_named_as_in_a_verification(tmp_path: Path) -> None:
    """At level lemma the statement itself may be left out, at this width: its lemmas alone are consistent."""
    given = {"data": ["orthonormal:n=4"], "levels": ["lemma"], "widths": [64]}
    store = Store(tmp_path / "s")
    grid = campaign(statements=["os19.lem6_7"], activations=["softplus"], trials=4, together=2, **given)
    run_campaign(grid, store, executor_name="inline")
    ((_, report),) = summarise(store.rows)
    alone = verify("os19.lem6_7", data="orthonormal:n=4", activation="softplus", level="lemma", k=64, trials=4)
    left_out = "os19.lem6_7: hypothesis spectrum_width fails: 8 is below 9.721"
    assert str(alone.reason).endswith(left_out)
    assert report.verdict is Verdict.CONSISTENT
    assert report.reason == alone.reason
    silent = [row | {"reason": None} if number else row for number, row in enumerate(store.rows)]
    assert len(silent) > 1
    assert left_out not in str(summarise(silent)[0][1].reason), "what only some tasks say is not said of all"
