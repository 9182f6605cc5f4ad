"""The kernel of a noisy sample against that of its centres, beside closed forms and along a run of Theorem A.3."""

import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.data import dataset
from boundkit.errors import Infeasible
from boundkit.papers import statement
from boundkit.query import bind
from boundkit.statement.words.generalisation import kernel_deviation, projection_deviation
from boundkit.verify import verify
from boundkit.verify.observe import Plan, experiment
from boundkit.verify.observe.generalisation.noise import by_noise
from boundkit.verify.observe.shallow.kernel_change import LARGEST_SIDE, kernel_change

NOISY = "mixture:K=2,C=1,n=12,d=6,noise=0.3,orthonormal=true"
GIVEN = {"learning_duration": 2, "fit_precision": ".02", "failure": ".05"}
SIN = activation("sin")


def bound_to(name: str, data: str):
    """The statement with these data and the sine."""
    return bind(statement(f"ofls19.{name}"), data=dataset(data), activation_name="sin", parameters={**GIVEN, "k": 50})


def closed_form(X):
    """E cos(u) cos(v) = exp(-1) cosh(rho) for unit rows, times rho."""
    rho = X @ X.T
    return rho * np.exp(-1) * np.cosh(rho)


@pytest.mark.parametrize("slowly", [False, True])
def test_distances_of_kernels_and_projections(slowly):
    """Both ways agree with the closed form of the sine and projections from a singular value decomposition."""
    binding = bound_to("thmA_3.repaired", NOISY)
    found = by_noise(binding, SIN, slowly=slowly)
    origin, X = binding.data.origin, binding.data.X
    before, after = closed_form(origin.centres[origin.cluster]), closed_form(X)
    assert found[kernel_deviation] == pytest.approx(np.linalg.norm(after - before, 2), rel=1e-6)
    bases = [np.linalg.svd(matrix)[0][:, :2] for matrix in (before, after)]
    apart = np.linalg.norm(bases[0] @ bases[0].T - bases[1] @ bases[1].T, 2)
    assert found[projection_deviation] == pytest.approx(apart, rel=1e-6)


def test_samples_that_are_their_centres_do_not_move():
    """Without noise both are exactly 0, for as many samples as there are; who does not ask gets nothing."""
    clean = "mixture:K=2,C=1,n=150000,d=2,orthonormal=true"
    assert set(by_noise(bound_to("thmA_3.tracked", clean), SIN, slowly=False).values()) == {0.0}
    assert not by_noise(bound_to("thmA_3.refined", clean), SIN, slowly=False)


def test_too_many_noisy_samples_are_infeasible():
    """Two kernels of more than 4000 samples are not compared, and the line says so."""
    X = np.ones((LARGEST_SIDE + 1, 1))
    with pytest.raises(Infeasible, match="up to n = 4000"):
        kernel_change(X, X, SIN, slowly=False)


def test_the_sample_of_a_trial_carries_them():
    """Theorem A.3 is tried with the deviations of the trial's own sample, fast and slow alike."""
    binding = bound_to("thmA_3.tracked", NOISY)
    plan = Plan(binding.data, SIN, 50, (0, 1), 400, 0, "cpu")
    kind = experiment("sample", binding)
    seen = kind.sample(binding, plan)
    assert (seen.values[projection_deviation] > 0).all()
    assert seen.values[kernel_deviation][0, 0] != seen.values[kernel_deviation][1, 0]
    slow = kind.replay(binding, plan, 1, 0)
    np.testing.assert_allclose(slow.values[kernel_deviation][0], seen.values[kernel_deviation][1], rtol=1e-6)


def test_too_much_noise_leaves_no_draw():
    """The repaired theorem asks for a deviation below the edge of the spectrum: noise of the size of the centres."""
    wild = "mixture:K=2,C=1,n=12,d=6,noise=2,orthonormal=true"
    given = {**GIVEN, "k": 50, "level": "relaxed", "trials": 2, "activation": "sin"}
    report = verify("ofls19.thmA_3.repaired", data=wild, **given)
    assert "deviation_below_edge" in report.reason
