"""Training at infinite width: closed forms, long double steps, and networks that come near it like 1 / sqrt(k)."""

import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.data import dataset
from boundkit.train import Problem, measure, train
from boundkit.train.infinite import (
    balanced_limit,
    descend_limit,
    flow_limit,
    replay_limit,
    sample_limit,
    signs_limit,
)
from boundkit.train.initialise import initial_weights
from boundkit.train.problem import output_weights
from boundkit.train.shallow import (
    Balanced,
    Batches,
    NormalHidden,
    PairedHidden,
    PairedSigns,
    Shallow,
    Signs,
    descend,
    initial_layers,
    measure_start,
)
from boundkit.train.shallow.sampling import BatchStreams
from boundkit.verify import Verdict, verify


def test_orthonormal_data_have_a_closed_form():
    """G = (|y|^2 / n) E phi'^2 I, so every curve is a power: misfit, distance and path length."""
    data = dataset("orthonormal:n=4,seed=3")
    limit = balanced_limit(data, activation("relu"))
    g = float(data.y @ data.y) / 4 / 2
    r = limit.residual(seed=0, trial=0)
    run = descend_limit(limit, r, step_size=0.3 / g, steps=30)
    powers = 0.7 ** np.arange(31)
    assert run.misfit == pytest.approx(np.linalg.norm(r) * powers)
    assert run.distance == pytest.approx(np.linalg.norm(r) / np.sqrt(g) * (1 - powers))
    assert run.path_length == pytest.approx(run.distance)  # a straight line
    assert flow_limit(limit, r, np.array([2.0]))[0] == pytest.approx(np.linalg.norm(r) * np.exp(-2 * g))


def test_closed_curves_against_long_double_steps():
    """Eigenvectors on one side, matrix products on the other."""
    limit = balanced_limit(dataset("sphere:n=6,d=4"), activation("softplus"))
    r = limit.residual(seed=1, trial=2)
    size = 0.9 / np.linalg.norm(limit.gram, 2)
    fast = descend_limit(limit, r, step_size=size, steps=50)
    slow = replay_limit(limit, r, np.ones((50, 6)), step_size=size)
    for name in ("misfit", "distance", "path_length"):
        assert getattr(fast, name) == pytest.approx(getattr(slow, name), rel=1e-9, abs=1e-12)


def test_networks_come_near_the_limit_like_one_over_the_root_of_the_width():
    """From the network's own first residual, the misfit after 40 steps differs by an amount that falls like k^-1/2."""
    data, phi = dataset("sphere:n=5,d=4,seed=1"), activation("tanh")
    problem = Problem(X=data.X, y=data.y, activation=phi)
    limit = balanced_limit(data, phi)
    size = 0.5 / np.linalg.norm(limit.gram, 2)
    widths, away = [400, 1600, 6400], []
    for k in widths:
        run = train(problem, k=k, step_size=size, steps=40, trials=range(24), device="cpu")
        v = output_weights(k, norm_y=float(np.linalg.norm(data.y)), n=data.n)
        differences = []
        for trial in range(24):
            W = initial_weights(k, d=4, seed=0, trial=trial)
            r = np.tanh(data.X @ W.T) @ v - data.y
            differences.append(run.misfit[trial, -1] - descend_limit(limit, r, step_size=size, steps=40).misfit[-1])
        away.append(float(np.sqrt(np.mean(np.square(differences)))))
    slope = np.polyfit(np.log(widths), np.log(away), 1)[0]
    assert slope == pytest.approx(-0.5, abs=0.15)


def test_first_outputs_have_the_covariance_of_wide_networks():
    """Mean squared first misfit over draws of a wide network and of the limit agree within their sampling error."""
    data, phi = dataset("sphere:n=5,d=3,seed=2"), activation("softplus")
    limit = balanced_limit(data, phi)
    drawn = [float((limit.residual(seed=0, trial=t) ** 2).sum()) for t in range(4000)]
    problem = Problem(X=data.X, y=data.y, activation=phi)
    wide = measure(problem, k=2000, trials=range(600), seed=5, device="cpu").misfit_0 ** 2
    exact = float(np.trace(limit.first) + data.y @ data.y)
    assert np.mean(drawn) == pytest.approx(exact, abs=4 * np.std(drawn) / np.sqrt(4000))
    assert np.mean(wide) == pytest.approx(exact, abs=4 * np.std(wide) / np.sqrt(600))


