"""`boundkit require`: the range of one variable in which a theorem applies."""

from __future__ import annotations

from typing import Any

import click

from boundkit.cli import options
from boundkit.cli.output import emit, fields


@options.command("require")
@click.argument("id")
@click.option("--for", "solve_for", required=True, metavar="NAME", help="The variable to solve for, for example delta.")
@click.option("--probability", metavar="P", help="Also ask for at least this probability.")
@options.whole("--k", "The width, where it is not what is asked for.")
@options.data()
@options.activation()
@options.settings
def command(
    id: str,
    solve_for: str,
    probability: str | None,
    k: int | None,
    data: str,
    activation: str | None,
    parameters: dict[str, Any],
    assume: dict[str, str],
    as_json: bool,
) -> int:
    """Print the values of one variable at which every hypothesis of the statement ID certainly holds."""
    from boundkit.query import required
    from boundkit.render.documents import solution_document

    given = parameters if k is None else {**parameters, "k": k}
    found = required(
        id, solve_for=solve_for, data=data, activation=activation, assume=assume, probability=probability, **given
    )
    document = solution_document(found)
    shown = {**document, "binding": ", ".join(found.binding)}
    emit(document, lambda: fields(f"{id}, solved for {solve_for}", list(shown.items())[2:]), as_json=as_json)
    return 3 if found.reason and found.status != "open" else 0
