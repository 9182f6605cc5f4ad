from __future__ import annotations

import dataclasses
import math
import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from boundkit.errors import BadInput, Infeasible
from boundkit.train import (
    Problem,
    Run,
    Status,
    descent,
    initial_weights,
    output_weights,
    replay,
    select_device,
    train,
)
from boundkit.train.backend import Backend
from tests.train.conftest import largest_step, sphere_problem

CURVES = ("misfit", "distance", "path_length")
SPECTRA = ("sigma_min_J", "norm_J", "drift_J")


def generic() -> Backend:
    """The array-API code on NumPy, without the fused passes."""
    return dataclasses.replace(select_device("cpu"), fused=False)


def strict() -> Backend:
    """A second strict device: any use of NumPy on its arrays, or mixing with the host, is an error."""
    xp = pytest.importorskip("array_api_strict")
    device = xp.Device("device1")
    return Backend(
        name="strict",
        xp=xp,
        reason="test",
        upload=lambda host: xp.asarray(host, device=device),
        download=lambda array: np.asarray(array.to_device(xp.Device("CPU_DEVICE"))),
        memory=lambda: 2**40,
    )


def assert_same(run: Run, other: Run, scale: float, tolerance: float = 1e-12) -> None:
    """Equal observables, up to `tolerance` times `scale`."""
    np.testing.assert_array_equal(run.steps, other.steps)
    for name in CURVES + SPECTRA:
        ours, theirs = (np.asarray(getattr(r, name), dtype=float) for r in (run, other))
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance * scale, err_msg=name)


@pytest.mark.parametrize("activation", ["softplus", "relu", "tanh", "cos(z)"])
@pytest.mark.parametrize(("n", "d", "k"), [(4, 4, 50), (3, 7, 31), (6, 2, 64), (1, 1, 2), (2, 1, 3)])
def test_training_agrees_with_the_slow_reference(n: int, d: int, k: int, activation: str) -> None:
    """Misfit, distance, path, and Jacobian spectra equal those of the long-double loop on unreduced data."""
    problem = sphere_problem(n, d, activation, seed=n + d)
    step_size = largest_step(problem)
    run = train(problem, k=k, step_size=step_size, steps=25, trials=[3], seed=2, checkpoints=[0, 7, 25], device="cpu")
    slow = replay(problem, k=k, step_size=step_size, steps=25, trial=3, seed=2, checkpoints=[0, 7, 25])
    assert_same(run, slow, scale=problem.norm_y, tolerance=3e-12)


def test_one_step_is_the_finite_difference_gradient() -> None:
    """The first step's length is step_size times the gradient found by central differences of the loss."""
    problem = sphere_problem(3, 2, "softplus")
    k, size = 6, 1e-5
    start, v = initial_weights(k, d=2, seed=0, trial=0), output_weights(k, norm_y=problem.norm_y, n=3)

    def loss(weights: np.ndarray) -> float:
        residual = np.logaddexp(0, problem.X @ weights.T) @ v - problem.y
        return float(residual @ residual / 2)

    gradient = np.zeros_like(start)
    for entry in np.ndindex(*start.shape):
        shift = np.zeros_like(start)
        shift[entry] = size
        gradient[entry] = (loss(start + shift) - loss(start - shift)) / (2 * size)
    run = train(problem, k=k, step_size=0.1, steps=1, device="cpu")
    assert run.misfit[0, 0] == pytest.approx(math.sqrt(2 * loss(start)), rel=1e-13)
    assert run.distance[0, 1] == pytest.approx(0.1 * np.linalg.norm(gradient), rel=1e-8)
    assert run.misfit[0, 1] == pytest.approx(math.sqrt(2 * loss(start - 0.1 * gradient)), rel=1e-8)


@given(
    n=st.integers(1, 5),
    d=st.integers(1, 5),
    k=st.integers(2, 60),
    block=st.integers(2, 70),
    trials=st.lists(st.integers(0, 20), min_size=1, max_size=4, unique=True),
    workers=st.integers(1, 2),
    activation=st.sampled_from(["softplus", "relu", "tanh"]),
)
@settings(max_examples=40)
def test_results_do_not_depend_on_how_the_work_is_cut(
    n: int, d: int, k: int, block: int, trials: list[int], workers: int, activation: str
) -> None:
    """Any batch, block and number of workers give what one trial gives alone, to 1e-12 of norm_y."""
    problem = sphere_problem(n, d, activation, seed=n)
    options: dict[str, Any] = {"k": k, "step_size": largest_step(problem), "steps": 6, "device": "cpu"}
    batch = train(problem, trials=trials, block=block, workers=workers, checkpoints=[0, 6], **options)
    for trial in trials:
        alone = train(problem, trials=[trial], workers=1, checkpoints=[0, 6], **options)
        for name in CURVES + SPECTRA:
            ours, theirs = getattr(batch, name)[batch.row(trial)], getattr(alone, name)[0]
            np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12 * problem.norm_y, err_msg=name)


