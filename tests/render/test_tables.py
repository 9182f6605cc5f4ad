"""Tables in every format, and the answers behind them."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, strategies as st

from boundkit.errors import BadInput
from boundkit.papers import statements
from boundkit.query import required_width
from boundkit.render.expressions import text
from boundkit.render.layout import Table
from boundkit.render.tables import compare, table

DATA = "orthonormal:n=4"
UNBOUNDED = ("lemma", "comparator", "definition", "assumption")
CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(st.characters(codec="utf-8", exclude_characters="\r\0"))
)


class Cells(HTMLParser):
    """Collects the cells of an HTML table."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """A row or a cell begins."""
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        """Text of the current cell."""
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


@given(st.lists(st.tuples(CELLS, CELLS), max_size=4))
def test_csv_and_json_lose_nothing(rows: list[tuple[object, object]]) -> None:
    """Reading CSV or JSON back gives the cells that were written."""
    made = Table("t", ("a", "b"), tuple(rows))  # type: ignore[arg-type]
    read = list(csv.reader(io.StringIO(made.to("csv"), newline="")))
    assert read[0] == ["a", "b"]
    assert read[1:] == [["" if cell is None else str(cell) for cell in row] for row in rows]
    assert json.loads(made.to("json")) == {"table": "t", "columns": ["a", "b"], "rows": [list(row) for row in rows]}


def test_special_characters_stay_inside_their_cells() -> None:
    """Bars in Markdown, angle brackets in HTML and underscores in LaTeX do not break the table."""
    made = Table("t", ("x", "y"), (("|X|^2 <= n", "a_b & 50%"),))
    assert r"\|X\|^2" in made.to("md")
    assert made.to("latex").count("&") - made.to("latex").count(r"\&") == 2
    assert r"a\_b" in made.to("latex")
    parser = Cells()
    parser.feed(made.to("html"))
    assert [cell.strip() for cell in parser.rows[-1]] == ["|X|^2 <= n", "a_b & 50%"]


def test_long_integers_are_not_rounded() -> None:
    """A width of forty digits is printed in full in every format."""
    made = Table("t", ("k",), ((str(10**39 + 7),),))
    assert all(str(10**39 + 7) in made.to(name) for name in ("text", "md", "latex", "csv", "html", "json"))


def test_a_table_is_printed_aligned_and_shown_as_html() -> None:
    """`print` gives the text of the command line, a notebook the HTML; neither unrolls the full answers."""
    found = compare(["os19.thm6_2.refined"], data=DATA, activation="softplus", delta=1)
    assert str(found) == found.to("text") != found._repr_html_()
    assert found._repr_html_().startswith("<table>")
    assert "Requirement(" not in repr(found)


def test_compare_agrees_with_required_width() -> None:
    """Each row of a comparison is the answer of required_width for that statement alone."""
    ids = ["os19.thm6_2.tracked", "os19.thm6_2", "os19.thm2_3"]
    found = compare(ids, data=DATA, activation="softplus", delta=1)
    alone = [required_width(id, data=DATA, activation="softplus", delta=1) for id in ids]
    assert [answer.width for answer in found.answers] == [answer.width for answer in alone]
    assert [row[2] for row in found.rows] == [alone[0].width, text(alone[1].open_width[0]), None]
    assert found.rows[2][-1] == "hypothesis activation_is_relu fails"


def test_open_widths_and_orders_are_formulas_in_every_format() -> None:
    """Powers are printed as the format prints powers, not as Python does."""
    loss = {"loss_exponent": "1/2", "loss_floor": "1/2", "loss_growth": 1, "margin_loss_smoothness": 2}
    deep = {"L": 1, "failure": "1/10", "target_risk": "1/100", "max_width": 1000, **loss}
    constant = compare(["os19.thm6_2"], data=DATA, activation="softplus", delta=1)
    order = compare(["zczg18.thm4_1.tracked"], data="lifted:n=8,d=6,mu=0.3,phi=0.5", activation="relu", **deep)
    assert r"k \ensuremath{\geq}" in constant.to("latex")
    assert r"c\ensuremath{^{2}}" in constant.to("latex")
    assert r"L\ensuremath{^{3}}\ensuremath{^{8}}" in order.to("latex")
    assert "L³⁸" in order.to("md")
    for made in (constant, order):
        assert not any("**" in made.to(format) for format in ("text", "md", "latex", "html", "csv", "json"))


def test_assumed_constants_go_where_they_belong() -> None:
    """An assumed constant changes the statement that has it open, and is refused when none has."""
    found = compare(["os19.thm6_2", "os19.thm6_2.tracked"], data=DATA, activation="softplus", assume={"c": 64}, delta=1)
    assert [answer.status for answer in found.answers] == ["assumed", "tracked"]
    with pytest.raises(BadInput, match="c_1"):
        compare(["os19.thm6_2"], data=DATA, activation="softplus", assume={"c_1": 1}, delta=1)


def test_errata_are_complete() -> None:
    """The table of errata has one row for every erratum of every statement."""
    assert len(table("errata").rows) == sum(len(item.errata) for item in statements()) > 10


def test_widths_lists_every_theorem_with_a_width_condition() -> None:
    """Every theorem and corollary that bounds the width has a row."""
    found = table("widths", data=DATA, activation="softplus", delta=1)
    conditions = {s.id: [h.relation for h in s.hypotheses if h.role == "width"] for s in statements()}
    bounded = {s.id for s in statements() if s.kind not in UNBOUNDED and "k" in str(conditions[s.id])}
    assert {row[0] for row in found.rows} == bounded
    landscape = table("widths", data=DATA, activation="quadratic", paper="sjl17", gradient_tolerance="1/10")
    assert len(landscape.rows) > 20
    assert not any("bounds no width" in str(row[-1]) for row in landscape.rows)


def test_no_star_where_a_constant_is_open() -> None:
    """A width that only one of several conditions gives, another having an open constant, is not the best one."""
    found = table("widths", data=DATA, activation="gelu", delta=1)
    answers = {item.statement.id: item for item in found.answers}  # type: ignore[attr-defined]
    ranged = answers["sjl17.d.width_range"]
    assert (ranged.width, ranged.status) == (4, "open")
    starred = [row[0] for row in found.rows if row[-2] == "*"]
    assert starred == ["os19.thm6_2.refined"]


def test_widths_takes_assumed_constants() -> None:
    """An assumed constant gives the theorems that have it their widths, leaves the others; an unknown one is named."""
    given: dict[str, Any] = {"data": DATA, "activation": "softplus", "paper": "os19", "delta": 1}
    found = {answer.statement.id: answer for answer in table("widths", **given, assume={"c": 64}).answers}
    alone = compare(["os19.thm6_2"], data=DATA, activation="softplus", assume={"c": 64}, delta=1).answers[0]
    assert (found["os19.thm6_2"].width, found["os19.thm6_2"].status) == (alone.width, "assumed")
    assert found["os19.thm6_2.tracked"].status == "tracked"
    with pytest.raises(BadInput, match="c_1"):
        table("widths", **given, assume={"nothing": 1})


def test_hermite_table() -> None:
    """Row relu of the Hermite table holds 1/sqrt(2 pi), 1/2, 1/(2 sqrt(pi))."""
    row = table("hermite", activations=["relu"], degree=2, digits=6).rows[0]
    assert row == ("relu", "0.398942", "0.500000", "0.282095")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("width", {}), ("widths", {}), ("errata", {"delta": 1}), ("errata", {"paper": "x"}), ("hermite", {"data": DATA})],
)
def test_bad_input(name: str, arguments: dict[str, object]) -> None:
    """Unknown tables, missing data and arguments that a table does not use are refused."""
    with pytest.raises(BadInput):
        table(name, **arguments)


def test_unknown_format_and_column() -> None:
    """Formats and columns that do not exist are named."""
    with pytest.raises(BadInput, match="docx"):
        table("errata").to("docx")
    with pytest.raises(BadInput, match="grad"):
        table("errata").select("grad")
