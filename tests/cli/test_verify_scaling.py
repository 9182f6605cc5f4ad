"""`boundkit verify --level scaling` as text and as a document, and what is said of wrong uses."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Call, document

ASKED = ["verify", "zczg18.corA_5", "--data", "arc:n=4,mu=0.5,phi=0.3", "--activation", "relu", "--level", "scaling"]
GIVEN = [*ASKED, "--set", "failure=1/10", "--assume", "C=1", "--assume", "c=10"]
DEPTH = [*GIVEN, "--set", "L=1", "--vary", "L"]


def test_exponents_and_widths(call: Call) -> None:
    """The text ends with a table of widths by size, whose numbers are those of the document."""
    text = call(*DEPTH, "--trials", "3")
    assert text.exit_code == 0
    found = document(call(*DEPTH, "--trials", "3", "--json"))["scaling"]
    assert (found["vary"], found["base"], found["sizes"]) == ("L", "L", [1, 2, 3])
    assert found["interval"][0] < found["exponent"] < found["interval"][1]
    table = [line.split() for line in text.stdout.strip().splitlines()[-3:]]
    for size, row in enumerate(table):
        widths = sorted(trial[size] for trial in found["widths"])
        assert row == [str(found["sizes"][size]), *map(str, widths), str(found["required"][0][size])]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--trials", "1"], "trials = 1: must be at least 2 at level scaling, for an interval"),
        (["--k", "9"], "k = 9: is what level scaling searches; leave it out"),
        (["--vary", "depth"], "vary = depth: must be a number of the data or of set: n, mu, phi, d, failure, L"),
        (["--vary", "mu"], "vary = mu: leads to data that do not exist, mu = 1: mu = 1.0: must be above 0 and below 1"),
        (["--level", "literal"], "vary = L: is for level scaling"),
    ],
)
def test_wrong_uses(call: Call, arguments: list[str], line: str) -> None:
    """One line names the argument, its value and what is valid."""
    others = list(DEPTH)
    if arguments[0] in others:
        at = others.index(arguments[0])
        del others[at : at + 2]
    result = call(*others, *arguments)
    assert result.exit_code == 2
    assert result.stderr.strip().removeprefix("boundkit: ") == line
