"""`boundkit list`: the statements."""

from __future__ import annotations

import click

from boundkit.cli.options import command as make
from boundkit.cli.output import emit


@make("list")
@click.option("--paper", metavar="KEY", help="Only the statements of this paper.")
@click.option("--kind", metavar="KIND", help="Only statements of this kind: theorem, lemma, ...")
@click.option("--form", metavar="FORM", help="Only this form: printed, tracked, repaired, sharpened, refined.")
@click.option("--constants", metavar="STATUS", help="Only with constants of this status: printed, tracked, open, none.")
@click.option("--activation", metavar="CLASS", help="Only for this class: any, lipschitz, smooth, relu, quadratic, ...")
@click.option("--depth", metavar="DEPTH", help="Only for this depth: 'two layers', deep, 'one layer', any.")
@click.option("--network", metavar="WORDS", help="Only for networks so described, for example 'two layers'.")
@click.option("--trained", metavar="WORDS", help="Only where these weights are trained, for example hidden.")
@click.option("--algorithm", metavar="WORDS", help="Only for this algorithm, for example 'gradient descent'.")
def command(as_json: bool, **filters: str | None) -> None:
    """List the statements: how their constants are known, how many errata, how they can be verified, how many attacks
    they survived.
    """
    from boundkit.papers import statements
    from boundkit.render.documents import list_document
    from boundkit.render.layout import Table

    document = list_document(statements(**filters))
    columns = ("id", "kind", "form", "constants", "errata", "verifiable", "tested", "title")
    shown = [
        {**row, "verifiable": ", ".join(row["verifiable"]), "tested": len(row["tested"])}
        for row in document["statements"]
    ]
    rows = tuple(tuple(row[column] for column in columns) for row in shown)
    emit(document, lambda: Table("list", columns, rows).to("text"), as_json=as_json)
