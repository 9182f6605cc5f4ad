"""Probabilities that say nothing: here, or at every value of what they depend on."""

import pytest
from sympy import Symbol, exp

from boundkit.papers import statement, statements
from boundkit.verify import Verdict, verify
from boundkit.verify.vacuous import at_least_one, vacuous

ARC = "arc:n=2,mu=0.5,phi=0.9"
COUNTED = {"C": "1/50", "C_upper": "6/5", "c_lower": "9/10", "c_level": "1/10"}
a, b = Symbol("a"), Symbol("b")


@pytest.mark.parametrize(
    ("failure", "certain"),
    [(exp(a * b), True), (1 + a, True), (2 * exp(a / b), True), (exp(-a), False), (a, False), (exp(a - b), False)],
)
def test_a_failure_of_at_least_one_is_recognised(failure, certain):
    """Only what no positive value of the symbols brings below 1."""
    assert at_least_one(failure) is certain


def test_lemma_a_15_promises_nothing_at_any_width():
    """CHECK-10: 1 - exp(+ C m phi / n) is negative at every positive constant, width and separation, and so it says."""
    report = verify("zczg18.lemA_15", data=ARC, k=500, trials=3, assume=COUNTED, L=1, last_width=500, activation="relu")
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.reason == vacuous("zczg18.lemA_15")
    assert "at every value" in report.reason
    for value in (1e-9, 1e-3, 1.0):
        numbers = dict.fromkeys(statement("zczg18.lemA_15").failure.free_symbols, value)
        assert float(statement("zczg18.lemA_15").failure.subs(numbers)) >= 1


def test_the_repaired_lemma_is_on_trial():
    """With the sign of the proof the same claim is decided, and its twin rejected."""
    given = {"L": 1, "last_width": 6000, "activation": "relu"}
    report = verify("zczg18.lemA_15.repaired", data=ARC, k=6000, trials=6, assume=COUNTED, **given)
    assert report.verdict is Verdict.CONSISTENT
    assert all(item.twin_rejected for item in report.claims)


def test_no_other_probability_is_vacuous_everywhere():
    """The one misprinted sign is the only probability of the papers that no value of its symbols saves."""
    found = {item.id for item in statements() if item.probability is not None and "every" in vacuous(item.id)}
    assert found == {"zczg18.lemA_15"}


def test_statements_of_others_get_the_plain_reason():
    """An id that no paper has is not looked up in vain."""
    assert vacuous("mine.theorem") == "the stated probability is vacuous"
