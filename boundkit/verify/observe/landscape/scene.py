"""One trial on a loss surface: data, a network with fixed signs, a second network, the planted one.

Nothing is asked of a statement but its relations: which signs, which planted network, whether data are drawn afresh.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sympy import Eq, Min

from boundkit.data.origins import Planted
from boundkit.errors import NotApplicable
from boundkit.query import Binding
from boundkit.statement.vocabulary import k, norm_v_inf
from boundkit.statement.words.landscape import frobenius_W, negative_units, positive_units, smallest_v
from boundkit.statement.words.landscape_data import planted_labels
from boundkit.train.initialise import Role, nested_stream
from boundkit.train.landscape import Surface, ball_point
from boundkit.train.landscape.surface import Array
from boundkit.verify.observe.plan import Plan

Network = tuple[Array, Array]
SHAPES = 5  # of networks, one after the other over the trials
TINY = 1e-3  # weights at which every smooth activation is affine
NEAR = 1e-3
WALK = 200  # steps of descent towards a stationary point
HALVINGS = 200


@dataclass(frozen=True, eq=False)
class Scene:
    """What one trial looks at: weights (W, v), the second point `other`, the `planted` network where there is one.

    `direction` is a random [k, d]; `sample` one N(0, I_d) vector.
    """

    X: Array
    y: Array
    activation: Any
    W: Array
    v: Array
    other: Network
    planted: Network | None
    direction: Array
    sample: Array
    fresh: bool

    @property
    def surface(self) -> Surface:
        """The loss surface of the data."""
        return Surface(self.X, self.y, self.activation)


def equations(binding: Binding) -> set[Any]:
    """The equations among the hypotheses, as pairs of sides."""
    found = (item.relation for item in binding.statement.hypotheses if isinstance(item.relation, Eq))
    return {(relation.lhs, relation.rhs) for relation in found}


def is_fresh(binding: Binding) -> bool:
    """Whether the statement speaks of random data, which then are drawn for every trial."""
    claims = binding.statement.claims
    random = binding.statement.probability is not None or any(c.chance == "almost every data" for c in claims)
    return random or any(claim.chance == "in expectation" for claim in claims)


def is_planted(binding: Binding) -> bool:
    """Whether the labels are those of a planted network."""
    return (planted_labels, 1) in equations(binding)


def signs(binding: Binding, width: int) -> Array | None:
    """The signs of the output weights that the hypotheses ask for; None where they ask for none."""
    asked = equations(binding)
    if (negative_units, k) in asked:
        return -np.ones(width)
    one_sign = {(negative_units, 0), (positive_units, k), (Min(positive_units, negative_units), 0)}
    if asked & one_sign or any(left == Min(positive_units, negative_units, evaluate=False) for left, _ in asked):
        return np.ones(width)
    bounded = {item.relation.lhs for item in binding.statement.hypotheses}
    if {positive_units, negative_units} <= bounded:
        return np.where(np.arange(width) < (width + 1) // 2, 1.0, -1.0)
    return None


def natural_width(binding: Binding) -> int:
    """A width at which there is room for every sign; that of the planted network where both layers are trained."""
    setting, origin = binding.statement.setting, binding.data.origin
    if setting is not None and setting.trained == "both layers" and isinstance(origin, Planted):
        return len(origin.v)
    return 2 * binding.data.d + 2


def scene(binding: Binding, plan: Plan, trial: int) -> Scene:
    """The scene of a trial: a function of seed and trial alone. Trials take turns among the shapes of networks."""
    rng = nested_stream(plan.seed, Role.PERTURBATION, trial, 1)
    shape = trial % SHAPES
    fresh = is_fresh(binding)
    X = rng.standard_normal(plan.data.X.shape) if fresh else plan.data.X
    planted = _planted(binding, plan, X, shape, rng) if is_planted(binding) else None
    y = np.asarray(plan.data.y, dtype=float)
    if y.ndim != 1:
        raise NotApplicable("single_output", f"labels have {y.shape[1]} outputs where the theorem has one")
    if planted is not None and (fresh or not _same(planted, plan)):
        y = np.asarray(plan.activation.value_and_derivative(X @ planted[0].T)[0] @ planted[1])
    W, v = _network(binding, plan, X, shape, rng)
    empty = Scene(X, y, plan.activation, W, v, (W, v), planted, rng.standard_normal(W.shape), X[0], fresh)
    empty = replace(empty, sample=rng.standard_normal(X.shape[1:]))
    if _joint(binding):
        return _near_planted(empty, shape, rng) if planted is not None else _pair(empty, shape, rng)
    if shape == 3 and W.any():
        return replace(empty, W=_walked(empty, trial // SHAPES))
    return empty


def shrunk(make: Callable[[float], Scene], admitted: Callable[[Scene], bool]) -> Scene:
    """The scene at the largest power of 1/2 at which it is admitted; the last one where none is."""
    size = 1.0
    for _ in range(HALVINGS):
        found = make(size)
        if admitted(found):
            break
        size /= 2
    return found


def approached(found: Scene, share: float) -> Scene:
    """The scene with its network moved towards the second one: `share` of the way is left."""
    W, v = found.other
    return replace(found, W=W + share * (found.W - W), v=v + share * (found.v - v))


def _joint(binding: Binding) -> bool:
    setting = binding.statement.setting
    return setting is not None and setting.trained == "both layers"


def _same(planted: Network, plan: Plan) -> bool:
    return isinstance(plan.data.origin, Planted) and planted[0] is plan.data.origin.W


def _planted(binding: Binding, plan: Plan, X: Array, shape: int, rng: np.random.Generator) -> Network:
    """The planted network of the data; in one shape, on random data, units that see one direction and hardly bend."""
    origin = plan.data.origin
    if not isinstance(origin, Planted):
        raise NotApplicable("planted_network", "the data have no planted network (use planted)")
    if _joint(binding) and len(origin.v) != plan.width:
        raise NotApplicable("width", f"the planted network has {len(origin.v)} units, not {plan.width}")
    if not (is_fresh(binding) and _joint(binding) and shape == 2):
        return origin.W, origin.v
    along = rng.standard_normal(X.shape[1])
    return TINY * np.outer(np.ones(plan.width), along / np.linalg.norm(along)), np.ones(plan.width)


def _network(binding: Binding, plan: Plan, X: Array, shape: int, rng: np.random.Generator) -> Network:
    width, dimension = plan.width, X.shape[1]
    sign, size = signs(binding, width), rng.uniform(0.3, 2.0, width)
    chosen = rng.choice([-1.0, 1.0], width) if sign is None else sign
    equal = shape in (0, 2) or (norm_v_inf, smallest_v) in equations(binding)
    v = chosen * (1.0 if equal else size)
    normal = rng.standard_normal((width, dimension))
    if (frobenius_W, 0) in equations(binding):
        return np.zeros_like(normal), v
    planted = is_planted(binding)
    if shape == 0 and width >= dimension:
        return (size[0] if planted else 1.0) * np.linalg.qr(normal)[0], v  # not of the planted form
    if shape == 2:
        return np.outer(normal[:, 0], np.linalg.svd(X, full_matrices=False)[2][0]), v
    near = TINY if planted else 1e-2  # a planted network has a saddle at zero
    return normal * (near if shape == 4 else dimension**-0.5), v


def _walked(found: Scene, length: int) -> Array:
    """The hidden weights after some steps of descent with fixed output weights, longer for later trials."""
    surface, W = found.surface, found.W
    size = float((found.X**2).sum(axis=1).mean() * np.abs(found.v).max())
    for _ in range(WALK * 4 ** (length % 3)):
        W = W - 0.1 / size / (1 + float((W**2).sum())) * surface.gradient(W, found.v)[0]
    return W


def _near_planted(found: Scene, shape: int, rng: np.random.Generator) -> Scene:
    """A point near the planted network: in every direction, near and far, or with doubled weights."""
    assert found.planted is not None
    W, v = found.planted
    if shape == 2:
        return replace(found, W=2 * W, v=v, other=found.planted)
    start = ball_point(found.planted, (1.0, NEAR, 1.0, 0.3, 10.0)[shape], rng)
    return replace(found, W=start[0], v=start[1], other=found.planted)


def _pair(found: Scene, shape: int, rng: np.random.Generator) -> Scene:
    """A second point: near, far, other output weights, other hidden weights, or both flipped."""
    W, v = found.W, found.v
    near, far = (ball_point((W, v), size, rng) for size in (NEAR, 3.0))
    others = (near, far, (W, v + NEAR), (far[0], v), (-W, -v))
    return replace(found, other=others[shape])
