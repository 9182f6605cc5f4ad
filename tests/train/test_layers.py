"""Gram matrices of finite networks against Jacobians written out, and against their limits."""

import numpy as np
import pytest

from boundkit.activations import activation
from boundkit.data import dataset, kernel
from boundkit.errors import BadInput
from boundkit.train import Problem, jacobian_gram, layers, output_weights
from boundkit.train.layers import layer_gram


def written_out(X, name, W, V):
    """The Jacobians [n K, k d] and [n K, k K], class by class, entry by entry."""
    value, slope = activation(name).value_and_derivative(X @ W.T)
    hidden = [[(V[a] * slope[i])[:, None] * X[i] for i in range(len(X))] for a in range(len(V))]
    output = [[np.outer(np.arange(len(V)) == a, value[i]) for i in range(len(X))] for a in range(len(V))]
    return (np.array(part).reshape(len(V) * len(X), -1) for part in (hidden, output))


@pytest.mark.parametrize("classes", [1, 3])
@pytest.mark.parametrize("name", ["relu", "gelu"])
def test_grams_are_those_of_the_written_out_jacobian(classes, name, monkeypatch):
    """All three layers, in slices of few units, for rows of any length."""
    generator = np.random.default_rng(0)
    X, W, V = (generator.standard_normal(shape) for shape in ((5, 4), (11, 4), (classes, 11)))
    hidden, output = written_out(X, name, W, V)
    expected = {"hidden": hidden @ hidden.T, "output": output @ output.T}
    expected["both"] = expected["hidden"] + expected["output"]
    for slice_entries in (2**20, 15):
        monkeypatch.setattr(layers, "SLICE_ENTRIES", slice_entries)
        for layer, gram in expected.items():
            found = layer_gram(X, name, weights=W, output_weights=V, layer=layer)
            assert np.abs(found - gram).max() < 1e-12


def test_hidden_layer_is_that_of_a_problem():
    """With the output weights of os19 the hidden layer is `jacobian_gram`."""
    problem = Problem(X=np.eye(3, 4) + 0.5, y=[1.0, -1.0, 2.0], activation="softplus")
    W = np.random.default_rng(1).standard_normal((6, 4))
    V = output_weights(6, norm_y=problem.norm_y, n=3)
    found = layer_gram(problem.X, "softplus", weights=W, output_weights=V, layer="hidden")
    assert np.abs(found - jacobian_gram(problem, weights=W)).max() < 1e-14


def test_grams_converge_to_the_kernels():
    """The error against Sigma, Sigma~ and the multiclass kernel falls like 1 / sqrt(k) (`ofls19` Lemma 6.11)."""
    data, classes = dataset("sphere:n=6,d=4"), 2
    limits = {kind: kernel(data, "relu", kind=kind, outputs=classes).matrix for kind in ("sigma", "sigma_tilde", "ntk")}
    errors = {kind: [] for kind in limits}
    generator = np.random.default_rng(2)
    for k in (1_000, 256_000):
        W, V = generator.standard_normal((k, 4)), generator.choice([-1.0, 1.0], (classes, k))
        for layer, kind in (("hidden", "sigma"), ("output", "sigma_tilde"), ("both", "ntk")):
            gram = layer_gram(data.X, "relu", weights=W, output_weights=V, layer=layer) / k
            errors[kind].append(np.linalg.norm(gram - limits[kind]) / np.linalg.norm(limits[kind]))
    for first, last in errors.values():
        assert last < 0.01
        assert 6 < first / last < 60  # the square root of 256 is 16


def test_output_layer_needs_no_output_weights():
    """Gradients of the output layer do not depend on its weights; those of the hidden layer do."""
    X, W = np.eye(2), np.ones((3, 2))
    assert (layer_gram(X, "relu", weights=W, layer="output") == 3.0).all()
    with pytest.raises(BadInput, match="output_weights"):
        layer_gram(X, "relu", weights=W)


def test_bad_input_has_one_line():
    """Shapes that do not fit, entries that are not finite and unknown layers are refused."""
    good = {"weights": np.ones((3, 2)), "output_weights": np.ones(3)}
    for name, value in (
        ("weights", np.ones((3, 5))),
        ("weights", "x"),
        ("output_weights", np.ones(4)),
        ("layer", "first"),
    ):
        with pytest.raises(BadInput, match=name):
            layer_gram(np.eye(2), "relu", **{**good, name: value})
    with pytest.raises(BadInput, match="X = "):
        layer_gram([[np.nan]], "relu", **good)
