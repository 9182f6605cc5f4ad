from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from boundkit.errors import BadInput, Infeasible
from boundkit.train import Problem, Status, select_device, train
from boundkit.train.shallow import (
    Balanced,
    Batches,
    Given,
    NormalHidden,
    NormalOutput,
    PairedHidden,
    PairedSigns,
    Shallow,
    Signs,
    descend,
    descent,
    replay_shallow,
)
from tests.train.test_descent import generic, strict

CURVES = ("misfit", "distance", "hidden_distance", "output_distance", "row_distance", "path_length", "loss")
SPECTRA = ("sigma_min_J", "norm_J", "drift_J")


def make(n: int, d: int, outputs: int, **changes: Any) -> Shallow:
    """Both layers of a tanh network on random unit rows, with changes."""
    rng = np.random.default_rng(n + 10 * d + 100 * outputs)
    X = rng.standard_normal((n, d))
    options: dict[str, Any] = {
        "activation": "tanh",
        "hidden": NormalHidden(1.3),
        "output": NormalOutput(0.4),
        "trained": "both",
        **changes,
    }
    return Shallow(X / np.linalg.norm(X, axis=1, keepdims=True), rng.standard_normal((n, outputs)), **options)


SETTINGS: dict[str, dict[str, Any]] = {
    "balanced, GD on W": {"trained": "hidden", "output": Balanced(2.0, 4), "activation": "softplus"},
    "signs, GD on W, many outputs": {"trained": "hidden", "output": Signs(1.5), "hidden": NormalHidden()},
    "pairs, GD on W": {"trained": "hidden", "output": PairedSigns(1.5), "hidden": PairedHidden()},
    "GD on V": {"trained": "output", "activation": "relu"},
    "GD on both, mean of squares": {"loss": "mean of squares"},
    "one sample a step": {"trained": "hidden", "batches": Batches(1, repetition=True)},
    "batches, mean of squares": {"loss": "mean of squares", "batches": Batches(3), "activation": "gelu"},
    "batches with repetition": {"loss": "mean of squares", "batches": Batches(3, repetition=True)},
}


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("d", [3, 7])
def test_every_setting_agrees_with_the_slow_reference(name: str, d: int) -> None:
    """Curves and spectra of every algorithm, loss and start equal those of explicit long-double loops."""
    outputs = 1 if "balanced" in name else 2
    network = make(4, d, outputs, **SETTINGS[name])
    options: dict[str, Any] = {"k": 10, "step_size": 0.05, "steps": 15, "seed": 3, "checkpoints": [0, 7, 15]}
    run = descend(network, trials=[0, 4], device="cpu", **options)
    for row, trial in enumerate(run.trials):
        slow = replay_shallow(network, trial=trial, **options)
        for curve in CURVES + SPECTRA:
            ours, theirs = getattr(run, curve)[row], getattr(slow, curve)[0].astype(float)
            np.testing.assert_allclose(
                ours, theirs, rtol=1e-10, atol=1e-7 if curve in SPECTRA else 1e-11, err_msg=curve
            )


def test_two_layers_by_hand() -> None:
    """Both layers, batches of two, mean of squares: eight steps written out in NumPy."""
    network = make(4, 3, 2, loss="mean of squares", batches=Batches(2))
    run = descend(network, k=9, step_size=0.1, steps=8, trials=[5], seed=1, device="cpu")
    from boundkit.train.initialise import Role, nested_stream
    from boundkit.train.shallow import initial_layers

    W, V = initial_layers(network.hidden, network.output, k=9, d=3, outputs=2, seed=1, trial=5)
    counts = network.batches.drawn(nested_stream(1, Role.BATCHES, 5, 5), steps=8, n=4)
    assert (counts.sum(axis=1) == 2).all()
    assert set(np.unique(counts)) == {0.0, 1.0}
    W0, V0, path = W.copy(), V.copy(), 0.0
    for step in range(9):
        A = np.tanh(network.X @ W.T)
        R = A @ V.T - network.Y
        assert run.loss[0, step] == pytest.approx((R**2).sum() / 4, rel=1e-12)
        moved = np.sqrt(((W - W0) ** 2).sum() + ((V - V0) ** 2).sum())
        assert run.distance[0, step] == pytest.approx(moved, rel=1e-11)
        assert run.path_length[0, step] == pytest.approx(path, rel=1e-11)
        if step == 8:
            break
        inside = np.flatnonzero(counts[step])
        D = 2 / 2 * R[inside]
        gradient_V = D.T @ A[inside]
        gradient_W = ((1 - A[inside] ** 2) * (D @ V)).T @ network.X[inside]
        path += 0.1 * np.sqrt((gradient_V**2).sum() + (gradient_W**2).sum())
        W, V = W - 0.1 * gradient_W, V - 0.1 * gradient_V


