"""Training of deep networks against the slow reference, finite differences, reference values and other chunkings."""

import tracemalloc

import array_api_strict as strict
import numpy as np
import pytest

from boundkit.errors import BadInput, Infeasible
from boundkit.train.backend import Backend
from boundkit.train.deep import MarginProblem, measure, memory_needed, replay, train
from boundkit.train.deep.reference import gradients_of
from boundkit.train.run import Status

DEVICE = strict.Device("device1")
STRICT = Backend(
    name="strict",
    xp=strict,
    reason="test",
    upload=lambda host: strict.asarray(host, device=DEVICE),
    download=lambda array: np.array(array._array),
    memory=lambda: 2**40,
)
WIDTHS = (20, 30, 16)
CURVES = ("risk", "outputs", "mean_slope", "batch_slope", "gradient", "batch_gradient", "distance", "flips", "drift")


@pytest.mark.parametrize("batch", [None, 3])
@pytest.mark.parametrize("loss", ["logistic", "squared_hinge", "huberised_hinge:power=3"])
def test_training_agrees_with_the_long_double_reference(lifted, loss, batch):
    """Risks, outputs, slopes, gradients and distances of one trial among several, to rounding."""
    problem = lifted(loss)
    run = train(problem, widths=WIDTHS, step_size=0.01, steps=25, trials=range(3), batch=batch, device="cpu")
    slow = replay(problem, widths=WIDTHS, step_size=0.01, steps=25, trial=1, batch=batch)
    for name in ("risk", "outputs", "mean_slope", "batch_slope"):
        assert np.allclose(getattr(run, name)[1], getattr(slow, name).astype(float), rtol=1e-10, atol=1e-13)
    for name, steps in (("gradient", slow.gradients), ("batch_gradient", slow.batch_gradients)):
        norms = [[float(np.sqrt((g * g).sum())) for g in layers] for layers in steps]
        assert np.allclose(getattr(run, name)[1], norms, rtol=1e-9)
    moved = [[(a - b).astype(float) for a, b in zip(now, slow.weights[0], strict=True)] for now in slow.weights]
    exact = np.array([[np.linalg.norm(d, 2) for d in layers] for layers in moved])
    assert np.allclose(run.distance[1], [[np.linalg.norm(d) for d in layers] for layers in moved], rtol=1e-9)
    assert (run.spectral_lower[1] <= exact * (1 + 1e-9)).all()
    assert (run.spectral_upper[1] >= exact * (1 - 1e-9)).all()
    assert np.allclose(run.spectral_lower[1, 20:], exact[20:], rtol=1e-3 if batch is None else 0.1)


def test_reference_gradients_are_finite_differences(lifted):
    """The derivative of the long double risk in random directions."""
    problem = lifted()
    weights = replay(problem, widths=(12, 10), step_size=0.1, steps=0).weights[0]
    share = np.full(8, np.longdouble(1) / 8)
    rng, h = np.random.default_rng(0), np.longdouble(1e-7)
    for layer in range(2):
        direction = rng.standard_normal(weights[layer].shape)
        risks = []
        for sign in (1, -1):
            moved = list(weights)
            moved[layer] = weights[layer] + sign * h * direction
            outputs = gradients_of(problem, moved, share)[0]
            risks.append(np.log1p(np.exp(-problem.y * outputs)).mean())
        slope = (gradients_of(problem, weights, share)[2][layer] * direction).sum()
        assert float((risks[0] - risks[1]) / (2 * h)) == pytest.approx(float(slope), rel=1e-6)


def test_drift_is_the_derivative_of_the_outputs_along_the_step(lifted):
    """A tiny step changes every output by minus step size times drift."""
    run = train(lifted(), widths=(64, 64), step_size=1e-7, steps=1, batch=2, device="cpu")
    assert np.allclose(run.outputs[0, 1] - run.outputs[0, 0], -1e-7 * run.drift[0, 0], rtol=1e-4, atol=1e-12)


