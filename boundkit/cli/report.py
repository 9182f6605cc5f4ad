"""`boundkit report`: what a store of results says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from boundkit import __version__
from boundkit.cli import options
from boundkit.cli.folders import new_folder, writable
from boundkit.cli.output import emit
from boundkit.cli.verify import CODES

if TYPE_CHECKING:
    from boundkit.campaign import Cell, Store
    from boundkit.verify import Report


SHOWN = 5  # numbers of damaged lines


@options.command("report")
@click.argument("store")
@options.choice("--format", "text", "md", "csv", "html", "latex", "json", default="text", help="How to print it.")
@click.option("--out", metavar="DIR", help="Folder for report.md, report.html, report.json and a plot.")
def command(store: str, format: str, out: str | None, as_json: bool) -> int:
    """Summarise the file STORE of a campaign: one row for every cell, its trials added up."""
    from boundkit.campaign import Store, compared_widths, summarise
    from boundkit.errors import BadInput
    from boundkit.render.campaign import campaign_document, campaign_tables

    folder = None if out is None else writable("out", out)
    kept = Store(store)
    kept.refresh()
    if not kept.path.is_file():
        raise BadInput("store", store, "is not a file; boundkit campaign makes one")
    tell_damage(kept)
    summary, records = summarise(kept.rows), compared_widths(kept.rows)
    if folder is not None:
        with new_folder("out", folder):
            write(summary, records, folder, title=f"Campaign {kept.path.stem}")
    emit(
        campaign_document(summary, records),
        lambda: "\n\n".join(table.to(format) for table in campaign_tables(summary, records)),
        as_json=as_json or format == "json",
    )
    return code(summary)


def write(summary: Sequence[tuple[Cell, Report]], records: Sequence[Any], folder: Path, *, title: str) -> None:
    """report.md, report.html, report.json, and margins.png where matplotlib is there to draw it."""
    import json
    from importlib.util import find_spec

    from boundkit.render.campaign import campaign_document, campaign_markdown, campaign_page, campaign_plot

    picture = "margins.png" if find_spec("matplotlib") else None
    if picture:
        campaign_plot(summary, folder / picture)
    (folder / "report.md").write_text(campaign_markdown(summary, records, title=title), encoding="utf-8")
    (folder / "report.html").write_text(campaign_page(summary, records, title=title, picture=picture), encoding="utf-8")
    document = json.dumps(campaign_document(summary, records), allow_nan=False, indent=1)
    (folder / "report.json").write_text(f"{document}\n", encoding="utf-8")


def tell_damage(store: Store) -> None:
    """One line on standard error about the damaged lines of a store that were left out, one about foreign rows."""
    from boundkit.campaign import foreign

    versions = foreign(store.rows)
    if versions:
        wrote = ", ".join(sorted(set(versions)))
        rows = "1 row" if len(versions) == 1 else f"{len(versions)} rows"
        words = f"{rows} of {store.path} by another version of boundkit ({wrote}) cannot be read by {__version__}"
        click.echo(f"boundkit: {words}; left out", err=True)
    if not store.damaged:
        return
    shown = ", ".join(str(number) for number in store.damaged[:SHOWN])
    more = f" and {len(store.damaged) - SHOWN} more" if len(store.damaged) > SHOWN else ""
    several = len(store.damaged) > 1
    words = f"lines {shown}{more} of {store.path} are" if several else f"line {shown} of {store.path} is"
    click.echo(f"boundkit: {words} damaged and {'were' if several else 'was'} left out", err=True)


def code(summary: Sequence[tuple[Cell, Report]]) -> int:
    """The exit code of the worst verdict."""
    from boundkit.verify.verdict import worst

    return CODES[str(worst([report.verdict for _, report in summary]))] if summary else 0