def test_the_special_case_of_the_fast_path() -> None:
    """Balanced output weights, one output, W only: the same run as `train`, from the same weights."""
    y = np.array([1.0, -2.0, 0.5])
    problem = Problem(X=np.eye(3), y=y, activation="softplus")
    network = Shallow(np.eye(3), y, "softplus", NormalHidden(), Balanced(problem.norm_y, 3))
    fast = train(problem, k=31, step_size=0.2, steps=20, trials=[0, 3], checkpoints=[0, 20], device="cpu")
    ours = descend(network, k=31, step_size=0.2, steps=20, trials=[0, 3], checkpoints=[0, 20], device="cpu")
    for name in ("misfit", "distance", "path_length", *SPECTRA):
        np.testing.assert_allclose(getattr(ours, name), getattr(fast, name), rtol=1e-10, atol=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 5), st.integers(1, 3), st.sampled_from([1, 2, 4]))
def test_results_do_not_depend_on_how_the_work_is_cut(block: int, workers: int, size: int) -> None:
    """Any chunk of trials, any number of threads: bit for bit the same curves."""
    network = make(4, 3, 1, loss="mean of squares", batches=Batches(size))
    options: dict[str, Any] = {"k": 12, "step_size": 0.1, "steps": 9, "device": "cpu"}
    whole = descend(network, trials=range(5), block=5, workers=1, **options)
    cut = descend(network, trials=range(5), block=block, workers=workers, **options)
    for name in CURVES:
        np.testing.assert_array_equal(getattr(whole, name), getattr(cut, name))