@pytest.mark.parametrize(("k", "block"), [(40, None), (400, 64), (3000, 20)])
def test_batches_and_workers_do_not_change_a_single_bit(k: int, block: int | None) -> None:
    """With the same blocks, a trial's curves are bit for bit the same beside others and on two workers."""
    problem = sphere_problem(5, 3, "softplus")
    options: dict[str, Any] = {"k": k, "block": block, "step_size": largest_step(problem), "steps": 10}
    batch = train(problem, trials=range(9), workers=2, device="cpu", **options)
    for trial in (0, 8):
        alone = train(problem, trials=[trial], workers=1, device="cpu", **options)
        for name in CURVES:
            np.testing.assert_array_equal(getattr(batch, name)[trial], getattr(alone, name)[0])


@pytest.mark.parametrize("make", [generic, strict])
@pytest.mark.parametrize("activation", ["softplus", "relu", "tanh"])
def test_the_generic_core_agrees_with_the_fused_numpy_pass(make: Any, activation: str) -> None:
    """The array-API code gives the same observables, on NumPy and on a strict second device."""
    problem = sphere_problem(4, 6, activation)
    options: dict[str, Any] = {
        "k": 37,
        "step_size": largest_step(problem),
        "steps": 12,
        "trials": [0, 1, 5],
        "checkpoints": [0, 12],
        "block": 16,
    }
    assert_same(train(problem, device=make(), **options), train(problem, device="cpu", **options), problem.norm_y)


def test_the_generic_core_stays_on_the_device() -> None:
    """Host copies happen only for initial weights, curves and checkpoints, not once a step."""
    backend, copies = strict(), {"up": 0, "down": 0}

    def counted(name: str, door: Any) -> Any:
        def through(array: Any) -> Any:
            copies[name] += 1
            return door(array)

        return through

    backend = dataclasses.replace(
        backend, upload=counted("up", backend.upload), download=counted("down", backend.download)
    )
    train(sphere_problem(3, 3, "softplus"), k=20, step_size=0.01, steps=60, device=backend)
    assert copies["up"] <= 4
    assert copies["down"] == 1


@pytest.mark.parametrize("k", [3, 5, 101])
def test_the_dead_unit_of_odd_widths_does_not_move(k: int) -> None:
    """J_0 is that of the live units, scaled; the explicit loop over all units finds no more movement (C1)."""
    problem = sphere_problem(3, 3, "softplus")
    odd = train(problem, k=k, step_size=0.1, steps=5, device="cpu", checkpoints=[0])
    even = train(problem, k=k - 1, step_size=0.1, steps=0, device="cpu", checkpoints=[0])
    ratio = odd.norm_J[0, 0] / even.norm_J[0, 0]
    assert ratio == pytest.approx(math.sqrt((k - 1) / k), rel=1e-13)
    slow = replay(problem, k=k, step_size=0.1, steps=5)
    np.testing.assert_allclose(odd.distance, slow.distance.astype(float), rtol=1e-12)


def test_measured_values_of_v1(identity4: Problem) -> None:
    """os19 V1, k = 4726, 60 draws: contraction 0.146 a step, 88 steps to 1e-6, |r_0|/|y| up to about 1.7."""
    step_size = 4 / (2 * identity4.norm_y**2)
    run = train(identity4, k=4726, step_size=step_size, steps=120, trials=range(60), stop_at=1e-6, device="cpu")
    assert all(status is Status.STOPPED for status in run.status)
    ends = [run.history(trial)["misfit"] for trial in run.trials]
    contractions = np.array([1 - misfit[-1] / misfit[-2] for misfit in ends])
    assert np.mean(contractions) == pytest.approx(0.1467, abs=0.003)
    assert 80 <= np.median(run.steps) <= 95
    assert 1.4 < run.misfit[:, 0].max() / identity4.norm_y < 2.1
    rate = 0.009168
    for misfit in ends:
        bound = misfit[0] * (1 - rate) ** np.arange(len(misfit))
        assert (misfit <= bound * (1 + 1e-12)).all()


def test_measured_drift_ratios_of_v4() -> None:
    """os19 V4, ReLU, X = I_4: max drift over alpha/3 falls like k^(-1/4), from about 2.5 at k = 100."""
    y = np.random.default_rng(0).standard_normal(4)
    problem = Problem(X=np.eye(4), y=y, activation="relu")
    worst = {}
    for k in (100, 1000, 10000):
        run = train(
            problem,
            k=k,
            step_size=largest_step(problem),
            steps=60,
            trials=range(4),
            checkpoints=range(0, 61, 5),
            device="cpu",
        )
        alpha = run.sigma_min_J[:, 0] / 2
        worst[k] = float((run.drift_J.max(axis=1) / (alpha / 3)).max())
    assert worst[100] == pytest.approx(2.5, rel=0.35)
    assert worst[1000] == pytest.approx(1.2, rel=0.35)
    assert worst[10000] == pytest.approx(0.7, rel=0.35)


