"""Samples and labels are checked in one place for every engine that takes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from boundkit.errors import BadInput
from boundkit.train import Problem
from boundkit.train.checks import finite, samples_and_labels
from boundkit.train.deep.problem import MarginProblem
from boundkit.train.landscape.surface import Surface
from boundkit.train.layers import layer_gram
from boundkit.train.shallow.initialise import Given, NormalHidden, Signs
from boundkit.train.shallow.network import Shallow


def shallow(X: Any, y: Any) -> Shallow:
    """A shallow network on these data."""
    return Shallow(X, y, "tanh", hidden=NormalHidden(), output=Signs(1.0))


HOLDERS: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "problem": (lambda X, y: Problem(X=X, y=y, activation="tanh"), "y"),
    "shallow": (shallow, "Y"),
    "deep": (lambda X, y: MarginProblem(X=X, y=y), "y"),
    "landscape": (lambda X, y: Surface(X, y, "tanh"), "y"),
}
WRONG: list[tuple[Any, Any, str]] = [
    ([[1.0, np.inf]], [1.0], "X"),
    ([[1.0, np.nan], [0.0, 1.0]], [1.0, -1.0], "X"),
    ([1.0, 2.0], [1.0, -1.0], "X"),
    ([[[1.0]]], [1.0], "X"),
    (np.empty((0, 2)), [], "X"),
    (np.empty((2, 0)), [1.0, -1.0], "X"),
    ([["a"]], [1.0], "X"),
    ([[1.0], [1.0, 2.0]], [1.0, -1.0], "X"),
    ([[1j]], [1.0], "X"),
    ([[1.0], [2.0]], [1.0], "y"),
    ([[1.0], [2.0]], [1.0, np.nan], "y"),
    ([[1.0], [2.0]], [], "y"),
    ([[1.0], [2.0]], np.ones((2, 1, 1)), "y"),
    ([[1.0]], None, "y"),
    (np.ma.array([[1.0, 2.0]], mask=[[False, True]]), [1.0], "X"),
    ([[1.0], [2.0]], np.ma.array([1.0, 2.0], mask=[True, False]), "y"),
]


def test_masked_weights_are_refused_and_a_mask_of_nothing_is_not() -> None:
    """What lies under a mask is no number of the caller's; an array that masks nothing is as good as another."""
    weights = np.ma.array([[1.0, 2.0]], mask=[[False, True]])
    with pytest.raises(BadInput, match="weights = masked array: must have no masked entries"):
        layer_gram([[1.0, 0.0]], "tanh", weights=weights)
    assert np.array_equal(finite("X", np.ma.array([[1.0, 2.0]]), 2), [[1.0, 2.0]])


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize(("X", "y", "argument"), WRONG)
def test_unusable_arrays_are_refused_by_name(X: Any, y: Any, argument: str, holder: str) -> None:
    """Every engine refuses the same arrays in one line that names the argument as that engine calls it."""
    make, label = HOLDERS[holder]
    with pytest.raises(BadInput) as raised:
        make(X, y)
    assert raised.value.argument == (label if argument == "y" else argument)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("holder", HOLDERS)
def test_arrays_are_copied_and_cannot_change(holder: str) -> None:
    """What is trained on is float64, whatever is given, and does not follow later changes of it."""
    X, y = np.array([[1, 2], [3, 4]]), [1, -1]
    held = HOLDERS[holder][0](X, y)
    X[0, 0] = 9
    assert held.X.dtype == np.float64
    assert held.X[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        held.X[0, 0] = 5


def test_only_shallow_networks_take_several_outputs() -> None:
    """A matrix of labels is K outputs there and bad input elsewhere; one output may be a vector."""
    X, Y = np.eye(3), np.ones((3, 2))
    assert shallow(X, Y).Y.shape == (3, 2)
    assert shallow(X, Y[:, 0]).Y.shape == (3, 1)
    for holder in ("problem", "deep", "landscape"):
        with pytest.raises(BadInput, match="1 axes"):
            HOLDERS[holder][0](X, Y)


def test_weights_are_checked_alike() -> None:
    """The Gram matrices of layers take a vector of output weights for one output, and refuse other shapes by name."""
    X, W = np.eye(2), np.eye(2)
    one = layer_gram(X, "tanh", weights=W, output_weights=[1.0, 2.0])
    np.testing.assert_array_equal(one, layer_gram(X, "tanh", weights=W, output_weights=[[1.0, 2.0]]))
    for name, values in (("weights", [1.0]), ("output_weights", np.ones((1, 1, 2))), ("output_weights", [np.nan, 1.0])):
        with pytest.raises(BadInput) as raised:
            layer_gram(X, "tanh", **{"weights": W, "output_weights": [1.0, 1.0], name: values})
        assert raised.value.argument == name


@pytest.mark.parametrize(
    "values",
    [
        np.full((2, 2), 1j),
        [[1j, 0], [0, 1]],
        [["1", "2"], ["3", "4"]],
        np.full((2, 2), np.datetime64("2020")),
        [[10**400, 1], [1, 1]],
        [[1], [1, 2]],
        np.full((2, 2), np.nan),
        np.ones((2, 3)),
    ],
)
def test_what_are_no_real_numbers_is_refused_not_converted(values: Any) -> None:
    """NumPy would drop imaginary parts, read words and count days; given weights are checked as data are."""
    with pytest.raises(BadInput, match="weights = ") as raised:
        Given(values).draw(2, 2, seed=0, trial=0)
    assert "\n" not in str(raised.value)


def test_the_helpers_give_what_they_check() -> None:
    """Shapes are kept as given, among those that are allowed."""
    assert finite("V", [1.0, 2.0], 1, 2).shape == (2,)
    X, Y = samples_and_labels(np.eye(2), np.eye(2), label="Y", outputs=True)
    assert (X.shape, Y.shape) == ((2, 2), (2, 2))
