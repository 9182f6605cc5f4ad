"""How every failure ends: one line on standard error, one JSON document with --json, and the exit code."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import click

from boundkit.cli.options import option_name
from boundkit.errors import BadInput, BoundkitError, Infeasible, NotApplicable, shorten, unknown

DONE, VIOLATED, BAD_INPUT, NOT_APPLICABLE, ERROR = range(5)
INTERRUPTED, BROKEN_PIPE = 130, 141  # 128 + the number of the signal, as shells report it


class NobodyReads(Exception):
    """Standard output was closed by its reader."""


class Interrupted(Exception):
    """The user pressed Ctrl-C."""


@contextmanager
def kept_from_click() -> Iterator[None]:
    """Click would end a broken pipe with the exit code of a violation, and an interrupt with an empty line."""
    try:
        yield
    except BrokenPipeError as error:
        raise NobodyReads from error
    except KeyboardInterrupt as error:
        raise Interrupted from error


def guarded(command: Callable[[], Any], arguments: Sequence[str]) -> int:
    """Run `command` and turn whatever it raises into a message and an exit code."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the shell
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # formulas are Unicode, terminals not always
    try:
        code = command()
        sys.stdout.flush()
    except (Interrupted, KeyboardInterrupt):
        return _fail("interrupted", None, INTERRUPTED)
    except (NobodyReads, BrokenPipeError):
        _silence()
        return BROKEN_PIPE
    except Exception as error:
        if "--debug" in arguments:
            traceback.print_exc()
        error = from_click(error) if isinstance(error, click.ClickException) else error
        return _fail(one_line(error), error_document(error) if "--json" in arguments else None, code_of(error))
    return code if isinstance(code, int) else DONE


def code_of(error: Exception) -> int:
    """The exit code of an error."""
    if isinstance(error, BadInput):
        return BAD_INPUT
    return NOT_APPLICABLE if isinstance(error, NotApplicable | Infeasible) else ERROR


def one_line(error: Exception) -> str:
    """The text of an error on one printable line; errors nobody planned are named by their type."""
    message = shorten(error, 500)
    if not isinstance(error, BoundkitError):
        message = f"error: {type(error).__name__}: {message}"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in message)


def error_document(error: Exception) -> dict[str, Any]:
    """`{"error": {argument, value, message, choices}}`; the argument is None where none is to blame."""
    argument = value = choices = None
    message = one_line(error)
    if isinstance(error, BadInput):
        argument, message, choices = error.argument, error.message, error.choices
        value = None if error.value is None else str(error.value)
    elif isinstance(error, NotApplicable):
        argument = error.label
    return {"error": {"argument": argument, "value": value, "message": message, "choices": choices}}


def from_click(error: click.ClickException) -> BadInput:
    """Click's own complaint about the command line, in the form of every other bad input."""
    context = getattr(error, "ctx", None)
    if isinstance(error, click.NoSuchOption):
        options = [] if context is None else [name for p in context.command.get_params(context) for name in p.opts]
        return unknown("option", error.option_name, [name for name in options if name.startswith("--")])
    if isinstance(error, click.MissingParameter):
        return BadInput("argument" if error.param is None else option_name(error.param), None, "is needed; see --help")
    if isinstance(error, click.BadOptionUsage):
        return BadInput("option", error.option_name, error.format_message())
    if isinstance(error, click.BadParameter) and error.param is not None:
        return BadInput(option_name(error.param), None, error.format_message())
    extra = re.search(r"unexpected extra arguments? \((.*)\)", error.format_message(), re.DOTALL)
    return (
        BadInput("arguments", extra.group(1) if extra else None, "are not expected here; see --help")
        if extra
        else (BadInput("command line", None, error.format_message()))
    )


def _fail(message: str, document: dict[str, Any] | None, code: int) -> int:
    """Tell what happened; nobody listening is no further error."""
    with suppress(OSError):
        click.echo(f"boundkit: {message}", err=True)
    try:
        if document is not None:
            click.echo(json.dumps(document, allow_nan=False))
        sys.stdout.flush()
    except OSError:
        _silence()
    return code


def _silence() -> None:
    """Point standard output at nothing, so that the interpreter's last flush does not complain."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return
