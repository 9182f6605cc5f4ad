"""The limits of all settings: closed forms, exact covariances, and networks that come near like 1 / sqrt(k)."""

import math

import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.data import Dataset, dataset
from boundkit.errors import BadInput, NotApplicable
from boundkit.train.infinite import descend_limit, feature_gram, limit_of, output_size, sample_limit
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
    ZeroOutput,
    descend,
    initial_layers,
)
from boundkit.train.shallow.sampling import BatchStreams

ONE = dataset("sphere:n=5,d=4,seed=1")
TWO = dataset("mixture:K=2,C=1,n=5,d=4,noise=0.4,seed=2")
BALANCED = Balanced(float(np.linalg.norm(ONE.y)), ONE.n)
TRIALS, STEPS = 16, 30
LECUN = "the standard deviation 1 / sqrt(k)"


def of_width(output, k):
    """The recipe at width k."""
    return NormalOutput(k**-0.5) if output == LECUN else output


SETTINGS = {
    "balanced, hidden": (ONE, "hidden", NormalHidden(), BALANCED),
    "balanced, output": (ONE, "output", NormalHidden(), BALANCED),
    "signs of two outputs, both": (TWO, "both", NormalHidden(), Signs(2.0)),
    "opposite signs, hidden": (TWO, "hidden", NormalHidden(), PairedSigns(1.0)),
    "pairs, hidden": (TWO, "hidden", PairedHidden(), PairedSigns(1.0)),
    "normal of order one, both": (TWO, "both", NormalHidden(0.5), NormalOutput(0.7)),
    "normal of order 1 / sqrt(k), both": (ONE, "both", NormalHidden(1.5), LECUN),
    "normal, hidden": (ONE, "hidden", NormalHidden(), LECUN),
    "zeros, output": (ONE, "output", NormalHidden(), ZeroOutput()),
    "zeros, both": (TWO, "both", PairedHidden(), ZeroOutput()),
}


def softplus(h):
    """An activation whose mean is not 0."""
    return np.logaddexp(0, h)


def first_outputs(data, hidden, output, *, phi=softplus, k, trials):
    """phi(X W_0^T) V_0^T of many draws, float64 [trials, n, K]."""
    drawn = (initial_layers(hidden, output, k=k, d=data.d, outputs=data.K, seed=0, trial=t) for t in range(trials))
    return np.array([phi(data.X @ W.T) @ V.T for W, V in drawn])


@pytest.mark.parametrize("name", SETTINGS)
def test_networks_come_near_like_one_over_the_root_of_the_width(name):
    """From their own first outputs, misfits and distances are those of the limit up to an error that falls so."""
    data, trained, hidden, recipe = SETTINGS[name]
    widths, away = [300, 1200, 4800], []
    for k in widths:
        output = of_width(recipe, k)
        limit = limit_of(data, activation=activation("tanh"), hidden=hidden, output=output, trained=trained, k=k)
        network = Shallow(data.X, data.y, "tanh", hidden, output, trained=trained)
        size = 0.7 / np.linalg.norm(limit.gram, 2)
        run = descend(network, k=k, step_size=size, steps=STEPS, trials=range(TRIALS), device="cpu")
        starts = first_outputs(data, hidden, output, phi=np.tanh, k=k, trials=TRIALS)
        errors = []
        for trial, outputs in enumerate(starts):
            found = descend_limit(limit, outputs.reshape(data.y.shape) - data.y, step_size=size, steps=STEPS)
            errors.append(run.misfit[trial, -1] / found.misfit[-1] - 1)
            errors.append(run.distance[trial, -1] / found.distance[-1] - 1)
        away.append(float(np.sqrt(np.mean(np.square(errors)))))
    assert away[-1] < 0.1
    assert np.polyfit(np.log(widths), np.log(away), 1)[0] == pytest.approx(-0.5, abs=0.2)


@pytest.mark.parametrize("name", SETTINGS)
def test_first_outputs_have_the_covariance_of_networks_of_any_width(name):
    """The covariance holds at every even width; draws at k = 20 agree with it within their sampling error."""
    data, _, hidden, recipe = SETTINGS[name]
    output, count = of_width(recipe, 20), 4000
    limit = limit_of(data, activation=activation("softplus"), hidden=hidden, output=output, trained="both", k=20)
    first = first_outputs(data, hidden, output, k=20, trials=count)
    scale = np.sqrt(max(limit.first.diagonal().max(), 1e-30))
    seen = np.einsum("tik,tjl->ijkl", first, first) / count
    expected = limit.first[:, :, None, None] * np.eye(data.K)
    np.testing.assert_allclose(seen, expected, atol=7 * scale**2 / math.sqrt(count))
    drawn = np.array([limit.residual(seed=3, trial=t) + limit.y for t in range(count)]).reshape(count, data.n, -1)
    np.testing.assert_allclose(np.einsum("tik,tjl->ijkl", drawn, drawn) / count, seen, atol=9 * scale**2 / count**0.5)