@pytest.mark.parametrize("paired", [False, True])
def test_several_outputs_of_random_signs(paired):
    """A wide network of signs nu / sqrt(k K): its first outputs, and its curves from them, are those of the limit."""
    data, phi = dataset("mixture:K=3,C=1,n=6,d=4,noise=0.3,seed=2"), activation("tanh")
    limit = signs_limit(data, phi, output_scale=0.7, paired=paired)
    hidden, output = (PairedHidden(), PairedSigns(0.7)) if paired else (NormalHidden(), Signs(0.7))
    network = Shallow(X=data.X, Y=data.y, activation="tanh", hidden=hidden, output=output)
    size = 0.5 / np.linalg.norm(limit.gram, 2)
    run = descend(network, k=20_000, step_size=size, steps=30, trials=range(6), device="cpu")
    for trial in range(6):
        W, V = initial_layers(hidden, output, k=20_000, d=4, outputs=3, seed=0, trial=trial)
        r = np.tanh(data.X @ W.T) @ V.T - data.y
        found = descend_limit(limit, r, step_size=size, steps=30)
        for name in ("misfit", "distance", "path_length"):
            assert getattr(run, name)[trial] == pytest.approx(getattr(found, name), rel=0.03, abs=0.01)
    drawn = np.array([limit.residual(seed=0, trial=t) + limit.y for t in range(2000)])
    wide = measure_start(network, k=300, trials=range(400), seed=3, device="cpu").output_norm
    assert (drawn**2).sum(axis=(1, 2)).mean() == pytest.approx((wide**2).mean(), rel=0.15, abs=1e-20)


def test_single_samples_in_the_limit():
    """SGD: steps in two forms agree, a wide network on the same samples is near, and all samples give descent."""
    data, phi = dataset("sphere:n=5,d=4,seed=1"), activation("softplus")
    limit, norm_y = balanced_limit(data, phi), float(np.linalg.norm(data.y))
    size = 0.5 / np.linalg.norm(limit.gram, 2)
    network = Shallow(
        X=data.X, Y=data.y, activation="softplus", hidden=NormalHidden(), output=Balanced(norm_y, 5),
        batches=Batches(1, repetition=True),
    )  # fmt: skip
    run = descend(network, k=40_000, step_size=size, steps=60, trials=[3], device="cpu")
    counts = BatchStreams(network.batches, seed=0, keys=[(3, 3)], n=5).draw(60)[:, 0]
    W, V = initial_layers(network.hidden, network.output, k=40_000, d=4, outputs=1, seed=0, trial=3)
    r = np.log1p(np.exp(data.X @ W.T)) @ V[0] - data.y
    fast, slow = (f(limit, r, counts, step_size=size) for f in (sample_limit, replay_limit))
    everything = sample_limit(limit, r, np.ones((60, 5)), step_size=size)
    full = descend_limit(limit, r, step_size=size, steps=60)
    for name in ("misfit", "distance", "path_length"):
        assert getattr(fast, name) == pytest.approx(getattr(slow, name), rel=1e-9, abs=1e-7)
        assert getattr(run, name)[0] == pytest.approx(getattr(fast, name), rel=0.03, abs=0.01)
        assert getattr(everything, name) == pytest.approx(getattr(full, name), rel=1e-9, abs=1e-7)


def test_stochastic_theorems_hold_in_the_limit():
    """Theorem 2.6 of os19 at infinite width: no exit from the ball, and distances below their bounds."""
    report = verify(
        "os19.thm2_6.repaired", data="orthonormal:n=3", activation="softplus", k="infinite", delta=1, nu=8, trials=64,
        steps=400, device="cpu",
    )  # fmt: skip
    assert report.violations == 0
    verdicts = {item.label: item.verdict for item in report.claims}
    assert verdicts["radius_on_event"] is verdicts["excursion"] is Verdict.CONSISTENT


def test_residuals_of_several_outputs_in_the_limit():
    """Theorem 6.22 of ofls19: residual and distance are those of the kernel; how far one unit moves has no limit."""
    report = verify(
        "ofls19.thm6_22", data="mixture:K=2,C=1,n=10,d=2", activation="sin", k="infinite", learning_duration=1,
        fit_precision=".1", kernel_cutoff=".5", alignment=".5", trials=8, device="cpu",
    )  # fmt: skip
    verdicts = {item.label: item for item in report.claims}
    assert report.violations == 0
    assert 0.2 < verdicts["distance"].worst_margin < 1
    assert 0 < verdicts["residual"].worst_margin < 1
    assert verdicts["rows"].worst_margin is verdicts["rows"].slack is None


def test_theorems_hold_in_the_limit():
    """A theorem for all large widths is tried at infinity; a setting whose limit is not known says so."""
    given = {"data": "sphere:n=4,d=8", "activation": "softplus", "delta": 1, "steps": 100, "device": "cpu"}
    report = verify("os19.thm6_2.refined", k="infinite", trials=32, **given)
    assert report.verdict is Verdict.CONSISTENT
    assert report.width is None
    other = verify(
        "sgd22.thm2.repaired", data="sphere:n=2,d=3", activation="gelu", k="infinite", b=1, failure=".1",
        exit_margin=10, output_std=".001", chernoff_failure=".05", trials=2, device="cpu",
    )  # fmt: skip
    assert other.verdict is Verdict.NOT_APPLICABLE
    assert "limit" in other.reason
