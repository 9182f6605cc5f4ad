"""What a campaign found: a table, a document, a page and a picture."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boundkit.render.canvas import GUARANTEED, MEASURED, drawing
from boundkit.render.documents import Document, integer
from boundkit.render.layout import Cell, Table
from boundkit.render.tables.looseness import looseness
from boundkit.render.trial_documents import verify_document

if TYPE_CHECKING:
    from boundkit.campaign import Cell as GridCell
    from boundkit.verify import Report

    Summary = Sequence[tuple[GridCell, Report]]

Records = Sequence[Mapping[str, Any]]  # the widths that a looseness compared
COLUMNS = (
    "statement",
    "level",
    "data",
    "activation",
    "width",
    "assumed",
    "verdict",
    "trials",
    "violations",
    "interval",
    "allowed",
    "smallest slack",
    "twins rejected",
    "reason",
)
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body {{ font: 16px/1.4 sans-serif; margin: 2em }} table {{ border-collapse: collapse }}
td, th {{ border-bottom: 1px solid #ccc; padding: .2em .6em; text-align: left }}</style>
<h1>{title}</h1><p>{sentence}</p>
{tables}
{picture}
</html>
"""


def campaign_table(summary: Summary) -> Table:
    """One row a cell: verdict, exact interval of the violations, slack and twins."""
    return Table("campaign", COLUMNS, tuple(_row(cell, report) for cell, report in summary))


def campaign_tables(summary: Summary, records: Records, *columns: str) -> list[Table]:
    """The table of the verdicts, of these columns if any are named, and that of the widths that were compared."""
    verdicts = campaign_table(summary)
    widths = [looseness(records=records)] if records else []
    return [verdicts.select(*columns) if columns else verdicts, *widths] if summary or not widths else widths


def campaign_document(summary: Summary, records: Records = ()) -> Document:
    """`{"cells": [...], "looseness": [...]}`: the document of `verify` for every cell, with its seed and steps,
    and the widths that were compared.
    """
    return {
        "cells": [
            {**verify_document(report), "seed": integer(cell.seed), "steps": cell.steps, "set": dict(cell.parameters)}
            for cell, report in summary
        ],
        "looseness": [dict(record) for record in records],
    }


def campaign_markdown(summary: Summary, records: Records = (), *, title: str) -> str:
    """The sentence and the tables as Markdown."""
    tables = "\n\n".join(table.to("md") for table in campaign_tables(summary, records))
    return f"# {title}\n\n{sentence(summary, records)}\n\n{tables}\n"


def campaign_page(summary: Summary, records: Records = (), *, title: str, picture: str | None) -> str:
    """A page that needs nothing else but the picture beside it."""
    image = f'<p><img src="{html.escape(picture)}" alt="worst measured over allowed, by claim"></p>' if picture else ""
    return PAGE.format(
        title=html.escape(title),
        sentence=html.escape(sentence(summary, records)),
        tables="\n".join(table.to("html") for table in campaign_tables(summary, records)),
        picture=image,
    )


def sentence(summary: Summary, records: Records = ()) -> str:
    """How many cells ended how, and in how many widths were compared."""
    counts: dict[str, int] = {}
    for _, report in summary:
        counts[str(report.verdict)] = counts.get(str(report.verdict), 0) + 1
    found = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
    trials = sum(report.trials for _, report in summary)
    compared = f" Widths were compared in {len(records)} cells." if records else ""
    verdicts = f"{len(summary)} cells, {trials} trials: {found or 'nothing yet'}."
    return f"{verdicts if summary or not records else ''}{compared} A finite experiment proves nothing.".lstrip()


def campaign_plot(summary: Summary, path: str | Path) -> Path:
    """Draw, for every claim, the worst ratio of the measured to the allowed side, logarithmic: 1 is the claim.

    Raises BadInput for another suffix than .png and .svg, for a place that cannot be written, and without matplotlib.
    """
    points: dict[str, list[float]] = {}
    for _, report in summary:
        for claim in report.claims:
            if claim.worst_margin:
                points.setdefault(f"{claim.statement} {claim.label}", []).append(claim.worst_margin)
    names = sorted(points)[::-1]
    with drawing(path, height=1.2 + 0.25 * len(names)) as figure:
        axes = figure.subplots()
        for place, name in enumerate(names):
            axes.plot(points[name], [place] * len(points[name]), "o", color=MEASURED, alpha=0.6, markersize=4)
        axes.axvline(1.0, color=GUARANTEED, linestyle="--", linewidth=1)
        axes.set_yticks(range(len(names)), names, fontsize=7)
        axes.set(xscale="log", xlabel="worst measured / allowed")
    return Path(path)


def _row(cell: GridCell, report: Report) -> tuple[Cell, ...]:
    slacks = [item.slack for item in report.claims if item.slack is not None]
    interval = report.interval
    return (
        cell.statement,
        cell.level,
        cell.data,
        cell.activation,
        None if report.width is None else str(report.width),
        ", ".join(f"{name} = {value}" for name, value in report.assumed.items()) or None,
        str(report.verdict),
        report.trials,
        report.violations,
        None if interval is None else f"{interval[0]:.3g} to {interval[1]:.3g}",
        None if report.failure_allowed is None else f"{report.failure_allowed:.3g}",
        f"{min(slacks):.4g}" if slacks else None,
        f"{sum(item.twin_rejected for item in report.claims)} of {len(report.claims)}" if report.claims else None,
        report.reason,
    )
