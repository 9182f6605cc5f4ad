"""Kernels, joint Jacobians and the linear model of ofls19 on trial: references, counterexamples, false forms caught."""

from dataclasses import replace

import numpy as np
import pytest
from sympy import Integer

from boundkit.activations import activation
from boundkit.data import dataset
from boundkit.errors import NotApplicable
from boundkit.papers import statement
from boundkit.query import bind
from boundkit.statement.vocabulary import tightness
from boundkit.statement.words.generalisation import (
    drift_bound,
    gram_deviation,
    information_y,
    inverse_y,
    kernel_deviation,
    kernel_min_nonzero,
    kernel_norm,
    kernel_rank,
    largest_cluster,
    mean_gram_norm,
    smallest_cluster,
)
from boundkit.statement.words.generalisation_lemmas import (
    expected_information_loss,
    expected_loss,
    expected_nuisance_loss,
    joint_drift,
    joint_norm,
    output_gradient_entry,
)
from boundkit.train.initialise import Role, nested_stream
from boundkit.train.shallow import NormalHidden, Signs, initial_layers
from boundkit.verify import Verdict, verify
from boundkit.verify.observe import Plan, experiment
from boundkit.verify.observe.shallow import joint_layers
from boundkit.verify.observe.shallow.kernel_quadrature import converged_kernel

EDGE = (1 + np.exp(-2)) / 2  # E cos(g)^2, the kernel of sin at equal samples
SPHERE, ONE_CLUSTER = "sphere:n=40,d=20,seed=0", "mixture:K=2,C=1,n=6,d=4,orthonormal=true"
CLEAN, NOISY = "mixture:K=2,C=1,n=60,d=4,orthonormal=true", "mixture:K=2,C=1,n=20,d=20,noise=0.1,orthonormal=true"
TWO = "mixture:K=2,C=2,n=8,d=4"
MODEL = {"signal_rank": 5, "linear_input_noise": "1/5", "linear_label_noise": 2}
START = {"linearisation_tolerance": 2, "failure": "1/10", "norm_v_inf": "1/10"}
CASES = [
    ("lem6_11", TWO, "sin", {"k": 50, "output_variance": "1/10"}),
    ("def3_1.repaired", TWO, "sin", {"k": 50, "output_scale": 2}),
    ("lem6_13.sharpened", ONE_CLUSTER, "sin", {"k": 200, **START}),
    ("thmA_1.sharpened", "mixture:K=2,C=2,n=40,d=6", "tanh", {}),
    ("thmA_1.repaired", "mixture:K=2,C=1,n=60,d=4", "sin", {}),
    ("lemA_2.tracked", NOISY, "sin", {}),
    ("thmB_1.repaired", TWO, "sin", {"k": 12}),
    ("thmB_1.repaired", TWO, "softplus", {"k": 12}),
    ("sec2_1.repaired", SPHERE, "sin", MODEL),
]


def seen(name, data, phi, *, k=1000, trials=(0, 1, 2), **parameters):
    """What the experiments of a statement show, and their replays of every trial."""
    target, chosen = statement(f"ofls19.{name}"), dataset(data)
    binding = bind(target, data=chosen, activation_name=phi, parameters={**parameters, "k": k})
    given = {name: float(value) for name, value in binding.given.items()}
    plan = Plan(chosen, activation(phi), k, trials, 10, 0, "cpu", given=given)
    kind = experiment(target.claims[-1].experiment, binding)
    return kind.sample(binding, plan), [kind.replay(binding, plan, trial, 0) for trial in trials]


