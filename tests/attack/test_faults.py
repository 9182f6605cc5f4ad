"""Planted faults: each attack catches the slip it is made for, and the battery a fair share of random ones."""

from dataclasses import replace

import pytest
from sympy import Ge, Le

from boundkit.attack import (
    ATTACKS,
    comparison,
    direction,
    falsification,
    homogeneity,
    limits,
    monotonicity,
    special_case,
    vocabulary,
)
from boundkit.papers import statement, statements
from boundkit.statement.vocabulary import delta, k, lambda_, n, norm_X, norm_y, sup_dphi
from boundkit.statement.words.shared import L, b
from tests.attack.mutations import mutants


def with_relation(item, label, change):
    """The statement with one hypothesis or claim changed."""
    hypotheses = tuple(replace(h, relation=change(h.relation)) if h.label == label else h for h in item.hypotheses)
    claims = tuple(replace(c, template=change(c.template)) if c.label == label else c for c in item.claims)
    changed = replace(item, hypotheses=hypotheses, claims=claims)
    assert changed != item
    return changed


def outcome(room, item):
    """What an attack finds."""
    return room.attack(item).outcome


def test_vocabulary_catches_a_depth_in_a_shallow_network_and_a_batch_in_gradient_descent():
    """A word of another setting or paper is a stranger."""
    item = statement("os19.thm2_1.tracked")
    assert outcome(vocabulary, item) == "survived"
    for word in (L, b):
        strange = with_relation(item, "width", lambda r, word=word: Ge(r.lhs, r.rhs * word, evaluate=False))
        assert outcome(vocabulary, strange) == "failed"


def test_vocabulary_catches_an_undeclared_constant():
    """A constant that is mentioned must be declared."""
    item = statement("os19.thm2_1")
    assert outcome(vocabulary, replace(item, constants=())) == "failed"


def test_homogeneity_knows_that_balanced_output_weights_are_sized_by_the_labels():
    """One's own statement says so by its setting alone; a bound that forgets the labels' norm is still caught."""
    lemma = statement("os19.lem6_12")
    own = replace(lemma, id="own.lemma", setting=replace(lemma.setting, substitutions={}))
    assert outcome(homogeneity, own) == "survived"
    found = homogeneity.attack(with_relation(own, "initial_misfit", lambda r: r.xreplace({norm_y: norm_X})))
    assert found.outcome == "failed"
    assert found.reason == "initial_misfit changes when misfit_0 is rescaled"


def test_homogeneity_catches_exponents_roots_and_swapped_words():
    """|y|^2 for |y|, a lost root, and a word in the place of another with other units."""
    item = statement("os19.thm2_1.tracked")
    assert outcome(homogeneity, item) == "survived"
    assert outcome(homogeneity, with_relation(item, "path", lambda r: r.xreplace({norm_y: norm_y**2}))) == "failed"
    general = statement("sgd22.thm1.repaired")
    lost = with_relation(general, "path", lambda r: Le(r.lhs, r.rhs**2, evaluate=False))
    assert outcome(homogeneity, lost) == "failed"
    output = statement("os19.thm3_2.repaired")
    assert outcome(homogeneity, output) == "survived"
    swapped = with_relation(output, "width", lambda r: Ge(r.lhs, r.rhs * sup_dphi, evaluate=False))
    assert outcome(homogeneity, swapped) == "failed"


def test_direction_catches_a_flipped_inequality_and_another_rate():
    """A distance that is at least something, and a rate that is not the one of the summary."""
    item = statement("sgd22.thm1.repaired")
    assert outcome(direction, item) == "survived"
    assert outcome(direction, with_relation(item, "stays", lambda r: Ge(r.lhs, r.rhs, evaluate=False))) == "failed"
    assert outcome(direction, replace(item, summary={"rate": item.summary["rate"] * 3})) == "failed"


