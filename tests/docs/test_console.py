"""Console blocks of the guides."""

from __future__ import annotations

import pytest

from docs import console


def test_output_is_written_anew() -> None:
    """A block keeps its commands; what they print replaces what stood there."""
    block = console.run_block("$ boundkit show os19.lem6_4 | head -1\nsomething old\n")
    assert (
        block
        == "```console\n$ boundkit show os19.lem6_4 | head -1\nos19.lem6_4  Reduction to the quadratic activation\n```"
    )


def test_only_boundkit_is_run() -> None:
    """Another command is refused."""
    with pytest.raises(ValueError, match="only boundkit"):
        console.run("ls")


def test_a_failure_is_not_shown_as_output(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of boundkit itself stops the generation of a page; a refusal of bad input is part of it."""
    monkeypatch.setattr(console, "boundkit", lambda: exit(4))
    with pytest.raises(ValueError, match="boundkit list"):
        console.run("boundkit list")
    monkeypatch.undo()
    assert console.run("boundkit show nothing").startswith("boundkit: ")
