"""`boundkit attack`: what the attacks found."""

from __future__ import annotations

import click

from boundkit.cli.options import command as make
from boundkit.cli.output import emit


@make("attack")
@click.argument("id", required=False)
@click.option("--paper", metavar="KEY", help="Only the statements of this paper.")
def command(id: str | None, paper: str | None, as_json: bool) -> None:
    """Attack the statement ID, or all statements: units, directions, limits, forms, counterexamples."""
    from boundkit.attack import NAMES
    from boundkit.errors import BadInput
    from boundkit.papers import statement, statements
    from boundkit.render.documents import attack_document
    from boundkit.render.layout import Table

    if id is not None and paper is not None:
        raise BadInput("paper", paper, "is not used when one statement is named")
    document = attack_document(statements(paper=paper) if id is None else [statement(id)])

    def text() -> str:
        rows = document["statements"]
        if id is not None:
            columns = ("attack", "outcome", "reason")
            return Table("attack", columns, tuple(tuple(item.values()) for item in rows[0]["findings"])).to("text")
        marks = [(row["id"], *(MARKS[item["outcome"]] for item in row["findings"])) for row in rows]
        return Table("attack", ("statement", *NAMES), tuple(marks)).to("text")

    emit(document, text, as_json=as_json)


MARKS = {"survived": "survived", "failed": "FAILED", "does not apply": None}
