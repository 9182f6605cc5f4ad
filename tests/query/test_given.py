"""What a caller gives by name is held to the domain of its word, ends included."""

from fractions import Fraction

import pytest

from boundkit.errors import BadInput
from boundkit.papers import statement
from boundkit.query import guarantee, required, required_width
from boundkit.query.bind import accepted
from boundkit.query.given import in_domain
from boundkit.render.tables import compare
from boundkit.statement import VOCABULARY
from boundkit.verify import verify

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
    given = {"data": "sphere:n=4,d=4", "activation": "softplus"}
    with pytest.raises(BadInput, match=r"T = 5/2: must be a nonnegative integer"):
        required_width("ofls19.thm6_22", T=2.5, **given)


def test_names_that_are_accepted():
    """Free words that it uses, a bound, what the setting leaves open; never what it determines or the data do."""
    given, determined = accepted(statement("sgd22.thm2")), accepted(statement("os19.thm2_1"))
    assert {"step_size", "b", "output_std"} <= given
    assert determined == {"k", "delta", "eta_bar", "epsilon", "B"}
    assert {"lambda", "n", "c", "L", "B"}.isdisjoint(given)


ON = {"data": "orthonormal:n=4", "activation": "softplus"}
ASKED = {  # every question about one statement
    "width": lambda id, **given: required_width(id, **ON, **given),
    "guarantee": lambda id, **given: guarantee(id, k=100, **ON, **given),
    "require": lambda id, **given: required(id, solve_for="eta_bar", k=100, **ON, **given),
    "verify": lambda id, **given: verify(id, **ON, **given),
    "lemma": lambda id, **given: verify(id, level="lemma", trials=1, **ON, **given),
    "certificate": lambda id, **given: verify(id, level="certificate", k=100, trials=1, steps=1, **ON, **given),
    "compare": lambda id, **given: compare([id], **ON, **given),
}


@pytest.mark.parametrize("question", ASKED)
def test_a_parameter_that_the_statement_does_not_use_is_refused(question):
    """A word of the vocabulary that would change nothing is refused, with the names that would."""
    with pytest.raises(BadInput, match=r"L = 3: is not used by .*; valid: .*delta") as caught:
        ASKED[question]("os19.thm6_2.refined", delta=1, L=3)
    assert {"delta", "eta_bar", "epsilon"} <= set(caught.value.choices)
    assert "k" not in caught.value.choices


def test_what_one_of_several_statements_uses_is_theirs():
    """A lemma without a fraction of the step size leaves that to the theorem, and nothing else changes."""
    alone = compare(["os19.thm6_2.refined"], delta=1, eta_bar="1/2", **ON).answers[0]
    first, second = compare(["os19.thm6_2.refined", "os19.lem6_7"], delta=1, eta_bar="1/2", **ON).answers
    assert (first.width, first.rate.str(20)) == (alone.width, alone.rate.str(20))
    assert second.width == required_width("os19.lem6_7", **ON).width
    with pytest.raises(BadInput, match=r"b = 3: is not used by these statements"):
        compare(["os19.thm6_2.refined", "os19.lem6_7"], delta=1, b=3, **ON)


def test_the_numbers_of_a_setting_are_used_where_no_formula_has_them():
    """The depth of a deep network and the deviation of a start are what is tried, though no bound depends on them."""
    assert {"L", "max_width", "loss_exponent"} <= accepted(statement("zczg18.d.gd_iterations"))
    assert {"output_std", "b"} <= accepted(statement("sgd22.lemA.adjoint"))
    assert accepted(statement("os19.lem6_4")) == {"k"}
