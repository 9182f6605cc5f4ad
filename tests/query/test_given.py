"""What a caller gives by name is held to the domain of its word, ends included."""

from fractions import Fraction

import pytest

from boundkit.errors import BadInput
from boundkit.papers import statement
from boundkit.query import required_width
from boundkit.query.bind import accepted
from boundkit.query.given import in_domain
from boundkit.statement import VOCABULARY

EDGES = {  # of a word of each domain: what it may just be, and just not
    "positive integer": ("b", [1, 10**300], [0, -1, Fraction(3, 2), 10**300 + 1]),
    "nonnegative integer": ("T", [0, 10**300], [-1, Fraction(1, 2), 10**300 + 1]),
    "unit interval": ("failure", [Fraction(1, 10**9), 1], [0, 1 + Fraction(1, 10**9), -1]),
    "nonnegative": ("loss_0", [0, Fraction(1, 3)], [-Fraction(1, 10**9)]),
    "positive": ("target_risk", [Fraction(1, 10**9)], [0, -1]),
    "real": ("margin", [-1, 0, Fraction(1, 3)], []),
}


def test_every_domain_of_the_vocabulary_is_here():
    """A new one needs its ends."""
    assert {word.domain for word in VOCABULARY.values()} == EDGES.keys()
    assert {domain: VOCABULARY[name].domain for domain, (name, *_) in EDGES.items()} == {d: d for d in EDGES}


@pytest.mark.parametrize("domain", EDGES)
def test_the_ends_of_a_domain(domain):
    """What is inside passes through; what is outside is refused with its name."""
    name, inside, outside = EDGES[domain]
    for value in map(Fraction, inside):
        assert in_domain(VOCABULARY[name], value) == value
    for value in map(Fraction, outside):
        with pytest.raises(BadInput) as caught:
            in_domain(VOCABULARY[name], value)
        assert caught.value.argument == name


def test_half_an_iteration_is_refused():
    """2.5 steps are not 2, nor any other number of them."""
    given = {"data": "lifted:n=4,d=4,mu=0.5", "activation": "relu", "L": 1}
    with pytest.raises(BadInput, match=r"T = 5/2: must be a nonnegative integer"):
        required_width("zczg18.thm4_1", T=2.5, **given)


def test_names_that_are_accepted():
    """Free words, a bound, and what the setting leaves open; never what it determines or the data do."""
    given, determined = accepted(statement("sgd22.thm2")), accepted(statement("os19.thm2_1"))
    assert {"step_size", "b", "B"} <= given
    assert "step_size" not in determined
    assert {"lambda", "n", "c"}.isdisjoint(given | determined)
