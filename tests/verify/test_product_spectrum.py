"""Singular values of Khatri-Rao products: from Gram matrices where these are many and well conditioned."""

from __future__ import annotations

import numpy as np
import pytest

from boundkit.verify.observe.landscape import facts


@pytest.mark.parametrize("shape", [(6, 3, 4), (20, 7, 5), (5, 1, 2)])
def test_the_gram_matrix_has_the_same_spectrum(monkeypatch, shape):
    """Against the singular values of the product written out, also where it has fewer columns than rows."""
    n, k, d = shape
    rng = np.random.default_rng(0)
    left, right = rng.standard_normal((n, k)), rng.standard_normal((n, d))
    explicit = np.linalg.svd(np.array([np.kron(a, b) for a, b in zip(left, right, strict=True)]), compute_uv=False)
    assert facts.product_spectrum(left, right) == pytest.approx(explicit)
    monkeypatch.setattr(facts, "MANY", 0)
    assert facts.product_spectrum(left, right) == pytest.approx(explicit)


def test_an_ill_conditioned_product_is_written_out(monkeypatch):
    """A singular value of 1e-9 beside 1 is lost in the Gram matrix, whose rounding is 1e-16, and not in the product."""
    monkeypatch.setattr(facts, "MANY", 0)
    found = facts.product_spectrum(np.diag([1.0, 1e-9]), np.ones((2, 3)))
    assert found == pytest.approx(np.sqrt(3) * np.array([1.0, 1e-9]), rel=1e-6)