def test_stopping_is_recorded_trial_by_trial() -> None:
    """A stopped trial ends at the first step at the level; what lies beyond is absent, the rest continues."""
    problem = sphere_problem(4, 4, "softplus")
    options: dict[str, Any] = {"k": 200, "step_size": largest_step(problem), "device": "cpu"}
    full = train(problem, steps=150, trials=range(6), checkpoints=[0, 100], **options)
    run = train(problem, steps=150, trials=range(6), stop_at=0.2, checkpoints=[0, 100], **options)
    assert len(set(run.steps)) > 1
    for trial in run.trials:
        first = int(np.argmax(full.misfit[trial] <= 0.2 * problem.norm_y))
        assert (run.status[trial], run.steps[trial]) == (Status.STOPPED, first)
        np.testing.assert_array_equal(run.history(trial)["misfit"], full.misfit[trial, : first + 1])
        assert np.isnan(run.misfit[trial, first + 1 :]).all()
        assert np.isnan(run.drift_J[trial, 1]) == (first < 100)
    with pytest.raises(BadInput, match="was not run"):
        run.history(6)


@pytest.mark.parametrize("activation", ["relu", "z**2/2", "softplus"])
@pytest.mark.parametrize("make", [lambda: select_device("cpu"), generic])
def test_divergence_is_a_status_and_leaves_finite_numbers(activation: str, make: Any) -> None:
    """An absurd step ends as DIVERGED after its last finite step, without a warning or a silent NaN."""
    problem = sphere_problem(4, 4, activation)
    run = train(problem, k=20, step_size=1e200, steps=50, checkpoints=[0, 40], device=make(), trials=[0, 1])
    assert set(run.status) == {Status.DIVERGED}
    assert (run.steps < 40).all()
    for trial in run.trials:
        assert all(np.isfinite(curve).all() for curve in run.history(trial).values())
    assert np.isfinite(run.norm_J[:, 0]).all()


def test_too_large_a_width_is_refused_before_starting() -> None:
    """Weights that cannot fit are Infeasible in one line with both amounts."""
    problem = sphere_problem(2, 2, "softplus")
    with pytest.raises(Infeasible, match=r"k = 1000000000000 needs .* GiB of memory on cpu, .* GiB are available"):
        train(problem, k=10**12, step_size=0.1, steps=1, device="cpu")


def test_running_out_of_memory_halves_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """A MemoryError restarts with smaller blocks and the same result; if that never helps, Infeasible."""
    problem = sphere_problem(3, 3, "softplus")
    options: dict[str, Any] = {"k": 600, "step_size": 0.1, "steps": 3, "device": "cpu"}
    original, limit = descent._train_chunks, 100

    def scarce(task: Any, plan: Any, *rest: Any) -> Any:
        if plan.units > limit:
            raise MemoryError
        return original(task, plan, *rest)

    expected = train(problem, **options)
    monkeypatch.setattr(descent, "_train_chunks", scarce)
    run = train(problem, **options)
    assert run.block <= 2 * limit < expected.block
    np.testing.assert_allclose(run.misfit, expected.misfit, rtol=1e-13)
    limit = 0
    with pytest.raises(Infeasible, match="out of memory"):
        train(problem, **options)


def test_progress_comes_from_the_calling_thread_and_ends_at_the_total(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Counts never decrease, the last is the total, and they are reported from this thread."""
    monkeypatch.setattr("boundkit.train.workers.REPORT_EVERY", 0.0)
    calls: list[tuple[int, int, int]] = []
    problem = sphere_problem(3, 3, "softplus")
    for k, trials in ((50, range(5)), (3000, [0])):
        calls.clear()
        train(
            problem,
            k=k,
            step_size=0.1,
            steps=20,
            trials=trials,
            workers=2,
            device="cpu",
            block=32,
            progress=lambda done, total: calls.append((done, total, threading.get_ident())),
        )
        assert [done for done, _, _ in calls] == sorted(done for done, _, _ in calls)
        assert calls[-1][:2] == (21 * len(trials), 21 * len(trials))
        assert {thread for _, _, thread in calls} == {threading.get_ident()}


def test_an_exception_in_progress_stops_the_run() -> None:
    """What the progress function raises reaches the caller, also when trials run in threads."""

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(
            sphere_problem(3, 3, "softplus"),
            k=1000,
            step_size=1e-6,
            steps=10**6,
            trials=range(4),
            workers=2,
            device="cpu",
            progress=stop,
        )


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("k", 1),
        ("step_size", 0),
        ("step_size", math.nan),
        ("step_size", "0.1"),
        ("steps", -1),
        ("trials", []),
        ("trials", 4),
        ("seed", -1),
        ("checkpoints", [11]),
        ("checkpoints", 3),
        ("stop_at", -0.5),
        ("block", 1),
        ("workers", 0),
        ("device", "gpu"),
    ],
)
def test_bad_arguments_are_named(argument: str, value: object) -> None:
    """Every unusable argument is a BadInput that names it."""
    options: dict[str, Any] = {"k": 10, "step_size": 0.1, "steps": 10, "device": "cpu", argument: value}
    with pytest.raises(BadInput) as raised:
        train(sphere_problem(2, 2, "softplus"), **options)
    assert raised.value.argument == argument
