"""Section 14 of the specification of os19: its measured values, on our own draws.

What depends on a draw of data is compared at like conditions or within the spread over draws; V1, V3, V5, V9 and V11
stand with the modules they test.
"""

import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.data import dataset, quantities
from boundkit.query import required_width
from boundkit.train import Problem, measure, train
from boundkit.train.shallow import Shallow, descend, measure_start
from boundkit.train.shallow.initialise import Balanced, Given, NormalHidden
from boundkit.train.shallow.sampling import Batches
from boundkit.verify import certify, verify


def numbers(data, name, *names):
    """Quantities of data and activation as floats."""
    found = quantities(data, activation=activation(name), names=names)
    return [float(found[word].value) for word in names]


def test_v2_at_the_width_of_the_theorem():
    """n = 4, d = 8: lambda = 0.171 needs k = 21994 and 227 steps to 1e-6; here 0.180 needs a little less of both."""
    data = "sphere:n=4,d=8,seed=0"
    (eigenvalue,) = numbers(dataset(data), "softplus", "lambda")
    assert eigenvalue == pytest.approx(0.1796, abs=1e-4)
    width = required_width("os19.thm6_2.refined", data=data, activation="softplus", delta=1).width
    assert width == pytest.approx(21994, rel=0.1)
    report = verify("os19.thm6_2.refined", data=data, activation="softplus", delta=1, trials=4, steps=300, device="cpu")
    assert report.violations == 0
    steps = [int(np.argmax(np.array(curve) < 1e-6 * curve[0])) for curve in report.curves["misfit"]]
    assert np.mean(steps) * eigenvalue == pytest.approx(227 * 0.171, rel=0.15)
    margins = [claim.worst_margin for claim in report.claims]
    assert margins == pytest.approx([0.877, 0.889, 0.127], abs=0.06)


@pytest.mark.parametrize(
    ("data", "steps", "expected"),
    [("sphere:n=8,d=8,seed=2", 2895 * 0.0278 / 0.0343, [0.961, 0.964, 0.123]),
     ("sphere:n=20,d=10,seed=0", 8099, [0.962, 0.963, 0.105])],
)  # fmt: skip
def test_v2_beyond_the_width_of_the_theorem(data, steps, expected):
    """At k = 400 the conclusions hold with the margins of the specification; steps go with 1 / lambda."""
    report = verify(
        "os19.thm6_2.refined", data=data, activation="softplus", delta=1, k=400, level="relaxed", trials=2,
        steps=10_000, device="cpu",
    )  # fmt: skip
    assert report.violations == 0
    assert [claim.worst_margin for claim in report.claims] == pytest.approx(expected, abs=0.03)
    reached = [int(np.argmax(np.array(curve) < 1e-6 * curve[0])) for curve in report.curves["misfit"]]
    assert np.mean(reached) == pytest.approx(steps, rel=0.15)


@pytest.mark.parametrize("k", [100, 1000, 10_000])
@pytest.mark.parametrize("data", ["orthonormal:n=4", "sphere:n=4,d=8", "sphere:n=10,d=20", "sphere:n=20,d=10"])
def test_v4_conclusions_at_small_widths(data, k):
    """ReLU: q1, q2 <= 0.97 and path alpha / (3 |r_0|) <= 0.17 at every width, though the hypotheses fail."""
    sample = dataset(data)
    problem = Problem(X=sample.X, y=sample.y, activation="relu")
    (eigenvalue,) = numbers(sample, "relu", "lambda")
    size = problem.n / (3 * problem.norm_y**2 * problem.norm_X**2)
    run = train(problem, k=k, step_size=size, steps=200, trials=range(4), checkpoints=[0], device="cpu")
    first, alpha = run.misfit[:, :1], run.sigma_min_J[:, :1] / 2
    rate = 1 - eigenvalue / (24 * problem.norm_X**2)
    slope = np.sqrt(2 * eigenvalue / problem.n) * problem.norm_y / 12
    q1 = (run.misfit / (first * rate ** np.arange(201)))[:, 1:]
    q2 = ((slope * run.distance + run.misfit) / first)[:, 1:]
    q3 = run.path_length * alpha / (3 * first)
    assert max(q1.max(), q2.max()) <= 0.97
    assert 0.09 <= q3.max() <= 0.175


