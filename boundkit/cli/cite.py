"""`boundkit cite`: BibTeX of exactly what was used."""

from __future__ import annotations

import click

from boundkit.cli.options import command as make
from boundkit.cli.output import emit


@make("cite")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
def command(ids: tuple[str, ...], as_json: bool) -> None:
    """Print BibTeX for the statements ID and the results that their proofs use."""
    from boundkit.papers import statement
    from boundkit.render.citation import bibtex, proof_tree

    found = [item for id in ids for _, item, again in proof_tree(statement(id)) if not again]
    emit({"bibtex": bibtex(found)}, lambda: bibtex(found), as_json=as_json)
