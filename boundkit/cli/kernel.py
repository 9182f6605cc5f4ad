"""`boundkit kernel`: the dual activation, and on data the kernel's smallest eigenvalue beside its lower bounds."""

from __future__ import annotations

from fractions import Fraction

import click

from boundkit.cli import options
from boundkit.cli.output import emit

CORRELATIONS = tuple(Fraction(i, 4) for i in range(-4, 5))


@options.command("kernel")
@click.argument("activation")
@options.data(required=False)
@options.choice("--kind", "sigma", "sigma_tilde", default="sigma", help="Which kernel is measured on the data.")
@click.option("--plot", metavar="FILE", help="Draw it to a .png or .svg file.")
def command(activation: str, data: str | None, kind: str, plot: str | None, as_json: bool) -> None:
    """Give the dual activations of ACTIVATION and its derivative, and their kernel's spectrum on data."""
    from boundkit.activations import activation as find_activation, dual
    from boundkit.arithmetic import ball, precision
    from boundkit.data import compare_bounds, dataset, kernel
    from boundkit.render.documents import dual_document
    from boundkit.render.layout import Table

    chosen = find_activation(activation)
    with precision():
        rows = [(rho, *(dual(chosen, derivative=j, rho=ball(rho)) for j in (0, 1))) for rho in CORRELATIONS]
    points = None if data is None else dataset(data)
    quantity = {"sigma": "lambda", "sigma_tilde": "lambda_out"}[kind]
    bounds = () if points is None else compare_bounds(points, chosen, quantity=quantity)
    if plot is not None:
        from boundkit.render.kernel_plot import kernel_plot

        kernel_plot(chosen, plot, kernel=None if points is None else kernel(points, chosen, kind=kind), bounds=bounds)
    document = dual_document(chosen, rows, data=points, bounds=bounds)

    def text() -> str:
        values = tuple((r["rho"], r["phi"]["value"], r["derivative"]["value"]) for r in document["dual"])
        parts = [Table("dual", ("correlation", "dual of phi", "dual of phi'"), values).to("text")]
        if bounds:
            found = tuple((name, row["value"], row["lower"]) for name, row in document["bounds"].items())
            parts.append(Table("bounds", ("quantity", "value", "certainly at least"), found).to("text"))
        return "\n\n".join(parts)

    emit(document, text, as_json=as_json)
