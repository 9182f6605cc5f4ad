"""What a data set is, and the one door through which every kind of data comes in."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boundkit.data.files import digest, is_path, read
from boundkit.data.generators import GENERATORS
from boundkit.data.origins import Mixture, Origin
from boundkit.data.specs import LARGEST_N, Specification, arguments, boolean, parse
from boundkit.errors import BadInput, unknown

Array = NDArray[np.float64]

LARGEST_ENTRY = 1e50  # squares and their sums stay far from overflow
DIGEST_DIGITS = 16  # of a file's digest: enough to tell the contents that a path has had apart


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples and labels that a theorem can be applied to; equal only to itself.

    `X` is float64 [n, d] with one sample a row, `y` float64 [n], or [n, K] for K > 1 outputs; both are read-only
    copies. `name` reproduces the data through `dataset(name)` where that is possible. `origin` is what a generator
    knows beyond them: the planted network or the clusters of a mixture.

    Raises BadInput for shapes that do not fit, entries that are not finite or exceed 1e50 in size, more than
    200000 samples, labels that are all zero, and two equal rows (every bound on a smallest eigenvalue is void for them)
    unless they come from a mixture without noise. Rows that are opposite (x_i = -x_j) are allowed: their separation
    is 0.

    >>> data = Dataset("two points", np.eye(2), np.ones(2))
    >>> data.n, data.d, data.K
    (2, 2, 1)
    """

    name: str
    X: Array = field(repr=False)
    y: Array = field(repr=False)
    origin: Origin = field(default=None, repr=False)

    def __post_init__(self) -> None:
        X, y = _floats("X", self.X), _floats("y", self.y)
        _check_shapes(X, y)
        y = y.reshape(-1) if y.shape[1:] == (1,) else y
        _check_entries("X", X)
        _check_entries("y", y)
        if not y.any():
            raise BadInput("y", "0", f"labels must not all be zero (rows 0 to {len(y) - 1} are)")
        if not isinstance(self.origin, Mixture):
            _check_distinct(X)
        object.__setattr__(self, "X", X)
        object.__setattr__(self, "y", y)

    def __reduce__(self) -> tuple[Any, ...]:
        return Dataset, (self.name, self.X, self.y, self.origin)

    @property
    def n(self) -> int:
        """Number of samples."""
        return int(self.X.shape[0])

    @property
    def d(self) -> int:
        """Dimension of a sample."""
        return int(self.X.shape[1])

    @property
    def K(self) -> int:
        """Number of outputs that a sample's label has."""
        return 1 if self.y.ndim == 1 else int(self.y.shape[1])


def dataset(specification: object = None, /, **parameters: Any) -> Dataset:
    """The data set named by a specification, read from a file, or made of the arrays given.

    `dataset("sphere:n=20,d=10,seed=0")` and `dataset("sphere", n=20, d=10, seed=0)` are the same. The
    generators are `sphere`, `orthonormal`, `circle`, `digits`, `gaussian`, `planted`, `mixture`, `lifted` and `arc`
    (see `boundkit.data.generators`). A path that ends in .npz (arrays X [n, d] and y [n] or [n, K]) or .csv (y in the
    last column, header optional) is read; `dataset(X=..., y=...)` takes arrays. Files and arrays take `center=true`
    (subtract the mean row) and then `normalize=true` (scale rows to length 1). A file takes `sha256`, 16 to 64 leading
    hexadecimal digits of the digest that its content must have. A Dataset passes through. Raises BadInput for anything
    else.

    >>> dataset("orthonormal", n=3).name
    'orthonormal:n=3,seed=0'
    >>> dataset(X=[[3.0, 4.0]], y=[1.0], normalize=True).X
    array([[0.6, 0.8]])
    """
    if isinstance(specification, Dataset):
        if parameters:
            raise BadInput("data", specification.name, f"is a data set already; drop {', '.join(parameters)}")
        return specification
    if specification is None:
        return _from_arrays(**parameters)
    if not isinstance(specification, str | os.PathLike):
        raise BadInput("data", specification, "must be a name, a path or a Dataset (arrays: X=..., y=...)")
    parsed = parse(os.fspath(specification), is_path).updated(parameters)
    if is_path(parsed.name):
        return _from_file(parsed)
    if parsed.name not in GENERATORS:
        error = unknown("data", parsed.name, GENERATORS)
        raise BadInput("data", parsed.name, f"{error.message} (or a path ending in .npz or .csv)", error.choices)
    generator = GENERATORS[parsed.name]
    chosen = arguments(generator, parsed)
    return Dataset(parsed.with_parameters(chosen).text, *generator(**chosen))


def pinned(specification: object) -> str:
    """The specification with the digest of the file that it names, so that it means these data and no later ones.

    Raises BadInput where `dataset` does, and for a Dataset, which no text names.

    >>> pinned("sphere:n=20,d=10,seed=0")
    'sphere:n=20,d=10,seed=0'
    """
    if not isinstance(specification, str | os.PathLike):
        raise BadInput("data", specification, "must be a name or a path")
    dataset(specification)
    text = os.fspath(specification)
    parsed = parse(text, is_path)
    if not is_path(parsed.name):
        return text
    return parsed.with_parameters({**parsed.parameters, "sha256": digest(parsed.name)[:DIGEST_DIGITS]}).text


