"""Required widths: the specification's numbers, safety at the answer, and what is said when there is none."""

import flint
import numpy as np
import pytest
import sympy
from hypothesis import given, settings, strategies as st

from boundkit.data import dataset, quantities
from boundkit.errors import BadInput, Missing
from boundkit.papers import statement, statements
from boundkit.query import bind, check, guarantee, required, required_width
from boundkit.query.bind import accepted
from boundkit.statement.vocabulary import k

I4 = "orthonormal:n=4"
FACTS = ("sup_phi_0", "mean_phi", "gamma_phi")


@pytest.mark.parametrize(
    ("data", "delta", "widths"),
    [(I4, 1, (428298, 107076, 4726)), (I4, 2, (761416, 190354, 9220)), ("orthonormal:n=2", 1, (214150, 53538, 2364))],
)
def test_widths_of_the_specification(data, delta, widths):
    """D4 on orthonormal data with softplus: tracked, sharpened, refined."""
    for form, expected in zip(("tracked", "sharpened", "refined"), widths, strict=True):
        answer = required_width(f"os19.thm6_2.{form}", data=data, activation="softplus", delta=delta)
        assert answer.width == expected
        assert answer.status == "tracked"
        assert answer.binding == "width"
        assert answer.minimal is True
        assert answer.applicable


def test_probability_and_lambda_of_the_specification():
    """lambda = 0.29337903585809..., probability 0.6147, rate 0.009168 for X = I_4, softplus, delta = 1."""
    answer = required_width("os19.thm6_2.sharpened", data=I4, activation="softplus", delta=1)
    assert answer.quantities["lambda"].value.startswith("0.29337903585")
    assert float(answer.probability.mid()) == pytest.approx(0.6147, abs=5e-5)
    assert float(answer.rate.mid()) == pytest.approx(0.009168, abs=5e-7)
    assert not answer.vacuous


def test_cosine_width_of_the_review():
    """The refined width for cos on X = I_3 is 24604 (Review of the specification)."""
    assert required_width("os19.thm6_2.refined", data="orthonormal:n=3", activation="cos", delta=1).width == 24604


def test_relu_width():
    """D10 on X = I_4: k >= 9.216e9 (1 + delta)^2 n |X|^6 / lambda^4."""
    answer = required_width("os19.thm6_3.tracked", data=I4, activation="relu", delta=1)
    exact = 9.216e9 * 4 * 4 / 0.5**4
    assert exact <= answer.width <= exact * (1 + 1e-11) + 2


@given(
    n=st.integers(2, 12),
    d=st.integers(3, 12),
    seed=st.integers(0, 50),
    delta=st.fractions("1/10", 4, max_denominator=50),
    id=st.sampled_from(["os19.thm6_2.tracked", "os19.thm6_2.refined", "os19.thm2_1.sharpened", "os19.thm6_3.tracked"]),
)
@settings(max_examples=40)
def test_every_hypothesis_holds_at_the_answer_and_fails_below(n, d, seed, delta, id):
    """At the returned integer all hypotheses certainly hold; at the next smaller admissible one, one fails."""
    activation = "relu" if "6_3" in id else "softplus"
    answer = required_width(id, data=f"sphere:n={n},d={d},seed={seed}", activation=activation, delta=delta)
    if answer.width is None:
        assert answer.reason
        return
    assert all(item.holds is True for item in answer.checks)
    again = guarantee(id, data=answer_data(n, d, seed), activation=activation, k=answer.width, delta=delta)
    assert again.applicable
    if answer.width > 2:
        below = guarantee(id, data=answer_data(n, d, seed), activation=activation, k=answer.width - 2, delta=delta)
        assert answer.binding in below.failing


def answer_data(n, d, seed):
    """The data specification used above."""
    return f"sphere:n={n},d={d},seed={seed}"


