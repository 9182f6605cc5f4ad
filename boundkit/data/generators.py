"""The data sets that need no file. A generator's signature is the grammar of its specification.

Every random stream is its own counter-based generator, derived from (seed, role).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boundkit.activations import activation as find_activation
from boundkit.data.origins import Mixture, Planted
from boundkit.errors import BadInput

Array = NDArray[np.float64]
Samples = tuple[Array, Array]

MOST_DRAWS = 1000  # of one point that must keep a distance
INPUTS, LABELS, WEIGHTS, CENTRES, CLUSTERS = range(5)  # roles of random streams


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


def gaussian(n: int, d: int, seed: int = 0) -> Samples:
    """n independent N(0, I_d) rows; labels N(0, 1). `sjl17` section 2."""
    _check_size(n, d)
    return stream(seed, INPUTS).standard_normal((n, d)), _normal_labels(n, seed)


def planted(
    n: int, d: int, k: int, activation: str = "softplus", positive: bool = False, seed: int = 0
) -> tuple[Array, Array, Planted]:
    """n independent N(0, I_d) rows; labels v^T phi(W x) of a planted network of k units. `sjl17` Theorem 2.5.

    W is the orthogonal factor of a normal [k, d] matrix (orthonormal columns if k >= d, rows if not); the entries of v
    are +1 or -1 at random, all +1 if `positive`. Raises BadInput for an unknown activation.

    >>> X, y, network = planted(n=3, d=2, k=4, activation="tanh")
    >>> bool(np.allclose(y, np.tanh(X @ network.W.T) @ network.v))
    True
    """
    chosen = find_activation(activation)
    _check_size(n, d)
    _check_size(k, d)
    X = stream(seed, INPUTS).standard_normal((n, d))
    generator = stream(seed, WEIGHTS)
    normal = generator.standard_normal((k, d))
    W = np.linalg.qr(normal)[0] if k >= d else np.linalg.qr(normal.T)[0].T
    v = np.ones(k) if positive else generator.choice([-1.0, 1.0], k)
    y = np.asarray(chosen.value_and_derivative(X @ W.T)[0], dtype=np.float64) @ v
    return X, y, Planted(chosen.name, W, v)


def mixture(
    K: int,
    C: int,
    n: int,
    d: int,
    noise: float = 0.0,
    orthonormal: bool = False,
    normalize: bool = True,
    flips: float = 0.0,
    seed: int = 0,
) -> tuple[Array, Array, Mixture]:
    """n samples of a Gaussian mixture of K classes with C clusters each; one-hot labels [n, K]. `ofls19` Def. 3.4.

    Clusters are drawn uniformly. Their centres are uniform on the unit sphere, or the first K C unit vectors if
    `orthonormal`; a sample is its centre plus a normal vector of covariance noise^2 / d I, scaled to length 1 if
    `normalize`. With probability `flips` a label is that of one of the other classes.

    >>> X, y, clusters = mixture(K=2, C=1, n=3, d=2, orthonormal=True)
    >>> bool(np.array_equal(X, clusters.centres[clusters.cluster])), y.shape
    (True, (3, 2))
    """
    if orthonormal and d < K * C:
        raise BadInput("d", d, f"must be at least K * C = {K * C}: there are only d orthonormal centres")
    if flips > 1 or (flips and K == 1):
        raise BadInput("flips", flips, "must be a probability, and there must be another class")
    _check_size(n, d)
    _check_size(K * C, d)
    centres = stream(seed, CENTRES).standard_normal((K * C, d))
    centres = np.eye(K * C, d) if orthonormal else centres / np.linalg.norm(centres, axis=1, keepdims=True)
    cluster = stream(seed, CLUSTERS).integers(K * C, size=n)
    origin = Mixture(centres, cluster, K, float(noise), normalize, float(flips))
    return origin.placed(stream(seed, INPUTS), cluster), origin.labelled(stream(seed, LABELS), cluster), origin


def digits(n: int, seed: int = 0, center: bool = True, classes: int | None = None) -> Samples:
    """n handwritten digits (8 x 8 pixels, d = 64), rows of length 1; labels +1 for even, -1 for odd.

    Row i shows the digit i mod 10, chosen at random among its images, so that the classes are balanced to
    within one and a smaller n is a prefix of a larger one. With `classes`, only the digits below it are shown, in turn,
    and labels are one-hot, [n, classes]. `center` subtracts the mean of all images before rows are scaled. The images
    are those of scikit-learn (`boundkit[data]`). Raises BadInput when it is missing or n is too large.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise BadInput("data", "digits", "needs scikit-learn: pip install boundkit[data]") from None
    images, shown = load_digits(return_X_y=True)
    images = np.asarray(images, dtype=np.float64)
    generator = stream(seed, INPUTS)
    count = 10 if classes is None else classes
    shuffled = [generator.permutation(np.flatnonzero(shown == digit)) for digit in range(count)]
    largest = count * min(map(len, shuffled))
    if n > largest:
        raise BadInput("n", n, f"must be at most {largest}: the digits have no more images of equal count")
    chosen = np.array([shuffled[i % count][i // count] for i in range(n)])
    X = images[chosen] - (images.mean(axis=0) if center else 0.0)
    y = np.where(np.arange(n) % 2 == 0, 1.0, -1.0) if classes is None else np.eye(count)[np.arange(n) % count]
    return X / np.linalg.norm(X, axis=1, keepdims=True), y


def lifted(n: int, d: int, mu: float, phi: float = 0.0, seed: int = 0) -> Samples:
    """n unit vectors with last coordinate mu, the rest uniform on a sphere; labels 1, -1 in turn. `zczg18` section 3.

    A point closer than `phi` to an earlier one of the other label is drawn again; d >= 3. Raises BadInput when no
    n points are found.

    >>> X, y = lifted(n=3, d=4, mu=0.5)
    >>> X[:, -1], y, bool(np.allclose(np.linalg.norm(X, axis=1), 1))
    (array([0.5, 0.5, 0.5]), array([ 1., -1.,  1.]), True)
    """
    _check_lift(d, mu)
    _check_size(n, d)
    generator = stream(seed, INPUTS)
    y = np.where(np.arange(n) % 2 == 0, 1.0, -1.0)
    X = np.empty((n, d))
    for i in range(n):
        for _ in range(MOST_DRAWS):
            z = generator.standard_normal(d - 1)
            X[i] = *(np.sqrt(1 - mu**2) / np.linalg.norm(z) * z), mu
            others = X[:i][y[:i] != y[i]]
            if not (np.linalg.norm(others - X[i], axis=1) < phi).any():
                break
        else:
            raise BadInput("phi", phi, f"is too large: no {n} points at that distance were found")
    return X, y


def arc(n: int, mu: float, phi: float, d: int = 3) -> Samples:
    """n unit vectors with last coordinate mu on an arc, neighbours phi apart; labels 1, -1 in turn. `zczg18` section 3.

    >>> X, y = arc(n=3, mu=0.6, phi=0.5)
    >>> np.linalg.norm(np.diff(X, axis=0), axis=1)
    array([0.5, 0.5])
    """
    _check_lift(d, mu)
    _check_size(n, d)
    radius = np.sqrt(1 - mu**2)
    if not 0 < phi <= 2 * radius * np.sin(np.pi / max(n, 2)):
        raise BadInput("phi", phi, f"must be positive and leave room for {n} points on a circle of radius {radius:.3g}")
    angles = 2 * np.arcsin(phi / (2 * radius)) * np.arange(n)
    X = np.zeros((n, d))
    X[:, 0], X[:, 1], X[:, -1] = radius * np.cos(angles), radius * np.sin(angles), mu
    return X, np.where(np.arange(n) % 2 == 0, 1.0, -1.0)


def _check_lift(d: int, mu: float) -> None:
    if d < 3:
        raise BadInput("d", d, "must be at least 3: one coordinate is fixed")
    if not 0 < mu < 1:
        raise BadInput("mu", mu, "must be above 0 and below 1")


def _normal_labels(n: int, seed: int) -> Array:
    return stream(seed, LABELS).standard_normal(n)


def _check_size(n: int, d: int) -> None:
    if n * d > 10**8:
        raise BadInput("d", d, f"is too large: n * d = {n * d} exceeds {10**8} entries")


GENERATORS: dict[str, Callable[..., tuple[Any, ...]]] = {
    "arc": arc,
    "circle": circle,
    "digits": digits,
    "gaussian": gaussian,
    "lifted": lifted,
    "mixture": mixture,
    "orthonormal": orthonormal,
    "planted": planted,
    "sphere": sphere,
}
