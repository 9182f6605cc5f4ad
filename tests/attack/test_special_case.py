"""Corollaries beside their theorems: every one is declared, and slips of either side are caught."""

from dataclasses import replace
from fractions import Fraction

import flint
import pytest
from sympy import Ge, Integer, Le, Lt, Rational, simplify

from boundkit.arithmetic import BALL, evaluate
from boundkit.attack import attack as battery, special_case
from boundkit.attack.bounds import bound_of, bounds, solved
from boundkit.papers import statement, statements
from boundkit.statement import SpecialCase
from boundkit.statement.vocabulary import (
    alpha,
    d,
    distance,
    k,
    lambda_,
    misfit,
    misfit_0,
    mu_phi,
    n,
    norm_X,
    sigma_min_KR,
    tau,
)

# corollaries that are no substitution into one theorem, and why
OTHERS = {
    "sjl17.d.width_range": "consequences of the conditions of Theorem 2.5 alone, tested by falsification on instances",
    "ofls19.rem_smallwidth": "an order only",
    "ofls19.rem_sizebias": "the condition on the width, solved for the cutoff, tested by falsification",
    "ofls19.rem_fast": "a consequence of the conditions of Theorem 3.2 alone, tested by falsification",
    "ofls19.d.abar_range": "consequences of the conditions of Theorem 3.2 alone",
    "ofls19.d.abar_range_jacobian": "consequences of the conditions of Theorem 3.3 alone",
    "ofls19.d.floors": "when the bound of the theorem is below one",
    "ofls19.d.floors_arbitrary": "when the bound of the theorem is below one",
    "ofls19.d.floors_sharpened": "when the bound of the theorem is below one",
    "ofls19.d.floors_mixture": "when the bound of the theorem is below one",
    "sgd22.scaling.repaired": "conditions and orders, no claim",
    "sgd22.d.orders": "orders only",
    "sgd22.d.network_rate": "orders only",
}
# special cases that do not follow from their theorem as printed, and the erratum that says so
REFUTED = {"os19.thm2_3": "special case", "os19.cor2_4": "C11", "ofls19.thm3_2": "C11"}
DECLARED = [item.id for item in statements() if item.special_case is not None]


def changed(item, label, change):
    """The statement with the relation of one hypothesis or claim changed."""
    hypotheses = tuple(replace(h, relation=change(h.relation)) if h.label == label else h for h in item.hypotheses)
    claims = tuple(replace(c, template=change(c.template)) if c.label == label else c for c in item.claims)
    found = replace(item, hypotheses=hypotheses, claims=claims)
    assert found != item
    return found


def scaled(factor):
    """A change that multiplies the right side."""
    return lambda relation: relation.func(relation.lhs, relation.rhs * factor, evaluate=False)


def reason(item):
    """Why the attack fails."""
    finding = special_case.attack(item)
    assert finding.outcome == "failed"
    return finding.reason


def test_every_corollary_is_a_special_case_or_says_why_not():
    """A corollary declares the statement that it is a special case of, or is in the table above; nothing is both."""
    corollaries = {item.id for item in statements(kind="corollary")}
    assert {item.id for item in statements(kind="corollary") if item.special_case is None} == set(OTHERS)
    assert corollaries - set(OTHERS) <= set(DECLARED)


@pytest.mark.parametrize("id", DECLARED)
def test_special_cases_follow_from_the_general_statement(id):
    """A declared special case survives, or an erratum on it says where it differs."""
    finding = special_case.attack(statement(id))
    if id in REFUTED:
        assert finding.outcome == "failed"
        assert "does not follow" in finding.reason
        assert REFUTED[id] in {erratum.label for erratum in statement(id).errata}
    else:
        assert finding.outcome == "survived", finding.reason


