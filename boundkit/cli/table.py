"""`boundkit table`: tables of answers in several formats."""

from __future__ import annotations

from typing import Any

import click

from boundkit.cli import options
from boundkit.cli.output import emit


@options.command("table")
@click.argument("name")
@options.choice("--format", "text", "md", "latex", "csv", "html", "json", default="text", help="How to print it.")
@options.data(required=False)
@options.activation()
@options.settings
@click.option("--paper", metavar="KEY", help="Only this paper.")
@click.option("--quantity", metavar="NAME", help="Only orders of this quantity, for example width.")
@options.whole("--degree", "Largest degree of the table hermite.")
@options.whole("--digits", "Digits of the table hermite.")
@click.option("--convention", metavar="NAME", help="orthonormal or probabilist, for the table hermite.")
def command(
    name: str,
    format: str,
    activation: str | None,
    parameters: dict[str, Any],
    assume: dict[str, str],
    as_json: bool,
    **others: str | int | None,
) -> None:
    """Print the table NAME: widths, orders, errata, constants, counts or hermite."""
    from boundkit.render.tables import table

    arguments: dict[str, Any] = {key: value for key, value in others.items() if value is not None}
    if activation is not None:
        arguments |= {"activations": [activation]} if name == "hermite" else {"activation": activation}
    if assume:
        arguments["assume"] = assume
    found = table(name, **arguments, **parameters)
    emit(found.document(), lambda: found.to(format), as_json=as_json or format == "json")
