"""Folders for results: refused before any work when they cannot be written."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from boundkit.errors import BadInput


def writable(argument: str, name: str) -> Path:
    """`name` as a folder that can be written or made; BadInput otherwise. Leaves nothing behind."""
    if not name:
        raise BadInput(argument, name, "must be the path of a folder")
    path = Path(name)
    try:
        existing = _nearest(path.absolute())
        if not existing.is_dir():
            raise BadInput(argument, name, f"{existing} is not a folder")
        with tempfile.TemporaryFile(dir=existing):
            return path
    except (OSError, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput(argument, name, f"cannot be written: {_why(error)}") from None


@contextmanager
def new_folder(argument: str, path: Path) -> Iterator[Path]:
    """Makes the folder; an operating system error in making or filling it is a BadInput."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        yield path
    except OSError as error:
        raise BadInput(argument, path, f"cannot be written: {_why(error)}") from None


def _nearest(path: Path) -> Path:
    """The deepest part of a path that exists."""
    while True:
        try:
            path.stat()
            return path
        except FileNotFoundError:
            path = path.parent


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
