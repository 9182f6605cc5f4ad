"""Widths with lemmas swapped, against the encoded forms and against quadrature."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest
from sympy import Integer, pi, sqrt

from boundkit.errors import BadInput, NotApplicable
from boundkit.papers import chains, statement, swap
from boundkit.query import required_width
from boundkit.render.tables import table
from boundkit.statement import Chain
from boundkit.statement.vocabulary import mu_phi

ON = {"data": "orthonormal:n=4", "activation": "softplus", "delta": 1}
ENCODED = {
    ("os19.thm2_1",): "os19.thm2_1.tracked",
    ("os19.thm2_1", "eigenvalue", "os19.def6_1"): "os19.thm6_2.tracked",
    ("os19.thm2_1", "descent", "os19.cor6_11.sharpened"): "os19.thm2_1.sharpened",
    ("os19.thm2_3",): "os19.thm2_3.tracked",
    ("os19.thm2_3", "eigenvalue", "os19.def6_1"): "os19.thm6_3.tracked",
    ("os19.thm2_5",): "os19.thm2_5.tracked",
    ("os19.thm2_5", "eigenvalue", "os19.corI_2.sharpened"): "os19.thm2_5.refined",
    ("os19.thm2_5", "eigenvalue", "os19.d.lambda_sep"): "os19.thm2_5.sharpened",
    ("ofls19.thm6_21",): "ofls19.d.k33",
    ("ofls19.thm6_21", "optimisation", "ofls19.lem6_20.tracked"): "ofls19.d.k33_refined",
}


@pytest.mark.parametrize("words", ENCODED, ids="-".join)
def test_swapping_gives_the_encoded_forms(words: tuple[str, ...]) -> None:
    """Where a form with these lemmas is encoded, its width conditions, claims and probability are the same."""
    id, *swapped = words
    found = swap(id, **dict([swapped] if swapped else []))
    encoded = statement(ENCODED[words])
    relu = {mu_phi: 1 / sqrt(2 * pi)} if id == "os19.thm2_3" else {}
    for label in ("width", "spectrum_width") if id.startswith("os19") else ("width",):
        relation = found.hypothesis(label).relation
        assert relation.rhs.subs(relu) == encoded.hypothesis(label).relation.rhs
        assert relation.lhs == encoded.hypothesis(label).relation.lhs
    assert [item.template.rhs.subs(relu) for item in found.claims] == [item.template.rhs for item in encoded.claims]
    assert (found.probability or Integer(1)).subs(relu) == (encoded.probability or 1)


def gaussian_mean(values: object) -> float:
    """The mean of a function of a standard normal variable, by quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(120)
    return float(np.sum(weights * values(nodes)) / np.sum(weights))  # type: ignore[operator]


def sigmoid(z: np.ndarray) -> np.ndarray:
    """The derivative of softplus."""
    return 1 / (1 + np.exp(-z))


def test_gain_of_the_eigenvalue() -> None:
    """On orthonormal data lambda is E phi'^2 and the printed bound (E g phi')^2; the width goes with their squares."""
    found = table("swaps", theorem="os19.thm2_1", **ON)
    gains = {row[1:5]: row[found.columns.index("printed / this")] for row in found.rows}
    own = ("os19.lem6_4", "os19.lem6_12", "os19.lem6_7", "os19.cor6_11")
    assert gains[own] == "1"
    square = gaussian_mean(lambda z: sigmoid(z) ** 2)
    mean, slope = gaussian_mean(sigmoid), gaussian_mean(lambda z: z * sigmoid(z))
    expected = {"os19.def6_1": square, "os19.lem6_4.sharpened": mean**2 + slope**2, "os19.lemH_1.sharpened": square}
    for lemma, bound in expected.items():
        assert float(str(gains[(lemma, *own[1:])])) == pytest.approx((bound / slope**2) ** 2, rel=1e-4)


