"""`boundkit guarantee`: what a theorem guarantees at a width."""

from __future__ import annotations

from typing import Any

import click

from boundkit.cli import options
from boundkit.cli.failures import DONE, NOT_APPLICABLE
from boundkit.cli.output import emit
from boundkit.cli.width import describe


@options.command("guarantee")
@click.argument("id")
@options.data()
@options.whole("--k", "The width.", required=True)
@options.activation()
@options.settings
def command(
    id: str,
    data: str,
    k: int,
    activation: str | None,
    parameters: dict[str, Any],
    assume: dict[str, str],
    as_json: bool,
) -> int:
    """Give what ID guarantees at width K, and which of its hypotheses hold there."""
    from boundkit.activations import activation as find_activation
    from boundkit.data import dataset
    from boundkit.query import guarantee
    from boundkit.render.documents import width_document

    chosen = None if activation is None else find_activation(activation)
    points = dataset(data)
    answer = guarantee(id, data=points, k=k, activation=chosen, assume=assume, **parameters)
    document = width_document(answer, data=points, activation=chosen)
    emit(document, lambda: describe(answer, document), as_json=as_json)
    return NOT_APPLICABLE if any(item.holds is False for item in answer.checks) else DONE
