"""Tables, sentence, document and picture of a campaign, of reports made by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from boundkit.campaign import Cell
from boundkit.render import campaign as rendered
from boundkit.render.campaign import campaign_document, campaign_page, campaign_plot, campaign_table, sentence
from boundkit.verify import Report, Verdict
from boundkit.verify.verdict import ClaimResult

CELL = Cell("os19.lem6_4", "orthonormal:n=4", "softplus", "literal", None, 5, 70, {"delta": "1"}, {"c": "2"})
CLAIMS = (
    ClaimResult("os19.lem6_4", "first", Verdict.CONSISTENT, 16, 1, 0.25, slack=4.0, twin_rejected=True),
    ClaimResult("os19.lem6_4", "second", Verdict.INCONCLUSIVE, 16, 2, 0.8, slack=1.25),
    ClaimResult("os19.lem6_4", "third", Verdict.NOT_APPLICABLE),
)
REPORT = Report(
    *(
        "os19.lem6_4",
        "literal",
        Verdict.INCONCLUSIVE,
        "a reason",
        "orthonormal:n=4",
        "softplus",
        12345678901234567,
        5,
    ),
    assumed={"c": "2"},
    trials=16,
    violations=3,
    interval=(0.0405, 0.455),
    failure_allowed=0.125,
    claims=CLAIMS,
    steps=70,
)
BARE = Report("os19.lem6_4", "literal", Verdict.ERROR, "no run", "orthonormal:n=4", None, None, 0)
SUMMARY = [(CELL, REPORT), (CELL, BARE)]


def test_a_row_holds_the_numbers_of_its_report() -> None:
    """The least slack, the twins that were rejected among all claims, the interval from low to high, width in full."""
    full, bare = (dict(zip(rendered.COLUMNS, row, strict=True)) for row in campaign_table(SUMMARY).rows)
    assert (full["trials"], full["violations"], full["allowed"]) == (16, 3, "0.125")
    assert (full["smallest slack"], full["twins rejected"]) == ("1.25", "1 of 3")
    assert (full["interval"], full["width"]) == ("0.0405 to 0.455", "12345678901234567")
    assert (full["verdict"], full["assumed"], full["reason"]) == ("inconclusive", "c = 2", "a reason")
    assert (bare["verdict"], bare["trials"], bare["reason"]) == ("error", 0, "no run")
    unknown = ("width", "assumed", "interval", "allowed", "smallest slack", "twins rejected")
    assert [bare[name] for name in unknown] == [None] * len(unknown)


def test_the_sentence_counts_cells_and_trials() -> None:
    """By verdict, and the widths that were compared beside them or alone."""
    ends, verdicts = "A finite experiment proves nothing.", "2 cells, 16 trials: 1 error, 1 inconclusive."
    assert sentence(SUMMARY) == f"{verdicts} {ends}"
    assert sentence(SUMMARY, [{}, {}]) == f"{verdicts} Widths were compared in 2 cells. {ends}"
    assert sentence([], [{}] * 3) == f"Widths were compared in 3 cells. {ends}"
    assert sentence([]) == f"0 cells, 0 trials: nothing yet. {ends}"


def test_the_document_says_how_each_cell_was_run() -> None:
    """Seed, steps and parameters of the cell, and each claim with its own violations."""
    first, second = campaign_document(SUMMARY)["cells"]
    assert (first["seed"], first["steps"], first["set"], first["assumed"]) == (5, 70, {"delta": "1"}, {"c": "2"})
    assert [(claim["violations"], claim["slack"]) for claim in first["claims"]] == [(1, 4.0), (2, 1.25), (0, None)]
    assert (first["violations"], first["interval"], first["width"]) == (3, [0.0405, 0.455], "12345678901234567")
    assert (second["verdict"], second["claims"], second["interval"]) == ("error", [], None)
    ((cell, report), _) = SUMMARY
    assert campaign_document([(replace(cell, seed=2**60), report)])["cells"][0]["seed"] == str(2**60)


def test_what_a_page_is_given_is_text() -> None:
    """Titles are escaped, and a page without a picture names none."""
    page = campaign_page(SUMMARY, title="<b> & c", picture=None)
    assert "<h1>&lt;b&gt; &amp; c</h1>" in page
    assert "<img" not in page
    assert '<img src="a&quot;.png"' in campaign_page(SUMMARY, title="t", picture='a".png')


def test_the_picture_has_a_point_for_every_margin(figures: list[Any], tmp_path: Path) -> None:
    """At the height of its claim's name; claims that were not tried have none."""
    campaign_plot([*SUMMARY, (CELL, REPORT)], tmp_path / "a.svg")
    (axes,) = figures[0].axes
    names = {label.get_position()[1]: label.get_text() for label in axes.get_yticklabels()}
    drawn = {(names[y], x) for line in axes.lines[:-1] for x, y in line.get_xydata().tolist()}
    assert drawn == {("os19.lem6_4 first", 0.25), ("os19.lem6_4 second", 0.8)}
    assert axes.lines[-1].get_xdata() == [1, 1]
