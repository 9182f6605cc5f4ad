"""What a page of zczg18 tells its reader: hypotheses, places and words, against the paper and counterexamples."""

import math

import numpy as np
import pytest
import sympy

from boundkit.arithmetic import BALL, ball, evaluate, holds
from boundkit.papers.zczg18 import STATEMENTS
from boundkit.render.expressions import text
from boundkit.statement import VOCABULARY

BY_ID = {item.id.removeprefix("zczg18."): item for item in STATEMENTS}
V = {name: word.symbol for name, word in VOCABULARY.items()}
STEPPED = [item for item in STATEMENTS if any(order.quantity == "step size" for order in item.orders)]
LOST = ("thm4_1", "cor4_3", "thm4_5", "cor4_6")


def failing(name, **values):
    """The hypotheses that are false at these numbers; those with other symbols are left out."""
    known = {V[key]: ball(value) for key, value in values.items()}
    relations = [(h.label, h.relation) for h in BY_ID[name].hypotheses if h.relation.free_symbols <= known.keys()]
    return [label for label, relation in relations if holds(relation, known, BALL) is False]


def labels(name):
    """The labels of the errata of a statement."""
    return {erratum.label for erratum in BY_ID[name].errata}


@pytest.mark.parametrize("item", STEPPED, ids=lambda item: item.id)
def test_steps_are_those_of_the_orders(item):
    """Setting, hypothesis and order of a main theorem name one step size."""
    (order,) = (order.expression for order in item.orders if order.quantity == "step size")
    for step in (item.setting.step_size, item.hypothesis("step").relation.rhs):
        assert sympy.powsimp(step / (V["C"] * order), force=True) == 1


def test_constant_separation_may_be_constant():
    """CHECK-2: its conditions admit a separation that stays while the depth grows, unlike those of the tracked form."""
    deep = {"label_separation": "1/10", "last_coordinate": "1/2", "L": 1000, "c": 1}
    assert failing("thm4_1.tracked", **deep) == ["separation_depth"]
    assert failing("d.constant_separation", **deep) == []
    assert BY_ID["d.constant_separation"].instance[V["radius"]].as_powers_dict()[V["L"]] == -20


def test_steps_of_stochastic_descent_read_as_in_the_paper():
    """eta = O(phi m^-1 n^(2p-7) L^-9 B^2): one power of n, not two."""
    assert text(BY_ID["thm4_5.tracked"].setting.step_size) == "C·b²·φ·n^(2·p_ℓ - 7)/(L⁹·k)"
    assert text(BY_ID["lem5_7"].hypothesis("step").relation.rhs) == "C·b²·φ·n^(2·p_ℓ - 7)/(L⁸·k)"


def test_the_radius_without_its_logarithm_is_an_erratum_wherever_it_is_printed():
    """CHECK-4 concerns Lemmas 5.4 and 5.6, whose repaired forms have the logarithm, as what rests on them has."""
    for name in ("lem5_4", "lem5_6"):
        printed, repaired = (BY_ID[form].hypothesis("radius").relation.rhs for form in (name, f"{name}.repaired"))
        assert "CHECK-4" in labels(name)
        assert printed / repaired == sympy.log(V["max_width"]) ** sympy.Rational(3, 2)
    assert BY_ID["lem5_7.sharpened"].hypothesis("radius").relation.rhs == repaired


def test_gaps_of_lemmas_are_on_the_theorems_that_rest_on_them():
    """The proof of (v) of Theorem 5.3 is Lemma B.1; Theorem 4.5 rests on Theorem 5.1 and Lemma C.2 as 4.1 does."""
    assert "CHECK-7" in labels("thm5_3_v") & labels("thm5_3") & labels("lemB_1")
    assert {"CHECK-5", "CHECK-6"} <= labels("thm4_5")


@pytest.mark.parametrize("name", LOST)
def test_lost_displays_are_said(name):
    """The printed forms have neither width nor iterations, for their displays are lost; the tracked ones have both."""
    quantities = {order.quantity for order in BY_ID[f"{name}.tracked"].orders}
    assert {"width", "iterations"} <= quantities
    assert not {"width", "iterations"} & {order.quantity for order in BY_ID[name].orders}
    (erratum,) = (erratum for erratum in BY_ID[name].errata if erratum.grade == "extraction")
    assert "lost" in erratum.text


@pytest.mark.parametrize("name", ["cor4_3", "cor4_6"])
def test_corollaries_do_not_assume_their_risk(name):
    """That no sample is wrong follows at a target below the loss of one error; the risk reached is no hypothesis."""
    for form in (name, f"{name}.tracked"):
        assert V["final_risk"] not in {symbol for h in BY_ID[form].hypotheses for symbol in h.relation.free_symbols}
    target = BY_ID[name].special_case.at[V["target_risk"]]
    for zero in (math.log(2), 1.0):
        assert evaluate(target, {V["loss_at_zero"]: ball(zero), V["n"]: ball(5)}, BALL) < zero / 5