def test_results_do_not_depend_on_what_runs_beside(lifted):
    """Chunks of one, of all, several workers, other trials: the same numbers."""
    shared = {"widths": WIDTHS, "step_size": 0.01, "steps": 40, "batch": 3, "device": "cpu"}
    all_together = train(lifted(), trials=range(4), together=4, workers=1, **shared)
    for other in (
        train(lifted(), trials=range(4), together=1, workers=2, **shared),
        train(lifted(), trials=[3, 2, 0, 1], together=3, workers=1, **shared),
    ):
        order = [other.trials.index(t) for t in range(4)]
        for name in CURVES:
            assert np.array_equal(getattr(all_together, name), getattr(other, name)[order])
        assert np.allclose(all_together.spectral_lower, other.spectral_lower[order], rtol=1e-6, atol=1e-12)


def test_the_strict_namespace_trains_to_the_same_result(lifted):
    """The whole loop on a second device of array-api-strict, with no copy to the host but the records."""
    shared = {"widths": (24, 20), "step_size": 0.01, "steps": 12, "trials": range(2), "checkpoints": (5,)}
    for batch in (None, 2):
        plain = train(lifted(), batch=batch, device="cpu", **shared)
        other = train(lifted(), batch=batch, device=STRICT, workers=1, **shared)
        for name in (*CURVES, "spectral_lower", "spectral_upper", "separation"):
            assert np.allclose(getattr(plain, name), getattr(other, name), rtol=1e-8, atol=1e-11, equal_nan=True)


def test_batches_are_drawn_without_replacement_and_uniformly(lifted):
    """Every sample has the same share of 4000 batches of three; a full batch is gradient descent."""
    from boundkit.train.deep.streams import Batches

    drawn = Batches(8, 3, seed=1, trial=0).draw(4000)
    assert ((drawn > 0).sum(axis=1) == 3).all()
    assert np.allclose(drawn.sum(axis=1), 1)
    assert np.abs((drawn > 0).mean(axis=0) - 3 / 8).max() < 4 * np.sqrt(3 / 8 * 5 / 8 / 4000)
    both = [train(lifted(), widths=(16,), step_size=0.1, steps=5, batch=b, device="cpu") for b in (None, 8)]
    assert np.array_equal(both[0].risk, both[1].risk)


@pytest.mark.parametrize(
    ("loss", "target", "layers", "fastest", "slowest"),
    [
        ("logistic", 0.05, 1, 900, 2600),
        ("logistic", 0.05, 2, 400, 850),
        ("squared_hinge", 1e-3, 1, 80, 190),
        ("squared_hinge", 1e-3, 2, 35, 100),
        ("squared_hinge", 1e-3, 3, 25, 80),
    ],
)
def test_steps_of_the_specification(lifted, loss, target, layers, fastest, slowest):
    """Section 10: K near 1360/684 and 124/67/57 at m = 128, monotone risk, c_g and c_0 far above 1/768."""
    problem = lifted(loss)
    run = train(problem, widths=(128,) * layers, step_size=0.5 / 128, steps=3000, target=target, trials=range(2))
    assert set(run.status) == {Status.STOPPED}
    assert ((run.steps > fastest) & (run.steps < slowest)).all()
    phi = 0.83
    for trial, last in enumerate(run.steps):
        risk, slope = run.risk[trial, : last + 1], run.mean_slope[trial, :last]
        assert (np.diff(risk) < 0).all()
        c_g = run.gradient[trial, :last, -1] ** 2 * 8**3 / (128 * phi * slope**2)
        c_0 = -np.diff(risk) * 8**3 / (0.5 * phi * slope**2)
        assert 10 < c_g.min() < 60
        assert 10 < c_0.min() < 120
        share = np.nanmax(run.flips[trial]) / 128
        assert 0.03 < share < 0.3


def test_sgd_of_the_specification(lifted):
    """Section 10: squared hinge, L = 1, m = 256, eta = .25/m, every batch size succeeds after 150 to 350 steps."""
    for batch in (1, 4):
        run = train(
            lifted("squared_hinge"),
            widths=(256,),
            step_size=0.25 / 256,
            steps=1500,
            target=1e-3,
            batch=batch,
            trials=range(6),
        )
        assert set(run.status) == {Status.STOPPED}
        assert 120 < run.steps.mean() < 420
        assert np.nanmax(run.risk / run.risk[:, :1]) < 1.3


