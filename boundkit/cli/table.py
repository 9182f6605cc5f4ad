"""`boundkit table`: tables of answers in several formats."""

from __future__ import annotations

from typing import Any

import click

from boundkit.cli import options
from boundkit.cli.output import emit
from boundkit.cli.report import tell_damage

OF_A_STORE = ("looseness", "verdicts")


@options.command("table")
@click.argument("name")
@options.choice("--format", "text", "md", "latex", "csv", "html", "json", default="text", help="How to print it.")
@options.data(required=False)
@options.activation()
@options.settings
@click.option("--paper", metavar="KEY", help="Only this paper.")
@click.option("--quantity", metavar="NAME", help="Only orders of this quantity, for example width.")
@options.pairs("--couple", "couplings", "NAME=POWER", "Rank orders where NAME grows as this power of the base: d=1/2.")
@click.option("--base", metavar="NAME", help="The variable that grows, n by default; 1/NAME for one that shrinks.")
@click.option("--against", metavar="ID", help="Divide the orders by the order of this statement.")
@click.option("--theorem", metavar="ID", help="The theorem whose lemmas the table swaps exchanges.")
@click.option("--from", "records", metavar="FILE", help="A campaign's store, for the tables looseness and verdicts.")
@options.whole("--degree", "Largest degree of the table hermite.")
@options.whole("--digits", "Digits of the table hermite.")
@click.option("--convention", metavar="NAME", help="orthonormal or probabilist, for the table hermite.")
def command(
    name: str,
    format: str,
    activation: str | None,
    parameters: dict[str, Any],
    assume: dict[str, str],
    couplings: dict[str, str],
    as_json: bool,
    records: str | None,
    **others: str | int | None,
) -> None:
    """Print the table NAME.

    One of widths, swaps, orders, quoted, constants, errata, looseness, verdicts, counts, hermite.
    """
    from boundkit.render.tables import table

    if records is not None and name in OF_A_STORE:
        _tell_what_is_left_out(records)
    arguments: dict[str, Any] = {
        key: value for key, value in {"records": records, **others}.items() if value is not None
    }
    if activation is not None:
        arguments |= {"activations": [activation]} if name == "hermite" else {"activation": activation}
    arguments |= {name: value for name, value in (("assume", assume), ("couplings", couplings)) if value}
    found = table(name, **arguments, **parameters)
    emit(found.document(), lambda: found.to(format), as_json=as_json or format == "json")


def _tell_what_is_left_out(path: str) -> None:
    """What of the store is in no table; that there is no store is the table's error."""
    from boundkit.campaign import Store

    store = Store(path)
    store.refresh()
    tell_damage(store)