def _from_arrays(X: Any = None, y: Any = None, normalize: Any = False, center: Any = False, **others: Any) -> Dataset:
    if others:
        raise unknown("data", next(iter(others)), ["X", "y", "normalize", "center"])
    if X is None or y is None:
        raise BadInput(
            "data", None, "must be a specification such as sphere:n=20,d=10,seed=0, or arrays X=... and y=..."
        )
    X, y = _prepared(X, normalize, center), _floats("y", y)
    digest = hashlib.sha256(X.tobytes() + y.tobytes()).hexdigest()[:12]
    return Dataset(f"arrays:{'x'.join(map(str, X.shape))},sha256={digest}", X, y)


def _from_file(parsed: Specification) -> Dataset:
    extra = [key for key in parsed.parameters if key not in ("normalize", "center", "sha256")]
    if extra:
        raise unknown("data", extra[0], ["normalize", "center", "sha256"])
    options = {key: boolean(key, value) for key, value in parsed.parameters.items() if key != "sha256"}
    X, y = read(parsed.name)
    named = {"sha256": _content(parsed.name, parsed.parameters["sha256"])} if "sha256" in parsed.parameters else {}
    X = _prepared(X, options.get("normalize", False), options.get("center", False))
    return Dataset(parsed.with_parameters({**{k: v for k, v in options.items() if v}, **named}).text, X, y)


def _content(path: str, wanted: Any) -> str:
    """The digits of a digest that the file has; BadInput where it has others."""
    wanted = str(wanted).lower()
    if not re.fullmatch(f"[0-9a-f]{{{DIGEST_DIGITS},64}}", wanted):
        raise BadInput("sha256", wanted, f"must be {DIGEST_DIGITS} to 64 hexadecimal digits")
    found = digest(path)
    if not found.startswith(wanted):
        raise BadInput("data", path, f"has other content: sha256 {found[:DIGEST_DIGITS]}, not {wanted}")
    return wanted


def _prepared(X: Any, normalize: Any, center: Any) -> Array:
    """The samples centred, then normalised, where asked."""
    X = _floats("X", X)
    if not (boolean("normalize", normalize) or boolean("center", center)):
        return X
    _check_shapes(X, None)
    _check_entries("X", X)
    if boolean("center", center):
        X = X - X.mean(axis=0)
    if boolean("normalize", normalize):
        largest = np.abs(X).max(axis=1, keepdims=True)
        if not largest.all():
            raise BadInput("X", f"row {int(np.argmin(largest))}", "is zero and cannot be normalised")
        X = X / largest
        X = X / np.linalg.norm(X, axis=1, keepdims=True)
    return X


def _floats(name: str, values: Any) -> Array:
    """A read-only float64 copy of real numbers."""
    if np.ma.is_masked(values):  # NumPy would copy what lies under the mask
        raise BadInput(name, "masked array", "must have no masked entries; fill or drop them")
    try:
        array = np.array(values)
    except (ValueError, TypeError) as error:
        raise BadInput(name, type(values).__name__, f"must be an array of real numbers: {error}") from None
    if array.dtype.kind not in "biuf":
        raise BadInput(name, f"array of {array.dtype}", "must hold real numbers")
    with np.errstate(over="ignore"):  # what overflows is refused as infinite
        array = np.ascontiguousarray(array, dtype=np.float64)
    array.setflags(write=False)
    return array


def _check_shapes(X: Array, y: Array | None) -> None:
    if X.ndim != 2 or 0 in X.shape:
        raise BadInput("X", f"array of shape {X.shape}", "must have shape [n, d] with n and d at least 1")
    if X.shape[0] > LARGEST_N:
        raise BadInput("X", f"array of shape {X.shape}", f"must have at most {LARGEST_N} rows")
    if y is not None and (y.shape[:1] != X.shape[:1] or y.ndim > 2 or 0 in y.shape):
        raise BadInput("y", f"array of shape {y.shape}", f"must have shape [{len(X)}] or [{len(X)}, K]: a label a row")


def _check_entries(name: str, array: Array) -> None:
    wrong = np.argwhere(~(np.abs(array) <= LARGEST_ENTRY))
    if len(wrong):
        where = tuple(int(i) for i in wrong[0])
        place = ", ".join(map(str, where))
        raise BadInput(f"{name}[{place}]", array[where], f"must be finite and at most {LARGEST_ENTRY:g} in size")


def _check_distinct(X: Array) -> None:
    first: dict[bytes, int] = {}
    for i, row in enumerate(X + 0.0):  # the sum turns -0.0 into 0.0
        j = first.setdefault(row.tobytes(), i)
        if j != i:
            raise BadInput("X", f"rows {j} and {i}", "are equal: duplicate samples make every bound void")