def test_v5_certificate_of_relu():
    """X = I_2, step ratio 0.1, drift 0.28: left over right side of the certificate is 1.34 at 10^6, 0.956 at 3 10^6.

    Those are in the ball of D8b; in the certificate's it is less by the cube root of its radius over that of D8b.
    """
    means = []
    specified, gain = (1 - 2 * 0.28 - 0.28**2) / 1.28 - 0.1 * 1.28 / 2, np.sqrt(1 - 0.28**2) - 0.28 - 0.1 * 1.28 / 2
    for k, expected in ((1_000_000, 1.34), (3_000_000, 0.956)):
        found = [
            certify(data="orthonormal:n=2", activation="relu", k=k, drift="0.28", step_ratio="0.1", seed=seed)
            for seed in range(4)
        ]
        ratios = np.array([1 / item.margin for item in found])
        assert [item.certified for item in found] == list(ratios <= 1)
        ratios *= (gain / specified) ** (1 / 3)
        assert ratios.mean() == pytest.approx(expected, abs=3 * ratios.std(ddof=1))
        means.append(ratios.mean())
    assert 1.05 < means[0] / means[1] < 1.6  # 3^(1/4) = 1.32


def single_samples(data):
    """Softplus on `data`, hidden weights trained on one sample a step."""
    norm_y = float(np.linalg.norm(data.y))
    return Shallow(
        X=data.X, Y=data.y, activation="softplus", trained="hidden", loss="half sum of squares", hidden=NormalHidden(),
        output=Balanced(norm_y, data.n), batches=Batches(1, repetition=True),
    )  # fmt: skip


def test_v6_contraction_of_the_printed_step():
    """X = I_4, nu = 8, k = 200: guaranteed contraction 1.87e-5, measured 5.8e-4, distances far inside the radius."""
    data, nu = dataset("orthonormal:n=4,seed=0"), 8
    (eigenvalue,) = numbers(data, "softplus", "lambda")
    norm_y = float(np.linalg.norm(data.y))
    network = single_samples(data)
    size = eigenvalue * 4 / (9 * norm_y**2 * nu)
    run = descend(network, k=200, step_size=size, steps=3000, trials=range(20), seed=0, device="cpu")
    assert eigenvalue**2 / (144 * 4 * nu) == pytest.approx(1.87e-5, rel=0.01)
    squares = (run.misfit**2).mean(axis=0)
    assert np.log(squares[200] / squares[3000]) / 2800 == pytest.approx(5.8e-4, rel=0.06)
    start = measure_start(network, k=200, trials=range(20), seed=0, device="cpu")
    assert run.distance.max() < 0.1 * (8 * nu * start.misfit / start.sigma_min_J).min()


def test_v6_sharper_step():
    """d.sgd at k = 18886 with q = 3: the mean square is below its bound at all steps, distances below the radius."""
    data = dataset("orthonormal:n=4,seed=0")
    (eigenvalue,) = numbers(data, "softplus", "lambda")
    v = float(np.linalg.norm(data.y)) / 2
    network = single_samples(data)
    alpha = v * np.sqrt(eigenvalue) / 2 * 0.98
    size = alpha**2 / (v**2 * v**2 * 3)
    options = {"k": 18_886, "trials": range(4), "seed": 0, "device": "cpu"}
    start = measure_start(network, **options)
    assert (start.sigma_min_J >= 2 * alpha).all()
    run = descend(network, step_size=size, steps=300, **options)
    bound = (start.misfit**2).mean() * (1 - size * alpha**2 * (2 - 8 / 15) / 4) ** np.arange(301)
    assert ((run.misfit**2).mean(axis=0)[1:] < bound[1:]).all()
    assert run.distance.max() < 37 / 20 * start.misfit.min() / alpha


@pytest.mark.parametrize(("name", "at_100"), [("relu", (0.005, 0.14)), ("softplus", (0.05, 0.4))])
def test_v7_spectrum_of_random_features(name, at_100):
    """(n, d) = (20, 10), 200 draws: at k = 400 mean 0.879 and least 0.735; at k = 100 some are below one half."""
    means, least, below = [], [], []
    for seed in range(3):
        data = dataset(f"sphere:n=20,d=10,seed={seed}")
        (eigenvalue,) = numbers(data, name, "lambda_out")
        ratios = {}
        for k in (100, 400):
            network = Shallow(
                X=data.X, Y=data.y, activation=name, trained="output", loss="half sum of squares",
                hidden=NormalHidden(), output=Given(np.zeros((1, k))), batches=Batches(),
            )  # fmt: skip
            start = measure_start(network, k=k, trials=range(200), seed=0, device="cpu")
            ratios[k] = start.feature_min**2 / (k * eigenvalue)
        means.append(ratios[400].mean())
        least.append(ratios[400].min())
        below.append((ratios[100] < 0.5).mean())
    assert np.mean(means) == pytest.approx(0.879, abs=0.04)
    assert np.mean(least) == pytest.approx(0.735, abs=0.1)
    assert at_100[0] <= np.mean(below) <= at_100[1]


