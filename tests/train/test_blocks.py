"""Groups of blocks: the same sums as their blocks, whoever computes them."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from boundkit.train import select_device, train
from boundkit.train.blocks import MOST_GROUPS, Group, in_groups
from boundkit.train.groups import block_groups
from boundkit.train.plan import make_plan
from boundkit.train.spectra import combine_triangles
from boundkit.train.workers import serially
from tests.train.conftest import sphere_problem

CPU = select_device("cpu")
NUMPY = dataclasses.replace(CPU, compiled=False)


class Numbered:
    """A block that is only its number."""

    def __init__(self, number: int) -> None:
        self.number = number

    def jacobian_gram(self) -> int:
        """The number."""
        return self.number


@pytest.mark.parametrize("count", [1, MOST_GROUPS, MOST_GROUPS + 1, 3 * MOST_GROUPS - 1, 1000])
def test_groups_are_few_equal_and_have_every_block_once_in_order(count: int) -> None:
    """Their sums over powers of 2 tell which blocks they have."""
    blocks: list[Any] = [Numbered(2**index) for index in range(count)]
    groups = in_groups(blocks)
    assert len(groups) == min(count, MOST_GROUPS)
    bits = [f"{group.jacobian_gram():b}" for group in groups]
    assert all(set(b.rstrip("0")) == {"1"} for b in bits)
    assert max(b.count("1") for b in bits) - min(b.count("1") for b in bits) <= 1
    assert sum(group.jacobian_gram() for group in groups) == 2**count - 1
    assert [len(b) for b in bits] == sorted(len(b) for b in bits)


@pytest.mark.parametrize("name", ["relu", "softplus"])
@pytest.mark.parametrize("device", [CPU, NUMPY, dataclasses.replace(CPU, fused=False)], ids=["cpu", "numpy", "plain"])
def test_a_group_has_the_sums_of_its_blocks(device: Any, name: str) -> None:
    """Outputs, norms, Gram matrices and triangular factors after two steps, against those of one block of all units."""
    problem = sphere_problem(4, 3, name)
    push = np.random.default_rng(0).normal(size=(2, 2, 3, 4))
    found = []
    for block in (None, 20):
        plan = make_plan([0, 5], k=200, d=3, n=4, block=block, workers=1, backend=device)
        options: dict[str, Any] = {"seed": 0, "backend": device, "parallel": serially, "together": 100}
        blocks = next(block_groups(problem, plan, (0, 5), **options))
        whole = Group(blocks) if block else blocks[0]
        sums = [*[whole.advance(p) for p in (None, push, push)][-1], whole.jacobian_gram(), whole.drift_gram()]
        found.append([*sums, np.abs(combine_triangles([np.asarray(whole.jacobian_triangles())], 1.0))])
    for one, joined in zip(*found, strict=True):
        np.testing.assert_allclose(joined, one, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("device", [CPU, NUMPY], ids=["cpu", "numpy"])
def test_training_in_groups_is_training_in_blocks(device: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Curves and spectra of 7 blocks in 3 groups, in processes, in threads and in this thread."""
    problem = sphere_problem(5, 3, "relu")
    options: dict[str, Any] = {"k": 130, "block": 20, "step_size": 0.3, "steps": 12, "checkpoints": [0, 12]}
    expected = train(problem, workers=1, device=device, **options)
    monkeypatch.setattr("boundkit.train.blocks.MOST_GROUPS", 3)
    monkeypatch.setattr("boundkit.train.processes.WORTH_MULTIPLICATIONS", 0)
    monkeypatch.setattr("boundkit.train.plan.FEW_BLOCKS", 1)
    for workers in (1, 2):
        found = train(problem, workers=workers, device=device, **options)
        for field in ("misfit", "distance", "path_length", "sigma_min_J", "norm_J", "drift_J"):
            np.testing.assert_allclose(getattr(found, field), getattr(expected, field), rtol=1e-11, err_msg=field)


@pytest.mark.parametrize(
    ("name", "k", "kept"),
    [("relu", 400, "float64"), ("relu", 3000, "bool"), ("softplus", 3000, "float64"), ("relu", 10**6, None)],
)
def test_phi_prime_is_marked_where_it_is_binary_and_leaves_the_cache(name: str, k: int, kept: str | None) -> None:
    """One block keeps ReLU's slopes as they are, several as booleans, a very wide network as bits once it has run."""
    problem = sphere_problem(50, 4, name)
    plan = make_plan([0], k=k, d=4, n=50, block=None, workers=1, backend=NUMPY)
    plan = dataclasses.replace(plan, half=min(plan.half, 2 * plan.units))  # two blocks of a wide network will do
    blocks = next(block_groups(problem, plan, (0,), seed=0, backend=NUMPY, parallel=serially, together=100))
    assert {block.slopes if block.slopes is None else block.slopes.dtype.name for block in blocks} == {kept}
    blocks[0].advance(None)
    hidden = np.matmul(problem.factor, blocks[0].initial.astype(float))
    expected = problem.activation.derivative_values(hidden)
    np.testing.assert_allclose(blocks[0].derivative(), expected, rtol=1e-14)
