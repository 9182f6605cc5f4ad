"""`boundkit compare`: the widths that theorems require, side by side."""

from __future__ import annotations

from typing import Any

import click

from boundkit.cli import options
from boundkit.cli.output import emit


@options.command("compare")
@click.argument("ids", nargs=-1, required=True)
@options.data()
@options.activation()
@options.settings
def command(
    ids: tuple[str, ...],
    data: str,
    activation: str | None,
    parameters: dict[str, Any],
    assume: dict[str, str],
    as_json: bool,
) -> None:
    """Compare the widths that the statements IDS require on the same data."""
    from boundkit.activations import activation as find_activation
    from boundkit.data import dataset
    from boundkit.render.documents import compare_document, width_document
    from boundkit.render.tables import compare

    chosen = None if activation is None else find_activation(activation)
    points = dataset(data)
    table = compare(ids, data=points, activation=chosen, assume=assume, **parameters)
    rows = [width_document(answer, data=points, activation=chosen) for answer in table.answers]
    emit(compare_document(rows), lambda: table.to("text"), as_json=as_json)
