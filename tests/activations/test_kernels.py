"""Array kernels against extended precision, across namespaces, devices and dtypes."""

from __future__ import annotations

import array_api_compat.numpy
import array_api_strict
import numpy as np
import pytest

from boundkit.activations import Z, activation, catalogue, kernels
from boundkit.activations.catalogue.smooth import softplus_kernel
from boundkit.arithmetic import EXTENDED, evaluate
from boundkit.errors import BadInput

USER = ["z*tanh(softplus(z))", "Max(-1, Min(1, z))", "log(cosh(z))", "0.01*cos(z)", "erf(z)**2", "Abs(z)**3/3"]
USER += ["z/sqrt(1 + z**2)", "pi*sigmoid(2*z - 1)", "relu(z**2 - 2)", "Max(z, 0.5*z + 1)"]
NAMES = [
    *catalogue(),
    "leaky_relu:slope=0.1",
    "softplus:beta=4",
    "swish:beta=0.5",
    "elu:alpha=2",
    "celu:alpha=0.5",
    *USER,
]
FAR = np.array([0.0, -0.0, 1e-300, -1e-300, 1e-9, 36.5, -36.5, 500.0, -500.0])


def points():
    """Typical pre-activations, a grid and a few extreme numbers."""
    rng = np.random.default_rng(7)
    return np.concatenate([3 * rng.standard_normal(4000), np.linspace(-30, 30, 1001), FAR])


def reference(name, order, h):
    """phi^(order)(h) by its symbolic expression in 64-bit-mantissa arithmetic."""
    with np.errstate(all="ignore"):
        value = evaluate(activation(name).derivative(order), {Z: h.astype(np.longdouble)}, EXTENDED)
    return np.broadcast_to(np.asarray(value, np.longdouble), h.shape)


@pytest.mark.parametrize("name", NAMES)
def test_extended_precision(name):
    """Value and derivative are within a few units in the last place, relative to the larger of 1 and the value."""
    h = points()
    for order, values in enumerate(activation(name).value_and_derivative(h)):
        exact = reference(name, order, h)
        # a rounded argument of an inner function moves the result by |h| ulp times its slope
        scale = np.maximum(1, np.abs(exact)) + (np.abs(h) if name in USER else 0)
        assert np.max(np.abs(values - exact) / scale) < 8 * 2.0**-53, order


@pytest.mark.parametrize("name", NAMES)
def test_derivative_values(name):
    """The derivative alone is the same array."""
    h = points()
    phi = activation(name)
    np.testing.assert_array_equal(phi.derivative_values(h), phi.value_and_derivative(h)[1])


@pytest.mark.parametrize("name", NAMES)
def test_second_strict_device(name):
    """On a device that refuses host transfers, the kernels give NumPy's numbers."""
    device = array_api_strict.Device("device1")
    h = points()[::7].reshape(2, -1)
    results = activation(name).value_and_derivative(array_api_strict.asarray(h, device=device))
    for result, expected in zip(results, activation(name).value_and_derivative(h), strict=True):
        assert result.device == device
        assert result.dtype == array_api_strict.float64
        host = np.asarray(array_api_strict.asarray(result, device=array_api_strict.Device("CPU_DEVICE")))
        scale = np.maximum(1, np.abs(expected)) + (np.abs(h) if name in USER else 0)
        assert np.max(np.abs(host - expected) / scale) < 12 * 2.0**-53


@pytest.mark.parametrize("name", NAMES)
def test_dtype_and_aliasing(name):
    """Single precision stays single, and neither the argument nor the results share memory."""
    h = points().astype(np.float32)
    before = h.copy()
    value, derivative = activation(name).value_and_derivative(h)
    assert value.dtype == derivative.dtype == np.float32
    assert value.shape == derivative.shape == h.shape
    assert not np.shares_memory(value, h)
    assert not np.shares_memory(derivative, h)
    np.testing.assert_array_equal(h, before)


@pytest.mark.parametrize("name", [*catalogue(), "z*tanh(softplus(z))", "1e-3*softplus(z)"])
@pytest.mark.parametrize("size", [700.0, 1e4])
def test_no_nan_far_out(name, size):
    """Finite arguments give finite values and derivatives, without a warning."""
    h = np.array([-size, size])
    if name == "exp" and size > 700:
        pytest.skip("exp(z) itself is beyond the largest number")
    if name in ("z*tanh(softplus(z))", "1e-3*softplus(z)") and size > 700:
        pytest.skip("expressions are evaluated as written: exp overflows beyond 709")
    assert all(np.all(np.isfinite(v)) for v in activation(name).value_and_derivative(h))


def test_relu_at_zero():
    """ReLU'(0) = 1, for both zeros, and for the same function given as text."""
    for source in ("relu", "leaky_relu", "Max(0, z) + 0*z", "step"):
        value, derivative = activation(source).value_and_derivative(np.array([0.0, -0.0]))
        np.testing.assert_array_equal(derivative, [0, 0] if source == "step" else [1, 1])
        np.testing.assert_array_equal(value, [1, 1] if source == "step" else [0, 0])


def test_softplus_fast_path():
    """NumPy's short form of softplus agrees with the generic one to an ulp of one."""
    h = points()
    e = np.exp(-np.abs(h))
    generic = np.maximum(h, 0) + np.log1p(e), np.where(h >= 0, 1, e) / (1 + e)
    for fast, slow in zip(softplus_kernel(array_api_compat.numpy, h), generic, strict=True):
        assert np.max(np.abs(fast - slow) / np.maximum(1, np.abs(slow))) <= 4 * 2.0**-53


def test_error_function_of_other_namespaces():
    """The own formula for erf is within 1.4e-15 of SciPy's."""
    h = points()
    own = kernels.error_function(array_api_strict, array_api_strict.asarray(h))
    assert np.max(np.abs(np.asarray(own) - kernels.error_function(array_api_compat.numpy, h))) < 1.4e-15


@pytest.mark.parametrize("h", [3.0, [1.0, 2.0], np.arange(3), np.array(["a"]), None])
def test_not_an_array(h):
    """Anything but an array of floating point numbers is refused."""
    with pytest.raises(BadInput, match="floating"):
        activation("softplus").value_and_derivative(h)