@pytest.mark.parametrize(
    ("name", "data", "phi", "given"), CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_engine_and_replay_agree(name, data, phi, given):
    """Every observable of every trial, from the fast implementation and from the slow one."""
    engine, replays = seen(name, data, phi, **given)
    for row, slow in enumerate(replays):
        assert slow.values.keys() == engine.values.keys()
        for symbol, array in engine.values.items():
            np.testing.assert_allclose(
                slow.values[symbol][0], array[row], rtol=1e-5, atol=1e-9, err_msg=f"{name} {symbol}"
            )


@pytest.mark.parametrize(
    ("name", "data", "phi", "given"), CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_true_ones_hold_and_what_their_twins_say_is_violated(name, data, phi, given):
    """The statement is consistent with power; what its twins say, if it may never fail, is caught and replayed."""
    target = statement(f"ofls19.{name}")
    held = verify(target, data=data, activation=phi, trials=24, **given)
    assert held.verdict is Verdict.CONSISTENT, held.reason
    claims = [replace(c, template=c.template.xreplace({tightness: c.twin * tightness})) for c in target.claims]
    false = replace(target, claims=tuple(c for c in claims if c.experiment != "data"), probability=None)
    caught = verify(false, data=data, activation=phi, trials=24, **given)
    assert [item.verdict for item in caught.claims] == [Verdict.VIOLATED] * len(false.claims), caught.claims
    assert all("replayed" in item.note for item in caught.claims)


@pytest.mark.parametrize(
    ("name", "data", "phi", "given"),
    [
        ("sec2_1", SPHERE, "sin", MODEL),
        ("thmB_1", TWO, "softplus", {"k": 12}),
        ("def3_1", TWO, "sin", {"output_scale": 2}),
    ],
)
def test_what_is_false_as_printed_is_violated(name, data, phi, given):
    """C5: a factor 1/2 is lost; C40: softplus does not vanish at 0; C3: variance nu^2 / K makes k / K times as much."""
    assert verify(f"ofls19.{name}", data=data, activation=phi, trials=12, **given).verdict is Verdict.VIOLATED


def test_mean_gram_matrix_is_that_of_many_units():
    """The norm of the average of J J^T over 4000 units, with formula and units independent, within 5 percent."""
    value = seen("lem6_11", TWO, "sin", k=10, output_variance="1/10", trials=(0,))[0].values[mean_gram_norm][0, 0]
    X, rng = dataset(TWO).X, np.random.default_rng(0)
    slopes = np.cos(X @ rng.standard_normal((4, 4000)))
    V = np.sqrt(0.1) * rng.choice([-1.0, 1.0], size=(2, 4000))
    rows = (V[:, None, :] * slopes).reshape(-1, 4000)
    average = 10 * (rows @ rows.T) / 4000 * np.kron(np.ones((2, 2)), X @ X.T)
    assert np.linalg.norm(average, 2) == pytest.approx(value, rel=0.05)


def test_quadrature_of_the_kernel():
    """The kernel of sin in closed form, for rows of any length; kinks are refused."""
    X = np.array([[1.0, 0.0], [0.3, 0.4], [-2.0, 1.0]])
    squares = (X**2).sum(axis=1)
    expected = np.exp(-(squares[:, None] + squares) / 2) * np.cosh(X @ X.T) * (X @ X.T)
    np.testing.assert_allclose(converged_kernel(X, activation("sin")), expected, rtol=1e-10)
    with pytest.raises(NotApplicable, match="relu"):
        converged_kernel(X, activation("relu"))


def test_gram_matrix_at_the_start_from_difference_quotients():
    """J of the outputs by finite differences, its Gram matrix against k nu^2 times the kernel of sin in closed form."""
    k, size = 15, 0.1
    found = seen("lem6_13", ONE_CLUSTER, "sin", k=k, linearisation_tolerance=2, norm_v_inf="1/10", trials=(2,))[
        0
    ].values
    X = dataset(ONE_CLUSTER).X
    W, V = initial_layers(NormalHidden(), Signs(1.0), k=k, d=4, outputs=2, seed=0, trial=2)

    def outputs(flat):
        return (np.sin(X @ flat.reshape(k, 4).T) @ (size * np.sign(V)).T).T.ravel()

    J = np.array([(outputs(W.ravel() + e) - outputs(W.ravel() - e)) / 2e-5 for e in 1e-5 * np.eye(4 * k)]).T
    equal = X @ X.T  # 1 within a cluster, 0 across, where the kernel is therefore 0 too
    moved = np.linalg.norm(J @ J.T - k * size**2 * EDGE * np.kron(np.eye(2), equal), 2)
    assert found[gram_deviation][0, 0] == pytest.approx(moved, rel=1e-6)
    assert found[kernel_deviation][0, 0] == pytest.approx(moved / (k * size**2), rel=1e-6)


def test_spectrum_of_orthonormal_clusters():
    """Eigenvalues are E cos^2 times the sizes, K of each; the energy of one-hot labels is sqrt(K C / E cos^2)."""
    found = seen("thmA_1.sharpened", CLEAN, "sin")[0].values
    np.testing.assert_allclose(found[kernel_min_nonzero], EDGE * found[smallest_cluster])
    np.testing.assert_allclose(found[kernel_norm], EDGE * found[largest_cluster])
    np.testing.assert_allclose(found[smallest_cluster] + found[largest_cluster], 60)
    np.testing.assert_allclose(found[kernel_rank], 4)
    np.testing.assert_allclose(found[information_y], np.sqrt(60))
    np.testing.assert_allclose(found[inverse_y], np.sqrt(2 / EDGE))


def test_noise_of_the_samples_is_that_of_the_mixture():
    """A row of d entries moves by sigma in the mean square: the deviation of the sine's kernel in closed form."""
    found = seen("lemA_2.tracked", NOISY, "sin", trials=(3,))[0].values[kernel_deviation][0, 0]
    origin = dataset(NOISY).origin
    X = origin.centres[origin.cluster]
    moves = 0.1 * nested_stream(0, Role.TRAINING_SAMPLE, 3).standard_normal(X.shape) / 20**0.5
    assert (moves**2).sum(axis=1).mean() == pytest.approx(0.1**2, rel=0.2)

    def kernel(rows):
        squares = (rows**2).sum(axis=1)
        return np.exp(-(squares[:, None] + squares) / 2) * np.cosh(rows @ rows.T) * (rows @ rows.T)

    assert found == pytest.approx(np.linalg.norm(kernel(X + moves) - kernel(X), 2), rel=1e-6)


def test_every_cluster_occurs_where_the_statement_asks_for_it():
    """With as many samples as clusters hardly any draw has all of them: the others are drawn again."""
    found = seen("thmA_1.sharpened", "mixture:K=2,C=2,n=4,d=4", "sin", trials=tuple(range(8)))[0].values
    assert (found[smallest_cluster] == 1).all()
    assert (found[largest_cluster] == 1).all()


def test_sizes_of_two_pairs_of_layers():
    """The largest change of one output weight, the longest row, the largest entry: entry by entry."""
    W, V = np.array([[3.0, 4.0], [0.0, 1.0], [2.0, 2.0]]), np.array([[1.0, -7.0, 2.0], [0.5, 0.0, -3.0]])
    found = joint_layers._sizes((np.zeros((3, 2)), V - [[0.25, 0, 0], [0, 0, -1.5]]), (W, V))
    expected = {"output_weight_change": 1.5, "row_max_W": 5, "norm_v_inf": 7, "frobenius_W": 34**0.5}
    assert {s.name: v for s, v in found.items()} == pytest.approx({**expected, "weight_change": 34**0.5})


def test_false_claims_about_kernels_are_caught():
    """The rank without a factor K, Davis-Kahan with a fifth of the deviation, a Gram deviation that falls with k."""
    rank, noise, gram = (
        statement(f"ofls19.{name}") for name in ("thmA_1.sharpened", "lemA_2.tracked", "lem6_13.sharpened")
    )
    tries = [
        (rank, 0, kernel_rank / 2, kernel_rank, CLEAN, {}),
        (noise, 1, kernel_deviation / 5, kernel_deviation, NOISY, {}),
        (gram, 0, gram_deviation * 100, gram_deviation, ONE_CLUSTER, START),
    ]
    for target, position, value, symbol, data, given in tries:
        claims = list(target.claims)
        template = claims[position].template.subs(symbol, value)
        claims[position] = replace(claims[position], template=template, twin=Integer(10**6))
        report = verify(replace(target, claims=tuple(claims)), data=data, activation="sin", trials=24, **given)
        assert report.verdict is Verdict.VIOLATED, (target.id, report.reason)


def test_joint_jacobian_from_difference_quotients():
    """Norm and change of the Jacobian in both layers at the random pair of a trial, against finite differences."""
    k, trial = 7, 1
    found = seen("thmB_1.repaired", TWO, "softplus", k=k, trials=(trial,))[0].values
    data = dataset(TWO)
    plan = Plan(data, activation("softplus"), k, (trial,), 10, 0, "cpu")

    def jacobian(W, V):
        shape = W.shape

        def outputs(flat):
            hidden = np.log1p(np.exp(data.X @ flat[: W.size].reshape(shape).T))
            return (hidden @ flat[W.size :].reshape(V.shape).T).ravel()

        at = np.concatenate([W.ravel(), V.ravel()])
        return np.array([(outputs(at + e) - outputs(at - e)) / 2e-5 for e in 1e-5 * np.eye(len(at))]).T

    at, to = joint_layers._pairs(plan, trial)[2]
    before, after = jacobian(*at), jacobian(*to)
    assert found[joint_norm][0, 2] == pytest.approx(np.linalg.norm(after, 2), rel=1e-6)
    assert found[joint_drift][0, 2] == pytest.approx(np.linalg.norm(after - before, 2), rel=1e-5)
    assert found[output_gradient_entry][0, 2] == pytest.approx(
        np.linalg.norm(np.log1p(np.exp(data.X @ to[0].T)), axis=0).max()
    )


def test_losses_of_the_linear_model():
    """The two parts add up; noise that fell into the signal space in full would be seen."""
    found = seen("sec2_1.repaired", SPHERE, "sin", **MODEL)[0].values
    total = found[expected_information_loss] + found[expected_nuisance_loss]
    np.testing.assert_allclose(found[expected_loss], total)
    target = statement("ofls19.sec2_1.repaired")
    whole = target.claim("test_loss")
    wrong = replace(
        target.claim("information_loss"), template=whole.template.subs(expected_loss, expected_information_loss)
    )
    false = replace(target, claims=(wrong,))
    assert verify(false, data=SPHERE, activation="sin", trials=24, **MODEL).verdict is Verdict.VIOLATED


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ({"cutoff": 10}, Verdict.CONSISTENT),
        ({"drift_bound": 3}, Verdict.CONSISTENT),
        ({"cutoff": 1, "drift_bound": 3}, Verdict.CONSISTENT),
        ({"cutoff": 1, "drift_bound": 3, "learning_duration": 2}, Verdict.NOT_APPLICABLE),
        ({"step_size": "1/100"}, Verdict.NOT_APPLICABLE),
    ],
)
def test_given_numbers_are_kept_by_the_sampler_of_sequences(given, verdict):
    """Lemma 6.8 holds whatever cutoff and asymmetry are given: the rest is drawn so that its condition is met."""
    report = verify("ofls19.lem6_8.repaired", data=SPHERE, activation="sin", trials=12, **given)
    assert report.verdict is verdict, report.reason


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("lem6_3", {"drift_bound": "1/100"}),
        ("lem6_7", {"drift_bound": "1/100", "beta": 1000}),
        ("cor6_6", {"cutoff": 50}),
    ],
)
def test_given_numbers_are_kept_by_the_sampler_of_matrices(name, given):
    """What is seen is what was given, and the lemma holds there."""
    chosen = dataset(SPHERE)
    target = statement(f"ofls19.{name}")
    binding = bind(target, data=chosen, activation_name="sin", parameters={**given, "k": 10})
    found = experiment("spaces", binding).sample(binding, Plan(chosen, activation("sin"), 10, (0, 1), 10, 0, "cpu"))
    for symbol in binding.values.keys() & found.values.keys():
        np.testing.assert_allclose(found.values[symbol], float(binding.values[symbol].mid()))
    assert verify(target, data=SPHERE, activation="sin", trials=12, **given).verdict is Verdict.CONSISTENT
    assert drift_bound in found.values or name == "cor6_6"
