"""What goes to standard output, and the signs of progress that go to standard error."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Any

import click

Progress = Callable[[int, int], None]
PLAIN_WIDTH = 110
PATIENCE = 2.0  # seconds without a word
_watches: list[tuple[Event, Thread]] = []


def emit(document: Any, text: Callable[[], str], *, as_json: bool) -> None:
    """The document as JSON, or the text made for readers."""
    hush()
    click.echo(json.dumps(document, allow_nan=False) if as_json else text())


def fields(title: str, rows: Iterable[tuple[str, object]]) -> str:
    """A title and aligned `name  value` lines; rows without a value are left out."""
    shown = [(name, str(value)) for name, value in rows if value is not None and value != ""]
    size = max((len(name) for name, _ in shown), default=0)
    return "\n".join([title, *(f"  {name:<{size}}  {value}" for name, value in shown)])


def page(content: Any) -> None:
    """A rich page on standard output, as wide as the terminal."""
    hush()
    from rich.console import Console

    width = None if sys.stdout.isatty() else PLAIN_WIDTH
    console = Console(file=sys.stdout, width=width, highlight=False, markup=False)
    with console.capture() as captured:  # rich would end a broken pipe with the exit code of a violation
        console.print(content)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


@contextmanager
def at_work(name: str) -> Iterator[None]:
    """Tells a terminal how long a command has been at work, until it speaks itself; of a quick one nothing."""
    if sys.stderr.isatty():
        stop = Event()
        watch = Thread(target=_tell_time, args=(name, sys.stderr.fileno(), stop), daemon=True)
        watch.start()
        _watches.append((stop, watch))
    try:
        yield
    finally:
        hush()


def hush() -> None:
    """Ends what `at_work` tells; its line is gone when this returns."""
    while _watches:
        stop, watch = _watches.pop()
        stop.set()
        watch.join()


def _tell_time(name: str, terminal: int, stop: Event) -> None:
    """Written past the buffers of Python, whose locks a forked process would find taken."""
    begun, line, pause = time.monotonic(), "", PATIENCE
    with suppress(OSError):
        while not stop.wait(pause):
            line, pause = f"boundkit {name}: {time.monotonic() - begun:.0f} s", 1.0
            os.write(terminal, f"\r{line}".encode())
        if line:
            os.write(terminal, f"\r{' ' * len(line)}\r".encode())


@contextmanager
def progress_bar(label: str, *, always: bool = False) -> Iterator[Progress | None]:
    """A callback `(done, total)` that draws a bar on standard error; None when nobody watches."""
    hush()
    if not (always or sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress as Bar, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(file=sys.stderr)) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
