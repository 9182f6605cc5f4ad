"""What the data say exactly, and what an equation gives."""

import numpy as np
import pytest
from sympy import Integer, sqrt

from boundkit.data import dataset
from boundkit.query.derive import _solved, exact_of_data
from boundkit.statement.vocabulary import d, delta, k, n, norm_y


@pytest.mark.parametrize(
    ("labels", "norm"),
    [([1, -1, 1], sqrt(3)), ([1, 2, -2], 3), ([2, 0, 0], 2), ([[0, 1], [1, 0], [3, 1]], sqrt(12)), ([0.5, 1, 1], None)],
)
def test_the_norm_of_integer_labels_is_exact(labels, norm):
    """The root of a sum of squares, not a ball around it; labels with fractions have none."""
    found = exact_of_data(dataset(X=np.eye(3, 4), y=labels))
    assert (found[n], found[d], found.get(norm_y)) == (3, 4, norm)


def test_equations_are_solved_for_powers():
    """2 k^2 n = d gives k whichever side it stands on; a sum, or the word on both sides, gives nothing."""
    expected = sqrt(d / (2 * n))
    for sides in ((2 * k**2 * n, d), (d, 2 * k**2 * n)):
        word, value = _solved(*sides, k)
        assert word == k
        assert (value / expected).subs({d: 3, n: 5}).equals(Integer(1))
    assert _solved(1 / sqrt(delta), n, delta) == (delta, n**-2)
    assert _solved(k + n, d, k) is None
    assert _solved(k * n, k**2, k) is None