def test_open_constants_give_an_expression():
    """Without a value for c there is no width, only its dependence on c; an assumed value is marked."""
    answer = required_width("os19.thm6_2", data=I4, activation="softplus", delta=1)
    assert answer.width is None
    assert answer.status == "open"
    number = float(answer.width_expression.removeprefix("k >= ").removesuffix("*c**2"))
    assert number == pytest.approx((2 * 2 / 0.29337903585809296) ** 2, rel=1e-8)
    assumed = required_width("os19.thm6_2", data=I4, activation="softplus", delta=1, assume={"c": 64})
    assert assumed.status == "assumed"
    assert assumed.width == pytest.approx(64**2 * number, rel=1e-6)


@pytest.mark.parametrize(
    ("id", "data", "activation", "label"),
    [
        ("os19.thm2_1.tracked", I4, "tanh", "mu_phi_nonzero"),
        ("os19.thm2_1.tracked", "sphere:n=20,d=5,seed=0", "softplus", "khatri_rao_rank"),
        ("os19.thm6_2.tracked", I4, "quadratic", "first_derivative_bounded"),
        ("os19.thm6_2.tracked", I4, "relu", "smooth_activation"),
        ("os19.thm6_3.tracked", I4, "softplus", "activation_is_relu"),
        ("os19.cor2_2", I4, "softplus", "uniform_on_sphere"),
    ],
)
def test_a_theorem_that_does_not_apply_names_its_hypothesis(id, data, activation, label):
    """The failing hypothesis is named and there is no width."""
    delta = {} if id == "os19.cor2_2" else {"delta": 1}
    answer = required_width(id, data=data, activation=activation, **delta)
    assert answer.width is None
    assert label in answer.failing
    assert label in answer.reason


def test_open_constants_outside_the_width_are_named():
    """Corollary 2.2 waits for its constants, and says so rather than blaming the size of the data."""
    answer = required_width("os19.cor2_2", data="sphere:n=6,d=5,seed=0", activation="softplus")
    assert answer.width is None
    assert "c_d" in answer.reason


def test_rows_that_are_not_unit_norm():
    """Data with other row norms make the theorem inapplicable, whatever quantity is asked first."""
    from boundkit.data import dataset

    data = dataset(X=[[2.0, 0.0], [0.0, 1.0]], y=[1.0, -1.0])
    answer = required_width("os19.thm6_2.tracked", data=data, activation="softplus", delta=1)
    assert answer.width is None
    assert "unit_rows" in answer.failing


def test_a_vacuous_probability_is_flagged():
    """With a tiny deviation the bound says nothing, and says so instead of being clipped."""
    answer = required_width("os19.thm6_2.tracked", data=I4, activation="softplus", delta="1/1000")
    assert answer.width is not None
    assert answer.vacuous
    assert answer.probability < 0


def test_b_can_be_raised_but_not_lowered():
    """B is an upper bound: a larger one is allowed and costs width, a smaller one fails its hypothesis."""
    larger = required_width("os19.thm6_2.tracked", data=I4, activation="softplus", delta=1, B=2)
    smaller = required_width("os19.thm6_2.tracked", data=I4, activation="softplus", delta=1, B="1/2")
    assert larger.width > 428298
    assert smaller.failing[0] == "first_derivative_bounded"


@pytest.mark.parametrize(
    ("change", "argument"),
    [
        ({"delta": -1}, "delta"),
        ({"delta": "x"}, "delta"),
        ({"delta": 1, "eta_bar": 2}, "eta_bar"),
        ({"delta": 1, "gamma": 2}, "set"),
        ({}, "delta"),
        ({"delta": 1, "k": 10}, "k"),
        ({"delta": 1, "assume": {"c": 1}}, "assume"),
        ({"delta": 1, "activation": "sofplus"}, "activation"),
        ({"delta": 1, "activation": None}, "activation"),
        ({"delta": 1, "data": "sphre:n=3"}, "data"),
    ],
)
def test_bad_input_is_one_line(change, argument):
    """Every unusable argument is named in one line."""
    arguments = {"data": I4, "activation": "softplus", **change}
    with pytest.raises(BadInput) as caught:
        required_width("os19.thm6_2.tracked", **arguments)
    assert caught.value.argument == argument
    assert "\n" not in str(caught.value)


