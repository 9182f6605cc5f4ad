from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from boundkit.errors import BadInput, NotApplicable
from boundkit.statement import Setting
from boundkit.train import initial_weights
from boundkit.train.shallow import (
    Batches,
    NormalHidden,
    NormalOutput,
    PairedHidden,
    PairedSigns,
    Shallow,
    Signs,
    initial_layers,
    interpret,
    measure_start,
)
from boundkit.train.shallow.observe import jacobian_change
from boundkit.train.shallow.reference import jacobian


def test_hidden_weights_are_those_of_the_fast_path() -> None:
    """The normal start is omega_1 times the W_0 of `train`, exists for one unit, and grows unit by unit."""
    np.testing.assert_array_equal(
        NormalHidden(0.5).draw(7, 3, seed=2, trial=4), 0.5 * initial_weights(7, d=3, seed=2, trial=4)
    )
    assert NormalHidden().draw(1, 3, seed=0, trial=0).shape == (1, 3)
    wide, narrow = (NormalOutput(1.0).draw(2, k, seed=0, trial=1) for k in (9, 4))
    np.testing.assert_array_equal(wide[:, :4], narrow)


def test_laws_of_the_output_weights() -> None:
    """Signs have size nu / sqrt(k K) and mean near 0; pairs cancel; normal entries have the standard deviation."""
    V = Signs(3.0).draw(4, 5000, seed=0, trial=0)
    np.testing.assert_allclose(np.abs(V), 3 / math.sqrt(4 * 5000))
    assert abs(np.sign(V).mean()) < 5 / math.sqrt(V.size)
    W, V = initial_layers(PairedHidden(), PairedSigns(2.0), k=10, d=3, outputs=2, seed=1, trial=1)
    assert np.abs(V @ np.exp(W)).max() < 1e-13
    assert NormalOutput(0.2).draw(3, 4000, seed=0, trial=0).std() == pytest.approx(0.2, rel=0.02)


def test_batches_are_uniform() -> None:
    """Each pair of samples is a batch of two equally often; with repetition each count is binomial."""
    rng = np.random.default_rng(0)
    counts = Batches(2).drawn(rng, steps=12000, n=4)
    pairs = np.einsum("si,sj->ij", counts, counts)[np.triu_indices(4, 1)] / 12000
    np.testing.assert_allclose(pairs, 1 / 6, atol=4 * math.sqrt(5 / 36 / 12000))
    counts = Batches(3, repetition=True).drawn(rng, steps=12000, n=4)
    assert (counts == 3).any()
    assert (counts.sum(axis=1) == 3).all()
    assert counts.var(axis=0).mean() == pytest.approx(3 * 0.25 * 0.75, rel=0.05)


def test_everything_measured_at_the_start() -> None:
    """Spectra, norms and the least misfit against singular value decompositions of explicit matrices."""
    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal((5, 3)), rng.standard_normal((5, 2))
    network = Shallow(X, Y, "gelu", NormalHidden(0.7), NormalOutput(0.3), trained="both", loss="mean of squares")
    start = measure_start(network, k=4, trials=[0, 6], seed=5, device="cpu")
    for row, trial in enumerate(start.trials):
        W, V = initial_layers(network.hidden, network.output, k=4, d=3, outputs=2, seed=5, trial=trial)
        phi = network.activation.value_and_derivative(X @ W.T)[0]
        J = jacobian(network, W.astype(np.longdouble), V.astype(np.longdouble))
        values = np.linalg.svd(J, compute_uv=False)
        features = np.linalg.svd(phi, compute_uv=False)
        expected = {
            "misfit": np.linalg.norm(phi @ V.T - Y),
            "loss": np.linalg.norm(phi @ V.T - Y) ** 2 / 5,
            "output_norm": np.linalg.norm(phi @ V.T),
            "sigma_min_J": values[9],
            "norm_J": values[0],
            "row_norm_J": np.linalg.norm(J, axis=1).max(),
            "feature_min": 0.0,
            "feature_norm": features[0],
            "feature_frobenius": np.linalg.norm(phi),
            "least_misfit": np.linalg.norm(Y - phi @ np.linalg.lstsq(phi, Y, rcond=None)[0]),
            "output_weights_norm": np.linalg.norm(V, 2),
            "max_hidden_row": np.linalg.norm(W, axis=1).max(),
            "max_output_column": np.linalg.norm(V, axis=0).max(),
            "max_feature_row": np.linalg.norm(phi, axis=0).max(),
        }
        for name, value in expected.items():
            assert getattr(start, name)[row] == pytest.approx(value, rel=1e-9, abs=1e-9), name