@pytest.mark.parametrize(
    ("id", "label", "factor"),
    [
        ("os19.thm2_1.tracked", "width", 2),
        ("os19.thm2_1.tracked", "width", Fraction(1, 2)),
        ("os19.thm2_5.refined", "spectrum_width", Fraction(99, 100)),
        ("os19.cor2_2.tracked", "radius", Fraction(9, 10)),
        ("os19.cor2_4.repaired", "width", Fraction(9, 10)),
        ("os19.corI_2", "eigenvalue", 2),
        ("sgd22.thm1.repaired", "start", 2),
        ("sgd22.d.width", "step_kick", 2),
        ("ofls19.eq3_4.tracked", "width", Fraction(1, 2)),
        ("ofls19.eq3_3.sharpened", "test_error", Fraction(9, 10)),
        ("ofls19.thmA_3.repaired", "iterations", Fraction(1, 2)),
        ("zczg18.corA_2.tracked", "hidden_norm", Fraction(1, 2)),
        ("sjl17.d.balanced_stationarity", "excess", Fraction(1, 2)),
        ("sjl17.cor7_5.sharpened", "largest", Fraction(1, 3)),
    ],
)
def test_a_wrong_constant_is_caught(id, label, factor):
    """Twice, half, or a little less than the theorem gives on the special case."""
    assert label in reason(changed(statement(id), label, scaled(Integer(factor.numerator) / factor.denominator)))


@pytest.mark.parametrize(
    ("id", "label", "word"),
    [
        ("os19.cor2_2", "width", n),
        ("os19.cor2_2", "radius", n),
        ("os19.thm2_5", "width", norm_X),
        ("sjl17.cor7_5", "smallest", d),
        ("sgd22.scaling", "width", n),
        ("ofls19.eq3_4", "width", norm_X),
        ("zczg18.corA_2", "hidden_norm", n),
    ],
)
def test_a_wrong_exponent_is_caught_under_an_open_constant(id, label, word):
    """Where the constant is not given, the power of a word still has to be that of the theorem."""
    assert label in reason(changed(statement(id), label, scaled(word)))


def test_a_wrong_rate_step_probability_and_direction_are_caught():
    """Parts without a label of their own, and an inequality the wrong way round."""
    item = statement("os19.thm2_3.tracked")
    assert "guaranteed rate" in reason(replace(item, summary={"rate": item.summary["rate"] * 2}))
    setting = replace(item.setting, step_size=item.setting.step_size * 2)
    assert "step size" in reason(replace(item, setting=setting))
    assert "probability" in reason(replace(item, probability=item.probability + 1 / n**2))
    assert "rate" in reason(changed(item, "rate", lambda r: Ge(r.lhs, r.rhs, evaluate=False)))


def test_a_missing_condition_is_caught():
    """The corollary must meet every condition of the theorem: unit rows, a width, room for the misfit."""
    item = statement("os19.cor6_11")
    without = tuple(h for h in item.hypotheses if h.label != "misfit_room")
    assert "spectrum_on_ball" in reason(replace(item, hypotheses=without))
    assert "spectrum_on_ball" in reason(changed(item, "misfit_room", scaled(Rational(9, 10))))
    item = statement("os19.cor2_4.repaired")
    without = tuple(h for h in item.hypotheses if h.label != "width")
    assert "flip" in reason(replace(item, hypotheses=without))


def test_slips_of_the_theorem_are_caught_by_its_corollary():
    """The comparison sees both sides: a wrong constant in the theorem disagrees with the corollary too."""
    corollary, theorem = statement("os19.cor6_11"), statement("os19.thm6_10")
    assert special_case.compare(corollary, theorem).outcome == "survived"
    wrong = changed(theorem, "path", scaled(2))
    assert special_case.compare(corollary, wrong).outcome == "failed"


def test_reasons_must_be_needed_and_given():
    """A difference without a reason fails, and so does a reason without a difference."""
    item = statement("os19.cor2_2")
    case = item.special_case
    assert "no reason" in reason(replace(item, special_case=replace(case, differs={})))
    more = {**case.differs, "rate": "made up"}
    assert "does not" in reason(replace(item, special_case=replace(case, differs=more)))


