"""`boundkit list`: the statements."""

from __future__ import annotations

import click

from boundkit.cli.options import command as make
from boundkit.cli.output import emit


@make("list")
@click.option("--paper", metavar="KEY", help="Only the statements of this paper.")
@click.option("--kind", metavar="KIND", help="Only statements of this kind: theorem, lemma, ...")
def command(paper: str | None, kind: str | None, as_json: bool) -> None:
    """List the statements: how their constants are known, how many errata, how they can be verified."""
    from boundkit.papers import statements
    from boundkit.render.documents import list_document
    from boundkit.render.layout import Table

    document = list_document(statements(paper=paper, kind=kind))
    columns = ("id", "kind", "form", "constants", "errata", "title")
    rows = tuple(tuple(row[column] for column in columns) for row in document["statements"])
    emit(document, lambda: Table("list", columns, rows).to("text"), as_json=as_json)
