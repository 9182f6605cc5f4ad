"""The limit of every two-layer network: its kernel and its first outputs where the width k grows.

With output weights of size w (root mean square) and the kernels of the gradients in the two layers, `sigma` = S in the
hidden weights and `sigma_tilde` = F in the output weights (`boundkit.data.kernel`), J J^T is near a matrix that is the
same for every output: k w^2 S, k F, or their sum where both layers move. The relative error is of order k^(-1/2), and
training with steps up to 1 / |J J^T| adds only what the layers move: an output weight by (|f_0| + |y|) / k, the hidden
weights of a unit by w / (1 + w^2) times as much where both layers move, by 1 / w times as much where only they do. So
the kernel stays, whatever the size of the output weights, but not for hidden weights alone where k w is not large:
output weights of order 1/k are the scale of mean fields.

The first outputs tend to a Gaussian vector of covariance k w^2 F; where half of the units have the weights of the other
half with opposite signs, of covariance k w^2 (F - m m^T) with m = E phi(Xw), and they are 0 where such partners start
from the same hidden weights. Different outputs are independent. At w fixed while k grows (as at `sgd22` (15) with a
given omega_2) misfits grow like sqrt(k), and it is their ratio to sqrt(k) that has the limit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boundkit.activations import Activation
from boundkit.arithmetic import exact
from boundkit.data import Dataset
from boundkit.data.feature_kernel import at_scale
from boundkit.data.kernels import kernel
from boundkit.errors import BadInput, NotApplicable, unknown
from boundkit.train.initialise import Role, nested_stream
from boundkit.train.shallow.initialise import (
    Balanced,
    NormalHidden,
    NormalOutput,
    PairedHidden,
    PairedSigns,
    Recipe,
    Signs,
    ZeroOutput,
)

Array = NDArray[np.float64]


@dataclass(frozen=True)
class OutputLayer:
    """What the limit takes from a distribution of V_0 [K, k].

    `size(recipe, k, K)` is the root mean square of an entry, `absolute` where it is a number whatever k; with
    `opposite` the second half of the units has the weights of the first with the other sign.
    """

    size: Callable[[Any, int, int], float]
    opposite: bool = False
    absolute: bool = False


@dataclass(frozen=True)
class HiddenLayer:
    """What the limit takes from a distribution of W_0: the standard deviation, and whether its halves are equal."""

    std: Callable[[Any], float]
    paired: bool = False


def _balanced_size(recipe: Balanced, k: int, outputs: int) -> float:
    if outputs != 1:
        raise BadInput("Y", f"{outputs} outputs", "must be one: balanced output weights are a vector")
    return recipe.norm_y / math.sqrt(k * recipe.n)


def _sign_size(recipe: Signs | PairedSigns, k: int, outputs: int) -> float:
    return recipe.nu / math.sqrt(k * outputs)


OUTPUT: dict[type, OutputLayer] = {
    Balanced: OutputLayer(_balanced_size, opposite=True),
    Signs: OutputLayer(_sign_size),
    PairedSigns: OutputLayer(_sign_size, opposite=True),
    NormalOutput: OutputLayer(lambda recipe, k, outputs: float(recipe.std), absolute=True),
    ZeroOutput: OutputLayer(lambda recipe, k, outputs: 0.0, absolute=True),
}
HIDDEN: dict[type, HiddenLayer] = {
    NormalHidden: HiddenLayer(lambda recipe: float(recipe.std)),
    PairedHidden: HiddenLayer(lambda recipe: 1.0, paired=True),
}
MOVES = {"hidden": (True, False), "output": (False, True), "both": (True, True)}  # the hidden, the output layer
NOISE = 1e-13  # of an eigenvalue, relative: entries of kernels are known to a few units of 1e-15
LARGE = 0.25  # k w is large against the labels from this power of k on


@dataclass(frozen=True, eq=False)
class Limit:
    """The limit of a setting: `gram` [n, n] of the Jacobian and `first`, the covariance, of each output; labels `y`.

    Labels are [n] or [n, K]; the K outputs are independent at the start and share the Gram matrix.
    """

    gram: Array
    y: Array
    first: Array

    def residual(self, *, seed: int, trial: int) -> Array:
        """The first residual f_0 - y of one trial, float64, in the shape of the labels.

        The normal draw is multiplied by the symmetric root of the covariance, which no choice of eigenvectors changes.
        """
        values, vectors = np.linalg.eigh(self.first)
        sizes = np.sqrt(np.where(values > len(values) * NOISE * values[-1], values, 0.0))
        normal = nested_stream(seed, Role.LIMIT, trial).standard_normal(self.y.T.shape).T
        return np.asarray((vectors * sizes) @ (vectors.T @ normal) - self.y)


def limit_of(
    data: Dataset, *, activation: Activation, hidden: Recipe, output: Recipe, trained: str = "hidden", k: int
) -> Limit:
    """The limit of the networks that train the `trained` layers from `hidden` and `output`, at the scale of width k.

    Raises NotApplicable, with the reason, where there is none or the kernel is not known, BadInput for unknown layers.

    >>> from boundkit.activations import activation
    >>> from boundkit.data import dataset
    >>> signs = {"hidden": PairedHidden(), "output": PairedSigns(3.0), "activation": activation("sin")}
    >>> limit = limit_of(dataset("mixture:K=2,C=1,n=4,d=2"), k=10**6, **signs)
    >>> limit.gram.shape, bool((limit.residual(seed=0, trial=0) == -limit.y).all())
    ((4, 4), True)
    """
    if trained not in MOVES:
        raise unknown("trained", trained, MOVES)
    moves_hidden, moves_output = MOVES[trained]
    size = output_size(output, k=k, outputs=data.K)
    if not moves_output and _row(OUTPUT, output).absolute and k * size <= k**LARGE * float(np.linalg.norm(data.y)):
        words = f"output weights of size {size:.3g} are of order 1/k or less"
        raise NotApplicable("k", f"infinite: {words}, under which hidden weights alone move the kernel or nothing")
    features = feature_gram(data, activation=activation, hidden=hidden, k=k)
    gram = features * moves_output
    if moves_hidden:
        std, scaled = _scaled(activation, hidden)
        gram = gram + k * (size / std) ** 2 * kernel(data, scaled).block
    return Limit(gram, data.y, size**2 * (features - k * _cancelled(data, activation, hidden, output)))


def feature_gram(data: Dataset, *, activation: Activation, hidden: Recipe, k: int) -> Array:
    """The limit k F of phi(X W_0^T) phi(W_0 X^T) [n, n]: what the output layer alone, random features, trains with.

    Raises NotApplicable as `limit_of`.

    >>> from boundkit.activations import activation
    >>> from boundkit.data import dataset
    >>> feature_gram(dataset("orthonormal:n=2"), activation=activation("tanh"), hidden=NormalHidden(), k=100).round(1)
    array([[39.4,  0. ],
           [ 0. , 39.4]])
    """
    return np.asarray(k * kernel(data, _scaled(activation, hidden)[1], kind="sigma_tilde").block)


def output_size(output: Recipe, *, k: int, outputs: int) -> float:
    """The root mean square of an entry of V_0 [outputs, k]; its spectral norm is sqrt(k) times it in the limit.

    >>> output_size(Signs(3.0), k=100, outputs=9)
    0.1
    """
    return _row(OUTPUT, output).size(output, k, outputs)


def _row(table: dict[type, Any], recipe: Recipe) -> Any:
    if type(recipe) not in table:
        raise NotApplicable("k", f"infinite: {type(recipe).__name__} weights are of one width and have no limit")
    return table[type(recipe)]


def _scaled(activation: Activation, hidden: Recipe) -> tuple[float, Activation]:
    """The standard deviation s of the hidden weights, and z -> phi(s z), which sees them as standard normal ones."""
    std = _row(HIDDEN, hidden).std(hidden)
    return std, at_scale(activation, exact("hidden_std", std))


def _cancelled(data: Dataset, activation: Activation, hidden: Recipe, output: Recipe) -> Any:
    """What opposite units take from F: all of it where they start equal, m m^T where they start independent.

    m m^T is the kernel between the samples and copies of them that see other weights.
    """
    if not _row(OUTPUT, output).opposite:
        return 0.0
    scaled = _scaled(activation, hidden)[1]
    if _row(HIDDEN, hidden).paired:
        return kernel(data, scaled, kind="sigma_tilde").block
    zeros = np.zeros_like(data.X)
    copies = Dataset("copies", np.block([[data.X, zeros], [zeros, data.X]]), np.tile(data.y.T, 2).T, data.origin)
    return kernel(copies, scaled, kind="sigma_tilde").block[: data.n, data.n :]