def test_a_bound_is_the_least_that_the_statement_allows():
    """Theorem 3.2 bounds phi(0) and phi' by B, not phi'': B is 1 for ReLU and 3 for 3 + tanh(z); 1/2 is too small."""
    asked = {"data": I4, "assume": {"C": 1}}
    relu = required_width("os19.thm3_2", activation="relu", **asked)
    assert relu.width == required_width("os19.thm3_2", activation="relu", B=1, **asked).width is not None
    assert float(relu.quantities["B"].ball) == 1
    assert float(required_width("os19.thm3_2", activation="3 + tanh(z)", **asked).quantities["B"].ball) == 3
    raised = required_width("os19.thm3_2", activation="relu", B="1/2", **asked)
    assert raised.reason == "hypothesis first_derivative_bounded fails"


@pytest.mark.parametrize("item", [s for s in statements() if s.hypotheses], ids=lambda s: s.id)
def test_every_hypothesis_can_be_evaluated_or_waits_for_a_run(item):
    """No statement has a hypothesis that raises; the undecided ones depend on a run or an open constant."""
    activation = "relu" if any("relu" in h.label for h in item.hypotheses) else "softplus"
    given = {"delta": 1, "k": 100} if "delta" in accepted(item) else {"k": 100}
    binding = bind(item, data="sphere:n=4,d=4,seed=0", activation_name=activation, parameters=given)
    for hypothesis in item.hypotheses:
        result = check(hypothesis, binding, {k: flint.arb(100)})
        sides = (binding.reduce(side) for side in hypothesis.relation.args)
        free = set().union(*(side.free_symbols for side in sides)) - set(binding.values)
        undecided = free or hypothesis.label == "uniform_on_sphere"
        assert (result.holds is None) <= bool(undecided), hypothesis.label


def test_infinite_and_undecided_values_never_count_as_true():
    """An unbounded derivative fails its hypothesis; a wide enclosure leaves it undecided."""
    answer = guarantee("os19.lem6_12", data=I4, activation="quadratic", k=10, delta=1)
    assert answer.failing == ("derivative_bounded",)
    assert sympy.oo in statement("os19.lem6_12").hypothesis("derivative_bounded").relation.args


def test_facts_of_the_activation():
    """|phi(0)|, E phi(g) and gamma_phi = mu_2(phi) have the values of the specification (section 4)."""
    for name, values in {"relu": (0.0, 0.398942, 0.282095), "softplus": (0.693147, 0.806059, 0.146103)}.items():
        found = quantities(dataset("orthonormal:n=3"), activation=name, names=FACTS)
        facts = [float(found[fact].ball) for fact in FACTS]
        assert facts == pytest.approx(values, abs=1e-6)


@pytest.mark.parametrize("share", [None, "1/10", 1])
def test_iterations_are_the_fewest_that_reach_the_precision_asked_for(share):
    """The bound (1 - rate)^T of the first misfit is at most epsilon |y|, a thousandth by default, and not before T."""
    data, given = dataset("orthonormal:n=4"), {"delta": 1, **({} if share is None else {"epsilon": share})}
    target = statement("os19.thm6_2.refined")
    answer = guarantee(target, data=data, activation="softplus", k=6000, **given)
    binding = bind(target, data=data, activation_name="softplus", parameters={"delta": 1, "k": 6000})
    start = float(binding.evaluate(target.summary["misfit_0"], {}))
    level = float(sympy.Rational(share or "1/1000")) * float(quantities(data, names=["norm_y"])["norm_y"].value)
    kept = 1 - float(answer.rate)
    assert start * kept**answer.iterations <= level < start * kept ** (answer.iterations - 1)


