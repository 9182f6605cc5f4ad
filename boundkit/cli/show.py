"""`boundkit show`: one statement in full."""

from __future__ import annotations

import json

import click

from boundkit.cli.options import choice, command as make
from boundkit.cli.output import page


@make("show")
@click.argument("id")
@choice("--format", "text", "latex", "html", "json", default="text", help="How to print it.")
def command(id: str, format: str, as_json: bool) -> None:
    """Show the statement ID: setting, hypotheses, claims, probability, constants, errata, what it uses."""
    from boundkit.papers import statement
    from boundkit.render.documents import show_document
    from boundkit.render.statement_view import as_latex, as_page

    found = statement(id)
    if as_json or format == "json":
        click.echo(json.dumps(show_document(found), allow_nan=False))
    elif format == "latex":
        click.echo(as_latex(found))
    elif format == "html":
        from boundkit.render.web_page import as_html

        click.echo(as_html(found))
    else:
        page(as_page(found))
