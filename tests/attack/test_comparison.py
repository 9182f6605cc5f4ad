"""A form is weaker than another one if it is so anywhere."""

from __future__ import annotations

import numpy as np
import pytest

from boundkit.attack.comparison import Pair, _at_most
from boundkit.statement.vocabulary import norm_X, norm_y


@pytest.mark.parametrize(
    ("strong", "holds"), [((1, 2, 3), True), ((1, 2, 3.1), False), ((1.1, 2.1, 3.1), False), ((-5, 2, 3), True)]
)
def test_one_point_is_enough(strong: tuple[float, ...], holds: bool) -> None:
    """The stronger bound must not exceed the weaker one at any point; rounding is no excess."""
    values = {norm_X: np.array(strong, np.longdouble), norm_y: np.array([1, 2, 3], np.longdouble)}
    assert _at_most(Pair("a bound", norm_X, norm_y), values) is holds
    values[norm_X] = values[norm_X] * (1 + np.longdouble(1e-12))
    assert _at_most(Pair("a bound", norm_X, norm_y), values) is holds
