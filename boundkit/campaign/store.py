"""An append-only file of results, one line each, that survives a crash and that several processes may share."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock, Timeout

from boundkit.errors import BadInput

Row = dict[str, Any]


class Store:
    """Rows in a file, each on a line with its checksum.

    A row is appended by one write under a lock and reaches the disk before `append` returns, so that a process killed
    at any moment loses at most the row that it was about to write. A line that is damaged is left out and its number
    is in `damaged`; what it held is run again. `rows` holds what `refresh` has read.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.rows: list[Row] = []
        self.damaged: list[int] = []
        self._locks = Path(f"{self.path}.locks")
        self._read, self._lines = 0, 0

    def refresh(self) -> list[Row]:
        """The rows that were added since the last call; BadInput if the file cannot be read or is something else."""
        try:
            if self.path.exists() and not self.path.is_file():  # a device may be read without end
                raise OSError(None, "it is not a regular file")
            with self.path.open("rb") as file:
                file.seek(self._read)
                content = file.read()
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            raise BadInput("store", self.path, f"cannot be read: {getattr(error, 'strerror', error)}") from None
        complete = content[: content.rfind(b"\n") + 1]
        self._read += len(complete)
        new = []
        for line in complete.splitlines():
            self._lines += 1
            row = _sound(line)
            if row is not None:
                new.append(row)
            elif line.strip():
                self.damaged.append(self._lines)
        self.rows += new
        if self.damaged and not self.rows:
            raise BadInput("store", self.path, "holds no result of a campaign: name another file, or remove this one")
        return new

    def append(self, row: Row) -> None:
        """Add a row; BadInput, with nothing that was there lost, if it cannot be written."""
        body = json.dumps(row, sort_keys=True, allow_nan=False)
        line = f"{_checksum(body)} {body}\n".encode()
        with self._writing(), FileLock(self._locks / "append"), self.path.open("ab+", buffering=0) as file:
            _append(file, line)

    @contextmanager
    def claimed(self, task: str) -> Iterator[bool]:
        """Whether this process may run `task` now: no other one is at it. The operating system frees a dead one's."""
        lock = FileLock(self._locks / task)
        try:
            with self._writing():
                lock.acquire(timeout=0)
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self._locks.mkdir(parents=True, exist_ok=True)
            yield
        except Timeout:
            raise
        except OSError as error:
            raise BadInput("store", self.path, f"cannot be written: {error.strerror or error}") from None


def _append(file: BinaryIO, line: bytes) -> None:
    """The line at the end, after a newline where a killed writer left half a line; undone where the disk is full."""
    end = file.seek(0, os.SEEK_END)
    if end:
        file.seek(end - 1)
        line = line if file.read(1) == b"\n" else b"\n" + line
    try:
        if file.write(line) != len(line):
            raise OSError(None, "no space is left on the device")
        os.fsync(file.fileno())
    except OSError:
        file.truncate(end)
        raise


def _sound(line: bytes) -> Row | None:
    checksum, _, body = line.partition(b" ")
    try:
        text = body.decode()
        row = json.loads(text) if checksum.decode() == _checksum(text) else None
    except ValueError:
        return None
    return row if isinstance(row, dict) and isinstance(row.get("task"), str) else None


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"
