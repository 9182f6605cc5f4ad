"""Options that several commands share, and how their values are read."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import click

from boundkit.cli.output import at_work
from boundkit.errors import BadInput, unknown

Decorator = Callable[[Any], Any]


class Command(click.Command):
    """A command that tells how long it is at work, and refuses an option given twice: click would take the last.

    Its errors call an argument as the command line does.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does."""
        values, _, order = self.make_parser(ctx).parse_args(args=list(args))
        for parameter in order:
            once = isinstance(parameter, click.Option) and not (parameter.multiple or parameter.is_flag)
            if once and order.count(parameter) > 1:
                raise BadInput(option_name(parameter), values.get(parameter.name), "is given twice")
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """As click does."""
        try:
            with at_work(self.name or ""):
                return super().invoke(ctx)
        except BadInput as error:
            name = next((option_name(item) for item in self.params if item.name == error.argument), error.argument)
            if name == error.argument:
                raise
            raise BadInput(name, error.value, error.message, error.choices) from error


def option_name(parameter: click.Parameter) -> str:
    """What the command line calls a parameter: solve_for is for."""
    return parameter.opts[0].removeprefix("--")


def command(name: str) -> Callable[[Callable[..., Any]], click.Command]:
    """A click command that takes --json and --debug; its function gets `as_json`."""

    def decorate(function: Callable[..., Any]) -> click.Command:
        for option in (
            click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error."),
            click.option("--json", "as_json", is_flag=True, callback=_anywhere, help="Print one JSON document."),
        ):
            function = option(function)
        return click.command(name, cls=Command)(function)

    return decorate


def data(*, required: bool = True) -> Decorator:
    """`--data`, a data set specification."""
    return click.option("--data", required=required, metavar="SPEC", help="For example sphere:n=20,d=10,seed=0.")


def activation(*, required: bool = False) -> Decorator:
    """`--activation`, a name of the catalogue or an expression in z."""
    return click.option("--activation", required=required, metavar="NAME", help="A name, or an expression in z.")


def whole(flag: str, help: str, *, default: int | None = None, required: bool = False) -> Decorator:
    """An integer option, also written 1e6; its range is checked where it is used."""
    given: dict[str, Any] = {"required": required} if default is None else {"default": default, "show_default": True}
    # From a default that is an integer, click would infer that it has to read integers itself.
    return click.option(flag, callback=_whole, type=click.UNPROCESSED, metavar="INTEGER", help=help, **given)


def width(flag: str, help: str) -> Decorator:
    """A width: an integer, also written 1e6, or the word infinite."""

    def read(context: click.Context, parameter: click.Parameter, value: str | None) -> int | str | None:
        try:
            return value if value == "infinite" else _whole(context, parameter, value)
        except BadInput as error:
            raise BadInput(error.argument, error.value, f"{error.message}, or infinite") from None

    return click.option(flag, callback=read, metavar="INTEGER", help=help)


def seconds(flag: str, help: str) -> Decorator:
    """A positive number of seconds."""

    def read(context: click.Context, parameter: click.Parameter, value: str | None) -> float | None:
        if value is None:
            return None
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not 0 < number < float("inf"):
            raise BadInput(parameter.name or flag, value, "must be a positive number of seconds")
        return number

    return click.option(flag, callback=read, metavar="SECONDS", help=help)


def choice(flag: str, *words: str, default: str, help: str) -> Decorator:
    """An option that takes one of a few words."""

    def read(context: click.Context, parameter: click.Parameter, value: str) -> str:
        if value not in words:
            raise unknown(parameter.name or flag, value, words)
        return value

    return click.option(
        flag, callback=read, default=default, show_default=True, metavar=f"[{'|'.join(words)}]", help=help
    )


def pairs(flag: str, name: str, metavar: str, help: str) -> Decorator:
    """A repeatable option of `NAME=VALUE` words, as a dictionary of strings."""
    return click.option(flag, name, multiple=True, callback=_pairs, metavar=metavar, help=help)


def settings(function: Any) -> Any:
    """`--set NAME=VALUE` and `--assume CONSTANT=VALUE`, both repeatable, as dictionaries of strings."""
    function = pairs("--assume", "assume", "CONSTANT=VALUE", "A value for an open constant.")(function)
    return click.option(
        "--set", "parameters", multiple=True, callback=_parameters, metavar="NAME=VALUE", help="A parameter: delta=1."
    )(function)


def _anywhere(context: click.Context, parameter: click.Parameter, value: bool) -> bool:
    """`boundkit --json list` and `boundkit list --json` are the same."""
    return value or bool(context.find_root().params.get("as_json"))


def _whole(context: click.Context, parameter: click.Parameter, value: str | int | None) -> int | None:
    if value is None:
        return None
    from boundkit.arithmetic import LARGEST_POWER

    try:
        number = Decimal(str(value))
        small = number.is_finite() and number.copy_abs() <= Decimal(10) ** LARGEST_POWER
        if small and number == number.to_integral_value():
            return int(number)
    except InvalidOperation:
        pass
    raise BadInput(parameter.name or "number", value, f"must be an integer of at most 10^{LARGEST_POWER}")


def _pairs(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    option = option_name(parameter)
    pairs: dict[str, str] = {}
    for text in values:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            raise BadInput(option, text, "must be NAME=VALUE")
        if name in pairs:
            raise BadInput(name, value, "is given twice")
        pairs[name] = value
    return pairs


def _parameters(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Only names of the vocabulary that a user gives; options of the command itself stay options."""
    pairs = _pairs(context, parameter, values)
    if pairs:
        from boundkit.query.bind import LATER, SETTABLE_BOUNDS
        from boundkit.query.given import no_parameter
        from boundkit.statement import VOCABULARY

        options = {name for item in context.command.params for name in [item.name] if name}
        given = [word.name for word in VOCABULARY.values() if word.origin in ("given", *LATER)]
        allowed = [name for name in (*given, *SETTABLE_BOUNDS) if name not in options]
        for name, value in pairs.items():
            if name in options:
                raise BadInput(name, value, f"is an option of its own here: --{name} VALUE")
            if name not in allowed:
                raise no_parameter(name, value, allowed, by="this command")
    return pairs