def test_labels_of_several_outputs_do_not_fit_a_network_of_one():
    """One-hot labels: theorems on one output do not apply, those on K outputs and a single column do."""
    X = dataset("orthonormal:n=4").X
    one_hot, column = dataset(X=X, y=np.eye(4)[:, :2] + 0.5), dataset(X=X, y=np.ones((4, 1)))
    given = {"activation": "softplus", "delta": 1}
    answer = required_width("os19.thm6_2.refined", data=one_hot, **given)
    assert (answer.width, answer.applicable) == (None, False)
    assert answer.reason == "labels have 2 outputs where the network has one"
    assert guarantee("os19.thm6_2.refined", data=one_hot, k=10**6, **given).reason == answer.reason
    solved = required("os19.thm6_2.refined", solve_for="delta", data=one_hot, k=10**6, activation="softplus")
    assert solved.reason == answer.reason
    assert required_width("os19.thm6_2.refined", data=column, **given).width is not None
    for id in ("sgd22.lemA.gram", "ofls19.lem6_10"):
        assert bind(statement(id), data=one_hot, activation_name="softplus").failing is None


def test_infinite_quantities_are_the_reason():
    """Of an activation without a bounded derivative no number of digits helps, and the answer says so."""
    answer = required_width("os19.thm6_2.refined", data=I4, activation="z**2", delta=1)
    assert answer.reason == "no width satisfies the hypotheses: sup_dphi is infinite"
    many = required_width("os19.thm6_2.refined", data=I4, activation="exp(z)", delta=1)
    assert many.reason.endswith("sup_d2phi, sup_dphi are infinite")


def test_missing_parameters_name_the_statement_that_needs_them():
    """Of several compared statements one knows which asks, and for what else."""
    wanted = r"^failure = None: is needed by ofls19\.thmA_3: .*; so are fit_precision, learning_duration$"
    with pytest.raises(Missing, match=wanted) as caught:
        required_width("ofls19.thmA_3", data="mixture:K=2,C=1,n=20,d=4,orthonormal=true", activation="sin")
    assert caught.value.names == ("failure", "fit_precision", "learning_duration")
    first = r"^delta = None: is needed by os19\.thm6_2\.refined: [a-z ]* \(positive\)$"
    with pytest.raises(Missing, match=first):
        required_width("os19.thm6_2.refined", data=I4, activation="softplus")


@pytest.mark.parametrize(
    ("id", "activation", "reason"),
    [
        ("os19.thm2_3", "gelu", "hypothesis activation_is_relu fails"),
        ("sjl17.rem7_3", "gelu", "hypothesis uncurved_activation fails"),
        ("zczg18.thm4_1", "gelu", "the network has ReLU units, not gelu"),
    ],
)
def test_a_theorem_that_never_applies_asks_for_no_parameters(id, activation, reason):
    """What certainly fails is said at once, not after the last parameter has been given."""
    answer = required_width(id, data=I4, activation=activation)
    assert (answer.width, answer.applicable, answer.reason) == (None, False, reason)


def test_other_units_do_not_fit_a_network_of_relu_units():
    """A setting with ReLU units gives numbers for ReLU and without an activation, none for another one."""
    given = {"data": "lifted:n=4,d=4,mu=0.3,phi=0.5", "L": 2, "failure": "1/10"}
    bare, own, other = (required_width("zczg18.corA_2.tracked", activation=a, **given) for a in (None, "relu", "gelu"))
    assert bare.width == own.width is not None
    assert own.applicable
    assert (other.width, other.applicable, other.probability) == (None, False, None)
    kept = guarantee("zczg18.corA_2.tracked", k=10**6, activation="gelu", data=given["data"])
    assert (kept.applicable, kept.reason) == (False, other.reason)
    solved = required("zczg18.corA_2.tracked", solve_for="k", activation="gelu", **given)
    assert (solved.smallest, solved.reason) == (None, other.reason)


def test_an_answer_names_its_parameters_and_their_defaults():
    """A default that is named gives the same number when it is given, another value another number."""
    plain = required_width("os19.thm2_6.sharpened", data=I4, activation="softplus", delta=1)
    assert plain.parameters == {"delta": 1, "eta_bar": 1, "nu": 8, "step_divisor": 3}
    given = {"data": I4, "activation": "softplus", "delta": 1}
    assert required_width("os19.thm2_6.sharpened", nu=8, **given).width == plain.width
    halved = required_width("os19.thm2_6.sharpened", nu=4, **given)
    assert halved.parameters["nu"] == 4
    assert halved.width == pytest.approx(plain.width / 4, abs=2)
