"""Loss landscapes of unscaled two-layer networks: derivatives, curvature, critical points, local convergence."""

from boundkit.train.landscape.curvature import hidden_hessian, hidden_spectrum, joint_hessian
from boundkit.train.landscape.joint import balance_change, joint_minimum, nearby_loss
from boundkit.train.landscape.least import expected_least_loss, least_loss, symmetric_features
from boundkit.train.landscape.local import LocalRun, ball_point, descend_both
from boundkit.train.landscape.reference import ExplicitSurface
from boundkit.train.landscape.search import CriticalPoint, critical_points, flat_point, minimum
from boundkit.train.landscape.surface import Surface, is_quadratic, residual_covariance

__all__ = [
    "CriticalPoint",
    "ExplicitSurface",
    "LocalRun",
    "Surface",
    "balance_change",
    "ball_point",
    "critical_points",
    "descend_both",
    "expected_least_loss",
    "flat_point",
    "hidden_hessian",
    "hidden_spectrum",
    "is_quadratic",
    "joint_hessian",
    "joint_minimum",
    "least_loss",
    "minimum",
    "nearby_loss",
    "residual_covariance",
    "symmetric_features",
]