def test_the_least_misfit_of_twins_and_of_enough_units() -> None:
    """Two pairs of equal units span two directions; as many different ones as samples leave exactly nothing."""
    rng = np.random.default_rng(2)
    X, Y = rng.standard_normal((5, 3)), rng.standard_normal((5, 1))
    network = Shallow(X, Y, "tanh", PairedHidden(), PairedSigns(1.0), trained="both")
    W, _ = initial_layers(network.hidden, network.output, k=4, d=3, outputs=1, seed=0, trial=0)
    different = np.tanh(X @ W[:2].T)
    left = Y - different @ np.linalg.lstsq(different, Y, rcond=None)[0]
    start = measure_start(network, k=4, trials=[0], seed=0, device="cpu")
    assert start.least_misfit[0] == pytest.approx(np.linalg.norm(left), rel=1e-9)
    assert measure_start(network, k=40, trials=[0], seed=0, device="cpu").least_misfit[0] == 0


def test_change_of_the_jacobian() -> None:
    """Between two points, against explicit matrices, in every choice of layers."""
    rng = np.random.default_rng(1)
    X, Y = rng.standard_normal((3, 2)), rng.standard_normal((3, 2))
    points = [(rng.standard_normal((5, 2)), rng.standard_normal((2, 5))) for _ in range(2)]
    for trained in ("hidden", "output", "both"):
        network = Shallow(X, Y, "tanh", NormalHidden(), NormalOutput(1.0), trained=trained)
        explicit = [jacobian(network, *(np.asarray(w, dtype=np.longdouble) for w in point)) for point in points]
        values = np.linalg.svd(explicit[1], compute_uv=False)
        expected = (values[-1], values[0], np.linalg.norm(explicit[1] - explicit[0], 2))
        np.testing.assert_allclose(jacobian_change(network, at=points[0], to=points[1]), expected, rtol=1e-7)


NUMBERS = {"hidden_std": 0.5, "output_std": 0.25, "output_scale": 2.0, "norm_y": 1.0, "n": 3, "b": 2}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("hidden", "Balanced", "NormalHidden", None, False)),
        (
            {"trained": "output weights", "output_weights": "free"},
            ("output", "ZeroOutput", "NormalHidden", None, False),
        ),
        (
            {"algorithm": "stochastic gradient descent, one sample a step, with replacement"},
            ("hidden", "Balanced", "NormalHidden", 1, True),
        ),
        (
            {
                "trained": "both layers",
                "output_weights": "normal with standard deviation omega_2",
                "initialisation": "normal with standard deviation omega_1",
                "algorithm": "stochastic gradient descent, batches of b samples without repetition, independent",
            },
            ("both", "NormalOutput", "NormalHidden", 2, False),
        ),
        (
            {
                "output_weights": "[S, -S] nu / sqrt(k K) with random signs S, fixed",
                "initialisation": "[G; G] with k/2 standard normal rows G",
            },
            ("hidden", "PairedSigns", "PairedHidden", None, False),
        ),
    ],
)
def test_settings_are_read_word_by_word(changes: dict[str, Any], expected: tuple[Any, ...]) -> None:
    """The words of a Setting name the layers, the start and the batches."""
    net = interpret(Setting(**changes), X=np.eye(3), Y=np.ones(3), activation="tanh", given=NUMBERS)
    read = (net.trained, type(net.output).__name__, type(net.hidden).__name__, net.batches.size, net.batches.repetition)
    assert read == expected


def test_settings_of_the_papers_are_all_understood() -> None:
    """Every setting of sgd22, os19 and ofls19 on two layers is read, or its network is another one."""
    from boundkit.papers import statements

    for statement in statements():
        setting = statement.setting
        if setting is None or statement.source.paper.key not in ("sgd22", "os19", "ofls19"):
            continue
        if setting.network.startswith("two layers"):
            if "not said" in (setting.output_weights, setting.initialisation, setting.algorithm):
                continue
            interpret(setting, X=np.eye(3), Y=np.ones(3), activation="tanh", given=NUMBERS)
        else:
            with pytest.raises(NotApplicable):
                interpret(setting, X=np.eye(3), Y=np.ones(3), activation="tanh", given=NUMBERS)


def test_a_number_that_is_missing_is_named() -> None:
    """A setting that speaks of b needs b."""
    setting = Setting(algorithm="stochastic gradient descent, batches of b samples without repetition")
    with pytest.raises(BadInput, match="b"):
        interpret(setting, X=np.eye(3), Y=np.ones(3), activation="tanh", given={"norm_y": 1.0, "n": 3})
