"""The options of tables, lists and pages on the command line."""

from __future__ import annotations

from pathlib import Path

from boundkit.campaign import Store
from boundkit.papers import statement, statements
from boundkit.render.tables import table
from boundkit.render.web_page import as_html
from tests.cli.conftest import Call, document


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
    row = {"task": "t", "cell": {"statement": "os19.thm2_1"}, "looseness": {"theory_width": "10", "empirical_width": 4}}
    Store(tmp_path / "found.jsonl").append(row)
    found = document(call("table", "looseness", "--from", "found.jsonl", "--json"))
    assert found["rows"] == [["os19.thm2_1", None, None, 10, None, 4, None, "2.5", None]]


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
