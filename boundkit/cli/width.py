"""`boundkit width`: the width that a theorem requires."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from boundkit.cli import options
from boundkit.cli.failures import DONE, NOT_APPLICABLE
from boundkit.cli.output import emit, fields

if TYPE_CHECKING:
    from boundkit.query import Requirement
    from boundkit.render.documents import Document


@options.command("width")
@click.argument("id")
@options.data()
@options.activation()
@options.settings
def command(
    id: str, data: str, activation: str | None, parameters: dict[str, Any], assume: dict[str, str], as_json: bool
) -> int:
    """Give the smallest width at which every hypothesis of ID certainly holds.

    A theorem whose constants are open gives an expression in them; --assume CONSTANT=VALUE makes it a number.
    """
    from boundkit.activations import activation as find_activation
    from boundkit.data import dataset
    from boundkit.query import required_width
    from boundkit.render.documents import width_document

    chosen = None if activation is None else find_activation(activation)
    points = dataset(data)
    answer = required_width(id, data=points, activation=chosen, assume=assume, **parameters)
    document = width_document(answer, data=points, activation=chosen)
    emit(document, lambda: describe(answer, document), as_json=as_json)
    return NOT_APPLICABLE if answer.width is None and answer.width_expression is None else DONE


def describe(answer: Requirement, document: Document) -> str:
    """A requirement or guarantee for readers."""
    from boundkit.render.documents import above, below

    doubtful = [item.label for item in answer.checks if item.holds is not True]
    return fields(
        f"{document['statement']} on {document['data']}, {document['activation'] or 'no activation'}",
        [
            ("width", answer.width if answer.width is not None else answer.width_expression or "none"),
            ("constants", answer.status),
            ("binding", answer.binding),
            ("not established", ", ".join(doubtful)),
            ("reason", answer.reason),
            ("step size", below(answer.step_size, 6)),
            ("rate", below(answer.rate, 6)),
            ("iterations", answer.iterations),
            ("radius", above(answer.radius, 6)),
            ("probability", f"{below(answer.probability, 6) or 'unknown'}{' (VACUOUS)' if answer.vacuous else ''}"),
            ("parameters", ", ".join(f"{name} = {value}" for name, value in document["parameters"].items())),
            *((f"bound on {name}", value) for name, value in document["bounds"].items()),
            *((name, item.value) for name, item in answer.quantities.items()),
        ],
    )