def test_huberised_hinges_slow_down_as_the_exponent_grows():
    """Section 10, n = 4: steps to 1e-3 grow with the power, by about the target's power 1 - 2p for large powers."""
    from boundkit.data import dataset

    data = dataset("lifted:n=4,d=6,mu=0.3,phi=0.5,seed=0")
    steps = []
    for power in (2, 3, 4):
        problem = MarginProblem(X=data.X, y=data.y, loss=f"huberised_hinge:power={power}")
        run = train(problem, widths=(256,), step_size=1 / (2 * (power - 1) * 256), steps=3000, target=1e-3)
        assert run.status[0] is Status.STOPPED
        steps.append(int(run.steps[0]))
    assert steps[0] < steps[1] / 2 < steps[2]
    assert steps[0] < 200


def test_divergence_and_exact_zero_end_a_trial(lifted):
    """A step far too large diverges or dies, and says which; NaN only after the last step."""
    run = train(lifted("squared_hinge"), widths=(64, 64), step_size=10.0, steps=60, trials=range(3), device="cpu")
    for trial, status in enumerate(run.status):
        end = run.steps[trial]
        assert np.isnan(run.risk[trial, end + 1 :]).all()
        if status is Status.DIVERGED:
            assert run.risk[trial, end] > 1e3


@pytest.mark.parametrize(
    "arguments",
    [{"widths": (3,)}, {"widths": ()}, {"batch": 9}, {"batch": 0}, {"step_size": 0.0}, {"checkpoints": (99,)}],
)
def test_unusable_arguments_are_refused(lifted, arguments):
    """BadInput names the argument."""
    name = next(iter(arguments))
    with pytest.raises(BadInput, match=name):
        train(lifted(), **{"widths": (8,), "step_size": 0.1, "steps": 5, **arguments})


def test_labels_and_memory_are_checked():
    """Labels must be signs; a width beyond memory is infeasible and says by how much."""
    with pytest.raises(BadInput, match="y"):
        MarginProblem(X=np.eye(2), y=[1.0, 0.5])
    with pytest.raises(Infeasible, match="GiB"):
        train(MarginProblem(X=np.eye(2), y=[1, -1]), widths=(10**7, 10**7), step_size=0.1, steps=1)
    assert memory_needed((10**7, 10**7), d=2, n=2) > 8 * 10**14
    with pytest.raises(Infeasible, match=r"steps = 1000000000000: .* GiB"):
        train(MarginProblem(X=np.eye(2), y=[1, -1]), widths=(8,), step_size=0.1, steps=10**12)


def test_separations_are_those_of_the_checkpoints_reached(lifted):
    """At the start those that `measure` finds, kept at the last step of a run, nothing after one that has stopped.

    Spectral distances are exact at checkpoints.
    """
    problem = lifted("squared_hinge")
    options = {"widths": (24, 20), "step_size": 0.01, "steps": 60, "trials": range(3), "device": "cpu"}
    first = measure(problem, widths=(24, 20), trials=range(3), device="cpu").separation
    run = train(problem, checkpoints=(0, 60), **options)
    np.testing.assert_allclose(run.separation[:, 0], first, rtol=1e-12)
    assert (run.separation[:, 1] > 0).all()
    np.testing.assert_array_equal(run.spectral_lower[:, 60], run.spectral_upper[:, 60])
    assert (run.spectral_lower[:, 59, 1] < run.spectral_upper[:, 59, 1]).all()
    assert (run.separation[:, 1] != first).all()
    target = float(run.risk[:, 20].max())
    stopped = train(problem, checkpoints=(0, 60), target=target, **options)
    assert (stopped.steps < 60).all()
    assert np.isnan(stopped.separation[:, 1]).all()
    np.testing.assert_array_equal(stopped.separation[:, 0], run.separation[:, 0])


def test_what_training_holds_is_what_was_counted():
    """The largest amount allocated at a time, of two square layers with two trials side by side."""
    problem, widths = MarginProblem(X=np.eye(4, 6), y=[1, -1, 1, -1]), (500, 500)
    options = {"step_size": 1e-4, "steps": 3, "trials": range(2), "together": 2, "device": "cpu", "workers": 1}
    train(problem, widths=(20, 20), **options)  # what is loaded once
    tracemalloc.start()
    train(problem, widths=widths, checkpoints=(1,), **options)
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 0.8 < held / memory_needed(widths, d=6, n=4, trials=2) < 1.02