def test_zero_error_needs_a_loss_that_is_not_negative():
    """With loss -z the margins -1 and 3 have a risk below loss(0)/n = 0 and one error: a hypothesis excludes it."""
    margins = np.array([-1.0, 3.0])
    assert -margins.mean() < 0
    assert (margins <= 0).any()
    assert failing("d.zero_error", margin_loss=-3, margin_slope=1, final_risk=-1, loss_at_zero="1e-9", n=2) == [
        "loss_nonnegative"
    ]


def test_many_nodes_need_samples_that_are_not_antipodal():
    """The lifted hexagon with a small last coordinate has too few large gradients; the repaired form excludes it."""
    mu, n = 2e-4, 6
    angle = np.arange(n) * math.pi / 3
    x = np.stack([math.sqrt(1 - mu**2) * np.cos(angle), math.sqrt(1 - mu**2) * np.sin(angle), np.full(n, mu)], axis=1)
    y = np.array([1, -1] * 3)
    phi = min(np.linalg.norm(x[i] - x[j]) for i in range(n) for j in range(n) if y[i] != y[j])
    antipodal = min(np.linalg.norm(x[i] + x[j]) for i in range(n) for j in range(i))
    w = np.random.default_rng(0).normal(size=(200_000, 3))
    large = np.linalg.norm(((w @ x.T > 0) * y) @ x, axis=1) >= 1 / 8
    claimed = BY_ID["lemA_15.repaired"].claim("large_nodes").bound
    values = {"last_width": len(w), "label_separation": phi, "n": n, "c_lower": "1/48"}
    assert large.sum() < evaluate(claimed, {V[key]: ball(value) for key, value in values.items()}, BALL)
    measured = {"layer_separation": phi, "layer_antipodal_separation": antipodal, "min_hidden_norm": 1}
    assert failing("lemA_15.repaired", label_separation=phi, **measured) == ["separation_antipodal"]


@pytest.mark.parametrize("name", ["lemB_3", "lemB_3.repaired", "lemB_3.sharpened", "lemB_4"])
def test_few_changes_are_concluded_not_assumed(name):
    """Lemma B.3 proves that few activations change; what Theorem 5.3 asks for it is a small radius."""
    assert [item.label for item in BY_ID[name].hypotheses] == ["ball", "radius_product"]
    product = BY_ID["thm5_3"].hypothesis("radius_product")
    assert BY_ID["lemB_5.tracked"].hypothesis("radius_product") == product


def test_results_that_rest_on_the_events_say_so():
    """'In the sequel, we always assume that results (i)-(viii) hold': nothing of this kind holds surely without."""
    for item in STATEMENTS:
        resting = any(used.startswith(("zczg18.thm5_1_", "zczg18.thm5_3")) for used in item.uses)
        if item.probability is None and item.claims and resting:
            assert item.setting.initialisation.endswith("on the eight events of Theorem 5.1"), item.id


def test_a_bounded_radius_is_one_of_a_ball():
    """A condition on the radius is about the ball around the initialisation, which the statement mentions."""
    for item in STATEMENTS:
        if any(V["radius"] in hypothesis.relation.free_symbols for hypothesis in item.hypotheses):
            assert V["layer_distance"] in item.symbols, item.id


def test_sparse_outputs_without_the_depth_need_a_moderate_input_dimension():
    """The largest of d entries sent back grows with log d, whatever the widths."""
    assert "input_dimension" in failing("lemA_9.sharpened", d=10**9, k=100, C=1)


def test_places_of_quotations():
    """What the paper's related work is about, what it says after Theorem 4.1; no algorithm of it has a number."""
    places = {}
    for item in STATEMENTS:
        if item.kind == "comparator":
            places.setdefault(item.source.label, set()).add(item.id.removeprefix("zczg18.cmp."))
            assert all(
                order.quoted_by == "derived, not quoted"
                or order.quoted_by.partition(", ")[2] == item.source.label.removesuffix(", quoted")
                for order in item.orders
            )
    assert places["Related work, quoted"] == {"arora_2018_depth", "teacher_student", "deep_linear", "generalisation"}
    assert places["after Theorem 4.1, quoted"] == {
        "du_2018_one_layer",
        "allen_zhu_2018_deep",
        "du_2018_deep",
        "allen_zhu_2018_recurrent",
        "li_yuan_2017",
    }
    assert not any("Algorithm" in item.source.label for item in STATEMENTS)


def test_words_are_read_as_they_are_meant():
    """A word that is raised to powers is one letter; norms and separations of DRV-9 to 11 are of the layer's input."""
    formula = text(BY_ID["d.product_norm_limit"].claim("limit").bound)
    assert "2·q" in formula
    assert "l₁" not in formula
    for name in ("min_hidden_norm", "max_hidden_norm", "effective_separation", "layer_antipodal_separation"):
        assert "enter the last layer" in VOCABULARY[name].meaning