def test_gain_of_the_misfit_and_of_the_chernoff_loss() -> None:
    """True variance for Poincare: (1 + 2B)/(1 + sd + B) squared; loss 1/10 for 1/2: (0.9/0.5) squared."""
    own = required_width(swap("os19.thm2_1"), **ON).width or 0
    variance = required_width(swap("os19.thm2_1", misfit="os19.lem6_12.sharpened"), **ON).width or 1
    mean = gaussian_mean(lambda z: np.log1p(np.exp(z)))
    deviation = np.sqrt(gaussian_mean(lambda z: np.log1p(np.exp(z)) ** 2) - mean**2)
    assert own / variance == pytest.approx(((1 + 2) / (1 + deviation + 1)) ** 2, rel=1e-4)
    sharp = required_width(swap("os19.thm2_1", chernoff="os19.lem6_7.sharpened"), chernoff_loss="1/10", **ON).width
    assert own / (sharp or 1) == pytest.approx((0.9 / 0.5) ** 2, rel=1e-4)


def test_only_the_proofs_that_apply() -> None:
    """Smooth activations show the smooth theorem, ReLU the other two; a theorem asked for is always shown."""
    smooth = {row[0] for row in table("swaps", **ON).rows}
    relu = {row[0] for row in table("swaps", **{**ON, "activation": "relu"}).rows}
    assert smooth == {"os19.thm2_1"}
    assert relu == {"os19.thm2_3", "os19.thm2_5"}
    found = table("swaps", theorem="os19.thm2_3", **ON)
    assert {row[-1] for row in found.rows} == {"hypothesis activation_is_relu fails"}


def test_no_gain_over_a_width_that_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the first choice needs a parameter there is no width to divide by; unasked, such a proof is left out."""
    forms = (statement("sgd22.thm2.repaired"), statement("os19.thm6_2.tracked"))
    chain = Chain("either", {"form": forms}, lambda *, form: form)
    monkeypatch.setattr(import_module("boundkit.render.tables.swaps"), "chains", lambda: [chain])
    found = table("swaps", theorem="either", **ON)
    assert found.columns == ("theorem", "form", "width", "binding", "reason")
    assert found.rows[0][2:] == (None, None, "needs b, chernoff_failure, failure, output_std")
    assert found.rows[1][2:] == (428298, "width", None)
    with pytest.raises(NotApplicable, match="no proof gives a width"):
        table("swaps", **ON)


def test_lemmas_state_what_they_are_swapped_for() -> None:
    """The composed theorem uses exactly the lemmas chosen, and never those of the other choices."""
    for chain in chains():
        for choice in chain.choices():
            used = set(chain.swap(**choice).uses)
            others = {item.id for fitting in chain.places.values() for item in fitting} - set(choice.values())
            assert set(choice.values()) <= used
            assert not others & used


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"id": "os19.thm2_2"}, "theorem"),
        ({"id": "os19.thm2_1", "lemma": "os19.lem6_4"}, "place"),
        ({"id": "os19.thm2_1", "eigenvalue": "os19.corI_2"}, "eigenvalue"),
    ],
)
def test_bad_input(arguments: dict[str, str], named: str) -> None:
    """Theorems without a chain, places and lemmas that do not fit are named."""
    with pytest.raises(BadInput) as error:
        swap(**arguments)
    assert error.value.argument == named


def test_the_table_needs_data() -> None:
    """Without data, and for a theorem without a chain, the table says so."""
    for arguments, named in (({}, "data"), ({**ON, "theorem": "os19.thm2_2"}, "theorem")):
        with pytest.raises(BadInput) as error:
            table("swaps", **arguments)
        assert error.value.argument == named


def test_nothing_to_show_is_said() -> None:
    """Where every proof lacks a parameter there is no empty table, but a line that says what to do."""
    with pytest.raises(NotApplicable, match="name a theorem"):
        table("swaps", data="orthonormal:n=4", activation="gelu")
