"""The command `boundkit`: finds the command asked for and loads nothing else."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from boundkit import __version__
from boundkit.cli.failures import guarded, kept_from_click
from boundkit.errors import BadInput, unknown

COMMANDS = {
    "list": "List the statements.",
    "show": "Show one statement in full.",
    "width": "Give the width that a theorem requires.",
    "guarantee": "Give what a theorem guarantees at a width.",
    "require": "Solve a theorem for one variable.",
    "compare": "Compare the widths that theorems require.",
    "table": "Print a table.",
    "hermite": "Give certified Hermite coefficients of an activation.",
    "kernel": "Give the dual activation and the kernel's spectrum.",
    "quantities": "Measure the quantities that theorems ask of data.",
    "certify": "Certify one network from its initialisation.",
    "verify": "Put a statement on trial.",
    "replay": "Run the witness of a violation again, slowly.",
    "campaign": "Put a grid of statements on trial, into a store.",
    "report": "Summarise a store.",
    "figure": "Run an experiment of a paper again and draw it.",
    "attack": "Attack the transcription of statements.",
    "cite": "Print BibTeX of what a statement uses.",
    "graph": "Print what a proof rests on.",
    "doctor": "Show versions, backends and threads.",
    "demo": "Do all of it once, on small data.",
}


class Commands(click.Group):
    """A group that imports the module of a command when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command from its module; None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"boundkit.cli.{cmd_name}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """As click does, but an unknown command is a BadInput with near matches."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            raise unknown("command", args[0], COMMANDS)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands in the help, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def make_context(self, *arguments: Any, **more: Any) -> click.Context:
        """Reads the command line."""
        with kept_from_click():
            return super().make_context(*arguments, **more)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        with kept_from_click():
            return super().invoke(ctx)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run and exit with one of the codes 0 to 4 (130 when interrupted, 141 when nobody reads)."""
        arguments = list(sys.argv[1:] if args is None else args)
        run = super().main
        name = prog_name or "boundkit"
        sys.exit(guarded(lambda: run(arguments, name, complete_var, standalone_mode=False, **extra), arguments))


@click.group(
    cls=Commands, no_args_is_help=False, invoke_without_command=True, context_settings={"max_content_width": 100}
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--debug", is_flag=True, help="Show the traceback of an unexpected error.")
@click.version_option(__version__, prog_name="boundkit")
@click.pass_context
def main(context: click.Context, as_json: bool, debug: bool) -> None:
    """Theorems about training over-parameterised neural networks, to query, compare and put on trial.

    Data: sphere:n=20,d=10,seed=0, digits:n=20,seed=0,center=true, orthonormal:n=4, or a path to a .npz (arrays
    X and y) or .csv file. Exit codes: 0 done, consistent or inconclusive; 1 violated; 2 bad input; 3 not
    applicable or infeasible; 4 error.
    """
    if context.invoked_subcommand is None:
        if as_json:
            raise BadInput("command", None, "is needed", COMMANDS)
        click.echo(context.get_help())