def test_batches_do_not_depend_on_how_far_ahead_they_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream of batches is the same drawn in pieces of 256 steps or of 2."""
    network = make(5, 3, 1, batches=Batches(2))
    options: dict[str, Any] = {"k": 8, "step_size": 0.05, "steps": 20, "trials": [1, 2], "device": "cpu"}
    ahead = descend(network, **options)
    monkeypatch.setattr(descent, "DRAWN_AHEAD", 2)
    np.testing.assert_array_equal(ahead.misfit, descend(network, **options).misfit)


def test_a_shared_start_leaves_only_the_batches_random() -> None:
    """With `start` all trials begin at the loss of that trial and then differ; the batches are those of the pair."""
    network = make(4, 3, 1, batches=Batches(1))
    run = descend(network, k=8, step_size=0.05, steps=6, trials=range(3), start=7, device="cpu")
    own = descend(network, k=8, step_size=0.05, steps=0, trials=[7], device="cpu")
    np.testing.assert_array_equal(run.misfit[:, 0], own.misfit[0, 0])
    assert len(np.unique(run.misfit[:, 6])) == 3
    slow = replay_shallow(network, k=8, step_size=0.05, steps=6, trial=2, start=7)
    np.testing.assert_allclose(run.misfit[2], slow.misfit[0].astype(float), rtol=1e-12)


@pytest.mark.parametrize("backend", [generic, strict])
@pytest.mark.parametrize("name", ["signs, GD on W, many outputs", "batches, mean of squares", "GD on V"])
def test_the_generic_core_agrees_with_numpy(backend: Any, name: str) -> None:
    """The array-API code gives the same observables without fused passes and on a strict second device."""
    network = make(4, 6, 2, **SETTINGS[name])
    options: dict[str, Any] = {"k": 11, "step_size": 0.05, "steps": 9, "trials": [0, 2], "checkpoints": [0, 9]}
    ours, numpy = descend(network, device=backend(), **options), descend(network, device="cpu", **options)
    for curve in CURVES + SPECTRA:
        np.testing.assert_allclose(getattr(ours, curve), getattr(numpy, curve), rtol=1e-9, atol=1e-9)


def test_the_loop_stays_on_the_device() -> None:
    """No copy to the host inside the loop: one for all curves; batches go up in blocks."""
    import dataclasses

    backend, copies = strict(), {"up": 0, "down": 0}

    def counted(name: str, door: Any) -> Any:
        def through(array: Any) -> Any:
            copies[name] += 1
            return door(array)

        return through

    backend = dataclasses.replace(
        backend, upload=counted("up", backend.upload), download=counted("down", backend.download)
    )
    descend(make(3, 3, 1, batches=Batches(1)), k=20, step_size=0.01, steps=60, device=backend)
    assert copies == {"up": 6, "down": 1}


def test_runs_are_stopped_when_they_leave_the_ball() -> None:
    """The last iterate is the first outside the radius; a trial that stays ends as completed."""
    network = make(4, 3, 1, batches=Batches(1))
    free = descend(network, k=20, step_size=0.05, steps=40, trials=range(6), device="cpu")
    radius = float(np.median(free.distance.max(axis=1)))
    run = descend(network, k=20, step_size=0.05, steps=40, trials=range(6), radius=radius, device="cpu")
    for row, status in enumerate(run.status):
        outside = free.distance[row] > radius
        assert (status is Status.EXITED) == outside.any()
        assert run.exits[row] == (int(outside.argmax()) if outside.any() else -1)
        np.testing.assert_array_equal(run.distance[row, : run.steps[row] + 1], free.distance[row, : run.steps[row] + 1])
        slow = replay_shallow(network, k=20, step_size=0.05, steps=40, trial=row, radius=radius)
        assert slow.steps[0] == run.steps[row]
        assert slow.status[0] is status


def test_linear_output_layer_follows_its_closed_form() -> None:
    """V only: the residual is (I - eta Phi Phi^T)^t r_0, by matrix powers of the features."""
    network = make(3, 4, 1, trained="output", activation="relu", output=Given(np.zeros((1, 12))))
    run = descend(network, k=12, step_size=0.02, steps=10, trials=[2], device="cpu")
    W = NormalHidden(1.3).draw(12, 4, seed=0, trial=2)
    features = np.maximum(network.X @ W.T, 0)
    step = np.eye(3) - 0.02 * features @ features.T
    for t in range(11):
        expected = np.linalg.norm(np.linalg.matrix_power(step, t) @ network.Y)
        assert run.misfit[0, t] == pytest.approx(expected, rel=1e-11)
    np.testing.assert_array_equal(run.hidden_distance, 0.0)


def test_bad_arguments_are_named() -> None:
    """Every wrong argument is a one-line BadInput, and a network that cannot fit is Infeasible."""
    network = make(4, 3, 1)
    good: dict[str, Any] = {"k": 4, "step_size": 0.1, "steps": 2}
    for change, name in (
        ({"k": 0}, "k"),
        ({"step_size": 0.0}, "step_size"),
        ({"steps": -1}, "steps"),
        ({"radius": -1.0}, "radius"),
        ({"checkpoints": [3]}, "checkpoints"),
        ({"trials": []}, "trials"),
        ({"start": -1}, "start"),
    ):
        with pytest.raises(BadInput) as error:
            descend(network, **{**good, **change})
        assert error.value.argument == name
    for changes, name in (
        ({"trained": "neither"}, "trained"),
        ({"loss": "hinge"}, "loss"),
        ({"batches": Batches(5)}, "b"),
    ):
        with pytest.raises(BadInput) as error:
            make(4, 3, 1, **changes)
        assert error.value.argument == name
    with pytest.raises(BadInput, match="even"):
        descend(make(4, 3, 1, hidden=PairedHidden()), **{**good, "k": 5})
    with pytest.raises(BadInput, match="must be one"):
        descend(make(4, 3, 2, output=Balanced(1.0, 4)), **good)
    with pytest.raises(Infeasible, match="GiB"):
        descend(network, **{**good, "k": 10**11}, device=select_device("cpu"))
    with pytest.raises(Infeasible, match=r"steps = 1000000000000: .* GiB"):
        descend(network, **{**good, "steps": 10**12}, device="cpu")


def test_divergence_is_reported() -> None:
    """A step size far too large ends in DIVERGED with finite curves up to the last step."""
    run = descend(make(3, 3, 1, activation="z**2/2"), k=8, step_size=10.0, steps=60, device="cpu")
    assert run.status == (Status.DIVERGED,)
    assert np.isfinite(run.history(0)["misfit"]).all()
