"""What a data set guarantees, and the door for arrays."""

import pickle

import numpy as np
import pytest

from boundkit.data import Dataset, dataset
from boundkit.errors import BadInput

X = np.array([[3.0, 4.0], [1.0, 0.0], [0.0, -2.0]])
Y = np.array([1.0, -1.0, 0.0])

REFUSED = {
    "one dimension": (X[0], Y, r"X = array of shape \(2,\): must have shape \[n, d\]"),
    "three dimensions": (X[None], Y, "must have shape"),
    "no samples": (X[:0], Y[:0], "n and d at least 1"),
    "no columns": (X[:, :0], Y, "n and d at least 1"),
    "too many samples": (np.zeros((200_001, 1)), np.ones(200_001), "at most 200000 rows"),
    "label count": (X, Y[:2], r"y = array of shape \(2,\): must have shape \[3\]"),
    "label matrix without columns": (X, Y[:, None][:, :0], r"y = array of shape \(3, 0\)"),
    "label tensor": (X, Y[:, None, None], r"y = array of shape \(3, 1, 1\): must have shape \[3\] or \[3, K\]"),
    "nan": ([[1, 2], [np.nan, 1]], [1, 2], r"X\[1, 0\] = nan: must be finite"),
    "inf": (X, [1, 2, -np.inf], r"y\[2\] = -inf: must be finite"),
    "too large": ([[1e51]], [1], r"at most 1e\+50"),
    "objects": ([[None]], [1], "must hold real numbers"),
    "text": ([["a"]], [1], "must hold real numbers"),
    "complex": ([[1j]], [1], "must hold real numbers"),
    "masked": (np.ma.array(X, mask=X > 0), Y, "X = masked array: must have no masked entries"),
    "masked labels": (X, np.ma.array(Y, mask=Y > 0), "y = masked array: must have no masked entries"),
    "ragged": ([[1, 2], [3]], [1, 2], "must be an array of real numbers"),
    "zero labels": (X, [0, 0, -0.0], r"y = 0: labels must not all be zero \(rows 0 to 2"),
    "duplicates": ([[1, 0], [2, 0], [1, -0.0]], Y, "X = rows 0 and 2: are equal"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_unusable_arrays_are_refused_in_one_line(case):
    """Each defect raises BadInput that names the argument and the rows."""
    samples, labels, message = REFUSED[case]
    for make in (lambda: dataset(X=samples, y=labels), lambda: Dataset("test", samples, labels)):
        with pytest.raises(BadInput, match=message) as caught:
            make()
        assert "\n" not in str(caught.value)


def test_arrays_are_read_only_copies():
    """Later changes of the caller's arrays do not reach the data set, and it cannot be changed itself."""
    mine, labels = X.copy(), Y.copy()
    data = dataset(X=mine, y=labels)
    mine[0, 0] = labels[0] = 99
    assert np.array_equal(data.X, X)
    assert np.array_equal(data.y, Y)
    with pytest.raises(ValueError, match="read-only"):
        data.X[0, 0] = 1
    with pytest.raises(AttributeError):
        data.name = "other"


def test_options_centre_then_normalise():
    """`center` subtracts the mean row, `normalize` then scales rows to length 1, also of extreme size."""
    data = dataset(X=X, y=Y, center=True, normalize="true")
    centred = X - X.mean(axis=0)
    assert np.allclose(data.X, centred / np.linalg.norm(centred, axis=1, keepdims=True), atol=1e-15)
    assert np.allclose(dataset(X=X * 1e-250, y=Y, normalize=True).X, dataset(X=X, y=Y, normalize=True).X)
    with pytest.raises(BadInput, match="X = row 1: is zero and cannot be normalised"):
        dataset(X=[[1, 2], [0, 0]], y=[1, 2], normalize=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "must be a specification"),
        ({"X": X}, "must be a specification"),
        ({"X": X, "y": Y, "normalise": True}, "did you mean normalize"),
        ({"X": X, "y": Y, "normalize": 2}, "normalize = 2: must be true or false"),
    ],
)
def test_wrong_arguments_for_arrays(arguments, message):
    """Missing arrays, misspelt and misvalued options are BadInput."""
    with pytest.raises(BadInput, match=message):
        dataset(**arguments)


def test_a_dataset_passes_through_and_survives_pickling():
    """dataset(data) is data; a pickled copy is equal and still read-only."""
    data = dataset("circle:n=3")
    assert dataset(data) is data
    with pytest.raises(BadInput, match="is a data set already"):
        dataset(data, n=3)
    with pytest.raises(BadInput, match="must be a name, a path or a Dataset"):
        dataset(3)
    copy = pickle.loads(pickle.dumps(data))
    assert copy.name == data.name
    assert np.array_equal(copy.X, data.X)
    assert not copy.y.flags.writeable


def test_names_of_arrays_tell_different_data_apart():
    """The name carries a digest of the contents."""
    assert dataset(X=X, y=Y).name == dataset(X=X.copy(), y=Y).name
    assert dataset(X=X, y=Y).name != dataset(X=X, y=2 * Y).name
