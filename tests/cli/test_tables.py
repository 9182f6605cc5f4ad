"""The options of tables, lists and pages on the command line."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from boundkit.campaign import Cell, Store
from boundkit.campaign.spec import LOOSENESS
from boundkit.papers import statement, statements
from boundkit.render.tables import table
from boundkit.render.web_page import as_html
from tests.cli.conftest import Call, document

CELL = Cell("os19.thm2_1", "orthonormal:n=4", "relu", LOOSENESS, k=None, seed=0, steps=1)
WIDTHS = {"task": "t", "cell": asdict(CELL), "looseness": {"theory_width": "10", "empirical_width": 4}}


def test_couplings(call: Call) -> None:
    """Every `--couple` is a coupling, with the base and the reference that are named."""
    words = ["--couple", "d=1/2", "--couple", "b=1", "--base", "n", "--against", "sgd22.thm2", "--paper", "sgd22"]
    expected = table("orders", paper="sgd22", couplings={"d": "1/2", "b": 1}, base="n", against="sgd22.thm2")
    assert document(call("table", "orders", *words, "--json")) == expected.document()


def test_swaps(call: Call) -> None:
    """The printed choice comes first and the width with the eigenvalue itself is that of Theorem 6.2."""
    words = ["--data", "orthonormal:n=4", "--activation", "softplus", "--set", "delta=1", "--theorem", "os19.thm2_1"]
    found = document(call("table", "swaps", *words, "--json"))
    rows = [dict(zip(found["columns"], row, strict=True)) for row in found["rows"]]
    assert rows[0]["printed / this"] == "1"
    assert next(row["width"] for row in rows if row["eigenvalue"] == "os19.def6_1") == 428298


def test_looseness(call: Call, tmp_path: Path) -> None:
    """`--from` names the store of a campaign."""
    Store(tmp_path / "found.jsonl").append(WIDTHS)
    result = call("table", "looseness", "--from", "found.jsonl", "--json")
    assert document(result)["rows"] == [["os19.thm2_1", "orthonormal:n=4", "relu", 10, None, 4, None, "2.5", None]]
    assert result.stderr == ""


@pytest.mark.parametrize("name", ["looseness", "verdicts"])
def test_rows_of_another_version_are_told(call: Call, tmp_path: Path, name: str) -> None:
    """What a table of a store leaves out is one line on standard error, also where nothing else is in the store."""
    store = Store(tmp_path / "found.jsonl")
    store.append({"task": "u", "cell": {"shape": 1}, "versions": {"boundkit": "9.0"}})
    words = "1 row of found.jsonl by another version of boundkit (9.0)"
    assert words in call("table", name, "--from", "found.jsonl").stderr
    store.append(WIDTHS)
    result = call("table", name, "--from", "found.jsonl", "--json")
    assert (result.exit_code, len(result.stderr.splitlines())) == (0, 1)
    assert words in result.stderr


def test_list_filters(call: Call) -> None:
    """Class and depth filter as in Python, and the text says how a statement can be verified."""
    found = document(call("list", "--activation", "quadratic", "--depth", "two layers", "--json"))["statements"]
    assert [row["id"] for row in found] == [item.id for item in statements(activation="quadratic", depth="two layers")]
    line = next(line for line in call("list", "--paper", "os19").stdout.splitlines() if "os19.lem6_12 " in line)
    assert "literal, lemma" in line


def test_show_html(call: Call) -> None:
    """The page is printed as it is."""
    result = call("show", "os19.thm6_2", "--format", "html")
    assert result.exit_code == 0
    assert result.stdout == as_html(statement("os19.thm6_2")) + "\n"
