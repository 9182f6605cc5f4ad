"""Lemmas of linear algebra and on moved weights on trial: engines against references, false forms caught."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from sympy import Ge, Le, Rational, sqrt

from boundkit.activations import activation
from boundkit.data import dataset
from boundkit.papers import statement
from boundkit.query import bind
from boundkit.query.bind import accepted
from boundkit.statement.vocabulary import (
    beta,
    flips,
    jacobian_drift,
    lambda_,
    misfit,
    norm_v,
    norm_v_inf,
    radius,
    sigma_min_J,
    sigma_min_KR,
    step_size,
    tightness,
)
from boundkit.statement.words.features import (
    bilinear_form,
    derivative_drift,
    lambda_indicator,
    mean_eigenvalue,
    misfit_next,
    norm_transpose_A,
    norm_transpose_C,
    small_preactivation,
    spectral_change,
    sum_eigenvalue,
    summand_norm,
)
from boundkit.statement.words.shared import lambda_out, power
from boundkit.train import initial_weights
from boundkit.verify import Verdict, verify
from boundkit.verify.observe import Plan, experiment, number
from boundkit.verify.observe.lemmas.forms import _descent

SPHERE = "sphere:n=6,d=4,seed=0"
CASES = [
    ("lemG_1", "softplus", {}),
    ("lemG_3.sharpened", "softplus", {}),
    ("lemG_4.repaired", "softplus", {}),
    ("lemG_4.sharpened", "softplus", {}),
    ("setup.repaired", "softplus", {"k": 7}),
    ("sec6_1", "softplus", {"k": 40}),
    ("appF_row", "softplus", {"k": 40}),
    ("lem6_8.sharpened", "tanh", {"k": 40}),
    ("lemC_1", "relu", {"k": 41}),
    ("lemC_2.sharpened", "relu", {"k": 200, "flip_level": 9}),
    ("lemC_2.refined", "relu", {"k": 200}),
    ("lemC_3.sharpened", "relu", {"k": 200}),
    ("thm6_14", "softplus", {}),
]


def seen(name, phi, *, data=SPHERE, trials=tuple(range(12)), k=1000, **parameters):
    """What the experiment of the first claim shows, and its replay of every trial."""
    target, chosen = statement(f"os19.{name}"), dataset(data)
    binding = bind(target, data=chosen, activation_name=phi, parameters={**parameters, "k": k})
    plan = Plan(chosen, activation(phi), k, trials, 10, 0, "cpu")
    kind = experiment(target.claims[0].experiment, binding)
    return kind.sample(binding, plan), [kind.replay(binding, plan, trial, 0) for trial in trials]


def test_engine_and_replay_agree():
    """Every observable of every trial, from the fast implementation and from the slow one."""
    for name, phi, given in CASES:
        engine, replays = seen(name, phi, **given)
        for row, slow in enumerate(replays):
            assert slow.values.keys() == engine.values.keys()
            for symbol, array in engine.values.items():
                np.testing.assert_allclose(slow.values[symbol][0], array[row], rtol=1e-7, err_msg=f"{name} {symbol}")


@pytest.mark.parametrize(("name", "phi", "given"), CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_true_ones_hold_and_what_their_twins_say_is_violated(name, phi, given):
    """The statement is consistent with power; what its twins say, if it may never fail, is caught and replayed."""
    target = statement(f"os19.{name}")
    held = verify(target, data=SPHERE, activation=phi, trials=24, **given)
    assert held.verdict is Verdict.CONSISTENT, held.reason
    claims = [replace(c, template=c.template.xreplace({tightness: c.twin * tightness})) for c in target.claims]
    caught = verify(
        replace(target, claims=tuple(claims), probability=None), data=SPHERE, activation=phi, trials=24, **given
    )
    assert [item.verdict for item in caught.claims] == [Verdict.VIOLATED] * len(claims)
    assert all("replayed" in item.note for item in caught.claims)


def test_false_constants_are_caught():
    """Lemma G.3 with 7/10, Lemma G.4 with a factor 3, Lemma C.2 with m - 1 flips, Lemma C.1 without |X|."""
    form, step, drift = statement("os19.lemG_3"), statement("os19.lemG_4"), statement("os19.lemC_2.sharpened")
    jacobian = statement("os19.lemC_1")
    m = next(s for s in drift.claims[0].relation.free_symbols if s.name == "flip_level")
    false = [
        (form, Ge(bilinear_form, tightness * Rational(7, 10) * norm_transpose_C**2)),
        (step, Le(misfit_next, misfit - 3 * tightness * step_size / 4 * norm_transpose_C**2 / misfit)),
        (drift, Le(derivative_drift, sqrt(m - 1) / tightness)),
        (jacobian, Le(jacobian_drift, norm_v_inf * derivative_drift / tightness)),
    ]
    for target, template in false:
        wrong = replace(target, claims=(replace(target.claims[0], template=template),))
        level = {"flip_level": 9} if target is drift else {}
        report = verify(wrong, data=SPHERE, activation="relu", trials=24, k=300, **level)
        assert report.verdict is Verdict.VIOLATED, (target.id, report.reason)


def test_a_step_of_descent_has_the_form_for_its_decrease():
    """By the mean value theorem the residual after the step is that before less step B A^T r, B the mean Jacobian."""
    for seed in range(5):
        scene = _descent(np.random.default_rng(seed), 0.3)
        expected = scene.residual - scene.step * scene.B @ (scene.A.T @ scene.residual)
        np.testing.assert_allclose(scene.following, expected, atol=1e-12)
        assert max(np.linalg.norm(scene.A - scene.C, 2), np.linalg.norm(scene.B - scene.C, 2)) <= scene.reach


def test_the_worst_forms_are_those_of_the_proof():
    """Moved by a sixth of the smallest singular value, the form is (5/6)^2 and a norm 7/6 of that at the start."""
    values = seen("lemG_3", "softplus")[0].values
    ratio = values[bilinear_form] / values[norm_transpose_C] ** 2
    growth = values[norm_transpose_A] ** 2 / values[norm_transpose_C] ** 2
    assert ratio.min() == pytest.approx(25 / 36, rel=1e-6)
    assert growth.max() == pytest.approx(49 / 36, rel=1e-6)


@pytest.mark.parametrize("reach", [1.0, 1.5])
def test_flips_are_counted_by_trying_all_sets_of_units(reach):
    """The most units of one sample whose squares fit into R^2, over all subsets; the adversary flips them all."""
    k = 10
    values = seen("lemC_2.refined", "relu", k=k, radius=reach, trials=(0, 1, 2))[0].values
    X = dataset(SPHERE).X
    for trial in range(3):
        squares = (X @ initial_weights(k, d=4, seed=0, trial=trial).T) ** 2
        sizes = [
            size
            for row in squares
            for size in range(k + 1)
            if any(sum(part) <= reach**2 for part in combinations(row, size))
        ]
        assert values[flips][trial, 0] == max(sizes)
        assert values[derivative_drift][trial, 0] ** 2 == pytest.approx(max(sizes))
        assert values[spectral_change][trial].max() <= reach + 1e-9
    np.testing.assert_allclose(values[radius], reach)


def test_one_unit_is_moved_where_its_slope_changes_most():
    """Of tanh |phi''| is at most 4 / sqrt(27): the last pair moves the Jacobian by nearly that times |v|_inf."""
    values = seen("lem6_8.sharpened", "tanh", k=40, trials=(0, 1))[0].values
    rates = values[jacobian_drift] / values[spectral_change]
    steepest = values[norm_v_inf][:, -1] * 4 / np.sqrt(27)
    assert (rates[:, -1] > 0.95 * steepest).all()
    assert (rates[:, -1] > rates[:, :-1].max(axis=1)).all()


def test_preactivations_and_norms_of_the_start():
    """The m-th smallest |<w, x_i>| by sorting, |v| by its formula at odd width, sigma_min from finite differences."""
    k, m = 15, 4
    found = seen("lemC_3", "relu", k=k, flip_level=m, trials=(3,))[0].values
    W, X = initial_weights(k, d=4, seed=0, trial=3), dataset(SPHERE).X
    expected = min(sorted(abs(float(row @ w)) for w in W)[m - 1] for row in X)
    assert found[small_preactivation][0, 0] == pytest.approx(expected)
    data = dataset(SPHERE)
    size = np.linalg.norm(data.y) / np.sqrt(k * data.n)
    values = seen("sec6_1", "tanh", k=k, trials=(3,))[0].values
    assert values[norm_v][0, 0] == pytest.approx(size * np.sqrt(k - 1))
    v = size * np.array([1.0] * 7 + [-1.0] * 7 + [0.0])

    def outputs(flat):
        return np.tanh(X @ flat.reshape(k, 4).T) @ v

    shifts = 1e-6 * np.eye(4 * k)
    J = np.array([(outputs(W.ravel() + e) - outputs(W.ravel() - e)) / 2e-6 for e in shifts]).T
    assert values[sigma_min_J][0, 0] == pytest.approx(np.linalg.svd(J)[1][-1], rel=1e-6)


def test_there_are_as_many_summands_as_leave_a_failure_of_one_in_twenty():
    """Whatever the law of the summands: the probability that the theorem itself then gives is 1/20, or just below."""
    target, chosen = statement("os19.thm6_14"), dataset(SPHERE)
    binding = bind(target, data=chosen, activation_name="softplus", parameters={"k": 1000})
    values = seen("thm6_14", "softplus", trials=tuple(range(6)))[0].values
    failure = np.ravel(number(binding, target.failure, values))
    assert len(failure) == 6
    assert (failure <= 1 / 20).all()
    assert (failure > 1 / 30).all()


def test_steps_are_taken_up_to_the_largest_that_the_lemma_allows():
    """Lemma G.4 asks for eta beta^2 at most 1/3: no step is longer, some are nearly as long, some much shorter."""
    values = seen("lemG_4.repaired", "softplus", trials=tuple(range(30)))[0].values
    shares = values[step_size] * values[beta] ** 2
    assert 0.3 < shares.max() <= 1 / 3
    assert shares.min() < 0.1


def test_sums_of_projections_on_a_basis_count_how_often_each_occurs():
    """The smallest eigenvalue is a whole number of summands, the mean an equal share of them."""
    values = seen("thm6_14", "softplus", trials=tuple(range(0, 12, 3)))[0].values
    counts = values[sum_eigenvalue] / values[summand_norm]
    np.testing.assert_allclose(counts, np.rint(counts), atol=1e-9)
    assert (counts * 6 <= values[mean_eigenvalue] / values[summand_norm] * 6).all()
    assert (counts > 0).all()


def test_what_an_experiment_draws_cannot_be_given():
    """A value of alpha is refused in one line."""
    report = verify("os19.lemG_4", data=SPHERE, activation="softplus", alpha=3)
    assert report.verdict is Verdict.NOT_APPLICABLE
    assert report.reason == "alpha is drawn by this experiment and cannot be given"


def taken(target, given):
    """The parameters that the statement has."""
    return {name: value for name, value in given.items() if name in accepted(target)}


def test_claims_on_data_are_decided_in_ball_arithmetic():
    """Bounds on covariances hold and false ones are caught: 100 times the bound of Theorem I.1, 10 times a tail."""
    data = "sphere:n=4,d=6,seed=0"
    given = {"power": 4, "tail_start": 2}
    for name in ("thmI_1.refined", "def3_1", "lemH_1.sharpened", "d.hermite_shift", "lemH_2", "d.lambda_gersh"):
        own = taken(statement(f"os19.{name}"), given)
        assert verify(f"os19.{name}", data=data, activation="softplus", **own).verdict is Verdict.CONSISTENT
    false = {"thmI_1": 10**3, "lemH_1.sharpened": 2, "d.lambda_gersh": 10**3, "eq3_gamma": 100}
    for name, factor in false.items():
        target = statement(f"os19.{name}")
        assert target.claims[0].observable in (lambda_, lambda_out, lambda_indicator)
        template = target.claims[0].template.xreplace({tightness: factor * tightness})
        wrong = replace(target, claims=(replace(target.claims[0], template=template),))
        assert verify(wrong, data=data, activation="softplus", **taken(wrong, given)).verdict is Verdict.VIOLATED
    shift = statement("os19.d.hermite_shift")
    template = shift.claims[0].template.subs(power, power + 1)
    wrong = replace(shift, claims=(replace(shift.claims[0], template=template),))
    assert verify(wrong, data=data, activation="softplus", power=2).verdict is Verdict.VIOLATED


def test_the_square_of_samples_on_the_sphere():
    """A constant below what is measured is consistent, one above it violated; the law of dimensions is exact."""
    assume = {"c_d": 1, "gamma_1": 3, "gamma_2": 3}
    verdicts = [
        verify("os19.eqE_1", data="sphere:n=12,d=10", activation="relu", assume={**assume, "c": c}).verdict
        for c in ("1/10", "9/10")
    ]
    assert verdicts == [Verdict.CONSISTENT, Verdict.VIOLATED]
    law = statement("os19.d.khatri_rao_law")
    assert verify(law, data="sphere:n=20,d=4", activation="relu").verdict is Verdict.CONSISTENT
    wrong = replace(
        law, claims=(replace(law.claims[0], template=Ge(sigma_min_KR, Rational(1, 100) * tightness)),), hypotheses=()
    )
    assert verify(wrong, data="sphere:n=20,d=4", activation="relu").verdict is Verdict.VIOLATED