def test_a_reason_does_not_excuse_what_is_refuted():
    """Declaring a difference does not let a corollary promise more than its theorem."""
    item = statement("os19.cor2_4")
    excused = replace(item.special_case, differs={**item.special_case.differs, "step size": "a factor of three"})
    assert "step size" in reason(replace(item, special_case=excused))


def test_a_statement_with_a_false_corollary_is_not_trusted():
    """The failure is part of the battery."""
    failures = [finding.attack for finding in battery("os19.cor2_4") if finding.outcome == "failed"]
    assert failures == ["special_case"]


def test_equality_agrees_with_symbolic_substitution():
    """The width of the tracked Theorem 2.1 is that of Theorem 6.2 with the quadratic bound for lambda, exactly."""
    special, general = (
        statement(id).hypothesis("width").relation.rhs for id in ("os19.thm2_1.tracked", "os19.thm6_2.tracked")
    )
    assert simplify(general.subs(lambda_, mu_phi**2 * sigma_min_KR**2) - special) == 0


def test_the_step_of_corollary_2_4_is_three_times_too_large():
    """The refutation is the erratum's: the corollary steps n, the theorem n/3, over |X|^2 |y|^2."""
    steps = [statement(id).setting.step_size for id in ("os19.cor2_4", "os19.thm2_3")]
    point = {word: flint.arb(2) for step in steps for word in step.free_symbols} | {
        word: flint.arb(1) for word in steps[1].free_symbols - steps[0].free_symbols
    }
    corollary, theorem = (evaluate(step, point, BALL) for step in steps)
    assert (corollary / theorem).contains(3)


def test_without_a_declaration_the_attack_does_not_apply():
    """Theorems that are no special case are left alone, and cannot be compared as if they were."""
    assert special_case.attack(statement("os19.thm6_2")).outcome == "does not apply"
    with pytest.raises(ValueError, match="no special case"):
        special_case.compare(statement("os19.thm6_2"), statement("os19.thm6_10"))


def test_a_case_that_never_applies_is_not_survived():
    """Conditions that contradict each other leave no point at which to compare."""
    item = statement("os19.corI_2")
    impossible = changed(item, "separated", lambda r: Lt(r.lhs, 0, evaluate=False))
    assert special_case.attack(impossible).outcome == "does not apply"
    assert special_case.attack(replace(item, special_case=SpecialCase(item.id))).outcome == "survived"


@pytest.mark.parametrize(
    ("relation", "word", "expected"),
    [
        (Le(alpha * distance / 2 + misfit, misfit_0, evaluate=False), distance, ("<", 2 * (misfit_0 - misfit) / alpha)),
        (Ge(misfit_0 - misfit, alpha * distance, evaluate=False), misfit, ("<", misfit_0 - alpha * distance)),
        (Le(misfit**2, misfit_0**2 / 4, evaluate=False), misfit, ("<", misfit_0 / 2)),
        (Le(n / k, 1 / d, evaluate=False), k, (">", n * d)),
        (Lt(1, k / n, evaluate=False), k, (">", n)),
        (Le(misfit + tau**misfit, 1, evaluate=False), misfit, None),
    ],
)
def test_bounds_are_solved_for_a_word(relation, word, expected):
    """Powers and terms of a sum are solved for, and the inequality turns where it must."""
    found = bound_of(relation, word)
    if expected is None:
        assert found is None
    else:
        assert found.sign == expected[0]
        assert simplify(found.side - expected[1]) == 0


def test_bounds_come_with_what_is_easiest_to_choose_first():
    """The width before the data; a word that is not alone on its side has none."""
    relation = Ge(k, n**2 / d, evaluate=False)
    assert [bound.word for bound in bounds(relation)] == [k, d, n]
    assert solved(Ge(k + n, d, evaluate=False), k) is None