@pytest.mark.parametrize(("data", "name"), [("orthonormal:n=4", "softplus"), ("sphere:n=20,d=10", "relu")])
def test_v8_frequencies_of_the_lemmas_at_the_start(data, name):
    """Lemma 6.12 with the true variance at delta = 1/2: at most 0.01 seen against 0.54 to 0.67; 6.7 below its bound."""
    sample = dataset(data)
    problem = Problem(X=sample.X, y=sample.y, activation=name)
    variance, slope, eigenvalue = numbers(sample, name, "var_phi", "sup_dphi", "lambda")
    start = measure(problem, k=200, trials=range(2000), seed=0, device="cpu")
    level = (np.sqrt(variance) + 0.5 * slope) * problem.norm_y
    bound = np.exp(-0.25 * problem.n / (2 * problem.norm_X**2))
    assert 0.54 <= bound <= 0.67
    assert (start.output_norm > level).mean() <= 0.01
    smallest = 0.5 * problem.norm_y**2 / problem.n * eigenvalue
    chernoff = problem.n * np.exp(-0.1534 * 200 * eigenvalue / (slope * problem.norm_X) ** 2)
    assert (start.sigma_min_J0**2 < smallest).mean() <= max(chernoff, 0.01)


def test_v10_scalings_of_corollary_2_2():
    """At a fixed aspect n / d steps and distance / sqrt(n) are flat in n; at twice the aspect more steps are needed."""
    steps, distance = {}, {}
    for n, d in ((40, 40), (80, 80), (40, 20), (80, 40)):
        reached, travelled = [], []
        for seed in range(2):
            data = dataset(f"sphere:n={n},d={d},seed={seed}")
            problem = Problem(X=data.X, y=data.y, activation="softplus")
            size = n / (problem.norm_y**2 * problem.norm_X**2)
            run = train(problem, k=1000, step_size=size, steps=900, trials=[0], device="cpu")
            reached.append(np.argmax(run.misfit[0] < 0.02 * run.misfit[0, 0]))
            travelled.append(run.distance[0, -1] / np.sqrt(n))
        steps[n, d], distance[n, d] = np.mean(reached), np.mean(travelled)
    for small, large in (((40, 40), (80, 80)), ((40, 20), (80, 40))):
        assert steps[large] / steps[small] == pytest.approx(1, abs=0.35)
        assert distance[large] / distance[small] == pytest.approx(1, abs=0.25)
    assert min(steps[40, 20] / steps[40, 40], steps[80, 40] / steps[80, 80]) > 1.4


def test_v12_certified_instances():
    """Certified softplus instances at step ratios up to 1 keep D1 with its c_d; the tightest comes near the bound."""
    worst = []
    for seed in range(24):
        n, k, ratio = 2 + seed % 3, (1000, 3000, 8000)[seed % 3], (0.5, 0.9, 1.0)[seed // 3 % 3]
        data = dataset(f"{'orthonormal' if seed % 2 else 'sphere'}:n={n},d={n + 2},seed={seed}")
        found = certify(data=data, activation="softplus", k=k, seed=seed)
        if not found.certified:
            continue
        problem = Problem(X=data.X, y=data.y, activation="softplus")
        size = ratio / found.beta**2
        run = train(problem, k=k, step_size=size, steps=150, trials=[0], seed=seed, device="cpu")
        misfit = run.misfit[0]
        c_d = 2 - ratio - size * found.lipschitz * misfit[0]
        squared = misfit**2 / (misfit[0] ** 2 * (1 - c_d * size * found.alpha**2) ** np.arange(151))
        potential = (misfit + c_d * found.alpha / 2 * run.path_length[0]) / misfit[0]
        worst.append((squared[1:].max(), potential[1:].max()))
    assert len(worst) >= 20
    assert max(item[0] for item in worst) == pytest.approx(0.85, abs=0.1)
    assert max(item[1] for item in worst) == pytest.approx(0.93, abs=0.06)
