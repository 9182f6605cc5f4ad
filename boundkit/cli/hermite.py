"""`boundkit hermite`: certified Hermite coefficients."""

from __future__ import annotations

import click

from boundkit.cli import options
from boundkit.cli.output import emit


@options.command("hermite")
@click.argument("activation")
@options.whole("--degree", "Largest degree.", default=10)
@options.whole("--digits", "Significant digits.", default=15)
@options.choice("--convention", "orthonormal", "probabilist", default="orthonormal", help="Which coefficients.")
@options.whole("--derivative", "Expand this derivative, taken almost everywhere.", default=0)
@click.option("--scale", default="1", show_default=True, metavar="S", help="Expand phi(S g) instead of phi(g).")
@click.option("--plot", metavar="FILE", help="Draw the decay of the coefficients to a .png or .svg file.")
def command(
    activation: str,
    degree: int,
    digits: int,
    convention: str,
    derivative: int,
    scale: str,
    plot: str | None,
    as_json: bool,
) -> None:
    """Give the Hermite coefficients of ACTIVATION, a name or an expression in z."""
    from boundkit.activations import activation as find_activation, hermite
    from boundkit.arithmetic import exact
    from boundkit.render.documents import hermite_document
    from boundkit.render.layout import Table

    chosen = find_activation(activation)
    found = hermite(
        chosen, degree=degree, digits=digits, convention=convention, derivative=derivative, scale=exact("scale", scale)
    )
    if plot is not None:
        from boundkit.render.kernel_plot import coefficient_plot

        coefficient_plot(found, plot, title=f"{chosen.name}, {convention}, derivative {derivative}, scale {scale}")
    document = hermite_document(found, activation=chosen, convention=convention, derivative=derivative, digits=digits)
    columns = ("degree", "value", "radius", "closed_form")
    rows = tuple(tuple(row[column] for column in columns) for row in document["coefficients"])
    emit(document, lambda: Table("hermite", columns, rows).to("text"), as_json=as_json)