def test_orthonormal_samples_of_a_ramp_in_closed_form():
    """For standard deviation s: F = s^2 (1/2 - 1/(2 pi)) I + s^2 / (2 pi), S = I / 2, m^2 = s^2 / (2 pi)."""
    data, relu, k, s, w = dataset("orthonormal:n=3"), activation("relu"), 10**6, 0.25, 1e-2
    features = k * s**2 * ((1 / 2 - 1 / (2 * np.pi)) * np.eye(3) + 1 / (2 * np.pi))
    given = {"activation": relu, "hidden": NormalHidden(s), "k": k}
    np.testing.assert_allclose(feature_gram(data, **given), features)
    for trained, gram in (("output", features), ("hidden", k * w**2 / 2 * np.eye(3))):
        limit = limit_of(data, output=NormalOutput(w), trained=trained, **given)
        np.testing.assert_allclose(limit.gram, gram, atol=1e-9)
        np.testing.assert_allclose(limit.first, w**2 * features)
    both = limit_of(data, output=NormalOutput(w), trained="both", **given).gram
    np.testing.assert_allclose(both, features + k * w**2 / 2 * np.eye(3))
    centred = limit_of(data, output=PairedSigns(2.0), **given).first
    np.testing.assert_allclose(centred, 4 * s**2 * (1 / 2 - 1 / (2 * np.pi)) * np.eye(3), atol=1e-12)


def test_rows_of_any_length_are_centred():
    """The covariance of phi(Xw) against one of many draws of w, for rows of different lengths."""
    data = Dataset("lengths", np.array([[2.0, 0.0], [0.5, 0.5], [0.0, 1.0]]), np.ones(3))
    limit = limit_of(data, activation=activation("softplus"), hidden=NormalHidden(), output=Balanced(3**0.5, 3), k=2)
    w = np.random.default_rng(0).standard_normal((400_000, 2))
    np.testing.assert_allclose(limit.first, np.cov(softplus(data.X @ w.T)), atol=0.02)


@pytest.mark.parametrize("batches", [Batches(1, repetition=True), Batches(2), Batches(4, repetition=True)])
@pytest.mark.parametrize("loss", ["half sum of squares", "mean of squares"])
def test_batches_with_the_factor_of_the_loss(batches, loss):
    """SGD on both layers: a wide network on the same samples follows the limit, at the gradient's own factor."""
    k, output = 20_000, NormalOutput(20_000**-0.5)
    limit = limit_of(TWO, activation=activation("softplus"), hidden=NormalHidden(), output=output, trained="both", k=k)
    network = Shallow(TWO.X, TWO.y, "softplus", NormalHidden(), output, trained="both", loss=loss, batches=batches)
    factor = network.loss.factor(batches.samples(TWO.n))
    size = 0.4 / np.linalg.norm(limit.gram, 2) / factor
    run = descend(network, k=k, step_size=size, steps=60, trials=[2], device="cpu")
    counts = BatchStreams(batches, seed=0, keys=[(2, 2)], n=TWO.n).draw(60)[:, 0]
    first = first_outputs(TWO, NormalHidden(), output, k=k, trials=3)[2]
    found = sample_limit(limit, first - TWO.y, counts, step_size=size * factor)
    for name in ("misfit", "distance", "path_length"):
        seen, expected = getattr(run, name)[0], getattr(found, name)
        np.testing.assert_allclose(seen, expected, rtol=0.05, atol=0.01 * expected.max())


def test_what_has_no_limit_says_why():
    """Given weights, hidden weights alone under output weights of order 1/k or 0; several outputs of balanced ones."""
    given = {"activation": activation("tanh"), "k": 2**180}
    normal = NormalHidden()
    for hidden, output in ((normal, Given(np.ones((1, 3)))), (Given(np.ones((3, 4))), Signs(1.0))):
        with pytest.raises(NotApplicable, match="one width"):
            limit_of(ONE, hidden=hidden, output=output, **given)
    for output in (ZeroOutput(), NormalOutput(2.0**-180)):
        with pytest.raises(NotApplicable, match="of order 1/k or less"):
            limit_of(ONE, hidden=normal, output=output, **given)
        for trained in ("output", "both"):
            assert np.isfinite(limit_of(ONE, hidden=normal, output=output, trained=trained, **given).gram).all()
    with pytest.raises(BadInput, match="2 outputs"):
        limit_of(TWO, hidden=normal, output=BALANCED, **given)
    with pytest.raises(BadInput, match="trained"):
        limit_of(ONE, hidden=normal, output=BALANCED, trained="neither", **given)


@pytest.mark.parametrize(
    "output", [BALANCED, Signs(0.3), PairedSigns(0.3), NormalOutput(0.1), ZeroOutput()], ids=lambda r: type(r).__name__
)
def test_sizes_of_output_weights(output):
    """The size is the root mean square of what is drawn, and sqrt(k) times it its spectral norm."""
    V = output.draw(1, 40_000, seed=0, trial=0)
    size = output_size(output, k=40_000, outputs=1)
    assert np.sqrt((V**2).mean()) == pytest.approx(size, rel=0.02)
    assert np.linalg.norm(V, 2) == pytest.approx(200 * size, rel=0.02)


def test_output_weights_are_small_or_not_beside_the_labels():
    """k w = 1000 is large beside k^(1/4) = 100 times labels of norm 1, and not beside labels of norm 100."""
    rows, k = np.eye(2), 10**8
    given = {"activation": activation("tanh"), "hidden": NormalHidden(), "output": NormalOutput(1e-5), "k": k}
    assert limit_of(dataset(X=rows, y=[0.6, 0.8]), **given).gram.shape == (2, 2)
    with pytest.raises(NotApplicable, match="of order 1/k or less"):
        limit_of(dataset(X=rows, y=[60.0, 80.0]), **given)
    assert limit_of(dataset(X=rows, y=[60.0, 80.0]), trained="both", **given).gram.shape == (2, 2)