def test_monotonicity_catches_an_inverted_factor():
    """A width that falls with n, or grows with the smallest eigenvalue."""
    item = statement("os19.thm6_2.tracked")
    assert outcome(monotonicity, item) == "survived"
    for factor in (1 / n, lambda_**2, 1 / (1 + delta) ** 2):
        wrong = with_relation(item, "width", lambda r, factor=factor: Ge(r.lhs, r.rhs * factor, evaluate=False))
        assert outcome(monotonicity, wrong) == "failed"
    turned = with_relation(item, "spectrum_width", lambda r: Ge(1 / r.lhs, r.rhs, evaluate=False))
    assert outcome(monotonicity, turned) == "failed"


def test_limits_catch_a_sign_a_rate_above_one_and_a_shrinking_probability():
    """The misprinted signs of a failure probability, a lost square, and an exponent with the wrong sign."""
    item = statement("os19.thm6_2.tracked")
    assert outcome(limits, item) == "survived"
    assert outcome(limits, replace(item, probability=2 - item.probability)) == "failed"
    assert outcome(limits, replace(item, probability=item.probability - k / n)) == "failed"
    assert outcome(limits, replace(item, summary={"rate": item.summary["rate"] * 10**4 * norm_X**2})) == "failed"
    lemma = statement("sgd22.lem1.sharpened")
    assert outcome(limits, lemma) == "survived"
    assert outcome(limits, with_relation(lemma, "norm", lambda r: Le(r.lhs, r.rhs - 10**3, evaluate=False))) == "failed"


def test_comparison_catches_a_sharpened_form_that_is_weaker():
    """A sharper bound made larger than the printed one, and a tracked constant that the tracked bound exceeds."""
    item = statement("sgd22.lemA.adjoint.sharpened")
    assert outcome(comparison, item) == "survived"
    assert outcome(comparison, with_relation(item, "norm", lambda r: Le(r.lhs, 3 * r.rhs, evaluate=False))) == "failed"
    tracked = statement("os19.cor2_2.tracked")
    assert outcome(comparison, tracked) == "survived"
    weaker = with_relation(tracked, "rate", lambda r: Le(r.lhs, 2 * r.rhs, evaluate=False))
    assert outcome(comparison, weaker) == "failed"


def test_falsification_finds_the_missing_hypothesis():
    """Without unit rows the iterations of the remark exceed their bound, as the attack found in the transcription."""
    item = statement("ofls19.rem_fast")
    assert outcome(falsification, item) == "survived"
    assert outcome(falsification, replace(item, hypotheses=item.hypotheses[1:])) == "failed"
    flipped = with_relation(item, "iterations", lambda r: Ge(r.lhs, 2 * r.rhs, evaluate=False))
    assert outcome(falsification, flipped) == "failed"


def noticed(slip):
    """Whether an attack fails on the slip, or on a statement that is compared with it and survived beside the truth."""
    if any(outcome(room, slip) == "failed" for room in ATTACKS):
        return True
    truth = statement(slip.id)
    beside = [(special_case, item) for item in statements() if item.special_case and item.special_case.of == slip.id]
    beside += [(comparison, item) for item in statements() if item.improves == slip.id]
    return any(
        room.compare(item, slip).outcome == "failed" != room.compare(item, truth).outcome for room, item in beside
    )


@pytest.mark.parametrize(
    ("kind", "floor"), [("exponent", 0.45), ("symbol", 0.3), ("inequality", 0.7), ("constant", 0.1), ("root", 0.3)]
)
def test_share_of_random_slips_that_is_caught(kind, floor):
    """Of one random slip in each statement of a fixed sample, at least this share fails some attack."""
    caught = []
    for item in statements()[::14]:
        if all(outcome(room, item) != "failed" for room in ATTACKS):
            caught += [noticed(slip) for slip in mutants(item, kind, count=1, seed=1)]
    assert len(caught) > 10
    assert sum(caught) / len(caught) >= floor


def test_mutants_differ_from_their_statement():
    """Every kind of slip changes a formula and nothing else."""
    item = statement("os19.thm2_1.tracked")
    for kind in ("exponent", "symbol", "constant", "root", "inequality"):
        for mutant in mutants(item, kind, count=5):
            assert (mutant.hypotheses, mutant.claims) != (item.hypotheses, item.claims)
            assert mutant.id == item.id
