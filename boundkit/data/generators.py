"""The data sets that need no file. A generator's signature is the grammar of its specification.

Every random stream is its own counter-based generator, derived from (seed, role).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from boundkit.errors import BadInput

Array = NDArray[np.float64]
Samples = tuple[Array, Array]

INPUTS, LABELS = 0, 1  # roles of random streams


def stream(seed: int, role: int) -> np.random.Generator:
    """The random stream of one role; equal (seed, role) give equal numbers on every platform."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(entropy=seed, spawn_key=(role,))))


def sphere(n: int, d: int, seed: int = 0) -> Samples:
    """n points uniform on the unit sphere of R^d; labels N(0, 1). `os19` Cor. 2.2.

    >>> X, y = sphere(n=3, d=2)
    >>> X.shape, bool(np.allclose(np.linalg.norm(X, axis=1), 1))
    ((3, 2), True)
    """
    _check_size(n, d)
    X = stream(seed, INPUTS).standard_normal((n, d))
    return X / np.linalg.norm(X, axis=1, keepdims=True), _normal_labels(n, seed)


def orthonormal(n: int, d: int | None = None, seed: int = 0) -> Samples:
    """The first n unit vectors of R^d (d = n unless given, d >= n); labels N(0, 1). `os19` section 14.

    >>> orthonormal(n=1, d=2)[0]
    array([[1., 0.]])
    """
    d = n if d is None else d
    if d < n:
        raise BadInput("d", d, f"must be at least n = {n}: there are only d orthonormal vectors")
    _check_size(n, d)
    return np.eye(n, d), _normal_labels(n, seed)


def circle(n: int, seed: int = 0) -> Samples:
    """n equispaced directions on a half circle (d = 2), separation 2 sin(pi / 2n); labels N(0, 1).

    >>> circle(n=2)[0].round(12)
    array([[1., 0.],
           [0., 1.]])
    """
    angles = np.pi * np.arange(n) / n
    return np.stack([np.cos(angles), np.sin(angles)], axis=1), _normal_labels(n, seed)


def digits(n: int, seed: int = 0, center: bool = True) -> Samples:
    """n handwritten digits (8 x 8 pixels, d = 64), rows of length 1; labels +1 for even, -1 for odd.

    Row i shows the digit i mod 10, chosen at random among its images, so that the classes are balanced to
    within one and a smaller n is a prefix of a larger one. `center` subtracts the mean of all images before
    rows are scaled. The images are those of scikit-learn (`boundkit[data]`). Raises BadInput when it is
    missing or n is too large.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise BadInput("data", "digits", "needs scikit-learn: pip install boundkit[data]") from None
    images, classes = load_digits(return_X_y=True)
    images = np.asarray(images, dtype=np.float64)
    generator = stream(seed, INPUTS)
    shuffled = [generator.permutation(np.flatnonzero(classes == digit)) for digit in range(10)]
    largest = 10 * min(map(len, shuffled))
    if n > largest:
        raise BadInput("n", n, f"must be at most {largest}: the digits have no more images of equal count")
    chosen = np.array([shuffled[i % 10][i // 10] for i in range(n)])
    X = images[chosen] - (images.mean(axis=0) if center else 0.0)
    y = np.where(np.arange(n) % 2 == 0, 1.0, -1.0)
    return X / np.linalg.norm(X, axis=1, keepdims=True), y


def _normal_labels(n: int, seed: int) -> Array:
    return stream(seed, LABELS).standard_normal(n)


def _check_size(n: int, d: int) -> None:
    if n * d > 10**8:
        raise BadInput("d", d, f"is too large: n * d = {n * d} exceeds {10**8} entries")


GENERATORS: dict[str, Callable[..., Samples]] = {
    "circle": circle,
    "digits": digits,
    "orthonormal": orthonormal,
    "sphere": sphere,
}
