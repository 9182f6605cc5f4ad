"""Runs the `boundkit` commands of console blocks."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import sys
from unittest import mock

from boundkit.cli.failures import ERROR
from boundkit.cli.main import main as boundkit

BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
SECONDS = re.compile(r", \d[\d.]* s$", re.MULTILINE)
COLUMNS = "120"


def run_block(block: str) -> str:
    """A console block with the output of its `$ boundkit ...` commands run anew."""
    lines = [line for line in block.splitlines() if line.startswith("$ ")]
    return "```console\n" + "".join(f"{line}\n{run(line[2:])}" for line in lines) + "```"


def run(command: str) -> str:
    r"""What a boundkit command prints, its first N lines before a trailing `| head -N`.

    ValueError for another command, and for one that boundkit itself fails on: no page shows that unnoticed.

    >>> run("boundkit show os19.lem6_4 | head -1")
    'os19.lem6_4  Reduction to the quadratic activation\n'
    """
    command, _, limit = command.partition(" | head -")
    name, *arguments = shlex.split(command)
    if name != "boundkit":
        raise ValueError(f"only boundkit commands are run, not {name}")
    output = io.StringIO()
    code: object = None
    with (
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(output),
        mock.patch.dict("os.environ", {"COLUMNS": COLUMNS}),
        mock.patch.object(sys, "argv", [name, *arguments]),
    ):
        try:
            boundkit()
        except SystemExit as end:
            code = end.code
    if code == ERROR:
        raise ValueError(f"{command}: {output.getvalue()}")
    lines = [line.rstrip() for line in SECONDS.sub("", output.getvalue()).splitlines()]
    return "".join(f"{line}\n" for line in lines[: int(limit) if limit else None])
