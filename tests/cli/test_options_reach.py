"""Options of `boundkit hermite` reach the coefficients, against numbers known by hand."""

from __future__ import annotations

from math import pi, sqrt

import pytest

from tests.cli.conftest import Call, document


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], [1 / sqrt(2 * pi), 1 / 2, 1 / sqrt(4 * pi), 0]),
        (["--scale", "3/2"], [1.5 / sqrt(2 * pi), 3 / 4, 1.5 / sqrt(4 * pi), 0]),
        (["--derivative", "1"], [1 / 2, 1 / sqrt(2 * pi), 0, -1 / sqrt(12 * pi)]),
        (["--convention", "probabilist"], [1 / sqrt(2 * pi), 1 / 2, 1 / sqrt(8 * pi), 0]),
    ],
)
def test_coefficients_of_relu(options: list[str], expected: list[float], call: Call) -> None:
    """E relu(g) = 1 / sqrt(2 pi), E g relu(g) = 1 / 2; a scale multiplies, a derivative is the step."""
    found = document(call("hermite", "relu", "--degree", "3", "--digits", "12", *options, "--json"))
    assert [float(row["value"]) for row in found["coefficients"]] == pytest.approx(expected, abs=1e-11)
    assert [row["degree"] for row in found["coefficients"]] == [0, 1, 2, 3]
