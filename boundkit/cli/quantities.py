"""`boundkit quantities`: what theorems ask of data and activation."""

from __future__ import annotations

from boundkit.cli import options
from boundkit.cli.output import emit


@options.command("quantities")
@options.data()
@options.activation()
def command(data: str, activation: str | None, as_json: bool) -> None:
    """Measure the quantities that theorems ask of data, and of an activation, with certified enclosures."""
    from boundkit.activations import activation as find_activation
    from boundkit.data import dataset, quantities
    from boundkit.render.documents import quantities_document
    from boundkit.render.layout import Table

    chosen = None if activation is None else find_activation(activation)
    points = dataset(data)
    document = quantities_document(points, quantities(points, activation=chosen), chosen)
    rows = tuple(
        (name, found["value"], found["lower"], found["upper"]) for name, found in document["quantities"].items()
    )
    table = Table("quantities", ("quantity", "value", "lower", "upper"), rows)
    emit(document, lambda: table.to("text"), as_json=as_json)
