"""Data from files: .npz with arrays X and y, .csv with y in the last column."""

from __future__ import annotations

import csv
import hashlib
import os
import zipfile
import zlib
from typing import Any

import numpy as np

from boundkit.errors import BadInput


def is_path(name: str) -> bool:
    """Whether a name is meant as a file."""
    return name.lower().endswith((".npz", ".csv"))


def read(path: str) -> tuple[Any, Any]:
    """The arrays X and y in a file, not yet checked. Raises BadInput when it cannot be read."""
    if not os.path.isfile(path):
        raise BadInput("data", path, "no such file")
    try:
        return _read_npz(path) if path.lower().endswith(".npz") else _read_csv(path)
    except OSError as error:
        raise BadInput("data", path, f"cannot be read: {error.strerror or error}") from None


def digest(path: str) -> str:
    """SHA-256 of the content of a file, in hexadecimal digits. Raises BadInput when it cannot be read."""
    try:
        with open(path, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise BadInput("data", path, f"cannot be read: {error.strerror or error}") from None


def _read_npz(path: str) -> tuple[Any, Any]:
    try:
        with open(path, "rb") as stream:
            archive = np.load(stream, allow_pickle=False)
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise BadInput("data", path, "must be an .npz archive with arrays X and y, but is a single array")
            missing = [key for key in ("X", "y") if key not in archive.files]
            if missing:
                held = ", ".join(archive.files[:6]) or "nothing"
                raise BadInput("data", path, f"has no array {' and no array '.join(missing)}; it holds {held}")
            return archive["X"], archive["y"]
    except BadInput:
        raise
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, SyntaxError) as error:
        # NumPy takes whatever is neither an archive nor an array for a pickle
        pickled = "Object arrays" in str(error)
        message = "holds pickled objects, which are refused" if pickled else "is not a valid .npz file"
        raise BadInput("data", path, message) from None


def _read_csv(path: str) -> tuple[Any, Any]:
    try:
        with open(path, encoding="utf-8-sig", newline="") as stream:
            lines = [(number, row) for number, row in enumerate(csv.reader(stream), 1) if any(map(str.strip, row))]
    except (UnicodeDecodeError, csv.Error):
        raise BadInput("data", path, "is not comma-separated text in UTF-8") from None
    if lines and not any(map(_is_number, lines[0][1])):
        lines = lines[1:]
    if not lines:
        raise BadInput("data", path, "has no row of numbers")
    width = len(lines[0][1])
    if width < 2:
        raise BadInput("data", path, "must have at least two columns, separated by commas: the samples, y in the last")
    for number, row in lines:
        if len(row) != width:
            raise BadInput("data", path, f"line {number} has {len(row)} columns where {width} are expected")
        for text in row:
            if not _is_number(text):
                raise BadInput("data", path, f"line {number} has {text!r} where a number is expected")
    table = np.array([[float(text) for text in row] for _, row in lines])
    return table[:, :-1], table[:, -1]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
