"""`boundkit graph`: what a proof rests on."""

from __future__ import annotations

import click

from boundkit.cli.options import command as make
from boundkit.cli.output import emit


@make("graph")
@click.argument("id")
def command(id: str, as_json: bool) -> None:
    """Print the tree of results that the proof of the statement ID uses."""
    from boundkit.papers import statement
    from boundkit.render.citation import proof_tree

    tree = list(proof_tree(statement(id)))
    edges = [[item.id, name] for _, item, again in tree if not again for name in item.uses]
    lines = [
        f"{'  ' * depth}{item.id}  {item.title}" + ("  (see above)" if again and item.uses else "")
        for depth, item, again in tree
    ]
    emit({"root": id, "edges": edges}, lambda: "\n".join(lines), as_json=as_json)
