"""`boundkit replay`: a violation seen again by the slow implementation."""

from __future__ import annotations

import click

from boundkit.cli import options
from boundkit.cli.failures import DONE, NOT_APPLICABLE, VIOLATED
from boundkit.cli.output import emit, fields
from boundkit.cli.verify import without

OUTCOMES = {
    True: ("the violation is there", VIOLATED),
    False: ("the violation is NOT there", DONE),
    None: ("too long to run again", NOT_APPLICABLE),
}


@options.command("replay")
@click.argument("witness")
def command(witness: str, as_json: bool) -> int:
    """Run the file WITNESS, which verify left behind, again in extended precision.

    Exit code 1 says that the violation is there, 0 that it is not, 3 that it would take too long.
    """
    from boundkit.render.documents import integer
    from boundkit.verify import replay_witness

    replayed = replay_witness(witness)
    sentence, code = OUTCOMES[replayed.confirmed]
    names = ("statement", "claim", "data", "activation", "width", "seed", "trial", "step")
    told = {name: getattr(replayed.witness, name) for name in names}
    told |= {name: integer(told[name]) for name in ("width", "seed")}
    relaxed, failing = replayed.witness.relaxed, list(replayed.failing)
    rows = {"RELAXED": without(relaxed), **told, "failing": ", ".join(failing)}
    document = {**told, "relaxed": relaxed, "failing": failing, "confirmed": replayed.confirmed}
    emit(document, lambda: fields(sentence, rows.items()), as_json=as_json)
    return code
