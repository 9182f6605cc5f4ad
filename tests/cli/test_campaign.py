"""Tests of `boundkit campaign` and `boundkit report`."""

from __future__ import annotations

from pathlib import Path

import pytest

from boundkit.campaign import Store
from boundkit.train import backend
from tests.cli.conftest import Call, document

GRID = """
statements = ["os19.lem6_4"]
data = ["sphere:n=6,d=5,seed=1"]
activations = ["softplus", "gelu"]
trials = 2
"""


LOOSENESS = """levels = ["looseness"]
steps = 20
[set]
delta = 1
"""


@pytest.fixture
def grid(call: Call) -> str:
    """A small campaign in the current folder."""
    Path("grid.toml").write_text(GRID)
    return "grid.toml"


def test_campaign_then_report(call: Call, grid: str) -> None:
    """The store lies beside the grid; the report's documents have the keys of `verify`."""
    ran = call("campaign", grid, "--executor", "inline", "--json")
    assert ran.exit_code == 0
    assert document(ran)["store"] == "grid.jsonl"
    assert document(ran)["done"] == document(ran)["tasks"] == 4
    told = call("report", "grid.jsonl", "--out", "out", "--json")
    assert told.exit_code == 0
    assert [cell["verdict"] for cell in document(told)["cells"]] == ["consistent", "consistent"]
    assert {"report.md", "report.html", "report.json"} <= {path.name for path in Path("out").iterdir()}
    assert "2 consistent" in Path("out/report.html").read_text()


def test_a_looseness_is_reported_where_the_verdicts_are(call: Call) -> None:
    """The three widths are in what campaign prints, in the report in every format, and in its files."""
    text = GRID.replace("os19.lem6_4", "os19.thm6_2.refined").replace("sphere:n=6,d=5,seed=1", "orthonormal:n=2")
    Path("loose.toml").write_text(text.replace('["softplus", "gelu"]', '["softplus"]') + LOOSENESS)
    ran = call("campaign", "loose.toml", "--executor", "inline")
    assert ran.exit_code == 0
    (found,) = document(call("campaign", "loose.toml", "--executor", "inline", "--json"))["looseness"]
    shown = [found[f"{name}_width"] for name in ("theory", "certified", "empirical")]
    told = call("report", "loose.jsonl", "--out", "out")
    assert "Widths were compared in 1 cells" in ran.output
    for text in (ran.output, told.output, Path("out/report.md").read_text(), Path("out/report.html").read_text()):
        assert all(width in text for width in ("theory / certified", *shown))


def test_the_grid_is_no_store(call: Call, grid: str) -> None:
    """A wrong file name does not cost the file."""
    before = Path(grid).read_bytes()
    result = call("campaign", grid, "--store", grid, "--executor", "inline")
    assert (result.exit_code, Path(grid).read_bytes()) == (2, before)


def test_rows_of_another_version_are_told(call: Call, grid: str) -> None:
    """One line on standard error names the version."""
    call("campaign", grid, "--executor", "inline")
    Store("grid.jsonl").append({"task": "new", "cell": {"shape": 1}, "versions": {"boundkit": "9.0"}})
    result = call("report", "grid.jsonl")
    assert (result.exit_code, len(result.stderr.splitlines())) == (0, 1)
    assert "1 row of grid.jsonl by another version of boundkit (9.0)" in result.stderr


def test_a_budget_that_is_spent_leaves_the_rest_for_later(call: Call, grid: str) -> None:
    """A campaign that was cut short says how far it came, and goes on later."""
    first = call("campaign", grid, "--executor", "inline", "--budget", "1e-9", "--json")
    assert first.exit_code == 0
    assert document(first)["done"] == 0
    assert document(call("campaign", grid, "--executor", "inline", "--json"))["done"] == 4


def test_a_device_that_cannot_be_used_is_refused_before_anything_runs(
    call: Call, grid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 3, one line, no store."""
    monkeypatch.setattr(backend, "cuda_status", lambda: (False, "no driver"))
    refused = call("campaign", grid, "--executor", "inline", "--device", "cuda")
    assert (refused.exit_code, refused.stderr) == (3, "boundkit: device = cuda: no driver\n")
    assert not Path("grid.jsonl").exists()


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [
        (["campaign", "none.toml"], "spec"),
        (["campaign", "grid.toml", "--device", "tpu"], "device"),
        (["campaign", "grid.toml", "--executor", "threads"], "executor"),
        (["campaign", "grid.toml", "--budget", "-1"], "budget"),
        (["campaign", "grid.toml", "--budget", "soon"], "budget"),
        (["campaign", "grid.toml", "--workers", "0"], "workers"),
        (["campaign", "grid.toml", "--workers", "1e9"], "workers"),
        (["campaign", "grid.toml", "--store", "/proc/none/s"], "store"),
        (["report", "none.jsonl"], "store"),
        (["report", "grid.toml", "--out", "grid.toml"], "out"),
    ],
)
def test_bad_input_is_one_line(call: Call, grid: str, arguments: list[str], argument: str) -> None:
    """Exit code 2, and the argument is named."""
    result = call(*arguments, "--json")
    assert result.exit_code == 2
    assert document(result)["error"]["argument"] == argument


def test_a_damaged_store_is_reported_on_standard_error(call: Call, grid: str) -> None:
    """The line number is told; what it held is missing from the report."""
    call("campaign", grid, "--executor", "inline")
    lines = Path("grid.jsonl").read_text().splitlines()
    Path("grid.jsonl").write_text("\n".join([lines[0][:-1], *lines[1:]]) + "\n")
    result = call("report", "grid.jsonl")
    assert "line 1 of grid.jsonl is damaged" in result.stderr
    assert result.exit_code == 0


def test_a_file_that_is_no_store_is_one_line(call: Call) -> None:
    """A text file is refused in one line however many lines it has."""
    Path("prose.md").write_text("words\n" * 100)
    result = call("report", "prose.md", "--json")
    assert result.exit_code == 2
    assert document(result)["error"]["argument"] == "store"
    assert len(result.stderr.splitlines()) == 1


def test_many_damaged_lines_are_one_line(call: Call, grid: str) -> None:
    """The first numbers and how many more."""
    call("campaign", grid, "--executor", "inline")
    with Path("grid.jsonl").open("a") as file:
        file.write("words\n" * 9)
    result = call("report", "grid.jsonl")
    assert result.stderr == "boundkit: lines 5, 6, 7, 8, 9 and 4 more of grid.jsonl are damaged and were left out\n"
