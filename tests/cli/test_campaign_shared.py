"""A store that holds more than the campaign that was asked for."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Call, document

GRID = 'statements = ["os19.lem6_4"]\ndata = ["orthonormal:n=4"]\nactivations = ["{}"]\ntrials = 2\n'


def test_a_campaign_tells_of_its_own_cells_only(call: Call) -> None:
    """What another one left in the store is in the report of the store, and in nothing else."""
    shared = ("--store", "shared.jsonl", "--executor", "inline", "--json")
    for activation in ("gelu", "softplus"):
        Path(f"{activation}.toml").write_text(GRID.format(activation))
        found = document(call("campaign", f"{activation}.toml", *shared))
        assert [(cell["activation"], cell["trials"]) for cell in found["cells"]] == [(activation, 2)]
        assert found["done"] == found["tasks"] == 2
    told = document(call("report", "shared.jsonl", "--json"))["cells"]
    assert [cell["activation"] for cell in told] == ["gelu", "softplus"]
